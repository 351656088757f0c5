"""Makes the columns of a round from its ticks in the order in which they were heard of."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.soundness import sound
from replayer_qt.core.units import RoundId, StreamId

NOT_TOLD: Final = -1
"""What stands for a count of trades that was not told."""


class HeardTicks(msgspec.Struct, frozen=True, kw_only=True):
    """Ticks of one round as they were heard of, repeated and late ones too.

    Attributes:
        ticks: positions in the round, int64.
        prices: the prices [multiplier, or the quote asset], float64.
        ats: when each was told [ns since the Unix epoch, UTC], int64.
        counts: trades of the round so far at each tick, int64; -1 where it was not told.
        filled: whether each was filled in afterwards, bool.
    """

    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    ats: NDArray[np.int64]
    counts: NDArray[np.int64]
    filled: NDArray[np.bool_]


def make_columns(
    stream: StreamId,
    round_id: RoundId,
    heard: HeardTicks,
    listed: HeardTicks | None,
    rug_tick: int | None,
) -> RoundColumns:
    """Return the columns of a round: sound ticks up to its rug, ascending, the first word counts.

    A tick that came after a later one counts as learned of no later than its successor.

    Args:
        stream: where it was played.
        round_id: its name.
        heard: its ticks.
        listed: its price list, told when it was over; ticks of it that were not heard count.
        rug_tick: position of the rug; None where it is not shown.
    """
    keep = sound(heard.ticks, heard.prices)
    kept = heard if keep.all() else _chosen(heard, keep)
    if listed is not None:
        kept = _joined(kept, listed)
    if rug_tick is not None and not bool((kept.ticks <= rug_tick).all()):
        kept = _chosen(kept, kept.ticks <= rug_tick)
    kept, late = _in_order(kept)
    if late.any():
        kept = msgspec.structs.replace(kept, ats=_not_after_successors(kept.ats, late))
    return columns_as_heard(stream, round_id, kept, rug_tick)


def columns_as_heard(
    stream: StreamId, round_id: RoundId, heard: HeardTicks, rug_tick: int | None
) -> RoundColumns:
    """Return ticks that are sound, in order, each once, and up to the rug, as columns."""
    for column in (heard.ticks, heard.prices, heard.ats, heard.counts):
        column.flags.writeable = False
    return RoundColumns(
        stream=stream,
        round_id=round_id,
        ticks=heard.ticks,
        prices=heard.prices,
        ats=heard.ats,
        counts=heard.counts,
        rug_tick=rug_tick,
        repaired=int(np.count_nonzero(heard.filled)),
    )


def _chosen(heard: HeardTicks, which: NDArray[np.bool_] | NDArray[np.int64]) -> HeardTicks:
    return HeardTicks(
        ticks=heard.ticks[which],
        prices=heard.prices[which],
        ats=heard.ats[which],
        counts=heard.counts[which],
        filled=heard.filled[which],
    )


def _joined(one: HeardTicks, other: HeardTicks) -> HeardTicks:
    return HeardTicks(
        ticks=np.concatenate((one.ticks, other.ticks)),
        prices=np.concatenate((one.prices, other.prices)),
        ats=np.concatenate((one.ats, other.ats)),
        counts=np.concatenate((one.counts, other.counts)),
        filled=np.concatenate((one.filled, other.filled)),
    )


def _in_order(heard: HeardTicks) -> tuple[HeardTicks, NDArray[np.bool_]]:
    """Return each tick once, ascending, and which of them came after a later one."""
    late = np.zeros(len(heard.ticks), np.bool_)
    if bool((heard.ticks[1:] > heard.ticks[:-1]).all()):
        return heard, late
    late = heard.ticks < np.maximum.accumulate(heard.ticks)
    _, first = np.unique(heard.ticks, return_index=True)
    return _chosen(heard, first), late[first]


def _not_after_successors(ats: NDArray[np.int64], late: NDArray[np.bool_]) -> NDArray[np.int64]:
    mended = ats.copy()
    for at in np.flatnonzero(late)[::-1].tolist():
        mended[at] = min(mended[at], mended[at + 1])
    return mended
