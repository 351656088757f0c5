"""Writes a table into a file some rows a turn of the loop, whole or not at all."""

from typing import Final

from PySide6.QtCore import QIODevice, QObject, QSaveFile, QTimer, Signal, Slot

from replayer_qt.ui.chart.visible_slice import Slice

_ROWS_A_TURN: Final = 2_000


class SliceFile(QObject):
    """One file at a time; what was there is replaced, and only by what is whole.

    Signals:
        ended: the path [str], and why it could not be written [str], empty where it was.
    """

    ended = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file: QSaveFile | None = None
        self._rows: Slice | None = None
        self._next = 0
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._write_some)

    @property
    def is_running(self) -> bool:
        """Whether a file is being written."""
        return self._turn.isActive()

    def start(self, rows: Slice, path: str) -> None:
        """Write `rows` to `path`; `ended` tells what came of it, at once where it is one already.

        One that is written already goes on, and this one is not begun.
        """
        if self.is_running:
            self.ended.emit(path, "another table is still being written")
            return
        file = QSaveFile(path)
        if not file.open(QIODevice.OpenModeFlag.WriteOnly):
            self.ended.emit(path, file.errorString())
            return
        self._file, self._rows, self._next = file, rows, 0
        if not self._write(rows.header):
            self._end(file.errorString())
            return
        self._turn.start()

    def _write(self, text: str) -> bool:
        content = text.encode("ascii")
        return self._file is not None and self._file.write(content) == len(content)

    @Slot()
    def _write_some(self) -> None:
        rows, file = self._rows, self._file
        if rows is None or file is None:
            self._turn.stop()
            return
        first, self._next = self._next, self._next + _ROWS_A_TURN
        if not self._write(rows.lines(first, self._next)):
            self._end(file.errorString())
        elif self._next >= len(rows):
            self._end("" if file.commit() else file.errorString())

    def _end(self, why: str) -> None:
        """Let go of the file; what was not committed leaves nothing behind."""
        path = "" if self._file is None else self._file.fileName()
        self._turn.stop()
        self._file = self._rows = None
        self.ended.emit(path, why)


def save_whole(path: str, content: bytes) -> str:
    """Write `content` to a file and return an empty text, or why it could not be written.

    What was there is replaced, and only by what is whole.
    """
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return file.errorString()
    done = file.write(content) == len(content) and file.commit()
    return "" if done else file.errorString()
