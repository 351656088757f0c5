"""The orders of one account: those that live, and the newest of those that are over."""

import itertools
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import Event
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


class Order(msgspec.Struct, frozen=True, kw_only=True):
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
        states = [hop.state for hop in self.hops]
        legal = states[:1] == [OrderState.REQUESTED] and all(
            after in FOLLOWS[before] for before, after in itertools.pairwise(states)
        )
        if not legal:
            raise ContractBroken(f"an order cannot go {' -> '.join(states)}")
        if (self.fill is not None) != (states[-1] is OrderState.FILLED):
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


_UNDER_WAY: Final = frozenset(
    {OrderState.GATED, OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.UNKNOWN}
)


class OrderBook(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, found by name.

    Attributes:
        open: those that are not over, oldest first.
        over: the newest `OVER_KEPT` of those that are, oldest first; older ones are on disk.
        refused: events that made no sense for their order, and changed nothing.
    """

    open: tuple[Order, ...] = ()
    over: tuple[Order, ...] = ()
    refused: int = 0

    def find(self, order_id: OrderId) -> Order | None:
        """Return the order of that name, if it is (still) known."""
        for order in reversed((*self.over, *self.open)):
            if order.order_id == order_id:
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
    """Return the orders after `event`; what makes no sense is counted and changes nothing."""
    raise NotImplementedError
