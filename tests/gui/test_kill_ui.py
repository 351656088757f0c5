"""The kill switch in the window: four ways to press it, one careful way to lift it."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QSystemTrayIcon

from replayer_qt.core import trade_commands as t
from replayer_qt.core.state import State
from replayer_qt.ui.dialogs.lift_kill import LiftKillDialog
from replayer_qt.ui.kill import KillTray, killed_words
from tests.gui.desk import Bench, lively
from tests.gui.test_actions import inputs
from tests.helpers.trading_frames import killed, state_of, trading

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


def lifting(bench):
    return next(each for each in bench.window.findChildren(LiftKillDialog) if each.isVisible())


def test_the_button_is_there_without_venue_or_account_and_kills(bench):
    """S4-K3, KS-03: the red button, always."""
    button = bench.window.trade_desk.kill_button
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    assert bench.asked == [t.Kill(by="button")]


def test_the_key_kills_from_every_input_and_from_a_modal_dialog(bench):
    """S4-K3, KS-03: the key works wherever the focus is."""
    lively(bench)
    bench.connect()
    bench.trade()
    places = [bench.chart, *(each for each in inputs(bench.window) if each.isVisible())]
    assert len(places) >= 6
    for place in places:
        bench.window.activateWindow()
        QApplication.processEvents()
        place.setFocus()
        bench.asked.clear()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, CTRL)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F12)
        assert bench.asked == [t.Kill(by="key")] * 2, place.accessibleName()
    bench.window.show_shortcuts()
    dialog = next(each for each in bench.window.findChildren(QDialog) if each.isVisible())
    dialog.activateWindow()
    QApplication.processEvents()
    bench.asked.clear()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, CTRL)
    dialog.close()
    assert bench.asked == [t.Kill(by="key")]


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_the_key_kills_while_a_menu_is_open(bench):
    menu = bench.window.menus["&Trade"]
    menu.popup(bench.window.mapToGlobal(bench.window.rect().center()))
    QApplication.processEvents()
    QTest.keyClick(menu, Qt.Key.Key_K, CTRL)
    menu.close()
    assert bench.asked == [t.Kill(by="key")]


def test_a_held_kill_key_kills_once(bench):
    bench.chart.setFocus()
    for repeats in (False, True, True):
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_K, CTRL, "\x0b", repeats)
        QApplication.sendEvent(bench.chart, press)
    assert bench.asked == [t.Kill(by="key")]


def test_the_key_of_one_window_leaves_another_alone(qtbot):
    """S2-M5: two windows in one process share nothing."""
    one, other = Bench(), Bench()
    for each in (one, other):
        qtbot.addWidget(each.window)
        each.window.show()
    other.chart.setFocus()
    one.window.activateWindow()
    QApplication.processEvents()
    one.chart.setFocus()
    QTest.keyClick(one.chart, Qt.Key.Key_K, CTRL)
    assert (len(one.asked), len(other.asked)) == (1, 0)


def test_a_click_changes_nothing_by_itself(bench):
    """S1-C2: only a confirmed change of the state is shown."""
    QTest.mouseClick(bench.window.trade_desk.kill_button, LEFT)
    assert not bench.window.trade_desk.killed.isVisible()
    bench.trade(kill=killed())
    assert bench.window.trade_desk.killed.isVisible()


def test_the_banner_says_why_who_and_when_until_it_is_lifted(bench):
    """S4-2, KS-06: a persistent banner, whatever becomes of alerts."""
    banner = bench.window.trade_desk.killed
    bench.trade(kill=killed(by="rule:daily-loss", reason="day -5.1, limit 5"))
    assert "day -5.1, limit 5, by rule:daily-loss, 22:13:20 UTC" in banner.words.whole
    assert bench.window.windowTitle().startswith("KILLED")
    assert bench.window.trade_desk.kill_button.text() == "KILLED"
    bench.window.notices.clear()
    assert banner.isVisible()
    bench.trade()
    assert not banner.isVisible()
    assert bench.window.trade_desk.kill_button.isEnabled()
    assert "KILLED" not in bench.window.windowTitle()


def test_hostile_words_in_a_reason_stay_on_one_line(bench):
    """FAULTS S3: a reason is plain text."""
    told = killed_words(killed(reason="<b>x</b>\n" * 500, by="y" * 500))
    assert "\n" not in told
    assert len(told) < 500


def test_lifting_needs_the_word_and_a_reason(bench):
    """KS-05, S4-4a: by hand only, with a typed word and a reason; both, and exactly."""
    bench.trade(kill=killed())
    QTest.mouseClick(bench.window.trade_desk.killed.lift, LEFT)
    dialog = lifting(bench)
    assert not dialog.lift.isEnabled()
    for typed, reason, can in (
        ("resume", "looked", False),
        ("RESUME", "", False),
        ("RESUME", "   ", False),
        ("RESUME ", "looked", False),
        ("RESUME", "looked", True),
    ):
        dialog.typed.setText(typed)
        dialog.reason.setText(reason)
        assert dialog.lift.isEnabled() is can, (typed, reason)
    QTest.mouseClick(dialog.lift, LEFT)
    assert bench.asked == [t.LiftKill(typed="RESUME", reason="looked")]
    assert bench.window.trade_desk.killed.isVisible()


def test_cancel_and_enter_lift_nothing(bench):
    """KS-05: neither a stray Enter nor a closed dialog lifts it."""
    bench.trade(kill=killed())
    bench.window.trade_desk.lift_kill()
    dialog = lifting(bench)
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    cancel = next(each for each in dialog.findChildren(QPushButton) if each is not dialog.lift)
    if dialog.isVisible():
        QTest.mouseClick(cancel, LEFT)
    assert bench.asked == []


def test_there_is_nothing_to_lift_while_it_is_off(bench):
    bench.trade()
    assert not bench.window.actions_.actions["lift-kill"].isEnabled()
    bench.window.trade_desk.lift_kill()
    assert not bench.window.findChildren(LiftKillDialog)


def test_the_tray_kills_lifts_and_shows_by_its_icon_how_things_stand(bench):
    """S4-K3, KS-03: the tray's menu, each item; the icon differs by state."""
    tray = KillTray(bench.window)
    heard = []
    tray.asked.connect(heard.append)
    tray.lifting.connect(lambda: heard.append("lift"))
    tray.wanted.connect(lambda: heard.append("show"))
    tray.kill.trigger()
    tray.show_window.trigger()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert heard == [t.Kill(by="tray"), "show", "show"]
    pictures = []
    for state in (State(), state_of(trading()), State(kill=killed())):
        tray.show_state(state)
        pictures.append(tray.icon.icon().pixmap(32).toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
    assert not tray.kill.isEnabled()
    tray.lift.trigger()
    assert heard[-1] == "lift"


@pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)
def test_the_icon_goes_with_the_window(bench):
    desk = bench.window.trade_desk
    desk.show_tray()
    assert desk.tray.icon.isVisible()
    desk.tray.kill.trigger()
    assert bench.asked == [t.Kill(by="tray")]
    bench.trade(kill=killed())
    assert not desk.tray.kill.isEnabled()
    bench.window.close()
    assert not desk.tray.icon.isVisible()
