"""What is known of one round: a fold over its events."""

import math
from typing import Final

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
from replayer_qt.core.holes import Holes, added, filled, found
from replayer_qt.core.phase import Phase, may_follow
from replayer_qt.core.soundness import is_sound, sound
from replayer_qt.core.units import Nanos, RoundId

_COUNTING_DOWN: Final = frozenset({Phase.UNKNOWN, Phase.COOLDOWN, Phase.PRESALE})


class Extremes(msgspec.Struct, frozen=True, gc=False):
    """The highest and lowest price of some ticks.

    Attributes:
        peak: highest price [multiplier]; 0 before the first tick.
        peak_tick: where that was first; -1 before the first tick.
        low: lowest price [multiplier]; inf before the first tick.
    """

    peak: float = 0.0
    peak_tick: int = -1
    low: float = math.inf

    def with_tick(self, tick: int, price: float) -> "Extremes":
        """Return the extremes of one tick more."""
        if self.low <= price <= self.peak:
            if price < self.peak or tick > self.peak_tick:
                return self
            return Extremes(self.peak, tick, self.low)
        higher = price > self.peak
        return Extremes(
            price if higher else self.peak,
            tick if higher else self.peak_tick,
            min(price, self.low),
        )


class RoundState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
        holes: the first and last positions of what is missing, in order.
        extremes: of all ticks but the rug.
        settled: of all ticks but the newest, which may turn out to be the rug.
        rug_tick: position of the rug; None while the round lives.
        rug_price: price of the rug [multiplier]; None while the round lives.
        trade_count: trades of all players, where stated.
        told_mono: when the newest tick, phase or countdown was learned of [monotonic ns].
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
    holes: Holes = ()
    extremes: Extremes = Extremes()
    settled: Extremes = Extremes()
    rug_tick: int | None = None
    rug_price: float | None = None
    trade_count: int | None = None
    seed_hash: str | None = None
    version: str | None = None
    seed: str | None = None
    fairness: Fairness = Fairness.UNREVEALED
    told_mono: Nanos = Nanos(0)

    @property
    def peak(self) -> float:
        """Highest price before the rug [multiplier]; 0 before the first tick."""
        return self.extremes.peak

    @property
    def peak_tick(self) -> int:
        """Where the peak was first; -1 before the first tick."""
        return self.extremes.peak_tick

    @property
    def low(self) -> float:
        """Lowest price before the rug [multiplier]; inf before the first tick."""
        return self.extremes.low


def fold_round(state: RoundState, event: Event) -> RoundState:
    """Return the round after `event`; an event that makes no sense changes nothing."""
    return fold_and_count(state, event)[0]


def fold_and_count(state: RoundState, event: Event) -> tuple[RoundState, int]:
    """Return the round after `event`, and how many things in it made no sense; never raises."""
    match event:
        case PriceTicked():
            after = _ticked(state, event)
        case TickBlock():
            return _ticked_many(state, event)
        case RoundRugged():
            after = _rugged(state, event)
        case PhaseChanged(phase=phase):
            after = _entered(state, phase, event)
        case TimerTicked(remaining_ms=remaining) if state.phase in _COUNTING_DOWN:
            after = replace(state, timer_ms=remaining, told_mono=event.mono)
        case TimerTicked():
            after = state
        case _:
            after = _told(state, event)
    return (state, 1) if after is None else (after, 0)


def _ticked(state: RoundState, event: PriceTicked) -> RoundState | None:
    tick, price = event.tick, event.price
    if tick <= state.tick:
        return _filled_late(state, event)
    if not is_sound(tick, price) or (state.rug_tick is not None and tick > state.rug_tick):
        return None
    if tick == state.rug_tick:
        extremes, settled = state.extremes, state.settled
    else:
        extremes, settled = state.extremes.with_tick(tick, price), state.extremes
    holes, missing = state.holes, state.missing
    if state.first_tick is not None and tick > state.tick + 1:
        holes = added(holes, state.tick + 1, tick - 1)
        missing += tick - state.tick - 1
    return replace(
        state,
        tick=tick,
        price=price,
        first_tick=tick if state.first_tick is None else state.first_tick,
        ticks=state.ticks + 1,
        filled=state.filled + (event.origin is not TickOrigin.LIVE),
        missing=missing,
        holes=holes,
        extremes=extremes,
        settled=settled,
        trade_count=state.trade_count if event.trade_count is None else event.trade_count,
        told_mono=event.mono,
    )


