"""The average price weighted by what was traded."""

import numpy as np

from replayer_qt.core.indicators.indicator import PART, Floats, Indicator
from replayer_qt.core.indicators.volumes import RoundVolumes
from replayer_qt.core.series import RoundSeries


class Vwap(Indicator):
    """The average price of all trades told of ticks before each tick; NaN while there are none.

    A trade is told after its own tick and before the next one, hence "before". One that is told
    later still begins everything anew.
    """

    def __init__(self) -> None:
        self._volumes: RoundVolumes | None = None
        self._arrived = 0
        super().__init__()

    def weigh_by(self, volumes: RoundVolumes | None) -> None:
        """Use these trades from the next `update` on; the same ones again cost nothing."""
        if volumes is not self._volumes:
            self._volumes = volumes
            self._series = None

    def update(self, series: RoundSeries, most: int = PART) -> bool:  # noqa: D102  # as above it
        volumes, known = self._volumes, len(self)
        if volumes is not None and known and series is self._series:
            fresh = volumes.arrived[self._arrived :]
            if fresh and known <= len(series) and min(fresh) < int(series.ticks[known - 1]):
                self._series = None
        self._arrived = 0 if volumes is None else len(volumes.arrived)
        return super().update(series, most)

    def _fresh(self, series: RoundSeries, first: int, end: int) -> tuple[Floats, ...]:
        if self._volumes is None:
            return (np.full(end - first, np.nan),)
        before = self._volumes.before
        return (np.array([before(tick) for tick in series.ticks[first:end].tolist()]),)
