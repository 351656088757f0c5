"""One account: cash, holding, side bet, results, entries; and what it is worth at a price."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from replayer_qt.core.money import NOTHING, Holding, is_price, proceeds
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.tally import Tally
from replayer_qt.core.units import Nanos, RoundId

ENTRIES_KEPT: Final = 250
CLOSED_KEPT: Final = 250
ROUNDS_KEPT: Final = 100


class EntryKind(StrEnum):
    """Why the balance changed."""

    OPENING = "opening"
    DEPOSIT = "deposit"
    BUY = "buy"
    SELL = "sell"
    RUG = "rug"
    """A holding sold by the rug."""
    SIDE_BET = "side_bet"
    """A stake was paid."""
    PAYOUT = "payout"
    """A side bet was closed: what it paid, 0 when lost."""
    REBASELINE = "rebaseline"
    """The ledger was set to the venue's word."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the ledger; the sum of all amounts is the cash, exactly.

    Attributes:
        number: from 1, without gaps, in the account's life.
        amount: change of the cash [SOL], signed.
        cash: the cash after it [SOL].
        realised: result that this line made certain [SOL]; 0 where it made none.
        quantity: units bought or sold; 0 where none were.
        price: [multiplier]; 0 where there is none.
        tick: the round's tick; -1 where there is none.
    """

    number: int
    at: Nanos
    kind: EntryKind
    amount: Decimal
    cash: Decimal
    realised: Decimal = NOTHING
    quantity: Decimal = NOTHING
    price: Decimal = NOTHING
    round_id: RoundId | None = None
    tick: int = -1
    order_id: OrderId | None = None
    note: str = ""


class OpenBet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Our open side bet.

    Attributes:
        stake: [SOL]; already paid.
        start: the tick it was placed at.
        end: the last tick at which a rug wins it.
    """

    round_id: RoundId
    stake: Decimal
    start: int
    end: int


class RoundResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one round brought.

    Attributes:
        realised: of positions [SOL].
        side: of side bets that are closed [SOL].
        invested: paid for positions and stakes [SOL].
        trades: positions that were closed, whole or in part, the rug's sale included.
        bets: side bets that were closed.
        rugged: whether the rug sold a holding of ours in it.
    """

    round_id: RoundId
    realised: Decimal = NOTHING
    side: Decimal = NOTHING
    invested: Decimal = NOTHING
    trades: int = 0
    bets: int = 0
    rugged: bool = False

    @property
    def total(self) -> Decimal:
        """Realised result of positions and side bets [SOL]."""
        return self.realised + self.side


class Closed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that ended with a certain result: a sale, a rug's sale, a side bet.

    Attributes:
        trade_id: its name for ever.
        kind: SELL, RUG or PAYOUT; REBASELINE where the venue's word told that it is over; BUY or
            SIDE_BET where it was told when its round was over.
        result: [SOL], signed.
        cost: what it had cost [SOL].
        held: ticks between the position's (or bet's) first tick and its end.
    """

    trade_id: str
    at: Nanos
    kind: EntryKind
    round_id: RoundId
    tick: int
    result: Decimal
    cost: Decimal
    held: int = 0


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that one account is, after the events so far.

    Attributes:
        opened: whether it was opened; nothing is booked before.
        cash: free money [SOL].
        holding: the position; always of `round_id`.
        round_id: the round of the holding and the bet, and of the newest fill; None before the
            first.
        since: the tick of the position's first buy; -1 when nothing is held.
        bet: the open side bet.
        entries: the newest entries, oldest first; all of them are on disk.
        entry_count: how many entries there are in all.
        rounds: results of the newest rounds in which something was done, oldest first.
        round_count: rounds in which something was done since the session began.
        closed: the newest things that ended, oldest first.
        last_loss, last_bet: the newest of all of them that lost, and the newest side bet.
        session_result: realised since the session began [SOL].
        session_opening: cash plus cost of what was held when the session began [SOL].
        day: the UTC day of `day_result` [days since the Unix epoch].
        day_result: realised in that day [SOL].
        cut_off: what buys paid beyond the basis that the venue counts [SOL]: some billionths each.
            Realised at once, and part of no closed thing's result.
        refused: events that made no sense; what they told of money was booked all the same.
    """

    mode: Mode = Mode.PAPER
    opened: bool = False
    cash: Decimal = NOTHING
    holding: Holding = Holding()
    round_id: RoundId | None = None
    since: int = -1
    bet: OpenBet | None = None
    entries: tuple[Entry, ...] = ()
    entry_count: int = 0
    rounds: tuple[RoundResult, ...] = ()
    round_count: int = 0
    closed: tuple[Closed, ...] = ()
    last_loss: Closed | None = None
    last_bet: Closed | None = None
    session_result: Decimal = NOTHING
    session_opening: Decimal = NOTHING
    day: int = 0
    day_result: Decimal = NOTHING
    tally: Tally = Tally()
    cut_off: Decimal = NOTHING
    refused: int = 0

    @property
    def at_risk(self) -> Decimal:
        """What the rug could take of what was paid [SOL]: the holding's basis and the stake."""
        stake = NOTHING if self.bet is None else self.bet.stake
        return self.holding.basis + stake


class Valuation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account at one price: the one place where a profit is computed.

    Attributes:
        value: what the holding would bring [SOL].
        unrealised: value less basis [SOL].
        equity: cash, value and the stake of an open bet [SOL].
        result: realised in the session, and unrealised [SOL].
        day_result: realised today, and unrealised [SOL].
    """

    value: Decimal
    unrealised: Decimal
    equity: Decimal
    result: Decimal
    day_result: Decimal


def valued(account: Account, price: Decimal | None) -> Valuation:
    """Return what the account is worth at `price` [multiplier]; None values a holding at cost."""
    holding = account.holding
    value = unrealised = NOTHING
    if holding.quantity:
        known = price is not None and is_price(price)
        value = proceeds(holding.quantity, price) if known and price is not None else holding.basis
        unrealised = value - holding.basis
    stake = NOTHING if account.bet is None else account.bet.stake
    return Valuation(
        value=value,
        unrealised=unrealised,
        equity=account.cash + value + stake,
        result=account.session_result + unrealised,
        day_result=account.day_result + unrealised,
    )
