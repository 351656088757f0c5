"""Places of a plot in pixels, and where its axes are labelled."""

import math
from typing import Final

import msgspec
from PySide6.QtCore import QPointF, QRectF

from replayer_qt.ui.plots.plot import Axis, Plot

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_LOG_STEPS: Final = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_MOST: Final = 40


def labelled(axis: Axis, most: int) -> tuple[float, ...]:
    """Return where an axis is labelled: round numbers, ascending, about `most` of them or fewer.

    >>> from replayer_qt.ui.plots.plot import Axis
    >>> labelled(Axis(title="", low=0, high=1, say=str), 6)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    >>> labelled(Axis(title="", low=1, high=100, say=str, log=True), 5)
    (1.0, 3.0, 10.0, 30.0, 100.0)
    """
    if not (math.isfinite(axis.low) and math.isfinite(axis.high) and axis.low < axis.high):
        return ()
    return _log_places(axis, max(2, most)) if axis.log else _places(axis, max(2, most))


def _places(axis: Axis, most: int) -> tuple[float, ...]:
    rough = (axis.high - axis.low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * some for some in _STEPS if size * some >= rough * 0.999)
    first = math.ceil(axis.low / step - 1e-9)
    last = math.floor(axis.high / step + 1e-9)
    return tuple(round(n * step, 12) for n in range(first, min(last, first + _MOST) + 1))


def _log_places(axis: Axis, most: int) -> tuple[float, ...]:
    first, last = math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high))
    found: tuple[float, ...] = ()
    for steps in _LOG_STEPS:
        found = tuple(
            float(f"{some}e{power}")
            for power in range(first, last + 1)
            for some in steps
            if axis.low * 0.999 <= float(f"{some}e{power}") <= axis.high * 1.001
        )
        if len(found) <= most:
            return found
    return found[:: -(-len(found) // most)]


class Scale(msgspec.Struct, frozen=True):
    """Where the plot's numbers are in a room of pixels."""

    plot: Plot
    room: QRectF

    def x(self, value: float) -> float:
        """Return the pixel column of a value; what lies far outside stays near the edge."""
        return self.room.left() + self.room.width() * _share(self.plot.x, value)

    def y(self, value: float) -> float:
        """Return the pixel row of a value, likewise."""
        return self.room.bottom() - self.room.height() * _share(self.plot.y, value)

    def at(self, x: float, y: float) -> QPointF:
        """Return the point of two values."""
        return QPointF(self.x(x), self.y(y))


def _share(axis: Axis, value: float) -> float:
    if axis.log:
        value = max(value, axis.low * 1e-6)
        share = math.log(value / axis.low) / math.log(axis.high / axis.low)
    else:
        share = (value - axis.low) / (axis.high - axis.low)
    return min(2.0, max(-1.0, share))
