"""Every figure of money in a capture of a venue's messages, computed again."""

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.raw import raw_path, read_raw
from replayer_qt.adapters.library.importers.captures import named_message, read_messages
from replayer_qt.core.money import NOTHING
from replayer_qt.core.money_check import BetSaid, MoneyCheck, RowSaid, TradeSaid, check_money
from replayer_qt.core.units import RoundId


class _Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Named as on the wire; what is missing is None."""


class _Trade(_Shape, frozen=True, kw_only=True, gc=False):
    id: str = ""
    game_id: str = ""
    tick_index: int = -1
    type: str = ""
    price: Decimal | None = None
    qty: Decimal = NOTHING
    amount: Decimal = NOTHING


class _Row(_Shape, frozen=True, kw_only=True, gc=False):
    id: str = ""
    pnl: Decimal = NOTHING
    regular_pnl: Decimal | None = None
    sidebet_pnl: Decimal | None = None
    short_pnl: Decimal | None = None
    pnl_percent: Decimal = NOTHING
    position_qty: Decimal = NOTHING
    avg_cost: Decimal = NOTHING
    total_invested: Decimal = NOTHING


class _Bet(_Shape, frozen=True, kw_only=True, gc=False):
    id: str = ""
    type: str = ""
    game_id: str = ""
    start_tick: int = -1
    end_tick: int = -1
    tick_index: int = -1
    bet_amount: Decimal = NOTHING
    payout: Decimal = NOTHING
    profit: Decimal = NOTHING
    x_payout: Decimal = NOTHING


class _Finished(_Shape, frozen=True, kw_only=True, gc=False):
    id: str = ""
    prices: list[Decimal] = []
    global_sidebets: list[_Bet] = []


class _Partial(_Shape, frozen=True, kw_only=True, gc=False):
    values: dict[int, Decimal] = {}


class _State(_Shape, frozen=True, kw_only=True, gc=False):
    game_id: str = ""
    tick_count: int | None = None
    prices: list[Decimal] = []
    partial_prices: _Partial | None = None
    leaderboard: list[_Row] = []
    game_history: list[_Finished] | None = None


_TRADES: Final = msgspec.json.Decoder(_Trade)
_STATES: Final = msgspec.json.Decoder(_State)
_CAPTURES: Final = frozenset({"C", "D", "E"})


def money_in(path: Path, kind: str) -> MoneyCheck | None:
    """Return what comes of computing all stated money again; None where none is stated.

    Args:
        path: a capture, or a journal that has its raw messages beside it.
        kind: the recording's format.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: the raw messages are not what they should be.
    """
    if kind in _CAPTURES:
        return check_messages(read_messages(path))
    beside = raw_path(path)
    if kind != "journal" or not beside.exists():
        return None
    return check_messages(named_message(message.data) for message in read_raw(beside))


def check_messages(messages: Iterable[tuple[str, bytes]]) -> MoneyCheck:
    """Compute again what messages state; those that can't be read are passed over."""
    said = _Said()
    for name, payload in messages:
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):
            if name == "standard/newTrade":
                said.take_trade(_TRADES.decode(payload))
            elif name == "gameStateUpdate":
                said.take_state(_STATES.decode(payload))
    return check_money(said.trades, said.rows, said.bets.values(), said.prices, said.rugs)


class _Said:
    """What a file's messages state; as large as the file at most."""

    def __init__(self) -> None:
        self.trades: list[TradeSaid] = []
        self.rows: list[RowSaid] = []
        self.bets: dict[str, BetSaid] = {}
        self.prices: dict[RoundId, dict[int, Decimal]] = {}
        self.rugs: dict[RoundId, int] = {}

    def take_trade(self, trade: _Trade) -> None:
        self.trades.append(
            TradeSaid(
                round_id=RoundId(trade.game_id),
                tick=trade.tick_index,
                kind=trade.type,
                price=trade.price,
                quantity=trade.qty,
                amount=trade.amount,
            )
        )

    def take_state(self, state: _State) -> None:
        round_id = RoundId(state.game_id)
        known = self.prices.setdefault(round_id, {})
        known.update(enumerate(state.prices))
        if state.partial_prices is not None:
            known.update(state.partial_prices.values)
        for finished in state.game_history or ():
            self._take_finished(finished)
        for row in state.leaderboard:
            self.rows.append(_row(row, round_id, state))

    def _take_finished(self, finished: _Finished) -> None:
        round_id = RoundId(finished.id)
        if finished.prices:
            self.prices.setdefault(round_id, {}).update(enumerate(finished.prices))
            self.rugs[round_id] = len(finished.prices) - 1
        for bet in finished.global_sidebets:
            if bet.type != "payout":
                continue
            if bet.payout:  # a win names the rug's tick
                self.rugs.setdefault(round_id, bet.tick_index)
            self.bets[bet.id] = BetSaid(
                round_id=round_id,
                start=bet.start_tick,
                end=bet.end_tick,
                stake=bet.bet_amount,
                payout=bet.payout,
                profit=bet.profit,
                multiple=bet.x_payout,
            )


def _row(row: _Row, round_id: RoundId, state: _State) -> RowSaid:
    parts = None
    if row.regular_pnl is not None:
        parts = (row.regular_pnl, row.sidebet_pnl or NOTHING, row.short_pnl or NOTHING)
    return RowSaid(
        round_id=round_id,
        player=row.id,
        tick=state.tick_count,
        snapshot=state.game_history is not None,
        total=row.pnl,
        percent=row.pnl_percent,
        parts=parts,
        quantity=row.position_qty,
        average=row.avg_cost,
        invested=row.total_invested,
    )
