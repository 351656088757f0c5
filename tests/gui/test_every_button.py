"""Every button and every action that there is has a test: a new one without any fails here."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QToolBar,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

import replayer_qt.ui
from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState
from replayer_qt.core.library_requests import CancelJob, FindRounds, Import, Refresh, Study
from replayer_qt.core.replay_commands import Shuffle
from replayer_qt.core.trading import LIFT_WORD, Kill
from replayer_qt.core.units import RoundId
from replayer_qt.core.vault import VaultTold
from replayer_qt.ui.action_table import ACTIONS
from replayer_qt.ui.arrangement import Source
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.track_styles import another
from replayer_qt.ui.dialogs.about import AboutDialog
from replayer_qt.ui.dialogs.bookmarks import BookmarksDialog
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.dialogs.jump import JumpDialog
from replayer_qt.ui.dialogs.layouts import LayoutsDialog
from replayer_qt.ui.dialogs.layouts import NameDialog as LayoutNameDialog
from replayer_qt.ui.dialogs.lift_kill import LiftKillDialog
from replayer_qt.ui.dialogs.one_line import LineDialog
from replayer_qt.ui.dialogs.replace_file import ReplaceDialog
from replayer_qt.ui.dialogs.shortcuts import ShortcutSheet
from replayer_qt.ui.dialogs.vault import VaultDialog
from replayer_qt.ui.library.dialogs import ConfirmDialog, NameDialog, NoteDialog, TagsDialog
from replayer_qt.ui.library.export_dialog import ExportDialog
from replayer_qt.ui.library.report_dialog import ReportDialog
from replayer_qt.ui.library.row_actions import DEEDS
from replayer_qt.ui.library.sheet import Sheet
from replayer_qt.ui.library.study_page import StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from replayer_qt.ui.panes.source_dialog import SourceDialog
from replayer_qt.ui.theme import DARK
from tests.gui.desk import Bench, Store, lively
from tests.helpers.a_library import ALibrary
from tests.helpers.studies import small_study

GUI = Path(__file__).parent
OWN = "replayer_qt."

MARKED = [Bookmark(round_id=RoundId("r"), tick=3), Bookmark(round_id=RoundId("r"), tick=9)]
RESULT = JobEnded(
    ticket=1,
    title="Import",
    state=JobState.DONE,
    files=(
        FileReport(path="a.jsonl", outcome="imported"),
        FileReport(path="b.jsonl", outcome="failed", problem="It is empty."),
    ),
)


def typed(*words):
    """Type into the lines of a dialog, so that it can be accepted."""

    def type_it(dialog):
        for line, text in zip(dialog.findChildren(QLineEdit), words, strict=False):
            line.setText(text)

    return type_it


def first_row(dialog):
    """Choose the first of what a dialog lists."""
    for table in dialog.findChildren(QAbstractItemView):
        table.setCurrentIndex(table.model().index(0, 0))


def first_row_renamed(dialog):
    """Choose it, and another name."""
    first_row(dialog)
    typed("another")(dialog)


def asked_for(dialog):
    """Know that there is a vault that is closed."""
    dialog.show_told(VaultTold(mode="passphrase", has_key=True))
    typed("a passphrase")(dialog)


def nothing(_dialog):
    """It can be pressed as it is."""


DIALOGS = {
    AboutDialog: (lambda: AboutDialog("1"), nothing),
    BookmarksDialog: (lambda: BookmarksDialog(MARKED), first_row),
    ConfirmDialog: (lambda: ConfirmDialog("T", ["l"], "Do it"), nothing),
    ExportDialog: (lambda: ExportDialog((1,), "/in"), typed("/in/a.csv")),
    IndicatorsDialog: (lambda: IndicatorsDialog([another("sma", [])]), first_row),
    JumpDialog: (lambda: JumpDialog(1, 20), nothing),
    LayoutNameDialog: (lambda: LayoutNameDialog([]), typed("mine")),
    LayoutsDialog: (lambda: LayoutsDialog(["mine", "other"]), first_row_renamed),
    LiftKillDialog: (lambda: LiftKillDialog(Kill()), typed(LIFT_WORD, "a reason")),
    LineDialog: (lambda: LineDialog("T", "Q", lambda _text: Shuffle(seed=None)), typed("x")),
    NameDialog: (lambda: NameDialog("T", "Q", ""), typed("mine")),
    NoteDialog: (lambda: NoteDialog("", 1), nothing),
    ReplaceDialog: (lambda: ReplaceDialog("a.png"), nothing),
    ReportDialog: (lambda: ReportDialog(RESULT, DARK), nothing),
    Sheet: (Sheet, nothing),
    ShortcutSheet: (lambda: ShortcutSheet(ACTIONS), nothing),
    SourceDialog: (lambda: SourceDialog([("One", Source())], Source()), nothing),
    TagsDialog: (lambda: TagsDialog([()], []), nothing),
    VaultDialog: (VaultDialog, asked_for),
}
"""Every dialog there is, how it is made, and what makes all of its buttons of use."""


def kinds_of(base: type):
    for kind in base.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def owner_of(widget: QWidget) -> str:
    """The nearest part of this program that a widget belongs to."""
    while not type(widget).__module__.startswith(OWN):
        above = widget.parentWidget()
        if above is None:
            return type(widget).__name__
        widget = above
    return type(widget).__name__


def is_qts(button: QWidget) -> bool:
    """Whether Qt itself made a button: of a dock's title, a row of tabs, a line to be cleared."""
    name = button.objectName()
    return name.startswith(("qt_", "Scroll")) or button.accessibleName() == "Clear this input"


