"""What is missing of a round: ranges of positions, in order, apart, and of a bounded number."""

from bisect import bisect_right
from typing import Final

Holes = tuple[tuple[int, int], ...]
"""The first and last position of each hole, in order."""

HOLES_KEPT: Final = 256
"""With more holes than this the oldest is given up: what fills it is not accepted any more."""


def added(holes: Holes, first: int, last: int) -> Holes:
    """Return the holes with one more, which overlaps none."""
    at = bisect_right(holes, (first, last))
    return (*holes[:at], (first, last), *holes[at:])[-HOLES_KEPT:]


def found(holes: Holes, position: int) -> int | None:
    """Return which hole `position` is in, or None.

    >>> found(((2, 4), (7, 7)), 4), found(((2, 4), (7, 7)), 5)
    (0, None)
    """
    at = bisect_right(holes, position, key=lambda hole: hole[0]) - 1
    return at if at >= 0 and position <= holes[at][1] else None


def filled(holes: Holes, at: int, position: int) -> Holes:
    """Return the holes without `position`, which is in hole number `at`.

    >>> filled(((2, 4), (7, 7)), 0, 3)
    ((2, 2), (4, 4), (7, 7))
    """
    first, last = holes[at]
    left = ((first, position - 1),) if first < position else ()
    right = ((position + 1, last),) if position < last else ()
    return (*holes[:at], *left, *right, *holes[at + 1 :])[-HOLES_KEPT:]
