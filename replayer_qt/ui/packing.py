"""Packs a picture into a file on a thread of its own, which takes several frames' time."""

from threading import Thread
from typing import Final

from PySide6.QtCore import QByteArray, QIODevice, QObject, QSaveFile, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QImageWriter

_TURN_MS: Final = 4
_FAILED: Final = "the picture could not be packed"


def write_picture(image: QImage, path: str) -> str:
    """Write pixels as PNG, and return why that failed; empty where it is done.

    Any thread may do it, and lets others run.

    Args:
        image: the pixels, which nobody changes meanwhile.
        path: the file; what is there is replaced, and only by what is whole.
    """
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return file.errorString()
    writer = QImageWriter(file, QByteArray(b"png"))
    if not writer.write(image):
        return writer.errorString() or _FAILED
    return "" if file.commit() else file.errorString() or _FAILED


class Packing(Thread):
    """Packs one picture as PNG and writes it; what was there is replaced only by what is whole.

    It ends by itself soon, and a program that ends waits for it.

    Attributes:
        why: why it is not written; empty once it is.
    """

    def __init__(self, image: QImage, path: str) -> None:
        """Prepare.

        Args:
            image: the pixels, which nobody changes meanwhile.
            path: the file.
        """
        super().__init__(name="picture")
        self._image, self.path = image, path
        self.why = _FAILED  # so it stays where the thread itself fails

    def run(self) -> None:
        """Pack and write; called on the thread."""
        self.why = write_picture(self._image, self.path)


class PictureFile(QObject):
    """One picture at a time, told of when it is done.

    Signals:
        ended: the path [str], and why it could not be written [str], empty where it was.
    """

    ended = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._packing: Packing | None = None
        self._turn = QTimer(self)
        self._turn.setInterval(_TURN_MS)
        self._turn.timeout.connect(self._await)

    def start(self, image: QImage, path: str) -> None:
        """Write `image`; one that is written already goes on, and this one is not begun."""
        if self._packing is not None:
            self.ended.emit(path, "another picture is still being written")
            return
        self._packing = Packing(image, path)
        self._packing.start()
        self._turn.start()

    @Slot()
    def _await(self) -> None:
        packing = self._packing
        if packing is None or packing.is_alive():
            return
        self._turn.stop()
        self._packing = None
        self.ended.emit(packing.path, packing.why)
