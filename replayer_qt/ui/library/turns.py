"""Does long work a few milliseconds at a time, so that the window never waits for it."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot

TURN_MS: Final = 6
"""How long one turn takes, and one step of the work more [ms]."""


class Turns(QObject):
    """Runs one iterator to its end, some steps a turn of the loop; a new one takes its place.

    The steps must be short: none is broken off.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: Iterator[object] | None = None
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._go_on)

    @property
    def is_running(self) -> bool:
        """Whether there is something left to do."""
        return self._work is not None

    def run(self, work: Iterator[object]) -> None:
        """Do this work, and no more of what was being done; its first turn is at once."""
        self._work = work
        self._turn.start()
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        work, taken = self._work, QElapsedTimer()
        taken.start()
        # a step may itself begin other work, which is for the next turn
        while work is not None and self._work is work and taken.elapsed() < TURN_MS:
            try:
                next(work)
            except StopIteration:
                self._work = None if self._work is work else self._work
        if self._work is None:
            self._turn.stop()
