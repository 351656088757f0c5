"""The newest order's way through the house, hop by hop, as a picture needs it."""

from typing import Final

import msgspec

from replayer_qt.core.order_book import Order, OrderBook
from replayer_qt.core.orders import OrderSide, OrderState
from replayer_qt.core.state import State
from replayer_qt.core.units import NANOS_PER_MILLISECOND
from replayer_qt.ui.amount import written
from replayer_qt.ui.plain import clean
from replayer_qt.ui.privacy import hidden
from replayer_qt.ui.refusal import every_reason, refusal
from replayer_qt.ui.view import is_replay_shown

DUPLICATE: Final = "duplicate_order"
_NEWEST: Final = 8
_NAMES: Final = {OrderSide.BUY: "BUY", OrderSide.SELL: "SELL", OrderSide.SIDE_BET: "SIDE BET"}
_LOOKS: Final = {
    OrderState.REQUESTED: ("asked", "muted"),
    OrderState.GATED: ("gated", "text"),
    OrderState.REFUSED: ("refused", "error"),
    OrderState.SENT: ("sent", "text"),
    OrderState.ACKNOWLEDGED: ("ack", "text"),
    OrderState.FILLED: ("filled", "up"),
    OrderState.REJECTED: ("rejected", "error"),
    OrderState.EXPIRED: ("expired", "warning"),
    OrderState.UNKNOWN: ("UNKNOWN", "error"),
}


class HopMark(msgspec.Struct, frozen=True):
    """One hop.

    Attributes:
        when: since the hop before it; empty for the first.
    """

    name: str
    when: str
    colour: str


class LastOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The newest order.

    Attributes:
        what: what it is.
        why: why it came to nothing, in a few words; empty where it did not.
        every: the same with every reason there is.
        hops: the states it was in, in order.
        again: whether it was refused for nothing but looking like a duplicate.
    """

    what: str
    why: str = ""
    every: str = ""
    hops: tuple[HopMark, ...] = ()
    again: bool = False
    order: Order


def newest_order(book: OrderBook) -> Order | None:
    """Return the order that was asked for last, as far as the book still has it."""
    known = (*book.over[-_NEWEST:], *book.open[-_NEWEST:])
    # of those of one moment the later one: `max` takes the first that it meets
    return max(reversed(known), key=lambda order: order.hops[0].mono, default=None)


def read_last_order(state: State) -> LastOrder | None:
    """Return the newest order of the account looked at; None where there was none yet."""
    trading = state.trading()
    order = None if trading is None else newest_order(trading.book)
    if order is None:
        return None
    market = state.market()
    shown = None if market is None else market.round
    verdict = order.verdict if order.state is OrderState.REFUSED else None
    same_round = shown is not None and order.request.round_id == shown.round_id
    return LastOrder(
        what=what_of(order),
        why=clean(order.reason)
        if verdict is None
        else refusal(verdict, replayed=is_replay_shown(state)),
        every=clean(order.reason) if verdict is None else every_reason(verdict),
        hops=_hops(order),
        again=same_round and _is_only_duplicate(order),
        order=order,
    )


def what_of(order: Order) -> str:
    """Return what an order is, in a few words.

    A buy and a bet say their amount [SOL], a sale its share.
    """
    asked = order.request
    if asked.side is OrderSide.SELL:
        return f"SELL {asked.share} %"
    return _NAMES[asked.side] if asked.amount is None else (
        f"{_NAMES[asked.side]} {hidden(written(asked.amount))}"
    )  # fmt: skip


def _is_only_duplicate(order: Order) -> bool:
    codes = [] if order.verdict is None else [each.code for each in order.verdict.reasons]
    return order.state is OrderState.REFUSED and codes == [DUPLICATE]


def _hops(order: Order) -> tuple[HopMark, ...]:
    marks = []
    before = None
    for hop in order.hops:
        name, colour = _LOOKS[hop.state]
        when = "" if before is None else _since(hop.mono - before)
        marks.append(HopMark(name, when, colour))
        before = hop.mono
    return tuple(marks)


def _since(nanos: int) -> str:
    passed = max(0, nanos) / NANOS_PER_MILLISECOND
    return f"+{passed:.1f} ms" if passed < 10 else f"+{passed:,.0f} ms"
