"""The library's window is made in parts while nothing happens, and gives way to what it opens."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtWidgets import QApplication

from replayer_qt import main
from replayer_qt.core.commands import OpenRound
from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import RoundId
from replayer_qt.runtime.library_desk import LibraryDesk
from replayer_qt.ui.library.window import LibraryWindow
from tests.gui.desk import Bench

RAISES = pytest.mark.qt_log_ignore("does not support raise", extend=True)


class Ear(QObject):
    """Hears what is asked of the main window."""

    def __init__(self):
        super().__init__()
        self.heard = []

    @Slot(object)
    def obey(self, command):
        self.heard.append(command)


@pytest.fixture
def shelf(qtbot, tmp_path):
    bench = Bench()
    qtbot.addWidget(bench.window)
    library, ear = LibraryDesk(lambda: None), Ear()
    store = QSettings(str(Path(tmp_path, "window.ini")), QSettings.Format.IniFormat)
    made = main._Shelf(library, ear, bench.window, store, Settings(), parent=bench.window)
    yield made, bench.window, ear
    if made._shown is not None:
        made._shown.close()
        made._shown.deleteLater()
    library.stop()


def shown_of(shelf):
    assert isinstance(shelf._shown, LibraryWindow)
    return shelf._shown


def test_it_is_made_in_parts_that_are_not_seen_and_ask_for_nothing(shelf, qtbot, monkeypatch):
    """N21: what is made ahead of time asks for nothing before it is seen."""
    monkeypatch.setattr(main, "STEP_MS", 1)
    made, _, ear = shelf
    made._idle.setInterval(1)
    made.make_when_idle()
    qtbot.waitUntil(lambda: not made._idle.isActive())
    window = shown_of(made)
    asked: list[object] = []
    window.asked.connect(asked.append)
    assert not window.isVisible()
    window.show_answer(JobEnded(ticket=-1, title="x", state=JobState.DONE, changed=True))
    window.close()
    assert asked == []
    assert ear.heard == []


@RAISES
def test_it_is_made_at_once_when_it_is_asked_for_earlier(shelf):
    made, _, _ = shelf
    made._make_more()
    made.show()
    window = shown_of(made)
    assert window.isVisible()
    window.close()
    made.show()
    assert shown_of(made) is window
    assert window.isVisible()
    assert window.study is not None


@RAISES
def test_the_main_window_comes_to_the_front_when_a_round_is_opened(shelf, qtbot):
    made, opened, ear = shelf
    opened.show()
    made.show()
    window = shown_of(made)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    command = OpenRound(paths=("/a",), round_id=RoundId("r"))
    window.asked.emit(command)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is opened)
    assert window.isVisible()
    assert command in ear.heard
