"""The trading keys: off by default, timed, deaf while a person types, one order a press."""

import string

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from replayer_qt.core import trade_commands as t
from replayer_qt.core.orders import Origin
from replayer_qt.ui.trade_actions import ORDERS
from tests.gui.desk import Bench
from tests.gui.test_actions import TYPED, inputs
from tests.helpers.trading_frames import MONO, account, holding, killed, trading

MINUTE = MONO + 60_000_000_000
KEYS = {name: key for name, _, key, _, _ in ORDERS}


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    made.chart.setFocus()
    return made


def held(bench, *, until=None, **fields):
    bench.trade(trading(account=account(holding=holding())), keys_until=until, **fields)


def press(bench, name, target=None):
    """Press a key, long after the last one."""
    bench.clock.pass_s(0.3)
    combination = QKeySequence(KEYS[name])[0]
    where = target or QApplication.focusWidget()
    QTest.keyClick(where, combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def test_keys_are_off_until_they_are_armed_and_say_so(bench):
    held(bench)
    for name in ("buy", "sell", "side-bet"):
        press(bench, name)
        assert "Ctrl+E" in bench.window.trade_desk.bar.why.whole
    assert bench.asked == []


def test_armed_keys_order_once_a_press_and_say_that_a_key_asked(bench):
    held(bench, until=MINUTE)
    for name in KEYS:
        press(bench, name)
    assert [type(each) for each in bench.asked] == [t.Buy, t.Sell, t.Sell, t.PlaceSideBet]
    assert {each.origin for each in bench.asked} == {Origin.KEY}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_held_key_whose_repeats_are_not_marked_orders_once(bench, name):
    """S0-M3: some window systems send a held key as presses and releases like any others."""
    held(bench, until=MINUTE)
    combination = QKeySequence(KEYS[name])[0]
    how = combination.key(), combination.keyboardModifiers()
    QTest.keyPress(bench.chart, *how)
    bench.clock.pass_s(0.6)
    for _ in range(66):
        QTest.keyRelease(bench.chart, *how)
        QTest.keyPress(bench.chart, *how)
        bench.clock.pass_s(0.03)
    QTest.keyRelease(bench.chart, *how)
    assert len(bench.asked) == 1
    press(bench, name)
    assert len(bench.asked) == 2


def test_pairs_that_come_quickly_are_one_press_and_slow_ones_are_each_their_own(bench):
    """S0-M3: 30 ms apart it is a held key, 300 ms apart a person."""
    held(bench, until=MINUTE)
    for _ in range(66):
        QTest.keyClick(bench.chart, Qt.Key.Key_E)
        bench.clock.pass_s(0.03)
    assert len(bench.asked) == 1
    press(bench, "buy")
    press(bench, "buy")
    assert len(bench.asked) == 3


def test_selling_everything_works_unarmed_and_under_the_kill_switch(bench):
    """FAULTS 5.3: an exit is never blocked by what exists to limit risk."""
    bench.window.trade_desk.ticket.share.set_percent(10)
    held(bench)
    press(bench, "sell-all")
    held(bench, kill=killed())
    press(bench, "sell-all")
    assert [each.share for each in bench.asked] == [100, 100]


def test_arming_runs_out_by_itself_even_without_a_frame(bench):
    held(bench, until=MINUTE)
    press(bench, "buy")
    bench.clock.mono = MINUTE
    press(bench, "buy")
    assert len(bench.asked) == 1


def test_a_held_key_orders_nothing_more(bench):
    """S0-M3: auto-repeat is ignored."""
    held(bench, until=MINUTE)
    shortcuts = {each.objectName(): each for each in bench.window.findChildren(QShortcut)}
    assert set(shortcuts) >= set(KEYS)
    assert not any(shortcuts[name].autoRepeat() for name in KEYS)


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_no_key_typed_into_any_input_orders_anything(bench):
    """N10: keys armed, each input focused, every printable key typed and Shift+S: 0 orders."""
    bench.connect()
    held(bench, until=MINUTE)
    places = [each for each in inputs(bench.window) if each.isVisible()]
    assert len(places) >= 6
    for place in places:
        bench.window.activateWindow()
        QApplication.processEvents()
        place.setFocus()
        assert QApplication.focusWidget() is not None, place.accessibleName()
        for letter in TYPED:
            QTest.keyClicks(QApplication.focusWidget(), letter)
        press(bench, "sell-all")
    orders = [each for each in bench.asked if isinstance(each, t.OrderCommand)]
    assert orders == []


def test_a_field_that_takes_no_letters_keeps_the_keys_all_the_same(bench):
    """N10: Qt offers everybody the keys of a read-only field; they order nothing."""
    held(bench, until=MINUTE)
    field = QLineEdit(bench.window)
    field.setReadOnly(True)
    field.show()
    field.setFocus()
    assert QApplication.focusWidget() is field
    for name in KEYS:
        press(bench, name)
    assert bench.asked == []
    bench.chart.setFocus()
    press(bench, "buy")
    assert len(bench.asked) == 1


def test_no_key_typed_into_a_dialog_orders_anything(bench):
    """N10: a modal dialog takes the trading keys away."""
    held(bench, until=MINUTE, kill=killed())
    bench.window.trade_desk.lift_kill()
    dialog = next(each for each in bench.window.findChildren(QDialog) if each.isVisible())
    for letter in string.ascii_letters + string.digits:
        QTest.keyClicks(dialog.typed, letter)
        QTest.keyClicks(dialog.lift, letter)
        QTest.keyClicks(bench.chart, letter)
    dialog.close()
    assert bench.asked == []


def test_a_share_is_chosen_by_its_digit_and_nothing_is_ordered(bench):
    held(bench, until=MINUTE)
    for digit, share in (("1", 10), ("2", 25), ("3", 50), ("4", 100)):
        QTest.keyClicks(bench.chart, digit)
        assert bench.window.trade_desk.ticket.draft.share == share
    assert bench.asked == []


def test_the_time_that_is_left_is_shown_and_a_click_asks_to_switch_them(bench):
    """S0-L2: the keys' own button."""
    button = bench.window.trade_desk.bar.keys
    held(bench)
    assert button.text() == "Keys off"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isChecked()
    held(bench, until=MINUTE)
    assert button.text() == "KEYS 1:00"
    assert button.isChecked()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.asked == [t.ArmKeys(), t.ArmKeys(minutes=0.0)]


def test_the_dry_run_says_what_each_key_would_do_and_sends_nothing(bench):
    overlay = bench.window.trade_desk.overlay
    held(bench)
    QTest.keyClicks(bench.chart, "t")
    assert overlay.isVisible()
    lines = dict(overlay.lines)
    assert lines["E"].what == "BUY 0.010 SOL"
    assert "worst -0.010" in lines["E"].then
    assert lines["Shift+S"].what == "SELL 100 %"
    bench.window.trade_desk.ticket.share.set_percent(25)
    assert dict(overlay.lines)["S"].what == "SELL 25 %"
    held(bench, kill=killed())
    assert not dict(overlay.lines)["E"].allowed
    assert dict(overlay.lines)["Shift+S"].allowed
    before = overlay.grab().toImage()
    held(bench, until=MINUTE)
    assert overlay.grab().toImage() != before
    QTest.keyClicks(bench.chart, "t")
    assert not overlay.isVisible()
    assert bench.asked == []


def test_the_dry_run_lets_the_mouse_through_and_stays_on_the_chart(bench):
    held(bench)
    bench.window.toggle_dry_run()
    overlay = bench.window.trade_desk.overlay
    assert overlay.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    bench.window.resize(700, 600)
    QApplication.processEvents()
    assert bench.chart.rect().contains(overlay.geometry())


def test_without_an_account_a_key_says_so(bench):
    press(bench, "sell-all")
    assert "traded" in bench.window.trade_desk.bar.why.whole
    assert bench.asked == []


def test_a_key_that_has_nothing_to_ask_for_says_why(bench):
    """N11: an amount that can't be used is not ordered, and not in silence."""
    held(bench, until=MINUTE)
    bench.window.trade_desk.ticket.amount.line.setText("9")
    press(bench, "buy")
    assert bench.asked == []
    assert bench.window.trade_desk.bar.why.whole == "BUY: at most 1.000 SOL"
