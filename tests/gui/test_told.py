"""What a screen reader is told: every control and every painted figure has a name; Tab reads on."""

import itertools

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QSlider,
    QTabBar,
    QWidget,
)

from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.arrangement import BEFORE, LIVE, REPLAY, Source
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.track_styles import another
from replayer_qt.ui.dialogs.bookmarks import BookmarksDialog
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.dialogs.layouts import LayoutsDialog, NameDialog
from replayer_qt.ui.library import dialogs as small
from replayer_qt.ui.library.report_dialog import ReportDialog
from replayer_qt.ui.library.sheet import Sheet
from replayer_qt.ui.library.study_page import StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from replayer_qt.ui.theme import DARK
from tests.gui.desk import ROUND, Bench, Store, lively, wave
from tests.helpers.a_library import ALibrary
from tests.helpers.studies import small_study
from tests.helpers.trading_frames import killed, trading

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QSlider,
)  # fmt: skip
TABBED = Qt.FocusPolicy.TabFocus


def settle():
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def name_of(widget: QWidget) -> str:
    """What a screen reader says the widget is called."""
    told = QAccessible.queryAccessibleInterface(widget)
    return "" if told is None else told.text(QAccessible.Text.Name)


def is_ours(widget: QWidget) -> bool:
    """Not a part that Qt made for itself, which its owner speaks for."""
    above = widget.parentWidget()
    inside = isinstance(above, QComboBox | QAbstractSpinBox | QTabBar | QAbstractItemView)
    named = widget.objectName().startswith("qt_")
    return not (inside or named or isinstance(widget, QScrollBar | QHeaderView))


def is_painted(widget: QWidget) -> bool:
    """Whether it paints what it shows by itself."""
    kind = type(widget)
    return kind.__module__.startswith("replayer_qt") and "paintEvent" in vars(kind)


def nameless(*windows: QWidget) -> list[str]:
    """Controls and painted parts without a name."""
    every = [each for window in windows for each in (window, *window.findChildren(QWidget))]
    return [
        f"{type(each).__name__} {each.objectName()} in {type(each.parentWidget()).__name__}"
        for each in every
        if (isinstance(each, CONTROLS) or is_painted(each)) and is_ours(each) and not name_of(each)
    ]


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    settle()
    return made


@pytest.fixture
def library(qtbot):
    window = LibraryWindow(layout_store=Store())
    qtbot.addWidget(window)
    page = StudyPage()
    window.take_study(page, page)
    window.behind = ALibrary(window, 30)
    window.resize(1280, 800)
    window.show()
    page.show_study(small_study())
    settle()
    return window


def test_every_control_and_figure_of_the_window_has_a_name(bench):
    assert not nameless(bench.window), nameless(bench.window)
    bench.replay(wave(120), playing=True)
    bench.connect(PRACTICE)
    lively(bench)
    panes = bench.window.chart_desk.panes
    for source in (Source(LIVE), Source(REPLAY), Source(BEFORE)):
        bench.window.actions_.actions["pane-add"].trigger()
        panes.panes[-1].chosen.emit(panes.panes[-1], source)
    settle()
    assert not nameless(bench.window), nameless(bench.window)
    bench.trade(trading(), kill=killed())
    settle()
    assert not nameless(bench.window), nameless(bench.window)


def test_every_control_and_figure_of_the_library_has_a_name(library):
    assert nameless(library) == []


DIALOGS = {
    "about": lambda window: window.show_about(),
    "shortcuts": lambda window: window.show_shortcuts(),
    "jump": lambda window: window.ask_tick(),
    "deposit": lambda window: window.trade_desk.deposit(),
    "lift": lambda window: window.trade_desk.lift_kill(),
    "indicators": lambda window: IndicatorsDialog([another("sma", [])], window).show(),
    "bookmarks": lambda window: BookmarksDialog(
        [Bookmark(stream=PRACTICE, round_id=ROUND, tick=3, note="here")], window
    ).show(),
    "layout name": lambda window: NameDialog(["mine"], window).show(),
    "layouts": lambda window: LayoutsDialog(["mine"], window).show(),
    "name": lambda window: small.NameDialog("Save", "Its name:", "", window).show(),
    "tags": lambda window: small.TagsDialog([("a",)], ["b"], window).show(),
    "note": lambda window: small.NoteDialog("", 1, window).show(),
    "confirm": lambda window: small.ConfirmDialog("Sure", ("Really.",), "Yes", window).show(),
    "words": lambda window: Sheet(window).show(),
    "report": lambda window: ReportDialog(
        JobEnded(ticket=1, title="Import", state=JobState.DONE), DARK, window
    ).show(),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGS)
def test_every_control_of_a_dialog_has_a_name_and_tab_goes_on_as_one_reads(bench, name):
    """S0-L2: from the upper left to the lower right; the buttons at the foot come last."""
    bench.trade(trading(), kill=killed())
    if name == "jump":
        bench.replay(wave(60))
    DIALOGS[name](bench.window)
    settle()
    dialog = next(each for each in bench.window.findChildren(QDialog) if each.isVisible())
    assert nameless(dialog) == []
    assert dialog.windowTitle()
    places = [each.mapTo(dialog, each.rect().topLeft()) for each in tab_order(dialog)]
    assert places
    steps = itertools.pairwise(places)
    beside = 240 if name == "indicators" else 40  # of two columns, or of one line
    assert all(after.y() >= before.y() - beside for before, after in steps)
    dialog.close()
    settle()


def tab_order(window: QWidget) -> list[QWidget]:
    """What Tab goes to, from the first on."""
    found, at = [], window.nextInFocusChain()
    while at is not window:
        if (
            window.isAncestorOf(at)
            and at.isVisible()
            and at.focusPolicy() & TABBED
            and at.isEnabled()
        ):
            found.append(at)
        at = at.nextInFocusChain()
    return found


def test_tab_goes_down_the_ticket_as_one_reads(bench):
    bench.trade(trading())
    settle()
    ticket = bench.window.trade_desk.ticket
    order = [each for each in tab_order(bench.window) if ticket.isAncestorOf(each)]
    rows = [each.mapTo(ticket, each.rect().center()).y() // 14 for each in order]
    assert len(rows) > 10
    assert rows == sorted(rows)
