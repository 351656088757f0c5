"""The ticket in the window: what is clicked is asked for, and what is shown is the state's."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollBar

from replayer_qt.core import trade_commands as t
from replayer_qt.core.arming import Arming
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.order_events import ArmState, CashOut, CashOutSet, Difference
from replayer_qt.core.orders import Mode, OrderSide, OrderState, Origin
from replayer_qt.core.settings import Settings, TradingSettings, WindowSettings
from replayer_qt.core.units import PRACTICE
from replayer_qt.core.verdict import Reason
from replayer_qt.ui.last_order import DUPLICATE
from replayer_qt.ui.theme import THEMES
from tests.gui.desk import Bench
from tests.helpers.make import event
from tests.helpers.orders import make_book, make_order, make_request
from tests.helpers.trading_frames import (
    MONO,
    a_round,
    account,
    armed,
    bet,
    frame,
    holding,
    killed,
    market,
    state_of,
    trading,
)
from tests.unit.ui.test_theme import EYES, contrast, lab

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


@pytest.fixture
def ticket(bench):
    return bench.window.trade_desk.ticket


def held(**fields):
    return trading(account=account(holding=holding(), cash=Decimal("9.98")), **fields)


def click(widget):
    QTest.mouseClick(widget, LEFT)


# --- wishes


def test_each_big_button_asks_for_its_order_with_a_name_of_its_own(bench, ticket):
    bench.trade(held())
    ticket.amount.line.setText("0.02")
    for side in OrderSide:
        click(ticket.buttons[side])
    kinds = [type(each) for each in bench.asked]
    assert kinds == [t.Buy, t.Sell, t.PlaceSideBet]
    assert [each.key for each in bench.asked] == ["order-0001", "order-0002", "order-0003"]
    assert {each.origin for each in bench.asked} == {Origin.HAND}
    assert bench.asked[0].amount == bench.asked[2].amount == Decimal("0.02")
    assert bench.asked[1].share == 100


def test_every_small_button_changes_the_draft_and_asks_for_nothing(bench, ticket):
    """S0-L2: each button of amount and share, clicked by mouse."""
    bench.trade(held())
    wanted = {
        "X": "", "+0.001": "0.001", "+0.01": "0.011", "+0.1": "0.111", "+1": "1.111",
        "1/2": "0.5555", "X2": "1.111", "MAX": "1.000",
    }  # fmt: skip
    for words, text in wanted.items():
        click(ticket.amount.buttons[words])
        assert ticket.amount.line.text() == text, words
    for share, button in ticket.share.buttons.items():
        click(button)
        assert ticket.draft.share == share
        assert [each for each in ticket.share.buttons.values() if each.isChecked()] == [button]
    ticket.share.slider.setValue(37)
    assert ticket.draft.share == 37
    assert not any(each.isChecked() for each in ticket.share.buttons.values())
    assert ticket.buttons[OrderSide.SELL].words.what == "SELL 37 %"
    assert bench.asked == []


def test_a_bad_amount_is_red_as_it_is_typed_and_can_not_be_bought_with(bench, ticket):
    """N11: the order is refused before anybody could send it, and the button says why."""
    bench.trade(held())
    buy, line = ticket.buttons[OrderSide.BUY], ticket.amount.line
    line.selectAll()
    for letter in "0.01,":
        QTest.keyClicks(line, letter)
    assert line.property("bad") is True
    assert not buy.isEnabled()
    assert buy.words.then == "digits and one point only"
    click(buy)
    ticket.order(OrderSide.BUY)
    ticket.order(OrderSide.SIDE_BET)
    assert bench.asked == []
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert line.property("bad") is False
    assert buy.isEnabled()


def test_enter_in_the_amount_gives_the_keys_back_and_buys_nothing(bench, ticket):
    """N10: typing an amount and pressing Enter is no order."""
    bench.trade(held())
    bench.window.trade_desk.focus_amount()
    QTest.keyClicks(ticket.amount.line, "0.5")
    QTest.keyClick(ticket.amount.line, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is bench.chart
    assert bench.asked == []


def test_fifty_clicks_are_fifty_wishes_for_the_gate_to_judge_and_none_is_lost_or_doubled(
    bench, ticket
):
    """S0-M3: every click has a name of its own; the window judges nothing."""
    bench.trade(held())
    for _ in range(50):
        click(ticket.buttons[OrderSide.BUY])
    assert len({each.key for each in bench.asked}) == len(bench.asked) == 50


def test_a_held_space_presses_a_big_button_once(bench, ticket):
    bench.trade(held())
    buy = ticket.buttons[OrderSide.BUY]
    buy.setFocus(Qt.FocusReason.TabFocusReason)
    none = Qt.KeyboardModifier.NoModifier
    for repeats in (False, True, True, True):
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, none, " ", repeats)
        QApplication.sendEvent(buy, press)
        if repeats:
            release = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Space, none, " ", repeats)
            QApplication.sendEvent(buy, release)
    last = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Space, none, " ", False)
    QApplication.sendEvent(buy, last)
    assert len(bench.asked) == 1


def test_a_click_leaves_the_keys_with_the_chart(bench, ticket):
    """A Space that was meant for the replay must not press the button that was clicked."""
    bench.trade(held())
    bench.chart.setFocus()
    click(ticket.buttons[OrderSide.BUY])
    click(ticket.amount.buttons["+0.001"])
    assert QApplication.focusWidget() is bench.chart


# --- what is shown


def test_what_is_shown_is_the_state_s_and_nothing_is_kept(bench, ticket):
    """S1-C2: a click changes nothing that is shown; only a frame does."""
    bench.trade(held())
    before = ticket.words
    click(ticket.buttons[OrderSide.BUY])
    assert ticket.words == before
    bench.trade(trading(account=account(cash=Decimal(5))))
    assert ticket.words.cash.text == "5.000000"
    assert ticket.words.held.text == "none"


def test_position_balance_result_and_day_stand_on_the_ticket(bench, ticket):
    traded = held()
    bench.trade(replace(traded, account=replace(traded.account, day_result=Decimal("-0.0123"))))
    told = {name: cell.word.text for name, cell in ticket.cells.items()}
    assert told["cash"] == "9.980000"
    assert told["held"] == "0.0182 @ 1.1000x"
    assert told["open_result"] == "+0.002445"
    assert told["day"].startswith("-0.00985")


def test_the_hops_of_the_newest_order_are_drawn_with_their_times(bench, ticket):
    bench.trade(held(book=make_book((make_request(), OrderState.FILLED))))
    names = [hop.name for hop in ticket.hops.order.hops]
    assert names == ["asked", "gated", "sent", "ack", "filled"]
    assert "filled +1.0 ms" in ticket.hops.accessibleName()
    empty = ticket.hops.grab().toImage()
    bench.trade(held(book=make_book((make_request(), OrderState.UNKNOWN))))
    assert ticket.hops.grab().toImage() != empty
    assert ticket.hops.order.hops[-1].colour == "error"


def test_a_duplicate_can_be_sent_anyway_as_the_very_order_that_it_was(bench, ticket):
    """S4-4e: confirmed by a person, under a new name, with the amount that was refused."""
    order = make_order(make_request(amount="0.123"), OrderState.REFUSED)
    reason = Reason(code=DUPLICATE, text="The same order went 90 ms ago.")
    order = replace(order, verdict=replace(order.verdict, reasons=(reason,)))
    bench.trade(held())
    assert not ticket.again.isVisible()
    bench.trade(held(book=OrderBook(over=(order,))))
    assert ticket.again.isVisible()
    click(ticket.again)
    (wish,) = bench.asked
    assert (wish.amount, wish.confirmed, wish.key) == (Decimal("0.123"), True, "order-0001")


def test_the_amount_begins_as_it_is_set(qtbot):
    bench = Bench(Settings(trading=TradingSettings(amount=0.05)))
    qtbot.addWidget(bench.window)
    assert bench.window.trade_desk.ticket.amount.line.text() == "0.050"


def test_a_window_without_order_names_orders_nothing(bench, ticket):
    """Fails closed: an order that can't be named can't be asked for."""
    bench.trade(held())
    ticket._new_order_id = None
    for side in OrderSide:
        ticket.order(side)
    assert bench.asked == []


# --- cash-out


def test_a_cash_out_is_set_seen_and_removed(bench, ticket):
    """S0-L2: the standing order's buttons; it is the desk's, the widget keeps none."""
    bench.trade(held())
    editor = ticket.cash_out
    editor.inputs["target"].setText("2.5")
    editor.inputs["share"].setText("50")
    click(editor.set)
    wanted = CashOut(target=Decimal("2.5"), share=50)
    assert bench.asked == [t.SetCashOut(stream=PRACTICE, cash_out=wanted)]
    assert not editor.remove.isEnabled()
    bench.trade(held(cash_out=wanted))
    assert editor.standing.whole == "sells 50 % ≥ 2.5000x"
    click(editor.remove)
    assert bench.asked[-1] == t.SetCashOut(stream=PRACTICE, cash_out=None)


def test_a_cash_out_that_the_desk_took_away_is_not_shown_any_more(bench, ticket):
    """What stands is the state's word, whatever is still entered."""
    bench.trade(held(cash_out=CashOut(target=Decimal(50))))
    ticket.cash_out.inputs["target"].setText("50")
    assert "50.000x" in ticket.cash_out.standing.whole
    bench.trade(held(cash_out=None))
    assert ticket.cash_out.standing.whole == "not set yet"
    ticket.cash_out.inputs["target"].clear()
    assert ticket.cash_out.standing.whole == "none set"
    assert not ticket.cash_out.set.isEnabled()


