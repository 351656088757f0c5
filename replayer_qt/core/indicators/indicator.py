"""What every indicator is: columns in step with a round's ticks, kept up as ticks are added."""

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.indicators.column import Column
from replayer_qt.core.series import RoundSeries

Floats = NDArray[np.float64]

PART: Final = 32_768
"""Ticks that are taken in at once at most, where nothing else is said."""


class Indicator(ABC):
    """One or more values a tick, NaN where too few ticks came before.

    The value at an index depends on the ticks up to that index only, and comes out bit for bit
    the same whether ticks came one by one or all at once.

    Args:
        lines: how many values there are at each tick.

    Attributes:
        revision: grows whenever values that were there are no longer valid: another series, or
            a tick that was filled in late. Who keeps anything derived starts over then.
    """

    def __init__(self, lines: int = 1) -> None:
        self.revision = 0
        self._columns = tuple(Column() for _ in range(lines))
        self._series: RoundSeries | None = None
        self._generation = 0

    def __len__(self) -> int:
        return len(self._columns[0])

    def update(self, series: RoundSeries, most: int = PART) -> bool:
        """Take in what `series` has more, O(1) a tick whatever its length; all anew for another.

        Args:
            series: the ticks.
            most: how many ticks are taken in at most by this call.

        Returns:
            Whether everything is taken in.
        """
        known = len(self._columns[0])
        if not self.is_of(series):
            self._series, self._generation = series, series.generation
            self._begin()
            known = 0
        end = min(len(series), known + max(most, 1))
        if end > known:
            with np.errstate(all="ignore"):
                fresh = self._fresh(series, known, end)
            for column, values in zip(self._columns, fresh, strict=True):
                column.make_room(len(series))
                column.add(values)
        return end == len(series)

    def is_of(self, series: RoundSeries) -> bool:
        """Return whether what is known is of this series as it is, perhaps not of all of it."""
        same = series is self._series and series.generation == self._generation
        return same and len(self) <= len(series)

    def column(self, line: int = 0) -> Floats:
        """Return the values of one line, one a tick taken in; a read-only view."""
        return self._columns[line].seen

    def _begin(self) -> None:
        """Forget everything; who remembers more than columns does so too."""
        self.revision += 1
        for column in self._columns:
            column.cut(0)

    @abstractmethod
    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        """The values at `first` up to `end`, a column for each line; called in order, no holes."""
