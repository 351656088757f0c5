"""Reads one `gameStateUpdate` and states it: validated where it enters, and nowhere again."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from replayer_qt.adapters.feeds.boundary import (
    LARGEST_PRICE,
    LARGEST_TICK,
    Refused,
    checked_id,
    checked_price,
    checked_tick,
    checked_timer,
)
from replayer_qt.adapters.feeds.rugs_wire import Finished, GameState
from replayer_qt.core.statement import FinishedRound, Statement
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos, RoundId

_LATEST_MS: Final = 4_102_444_800_000
"""The year 2100."""

Note = Callable[[str], None]
"""Is told the reason when a part of a message is left out and the rest is taken."""

_STATE: Final = msgspec.json.Decoder(GameState)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_READERS: Final[dict[str, tuple[str, msgspec.json.Decoder[Any]]]] = {
    field.encode_name: (field.name, msgspec.json.Decoder(field.type))
    for field in msgspec.structs.fields(GameState)
}
_ESSENTIAL: Final = frozenset(
    {"gameId", "active", "rugged", "price", "tickCount", "cooldownTimer", "allowPreRoundBuys"}
)


def read_state(data: bytes, note: Note) -> GameState:
    """Return the message's fields; a field of a wrong type is left out unless all depends on it.

    Raises:
        ValueError: it is not JSON, or what all depends on is of a wrong type.
        RecursionError: it is nested too deeply.
    """
    try:
        return _STATE.decode(data)
    except msgspec.ValidationError:
        return _salvage(data, note)


def _salvage(data: bytes, note: Note) -> GameState:
    """The slow way: a server that changed one field's type does not end the market for us."""
    sound: dict[str, Any] = {}
    for name, raw in _FIELDS.decode(data).items():
        if name not in _READERS:
            continue
        ours, reader = _READERS[name]
        try:
            sound[ours] = reader.decode(raw)
        except msgspec.ValidationError:
            if name in _ESSENTIAL:
                raise
            note("wrong-type")
    return GameState(**sound)


def statement_of(state: GameState, note: Note) -> Statement:
    """Return what a message states; raises `Refused` where it must not be believed."""
    fair = state.provably_fair
    price, tick, timer = state.price, state.tick_count, state.cooldown_timer
    return Statement(
        round_id=RoundId(checked_id(state.game_id)),
        active=state.active,
        rugged=state.rugged,
        presale=state.allow_pre_round_buys,
        price=None if price is None else checked_price(price),
        tick=None if tick is None else checked_tick(tick),
        snapshot=state.game_history is not None,
        timer_ms=None if timer is None else checked_timer(timer),
        paused=state.cooldown_paused,
        trade_count=_count(state.trade_count),
        players=_count(state.connected_players),
        seed_hash=None if fair is None else _short(fair.server_seed_hash),
        version=_short(state.game_version or (None if fair is None else fair.version)),
        recent=_recent(state, note),
        prices=_prices_before(state, note),
        history=_history(state.game_history, note),
    )


def _recent(state: GameState, note: Note) -> tuple[tuple[int, float], ...]:
    partial = state.partial_prices
    if partial is None or not partial.values:
        return ()
    pairs = tuple(sorted(partial.values.items()))
    try:
        checked_tick(pairs[0][0])
        checked_tick(pairs[-1][0])
        for _, price in pairs:
            if not 0.0 < price <= LARGEST_PRICE:
                checked_price(price)
    except Refused as refusal:
        note(refusal.reason)
        return ()
    return pairs


def _prices_before(state: GameState, note: Note) -> tuple[float, ...] | None:
    """In the oldest generation each message repeats all prices: its newest is live all the same."""
    prices = _prices(state.prices, note)
    if prices and state.game_history is None and len(prices) - 1 == state.tick_count:
        return prices[:-1]
    return prices


def _prices(prices: list[float] | None, note: Note) -> tuple[float, ...] | None:
    if prices is None:
        return None
    if len(prices) > LARGEST_TICK:
        note("tick-too-large")
        return None
    if prices and not (min(prices) > 0.0 and max(prices) <= LARGEST_PRICE):
        note("price-not-positive" if min(prices) <= 0.0 else "price-too-large")
        return None
    return tuple(prices)


def _history(rows: list[Finished] | None, note: Note) -> tuple[FinishedRound, ...]:
    if not rows:
        return ()
    return tuple(filter(None, (_finished(row, note) for row in rows[:100])))


def _finished(row: Finished, note: Note) -> FinishedRound | None:
    fair = row.provably_fair
    if fair is None or not fair.server_seed or not fair.server_seed_hash:
        return None  # not revealed yet
    try:
        return FinishedRound(
            round_id=RoundId(checked_id(row.id)),
            seed=checked_id(fair.server_seed),
            seed_hash=checked_id(fair.server_seed_hash),
            version=_short(row.game_version or fair.version) or "",
            peak=None if row.peak_multiplier is None else checked_price(row.peak_multiplier),
            prices=_prices(row.prices, note),
            ended_at=_ended(row.timestamp),
        )
    except Refused as refusal:
        note(refusal.reason)
        return None


def _ended(stated: object) -> Nanos | None:
    """When a round ended, stated in milliseconds; None for what is no time of this century."""
    if not isinstance(stated, int) or isinstance(stated, bool) or not 0 < stated < _LATEST_MS:
        return None
    return Nanos(stated * NANOS_PER_MILLISECOND)


def _count(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= 2**53 else None


def _short(value: str | None) -> str | None:
    return value if value and len(value) <= 64 and value.isprintable() else None