def test_a_cash_out_that_ended_says_why_until_something_else_is_entered(bench, ticket):
    editor = ticket.cash_out
    bench.trade(held(cash_out=CashOut(target=Decimal("1.5"))))
    editor.inputs["target"].setText("1.5")
    state = state_of(held(cash_out=None))
    reason = "the target of 1.5x was reached at 1.52x"
    ended = event(CashOutSet, stream=PRACTICE, cash_out=None, reason=reason)
    bench.window.show_frame(replace(frame(state), events=(ended,)))
    assert editor.standing.whole == f"ended: {reason}"
    bench.window.show_frame(frame(state))
    assert editor.standing.whole == f"ended: {reason}"
    editor.inputs["target"].setText("1.6")
    assert editor.standing.whole == "not set yet"


def test_a_duplicate_can_be_sent_anyway_without_making_the_ticket_taller(bench, ticket):
    bench.window.resize(730, 900)
    bench.trade(held())
    for _ in range(3):
        QApplication.processEvents()
    before = ticket.widget().sizeHint().height()
    ticket.again.show()
    QApplication.processEvents()
    assert ticket.widget().sizeHint().height() == before


def test_what_is_wrong_is_told_in_full_in_a_narrow_window(bench):
    window = bench.window
    window.resize(730, 900)
    drift = tuple(
        Difference(field=name, ours=Decimal("1.123456789"), theirs=Decimal("2.123456789"))
        for name in ("cash", "quantity")
    )
    reason = "the price feed is not connected, or its newest tick is old"
    halted = Arming(state=ArmState.HALT, reason=reason)
    bench.trade(held(drift=drift, arming=halted), kill=killed(reason="too many losses " * 5))
    QApplication.processEvents()
    desk = window.trade_desk
    for label in (desk.killed.words, desk.drift.words, desk.bar.why):
        assert label.text() == label.whole
        assert label.height() >= label.heightForWidth(label.width())
    assert desk.killed.words.whole.endswith("UTC")
    assert desk.bar.why.whole == reason


