"""The highest price so far, and how far below it the price is."""

import numpy as np

from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.series import RoundSeries


class RunningPeak(Indicator):
    """The highest price up to each tick."""

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        return (_peaks(series, first, end, self.column()),)


class Drawdown(Indicator):
    """How far the price is below its highest so far [%]; 0 or less."""

    def __init__(self) -> None:
        super().__init__(lines=2)

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        peaks = _peaks(series, first, end, self.column(1))
        return 100 * (series.prices[first:end] / peaks - 1), peaks


def _peaks(series: RoundSeries, first: int, end: int, before: Floats) -> Floats:
    peaks = np.maximum.accumulate(series.prices[first:end])
    return np.maximum(peaks, before[first - 1]) if first else peaks
