"""What happens to orders and accounts: the gate's word, the venue's word, the ledger's entries."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from replayer_qt.core.events import Event
from replayer_qt.core.orders import Fill, Mode, OrderId, Request
from replayer_qt.core.units import Nanos, RoundId
from replayer_qt.core.verdict import Verdict

# --- orders --------------------------------------------------------------------------------------


class OrderEvent(Event, frozen=True, kw_only=True, gc=False):
    """Something that happened to an order."""

    order_id: OrderId


class OrderRequested(OrderEvent, frozen=True, kw_only=True, gc=False):
    """Somebody asked for an order."""

    request: Request


class OrderGated(OrderEvent, frozen=True, kw_only=True, gc=False):
    """The gate allowed or refused an order; if allowed, what it may cost is reserved by this."""

    verdict: Verdict


class OrderSent(OrderEvent, frozen=True, kw_only=True, gc=False):
    """An order left for its venue; its decision was on stable storage before."""


class OrderAcknowledged(OrderEvent, frozen=True, kw_only=True, gc=False):
    """The venue said that it took an order; what became of it is not known yet."""


class OrderFilled(OrderEvent, frozen=True, kw_only=True, gc=False):
    """An order was carried out: the one event that changes the account because of an order."""

    fill: Fill


class OrderRejected(OrderEvent, frozen=True, kw_only=True, gc=False):
    """The venue refused an order, or it is proved that it had no effect.

    Attributes:
        reason: in plain words; untrusted text where the venue wrote it.
    """

    reason: str


class OrderExpired(OrderEvent, frozen=True, kw_only=True, gc=False):
    """An order was withdrawn before it could have any effect."""

    reason: str


class OrderUnknown(OrderEvent, frozen=True, kw_only=True, gc=False):
    """Nobody knows whether an order was carried out; only the venue's own state can tell."""

    reason: str


# --- the account ---------------------------------------------------------------------------------


class AccountOpened(Event, frozen=True, kw_only=True, gc=False):
    """An account of a stream began, or was restored.

    Attributes:
        cash: what it holds [SOL].
        day: the UTC day that `day_result` is about [days since the Unix epoch].
        day_result: realised result of that day so far [SOL].
    """

    mode: Mode
    cash: Decimal
    day: int = 0
    day_result: Decimal = Decimal(0)


class Deposited(Event, frozen=True, kw_only=True, gc=False):
    """Money was put in, or taken out when negative.

    Attributes:
        amount: [SOL].
        reason: in plain words.
    """

    amount: Decimal
    reason: str


class PositionLiquidated(Event, frozen=True, kw_only=True, gc=False):
    """The rug sold what was held; `fill` is a sale that no order asked for."""

    fill: Fill


class SideBetClosed(Event, frozen=True, kw_only=True, gc=False):
    """Our own side bet was won or lost.

    Attributes:
        start: the tick it was placed at.
        end: the last tick at which a rug wins it.
        tick: the tick that decided it: the rug's if won, else `end`.
        stake: [SOL].
        payout: [SOL], gross; 0 when lost.
    """

    round_id: RoundId
    start: int
    end: int
    tick: int
    stake: Decimal
    payout: Decimal


class StatedBet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An open side bet as the venue states it."""

    start: int
    end: int
    stake: Decimal


class AccountStated(Event, frozen=True, kw_only=True, gc=False):
    """The venue told what it holds for us; its word is the truth. None is "not stated".

    Attributes:
        cash: [SOL].
        quantity: units held.
        average: average cost [multiplier]; 0 when nothing is held.
        result: of positions in this round [SOL].
        side_result: of settled side bets in this round [SOL].
        bet: the open side bet; None when there is none (or nothing is stated of bets).
        fresh: whether it answers a request of ours, and so tells of all that was done before.
    """

    cash: Decimal | None = None
    quantity: Decimal | None = None
    average: Decimal | None = None
    result: Decimal | None = None
    side_result: Decimal | None = None
    bet: StatedBet | None = None
    bets_stated: bool = False
    round_id: RoundId | None = None
    fresh: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One number that our ledger and the venue disagree on."""

    field: str
    ours: Decimal
    theirs: Decimal


class DriftFound(Event, frozen=True, kw_only=True, gc=False):
    """Our ledger and the venue's word differ, with no order under way that explains it.

    Attributes:
        differences: all of them; empty when the drift is over.
    """

    differences: tuple[Difference, ...]


