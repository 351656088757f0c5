"""One indicator's line by candles: where it ended in each, and how far it went in it."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.candles import CandleSeries
from replayer_qt.core.indicators.column import Column
from replayer_qt.core.pyramid import Pyramid

Floats = NDArray[np.float64]

_NONE: Final = -1


class CandleLine:
    """Last, lowest and highest value in each candle, and the extremes of any columns of them.

    Candles in which the line has no value have NaN as the last, and a lowest above the highest.
    """

    def __init__(self) -> None:
        self._candles: CandleSeries | None = None
        self._key = (_NONE, _NONE)
        self._begin = self._ended = 0
        self._last, self._low, self._high = Column(), Column(), Column()
        self._pyramid = Pyramid()

    def __len__(self) -> int:
        return len(self._last)

    @property
    def last(self) -> Floats:
        """The newest value in each candle; a view."""
        return self._last.seen

    def update(self, values: Floats, revision: int, candles: CandleSeries, count: int) -> None:
        """Take in what is new; O(1) a tick unless the candles or the revision are others.

        Args:
            values: one for each tick that the candles are made of, as far as they are known.
            revision: of the values.
            candles: the candles.
            count: how many of them.
        """
        key = (revision, candles.generation)
        if candles is not self._candles or key != self._key or count < len(self):
            self._candles, self._key = candles, key
            self._begin = self._ended = 0
            self._cut(0)
        first, room = max(len(self) - 1, 0), count
        # each candle has a tick at least
        count = min(count, first + len(values) - self._begin)
        if count <= first or len(values) <= self._begin:
            return
        sizes = candles.count[first:count]
        ends = self._begin + np.cumsum(sizes)
        if int(ends[-1]) == self._ended:
            return
        begins = np.concatenate(([self._begin], ends[:-1]))
        known = int(np.searchsorted(begins, len(values)))
        begins, end = begins[:known], min(int(ends[known - 1]), len(values))
        if end == self._ended:
            return
        self._cut(first)
        for column in (self._last, self._low, self._high):
            column.make_room(room)
        inside, places = values[self._begin : end], begins - self._begin
        with np.errstate(invalid="ignore"):
            low, high = np.fmin.reduceat(inside, places), np.fmax.reduceat(inside, places)
        lasts = np.append(places[1:], len(inside)) - 1
        self._last.add(inside[lasts])
        self._low.add(np.where(np.isnan(low), np.inf, low))
        self._high.add(np.where(np.isnan(high), -np.inf, high))
        self._begin, self._ended = int(begins[-1]), end

    def extremes(self, first: int, end: int, per: int) -> tuple[Floats, Floats]:
        """Return lowest and highest of the columns `first` up to `end`, `per` candles in each.

        Fewer columns than were asked for where the line is not known so far.
        """
        low, high, count = self._low.seen, self._high.seen, len(self)
        end = min(end, -(-count // per))
        if first >= end:
            return np.empty(0), np.empty(0)
        if per == 1:
            return low[first:end], high[first:end]
        self._pyramid.grow(low[:-1], high[:-1])  # the last one may still change
        whole = min(end, count // per)
        lows, highs = self._pyramid.columns(low, high, first * per, whole * per, whole - first)
        if whole < end:
            rest = slice(whole * per, count)
            lows, highs = np.append(lows, low[rest].min()), np.append(highs, high[rest].max())
        return lows, highs

    def span(self, first: int, end: int) -> tuple[float, float]:
        """Return lowest and highest of the candles `first` up to `end`; inf and -inf without."""
        low, high = self._low.seen, self._high.seen
        self._pyramid.grow(low[:-1], high[:-1])  # the last one may still change
        lows, highs = self._pyramid.columns(low, high, first, end, 1)
        return (float(lows[0]), float(highs[0])) if len(lows) else (math.inf, -math.inf)

    def _cut(self, count: int) -> None:
        for column in (self._last, self._low, self._high):
            column.cut(count)
        self._pyramid.cut(count)