def _filled_late(state: RoundState, event: PriceTicked) -> RoundState | None:
    """A tick older than the newest one counts only where none is known."""
    tick, price = event.tick, event.price
    if not is_sound(tick, price) or state.first_tick is None:
        return None
    from_ = _known_from(state)
    if tick < from_:
        holes = added(state.holes, tick + 1, from_ - 1) if tick + 1 < from_ else state.holes
        missing = state.missing + from_ - tick - 1
    elif (hole := found(state.holes, tick)) is not None:
        holes, missing = filled(state.holes, hole, tick), state.missing - 1
    else:
        return None
    return replace(
        state,
        ticks=state.ticks + 1,
        filled=state.filled + (event.origin is not TickOrigin.LIVE),
        missing=missing,
        holes=holes,
        first_tick=min(tick, state.first_tick),
        extremes=state.extremes.with_tick(tick, price),
        settled=state.settled.with_tick(tick, price),
    )


def _ticked_many(state: RoundState, block: TickBlock) -> tuple[RoundState, int]:
    ticks, prices = block.ticks, block.prices
    clean = (
        len(ticks) > 0
        and state.rug_tick is None
        and int(ticks[0]) > state.tick
        and bool((ticks[1:] > ticks[:-1]).all())
        and bool(sound(ticks, prices).all())
    )
    if not clean:
        return _one_by_one(state, block)
    before = _with_many(state.extremes, block, len(ticks) - 1)
    newest, price = int(ticks[-1]), float(prices[-1])
    holes, missing = state.holes, state.missing
    begins = ticks if state.first_tick is None else np.concatenate(([state.tick], ticks))
    for at in np.flatnonzero(begins[1:] > begins[:-1] + 1):
        first, last = int(begins[at]) + 1, int(begins[at + 1]) - 1
        holes, missing = added(holes, first, last), missing + last - first + 1
    after = replace(
        state,
        tick=newest,
        price=price,
        first_tick=int(ticks[0]) if state.first_tick is None else state.first_tick,
        ticks=state.ticks + len(ticks),
        missing=missing,
        holes=holes,
        extremes=before.with_tick(newest, price),
        settled=before,
        told_mono=block.mono,
    )
    return after, 0


def _one_by_one(state: RoundState, block: TickBlock) -> tuple[RoundState, int]:
    refused = 0
    columns = (block.ticks.tolist(), block.prices.tolist(), block.ats.tolist())
    for tick, price, at in zip(*columns, strict=False):
        event = PriceTicked(
            at=at, mono=block.mono, stream=block.stream, round_id=block.round_id,
            tick=tick, price=price,
        )  # fmt: skip
        after = _ticked(state, event)
        refused += after is None
        state = state if after is None else after
    return state, refused


def _with_many(extremes: Extremes, block: TickBlock, end: int) -> Extremes:
    if end == 0:
        return extremes
    prices = block.prices[:end]
    at = int(np.argmax(prices))
    higher = extremes.with_tick(int(block.ticks[at]), float(prices[at]))
    return Extremes(higher.peak, higher.peak_tick, min(extremes.low, float(prices.min())))


def _rugged(state: RoundState, event: RoundRugged) -> RoundState | None:
    tick, price = event.tick, event.price
    if (state.rug_tick, state.rug_price) == (tick, price):
        return state
    if state.rug_tick is not None or tick < state.tick or not is_sound(tick, price):
        return None
    return replace(
        state,
        phase=Phase.RUGGED,
        timer_ms=None,
        rug_tick=tick,
        rug_price=price,
        extremes=state.settled if tick == state.tick else state.extremes,
    )


def _entered(state: RoundState, phase: Phase, event: Event) -> RoundState | None:
    if not may_follow(phase, state.phase):
        return None
    timer_ms = state.timer_ms if phase in _COUNTING_DOWN else None
    return replace(state, phase=phase, timer_ms=timer_ms, told_mono=event.mono)


def _told(state: RoundState, event: Event) -> RoundState:
    match event:
        case GapFound(first=first) if state.first_tick is not None:
            from_ = _known_from(state)
            if not 0 <= first < from_:
                return state
            holes = added(state.holes, first, from_ - 1)
            return replace(state, holes=holes, missing=state.missing + from_ - first)
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


def _known_from(state: RoundState) -> int:
    """The first position of which it is known whether its price is known."""
    first = state.tick + 1 if state.first_tick is None else state.first_tick
    return min(first, state.holes[0][0]) if state.holes else first
