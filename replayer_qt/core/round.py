"""What is known of one round: a fold over its events."""

import math

import msgspec
import numpy as np
from msgspec.structs import replace

from replayer_qt.core.events import (
    Event,
    Fairness,
    FairnessChecked,
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickBlock,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import Nanos, RoundId


class RoundState(msgspec.Struct, frozen=True, kw_only=True):
    """One round, as far as it is known.

    Attributes:
        opened_at: when it was first heard of [ns since the Unix epoch, UTC].
        timer_ms: time left until it starts [ms]; None when not counting down.
        tick: the newest tick's position; -1 before the first.
        price: the newest price [multiplier]; None before the first.
        first_tick: position of the earliest tick known; None before the first.
        ticks: how many ticks are known.
        filled: how many of them were filled in afterwards.
        missing: how many ticks are known to be missing.
        peak: highest price before the rug [multiplier]; 0 before the first tick.
        peak_tick: where that was; -1 before the first tick.
        low: lowest price before the rug [multiplier]; inf before the first tick.
        rug_tick: position of the rug; None while the round lives.
        rug_price: price of the rug [multiplier]; None while the round lives.
        trade_count: trades of all players, where stated.
    """

    round_id: RoundId
    opened_at: Nanos
    phase: Phase = Phase.UNKNOWN
    timer_ms: int | None = None
    tick: int = -1
    price: float | None = None
    first_tick: int | None = None
    ticks: int = 0
    filled: int = 0
    missing: int = 0
    peak: float = 0.0
    peak_tick: int = -1
    low: float = math.inf
    rug_tick: int | None = None
    rug_price: float | None = None
    trade_count: int | None = None
    seed_hash: str | None = None
    version: str | None = None
    seed: str | None = None
    fairness: Fairness = Fairness.UNREVEALED


def fold_round(state: RoundState, event: Event) -> RoundState:
    """Return the round after `event`; an event that makes no sense changes nothing."""
    match event:
        case PriceTicked():
            return _ticked(state, event)
        case TickBlock():
            return _ticked_many(state, event)
        case TimerTicked(remaining_ms=remaining):
            return replace(state, timer_ms=remaining)
        case PhaseChanged(phase=phase):
            timer = state.timer_ms if phase in {Phase.COOLDOWN, Phase.PRESALE} else None
            return replace(state, phase=phase, timer_ms=timer)
        case RoundRugged(tick=tick, price=price):
            return _rugged(state, tick, price)
        case GapFound(first=first, last=last):
            return replace(state, missing=state.missing + last - first + 1)
        case SeedRevealed(seed=seed, seed_hash=seed_hash, version=version):
            return replace(state, seed=seed, seed_hash=seed_hash, version=version)
        case FairnessChecked(verdict=verdict):
            return replace(state, fairness=verdict)
        case RoundOpened(seed_hash=seed_hash, version=version):
            return replace(
                state, seed_hash=seed_hash or state.seed_hash, version=version or state.version
            )
        case _:
            return state


def _ticked(state: RoundState, event: PriceTicked) -> RoundState:
    tick, price = event.tick, event.price
    if tick <= state.tick:
        return _filled_late(state, event)
    if tick < 0 or not (0.0 < price < math.inf):
        return state
    higher = price > state.peak and state.rug_tick is None
    return replace(
        state,
        tick=tick,
        price=price,
        first_tick=tick if state.first_tick is None else state.first_tick,
        ticks=state.ticks + 1,
        filled=state.filled + (event.origin is not TickOrigin.LIVE),
        peak=price if higher else state.peak,
        peak_tick=tick if higher else state.peak_tick,
        low=min(price, state.low) if state.rug_tick is None else state.low,
        trade_count=state.trade_count if event.trade_count is None else event.trade_count,
    )


def _filled_late(state: RoundState, event: PriceTicked) -> RoundState:
    """A tick older than the newest one counts only if it fills a known gap."""
    if event.origin is TickOrigin.LIVE or state.missing == 0:
        return state
    higher = event.price > state.peak
    return replace(
        state,
        ticks=state.ticks + 1,
        filled=state.filled + 1,
        missing=state.missing - 1,
        first_tick=min(event.tick, event.tick if state.first_tick is None else state.first_tick),
        peak=event.price if higher else state.peak,
        peak_tick=event.tick if higher else state.peak_tick,
        low=min(event.price, state.low),
    )


def _ticked_many(state: RoundState, block: TickBlock) -> RoundState:
    ticks, prices = block.ticks, block.prices
    if not len(ticks) or int(ticks[0]) <= state.tick:
        return state
    at = int(np.argmax(prices))
    highest, higher = float(prices[at]), float(prices[at]) > state.peak
    return replace(
        state,
        tick=int(ticks[-1]),
        price=float(prices[-1]),
        first_tick=int(ticks[0]) if state.first_tick is None else state.first_tick,
        ticks=state.ticks + len(ticks),
        peak=highest if higher else state.peak,
        peak_tick=int(ticks[at]) if higher else state.peak_tick,
        low=min(float(prices.min()), state.low),
    )


def _rugged(state: RoundState, tick: int, price: float) -> RoundState:
    if state.rug_tick is not None:
        return state
    return replace(state, rug_tick=tick, rug_price=price, timer_ms=None)
