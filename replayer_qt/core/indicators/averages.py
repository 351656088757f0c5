"""Averages of the price: simple, exponential, and weighted by what was traded."""

from replayer_qt.core.indicators import windows
from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.indicators.smoothing import Smoother
from replayer_qt.core.series import RoundSeries


class Sma(Indicator):
    """The mean price of the newest `length` ticks.

    Args:
        length: [ticks], 1 or more.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = length

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        return (windows.sums(series.prices[:end], self._length, first) / self._length,)


class Ema(Indicator):
    """The exponential mean: 2 / (length + 1) of each price, beginning with the first one.

    Args:
        length: [ticks], 1 or more.
    """

    def __init__(self, length: int) -> None:
        self._kept = 1 - 2 / (length + 1)
        self._smoother = Smoother(self._kept)
        super().__init__()

    def _begin(self) -> None:
        super()._begin()
        self._smoother = Smoother(self._kept)

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        return (self._smoother.take(series.prices[first:end]),)
