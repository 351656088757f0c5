"""The shapes of what the rugs server says; what is missing is None, what is unknown is skipped."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class _Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Named as on the wire, in its spelling."""


class Partial(_Shape, frozen=True, kw_only=True, gc=False):
    """The newest ticks, repeated in each message; keys are ticks."""

    values: dict[int, float] | None = None


class Commitment(_Shape, frozen=True, kw_only=True, gc=False):
    """What the server committed itself to, and the seed once it is revealed."""

    server_seed: str | None = None
    server_seed_hash: str | None = None
    version: str | None = None


class Bet(_Shape, frozen=True, kw_only=True, gc=False):
    """A side bet placed, or its end; `payout` rows have no `placed` row before them in presale."""

    type: str | None = None
    game_id: str | None = None
    player_id: str | None = None
    username: str | None = None
    bet_amount: Decimal | None = None
    payout: Decimal | None = None
    profit: Decimal | None = None
    x_payout: int | None = None
    start_tick: int | None = None
    started_at_tick: int | None = None
    end_tick: int | None = None
    end: int | None = None
    tick_index: int | None = None
    price: float | None = None


class Finished(_Shape, frozen=True, kw_only=True, gc=False):
    """A row of the history of rounds."""

    id: str | None = None
    timestamp: Any = None
    prices: list[float] | None = None
    peak_multiplier: float | None = None
    provably_fair: Commitment | None = None
    game_version: str | None = None
    global_sidebets: list[Bet] | None = None


class GameState(_Shape, frozen=True, kw_only=True, gc=False):
    """`gameStateUpdate`, all five shapes of it."""

    game_id: str | None = None
    active: bool | None = None
    rugged: bool | None = None
    price: float | None = None
    tick_count: int | None = None
    cooldown_timer: int | None = None
    cooldown_paused: bool | None = None
    allow_pre_round_buys: bool | None = None
    trade_count: int | None = None
    connected_players: int | None = None
    partial_prices: Partial | None = None
    prices: list[float] | None = None
    provably_fair: Commitment | None = None
    game_version: str | None = None
    game_history: list[Finished] | None = None


class Trade(_Shape, frozen=True, kw_only=True, gc=False):
    """`newTrade` and `standard/newTrade`; the oldest ones number their trades as text."""

    id: str | int | None = None
    game_id: str | None = None
    player_id: str | None = None
    username: str | None = None
    type: str | None = None
    tick_index: int | None = None
    price: float | None = None
    amount: Decimal | None = None
    qty: Decimal | None = None
    coin: str | None = None
    leverage: int | None = None


class PlayerUpdate(_Shape, frozen=True, kw_only=True, gc=False):
    """`playerUpdate`: what the account that is logged in has."""

    id: str | None = None
    authenticated: bool | None = None
    cash: Decimal | None = None
    position_qty: Decimal | None = None
    avg_cost: Decimal | None = None
    cumulative_pnl: Decimal | None = msgspec.field(name="cumulativePnL", default=None)
    sidebet_pnl: Decimal | None = None
    side_bet: Bet | UnsetType | None = UNSET


class Acknowledgement(_Shape, frozen=True, kw_only=True, gc=False):
    """The answer to an order; its failures were never seen, so three spellings are accepted."""

    success: bool | None = None
    error: str | None = None
    reason: str | None = None
    message: str | None = None
    sidebet: Bet | None = None
