"""Whose turn it is: where several charts together take too long for a frame, they take turns."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot

from replayer_qt.core.state import Advance
from replayer_qt.ui.panes.pane import Pane

TOGETHER_MS: Final = 8.0
"""Charts whose paintings take no longer than this together are all painted in each frame [ms]."""

_REST_MS: Final = 60


class Turns(QObject):
    """Holds the charts back whose turn it is not; all are shown once nothing more comes.

    The active chart has every frame, and one of the others each: so a frame costs two charts at
    most, however many there are. Frames that come one by one are shown everywhere at once.

    Attributes:
        quiet_ms: frames that are so far apart come one by one [ms].
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held: list[Pane] = []  # bounded: those that are in sight
        self._next = 0
        self.quiet_ms = _REST_MS
        self._since = QElapsedTimer()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.release)

    @property
    def held(self) -> tuple[Pane, ...]:
        """Those that wait for their turn."""
        return tuple(self._held)

    def show(self, advance: Advance, panes: Sequence[Pane], active: Pane) -> None:
        """Show a frame in the panes whose turn it is; the others know of it, too."""
        moving = [pane for pane in panes if pane.moves]
        together = sum(pane.chart.paint_ms() for pane in moving) <= TOGETHER_MS
        others = [pane for pane in moving if pane is not active]
        waited = self._since.elapsed() if self._since.isValid() else self.quiet_ms
        self._since.start()
        if together or len(others) < 2 or waited >= self.quiet_ms:
            self.release()
            for pane in panes:
                pane.take(advance)
            return
        active.chart.hold(on=False)
        self._let_go(others)
        self._held = others
        for pane in others:
            pane.chart.hold(on=True)
        for pane in panes:
            pane.take(advance)
        self._next = (self._next + 1) % len(others)
        chosen = self._held.pop(self._next)
        chosen.chart.hold(on=False)
        self._rest.start()

    @Slot()
    def release(self) -> None:
        """Let everyone show what they hold."""
        self._rest.stop()
        held, self._held = self._held, []
        for pane in held:
            pane.chart.hold(on=False)

    def forget(self, pane: Pane) -> None:
        """Think no more of a pane that is closed."""
        if pane in self._held:
            self._held.remove(pane)

    def _let_go(self, others: Sequence[Pane]) -> None:
        for pane in self._held:
            if pane not in others:  # it stands still from now on, and would wait for ever
                pane.chart.hold(on=False)
