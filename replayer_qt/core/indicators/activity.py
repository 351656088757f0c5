"""How restless the price is, and how fast ticks come."""

import numpy as np

from replayer_qt.core.indicators import windows
from replayer_qt.core.indicators.column import Column
from replayer_qt.core.indicators.indicator import Floats, Indicator
from replayer_qt.core.series import RoundSeries


class RealisedVolatility(Indicator):
    """The root mean square of the newest logarithmic returns [% a tick].

    A return over missing ticks counts as one, its square shared among the ticks it spans.

    Args:
        length: [returns], 2 or more.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = length

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        begin = windows.begin_of(first, self._length)
        before = max(begin - 1, 0)
        returns = np.diff(np.log(series.prices[before:end]))
        squares = returns * returns / np.diff(series.ticks[before:end])
        if begin == 0:
            squares = np.concatenate(([0.0], squares))
        found = 100 * np.sqrt(windows.sums(squares, self._length, first - begin) / self._length)
        # the first tick has no return
        found[: max(self._length - first, 0)] = np.nan
        return (found,)


class TickRate(Indicator):
    """Ticks learned of in the newest so many seconds [ticks/s]; NaN before they have passed.

    Args:
        seconds: how long the window is [s], above 0.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times = Column(np.int64)
        super().__init__()

    def _begin(self) -> None:
        super()._begin()
        self._times.cut(0)

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        times = series.ats[first:end]
        # a clock that was set back must not bring ticks back into the window
        if first:
            times = np.maximum(times, self._times.seen[-1])
        self._times.add(np.maximum.accumulate(times))
        known = self._times.seen
        window = round(self._seconds * 1e9)
        begins = np.searchsorted(known, known[first:] - window, side="right")
        found = (np.arange(first, end) - begins + 1) / self._seconds
        found[known[first:] - known[0] < window] = np.nan
        return (found,)