def test_a_cash_out_that_cannot_be_meant_names_the_field_and_is_not_asked_for(bench, ticket):
    bench.trade(held())
    editor = ticket.cash_out
    editor.inputs["trail"].setText("150")
    assert editor.inputs["trail"].property("bad") is True
    assert "trail" in editor.standing.whole
    click(editor.set)
    QTest.keyClick(editor.inputs["trail"], Qt.Key.Key_Return)
    assert bench.asked == []


# --- whose money, armed or not


@pytest.mark.parametrize("mode", Mode)
def test_one_look_tells_whose_money_it_is(bench, ticket, mode):
    """The same word, colour and shape on the ticket and above the chart, and in the title."""
    bench.trade(trading(mode=mode, account=account(mode=mode)))
    bar = bench.window.trade_desk.bar
    assert ticket.band.badge == bar.band.badge
    assert ticket.band.badge.word.split()[0] == mode.value.upper()
    assert ticket.band.badge.word in bench.window.windowTitle()
    assert bar.band.isVisible()


def test_the_arming_button_arms_disarms_and_takes_note(bench):
    """S0-L2: one button, by state."""
    bar = bench.window.trade_desk.bar
    for arming, kind in (
        (Arming(), t.Arm),
        (armed(), t.Disarm),
        (Arming(state=ArmState.HALT, reason="no answer"), t.AcknowledgeHalt),
    ):
        bench.trade(trading(arming=arming))
        click(bar.button)
        assert isinstance(bench.asked.pop(), kind)
    assert "no answer" in bar.why.whole


