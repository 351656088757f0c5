"""The hand on the overview: what it grasps, where that is dragged to, and the seeks it asks for."""

from typing import Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replayer_qt.core.commands import SeekEnd, SeekStart, SeekTick
from replayer_qt.ui.chart.overview_ground import Stretch

_SEEK_MS: Final = 33

Window = tuple[float, float]
"""Begin and end of what the chart shows [ticks from the left end]."""


class Grasp(msgspec.Struct, frozen=True):
    """What the mouse has hold of.

    Attributes:
        part: `head`, `left`, `right` or `whole`.
        began: where it was taken [ticks from the left end].
        window: what the chart showed then.
        jumped: whether it was brought to the mouse from elsewhere.
    """

    part: str
    began: float
    window: Window
    jumped: bool = False


def grasp(place: float, window: Window, reach: float) -> Grasp:
    """Return what is grasped at a place; beside the window it comes to the mouse.

    Args:
        place: [ticks from the left end].
        window: what the chart shows.
        reach: how near an edge is near enough [ticks].
    """
    left, right = window
    inside = left <= place <= right
    # a narrow window is grasped in its middle third, not at an edge by chance
    near = min(reach, (right - left) / 3) if inside else reach
    if abs(place - left) <= near:
        return Grasp("left", place, window)
    if abs(place - right) <= near:
        return Grasp("right", place, window)
    if inside:
        return Grasp("whole", place, window)
    half = (right - left) / 2
    return Grasp("whole", place, (place - half, place + half), jumped=True)


def dragged(held: Grasp, place: float, least: float) -> Window:
    """Return the window when the mouse has come to `place`; it stays `least` wide [ticks]."""
    left, right = held.window
    by = place - held.began
    if held.part == "left":
        return min(left + by, right - least), right
    if held.part == "right":
        return left, max(right + by, left + least)
    return left + by, right + by


def kept_in(window: Window, begin: float, end: float) -> Window:
    """Return the window moved, and made narrower where it must be, so that it lies within."""
    left, right = window
    width = min(right - left, end - begin)
    if left < begin:
        return begin, begin + width
    return (end - width, end) if right > end else window


class Seeker(QObject):
    """Asks for places of a replay, at most one each 33 ms, and for the newest one in the end.

    Signals:
        asked: a seek.

    Attributes:
        sought: where the hand holds the playhead [ticks from the left end]; None when let go.
    """

    asked = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.sought: float | None = None
        self._waiting: tuple[Stretch, float] | None = None
        self._pacer = QTimer(self)
        self._pacer.setSingleShot(True)
        self._pacer.setInterval(_SEEK_MS)
        self._pacer.timeout.connect(self._seek)

    def point(self, stretch: Stretch, place: float) -> None:
        """Hold the playhead at a place of a round; its ends mean before and after everything."""
        self.sought = min(max(place, float(stretch.start)), stretch.start + stretch.size - 1.0)
        self._waiting = (stretch, self.sought)
        if not self._pacer.isActive():
            self._seek()

    def let_go(self) -> None:
        """Let the replay say where it stands."""
        self.sought = None

    @Slot()
    def _seek(self) -> None:
        if self._waiting is None:
            return
        (stretch, place), self._waiting = self._waiting, None
        if place <= stretch.start:
            self.asked.emit(SeekStart())
        elif place >= stretch.start + stretch.size - 1:
            self.asked.emit(SeekEnd())
        else:
            self.asked.emit(SeekTick(tick=stretch.tick(place)))
        self._pacer.start()
