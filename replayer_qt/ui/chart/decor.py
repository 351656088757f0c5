"""What others add to the chart: lines of its finished picture, what covers it, marks, tools."""

from typing import Protocol

import msgspec
from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.plan import Plan


class Spot(msgspec.Struct, frozen=True):
    """A place on the chart.

    Attributes:
        x: from the left edge [device px].
        y: from the upper edge [device px].
        tick: the position in the round there; a fraction between two ticks, and it goes on beyond
            the ends.
        price: the price there [multiplier].
    """

    x: int
    y: int
    tick: float
    price: float


class Track(Protocol):
    """A line over the ticks that is painted with the candles, and moves with them."""

    def look(self) -> object:
        """Return all that its finished columns depend on but the plan; compared by equality."""
        ...

    def paint(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Paint the columns from `first` up to `end`, those that there are, in device pixels.

        The same column comes out the same whichever others are painted with it.
        """
        ...

    def rows(self, plan: Plan) -> tuple[int, int] | None:
        """Return the first row that its newest column touches and the one after its last [px]."""
        ...


class Cover(Protocol):
    """Something over the candles that moves with them.

    What is left of the newest column is kept with the finished picture; what is right of that
    column's left edge is painted in each frame.
    """

    def look(self, plan: Plan) -> int:
        """Return a number that grows whenever its picture changes but for the plan's own look."""
        ...

    def changed_from(self, version: int) -> int | None:
        """Return how far to the left its picture is another than it was at a version.

        The place is counted from the first column's left edge [device px]; None: it is the same.
        """
        ...

    def paint(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint what is between two places [device px]; the painter is clipped to them.

        A pixel comes out the same whichever others are painted with it, and wherever it stands.
        """
        ...

    def draw(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint the same as shapes and letters, for a picture of any size."""
        ...


class Decoration(Protocol):
    """Something painted over the finished picture in each frame."""

    def look(self, plan: Plan) -> object:
        """Return all that its picture depends on; the chart repaints when that has changed."""
        ...

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it, in device pixels; the painter is clipped to what must be painted."""
        ...


class Tool(Protocol):
    """Takes the mouse before the chart does."""

    def press(self, spot: Spot) -> bool:
        """Take the button going down; True if it is this tool's."""
        ...

    def move(self, spot: Spot) -> bool:
        """Take the mouse moving, held or not; True if the chart shall not move."""
        ...

    def release(self, spot: Spot) -> bool:
        """Take the button going up; True if it was this tool's."""
        ...
