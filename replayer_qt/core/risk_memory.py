"""What the gate remembers of an account's past: when orders were allowed and rejected."""

from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.events import Event
from replayer_qt.core.money import NOTHING
from replayer_qt.core.order_events import (
    AccountOpened,
    ArmingChanged,
    ArmState,
    OrderGated,
    OrderRejected,
    OrderRequested,
)
from replayer_qt.core.orders import OrderSide, Origin, Request
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId

ARMED_BY_A_PERSON: Final = "armed"
"""The code of an `ArmingChanged` that a person asked for; automated orders count anew from it."""

RECENT_MOST: Final = 600
REJECTS_MOST: Final = 100
ACTORS_MOST: Final = 200
KINDS_MOST: Final = 64
"""From so many kinds on, those older than a minute are let go."""
MINUTE: Final = 60 * NANOS_PER_SECOND

Actor = tuple[str, OrderSide]
"""A strategy, and what it does."""

Place = tuple[RoundId | None, int]
"""A round and a tick."""

Kind = tuple[OrderSide, Decimal]
"""What makes two orders the same: the side, and the amount [SOL] or the share [percent]."""

_NONE: Final[Mapping[Kind, Nanos]] = MappingProxyType({})
_NOBODY: Final[Mapping[Actor, Place]] = MappingProxyType({})
_AUTOMATED: Final = frozenset({Origin.STANDING, Origin.STRATEGY})
_STRATEGY: Final = Origin.STRATEGY
_REMEMBERED: Final = frozenset(
    {AccountOpened, ArmingChanged, OrderGated, OrderRejected, OrderRequested}
)


class RiskMemory(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Bounded: what is older than a minute is let go with the next order.

    Outcomes are the account's to remember: its tally and what was closed.

    Attributes:
        asked: the newest order that was asked for, until the gate has spoken.
        recent: when orders were allowed in the last minute [monotonic ns], oldest first.
        newest: when each kind of order was allowed last [monotonic ns]; the oldest first.
        acted: the round and tick for which each strategy's newest order of a side was allowed.
        automated_runs: automated orders allowed since a person last armed the account.
        rejects: when orders were rejected in the last minute [monotonic ns].
        orders: orders allowed since the session began.
        turnover: what the buys and stakes among them came to [SOL], whatever became of them.
    """

    asked: Request | None = None
    recent: tuple[Nanos, ...] = ()
    newest: Mapping[Kind, Nanos] = _NONE
    acted: Mapping[Actor, Place] = _NOBODY
    automated_runs: int = 0
    rejects: tuple[Nanos, ...] = ()
    orders: int = 0
    turnover: Decimal = NOTHING


def fold_memory(memory: RiskMemory, event: Event) -> RiskMemory:
    """Return the memory after `event`."""
    if type(event) not in _REMEMBERED:
        return memory
    if type(event) is OrderGated:
        return _gated(memory, event)
    match event:
        case OrderRequested(request=request):
            return replace(memory, asked=request)
        case OrderRejected(mono=mono):
            kept = memory.rejects[bisect_right(memory.rejects, mono - MINUTE) :]
            return replace(memory, rejects=(*kept[-REJECTS_MOST + 1 :], mono))
        case ArmingChanged(state=ArmState.ARMED, code=code) if code == ARMED_BY_A_PERSON:
            return replace(memory, automated_runs=0)
        case AccountOpened():
            return replace(memory, orders=0, turnover=NOTHING)
        case _:
            return memory


def kind_of(request: Request) -> Kind:
    """Return what makes two orders the same."""
    amount = request.amount
    return request.side, amount if amount is not None else Decimal(request.share or 0)


def has_acted(memory: RiskMemory, request: Request) -> bool:
    """Return whether the same strategy was allowed the same side at the same tick before."""
    if request.origin is not _STRATEGY:
        return False
    place = memory.acted.get((request.strategy_id, request.side))
    return place == (request.round_id, request.tick)


def rejects_since(memory: RiskMemory, mono: int) -> int:
    """Return how many orders were rejected after `mono` [monotonic ns]."""
    return len(memory.rejects) - bisect_right(memory.rejects, mono)


def _gated(memory: RiskMemory, event: OrderGated) -> RiskMemory:
    asked = memory.asked
    if asked is None or asked.order_id != event.order_id:
        return memory
    if not event.verdict.allowed:
        return replace(memory, asked=None)
    recent, since = memory.recent, event.mono - MINUTE
    if recent and recent[0] <= since:
        recent = recent[bisect_right(recent, since) :]
    if len(recent) >= RECENT_MOST:
        recent = recent[1 - RECENT_MOST :]
    return RiskMemory(
        recent=(*recent, event.mono),
        newest=_with_newest(memory.newest, kind_of(asked), event.mono),
        acted=_with_acted(memory.acted, asked),
        automated_runs=memory.automated_runs + (asked.origin in _AUTOMATED),
        rejects=memory.rejects,
        orders=memory.orders + 1,
        turnover=memory.turnover + event.verdict.reserved,
    )


def _with_newest(newest: Mapping[Kind, Nanos], kind: Kind, mono: Nanos) -> Mapping[Kind, Nanos]:
    after = dict(newest)
    after.pop(kind, None)
    after[kind] = mono
    if len(after) > KINDS_MOST:
        for old in [one for one, at in after.items() if at <= mono - MINUTE]:
            del after[old]
    if len(after) > RECENT_MOST:
        del after[next(iter(after))]
    return MappingProxyType(after)


def _with_acted(acted: Mapping[Actor, Place], request: Request) -> Mapping[Actor, Place]:
    if request.origin is not _STRATEGY:
        return acted
    after = dict(acted)
    after.pop((request.strategy_id, request.side), None)
    after[(request.strategy_id, request.side)] = (request.round_id, request.tick)
    if len(after) > ACTORS_MOST:
        del after[next(iter(after))]
    return MappingProxyType(after)
