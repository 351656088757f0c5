"""Computes again every figure of money that a venue stated, and says what came out otherwise."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from replayer_qt.core.money import (
    NOTHING,
    SIDE_BET_MULTIPLE,
    SIDE_BET_WINDOW,
    Holding,
    bought,
    floor9,
    is_price,
    proceeds,
    side_bet_payout,
    side_bet_wins,
    with_lot,
)
from replayer_qt.core.units import RoundId

UNIT: Final = Decimal("1e-9")
LOTS: Final = 4 * UNIT
"""What cutting off each lot for itself can take from a sale or a value [SOL], as measured."""

MANY_LOTS: Final = 50 * UNIT

LOOK_BACK: Final = 8
"""Ticks before a row in which the trade that it shows was made, as measured: two or three."""

_ONE: Final = Decimal(1)

Prices = Mapping[RoundId, Mapping[int, Decimal]]


class TradeSaid(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's trade as the venue printed it; `kind` is its word for it."""

    round_id: RoundId
    tick: int
    kind: str
    price: Decimal | None
    quantity: Decimal
    amount: Decimal


class BetSaid(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody's side bet ended, as the venue told it."""

    round_id: RoundId
    start: int
    end: int
    stake: Decimal
    payout: Decimal
    profit: Decimal
    multiple: Decimal


class RowSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One player's figures as the venue told them at a tick.

    Attributes:
        player: an opaque name; the same one is the same player.
        tick: the message's; None where it states none.
        snapshot: whether the message was a full state, which is older than those around it.
        parts: results of positions, side bets and shorts [SOL]; None before the round runs.
    """

    round_id: RoundId
    player: str
    tick: int | None
    snapshot: bool
    total: Decimal
    percent: Decimal
    parts: tuple[Decimal, Decimal, Decimal] | None
    quantity: Decimal
    average: Decimal
    invested: Decimal


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of statement: how many there were, and how many of them came out as stated."""

    stated: int = 0
    checked: int = 0
    reproduced: int = 0


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """Statements that came out otherwise, or could not be checked, for one cause.

    Attributes:
        what: `trades`, `positions` or `side_bets`.
        checked: whether they were computed again; if not, something needed is not in the file.
        example: the first of them.
    """

    what: str
    cause: str
    checked: bool
    count: int
    example: str


class MoneyCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    trades: Part
    positions: Part
    side_bets: Part
    exceptions: tuple[Otherwise, ...]


class _Tally:
    """Counts one kind of statement, and the causes of those that came out otherwise."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stated = self._checked = self._reproduced = 0
        self._causes: Counter[tuple[str, bool]] = Counter()  # bounded: causes are words of ours
        self._examples: dict[tuple[str, bool], str] = {}

    def count(self, cause: str, example: object, *, checked: bool = True) -> None:
        """Count a statement; an empty cause is one that was reproduced."""
        self._stated += 1
        self._checked += checked
        if not cause:
            self._reproduced += 1
            return
        self._causes[cause, checked] += 1
        self._examples.setdefault((cause, checked), str(example))

    def part(self) -> Part:
        return Part(stated=self._stated, checked=self._checked, reproduced=self._reproduced)

    def exceptions(self) -> Iterable[Otherwise]:
        for (cause, checked), count in self._causes.most_common():
            example = self._examples[cause, checked]
            yield Otherwise(
                what=self._what, cause=cause, checked=checked, count=count, example=example
            )


def check_money(
    trades: Iterable[TradeSaid],
    rows: Iterable[RowSaid],
    bets: Iterable[BetSaid],
    prices: Prices,
    rugs: Mapping[RoundId, int],
) -> MoneyCheck:
    """Compute again what was stated; amounts count as the same to the billionth.

    Args:
        trades: in the order in which they were told.
        rows: likewise.
        bets: each side bet's end, once.
        prices: every price that is known [multiplier], by round and tick.
        rugs: the tick at which each round ended, where that is known.
    """
    of_trades, of_rows, of_bets = _Tally("trades"), _Tally("positions"), _Tally("side_bets")
    for trade in trades:
        cause, checked = _trade(trade, prices)
        of_trades.count(cause, trade, checked=checked)
    before: dict[tuple[RoundId, str], RowSaid] = {}
    for row in rows:
        key = (row.round_id, row.player)
        cause, checked = _row(row, before.get(key), prices)
        of_rows.count(cause, row, checked=checked)
        before[key] = row
    for bet in bets:
        cause, checked = _bet(bet, rugs)
        of_bets.count(cause, bet, checked=checked)
    tallies = (of_trades, of_rows, of_bets)
    return MoneyCheck(
        trades=of_trades.part(),
        positions=of_rows.part(),
        side_bets=of_bets.part(),
        exceptions=tuple(one for tally in tallies for one in tally.exceptions()),
    )


def _trade(trade: TradeSaid, prices: Prices) -> tuple[str, bool]:
    price = trade.price
    if trade.kind not in ("buy", "sell"):
        return "a short, whose rule is not known", False
    if price is None or not is_price(price) or not price:
        return "its price is not stated", False
    if trade.kind == "buy" and bought(trade.amount, price) != trade.quantity:
        return "the quantity is not the amount by the price", True
    paid = proceeds(trade.quantity, price)
    if trade.kind == "sell" and not paid - LOTS <= trade.amount <= paid:
        return "the amount is not the quantity at the price", True
    known = prices.get(trade.round_id, {}).get(trade.tick)
    return ("" if known in (None, price) else "it was not made at its tick's price"), True


def _bet(bet: BetSaid, rugs: Mapping[RoundId, int]) -> tuple[str, bool]:
    rug = rugs.get(bet.round_id)
    if rug is None:
        return "where its round ended is not known", False
    if bet.end != bet.start + SIDE_BET_WINDOW:
        return "its window is not the usual one", True
    if bet.multiple != SIDE_BET_MULTIPLE:
        return "it pays another multiple", True
    won = side_bet_wins(bet.start, rug)
    payout = side_bet_payout(bet.stake, won=won)
    if not _same(bet.payout, payout):
        return "it paid something else", True
    fits = _same(bet.profit, payout - bet.stake)
    return ("" if fits else "its profit is something else"), True


def _row(row: RowSaid, before: RowSaid | None, prices: Prices) -> tuple[str, bool]:
    """The sums within the row, then what changed since the row before."""
    parts = row.parts
    if parts is None:
        at_par = not row.average or _near(row.average, _ONE, 1)
        fits = row.total == row.percent == NOTHING and at_par
        return ("" if fits else "a result before the round runs"), True
    if not _same(sum(parts, NOTHING), row.total):
        return "the parts are not the total", True
    percent = row.total / row.invested * 100 if row.invested else NOTHING
    if abs(percent - row.percent) > UNIT * max(abs(percent), _ONE):
        return "the percentage is not the total by what was invested", True
    if before is None or before.parts is None or before.tick is None or row.tick is None:
        return "", True
    known = prices.get(row.round_id, {})
    same_basis = _near(row.quantity * row.average, before.quantity * before.average, 2)
    if row.quantity == before.quantity and same_basis:
        return _held(row, before, known)
    return _traded(row, before, known)


def _held(row: RowSaid, before: RowSaid, known: Mapping[int, Decimal]) -> tuple[str, bool]:
    """Nothing was traded: the result moves with the value of what is held."""
    now, then = _valued_at(row, known), _valued_at(before, known)
    if row.parts is None or before.parts is None or now is None or then is None:
        return "its tick's price is not in the file", False
    moved = row.parts[0] - before.parts[0]
    expected = proceeds(row.quantity, now) - proceeds(row.quantity, then)
    if abs(moved - expected) <= LOTS:
        return "", True
    if abs(moved - expected) <= MANY_LOTS:
        return "cutting off more than four lots", True
    return "the result moved otherwise than the price", True


def _valued_at(row: RowSaid, known: Mapping[int, Decimal]) -> Decimal | None:
    """The price that a row is valued at: the tick before its message's, in a snapshot its own."""
    if not row.quantity:
        return NOTHING
    return None if row.tick is None else known.get(row.tick - (not row.snapshot))


def _traded(row: RowSaid, before: RowSaid, known: Mapping[int, Decimal]) -> tuple[str, bool]:
    """Something was bought or sold: the average is that of the venue's rule."""
    several = "more than one trade between two rows", False
    more, tick = row.quantity - before.quantity, row.tick or 0
    if more <= 0:
        sold_out = not row.quantity and not row.average
        kept = more < 0 and row.average == before.average
        return ("", True) if sold_out or kept else several
    held = before.quantity * before.average
    holding = Holding(quantity=before.quantity, basis=floor9(held), average=before.average)
    for back in range(LOOK_BACK):
        price = known.get(tick - back)
        if price is None:
            continue
        cut = with_lot(holding, more, price).average
        settled = (held + more * price) / row.quantity
        if _near(cut, row.average, 2) or _near(settled, row.average, 2):
            return "", True
    return several


def _near(one: Decimal, other: Decimal, billionths: int) -> bool:
    return abs(one - other) <= billionths * UNIT


def _same(one: Decimal, other: Decimal) -> bool:
    """Whether they are the same to the billionth: the venue's own sums are of floats."""
    return one.quantize(UNIT, ROUND_HALF_EVEN) == other.quantize(UNIT, ROUND_HALF_EVEN)