def buttons_of(ground: QWidget, known=frozenset()):
    """All buttons, but for those of actions that are tested by their names."""
    for each in [ground, *ground.findChildren(QAbstractButton)]:
        if not isinstance(each, QAbstractButton) or is_qts(each):
            continue
        if not (isinstance(each, QToolButton) and each.defaultAction() in known):
            yield each


def name_of(button: QAbstractButton) -> str:
    words = button.accessibleName() or button.text()
    return f"{owner_of(button)}: {words.replace('&', '')}"


def actions_of(ground: QWidget, known=frozenset()):
    """The names of all actions that are in no table."""
    for each in ground.findChildren(QAction):
        if each.isSeparator() or each in known or each.menu() is not None or not each.text():
            continue
        yield f"{type(each.parent()).__name__}: {each.text().partition(chr(9))[0].replace('&', '')}"


TESTED = {
    **{
        f"AmountInput: Amount {words}": (
            "test_ticket", "test_every_small_button_changes_the_draft_and_asks_for_nothing"
        )
        for words in ("+0.001", "+0.01", "+0.1", "+1", "1/2", "MAX", "X", "X2")
    },
    **{
        f"ShareInput: Sell {share} percent": (
            "test_ticket", "test_every_small_button_changes_the_draft_and_asks_for_nothing"
        )
        for share in (10, 25, 50, 100)
    },
    **{
        f"OrderButton: {words}": (
            "test_ticket", "test_each_big_button_asks_for_its_order_with_a_name_of_its_own"
        )
        for words in ("BUY", "SELL", "SIDE BET")
    },
    "ArmingBar: Arm": ("test_ticket", "test_the_arming_button_arms_disarms_and_takes_note"),
    "ArmingBar: Arm or disarm the trading keys": (
        "test_trade_keys", "test_the_time_that_is_left_is_shown_and_a_click_asks_to_switch_them"
    ),
    "BranchButton: Line of decisions": (
        "test_trade_dialogs", "test_another_branch_is_asked_for_from_the_list"
    ),
    **{
        f"CashOutEditor: {words} the cash-out": (
            "test_ticket", "test_a_cash_out_is_set_seen_and_removed"
        )
        for words in ("Remove", "Set")
    },
    "DriftBanner: Ask again": (
        "test_ticket", "test_drift_is_a_banner_with_both_numbers_and_two_ways_on"
    ),
    "DriftBanner: Set to the venue's": (
        "test_ticket", "test_drift_is_a_banner_with_both_numbers_and_two_ways_on"
    ),
    "JournalPanel: Save note": (
        "test_trading_panels", "test_every_button_and_every_verb_has_an_effect"
    ),
    "KillBanner: Lift the kill switch": (
        "test_kill_ui", "test_lifting_needs_the_word_and_a_reason"
    ),
    "KillButton: Stop all trading, now, everywhere.": (
        "test_kill_ui", "test_the_button_is_there_without_venue_or_account_and_kills"
    ),
    "NoticeList: Clear all notices": (
        "test_actions", "test_buttons_of_notices_dismiss_and_clear"
    ),
    "Pane: Choose what this chart shows": (
        "test_panes", "test_the_menu_offers_market_recording_and_earlier_rounds"
    ),
    "Pane: Close this chart": (
        "test_panes", "test_a_pane_is_closed_by_its_button_and_the_others_stay"
    ),
    "TicketPanel: Send the order that looked like a duplicate": (
        "test_ticket", "test_a_duplicate_can_be_sent_anyway_as_the_very_order_that_it_was"
    ),
    **{
        f"UnknownBar: {words}": (
            "test_trading_panels", "test_an_unknown_order_asks_a_person_and_the_answer_is_asked_for"
        )
        for words in ("Ask the venue", "It did not", "It happened")
    },
    **{
        f"Welcome: {words}": (
            "test_actions", "test_every_button_has_an_effect_when_it_is_clicked"
        )
        for words in ("Open recording", "Practice exchange", "rugs.fun")
    },
    "JobBar: Cancel the job (Esc)": (
        "test_every_button", "test_the_job_bar_cancels_by_its_button"
    ),
    "JobBar: Do nothing of what waits": (
        "test_library_window", "test_one_job_runs_and_the_others_wait_with_their_number"
    ),
    "JobBar: List the files of the last job (Ctrl+R)": (
        "test_library_window", "test_the_report_lists_what_became_of_each_file"
    ),
    "SavedMenu: Saved searches": (
        "test_library_window", "test_saved_searches_are_applied_saved_renamed_and_forgotten"
    ),
    **{
        f"SpacePage: {words}": (
            "test_library_window", "test_tidying_takes_a_try_first_and_then_a_confirmation"
        )
        for words in ("Tidy up…", "Try: what would go?")
    },
    "SearchBox: Clear the search": (
        "test_every_button", "test_the_search_is_cleared_by_its_button"
    ),
    "StatePane: Clear filters": (
        "test_library_window", "test_no_match_offers_to_clear_the_filters"
    ),
    "StatePane: Import files": (
        "test_library_window", "test_an_empty_library_says_what_to_do_next"
    ),
    "StatePane: Import folder": ("test_every_button", "test_an_empty_library_imports_a_folder"),
    "StatePane: Try again": (
        "test_library_window", "test_a_library_that_fails_says_why_and_can_be_asked_again"
    ),
    "StudyPage: Cancel": (
        "test_study_page", "test_a_running_study_is_cancelled_and_a_waiting_one_is_forgotten"
    ),
    "StudyPage: Compute again": ("test_every_button", "test_a_study_is_made_again_by_its_button"),
    "StudyPage: Export all": (
        "test_study_page", "test_everything_is_exported_into_a_folder_that_was_not_there"
    ),
    "StudyPage: Statistics of all rounds": (
        "test_study_page", "test_before_a_study_the_page_says_how_to_get_one"
    ),
    "StudyPage: Try again": (
        "test_study_page", "test_a_failed_study_says_why_and_can_be_tried_again"
    ),
}  # fmt: skip
"""Each button of the windows, with the test that presses it: module and function."""

