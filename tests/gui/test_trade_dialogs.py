"""Play money and branches: what is typed becomes a command, or says why it can't."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from replayer_qt.core import trade_commands as t
from replayer_qt.core.arming import Arming, phrase_for
from replayer_qt.core.orders import Mode
from replayer_qt.core.settings import Settings
from replayer_qt.core.trading import Branches
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.dialogs.one_line import LineDialog
from tests.gui.desk import Bench
from tests.helpers.trading_frames import killed, trading


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


def opened(bench):
    return next(each for each in bench.window.findChildren(LineDialog) if each.isVisible())


@pytest.mark.parametrize(
    ("text", "amount"), [("1.5", Decimal("1.5")), ("-0.25", Decimal("-0.25")), (" 2 ", Decimal(2))]
)
def test_play_money_is_put_in_or_taken_out(bench, text, amount):
    """S0-L2: the dialog's buttons."""
    bench.trade(trading(mode=Mode.PAPER))
    bench.window.trade_desk.deposit()
    dialog = opened(bench)
    assert not dialog.ok.isEnabled()
    dialog.line.setText("1.5x")
    assert not dialog.ok.isEnabled()
    assert "digits" in dialog.why.whole
    dialog.line.setText(text)
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert bench.asked == [t.Deposit(stream=PRACTICE, amount=amount)]


def test_without_an_account_there_is_nothing_to_put_money_in(bench):
    bench.window.trade_desk.deposit()
    assert not bench.window.findChildren(LineDialog)


def test_the_branch_is_shown_once_there_is_another_or_something_ahead(bench):
    button = bench.window.trade_desk.bar.branch
    for branches, shown in (
        (None, False),
        (Branches(), False),
        (Branches(ahead=2), True),
        (Branches(current="b", names=("main", "b")), True),
    ):
        bench.trade(trading(mode=Mode.PAPER, branches=branches))
        assert button.isVisible() is shown
    assert button.text() == "Branch: b"


def test_another_branch_is_asked_for_from_the_list(bench):
    button = bench.window.trade_desk.bar.branch
    bench.trade(trading(branches=Branches(current="b", names=("main", "b"), ahead=1)))
    button.list.aboutToShow.emit()
    rows = button.list.actions()
    assert [row.text() for row in rows if row.isCheckable()] == ["main", "b"]
    assert [row.text() for row in rows if row.isChecked()] == ["b"]
    rows[0].trigger()
    assert bench.asked == [t.ChooseBranch(stream=PRACTICE, branch="main")]


def test_a_branch_is_renamed_to_a_name_that_is_free(bench):
    button = bench.window.trade_desk.bar.branch
    bench.trade(trading(branches=Branches(current="b", names=("main", "b"))))
    button.list.aboutToShow.emit()
    button.list.actions()[-1].trigger()
    dialog = opened(bench)
    for text, can in (("", False), ("main", False), ("  ", False), ("early exit", True)):
        dialog.line.setText(text)
        assert dialog.ok.isEnabled() is can, text
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert bench.asked == [t.RenameBranch(stream=PRACTICE, name="early exit")]


def test_real_money_is_armed_only_with_the_words_typed(bench):
    """Nothing else asks for words, and nothing but the very words will do."""
    bench.trade(trading(arming=Arming()))
    bench.window.trade_desk.arm()
    assert bench.asked.pop() == t.Arm(stream=PRACTICE)
    bench.trade(trading(mode=Mode.LIVE, arming=Arming()))
    bench.window.trade_desk.arm()
    assert bench.asked == []
    dialog = opened(bench)
    phrase = phrase_for(Mode.LIVE, Settings().risk)
    for text, can in (("", False), (phrase[:-1], False), (phrase, True)):
        dialog.line.setText(text)
        assert dialog.ok.isEnabled() is can, text
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert bench.asked == [t.Arm(stream=PRACTICE, phrase=phrase)]


def test_dialogs_leave_nothing_behind(bench):
    """S1-11: opened and closed again and again, no dialog stays."""
    bench.trade(trading(mode=Mode.PAPER, branches=Branches(ahead=1)), kill=killed())
    desk = bench.window.trade_desk
    for show in (desk.deposit, desk.rename_branch, desk.lift_kill):
        for _ in range(20):
            show()
            for dialog in bench.window.findChildren(QDialog):
                dialog.close()
            del dialog
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            assert not bench.window.findChildren(QDialog)
    assert bench.asked == []
