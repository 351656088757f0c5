"""What events tell of one round, as arrays: its ticks, its times, the trades that were heard of."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import (
    Event,
    FairnessChecked,
    PriceTicked,
    SeedRevealed,
    TickBlock,
    TickOrigin,
    TradePrinted,
)
from replayer_qt.core.library_columns import NOT_TOLD, HeardTicks
from replayer_qt.core.library_figures import is_continuous
from replayer_qt.core.money import NOTHING, is_money
from replayer_qt.core.soundness import is_sound
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

JUMP_NS: Final = 2 * NANOS_PER_SECOND
"""A larger difference between the two clocks' steps, or a larger step back, is a jump [ns]."""
LATEST_NS: Final = 2**62
"""Times and counts beyond this are taken for this."""

_AFTERWARDS: Final = frozenset({SeedRevealed, FairnessChecked})
_FAR_NS: Final = 2**61
_SOL: Final = "solana"
_LIVE: Final = TickOrigin.LIVE
_AT: Final = attrgetter("at")
_MONO: Final = attrgetter("mono")


def within(value: int) -> int:
    """Return `value` kept from 0 to `LATEST_NS`."""
    return max(0, min(value, LATEST_NS))


def ticks_heard(events: Sequence[Event]) -> HeardTicks:
    """Return the ticks among a round's events, in their order; what is not sound is left out."""
    if TickBlock in set(map(type, events)):
        return _with_blocks(events)
    ticks = [event for event in events if type(event) is PriceTicked]
    size = len(ticks)
    try:
        return HeardTicks(
            ticks=np.fromiter([event.tick for event in ticks], np.int64, size),
            prices=np.fromiter([event.price for event in ticks], np.float64, size),
            ats=np.fromiter([event.at for event in ticks], np.int64, size).clip(0, LATEST_NS),
            counts=_counts([event.trade_count for event in ticks]),
            filled=np.fromiter([event.origin is not _LIVE for event in ticks], np.bool_, size),
        )
    except (OverflowError, ValueError):
        return _with_blocks(events)


def price_list(told: SeedRevealed | None) -> HeardTicks | None:
    """Return the prices that were told with a seed; None without any."""
    if told is None or not told.prices:
        return None
    size = len(told.prices)
    return HeardTicks(
        ticks=np.arange(size),
        prices=np.array(told.prices, np.float64),
        ats=np.full(size, within(told.at), np.int64),
        counts=np.full(size, NOT_TOLD, np.int64),
        filled=np.ones(size, np.bool_),
    )


def times_of(events: Sequence[Event]) -> tuple[int, int, int]:
    """Return the times of a round's first and last event [ns], and how often the clock jumped.

    What was told of it when it was over counts only where nothing else was: then it is the time
    at which the venue says that it ended, where it says so.
    """
    kinds = set(map(type, events))
    if not kinds.isdisjoint(_AFTERWARDS):
        during = [event for event in events if type(event) not in _AFTERWARDS]
        if not during and (stated := _ended(events)) is not None:
            return within(stated), within(stated), 0
        events = during or events[:1]
    if TickBlock in kinds:
        ats, monos = _times_in_blocks(events)
    else:
        ats, monos = list(map(_AT, events)), list(map(_MONO, events))
    return within(ats[0]), within(ats[-1]), jumps_in(ats, monos)


def _ended(events: Sequence[Event]) -> Nanos | None:
    told = (event.ended_at for event in events if isinstance(event, SeedRevealed))
    return next((at for at in told if at is not None), None)


def trades_heard(events: Iterable[TradePrinted]) -> tuple[int, Decimal | None]:
    """Return how many trades were heard of, each once, and what they turned over.

    On a crash venue that is SOL; what is played with a token of no worth is no volume.
    """
    seen: set[str] = set()
    nameless = 0
    volume: Decimal | None = None
    for event in events:
        if not event.trade_id:
            nameless += 1
        elif event.trade_id in seen:
            continue
        else:
            seen.add(event.trade_id)
        if (event.coin == _SOL or is_continuous(event.stream)) and is_money(event.amount):
            volume = (volume or NOTHING) + abs(event.amount)
    return len(seen) + nameless, volume


def jumps_in(ats: list[int], monos: list[int]) -> int:
    """Return how often the clock was set between events in the order in which they came.

    Args:
        ats: their wall times [ns].
        monos: their monotonic times [ns]; 0 where that is not told.
    """
    at, mono = _far(ats), _far(monos)
    if not mono.any():
        return int(np.count_nonzero(np.diff(at) < -JUMP_NS))
    apart = at - mono
    if mono.all() and 0 <= int(apart.max()) - int(apart.min()) <= JUMP_NS:
        return 0
    steps = np.diff(apart.astype(np.float64))
    both = (mono[1:] != 0) & (mono[:-1] != 0)
    return int(np.count_nonzero(np.where(both, np.abs(steps) > JUMP_NS, np.diff(at) < -JUMP_NS)))


def _counts(told: list[int | None]) -> NDArray[np.int64]:
    counts = [NOT_TOLD if count is None else count for count in told]
    return np.fromiter(counts, np.int64, len(counts)).clip(NOT_TOLD, LATEST_NS)


def _with_blocks(events: Sequence[Event]) -> HeardTicks:
    """The long way, tick by tick."""
    ticks: list[int] = []
    prices: list[float] = []
    ats: list[int] = []
    counts: list[int] = []
    filled: list[bool] = []
    for event in events:
        if type(event) is TickBlock:
            size = len(event.ticks)
            ticks += event.ticks.tolist()
            prices += event.prices.tolist()
            ats += map(within, event.ats.tolist())
            counts += [NOT_TOLD] * size
            filled += [False] * size
        elif type(event) is PriceTicked and is_sound(event.tick, event.price):
            count = event.trade_count
            ticks.append(event.tick)
            prices.append(event.price)
            ats.append(within(event.at))
            counts.append(NOT_TOLD if count is None or count < 0 else within(count))
            filled.append(event.origin is not _LIVE)
    return HeardTicks(
        ticks=np.array(ticks, np.int64),
        prices=np.array(prices, np.float64),
        ats=np.array(ats, np.int64),
        counts=np.array(counts, np.int64),
        filled=np.array(filled, np.bool_),
    )


def _times_in_blocks(events: Sequence[Event]) -> tuple[list[int], list[int]]:
    ats: list[int] = []
    monos: list[int] = []
    for event in events:
        told = event.ats.tolist() if type(event) is TickBlock else []
        ats += told or [event.at]
        monos += [0] * len(told) or [event.mono]
    return ats, monos


def _far(times: list[int]) -> NDArray[np.int64]:
    try:
        found = np.fromiter(times, np.int64, len(times))
    except OverflowError:
        found = np.array([max(-_FAR_NS, min(time, _FAR_NS)) for time in times], np.int64)
    return found.clip(-_FAR_NS, _FAR_NS)
