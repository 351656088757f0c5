"""How an account begins when its venue is connected: where the last run left it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

from replayer_qt.core.events import Event
from replayer_qt.core.money import NOTHING, decimal_of
from replayer_qt.core.order_events import (
    AccountOpened,
    OrderExpired,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
    OrderUnknown,
)
from replayer_qt.core.orders import Mode, OrderId, OrderState, Request
from replayer_qt.core.settings import PaperSettings
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import Moment, Nanos, StreamId
from replayer_qt.core.verdict import Facts, Verdict
from replayer_qt.ports import Restored

NEVER_SEEN = "the program ended before its fate was known"
ACCOUNT_GONE = "it had no effect that lasts: its account ended with that practice exchange"


class _Told(TypedDict):
    at: Nanos
    mono: Nanos
    stream: StreamId
    order_id: OrderId


def beginning(
    stream: StreamId,
    mode: Mode,
    known: Trading | None,
    restored: Restored | None,
    paper: PaperSettings,
    moment: Moment,
    *,
    is_new_venue: bool,
) -> tuple[Event, ...]:
    """Return what opens an account, and what became of the orders that the last run left open.

    A paper account goes on with the cash it had, a venue's account with what it had until the
    venue's first word, which is the truth. Nothing is returned where only the venue can tell.

    Args:
        stream: what it trades.
        mode: whose money it is.
        known: the account as it is in this run; None when it was not opened yet.
        restored: what it was when the program ended last; None when it never was.
        paper: what a paper account begins with.
        moment: now.
        is_new_venue: whether the venue began with this connection: what an order did to an account
            of an earlier one is gone with it. Else only the venue, or a person, can tell.
    """
    if known is not None:
        # the account goes on: the venue's first word is taken over when it comes
        return tuple(_gone(known, moment, is_new_venue))
    cash = None if restored is None else restored.cash
    if cash is None and mode is Mode.PAPER:
        cash = decimal_of(paper.cash)
    if cash is None:
        return ()
    opening = AccountOpened(
        at=moment.at,
        mono=moment.mono,
        stream=stream,
        mode=mode,
        cash=cash,
        day=0 if restored is None else restored.day,
        day_result=NOTHING if restored is None else restored.day_result,
    )
    left = () if restored is None else restored.unresolved
    return (
        opening,
        *(event for request in left for event in _left_open(request, moment, is_new_venue)),
    )


def _gone(known: Trading, moment: Moment, is_new_venue: bool) -> Iterator[Event]:  # noqa: FBT001
    """Orders of the connection before, if the practice exchange knows their account no more."""
    for order in known.book.open if known.mode is Mode.PRACTICE else ():
        told = _Told(
            at=moment.at,
            mono=moment.mono,
            stream=order.request.stream,
            order_id=order.order_id,
        )
        if order.state is OrderState.GATED:
            yield OrderExpired(**told, reason="the connection was closed before it left")
        elif order.state is OrderState.UNKNOWN and is_new_venue:
            yield OrderRejected(**told, reason=ACCOUNT_GONE)


def _left_open(request: Request, moment: Moment, is_new_venue: bool) -> Iterator[Event]:  # noqa: FBT001
    """An order that may have left: unknown, until something proves more."""
    told = _Told(at=moment.at, mono=moment.mono, stream=request.stream, order_id=request.order_id)
    reserved = Decimal(0) if request.amount is None else request.amount
    yield OrderRequested(**told, request=request)
    verdict = Verdict(allowed=True, facts=Facts(), reserved=reserved)
    yield OrderGated(**told, verdict=verdict)
    yield OrderSent(**told)
    yield OrderUnknown(**told, reason=NEVER_SEEN)
    if request.mode is Mode.PRACTICE and is_new_venue:
        yield OrderRejected(**told, reason=ACCOUNT_GONE)
