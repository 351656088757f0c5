"""A min/max pyramid over two columns, so that any range is drawn in constant time."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FACTOR: Final = 4
_FIRST_CAPACITY: Final = 256


class _Level:
    """The extremes of whole blocks of one size."""

    def __init__(self) -> None:
        self.size = 0
        self.lo = np.empty(_FIRST_CAPACITY, np.float64)
        self.hi = np.empty(_FIRST_CAPACITY, np.float64)

    def add(self, lo: Floats, hi: Floats) -> None:
        """Add the blocks that `lo` and `hi` (of the level below) have more than this one."""
        blocks = len(lo) // FACTOR
        if blocks <= self.size:
            return
        self._make_room(blocks)
        new = slice(self.size, blocks)
        old = slice(self.size * FACTOR, blocks * FACTOR)
        _quarter(np.minimum, lo[old], self.lo[new])
        _quarter(np.maximum, hi[old], self.hi[new])
        self.size = blocks

    def _make_room(self, blocks: int) -> None:
        if blocks <= len(self.lo):
            return
        capacity = max(blocks, 2 * len(self.lo))
        self.lo = _moved(self.lo[: self.size], capacity)
        self.hi = _moved(self.hi[: self.size], capacity)


class Pyramid:
    """The extremes of blocks of 4, 16, 64 ... elements of a pair of columns.

    The columns stay with their owner, who passes them to each call and says with `cut` when
    elements that were taken in have changed. Only whole blocks are kept, so that appending costs
    amortised O(1) and elements past the last `grow` are looked up in the columns themselves.
    """

    def __init__(self) -> None:
        self._levels: list[_Level] = []  # bounded: one for each factor of 4 in the length

    def grow(self, lo: Floats, hi: Floats) -> None:
        """Take in what was appended to the columns; amortised O(1) an element."""
        for level in self._levels:
            before = level.size
            level.add(lo, hi)
            if level.size == before:
                return
            lo, hi = level.lo[: level.size], level.hi[: level.size]
        while len(lo) >= FACTOR:
            level = _Level()
            level.add(lo, hi)
            self._levels.append(level)
            lo, hi = level.lo[: level.size], level.hi[: level.size]

    def cut(self, first: int) -> None:
        """Forget everything from element `first` on: it has changed, or is no longer there."""
        for level in self._levels:
            first //= FACTOR
            level.size = min(level.size, first)

    def columns(
        self, lo: Floats, hi: Floats, first: int, last: int, count: int
    ) -> tuple[Floats, Floats]:
        """Return the lowest and highest of each of `count` parts of the elements `first` to `last`.

        Part `i` of `n = last - first` elements goes from `first + i * n // count` up to the next
        part's first element, give or take a sixteenth of a part (exactly, up to 16 elements a
        part). Every element of the range, and none besides, is in one part. The range is clipped
        to what is there; with fewer elements than `count`, each is a part. Takes O(count) and
        O(log length), never O(length).
        """
        first, last = max(first, 0), min(last, len(lo))
        count = min(count, last - first)
        if count <= 0:
            return np.empty(0), np.empty(0)
        starts = np.arange(count, dtype=np.int64) * (last - first) // count
        depth = self._depth((last - first) // count)
        if depth == 0:
            base = slice(first, last)
            return np.minimum.reduceat(lo[base], starts), np.maximum.reduceat(hi[base], starts)
        level, block = self._levels[depth - 1], FACTOR**depth
        begin, end = -(-first // block), min(last // block, level.size)
        starts = np.maximum((starts + first) // block, begin) - begin
        inside = slice(begin, end)
        lowest = np.minimum.reduceat(level.lo[inside], starts)
        highest = np.maximum.reduceat(level.hi[inside], starts)
        for part, rim in ((0, slice(first, begin * block)), (-1, slice(end * block, last))):
            lowest[part] = lo[rim].min(initial=lowest[part])
            highest[part] = hi[rim].max(initial=highest[part])
        return lowest, highest

    def _depth(self, width: int) -> int:
        """The level that has at least 16 blocks in a part; 0 for the columns themselves."""
        depth = 0
        while depth < len(self._levels) and 16 * FACTOR ** (depth + 1) <= width:
            depth += 1
        return depth


def _moved(column: Floats, capacity: int) -> Floats:
    larger = np.empty(capacity, np.float64)
    larger[: len(column)] = column
    return larger


def _quarter(extreme: np.ufunc, column: Floats, out: Floats) -> None:
    """Four strided passes are ten times quicker than a reduction over rows of four."""
    extreme(column[0::4], column[1::4], out=out)
    extreme(out, column[2::4], out=out)
    extreme(out, column[3::4], out=out)
