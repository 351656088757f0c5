"""What a venue says about our own account, read and checked; the only input of the matching."""

from decimal import Decimal

import msgspec

from replayer_qt.core.order_events import StatedBet
from replayer_qt.core.orders import OrderSide
from replayer_qt.core.units import RoundId


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """All that the account holds, as the venue says; None is not stated.

    Attributes:
        player: the venue's name for us.
        authenticated: whether the venue takes orders from this connection.
        cash: [SOL].
        quantity: units held.
        average: average cost [multiplier].
        result: of positions in this round [SOL].
        side_result: of settled side bets in this round [SOL].
        bet: the open side bet; None when there is none.
        bets_stated: whether anything was said of side bets.
    """

    player: str
    cash: Decimal
    quantity: Decimal
    authenticated: bool = True
    average: Decimal | None = None
    result: Decimal | None = None
    side_result: Decimal | None = None
    bet: StatedBet | None = None
    bets_stated: bool = True


class OwnTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase or sale of ours that the venue shows.

    Attributes:
        side: BUY or SELL.
        price: [multiplier].
        quantity: units bought or sold.
        amount: paid or received [SOL].
    """

    trade_id: str
    side: OrderSide
    round_id: RoundId
    tick: int
    price: Decimal
    quantity: Decimal
    amount: Decimal


class OwnBet(msgspec.Struct, frozen=True, kw_only=True):
    """A side bet of ours that the venue shows.

    Attributes:
        start: the tick it was placed at.
        end: the last tick at which a rug wins it.
        stake: [SOL].
        price: at `start` [multiplier], where stated.
    """

    round_id: RoundId
    start: int
    end: int
    stake: Decimal
    price: Decimal | None = None


class BetEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a side bet of ours.

    Attributes:
        start: the tick it was placed at.
        end: the last tick at which a rug wins it.
        tick: the tick that decided it.
        stake: [SOL].
        payout: [SOL], gross; 0 when lost.
    """

    round_id: RoundId
    start: int
    end: int
    tick: int
    stake: Decimal
    payout: Decimal


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The venue's acknowledgement of an order.

    Attributes:
        number: of the request that it answers.
        done: whether the venue says that it was carried out.
        reason: why not, in the venue's words, cleaned; empty where it gave none.
        bet: the side bet that was placed, where stated.
    """

    number: int
    done: bool
    reason: str = ""
    bet: OwnBet | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The venue has told all that it tells after a request to state the account."""


Word = Statement | OwnTrade | OwnBet | BetEnd | Answer | Answered
"""Everything that is heard of our own account."""
