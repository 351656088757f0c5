"""The life of an order: its states, what may follow what, and a stamp for each hop.

```
REQUESTED -> REFUSED                                        by our own gate
          -> GATED -> EXPIRED | SENT
                               -> ACKNOWLEDGED | FILLED | REJECTED | UNKNOWN
ACKNOWLEDGED -> FILLED | REJECTED | UNKNOWN                 UNKNOWN -> FILLED | REJECTED | EXPIRED
```
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

import msgspec

from replayer_qt.core.units import Nanos, RoundId, StreamId

OrderId = NewType("OrderId", str)
"""This program's own name of an order; the asker's idempotency key, so that asking twice is one."""


class Mode(StrEnum):
    """Whose money an account is about."""

    PAPER = "paper"
    """Nobody's: filled by this program."""
    PRACTICE = "practice"
    """The practice exchange's."""
    LIVE = "live"
    """Real."""


class OrderSide(StrEnum):
    """What an order does."""

    BUY = "buy"
    SELL = "sell"
    SIDE_BET = "side_bet"


class Origin(StrEnum):
    """Who asked."""

    HAND = "hand"
    KEY = "key"
    STANDING = "standing"
    """An auto-cash-out of the desk."""
    STRATEGY = "strategy"


class OrderState(StrEnum):
    """Where an order stands."""

    REQUESTED = "requested"
    REFUSED = "refused"
    GATED = "gated"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    FILLED = "filled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


FOLLOWS: Final[dict[OrderState, frozenset[OrderState]]] = {
    OrderState.REQUESTED: frozenset({OrderState.REFUSED, OrderState.GATED}),
    OrderState.GATED: frozenset({OrderState.SENT, OrderState.EXPIRED, OrderState.UNKNOWN}),
    OrderState.SENT: frozenset(
        {
            OrderState.ACKNOWLEDGED,
            OrderState.FILLED,
            OrderState.REJECTED,
            OrderState.EXPIRED,
            OrderState.UNKNOWN,
        }
    ),
    OrderState.ACKNOWLEDGED: frozenset(
        {OrderState.FILLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.UNKNOWN}
    ),
    OrderState.UNKNOWN: frozenset({OrderState.FILLED, OrderState.REJECTED, OrderState.EXPIRED}),
    OrderState.REFUSED: frozenset(),
    OrderState.FILLED: frozenset(),
    OrderState.REJECTED: frozenset(),
    OrderState.EXPIRED: frozenset(),
}
"""What may come after what; a state without followers is final."""


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was asked for, with the market as the asker saw it.

    Attributes:
        order_id: unique for ever.
        amount: what to spend [SOL]; None for a sale.
        share: how much of the holding to sell [percent, 1 to 100]; None for anything else.
        round_id: the round it is meant for; it is never carried into another.
        tick: the newest tick seen when it was asked for; -1 before the first.
        price: the newest price then [multiplier]; None when there was none.
        strategy_id: who decided; `manual` for a person.
        param_hash: SHA-256 of the strategy's parameters [64 hex digits]; empty for a person.
        confirmed: whether a person insisted after being told that it looks like a duplicate.
    """

    order_id: OrderId
    stream: StreamId
    mode: Mode
    side: OrderSide
    amount: Decimal | None
    share: int | None
    round_id: RoundId | None
    tick: int
    price: Decimal | None
    origin: Origin
    strategy_id: str
    param_hash: str = ""
    confirmed: bool = False

    @property
    def reduces(self) -> bool:
        """Whether it can only lessen what is at risk."""
        return self.side is OrderSide.SELL


class Fill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an order, or the rug, did to the account.

    Attributes:
        fill_id: the venue's name for it, or one made from the order's.
        tick: the tick it was done at.
        price: the price it was done at [multiplier].
        quantity: units bought or sold; 0 for a side bet.
        amount: what was paid (buy, side bet) or received (sell) [SOL].
    """

    fill_id: str
    side: OrderSide
    round_id: RoundId
    tick: int
    price: Decimal
    quantity: Decimal
    amount: Decimal


class Hop(msgspec.Struct, frozen=True, gc=False):
    """When an order entered a state.

    Attributes:
        at: [ns since the Unix epoch, UTC].
        mono: the same on the monotonic clock [ns].
    """

    state: OrderState
    at: Nanos
    mono: Nanos
