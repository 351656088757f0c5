"""Takes what the start made out of the collector's sight, which looks at all of it for long."""

import gc
from collections import deque
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

AFTER_MS: Final = (300, 1_700, 13_000, 45_000, 240_000)
"""How long after the start, and then after one another, what is alive is taken to stay [ms]."""


class Settling(QObject):
    """Lets the collector look at what is new alone; on the main thread.

    A hundred thousand objects are made by the start and by what is loaded soon after: code, menus,
    tables. To look at them all again takes the collector some 70 ms, in which nothing is painted,
    and it finds nothing, for they stay until the end.

    Args:
        after_ms: when what is alive is taken to stay, each counted from the one before [ms].
    """

    def __init__(
        self, *, after_ms: tuple[int, ...] = AFTER_MS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._left = deque(after_ms)  # bounded: only taken from
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._settle)

    def start(self) -> None:
        """Begin."""
        if self._left:
            self._timer.start(self._left.popleft())

    def stop(self) -> None:
        """Take nothing more out of sight; safe twice."""
        self._left.clear()
        self._timer.stop()

    @Slot()
    def _settle(self) -> None:
        gc.freeze()  # without a collection before it, which is what takes long
        self.start()
