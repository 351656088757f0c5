"""What the chart marks of one round: own fills, side bets and average cost, as the account says."""

import enum
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.account import Account, Closed, Entry, EntryKind
from replayer_qt.core.booking import TOLD_LATE
from replayer_qt.core.events import TradePrinted
from replayer_qt.core.landmarks import GOD_CANDLE
from replayer_qt.core.money import SIDE_BET_WINDOW, Holding, with_lot, with_sold
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import RoundId

FILLS: Final = frozenset({EntryKind.BUY, EntryKind.SELL, EntryKind.RUG})


class Outcome(enum.Enum):
    """How a side bet stands."""

    OPEN = enum.auto()
    WON = enum.auto()
    LOST = enum.auto()
    UNTOLD = enum.auto()
    """It is over, and the ledger does not say how."""


class Bet(msgspec.Struct, frozen=True, kw_only=True):
    """One own side bet.

    Attributes:
        stake: [SOL].
        start: the tick it was placed at.
        end: the last tick at which a rug wins it, or the rug that won it.
        placed: the ledger's line of its stake; None where that is not known any more.
        closed: the ledger's line of its end; None while it is open.
    """

    stake: Decimal
    start: int
    end: int
    outcome: Outcome
    placed: Entry | None = None
    closed: Entry | None = None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What was held had this average cost for some time.

    Attributes:
        first: the tick from which on.
        end: the tick at which it was another or nothing was held any more; None: it still is so.
        average: [multiplier].
        is_open: whether the position that it belongs to is still held.
    """

    first: int
    end: int | None
    average: float
    is_open: bool = False


class God(msgspec.Struct, frozen=True, kw_only=True):
    """A tick that multiplied the price by ten or more.

    Attributes:
        factor: by how much.
        price: the price after it [multiplier].
    """

    tick: int
    factor: float
    price: float


Mark = Entry | Bet | TradePrinted | God
"""What can be pointed at; an entry is an own fill."""

Key = tuple[object, ...]
"""Names a mark; the mark itself is looked up anew in each state."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All own marks of one round, oldest first."""

    fills: tuple[Entry, ...] = ()
    bets: tuple[Bet, ...] = ()
    costs: tuple[Cost, ...] = ()

    def walk(self) -> list[Entry | Bet]:
        """Return fills and bets by their ticks."""
        return sorted((*self.fills, *self.bets), key=_order)

    def find(self, key: Key | None) -> Entry | Bet | None:
        """Return the mark of that name; None where it is not in this round."""
        if key is None:
            return None
        marks: tuple[Entry | Bet, ...] = (*self.fills, *self.bets)
        return next((mark for mark in marks if key in keys_of(mark)), None)


def told_of(account: Account, round_id: RoundId) -> Told:
    """Return what there is to mark in a round, and nothing of any other."""
    entries = [entry for entry in account.entries if entry.round_id == round_id]
    return Told(
        fills=tuple(entry for entry in entries if entry.kind in FILLS and entry.tick >= 0),
        bets=tuple(_bets(account, entries, round_id)),
        costs=tuple(_costs(account, entries, round_id)),
    )


def keys_of(mark: Mark) -> tuple[Key, ...]:
    """Return the names of a mark; a bet has one for its stake and one for its end."""
    match mark:
        case Bet():
            told = tuple(entry_key(one) for one in (mark.placed, mark.closed) if one is not None)
            return told or (("bet", mark.start),)
        case Entry():
            return (entry_key(mark),)
        case TradePrinted():
            return (("trade", mark.trade_id),)
        case God():
            return (("god", mark.tick),)


def entry_key(entry: Entry) -> Key:
    """Return the name of a ledger's line; another branch's line of that number has another."""
    return ("entry", entry.number, entry.at)


def entry_of(account: Account, closed: Closed) -> Entry | None:
    """Return the ledger's line that closed a trade; None where it is not known any more."""
    for entry in reversed(account.entries):
        if (entry.at, entry.kind, entry.tick) == (closed.at, closed.kind, closed.tick):
            return entry
    return None


def closed_by(account: Account, entry: Entry) -> Closed | None:
    """Return the trade that a line of the ledger closed; None where it closed none."""
    for closed in reversed(account.closed):
        if (entry.at, entry.kind, entry.tick) == (closed.at, closed.kind, closed.tick):
            return closed
    return None


