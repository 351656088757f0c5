"""Orders as a table: where each stands, what it took to get there, and why it went no further."""

from typing import Final

from replayer_qt.core.order_book import OVER_KEPT, Order
from replayer_qt.core.orders import Hop, OrderSide, OrderState
from replayer_qt.core.units import NANOS_PER_MILLISECOND
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.plain import clean

OPEN_SHOWN: Final = 600

STATES: Final = {
    OrderState.REQUESTED: ("… asked for", "muted"),
    OrderState.REFUSED: ("⊘ refused", "warning"),
    OrderState.GATED: ("◌ allowed", "muted"),
    OrderState.SENT: ("→ sent", "accent"),
    OrderState.ACKNOWLEDGED: ("✓ taken", "accent"),
    OrderState.FILLED: ("● filled", "live"),
    OrderState.REJECTED: ("✗ rejected", "error"),
    OrderState.EXPIRED: ("○ withdrawn", "muted"),
    OrderState.UNKNOWN: ("◆ UNKNOWN", "error"),
}
"""Shape, word and meaning of a state."""

SIDES: Final = {
    OrderSide.BUY: ("▲ buy", "up"),
    OrderSide.SELL: ("▼ sell", "down"),
    OrderSide.SIDE_BET: ("◆ side bet", "accent"),
}
"""Shape, word and meaning of a side."""


def orders() -> RowsModel[Order]:
    """Return an empty table of orders."""
    return RowsModel(
        columns=[
            Column(
                title="State",
                chars=10,
                text=lambda row: STATES[row.state][0],
                colour=lambda row: STATES[row.state][1],
                tip=hops,
                about="Where the order stands. UNKNOWN: nobody knows whether it was carried out.",
            ),
            Column(
                title="Side",
                chars=8,
                text=lambda row: SIDES[row.request.side][0],
                colour=lambda row: SIDES[row.request.side][1],
                tip=lambda row: f"Asked by {row.request.origin}, {row.request.strategy_id}",
            ),
            Column(
                title="Size",
                chars=8,
                text=size,
                number=_size,
                tip=exact_size,
                plain=exact_size,
                about="What a buy or bet spends [SOL], or how much of the holding is sold [%].",
            ),
            Column(
                title="Tick",
                chars=4,
                text=lambda row: fmt.NOTHING if tick_of(row) < 0 else fmt.count(tick_of(row)),
                number=lambda row: float(tick_of(row)),
                plain=lambda row: str(tick_of(row)),
                tip=lambda row: f"Round {row.request.round_id or fmt.NOTHING}",
                about="The tick it was filled at, else asked at; a double click goes there.",
            ),
            Column(
                title="Price [x]",
                chars=7,
                text=lambda row: fmt.price(_price(row)).rstrip("x"),
                number=lambda row: _price(row) or 0.0,
                tip=_prices,
                about="The price it was filled at, else the one the asker saw.",
            ),
            Column(
                title="Took",
                chars=7,
                text=lambda row: fmt.milliseconds(_took(row)),
                number=lambda row: float(_took(row)),
                tip=hops,
                plain=lambda row: f"{_took(row) / NANOS_PER_MILLISECOND:.3f}",
                about="From the wish to the newest hop; the tool tip has all of them.",
            ),
            Column(
                title="Why",
                chars=16,
                text=lambda row: clean(why(row), 120),
                colour=lambda row: STATES[row.state][1],
                tip=why,
                about="Why it was refused, rejected, withdrawn or is unknown.",
            ),
        ],
        key=lambda row: row.order_id,
        kept=OVER_KEPT + OPEN_SHOWN,
        group=lambda row: "over" if row.is_over else "open",
        mark=lambda row: "error" if row.state is OrderState.UNKNOWN else None,
    )


def hops(order: Order) -> str:
    """Return when the order entered each state: the first by the clock, the others after it."""
    first = order.hops[0]
    later = [f"{_word(hop)} +{fmt.milliseconds(hop.mono - first.mono)}" for hop in order.hops[1:]]
    return ", ".join([f"{_word(first)} {fmt.exact_time(first.at)}", *later])


def why(order: Order) -> str:
    """Return why it went no further; every reason of the gate, where that refused."""
    if order.reason:
        return order.reason
    verdict = order.verdict
    if verdict is None or verdict.allowed:
        return ""
    return " ".join(reason.text for reason in verdict.reasons)


def size(order: Order) -> str:
    """Return what is bought or bet for [SOL], or the share that is sold, short."""
    asked = order.request
    return f"{asked.share} %" if asked.amount is None else fmt.short_amount(asked.amount)


def exact_size(order: Order) -> str:
    """Return the size with every digit and its unit."""
    asked = order.request
    return f"{asked.share} %" if asked.amount is None else f"{fmt.exact(asked.amount)} SOL"


def tick_of(order: Order) -> int:
    """Return the tick it was filled at, or the newest one when it was asked for."""
    return order.request.tick if order.fill is None else order.fill.tick


def named(order: Order) -> str:
    """Return an order in a few words: what, how much, when.

    Short enough for a line in a panel.
    """
    side = SIDES[order.request.side][0].partition(" ")[2]
    return f"{side} {exact_size(order)} at tick {tick_of(order)}"


def _size(order: Order) -> float:
    asked = order.request
    return float(asked.share or 0) if asked.amount is None else float(asked.amount)


def _price(order: Order) -> float | None:
    price = order.request.price if order.fill is None else order.fill.price
    return None if price is None else float(price)


def _prices(order: Order) -> str:
    asked, done = order.request.price, order.fill
    words = f"Seen {fmt.digits(asked)}x when asked"
    return words if done is None else f"{words}, filled at {fmt.digits(done.price)}x"


def _took(order: Order) -> int:
    return order.hops[-1].mono - order.hops[0].mono


def _word(hop: Hop) -> str:
    return STATES[hop.state][0].partition(" ")[2]