BY_KIND = {
    "FilterPane": "test_every_filter_asks_anew_and_one_button_clears_them",
    "PageBar": "test_the_buttons_of_the_bar_open_what_they_name",
}
"""The parts all of whose buttons one test here presses, whatever they are."""

OF_QT = {"QToolBar", "QDockWidget", "GraphicsScene"}
"""Makers of actions of their own: toggles of bars and docks, and a menu that is never shown."""

ELSEWHERE = {
    "QMenu: Clear this list": ("test_window", "test_recent_files_are_listed_and_open_again"),
    "QMenu: No search is saved yet": (
        "test_library_window", "test_saved_searches_are_applied_saved_renamed_and_forgotten"
    ),
    "SavedMenu: Save this search…": (
        "test_library_window", "test_saved_searches_are_applied_saved_renamed_and_forgotten"
    ),
}  # fmt: skip
"""Each action of the windows that stands in no table, as above."""


def functions(module: str) -> set[str]:
    tree = ast.parse((GUI / f"{module}.py").read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.fixture
def library(qtbot):
    kept = []

    def make(count=60):
        window = LibraryWindow(layout_store=Store())
        qtbot.addWidget(window)
        answers = None if count is None else ALibrary(window, count)
        page = StudyPage()
        window.take_study(page, page)
        kept.extend((window, answers, page))
        window.resize(1280, 800)
        window.show()
        QApplication.processEvents()
        return window, answers

    yield make
    kept.clear()


def click(button):
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    box = QPoint(8, button.height() // 2) if isinstance(button, QCheckBox) else QPoint()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=box)
    QApplication.processEvents()


def test_every_button_of_the_window_is_pressed_in_a_test(qtbot):
    """S0-L2: found in the real window with each panel and another chart; a new one fails here."""
    bench = Bench(chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.show()
    bench.window.chart_desk.panes.add()
    QApplication.processEvents()
    known = set(bench.window.actions_.actions.values())
    names = {name_of(each) for each in buttons_of(bench.window, known)}
    assert len(names) > 25
    assert sorted(names - set(TESTED)) == []
    others = {each for each in actions_of(bench.window, known) if each.split(":")[0] not in OF_QT}
    assert sorted(others - set(ELSEWHERE)) == []


def test_every_button_of_the_library_is_pressed_in_a_test(library):
    """S0-L2: found in its real window with all of its pages."""
    window, _ = library()
    found = {name_of(each) for each in buttons_of(window)}
    left = {each for each in found if each.split(":")[0] not in BY_KIND}
    assert len(found) > 25
    assert sorted(left - set(TESTED)) == []
    bar = {id(each) for menu in bar_menus(window) for each in all_actions(menu)}
    others = [
        each
        for each in window.findChildren(QAction)
        if id(each) not in bar and each.text() and each.menu() is None and not each.isSeparator()
    ]
    names = {f"{type(each.parent()).__name__}: {each.text().replace('&', '')}" for each in others}
    left = {each for each in names if not each.startswith("RowActions: ")}
    assert sorted(left - set(ELSEWHERE)) == []
    assert len(names - left) == len(DEEDS)  # each of them: test_library_window


def test_the_tests_that_are_named_are_there():
    """S0-L2: an entry that names no test is none."""
    named = {*TESTED.values(), *ELSEWHERE.values()}
    named |= {("test_every_button", name) for name in BY_KIND.values()}
    known = {module: functions(module) for module in {module for module, _ in named}}
    assert [(module, name) for module, name in sorted(named) if name not in known[module]] == []


def test_every_dialog_is_pressed_here():
    """S0-L2: a new dialog without a test fails here."""
    for each in pkgutil.walk_packages(replayer_qt.ui.__path__, "replayer_qt.ui."):
        importlib.import_module(each.name)
    kinds = {kind for kind in kinds_of(QDialog) if kind.__module__.startswith(OWN)}
    made = {kind for kind in kinds if not kind.__name__.startswith("_")}
    assert {kind.__name__ for kind in made - set(DIALOGS)} == set()


def looks(dialog, heard):
    """All that pressing something can change where one can see or hear it."""
    if not isValid(dialog) or not dialog.isVisible():
        return "closed", tuple(heard)
    shown = tuple(
        (
            each.isVisible(),
            each.isEnabled(),
            each.text() if hasattr(each, "text") else "",
            each.isChecked() if isinstance(each, QAbstractButton) else False,
            each.model().rowCount() if isinstance(each, QAbstractItemView) else 0,
        )
        for each in dialog.findChildren(QWidget)
    )
    asking = sum(each.isVisible() for each in dialog.findChildren(QDialog))
    return shown, asking, tuple(heard), QApplication.clipboard().text()


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
def test_every_button_of_every_dialog_has_an_effect(qtbot, kind):
    """S0-L2: each pressed by mouse in a dialog of its own: it asks, changes something, or ends."""
    make, prepare = DIALOGS[kind]
    names = [name_of(each) for each in buttons_of(make())]
    assert names
    assert len(set(names)) == len(names)
    for place, name in enumerate(names):
        dialog = make()
        qtbot.addWidget(dialog)
        heard = []
        signals = [getattr(dialog, each) for each, of in vars(kind).items() if type(of) is Signal]
        for signal in (*signals, dialog.accepted, dialog.rejected):
            signal.connect(lambda *told, heard=heard: heard.append(len(told)))
        dialog.show()
        prepare(dialog)
        QApplication.processEvents()
        QApplication.clipboard().clear()
        before = looks(dialog, heard)
        click(list(buttons_of(dialog))[place])
        assert looks(dialog, heard) != before, name
        if isValid(dialog):
            for asking in dialog.findChildren(QDialog):
                asking.close()
            dialog.close()


def test_the_job_bar_cancels_by_its_button(library):
    """S0-L2: as Escape does."""
    window, answers = library()
    window.import_paths(["/a"])
    click(window.jobs.cancel)
    assert answers.of(CancelJob) == [CancelJob(ticket=answers.jobs[-1].ticket)]


def test_the_search_is_cleared_by_its_button(library):
    """S0-L2: the cross in the box."""
    window, _ = library()
    search = window.rounds.bar.search
    search.setText("moon")
    click(next(each for each in buttons_of(search)))
    assert search.text() == ""


def test_an_empty_library_imports_a_folder(library):
    """S0-L2: the other way to begin."""
    window, answers = library(0)
    click(window.rounds.lack.buttons["folder"])
    dialog = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.filesSelected.emit(["/in"])
    dialog.close()
    assert answers.of(Import)[-1].paths == ("/in",)


def test_a_study_is_made_again_by_its_button(library):
    """S0-L2: the same question, under another number."""
    window, _ = library()
    page = window.study
    window.tabs.setCurrentWidget(page)
    asked = []
    page.asked.connect(asked.append)
    page.show_selection(RoundQuery(), (1, 2), 2)
    page.show_study(small_study())
    QApplication.processEvents()
    button = next(each for each in page.findChildren(QPushButton) if "Compute" in each.text())
    click(button)
    assert [each.ids for each in asked if isinstance(each, Study)][-1] == (1, 2)
    assert len(asked) >= 2


def test_every_filter_asks_anew_and_one_button_clears_them(library, qtbot):
    """S0-L2: each box of the pane, clicked by mouse."""
    window, answers = library()
    pane = window.rounds.pane
    clear = next(each for each in buttons_of(pane) if "Clear filters" in name_of(each))
    boxes = [each for each in buttons_of(pane) if each is not clear]
    assert len(boxes) >= 11
    kinds = {name_of(box).removeprefix("FilterPane: ").partition(":")[0] for box in boxes}
    assert kinds == {"quality", "fairness", "venue"}
    for box in boxes:
        before = window.rounds.query
        pane.ensureWidgetVisible(box)
        click(box)
        assert window.rounds.query != before, name_of(box)
        qtbot.waitUntil(lambda: answers.of(FindRounds)[-1].query == window.rounds.query)
    pane.ensureWidgetVisible(clear)
    click(clear)
    assert window.rounds.query == RoundQuery()
    assert not any(box.isChecked() for box in boxes)


def bar_menus(window):
    bar = window.rounds.bar
    return bar.columns.menu(), bar.imports.menu()


def all_actions(menu):
    for each in menu.actions():
        yield each
        if each.menu() is not None:
            yield from all_actions(each.menu())


@pytest.mark.qt_log_ignore("does not support (grabbing|raise)", extend=True)
def test_the_buttons_of_the_bar_open_what_they_name(library, qtbot):
    """S0-L2: filters shown and hidden; columns, selection and import each open their menu."""
    window, _ = library()
    bar = window.rounds.bar
    for _ in range(2):
        before = window.rounds.pane.isVisible()
        click(bar.filters)
        assert window.rounds.pane.isVisible() is not before
    for button in (bar.columns, bar.selection, bar.imports):
        menu = button.menu()
        assert any(not each.isSeparator() for each in menu.actions())
        opened = []
        menu.aboutToShow.connect(lambda opened=opened: opened.append(True))
        QTimer.singleShot(0, menu.close)
        QTimer.singleShot(200, menu.close)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert opened


def test_each_column_is_hidden_shown_and_sorted_by_its_entry(library):
    """S0-L2: every entry of the columns' menu, and the last one puts them back."""
    window, _ = library()
    table, menu = window.rounds.table, window.rounds.bar.columns.menu()
    menu.aboutToShow.emit()
    order = next(each.menu() for each in menu.actions() if each.menu() is not None)
    sorts = set()
    for action in order.actions():
        action.trigger()
        assert window.rounds.query.sort == action.data()
        sorts.add(window.rounds.query.sort)
    assert len(sorts) == len(order.actions()) > 8
    shown = [each for each in menu.actions() if each.isCheckable()]
    assert len(shown) == table.rows.columnCount()
    for action in shown:
        before = table.isColumnHidden(int(action.data()))
        action.trigger()
        assert table.isColumnHidden(int(action.data())) is not before
    menu.actions()[-1].trigger()
    assert not table.isColumnHidden(0)


def test_each_way_to_bring_rounds_in_is_asked_for_by_its_entry(library):
    """S0-L2: files, a folder, a look for new ones, and the catalogue made anew after a question."""
    window, answers = library()
    ways = [each for each in window.rounds.bar.imports.menu().actions() if not each.isSeparator()]
    assert len(ways) == 4
    for way in ways[:2]:
        way.trigger()
        (dialog,) = (each for each in window.findChildren(QFileDialog) if each.isVisible())
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    ways[2].trigger()
    assert answers.of(Refresh)
    ways[3].trigger()
    assert any(each.isVisible() for each in window.findChildren(ConfirmDialog))


def test_docks_are_toggled_from_the_windows_own_menu_and_bars_are_not(qtbot):
    """S0-L2: what Qt offers on the right button: each panel, and no bar that one could lose."""
    bench = Bench()
    qtbot.addWidget(bench.window)
    bench.window.show()
    docks = bench.window.docking.docks
    for dock in docks.values():
        before = not dock.isHidden()
        dock.toggleViewAction().trigger()
        assert (not dock.isHidden()) is not before
        dock.toggleViewAction().trigger()
    for bar in bench.window.findChildren(QToolBar):
        assert not bar.toggleViewAction().isEnabled()


def test_the_chart_has_no_menu_of_the_library_that_frames_it(qtbot):
    """S0-L2: a right click on the chart opens nothing that no test knows."""
    bench = Bench(chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.show()
    bench.connect()
    lively(bench)
    QApplication.processEvents()
    at = bench.chart.viewport().rect().center()
    QTest.mouseClick(bench.chart.viewport(), Qt.MouseButton.RightButton, pos=at)
    QApplication.processEvents()
    assert QApplication.activePopupWidget() is None
