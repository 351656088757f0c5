"""From a mark to its rows and from a row to its mark, in the whole window."""

import gc
from decimal import Decimal

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.commands import GoTo
from replayer_qt.ui.chart.marks_told import Bet, keys_of
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.mark_desk import NO_FURTHER
from tests.gui.desk import PRACTICE, Bench, trade
from tests.helpers.trading import Floor

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


class Room(Bench):
    """A window with the real chart, and a market in which one trades on paper."""

    def __init__(self):
        super().__init__(chart=PriceChart())
        self.floor = Floor(stream=PRACTICE)
        self.floor.begin()
        self.shown = 0
        self.marks = self.window.chart_desk.marks.marks
        self.chart.set_ticks_per_candle(1)

    def show(self):
        """Show what happened since, as a frame."""
        advance = self.floor.engine.handle(())
        events, self.shown = tuple(self.floor.told[self.shown :]), len(self.floor.told)
        state = replace(advance.state, shown=PRACTICE, live=PRACTICE)
        self.window.show_frame(replace(advance, state=state, events=events))
        QApplication.processEvents()

    def table(self, name):
        panel = self.window.panels[name]
        return panel._table if name == "trades" else panel.table

    def chosen(self, name):
        return self.table(name).chosen()

    def press(self, mark):
        place = QPoint(*self.marks._place_of(self.chart.plan, mark))
        QTest.mouseClick(self.chart.viewport(), LEFT, PLAIN, place)
        QApplication.processEvents()


@pytest.fixture
def room(qtbot):
    made = Room()
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    QApplication.processEvents()
    floor = made.floor
    floor.ticks(1.0, 1.05)
    floor.buy("0.1")
    floor.ticks(*[1.1 + tick / 50 for tick in range(10)])
    floor.sell(50)
    floor.bet("0.01")
    floor.ticks(*[1.3 - tick / 100 for tick in range(50)])
    made.show()
    return made


def test_a_click_on_a_mark_chooses_its_row_in_every_panel_that_has_one(room):
    buy, sale = room.marks.told.fills
    room.press(sale)
    assert room.chosen("fills") == sale
    assert room.chosen("ledger") == sale
    assert room.chosen("orders").order_id == sale.order_id
    assert room.chosen("journal").closed.result == sale.realised
    assert room.chosen("trades") is None
    room.press(buy)
    assert room.chosen("fills") == buy
    assert room.chosen("orders").order_id == buy.order_id
    assert room.chosen("journal") is None
    assert room.marks.current() == buy


def test_a_click_on_a_bets_band_chooses_what_became_of_it(room):
    (bet,) = room.marks.told.bets
    room.press(bet)
    assert room.chosen("fills") == bet.closed
    assert room.chosen("orders").order_id == bet.placed.order_id
    assert room.chosen("journal").closed.result == bet.closed.realised


def test_a_panel_with_the_row_comes_to_the_front_if_none_is_in_sight(room):
    docks = room.window.docking.docks
    for name in ("fills", "orders", "journal", "ledger"):
        docks[name].hide()
    QApplication.processEvents()
    room.press(room.marks.told.fills[0])
    assert docks["fills"].isVisible()
    assert docks["orders"].isHidden()
    docks["fills"].hide()
    docks["orders"].show()
    docks["orders"].raise_()
    QApplication.processEvents()
    room.press(room.marks.told.fills[1])
    assert docks["fills"].isHidden()


@pytest.mark.parametrize("name", ["fills", "ledger", "orders", "journal"])
def test_a_row_that_is_chosen_highlights_its_mark_and_one_that_is_not_none(room, name):
    buy, sale = room.marks.told.fills
    keys = {
        "fills": sale.number,
        "ledger": sale.number,
        "orders": sale.order_id,
        "journal": next(one.trade_id for one in room.marks.account.closed if one.tick == sale.tick),
    }
    before = np.array(room.chart.grab().toImage().constBits()).copy()
    assert room.table(name).choose(keys[name])
    QApplication.processEvents()
    assert room.marks.current() == sale
    after = np.array(room.chart.grab().toImage().constBits())
    assert (before != after).any()
    room.table(name).clearSelection()
    assert room.marks.current() is None
    assert buy in room.marks.told.fills


def test_the_row_of_a_bet_highlights_its_band(room):
    (bet,) = room.marks.told.bets
    for entry in (bet.placed, bet.closed):
        room.table("fills").choose(entry.number)
        assert room.marks.current() == bet


