"""Gathers what a file states about one round and puts it in order."""

from typing import Final

from replayer_qt.core.events import (
    Event,
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.phase import Phase, may_follow
from replayer_qt.core.soundness import PRICE_LIMIT, is_sound
from replayer_qt.core.units import Nanos, RoundId, StreamId

_NO_MONO: Final = Nanos(0)


class RoundLines:
    """One round as its file tells it: repeated ticks once, late ones where they belong.

    Attributes:
        round_id: the round's name.
        opened_at: time of the first record that names it [ns since the Unix epoch, UTC].
        damage: what made no sense, in plain words.
    """

    def __init__(self, stream: StreamId, round_id: RoundId, at: Nanos) -> None:
        self.round_id = round_id
        self.opened_at = at
        self.damage: list[str] = []
        self._stream = stream
        self._events: list[Event] = [
            RoundOpened(at=at, mono=_NO_MONO, stream=stream, round_id=round_id)
        ]
        self._prices: dict[int, float] = {}
        self._newest = -1
        self._in_order = True
        self._timer = -1
        self._phase = Phase.UNKNOWN
        self._rug: RoundRugged | None = None
        self._rugged_at: Nanos | None = None

    def timer(self, remaining_ms: int, phase: Phase, at: Nanos) -> None:
        """Take a countdown; one that comes when the round runs already is passed over."""
        if self._prices or remaining_ms == self._timer:
            return
        self._enter(phase, at)
        self._timer = remaining_ms
        self._events.append(
            TimerTicked(
                at=at,
                mono=_NO_MONO,
                stream=self._stream,
                round_id=self.round_id,
                remaining_ms=remaining_ms,
            )
        )

    def tick(self, tick: int, price: float, at: Nanos, trade_count: int | None) -> None:
        """Take a price; one that is known already is passed over."""
        if tick != self._newest + 1 or not 0.0 < price < PRICE_LIMIT:
            if not self._is_new(tick, price):
                return
            self._in_order = self._in_order and not self._prices
        self._newest = tick if tick > self._newest else self._newest  # noqa: FURB136  # hot
        if self._phase is not Phase.ACTIVE:
            self._enter(Phase.ACTIVE, at)
        self._prices[tick] = price
        self._events.append(
            PriceTicked(
                at=at,
                mono=_NO_MONO,
                stream=self._stream,
                round_id=self.round_id,
                tick=tick,
                price=price,
                trade_count=trade_count,
            )
        )

    def _is_new(self, tick: int, price: float) -> bool:
        known = self._prices.get(tick)
        if known is not None and known != price:
            self.damage.append(f"tick {tick} has two prices, {known!r} and {price!r}")
        sound = is_sound(tick, price)
        if not sound:
            self.damage.append(f"tick {tick} at {price!r} makes no sense and was passed over")
        return sound and known is None

    def rug(self, tick: int, price: float, at: Nanos, trade_count: int | None) -> None:
        """Take the rug; only the first counts."""
        if self._rug is not None:
            return
        self.tick(tick, price, at, trade_count)
        if self._prices.get(tick) == price:
            self._rug = RoundRugged(
                at=at,
                mono=_NO_MONO,
                stream=self._stream,
                round_id=self.round_id,
                tick=tick,
                price=price,
            )
        else:
            self.rugged_somewhere(at)

    def rugged_somewhere(self, at: Nanos) -> None:
        """Take the word that the round has ended, at a tick that is not told."""
        if self._rugged_at is None:
            self._rugged_at = at

    def finish(self) -> list[Event]:
        """Return the round's events: ticks ascending, each gap before the tick that shows it."""
        events = self._events if self._in_order else self._ordered()
        if self._rug is not None:
            if self._newest > self._rug.tick:
                events = self._cut(events, self._rug.tick)
            events += [self._rug, self._change(Phase.RUGGED, self._rug.at)]
        elif self._rugged_at is not None:
            self.damage.append("its rug was not recorded, only the message after it")
            events.append(self._change(Phase.RUGGED, self._rugged_at))
        return events

    def _ordered(self) -> list[Event]:
        """Put each tick where its number belongs, keeping everything else in its place."""
        ticks = sorted(
            (event for event in self._events if isinstance(event, PriceTicked)),
            key=lambda event: event.tick,
        )
        waiting = iter(ticks)
        ordered: list[Event] = []
        before: int | None = None
        for event in self._events:
            if isinstance(event, PriceTicked):
                event = next(waiting)  # noqa: PLW2901  # the slot stays, its tick changes
                if before is not None and event.tick > before + 1:
                    ordered.append(self._gap(before + 1, event.tick - 1, event.at))
                before = event.tick
            ordered.append(event)
        return ordered

    def _cut(self, events: list[Event], rug_tick: int) -> list[Event]:
        beyond = [e for e in events if isinstance(e, PriceTicked) and e.tick > rug_tick]
        self.damage.append(f"{len(beyond)} ticks after its rug were passed over")
        first = events.index(beyond[0])
        return [e for e in events[:first] if e not in beyond]

    def _enter(self, phase: Phase, at: Nanos) -> None:
        if phase is not self._phase and may_follow(phase, self._phase):
            self._phase = phase
            self._events.append(self._change(phase, at))

    def _change(self, phase: Phase, at: Nanos) -> PhaseChanged:
        return PhaseChanged(
            at=at,
            mono=_NO_MONO,
            stream=self._stream,
            round_id=self.round_id,
            phase=phase,
        )

    def _gap(self, first: int, last: int, at: Nanos) -> GapFound:
        return GapFound(
            at=at,
            mono=_NO_MONO,
            stream=self._stream,
            round_id=self.round_id,
            first=first,
            last=last,
        )
