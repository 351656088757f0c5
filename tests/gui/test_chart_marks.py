"""Marks on the real chart: where they are painted, what they say, and whose state they follow."""

from decimal import Decimal

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.account import EntryKind
from replayer_qt.core.events import ROUND_EVENTS, Side, TradePrinted
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.units import RUGS, RoundId
from replayer_qt.ui.chart.marks import Marks
from replayer_qt.ui.chart.marks_tape import TradeTape
from replayer_qt.ui.chart.marks_told import entry_key, keys_of
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.theme import DARK, LIGHT
from tests.helpers.trading import REPLAY, Floor

OTHER = RoundId("20261121-fedcba9876543210")
NOWHERE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Stage:
    """A chart with marks, and a market with an account in which one can trade."""

    def __init__(self, qtbot, stream=RUGS):
        self.chart = PriceChart()
        qtbot.addWidget(self.chart)
        self.chart.resize(900, 500)
        self.chart.set_ticks_per_candle(1)
        self.tape = TradeTape()
        self.marks = Marks(self.tape)
        self.marks.add_to(self.chart.extras)
        self.chart.installEventFilter(self.marks)
        self.chosen = []
        self.marks.chosen.connect(self.chosen.append)
        self.chart.show()
        QTest.qWaitForWindowExposed(self.chart)
        self.floor = Floor(stream=stream)
        self.floor.begin()
        self.shown = 0

    def show(self, *, paint=True):
        """Show what has happened since, as a frame."""
        floor = self.floor
        advance = floor.engine.handle(())
        events, self.shown = tuple(floor.told[self.shown :]), len(floor.told)
        state = replace(advance.state, shown=floor.stream, live=floor.stream)
        advance = replace(advance, state=state, events=events)
        self.tape.take(advance)
        self.marks.show_state(advance.state)
        self.chart.show_frame(advance)
        if paint:
            QApplication.processEvents()

    def picture(self):
        QApplication.processEvents()
        picture = self.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        size = (picture.height(), picture.bytesPerLine() // 4)
        return np.frombuffer(picture.constBits(), np.uint32).reshape(size).copy() & 0xFFFFFF

    def place(self, mark):
        """Return where a mark was painted [px]."""
        return QPoint(*self.marks._place_of(self.chart.plan, mark))

    def around(self, mark, size=6):
        """Return the pixels around a mark."""
        place, picture = self.place(mark), self.picture()
        return picture[place.y() - size : place.y() + size + 1, place.x() - size : place.x() + size]

    def others_trade(self, number, tick, amount="1", price=1.2, side=Side.BUY, player="mallory"):
        self.floor.happen(
            TradePrinted, round_id=self.floor.round_id, trade_id=f"t{number}", player=player,
            side=side, tick=tick, price=price, amount=Decimal(amount), quantity=Decimal(1),
        )  # fmt: skip


@pytest.fixture
def stage(qtbot):
    return Stage(qtbot)


def pixels(picture, colour):
    return int((picture == (QColor(colour).rgb() & 0xFFFFFF)).sum())


def traded(stage):
    """A buy at tick 1, a sale of half at 11, others between, and on to tick 30."""
    stage.floor.buy("0.1")
    stage.floor.ticks(*[1.0 + tick / 50 for tick in range(10)])
    stage.floor.sell(50)
    stage.floor.ticks(*[1.2 - tick / 100 for tick in range(20)])
    stage.show()


def test_a_buy_is_a_triangle_below_its_price_and_a_sale_one_above(stage):
    traded(stage)
    buy, sale = stage.marks.told.fills
    plan = stage.chart.plan
    assert stage.place(buy).x() == plan.middle_of(1)
    assert stage.place(buy).y() > plan.row_of(float(buy.price)) + 5
    assert stage.place(sale).y() < plan.row_of(float(sale.price)) - 5
    up, down = stage.around(buy), stage.around(sale)
    assert pixels(up, DARK.up) > 15
    assert pixels(down, DARK.down) > 15
    widths = [(part == (QColor(colour).rgb() & 0xFFFFFF)).sum(axis=1)
              for part, colour in ((up, DARK.up), (down, DARK.down))]  # fmt: skip
    assert widths[0][:7].sum() < widths[0][7:].sum()  # it widens downwards
    assert widths[1][:6].sum() > widths[1][6:].sum()


def test_marks_are_painted_in_the_colours_of_the_theme(stage):
    traded(stage)
    stage.chart.set_theme(LIGHT)
    assert pixels(stage.around(stage.marks.told.fills[0]), LIGHT.up) > 15


def test_marks_of_another_round_are_never_shown(stage):
    """N16: a new round begins without the marks of the one before, and none comes back."""
    traded(stage)
    stage.others_trade(1, 5)
    stage.show()
    assert stage.marks.painted == 3
    stage.floor.rug()
    stage.floor.begin(OTHER)
    stage.floor.ticks(1.1, 1.2)
    stage.show()
    assert stage.marks.told.walk() == []
    assert stage.marks.painted == 0
    stage.floor.buy("0.1")
    stage.floor.tick(1.3)
    stage.show()
    assert [mark.round_id for mark in stage.marks.told.fills] == [OTHER]
    assert stage.marks.painted == 1


def test_a_step_back_takes_fills_and_trades_back(qtbot):
    """N15: marks after a rewind are those of a replay that only came so far."""
    stage = Stage(qtbot, REPLAY)
    floor = stage.floor
    floor.ticks(1.1, 1.2)
    stage.show()
    early = stage.picture()
    count = len(floor.told)
    floor.buy("0.1")
    floor.ticks(1.3, 1.4)
    stage.others_trade(1, 3)
    stage.show()
    assert stage.marks.painted == 2
    assert stage.marks.told.costs
    history = tuple(one for one in floor.told[:count] if isinstance(one, ROUND_EVENTS))
    floor.happen(Rewound, history=history)
    stage.show()
    assert stage.marks.told.walk() == []
    assert stage.marks.painted == 0
    assert (stage.picture() == early).all()
    floor.number = 2
    floor.ticks(1.3, 1.4)
    stage.show()
    assert [mark.kind for mark in stage.marks.told.fills] == [EntryKind.BUY]


def test_what_lies_between_cost_and_price_is_shaded_by_its_sign(stage):
    stage.floor.buy("0.1")
    stage.floor.ticks(*[1.0 + tick / 50 for tick in range(20)])
    stage.show()
    plan = stage.chart.plan
    (cost,) = stage.marks.told.costs
    assert cost.is_open
    row = plan.row_of(cost.average)
    above = stage.picture()[row - 30, plan.middle_of(19)]
    stage.floor.ticks(*[1.4 - tick / 20 for tick in range(20)])
    stage.show()
    plan = stage.chart.plan
    row = plan.row_of(cost.average)
    below = stage.picture()[row + 30, plan.middle_of(39)]
    ground = QColor(DARK.background).rgb() & 0xFFFFFF
    assert len({int(above), int(below), ground}) == 3
    assert (above >> 8 & 255) > (above >> 16 & 255)  # greenish
    assert (below >> 16 & 255) > (below >> 8 & 255)  # reddish
    stage.floor.sell(100)
    stage.floor.ticks(0.5, 0.5)
    stage.show()
    assert [one.is_open for one in stage.marks.told.costs] == [False]


def test_the_picture_in_parts_is_the_picture_at_once(stage):
    """The rows that a tick repaints are all that its profit and its shading change."""
    stage.chart.set_ticks_per_candle(5)
    stage.floor.buy("0.1")
    stage.floor.bet("0.01")
    stage.floor.ticks(1.9, 0.9)  # the scale stays from here on
    for number, price in enumerate(1.2 + 0.3 * np.sin(np.arange(120) / 7)):
        stage.floor.tick(float(price))
        if number % 10 == 0:
            stage.others_trade(number, number)
        stage.show()
    assert stage.chart.layer.patches > 5
    in_parts = stage.chart.screen().grabWindow(stage.chart.winId()).toImage()
    stage.chart.layer.forget()
    stage.chart.viewport().update()
    QApplication.processEvents()
    at_once = stage.chart.screen().grabWindow(stage.chart.winId()).toImage()
    assert in_parts == at_once
    assert pixels(stage.picture(), DARK.accent) > 0


def test_a_bet_is_a_band_over_its_forty_ticks_and_says_how_it_ended(stage):
    stage.floor.ticks(1.0, 1.0)
    stage.floor.bet("0.01")
    stage.floor.ticks(*[1.0] * 10)
    stage.show()
    (bet,) = stage.marks.told.bets
    plan = stage.chart.plan
    picture = stage.picture()
    inside, outside = plan.middle_of(bet.start + 3), plan.middle_of(bet.start - 1)
    assert picture[100, inside] != picture[100, outside]
    stage.floor.ticks(*[1.0] * 45)
    stage.show()
    (bet,) = stage.marks.told.bets
    stage.chart.show_span(0, 60)
    QApplication.processEvents()
    QTest.mouseMove(stage.chart.viewport(), stage.place(bet))
    assert stage.marks.pointed() == bet
    stage.marks.choose(keys_of(bet)[0])
    assert stage.marks.current() == bet


def test_small_trades_of_others_are_not_shown_and_crowded_ones_stand_for_many(stage):
    stage.floor.ticks(*[1.0 + tick / 50 for tick in range(20)])
    for number in range(30):
        stage.others_trade(number, 10, amount=f"{(number + 1) / 100}", price=1.18)
    stage.show()
    assert stage.marks.painted == 1
    (crowd,) = stage.marks.cover.others.crowds.tolist()
    assert crowd == 30
    stage.marks.least = 0.205
    stage.chart.refresh()
    assert stage.marks.cover.others.crowds.tolist() == [10]
    stage.marks.least = 5.0
    stage.chart.refresh()
    stage.picture()
    assert stage.marks.painted == 0
    stage.marks.least, stage.marks.shows_trades = 0.0, False
    stage.chart.refresh()
    stage.picture()
    assert stage.marks.painted == 0


def test_own_fills_are_never_thinned_away(stage):
    stage.chart.set_ticks_per_candle(50)
    for _ in range(12):
        stage.floor.buy("0.01")
        stage.floor.tick(1.0)
    for number in range(200):
        stage.others_trade(number, 4, price=1.0)
    stage.show()
    own = stage.marks.cover.own
    assert int(own.crowds.sum()) == 12
    assert sorted(item for at in range(len(own.xs)) for item in own.group(at)) == list(range(12))


def test_what_is_under_the_mouse_says_what_it_is_and_leaves_with_it(stage):
    traded(stage)
    buy = stage.marks.told.fills[0]
    before = stage.picture()
    QTest.mouseMove(stage.chart.viewport(), stage.place(buy))
    QApplication.processEvents()
    assert stage.marks.pointed() == buy
    QApplication.sendEvent(stage.chart, QEvent(QEvent.Type.Leave))
    assert stage.marks.pointed() is None
    stage.chart.refresh()
    assert (stage.picture() == before).all()


def test_a_hostile_name_is_one_short_plain_line(stage):
    stage.floor.ticks(*[1.0 + tick / 50 for tick in range(20)])
    stage.others_trade(1, 10, player="<b>" + "\N{ARABIC LETTER BEH}\u202e\n" * 400, price=1.18)
    stage.show()
    (mark,) = stage.tape.of(RUGS, stage.floor.round_id).trades
    QTest.mouseMove(stage.chart.viewport(), stage.place(mark))
    QApplication.processEvents()
    assert stage.marks.pointed() == mark
    assert stage.chart.last_paint_ms < 500


def test_a_click_chooses_a_mark_and_one_beside_it_none(stage):
    traded(stage)
    sale = stage.marks.told.fills[1]
    QTest.mouseClick(stage.chart.viewport(), LEFT, NOWHERE, stage.place(sale))
    assert stage.chosen == [sale]
    ringed = stage.around(sale, size=13)
    assert pixels(ringed, DARK.accent) > 4
    QTest.mouseClick(stage.chart.viewport(), LEFT, NOWHERE, QPoint(20, 60))
    assert stage.chosen == [sale, None]
    assert stage.marks.current() is None


def test_a_drag_that_begins_on_a_mark_moves_the_chart_and_chooses_nothing(stage):
    stage.floor.buy("0.1")
    stage.floor.ticks(*[1.0 + tick / 500 for tick in range(300)])
    stage.show()
    stage.chart.show_span(0, 80)
    QApplication.processEvents()
    place, origin = stage.place(stage.marks.told.fills[0]), stage.chart.plan.origin
    view = stage.chart.viewport()
    QTest.mousePress(view, LEFT, NOWHERE, place)
    for step in range(1, 6):
        QTest.mouseMove(view, place + QPoint(20 * step, 0))
        QApplication.processEvents()
    QTest.mouseRelease(view, LEFT, NOWHERE, place + QPoint(100, 0))
    assert stage.chosen == []
    assert stage.chart.plan.origin != origin


def test_keys_walk_over_own_marks_and_stop_at_the_ends(stage):
    traded(stage)
    buy, sale = stage.marks.told.fills
    assert stage.marks.step(1) == buy
    assert stage.marks.step(1) == sale
    assert stage.marks.step(1) is None
    assert stage.marks.current() == sale
    assert stage.marks.step(-1) == buy
    assert stage.marks.step(-1) is None
    assert stage.marks.place() == (RUGS, stage.floor.round_id, buy.tick)
    stage.marks.choose(entry_key(replace(buy, at=buy.at + 1)))
    assert stage.marks.current() is None


def test_marks_stand_still_with_their_candles_when_one_pans(stage):
    stage.floor.buy("0.1")
    stage.floor.ticks(*[1.0 + tick / 500 for tick in range(400)])
    stage.show()
    buy = stage.marks.told.fills[0]
    stage.chart.show_span(0, 100)
    for by in (1, 3, 7):
        stage.chart.pan(by)
        assert stage.place(buy).x() == stage.chart.plan.middle_of(buy.tick)
    before = stage.marks._own_look
    stage.chart.pan(2)
    assert stage.marks._own_look is before  # nothing was placed anew


def test_a_rug_that_took_a_holding_is_a_cross_above_the_rug(stage):
    stage.floor.buy("0.1")
    stage.floor.ticks(1.1, 1.2, 1.3)
    stage.floor.rug(0.9)
    stage.show()
    rug = stage.marks.told.fills[-1]
    assert rug.kind is EntryKind.RUG
    assert stage.place(rug).y() < stage.chart.plan.row_of(float(rug.price)) - 8
    assert pixels(stage.around(rug), DARK.rug) > 10
    assert stage.marks.told.costs[-1].end == rug.tick


def test_a_god_candle_is_a_star_that_says_its_factor(stage):
    stage.floor.ticks(1.1, 1.2, 13.0, 12.0)
    stage.show()
    (god,) = stage.marks._found
    assert god.tick == 3
    assert pixels(stage.around(god), DARK.accent) > 12
    QTest.mouseMove(stage.chart.viewport(), stage.place(god))
    assert stage.marks.pointed() == god
    stage.marks.shows_own = False  # what the market did is marked all the same
    stage.chart.refresh()
    assert pixels(stage.around(god), DARK.accent) > 12


def test_the_round_before_keeps_its_marks_while_the_next_is_counted_down_to(stage):
    stage.floor.buy("0.1")
    stage.floor.ticks(1.1, 1.2, 1.3)
    stage.floor.rug()
    first = stage.floor.round_id
    stage.floor.announce(OTHER)
    stage.show()
    assert [mark.round_id for mark in stage.marks.told.fills] == [first, first]
    stage.floor.start()
    stage.floor.tick(1.1)
    stage.show()
    assert stage.marks.told.walk() == []


def test_marks_keep_their_places_where_a_pixel_is_half_as_large(stage, monkeypatch):
    traded(stage)
    monkeypatch.setattr(type(stage.chart), "devicePixelRatioF", lambda _self: 2.0)
    stage.chart.refresh()
    stage.picture()
    buy = stage.marks.told.fills[0]
    plan = stage.chart.plan
    assert plan.room.unit == 2.0
    assert stage.place(buy).x() == plan.middle_of(buy.tick)
    assert stage.place(buy).y() > plan.row_of(float(buy.price)) + 10
