"""The orders of one account: those that live, and the newest of those that are over."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import Event
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
    OrderUnknown,
)
from replayer_qt.core.orders import (
    FOLLOWS,
    Fill,
    Hop,
    OrderId,
    OrderSide,
    OrderState,
    Request,
)
from replayer_qt.core.verdict import Verdict

OVER_KEPT: Final = 200
"""Orders that are over and still known, at least."""

OVER_MOST: Final = 256
"""From so many on, the oldest beyond `OVER_KEPT` are let go, all at once."""

OPEN_MOST: Final = 1_000
"""More orders at once are not taken: the gate's rates and the deadlines keep them far below."""


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order with all its hops; an order whose hops break the rules can't be made.

    Attributes:
        hops: every state it was in, in order; the last one is where it stands.
        verdict: the gate's word; None before it.
        fill: what was done; None before that.
        reason: why it was refused, rejected, expired or is unknown; empty otherwise.
    """

    request: Request
    hops: tuple[Hop, ...]
    verdict: Verdict | None = None
    fill: Fill | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.hops:
            raise ContractBroken("an order was requested at least")
        if tuple([hop.state for hop in self.hops]) not in _WAYS:
            went = " -> ".join(one.state for one in self.hops)
            raise ContractBroken(f"an order cannot go {went}")
        if (self.fill is not None) != (self.hops[-1].state is _FILLED):
            raise ContractBroken("an order has a fill exactly when it is filled")

    @property
    def order_id(self) -> OrderId:
        """Its name."""
        return self.request.order_id

    @property
    def state(self) -> OrderState:
        """Where it stands."""
        return self.hops[-1].state

    @property
    def is_over(self) -> bool:
        """Whether nothing more can become of it."""
        return not FOLLOWS[self.state]

    @property
    def is_under_way(self) -> bool:
        """Whether it may still be carried out: allowed, and neither over nor withdrawn."""
        return self.state in _UNDER_WAY

    @property
    def at_stake(self) -> Decimal:
        """What it may still cost [SOL]; what is unknown counts as spent."""
        if not self.is_under_way or self.verdict is None or self.request.reduces:
            return Decimal(0)
        return self.verdict.reserved


_Way = tuple[OrderState, ...]
_NONE: Final[Mapping[OrderId, Order]] = MappingProxyType({})
_NEW_MOST: Final = 16


def _ways(way: _Way) -> Iterator[_Way]:
    yield way
    for state in FOLLOWS[way[-1]]:
        yield from _ways((*way, state))


_WAYS: Final = frozenset(_ways((OrderState.REQUESTED,)))
"""Every way that an order can have gone so far."""
_REQUESTED: Final = OrderState.REQUESTED
_SENT: Final = OrderState.SENT
_GATED: Final = OrderState.GATED
_REFUSED: Final = OrderState.REFUSED
_ACKNOWLEDGED: Final = OrderState.ACKNOWLEDGED
_UNKNOWN: Final = OrderState.UNKNOWN
_FILLED: Final = OrderState.FILLED
_LEADS_TO: Final[dict[type[OrderEvent], OrderState]] = {
    OrderSent: OrderState.SENT,
    OrderAcknowledged: OrderState.ACKNOWLEDGED,
    OrderFilled: OrderState.FILLED,
    OrderRejected: OrderState.REJECTED,
    OrderExpired: OrderState.EXPIRED,
    OrderUnknown: OrderState.UNKNOWN,
}
_SAYING_WHY: Final = frozenset({OrderRejected, OrderExpired, OrderUnknown})
_UNDER_WAY: Final = frozenset(
    {OrderState.GATED, OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.UNKNOWN}
)


class OrderBook(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Orders, found by name.

    Attributes:
        open: those that are not over, oldest first.
        over: the newest of those that are, oldest first, `OVER_KEPT` at least and fewer than
            `OVER_MOST`; older ones are on disk.
        settled: the first of `over` by their names, so that an order is never taken twice; the few
            newest are looked through.
        refused: events that made no sense for their order, and changed nothing.
    """

    open: tuple[Order, ...] = ()
    over: tuple[Order, ...] = ()
    settled: Mapping[OrderId, Order] = _NONE
    refused: int = 0

    def find(self, order_id: OrderId) -> Order | None:
        """Return the order of that name, if it is (still) known."""
        for order in self.open:
            if order.request.order_id == order_id:
                return order
        return self.find_over(order_id)

    def find_over(self, order_id: OrderId) -> Order | None:
        """Return the order of that name, if it is over and (still) known."""
        known = self.settled.get(order_id)
        if known is not None:
            return known
        for order in self.over[len(self.settled) :]:
            if order.request.order_id == order_id:
                return order
        return None

    def in_state(self, *states: OrderState) -> tuple[Order, ...]:
        """Return the open orders that stand in one of `states`, oldest first."""
        return tuple(order for order in self.open if order.state in states)

    def at_stake(self) -> Decimal:
        """Return what orders under way may still cost [SOL]."""
        return sum((order.at_stake for order in self.open), Decimal(0))

    def selling(self) -> bool:
        """Return whether a sale is under way."""
        return any(
            order.is_under_way and order.request.side is OrderSide.SELL for order in self.open
        )


