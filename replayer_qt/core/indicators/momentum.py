"""Wilder's relative strength index."""

import numpy as np

from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.indicators.smoothing import Smoother
from replayer_qt.core.series import RoundSeries


class Rsi(Indicator):
    """How much of the newest changes went up, 0 to 100; 50 where nothing moved.

    Args:
        length: [changes] that Wilder's mean begins with, 2 or more.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._gains = self._losses = Smoother(0.0)
        super().__init__()

    def _begin(self) -> None:
        super()._begin()
        kept = 1 - 1 / self._length
        self._gains, self._losses = (Smoother(kept, self._length) for _ in range(2))

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        if first == 0:
            # the first tick is no change
            rest = self._strength(np.diff(series.prices[:end]))
            return (np.concatenate(([np.nan], rest)),)
        return (self._strength(np.diff(series.prices[first - 1 : end])),)

    def _strength(self, changes: Floats) -> Floats:
        gained = self._gains.take(np.maximum(changes, 0.0))
        lost = self._losses.take(np.maximum(-changes, 0.0))
        both = gained + lost
        return np.where(both > 0, 100 * gained / both, np.where(np.isnan(both), np.nan, 50.0))