class GodCandles:
    """Finds the god candles of one series, looking at each tick once."""

    def __init__(self) -> None:
        self.found: tuple[God, ...] = ()
        self._series: RoundSeries | None = None
        self._generation = self._seen = 0

    def update(self, series: RoundSeries | None) -> tuple[God, ...]:
        """Return those of `series` as far as it goes now."""
        generation = 0 if series is None else series.generation
        if series is not self._series or generation != self._generation:
            self._series, self._generation, self._seen, self.found = series, generation, 0, ()
        if series is None or len(series) == self._seen:
            return self.found
        begin = max(self._seen - 1, 0)
        prices, self._seen = series.prices[begin:], len(series)
        factors = prices[1:] / prices[:-1]
        known = np.diff(series.ticks[begin:]) == 1  # over missing ticks nobody knows what one did
        hits = np.flatnonzero((factors >= GOD_CANDLE) & known).tolist()
        self.found += tuple(
            God(
                tick=int(series.ticks[begin + at + 1]),
                factor=float(factors[at]),
                price=float(prices[at + 1]),
            )
            for at in hits
        )
        return self.found


def tick_of(mark: Mark) -> int:
    """Return the tick that a mark stands at."""
    return mark.start if isinstance(mark, Bet) else mark.tick


def _order(mark: Entry | Bet) -> tuple[int, int]:
    entry = mark if isinstance(mark, Entry) else mark.placed or mark.closed
    return tick_of(mark), 0 if entry is None else entry.number


def _bets(account: Account, entries: Iterable[Entry], round_id: RoundId) -> list[Bet]:
    found: list[Bet] = []
    placed: Entry | None = None
    for entry in entries:
        if entry.kind is EntryKind.SIDE_BET:
            if placed is not None:
                found.append(_bet(placed, None, Outcome.UNTOLD))
            placed = entry
            if entry.realised:  # told late: counted as lost at once
                found.append(_bet(entry, entry, Outcome.LOST))
                placed = None
        elif entry.kind is EntryKind.PAYOUT and placed is not None:
            outcome = Outcome.WON if entry.amount > 0 else Outcome.LOST
            found.append(_bet(placed, entry, outcome))
            placed = None
    running = account.bet
    if running is None or running.round_id != round_id:
        return found if placed is None else [*found, _bet(placed, None, Outcome.UNTOLD)]
    bet = Bet(
        stake=running.stake,
        start=running.start,
        end=running.end,
        outcome=Outcome.OPEN,
        placed=placed,
    )
    return [*found, bet]


def _bet(placed: Entry, closed: Entry | None, outcome: Outcome) -> Bet:
    start = max(placed.tick, 0)
    end = start + SIDE_BET_WINDOW
    if outcome is Outcome.WON and closed is not None and closed.tick >= start:
        end = min(end, closed.tick)
    return Bet(
        stake=-placed.amount, start=start, end=end, outcome=outcome, placed=placed, closed=closed
    )


def _costs(account: Account, entries: Iterable[Entry], round_id: RoundId) -> list[Cost]:
    """The average cost over time; where the ledger's lines do not lead to it, only what it is."""
    past: list[Cost] = []
    running: list[Cost] = []
    held, since = Holding(), 0
    for entry in entries:
        if entry.kind not in FILLS or entry.note == TOLD_LATE:
            continue
        after = _held_after(held, entry)
        if after.average == held.average:
            held = after
            continue
        if held.quantity and since < entry.tick:
            running.append(Cost(first=since, end=entry.tick, average=float(held.average)))
        if not after.quantity:
            past += running
            running = []
        held, since = after, entry.tick
    now = account.holding
    if account.round_id != round_id or not now.quantity:
        return past
    if (held.quantity, held.average) != (now.quantity, now.average):
        since = max(account.since, 0)
        return [Cost(first=since, end=None, average=float(now.average), is_open=True)]
    running.append(Cost(first=since, end=None, average=float(now.average)))
    return [*past, *(msgspec.structs.replace(one, is_open=True) for one in running)]


def _held_after(held: Holding, entry: Entry) -> Holding:
    if entry.kind is EntryKind.BUY:
        return with_lot(held, entry.quantity, entry.price)
    return Holding() if entry.kind is EntryKind.RUG else with_sold(held, entry.quantity)