def test_another_players_trade_and_its_row_lead_to_one_another(room):
    told = replace(trade(7, tick=20), round_id=room.floor.round_id, price=1.2, amount=Decimal(2))
    room.floor.take(told)
    room.floor.told.append(told)
    room.show()
    room.press(told)
    assert room.chosen("trades") == told
    assert room.chosen("fills") is None
    room.table("trades").clearSelection()
    assert room.marks.current() is None
    room.table("trades").choose((told.round_id, told.trade_id))
    assert room.marks.current() == told


def test_a_note_that_is_being_written_is_not_swept_away_by_a_click_on_the_chart(room):
    sale = room.marks.told.fills[1]
    room.press(sale)
    panel = room.window.panels["journal"]
    QTest.keyClicks(panel.note, "too early")
    room.press(room.marks.told.fills[0])
    assert panel.note.text() == "too early"
    assert room.chosen("journal").closed.tick == sale.tick


def test_keys_walk_over_the_marks_their_rows_and_the_view(room):
    room.chart.show_span(40, 60)
    QApplication.processEvents()
    actions = room.window.actions_.actions
    actions["next-mark"].trigger()
    buy, _ = room.marks.told.fills
    assert room.chosen("fills") == buy
    plan = room.chart.plan
    assert 0 <= plan.middle_of(buy.tick) < plan.room.plot_width
    room.asked.clear()
    actions["go-to-mark"].trigger()
    assert room.asked == [GoTo(stream=PRACTICE, round_id=room.floor.round_id, tick=buy.tick)]
    for _ in range(5):
        actions["next-mark"].trigger()
    last = room.marks.told.walk()[-1]
    assert room.marks.current() == last
    assert isinstance(last, Bet)
    assert keys_of(last)


def test_what_is_marked_is_chosen_in_the_menu_and_kept(room):
    actions = room.window.actions_.actions
    actions["trades-from-1"].trigger()
    actions["trade-marks"].trigger()
    actions["own-marks"].trigger()
    assert (room.marks.least, room.marks.shows_trades, room.marks.shows_own) == (1.0, False, False)
    room.chart.grab()
    assert room.marks.painted == 0
    again = Bench(store=room.store, chart=PriceChart())
    marks = again.window.chart_desk.marks.marks
    assert (marks.least, marks.shows_trades, marks.shows_own) == (1.0, False, False)
    again.window.close()
    again.window.deleteLater()


def test_private_marks_say_no_amount(room):
    room.press(room.marks.told.fills[1])
    seen = room.chart.grab().toImage()
    room.window.actions_.actions["private"].trigger()
    QApplication.processEvents()
    hidden = room.chart.grab().toImage()
    room.window.actions_.actions["private"].trigger()
    QApplication.processEvents()
    assert hidden != seen
    assert room.chart.grab().toImage() == seen


def test_a_key_says_what_it_chose_to_those_who_listen(room):
    actions = room.window.actions_.actions
    actions["next-mark"].trigger()
    said = room.chart.accessibleDescription()
    assert said.startswith("buy -0.100000 SOL at")
    actions["previous-mark"].trigger()
    assert room.chart.accessibleDescription() == NO_FURTHER


def test_every_pane_has_marks_of_its_own_market_and_the_same_is_chosen(room):
    desk = room.window.chart_desk
    room.window.actions_.actions["pane-add"].trigger()
    room.show()
    (other,) = [chart for chart in desk.panes.charts() if chart is not room.chart]
    marks = desk.marks._of[other]
    assert marks.told.walk() == room.marks.told.walk()
    buy, sale = room.marks.told.fills
    marks.chosen.emit(sale)
    assert room.marks.current() == sale
    assert room.chosen("fills") == sale
    room.table("fills").choose(buy.number)
    assert marks.current() == buy
    room.window.actions_.actions["own-marks"].trigger()
    assert not marks.shows_own


def test_the_key_to_the_next_mark_is_about_the_active_pane_and_chooses_everywhere(room):
    desk = room.window.chart_desk
    actions = room.window.actions_.actions
    actions["pane-add"].trigger()
    room.show()
    (other,) = [chart for chart in desk.panes.charts() if chart is not room.chart]
    assert desk.panes.active.chart is other
    actions["next-mark"].trigger()
    assert other.accessibleDescription().startswith("buy -0.100000 SOL at")
    assert room.chart.accessibleDescription() == ""
    assert desk.marks._of[other].current() == room.marks.current() == room.marks.told.fills[0]
    assert room.chosen("fills") == room.marks.told.fills[0]


def test_a_closed_pane_leaves_no_marks_behind(room):
    desk = room.window.chart_desk
    for _ in range(3):
        room.window.actions_.actions["pane-add"].trigger()
        room.show()
        room.window.actions_.actions["pane-close"].trigger()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    room.show()
    assert list(desk.marks._of) == [room.chart]
