"""Wilder's average true range, on candles of ticks."""

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.indicators.smoothing import Smoother
from replayer_qt.core.series import RoundSeries

Ints = NDArray[np.int64]


class Atr(Indicator):
    """The average true range [multiplier] with the running candle as it stands at each tick.

    Args:
        length: [candles] that Wilder's mean begins with, 2 or more.
        span: ticks in a candle, 1 or more; candle k holds the positions from k * span on.
    """

    def __init__(self, length: int, span: int) -> None:
        self._length, self._span = length, span
        self._closed = Smoother(0.0)
        self._open = 0
        self._close_before = self._known = np.nan
        super().__init__()

    def _begin(self) -> None:
        super()._begin()
        self._closed = Smoother(1 - 1 / self._length, self._length)
        self._open = 0
        self._close_before = self._known = np.nan

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        opened = self._open
        prices = series.prices[opened:end]
        keys = series.ticks[opened:end] // self._span
        begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        which = np.cumsum(np.concatenate(([0], keys[1:] != keys[:-1])))
        closes = np.concatenate(([self._close_before], prices[begins[1:] - 1]))
        before = closes[which]
        highs = np.fmax(_running(np.maximum, prices, which, self._span), before)
        lows = np.fmin(_running(np.minimum, prices, which, self._span), before)
        ranges = highs - lows
        found = self._averaged(ranges, begins, which)
        self._open = opened + int(begins[-1])
        self._close_before = float(closes[-1])
        return (found[first - opened :],)

    def _averaged(self, ranges: Floats, begins: Ints, which: Ints) -> Floats:
        """The mean of the candles before each tick's own, and of its own as it stands there."""
        seen, seeded = self._closed.seen, self._closed.seed_sum
        ended = ranges[begins[1:] - 1]
        known = np.concatenate(([self._known], self._closed.take(ended)))
        gain = 1 / self._length
        found = known[which] * (1 - gain) + gain * ranges
        lacks = self._length - 1 - seen
        if 0 <= lacks < len(begins):
            sum_before = seeded
            for value in ended[:lacks].tolist():
                sum_before += value
            seed = which == lacks
            found[seed] = (sum_before + ranges[seed]) / self._length
        self._known = float(known[-1])
        return found


def _running(extreme: np.ufunc, values: Floats, which: Ints, span: int) -> Floats:
    """The extreme so far within each candle, by doubling steps."""
    found, step = values.copy(), 1
    while step < min(span, len(values)):
        same = which[step:] == which[:-step]
        further = extreme(found[step:], found[:-step])
        found[step:] = np.where(same, further, found[step:])
        step *= 2
    return found
