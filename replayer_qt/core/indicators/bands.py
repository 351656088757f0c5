"""Bollinger bands: the mean price, and so many standard deviations above and below it."""

from replayer_qt.core.indicators import windows
from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.series import RoundSeries


class Bollinger(Indicator):
    """Three lines: middle, upper, lower; of the newest `length` ticks.

    Args:
        length: [ticks], 2 or more.
        width: how many standard deviations (of a population) the outer lines are away.
    """

    def __init__(self, length: int, width: float) -> None:
        super().__init__(lines=3)
        self._length, self._width = length, width

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        prices = series.prices[:end]
        middle = windows.sums(prices, self._length, first) / self._length
        apart = self._width * windows.spreads(prices, self._length, first)
        return middle, middle + apart, middle - apart
