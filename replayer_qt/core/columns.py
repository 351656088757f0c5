"""One round as read-only columns: what a chart, statistics and a backtest need of a recording."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.units import RoundId, StreamId


class RoundColumns(msgspec.Struct, frozen=True, kw_only=True):
    """The ticks of one round, ascending by position, each once; the arrays are read-only.

    Attributes:
        ticks: positions in the round, int64.
        prices: the prices [multiplier, or the quote asset], float64.
        ats: when each was learned of [ns since the Unix epoch, UTC], int64.
        counts: trades of the round so far at each tick, int64; -1 where it was not told.
        rug_tick: position of the rug; None where the recording ends before it.
        repaired: how many of the ticks were filled in afterwards.
    """

    stream: StreamId
    round_id: RoundId
    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    ats: NDArray[np.int64]
    counts: NDArray[np.int64]
    rug_tick: int | None = None
    repaired: int = 0
