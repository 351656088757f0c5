"""How rounds lie along the overview: which tick is where, and the extremes of each pixel."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.pyramid import Floats, Pyramid
from replayer_qt.core.replay_events import ReplayGrown, ReplayShaped
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import RoundId

_LEAST: Final = 64

Shape = ReplayShaped | ReplayGrown
"""All of a round that is replayed, as far as it is known."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One round along the strip.

    Attributes:
        start: where its first tick lies [ticks from the left end].
        first: that tick's position in the round.
        size: how much of the strip it takes [ticks].
        series: its columns.
    """

    round_id: RoundId
    start: int
    first: int
    size: int
    series: RoundSeries

    def place(self, tick: float) -> float:
        """Return where a tick of the round lies [ticks from the left end]."""
        return self.start + tick - self.first

    def tick(self, place: float) -> int:
        """Return the round's tick at a place; the nearest one that is in the stretch."""
        return self.first + min(max(round(place - self.start), 0), self.size - 1)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """All that lies along the strip.

    Attributes:
        stretches: the rounds, from left to right; none overlaps another.
        length: of the whole strip [ticks]; what is not taken yet lies at its right end.
    """

    stretches: tuple[Stretch, ...] = ()
    length: int = 1

    def named(self, round_id: RoundId) -> Stretch | None:
        """Return where a round lies; None if it is not on the strip."""
        return next((each for each in self.stretches if each.round_id == round_id), None)

    def at(self, place: float) -> Stretch | None:
        """Return the round at a place; the nearest one where there is none; None on an empty strip.

        Args:
            place: [ticks from the left end].
        """
        for each in self.stretches:
            if place < each.start + each.size:
                return each
        return self.stretches[-1] if self.stretches else None


class Outline(msgspec.Struct, frozen=True):
    """Prices by pixels.

    Attributes:
        places: where each pair lies [ticks from the left end], rising.
        lows: the lowest price there.
        highs: the highest price there.
    """

    places: NDArray[np.float64]
    lows: Floats
    highs: Floats


def one_round(series: RoundSeries, shape: Shape | None) -> Ground:
    """Return the strip of one round; with its shape known it has its whole length at once."""
    ticks = series.ticks if shape is None or not len(shape.ticks) else shape.ticks
    if not len(ticks):
        return Ground()
    first = min(int(ticks[0]), int(series.ticks[0])) if len(series) else int(ticks[0])
    last = max(int(ticks[-1]), int(series.ticks[-1])) if len(series) else int(ticks[-1])
    size = last - first + 1
    stretch = Stretch(round_id=series.round_id, start=0, first=first, size=size, series=series)
    return Ground(stretches=(stretch,), length=roomy(size) if shape is None else max(size, 2))


def session(rounds: Sequence[RoundSeries]) -> Ground:
    """Return the strip of many rounds, oldest first; those without a tick take no room."""
    stretches: list[Stretch] = []  # bounded: one for each round that is kept in memory
    start = 0
    for series in rounds:
        if not len(series):
            continue
        first = int(series.ticks[0])
        size = int(series.ticks[-1]) - first + 1
        stretches.append(
            Stretch(round_id=series.round_id, start=start, first=first, size=size, series=series)
        )
        start += size
    return Ground(stretches=tuple(stretches), length=roomy(start))


def roomy(size: int) -> int:
    """Return a length of at least `size` with room to grow, so that it seldom changes.

    >>> roomy(1), roomy(1000), roomy(1025)
    (64, 1024, 1152)
    """
    step = max(1 << max(size.bit_length() - 4, 0), 1)
    return max(_LEAST, -(-size // step) * step)


def outline(stretch: Stretch, left: float, right: float, parts: int) -> Outline:
    """Return the prices of a round between two places, as `parts` pairs at most.

    Takes O(parts) and O(log length).

    Args:
        stretch: the round.
        left: [ticks from the left end].
        right: [ticks from the left end].
        parts: how many pairs.
    """
    series = stretch.series
    first, last = _between(stretch, left, right)
    first, last = max(first - 1, 0), min(last + 1, len(series))
    return _parted(series.ticks, series.columns, (first, last, parts), stretch)


class SoundShape:
    """What of a round that is replayed can be drawn, and the extremes of any part of it.

    Looks at each price once; everything else takes O(log length) and O(what is asked for).

    Args:
        shape: all of the round.
    """

    def __init__(self, shape: Shape) -> None:
        keep = np.isfinite(shape.prices) & (shape.prices > 0)
        whole = bool(keep.all())
        self._ticks = shape.ticks if whole else shape.ticks[keep]
        self._prices = shape.prices if whole else shape.prices[keep]
        self._ends = shape.rug_tick is not None
        self._pyramid = Pyramid()
        self._pyramid.grow(self._prices, self._prices)

    def extremes(self) -> tuple[float, float]:
        """Return lowest and highest price but for the rug's; 1 and 1 without any."""
        low, high = self._columns(0, len(self._prices) - self._ends, 1)
        return (float(low[0]), float(high[0])) if len(low) else (1.0, 1.0)

    def outline(self, stretch: Stretch, parts: int) -> Outline:
        """Return all prices, what lies ahead as well, as `parts` pairs at most."""
        return _parted(self._ticks, self._columns, (0, len(self._ticks), parts), stretch)

    def _columns(self, first: int, last: int, count: int) -> tuple[Floats, Floats]:
        return self._pyramid.columns(self._prices, self._prices, first, last, count)


def holes(stretch: Stretch, left: float, right: float, scale: float) -> list[tuple[float, float]]:
    """Return where a round is not known, between two places, one of each `scale` at most.

    Takes O(right - left), and no time at all where nothing is missing.

    Args:
        stretch: the round.
        left: [ticks from the left end].
        right: [ticks from the left end].
        scale: how far apart they begin at least [ticks].

    Returns:
        Begin and end of each [ticks from the left end].
    """
    ticks = stretch.series.ticks
    if not len(ticks) or len(ticks) == int(ticks[-1]) - int(ticks[0]) + 1:
        return []
    first, last = _between(stretch, left, right)
    seen = ticks[max(first - 1, 0) : last + 1]
    at = np.flatnonzero(np.diff(seen) > 1)
    if not len(at):
        return []
    begins = seen[at] + 1.0 - stretch.first + stretch.start
    ends = seen[at + 1].astype(np.float64) - stretch.first + stretch.start
    _, apart = np.unique(begins // scale, return_index=True)
    return list(zip(begins[apart].tolist(), np.maximum.reduceat(ends, apart).tolist(), strict=True))


def _between(stretch: Stretch, left: float, right: float) -> tuple[int, int]:
    """Return which of a round's ticks lie between two places."""
    ticks, shift = stretch.series.ticks, stretch.first - stretch.start
    # whole numbers: looking for a float would turn the whole column into floats first
    low, high = math.floor(left) + shift, math.ceil(right) + shift
    return int(np.searchsorted(ticks, low)), int(np.searchsorted(ticks, high))


def _parted(
    ticks: NDArray[np.int64],
    extremes: Callable[[int, int, int], tuple[Floats, Floats]],
    wanted: tuple[int, int, int],
    stretch: Stretch,
) -> Outline:
    first, last, parts = wanted
    count = min(parts, last - first)
    if count <= 0:
        return Outline(np.empty(0), np.empty(0), np.empty(0))
    starts = first + np.arange(count, dtype=np.int64) * (last - first) // count
    lows, highs = extremes(first, last, count)
    places = ticks[starts].astype(np.float64) - (stretch.first - stretch.start)
    return Outline(places, lows, highs)
