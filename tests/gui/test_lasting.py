"""A window that is used all day holds on to nothing that was put away."""

import gc
from collections import Counter

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QMenu
from shiboken6 import Shiboken

from replayer_qt.core.library import RoundQuery, SavedSearch
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.arrangement import Arrangement, Source
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.saved_menu import SavedMenu
from replayer_qt.ui.models.rows import RowsModel
from tests.gui.desk import PRACTICE, Bench, event, lively, moved_to, wave

TURNS = 4


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.connect(PRACTICE)
    lively(made)
    QApplication.processEvents()
    return made


def settle():
    """Let what is to be deleted go."""
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def alive():
    """Qt's objects and ours by their class, and all widgets there are."""
    settle()
    wrapped = Counter(type(one).__name__ for one in Shiboken.getAllValidWrappers())
    wrapped["models"] = sum(isinstance(one, RowsModel) for one in gc.get_objects())
    widgets = Counter(type(one).__name__ for one in QApplication.allWidgets())
    settle()
    return wrapped, widgets


def replay_and_close(bench, turn):
    stream = StreamId(f"replay/{turn}")
    opened = event(ReplayOpened, stream=stream, source="x", damage=(), rounds=(RoundId("r"),))
    bench.feed([opened, *moved_to(stream, wave(30))])
    bench.window.show_frame(bench.engine.show(stream))
    QApplication.processEvents()
    bench.window.show_frame(bench.engine.show(PRACTICE))
    bench.window.show_frame(bench.engine.drop(stream))
    QApplication.processEvents()


def add_and_close_a_chart(bench, _turn):
    actions = bench.window.actions_.actions
    actions["pane-add"].trigger()
    QApplication.processEvents()
    actions["pane-close"].trigger()


def close_a_chart_that_alone_shows_its_round(bench, turn):
    alone = RoundId(f"2026112{turn}-alone")
    for round_id in (alone, RoundId(f"2026112{turn}-next")):
        bench.feed(moved_to(PRACTICE, wave(30), round_id))
        QApplication.processEvents()
    desk = bench.window.chart_desk
    desk.arrange(Arrangement(extra=(Source("", PRACTICE, alone),)))
    QApplication.processEvents()
    pane = desk.panes.panes[-1]
    assert pane.chart.plan.series.round_id == alone
    pane.widget.setFocus()
    bench.window.actions_.actions["pane-close"].trigger()
    assert len(desk.drawing._shelf._lent) == len(desk.panes.panes) == 1


def change_the_looks(bench, _turn):
    actions = bench.window.actions_.actions
    for name in ("theme-other", "palette-blue-orange", "theme-other", "private", "private", "hud"):
        actions[name].trigger()
    actions["palette-teal-orange"].trigger()
    actions["hud"].trigger()


def open_and_close_dialogs(bench, _turn):
    for name in ("shortcuts", "about", "bookmarks", "indicators", "layouts"):
        bench.window.actions_.actions[name].trigger()
        QApplication.processEvents()
        for each in bench.window.findChildren(QDialog):
            each.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize(
    "use",
    [
        replay_and_close,
        add_and_close_a_chart,
        close_a_chart_that_alone_shows_its_round,
        change_the_looks,
        open_and_close_dialogs,
    ],
)
def test_what_was_put_away_is_let_go(bench, use):
    """S0-D1, S1-V1: as many objects after eight turns as after four."""
    for turn in range(TURNS):
        use(bench, turn)
    before, widgets_before = alive()
    for turn in range(TURNS, 2 * TURNS):
        use(bench, turn)
    after, widgets_after = alive()
    caches = {"QStaticText", "QPixmap", "QIcon", "QColor", "QFont"}  # bounded, and filled in turn
    more = {name: count for name, count in (after - before).items() if name not in caches}
    assert not more
    assert not widgets_after - widgets_before


def test_a_closed_chart_that_is_still_known_somewhere_is_marked_no_more(bench):
    """S1-V1: what is gone on the screen may stay with the collector for long."""
    actions = bench.window.actions_.actions
    actions["pane-add"].trigger()
    closed = [pane.chart for pane in bench.window.chart_desk.panes.panes][1:]
    assert len(closed) == 1
    actions["pane-close"].trigger()
    settle()
    assert not Shiboken.isValid(closed[0])
    for name in ("own-marks", "trade-marks", "trades-from-1", "own-marks", "trade-marks"):
        actions[name].trigger()
    bench.feed(moved_to(PRACTICE, wave(9), RoundId("after")))
    assert bench.window.chart_desk.panes.charts() == [bench.chart]


def test_saved_searches_that_are_listed_again_make_no_menu_more(qtbot):
    """S2-D5: they are listed anew whenever the library answers."""
    menu = SavedMenu(Questions())
    qtbot.addWidget(menu)
    one = SavedSearch(name="short", query=RoundQuery())
    for _ in range(9):
        menu.show_searches([one])
    settle()
    assert len(menu.findChildren(QMenu)) == 3
    below = [each for each in menu.menu().actions() if each.menu() is not None]
    assert [each.text() for each in below] == ["&Rename", "&Forget"]
    assert [[each.text() for each in one.menu().actions()] for one in below] == [["short"]] * 2
