"""Writes the plots of a study as pictures and drawings, its numbers as a table, one at a time."""

from collections import deque
from typing import Final

from PySide6.QtCore import QDir, QFileInfo, QIODevice, QObject, QSaveFile, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.core.study_rows import csv_of, rows_of
from replayer_qt.ui.library.study_plots import FIGURES
from replayer_qt.ui.packing import Packing
from replayer_qt.ui.plots.plot import Plot
from replayer_qt.ui.plots.plot_view import picture_of, save_drawing, save_picture
from replayer_qt.ui.theme import Theme

KINDS: Final = {
    "png": "Picture (*.png)",
    "svg": "Drawing (*.svg)",
    "csv": "Table (*.csv)",
}
"""As what a plot can be saved, by the ending of its file."""

TABLE: Final = "statistics.csv"
"""The file of all numbers."""

_FOLDER: Final = "statistics"
_TRIES: Final = 1_000
_TURN_MS: Final = 4


def save_table(study: RoundStudy, figure: str, path: str) -> bool:
    """Write the numbers of a figure as CSV, of all figures if it is empty; False if that failed.

    What is there is replaced, and only by what is whole.
    """
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return False
    content = csv_of(rows_of(study, figure)).encode("utf-8")
    return file.write(content) == len(content) and file.commit()


def save_plot(plot: Plot, study: RoundStudy, theme: Theme, view: QWidget, path: str) -> bool:
    """Write a plot as its file's ending says; False if that failed or the ending is none of them.

    Args:
        plot: what is written.
        study: where its numbers are.
        theme: its colours.
        view: whose font is used.
        path: the file; what is there is replaced.
    """
    match QFileInfo(path).suffix().lower():
        case "png":
            return save_picture(plot, theme, view, path)
        case "svg":
            return save_drawing(plot, theme, view, path)
        case "csv":
            return save_table(study, FIGURES[plot.key], path)
        case _:
            return False


class StudyExport(QObject):
    """Writes everything into a new folder, one file a turn of the loop, so that nothing waits.

    A picture is drawn here and packed on a thread of its own, one at a time; nothing waits for the
    thread, which ends by itself soon after.

    Signals:
        moved: how many files are written, and of how many [int, int].
        ended: the folder [str], and how many files could not be written [int]; an empty folder
            could not even be made.
    """

    moved = Signal(int, int)
    ended = Signal(str, int)

    def __init__(self, view: QWidget) -> None:
        """Prepare.

        Args:
            view: whose font is used; it owns this object.
        """
        super().__init__(view)
        self._view = view
        self._left: deque[tuple[Plot | None, str]] = deque()  # bounded by the plots of a study
        self._study: RoundStudy | None = None
        self._theme: Theme | None = None
        self._folder = ""
        self._count = self._failed = 0
        self._turn = QTimer(self)
        self._turn.setInterval(_TURN_MS)
        self._packing: Packing | None = None
        self._turn.timeout.connect(self._write_next)

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._turn.isActive()

    def start(self, study: RoundStudy, plots: tuple[Plot, ...], theme: Theme, where: str) -> None:
        """Write all of a study below the folder `where`; what runs already goes on alone."""
        if self.is_running:
            return
        self._study, self._theme = study, theme
        self._folder = _new_folder(where)
        if not self._folder:
            self.ended.emit("", 1)
            return
        self._left.clear()
        self._left.append((None, TABLE))
        for plot in plots:
            self._left.extend((plot, f"{plot.key}.{kind}") for kind in ("png", "svg"))
        self._count, self._failed = len(self._left), 0
        self._turn.start()

    @Slot()
    def _write_next(self) -> None:
        if self._packing is not None:
            self._await_packing(self._packing)
            return
        study, theme = self._study, self._theme
        if not self._left or study is None or theme is None:
            self._turn.stop()
            self.ended.emit(self._folder, self._failed)
            return
        plot, name = self._left.popleft()
        path = f"{self._folder}/{name}"
        if plot is None:
            self._count_one(written=save_table(study, "", path))
        elif name.endswith(".png"):
            self._packing = Packing(picture_of(plot, theme, self._view), path)
            self._packing.start()
        else:
            self._count_one(written=save_plot(plot, study, theme, self._view, path))

    def _await_packing(self, packing: Packing) -> None:
        if not packing.is_alive():
            self._packing = None
            self._count_one(written=not packing.why)

    def _count_one(self, *, written: bool) -> None:
        self._failed += not written
        self.moved.emit(self._count - len(self._left), self._count)


def _new_folder(where: str) -> str:
    """A folder that was not there before, so that nothing is overwritten; empty if that failed."""
    for number in range(1, _TRIES):
        name = _FOLDER if number == 1 else f"{_FOLDER}-{number}"
        if not QFileInfo.exists(f"{where}/{name}"):
            return f"{where}/{name}" if QDir(where).mkpath(name) else ""
    return ""
