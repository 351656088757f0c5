"""What happened in one round's prices, for its overview: found once a tick, and bounded."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.landmarks import BIG_MOVE, SILENCE_NS
from replayer_qt.core.series import RoundSeries

FINDS_MOST: Final = 24
"""Of moves, and of silences: the largest are kept; more would be a hedge and no strip."""

_PART: Final = 16_384
"""Ticks that are looked at in one go: columns that fit a cache are several times as quick."""


class Find(msgspec.Struct, frozen=True):
    """One tick.

    Attributes:
        size: by what the price was multiplied there, or how long nothing came after it [ns].
    """

    tick: int
    size: float


class Finds:
    """Finds large moves, silences and the lowest price of one round, looking at each tick once.

    Attributes:
        moves: where the price changed by `BIG_MOVE` or more from one tick to the next, rising.
        silences: the last ticks before nothing came for `SILENCE_NS` or longer, rising.
    """

    def __init__(self) -> None:
        """Begin with no round."""
        self.moves: tuple[Find, ...] = ()
        self.silences: tuple[Find, ...] = ()
        self._series: RoundSeries | None = None
        self._generation = self._seen = self._lowest = 0

    def update(self, series: RoundSeries) -> None:
        """Look at what is new of a series; a late fill, or another series, begins anew."""
        if series is not self._series or series.generation != self._generation:
            self._series, self._generation = series, series.generation
            self.moves = self.silences = ()
            self._seen = self._lowest = 0
        if len(series) == self._seen:
            return
        for end in range(self._seen, len(series), _PART):
            self._look(series, max(end - 1, 0), min(end + _PART, len(series)))
        self._seen = len(series)

    def _look(self, series: RoundSeries, begin: int, end: int) -> None:
        ticks, prices, ats = (
            series.ticks[begin:end],
            series.prices[begin:end],
            series.ats[begin:end],
        )
        factors = prices[1:] / prices[:-1]
        beside = np.diff(ticks) == 1
        waits = np.diff(ats)
        # over missing ticks nobody knows how the price went
        hits = ((factors >= 1 + BIG_MOVE) | (factors <= 1 - BIG_MOVE)) & beside
        self.moves = _largest(self.moves, ticks[1:][hits], factors[hits], by_factor=True)
        silent = waits >= SILENCE_NS
        self.silences = _largest(
            self.silences, ticks[:-1][silent], waits[silent].astype(np.float64), by_factor=False
        )
        # the newest tick may yet turn out to be the rug: it is looked at when another follows
        if len(prices) > 1:
            at = begin + int(np.argmin(prices[:-1]))
            if series.prices[at] < series.prices[self._lowest]:
                self._lowest = at

    def trough(self, rug_tick: int | None) -> Find | None:
        """Return the lowest price before the rug; None while that is the first of the round.

        Args:
            rug_tick: position of the rug; None where it is not known.
        """
        series = self._series
        if series is None or not len(series):
            return None
        at, newest = self._lowest, len(series) - 1
        is_alive = rug_tick is None or int(series.ticks[newest]) < rug_tick
        if is_alive and series.prices[newest] < series.prices[at]:
            at = newest
        return Find(int(series.ticks[at]), float(series.prices[at])) if at else None


def _largest(
    known: tuple[Find, ...],
    ticks: NDArray[np.int64],
    sizes: NDArray[np.float64],
    *,
    by_factor: bool,
) -> tuple[Find, ...]:
    """Return what was known and what is new, the largest of them, by their ticks."""
    if not len(ticks):
        return known
    ranks = np.abs(np.log(sizes)) if by_factor else sizes
    best = np.argsort(-ranks, kind="stable")[:FINDS_MOST].tolist()
    found = [*known, *(Find(int(ticks[place]), float(sizes[place])) for place in best)]

    def rank(find: Find) -> float:
        # a fall by half is as large as a rise to the double
        return max(find.size, 1 / find.size) if by_factor else find.size

    found.sort(key=rank, reverse=True)
    return tuple(sorted(found[:FINDS_MOST], key=lambda find: find.tick))
