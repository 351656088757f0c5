"""What the mouse does to the view: drags it, pushes it and zooms, in whole pixels."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Signal, Slot

from replayer_qt.ui.chart.hand import Hand
from replayer_qt.ui.chart.viewport import Viewport

_PUSHED_PX: float = 60.0
_TURNED_MOST: float = 8.0


class Steering(QObject):
    """Turns the wishes of the hand into another view; the chart then looks again.

    Args:
        hand: what the mouse wants.
        viewport: where the eye is.
        unit: returns how many device pixels a length unit has.

    Signals:
        moved: the view was moved; whether that ended the following of the newest candle.
        zoomed: the candles are wider now, or narrower.
    """

    moved = Signal(bool)
    zoomed = Signal()

    def __init__(self, hand: Hand, viewport: Viewport, unit: Callable[[], float]) -> None:
        super().__init__(hand)
        self._viewport, self._unit = viewport, unit
        self._grip = 0
        self._turned = 0.0
        hand.taken.connect(self._take)
        hand.dragged.connect(self._drag)
        hand.turned.connect(self._turn)
        hand.pushed.connect(self._push)

    def pan(self, pixels: int) -> None:
        """Look so many pixels [device px] further right; ends following."""
        followed = self._viewport.following
        self._viewport.pan(pixels)
        self.moved.emit(followed)

    @Slot()
    def _take(self) -> None:
        self._grip = self._viewport.origin

    @Slot(float)
    def _drag(self, right: float) -> None:
        self.pan(self._grip - round(right * self._unit()) - self._viewport.origin)

    @Slot(float, QPointF)
    def _turn(self, notches: float, place: QPointF) -> None:
        self._turned += notches
        if abs(self._turned) >= 0.5:
            turned, self._turned = max(min(self._turned, _TURNED_MOST), -_TURNED_MOST), 0.0
            self._viewport.zoom(1.25**turned, round(place.x() * self._unit()))
            self.zoomed.emit()

    @Slot(float)
    def _push(self, notches: float) -> None:
        self.pan(-round(notches * _PUSHED_PX * self._unit()))
