"""What the gate remembers of an account's past: when orders were allowed and rejected."""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
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
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

ARMED_BY_A_PERSON: Final = "armed"
"""The code of an `ArmingChanged` that a person asked for; automated orders count anew from it."""

RECENT_MOST: Final = 600
REJECTS_MOST: Final = 100
MINUTE: Final = 60 * NANOS_PER_SECOND

_AUTOMATED: Final = frozenset({Origin.STANDING, Origin.STRATEGY})


class Recent(msgspec.Struct, frozen=True):
    """An order that was allowed lately.

    Attributes:
        mono: when [monotonic ns].
        side, size: what it was: the amount [SOL] or the share [percent].
        automated: whether no person asked for it.
    """

    mono: Nanos
    side: OrderSide
    size: Decimal
    automated: bool


class RiskMemory(msgspec.Struct, frozen=True, kw_only=True):
    """Bounded: what is older than a minute is let go with the next order.

    Outcomes are the account's to remember: its tally and what was closed.

    Attributes:
        asked: the newest order that was asked for, until the gate has spoken.
        recent: orders allowed in the last minute, oldest first (at most `RECENT_MOST`).
        automated_runs: automated orders allowed since a person last armed the account.
        rejects: when orders were rejected in the last minute [monotonic ns].
        orders: orders allowed since the session began.
        turnover: what the buys and stakes among them came to [SOL], whatever became of them.
    """

    asked: Request | None = None
    recent: tuple[Recent, ...] = ()
    automated_runs: int = 0
    rejects: tuple[Nanos, ...] = ()
    orders: int = 0
    turnover: Decimal = NOTHING


def fold_memory(memory: RiskMemory, event: Event) -> RiskMemory:
    """Return the memory after `event`."""
    match event:
        case OrderRequested(request=request):
            return replace(memory, asked=request)
        case OrderGated():
            return _gated(memory, event)
        case OrderRejected(mono=mono):
            kept = memory.rejects[bisect_right(memory.rejects, mono - MINUTE) :]
            return replace(memory, rejects=(*kept[-REJECTS_MOST + 1 :], mono))
        case ArmingChanged(state=ArmState.ARMED, code=code) if code == ARMED_BY_A_PERSON:
            return replace(memory, automated_runs=0)
        case AccountOpened():
            return replace(memory, orders=0, turnover=NOTHING)
        case _:
            return memory


def size_of(request: Request) -> Decimal:
    """Return what makes two orders of one side the same: the amount, or the share sold."""
    return request.amount if request.amount is not None else Decimal(request.share or 0)


def first_after(recent: Sequence[Recent], mono: int) -> int:
    """Return the place of the first order that was allowed after `mono` [monotonic ns]."""
    return bisect_right(recent, mono, key=_mono_of)


def rejects_since(memory: RiskMemory, mono: int) -> int:
    """Return how many orders were rejected after `mono` [monotonic ns]."""
    return len(memory.rejects) - bisect_right(memory.rejects, mono)


_mono_of: Final = attrgetter("mono")


def _gated(memory: RiskMemory, event: OrderGated) -> RiskMemory:
    asked = memory.asked
    if asked is None or asked.order_id != event.order_id:
        return memory
    if not event.verdict.allowed:
        return replace(memory, asked=None)
    automated = asked.origin in _AUTOMATED
    one = Recent(event.mono, asked.side, size_of(asked), automated)
    kept = memory.recent
    if kept and kept[0].mono <= event.mono - MINUTE:
        kept = kept[first_after(kept, event.mono - MINUTE) :]
    if len(kept) >= RECENT_MOST:
        kept = kept[1 - RECENT_MOST :]
    return RiskMemory(
        recent=(*kept, one),
        automated_runs=memory.automated_runs + automated,
        rejects=memory.rejects,
        orders=memory.orders + 1,
        turnover=memory.turnover + event.verdict.reserved,
    )