class Rebaselined(Event, frozen=True, kw_only=True, gc=False):
    """The ledger was set to the venue's word; the difference is booked as an entry of its own.

    Attributes:
        cash: [SOL].
        quantity: units held.
        average: [multiplier].
        bet: the open side bet.
        reason: in plain words.
        round_id: the round of what is held and bet; None where that is the account's.
    """

    cash: Decimal
    quantity: Decimal
    average: Decimal
    bet: StatedBet | None
    reason: str
    round_id: RoundId | None = None


class TradeNoted(Event, frozen=True, kw_only=True, gc=False):
    """A person's note on a trade is kept; told again for each known note when an account begins.

    Attributes:
        trade_id: as in `Closed`.
        note: in the person's words; empty takes it away.
    """

    trade_id: str
    note: str
    tags: tuple[str, ...] = ()


# --- standing orders, arming, kill ---------------------------------------------------------------


class CashOut(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When to sell by itself; what is None does not apply. A standing order of the desk.

    Attributes:
        target: sell when the price reaches this [multiplier].
        stop: sell when the price falls to this [multiplier].
        trail: sell when the price has fallen so much from its highest since then [percent].
        after: sell this many ticks after it was set.
        share: how much to sell [percent, 1 to 100].
    """

    target: Decimal | None = None
    stop: Decimal | None = None
    trail: Decimal | None = None
    after: int | None = None
    share: int = 100


class CashOutSet(Event, frozen=True, kw_only=True, gc=False):
    """The standing order was set, changed, or taken away (None).

    Attributes:
        reason: why, where it was not asked for ("triggered", "round over"); else empty.
    """

    cash_out: CashOut | None
    reason: str = ""


class ArmState(StrEnum):
    """How far a stream's account is from sending orders."""

    SAFE = "safe"
    """Orders are shown, not sent. Every start begins here."""
    READY = "ready"
    """All checks were green long enough; a person may arm."""
    ARMED = "armed"
    IN_FLIGHT = "in_flight"
    """Armed, and an order is under way."""
    HALT = "halt"
    """Disarmed by a fault; a person must acknowledge the reason first."""


class ArmingChanged(Event, frozen=True, kw_only=True, gc=False):
    """Arming changed.

    Attributes:
        reason: why, in plain words.
        until: when it ends by itself [monotonic ns]; None while not armed.
        code: a stable short name of the reason, such as `ttl`, `feed-stale`, `unknown-order`.
    """

    state: ArmState
    reason: str
    until: Nanos | None = None
    code: str = ""


class KeysArmed(Event, frozen=True, kw_only=True, gc=False):
    """Trading keys were switched on or off.

    Attributes:
        until: when they are switched off by themselves [monotonic ns]; None: off now.
    """

    until: Nanos | None
    reason: str = ""


class KillSwitched(Event, frozen=True, kw_only=True, gc=False):
    """The kill switch was pressed or lifted; it is on disk already.

    Attributes:
        on: whether it is on now.
        reason: in plain words.
        by: who: `button`, `key`, `tray`, `command-line`, `rule:daily-loss`, `latch-unreadable` ...
    """

    on: bool
    reason: str
    by: str


class KillWanted(Event, frozen=True, kw_only=True, gc=False):
    """A rule asks for the kill switch; it is pressed by whoever owns it.

    Attributes:
        by: which rule: `rule:daily-loss`, `rule:unknown-orders`, `rule:drift`.
        reason: in plain words, with both numbers.
    """

    by: str
    reason: str


class LimitsStated(Event, frozen=True, kw_only=True, gc=False):
    """The limits in force, at the start and whenever they change.

    Attributes:
        digest: SHA-256 of them [64 hex digits]; verdicts name it.
        limits: all of them, by name, as the settings file writes them.
        reason: why they changed; empty at the start.
    """

    digest: str
    limits: dict[str, str]
    reason: str = ""


class BranchChanged(Event, frozen=True, kw_only=True, gc=False):
    """In a replay with trading: another line of decisions is followed now.

    Attributes:
        branch: its name.
        branches: all names, oldest first.
        ahead: decisions of this branch that lie ahead of the position, and will be made again.
    """

    branch: str
    branches: tuple[str, ...]
    ahead: int = 0


ACCOUNT_EVENTS = (
    OrderRequested,
    OrderGated,
    OrderSent,
    OrderAcknowledged,
    OrderFilled,
    OrderRejected,
    OrderExpired,
    OrderUnknown,
    AccountOpened,
    Deposited,
    PositionLiquidated,
    SideBetClosed,
    AccountStated,
    DriftFound,
    Rebaselined,
    CashOutSet,
    ArmingChanged,
    KillWanted,
    BranchChanged,
)
"""The types that concern the account of their stream, for `isinstance`."""