def fold_orders(book: OrderBook, event: Event) -> OrderBook:
    """Return the orders after `event`; what makes no sense is counted and changes nothing.

    An acknowledgement that comes after the end is usual, and not counted. Whether an event was
    taken can be seen: it was not if the book is the same object, or `refused` has grown. So the
    second echo of a fill must not be booked either.
    """
    if type(event) is OrderRequested:
        return _opened(book, event)
    if not isinstance(event, OrderEvent):
        return book
    order_id = event.order_id
    for place, order in enumerate(book.open):
        if order.request.order_id == order_id:
            after = _after(order, event)
            return _refused(book) if after is None else _replaced(book, place, after)
    if isinstance(event, OrderAcknowledged) and book.find_over(order_id) is not None:
        return book
    return _refused(book)


def fold_leaving(
    book: OrderBook, requested: OrderRequested, gated: OrderGated, sent: OrderSent
) -> OrderBook:
    """Return the orders after one that was asked for, allowed and sent: as folding the three."""
    request, order_id = requested.request, requested.order_id
    is_one = order_id == request.order_id == gated.order_id == sent.order_id
    is_new = len(book.open) < OPEN_MOST and book.find(order_id) is None
    if not (is_one and is_new and gated.verdict.allowed):
        return fold_orders(fold_orders(fold_orders(book, requested), gated), sent)
    hops = (
        Hop(_REQUESTED, requested.at, requested.mono),
        Hop(_GATED, gated.at, gated.mono),
        Hop(_SENT, sent.at, sent.mono),
    )
    order = Order(request=request, hops=hops, verdict=gated.verdict)
    return replace(book, open=(*book.open, order))


def is_taken(before: OrderBook, after: OrderBook) -> bool:
    """Return whether the event between two books was taken, and so may be booked elsewhere."""
    return after is not before and after.refused == before.refused


def _opened(book: OrderBook, event: OrderRequested) -> OrderBook:
    request = event.request
    if request.order_id != event.order_id or len(book.open) >= OPEN_MOST:
        return _refused(book)
    if book.find(request.order_id) is not None:
        return _refused(book)
    order = Order(request=request, hops=(Hop(_REQUESTED, event.at, event.mono),))
    return replace(book, open=(*book.open, order))


def _refused(book: OrderBook) -> OrderBook:
    return replace(book, refused=book.refused + 1)


def _after(order: Order, event: OrderEvent) -> Order | None:
    """The order after the event; None where the event makes no sense for it."""
    hops, kind = order.hops, type(event)
    stood, state = hops[-1].state, _LEADS_TO.get(kind)
    verdict, fill, reason = order.verdict, None, ""
    if state is None:
        if type(event) is not OrderGated:
            return None
        verdict = event.verdict
        state = _GATED if verdict.allowed else _REFUSED
        reason = "" if verdict.allowed else _first_text(verdict)
    elif type(event) is OrderFilled:
        fill = event.fill
        if fill.side is not order.request.side:
            return None
    elif kind in _SAYING_WHY:
        reason = event.reason  # type: ignore[attr-defined]  # each of them has one
    elif stood is _UNKNOWN and state is _ACKNOWLEDGED:
        return order  # the venue took it: what became of it is as unknown as before
    if state not in FOLLOWS[stood]:
        return None
    hops = (*hops, Hop(state, event.at, event.mono))
    return Order(request=order.request, hops=hops, verdict=verdict, fill=fill, reason=reason)


def _first_text(verdict: Verdict) -> str:
    return verdict.reasons[0].text if verdict.reasons else ""


def _replaced(book: OrderBook, place: int, order: Order) -> OrderBook:
    before = book.open
    if order is before[place]:
        return book
    if FOLLOWS[order.hops[-1].state]:
        opened = (*before[:place], order, *before[place + 1 :]) if len(before) > 1 else (order,)
        return replace(book, open=opened)
    over, settled = (*book.over, order), book.settled
    count = len(over)
    if count >= OVER_MOST:
        over = over[-OVER_KEPT:]
        settled = _by_name(over, _NONE)
    elif count - len(settled) > _NEW_MOST:
        settled = _by_name(over[len(settled) :], settled)
    return replace(book, open=before[:place] + before[place + 1 :], over=over, settled=settled)


def _by_name(orders: tuple[Order, ...], before: Mapping[OrderId, Order]) -> Mapping[OrderId, Order]:
    return MappingProxyType({**before, **{order.request.order_id: order for order in orders}})
