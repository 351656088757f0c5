"""A slider for the speed of a replay: from a tenth to a thousandfold, and as fast as possible."""

import math
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from replayer_qt.ui import fmt
from replayer_qt.ui.plain import tip

_SLOWEST: Final = 0.1
_DECADES: Final = 4
_STEPS: Final = 40
"""Places of a decade."""
_FASTEST: Final = _DECADES * _STEPS
_MAX: Final = _FASTEST + 6
"""The place of as fast as possible, a little apart from a thousandfold."""
_WIDTH: Final = 96


class SpeedSlider(QSlider):
    """Its places are equal factors.

    Signals:
        chosen: a speed [recording seconds per second] that a person moved it to.
    """

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _MAX)
        self.setPageStep(_STEPS)
        self.setAccessibleName("Speed")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(_WIDTH)
        self._speed = 1.0
        self.show_speed(1.0)
        self.valueChanged.connect(self._choose)

    def show_speed(self, speed: float) -> None:
        """Stand where a speed is, unless it is being moved."""
        self._speed = speed
        self.setToolTip(tip(f"Speed: {fmt.speed(speed)}. Drag it, or turn the wheel over the bar."))
        if not self.isSliderDown():
            self.blockSignals(True)  # noqa: FBT003  # Qt's own
            self.setValue(place_of(speed))
            self.blockSignals(False)  # noqa: FBT003

    @Slot(int)
    def _choose(self, place: int) -> None:
        speed = speed_at(place)
        if speed != self._speed:
            self.chosen.emit(speed)


def speed_at(place: int) -> float:
    """Return the speed of a place, to two digits.

    >>> speed_at(0), speed_at(40), speed_at(52), speed_at(160), speed_at(163)
    (0.1, 1.0, 2.0, 1000.0, inf)
    """
    if place > _FASTEST:
        return math.inf
    return float(f"{_SLOWEST * 10 ** (place / _STEPS):.2g}")


def place_of(speed: float) -> int:
    """Return the place of a speed.

    >>> place_of(0.1), place_of(1.0), place_of(1000.0), place_of(float("inf"))
    (0, 40, 160, 166)
    """
    if math.isinf(speed):
        return _MAX
    return max(0, min(round(math.log10(max(speed, _SLOWEST) / _SLOWEST) * _STEPS), _FASTEST))