def test_the_time_that_is_left_runs_down_by_itself(bench, qtbot):
    bar = bench.window.trade_desk.bar
    bench.trade(trading(arming=armed(seconds=90)))
    assert bar.words.state.text == "ARMED 1:30"
    assert bar._counting.isActive()
    bench.clock.mono = MONO + 30_000_000_000
    qtbot.waitUntil(lambda: bar.words.state.text == "ARMED 1:00")
    bench.trade(trading(arming=Arming()))
    assert not bar._counting.isActive()


def test_drift_is_a_banner_with_both_numbers_and_two_ways_on(bench):
    """S0-L2: both buttons; the banner is there as long as the drift is."""
    banner = bench.window.trade_desk.drift
    assert not banner.isVisible()
    differs = Difference(field="cash", ours=Decimal("9.98"), theirs=Decimal("9.97"))
    bench.trade(held(drift=(differs,)))
    assert banner.isVisible()
    assert "ours 9.98, venue 9.97" in banner.words.whole
    click(banner.ask)
    click(banner.accept)
    assert bench.asked == [t.AskVenue(stream=PRACTICE), t.AcceptVenue(stream=PRACTICE)]
    bench.trade(held())
    assert not banner.isVisible()


# --- looks


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_the_three_buttons_differ_in_pixels_for_every_eye_and_can_be_read(qtbot, theme, eye):
    """N20: contrast of words on each button 4.5:1 at least, the three pairwise distinct."""
    bench = Bench(Settings(window=WindowSettings(theme=theme)))
    qtbot.addWidget(bench.window)
    bench.window.show()
    bench.trade(held())
    QApplication.processEvents()
    fills = []
    for button in bench.window.trade_desk.ticket.buttons.values():
        image = button.grab().toImage()
        fill = image.pixelColor(12, image.height() // 2).name()
        fills.append(fill)
        assert contrast(fill, THEMES[theme].background) >= 4.5
    colours = [lab(fill, eye) for fill in fills]
    pairs = ((0, 1), (0, 2), (1, 2))
    assert min(float(((colours[a] - colours[b]) ** 2).sum() ** 0.5) for a, b in pairs) >= 15


@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
def test_the_whole_ticket_is_in_sight_beside_or_below_the_chart(qtbot, size):
    """N19: nothing of it has to be scrolled to, and the chart keeps its room."""
    bench = Bench()
    qtbot.addWidget(bench.window)
    bench.window.resize(*size)
    bench.window.docking.put_back()
    bench.window.show()
    bench.trade(held(book=make_book((make_request(), OrderState.FILLED))))
    QApplication.processEvents()
    QApplication.processEvents()
    ticket = bench.window.trade_desk.ticket
    bars = ticket.findChildren(QScrollBar)
    assert not any(bar.isVisible() for bar in bars)
    assert bench.window.chart_desk.ground.height() >= 400  # the overview is a part of the chart
    assert bench.window.chart_widget.height() >= 340
    assert bench.window.chart_widget.width() >= 700
    for button in ticket.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width(), button.accessibleName()
    assert bench.window.trade_desk.kill_button.isVisible()
    for button in ticket.buttons.values():
        assert "…" not in "".join(button.shown_lines()), button.words
    amount = ticket.amount
    for button in amount.buttons.values():
        assert amount.rect().contains(button.geometry())


def test_a_bet_that_is_open_counts_down_on_the_ticket(bench, ticket):
    bench.trade(trading(account=account(bet=bet(start=30))))
    assert ticket.odds.whole == "bet 0.010 · 18 ticks left · to win 0.050"
    shown = market(running=a_round(tick=60))
    bench.trade(trading(account=account(bet=bet(start=30))), shown)
    assert ticket.odds.whole == "bet 0.010 · 10 ticks left · to win 0.050"


def test_a_refused_order_button_says_so_and_can_still_be_pressed(bench, ticket):
    """The gate decides, not the window: what looks refused is asked for all the same."""
    bench.trade(held(), kill=killed())
    buy = ticket.buttons[OrderSide.BUY]
    assert buy.isEnabled()
    assert not buy.words.allowed
    assert "kill" in buy.toolTip().lower()
    click(buy)
    assert isinstance(bench.asked[-1], t.Buy)
