"""Everything that can be asked of a trading account."""

from decimal import Decimal
from typing import Final

from replayer_qt.core.commands import Command
from replayer_qt.core.order_events import CashOut
from replayer_qt.core.orders import Mode, OrderId, Origin
from replayer_qt.core.units import RoundId, StreamId

MANUAL: Final = "manual"
"""The strategy's name where a person decides."""


class TradeCommand(Command, frozen=True, kw_only=True, gc=False):
    """Something that concerns one stream's account."""

    stream: StreamId


class OrderCommand(TradeCommand, frozen=True, kw_only=True, gc=False):
    """A wish for an order.

    Attributes:
        key: made by the asker, unique for ever; the same key again is the same order. It becomes
            the order's name.
        origin: who asks.
        strategy_id: whose decision it is.
        param_hash: SHA-256 of the strategy's parameters; empty for a person.
        confirmed: a person insists though it looks like a duplicate.
        seen_round: the round that the asker saw; None where that is the newest one.
        seen_tick: the newest tick that the asker saw; None where that is the newest one.
        seen_price: the price that the asker saw [multiplier]; None where that is the newest one.
    """

    key: OrderId
    origin: Origin = Origin.HAND
    strategy_id: str = MANUAL
    param_hash: str = ""
    confirmed: bool = False
    seen_round: RoundId | None = None
    seen_tick: int | None = None
    seen_price: Decimal | None = None


class Buy(OrderCommand, frozen=True, kw_only=True, gc=False):
    """Spend `amount` [SOL] at the next price."""

    amount: Decimal


class Sell(OrderCommand, frozen=True, kw_only=True, gc=False):
    """Sell a share [percent, 1 to 100] of what is held."""

    share: int = 100


class PlaceSideBet(OrderCommand, frozen=True, kw_only=True, gc=False):
    """Bet `amount` [SOL] that the rug comes within the window."""

    amount: Decimal


class CancelOrder(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Withdraw an order that has not been sent yet."""

    order_id: OrderId


class SetCashOut(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Set, change or (None) take away the standing order that sells by itself."""

    cash_out: CashOut | None


class ResolveUnknown(TradeCommand, frozen=True, kw_only=True, gc=False):
    """A person looked, and says whether an unknown order was carried out.

    Attributes:
        happened: if it was, the account is set to the venue's last word.
    """

    order_id: OrderId
    happened: bool


class AcceptVenue(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Set our ledger to the venue's last word, with an entry for the difference."""


class AskVenue(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Have the venue state the account anew."""


class Deposit(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Put play money into a paper account [SOL]; takes it out when negative."""

    amount: Decimal


class ChooseMode(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Trade this stream on paper, or at its venue."""

    mode: Mode


class ChooseBranch(TradeCommand, frozen=True, kw_only=True, gc=False):
    """In a replay: follow another line of decisions from here on."""

    branch: str


class RenameBranch(TradeCommand, frozen=True, kw_only=True, gc=False):
    """In a replay: name the line of decisions that is followed."""

    name: str


class Arm(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Let orders leave, for a time.

    Attributes:
        minutes: how long; None for the settings' time.
        phrase: what the person typed, where the mode asks for that.
    """

    minutes: float | None = None
    phrase: str = ""


class Disarm(TradeCommand, frozen=True, kw_only=True, gc=False):
    """Let no more orders leave, except those that lessen the risk."""


class AcknowledgeHalt(TradeCommand, frozen=True, kw_only=True, gc=False):
    """A person has read why the account was halted."""


class ArmKeys(Command, frozen=True, kw_only=True, gc=False):
    """Switch the trading keys on for a time, or off.

    Attributes:
        minutes: how long; 0 switches off, None is the settings' time.
    """

    minutes: float | None = None


class Kill(Command, frozen=True, kw_only=True, gc=False):
    """Stop all trading, now, everywhere, until a person lifts it."""

    by: str
    reason: str = "asked for"


class LiftKill(Command, frozen=True, kw_only=True, gc=False):
    """Allow trading again.

    Attributes:
        typed: the word that the person typed; must be the one that is asked for.
        reason: why it may be lifted.
    """

    typed: str
    reason: str = ""


class NoteTrade(Command, frozen=True, kw_only=True, gc=False):
    """Keep a person's note and tags with a trade.

    Attributes:
        trade_id: the fill's or round trip's name.
    """

    trade_id: str
    note: str
    tags: tuple[str, ...] = ()
