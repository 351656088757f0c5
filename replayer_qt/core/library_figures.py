"""The figures of a round that the library shows: its volatility, its sparkline, its quality."""

import math
from typing import Final

import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import SPARK_POINTS, Quality
from replayer_qt.core.units import StreamId, venue_of

_FEWEST_TICKS: Final = 3
_HIGHEST: Final = 255
_LEVEL: Final = 128
_CONTINUOUS: Final = frozenset({"binance"})


def is_continuous(stream: StreamId) -> bool:
    """Return whether a market has neither a first tick nor an end.

    >>> is_continuous(StreamId("binance/BTCUSDT")), is_continuous(StreamId("rugs/crash"))
    (True, False)
    """
    return venue_of(stream) in _CONTINUOUS


def volatility_of(columns: RoundColumns) -> float | None:
    """Return the standard deviation of the logarithmic returns per tick; None below 3 ticks.

    The fall to the rug is no return, nor is a step over ticks that are missing.
    """
    walked = _before_rug(columns)
    ticks, prices = columns.ticks[:walked], columns.prices[:walked]
    if walked < _FEWEST_TICKS or not bool((prices > 0.0).all()):
        return None
    steps = np.diff(np.log(prices))
    if int(ticks[-1]) - int(ticks[0]) != walked - 1:
        steps = steps[np.diff(ticks) == 1]
    if len(steps) < _FEWEST_TICKS - 1:
        return None
    found = float(np.std(steps, ddof=1))
    return found if math.isfinite(found) else None


def spark_of(columns: RoundColumns) -> bytes:
    """Return a round's prices as heights from 0, the lowest, to 255, the highest of them.

    The round is cut into equal parts; each shows its highest price, the last one its last. The rug
    is below everything and would flatten the rest, so it has no part in the scale: it is at 0.
    Empty without ticks.
    """
    walked = _before_rug(columns)
    prices = columns.prices[: walked or len(columns.prices)]
    prices = prices[prices > 0.0]
    count = len(prices)
    if not count:
        return b""
    parts = np.maximum.reduceat(prices, np.arange(SPARK_POINTS) * count // SPARK_POINTS)
    parts[-1] = prices[-1]
    heights = np.log(parts)
    lowest, highest = float(heights.min()), float(heights.max())
    scale = _HIGHEST / (highest - lowest) if highest > lowest else 0.0
    points = np.rint((heights - lowest) * scale if scale else np.full(SPARK_POINTS, _LEVEL))
    if 0 < walked < len(columns.prices):
        points[-1] = 0
    return points.astype(np.uint8).tobytes()


def quality_of(columns: RoundColumns, *, missing: int, bad_lines: int) -> Quality:
    """Return how well a round is recorded: the worst that holds.

    Args:
        columns: the round.
        missing: ticks missing between its first and its last one, or its rug.
        bad_lines: lines of its file that could not be read.
    """
    partial = not len(columns.ticks)
    continuous = is_continuous(columns.stream)
    if not continuous:
        partial = partial or int(columns.ticks[0]) != 0 or columns.rug_tick is None
    # rows of a continuous market that could not be read leave no hole that could be seen
    if bad_lines and (partial or missing or continuous):
        return Quality.DAMAGED
    if partial:
        return Quality.PARTIAL
    if missing:
        return Quality.GAPS
    return Quality.REPAIRED if columns.repaired else Quality.WHOLE


def _before_rug(columns: RoundColumns) -> int:
    """How many ticks come before the rug."""
    count = len(columns.ticks)
    ends = columns.rug_tick is not None and count and int(columns.ticks[-1]) == columns.rug_tick
    return count - 1 if ends else count
