"""Letters from the smallest to the largest: nothing that matters is cut, no row is too low."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QTableView,
    QToolButton,
    QWidget,
)

from replayer_qt.core.settings import Settings, WindowSettings
from replayer_qt.ui.appearance import LETTERS
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.library.study_page import StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.key_overlay import KeyOverlay
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import DARK
from tests.gui.desk import Bench, Store, lively, wave
from tests.gui.test_ticket import held
from tests.helpers.a_library import ALibrary

SIZES = ((1280, 800), (730, 900))
SIZE_NAMES = ("wide", "narrow")
FROM_SMALL_TO_LARGE = (LETTERS[0], 100, 150, LETTERS[-1])


@pytest.fixture(autouse=True)
def as_made(qapp):
    yield
    dress(qapp, DARK)


def settle():
    for _ in range(3):
        QApplication.processEvents()


def cut_buttons(window: QWidget) -> list[str]:
    """Visible buttons that have too little room for their words."""
    return [
        f"{each.text()} {each.size()}"
        for each in window.findChildren(QAbstractButton)
        if each.isVisible() and each.text() and has_words(each) and is_cut(each)
    ]


def has_words(button: QAbstractButton) -> bool:
    """Not a button that shows an icon alone, and keeps its words for screen readers."""
    if not isinstance(button, QToolButton) or button.icon().isNull():
        return True
    return button.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly


def is_cut(button: QAbstractButton) -> bool:
    metrics = QFontMetrics(button.font())
    lines = button.text().replace("&", "").split("\n")
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    wide += 18 if isinstance(button, QCheckBox) else 0
    return button.width() < wide or button.height() < metrics.height() * len(lines)


def low_rows(window: QWidget) -> list[str]:
    """Tables whose rows are lower than their letters."""
    return [
        f"{each.accessibleName()} {each.verticalHeader().defaultSectionSize()}"
        for each in window.findChildren(QTableView)
        if each.verticalHeader().defaultSectionSize() < QFontMetrics(each.font()).height()
    ]


def cut_cells(window: QWidget) -> list[str]:
    """Cells in sight whose number is elided: a trader would read another one."""
    return [
        f"{each.accessibleName()} {each.shown_text()}"
        for each in window.findChildren(Cell)
        if each.isVisible()
        and not each.visibleRegion().isEmpty()
        and each.width() < each.minimumSizeHint().width()
    ]


@pytest.mark.parametrize("size", SIZES, ids=SIZE_NAMES)
@pytest.mark.parametrize("letters", FROM_SMALL_TO_LARGE)
def test_no_button_is_cut_and_no_row_too_low_in_the_window(qtbot, letters, size):
    """N19: at 80, 100, 150 and 200 %, at 1280 x 800 and 730 x 900, live and in the past."""
    bench = Bench(Settings(window=WindowSettings(letters=letters)), chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.resize(*size)
    bench.window.docking.put_back()
    bench.window.show()
    lively(bench)
    bench.replay(wave(300), playing=True, speed=1000.0)
    bench.trade(held())
    settle()
    for dock in bench.window.docking.docks.values():
        dock.raise_()
        settle()
        assert not cut_buttons(dock.widget()), dock.windowTitle()
        assert not cut_cells(dock.widget()), dock.windowTitle()
    assert not cut_buttons(bench.window)
    assert not low_rows(bench.window)


def test_growing_letters_of_an_open_window_makes_the_same_room(qtbot):
    """What is opened with large letters and what grew to them are alike."""
    grown = Bench(chart=PriceChart())
    made = Bench(Settings(window=WindowSettings(letters=150)), chart=PriceChart())
    dress(QApplication.instance(), DARK)
    for bench in (grown, made):
        qtbot.addWidget(bench.window)
        bench.window.resize(1280, 800)
    grown.window.show()
    grown.trade(held())
    grown.window.appearance._choose(letters=150)
    grown.window.appearance._redress()
    settle()
    assert not cut_buttons(grown.window)
    assert not low_rows(grown.window)
    tables = grown.window.panels["fills"].table, made.window.panels["fills"].table
    widths = [[each.columnWidth(place) for place in range(4)] for each in tables]
    assert widths[0] == pytest.approx(widths[1], rel=0.12)  # letters have whole pixels
    overlay = grown.window.findChild(KeyOverlay)
    grown.window.actions_.actions["dry-run"].trigger()
    assert overlay.height() > 200


@pytest.mark.parametrize("size", SIZES, ids=SIZE_NAMES)
@pytest.mark.parametrize("letters", FROM_SMALL_TO_LARGE)
def test_no_button_is_cut_and_no_row_too_low_in_the_library(qtbot, qapp, letters, size):
    dress(qapp, DARK, letters)
    window = LibraryWindow(layout_store=Store())
    qtbot.addWidget(window)
    page = StudyPage()
    window.take_study(page, page)
    window.behind = ALibrary(window, 20)
    window.resize(*size)
    window.show()
    window.rounds.table.selectRow(2)
    for place in range(3):
        window.tabs.setCurrentIndex(place)
        settle()
        assert not cut_buttons(window), window.tabs.tabText(place)
    assert not low_rows(window)
    figures = window.rounds.preview.figures
    window.tabs.setCurrentIndex(0)
    settle()
    if size[0] > 1000:
        assert [each.text() for each in figures.values() if "…" in each.text()] == []


def test_the_badges_above_charts_grow_too(qtbot):
    bench = Bench(chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.resize(1280, 800)
    bench.window.show()
    bench.connect()
    bench.window.actions_.actions["pane-add"].trigger()
    settle()
    badge = bench.window.chart_desk.panes.panes[-1].badge
    before = badge.sizeHint()
    bench.window.appearance.grow_letters(3)
    settle()
    assert badge.sizeHint().height() > before.height() * 1.3
    assert badge.sizeHint().width() > before.width() * 1.2
