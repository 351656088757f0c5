"""One recorded round laid out for playing: what happens when, and where each tick stands."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    FeedChanged,
    Link,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SideBetPrinted,
    SideBetSettled,
    TickBlock,
    TickOrigin,
)
from replayer_qt.core.landmarks import Found, Passage, landmarks
from replayer_qt.core.soundness import is_sound
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos, RoundId, StreamId

BLOCK_TICKS: Final = 16_384
"""Most ticks in one block."""

_LATEST_NS: Final = 2**62
_PACK_FROM: Final = 8
_OF_ROUNDS: Final = frozenset(ROUND_EVENTS)
_OPENING: Final = frozenset({RoundOpened, PriceTicked})
_CONNECTED: Final = frozenset({Link.LIVE, Link.CONNECTING})
_LONGEST_WAIT_NS: Final = 60 * NANOS_PER_SECOND
_LIVE: Final = TickOrigin.LIVE


class _Run(msgspec.Struct, frozen=True):
    """Events `first` to before `last` of a tape: all plain ticks, or all something else."""

    first: int
    last: int
    ticks: bool


class Tape:
    """One round's events, and the columns of its ticks.

    A cursor counts events played, a position counts ticks played. Each position has one cursor
    at which a replay stands still: after the tick and all that happened at the same moment.

    Attributes:
        round_id: the round's name.
        events: the events, oldest first; the first one is always `RoundOpened`.
        ticks: position in the round of each tick, in playing order; read-only.
        prices: price of each tick [multiplier]; read-only.
        rug_tick: the rug's position in the round; None where the recording ends before it.
        recorded_as: the stream that the events named before.
    """

    def __init__(
        self, events: Iterable[Event], stream: StreamId, *, losses: Sequence[Nanos] = ()
    ) -> None:
        """Lay out.

        Args:
            events: the round's, oldest first.
            stream: what they shall name.
            losses: when the connection was lost while they were recorded [ns].
        """
        events = tuple(events)
        self.recorded_as = events[0].stream
        self.events = _complete(events, stream)
        self._losses = losses
        self.round_id: RoundId = self.events[0].round_id  # type: ignore[attr-defined]  # RoundOpened
        kinds = list(map(type, self.events))
        at = [n for n, kind in enumerate(kinds) if kind is PriceTicked]
        played: list[PriceTicked] = [self.events[n] for n in at]  # type: ignore[misc]  # by their kind
        self._cursors = np.array(at, np.int64)
        self.ticks = np.array([event.tick for event in played], np.int64)
        self.prices = np.array([event.price for event in played], np.float64)
        self._all_ats = _within_range([event.at for event in self.events])
        self._ats = self._all_ats[self._cursors]
        self._live = np.array([event.origin is _LIVE for event in played], bool)
        for column in (self.ticks, self.prices, self._ats):
            column.flags.writeable = False
        self._highest = np.maximum.accumulate(self.ticks) if at else self.ticks
        self._stops = self._find_stops()
        self._runs = list(self._find_runs())
        self._run_starts = [run.first for run in self._runs]
        self._counts = _last_true([event.trade_count is not None for event in played])
        self.rug_tick: int | None = None
        if RoundRugged in kinds:
            self.rug_tick = self.events[kinds.index(RoundRugged)].tick  # type: ignore[attr-defined]  # a rug

    def __len__(self) -> int:
        """Return how many ticks there are."""
        return len(self.ticks)

    @property
    def end(self) -> int:
        """The cursor after the last event."""
        return len(self.events)

    def stop(self, position: int) -> int:
        """Return the cursor at which `position` ticks are known; the nearest one if none is."""
        return int(self._stops[max(0, min(position, len(self)))])

    def position(self, cursor: int) -> int:
        """Return how many ticks are played at `cursor`."""
        return int(np.searchsorted(self._cursors, cursor))

    def position_of(self, tick: int) -> int:
        """Return the position at which `tick` is the last one known."""
        return int(np.searchsorted(self._highest, tick, side="right"))

    def tick(self, cursor: int) -> int:
        """Return the highest tick known at `cursor`; -1 before the first."""
        position = self.position(cursor)
        return int(self._highest[position - 1]) if position else -1

    @cached_property
    def landmarks(self) -> Found:
        """Where the events are that one steps to."""
        ticks, first = np.unique(self.ticks, return_index=True)
        began, ended = self.events[0].at, self.events[-1].at
        passage = Passage(
            ticks=ticks,
            prices=self.prices[first],
            ats=np.maximum.accumulate(self._ats[first]),
            rug_tick=self.rug_tick,
            bets=tuple(
                event.end
                for event in self.events
                if isinstance(event, SideBetPrinted | SideBetSettled)
            ),
            losses=tuple(at for at in self._losses if began <= at <= ended),
        )
        return landmarks(passage)

    def position_of_peak(self) -> int:
        """Return the position at the highest price before the rug; 0 without ticks."""
        prices = self.prices
        if self.rug_tick is not None and len(prices) > 1:
            prices = prices[self.ticks < self.rug_tick]
        return int(np.argmax(prices)) + 1 if len(prices) else 0

    def dues(self, fixed_ms: int | None) -> NDArray[np.int64]:
        """Return when each event is due at speed 1 [ns from the round's start]; never falls.

        Args:
            fixed_ms: time between two ticks [ms]; None for as recorded. Until the first tick and
                after the last one time is as recorded. No wait is longer than a minute.
        """
        ats = self._all_ats
        steps = np.clip(np.diff(ats, prepend=ats[:1]), 0, _LONGEST_WAIT_NS)
        if fixed_ms is not None and len(self):
            first, last = int(self._cursors[0]), int(self._cursors[-1])
            steps[first + 1 : last + 1] = 0
            steps[self._cursors[1:]] = fixed_ms * NANOS_PER_MILLISECOND
        return np.cumsum(steps)

    def between(self, first: int, last: int) -> list[Event]:
        """Return the events from one cursor to another; many plain ticks in a row as blocks."""
        found: list[Event] = []
        run = max(0, bisect_right(self._run_starts, first) - 1)
        while first < last:
            part = self._runs[run]
            until = min(part.last, last)
            if part.ticks and until - first >= _PACK_FROM:
                found += self._packed(first, until)
            else:
                found += self.events[first:until]
            first, run = until, run + 1
        return found

    def _packed(self, first: int, last: int) -> Iterator[Event]:
        """Blocks, but the newest tick that states the trades stays whole: a block has no count."""
        low, high = self.position(first), self.position(last)
        stated = int(self._counts[high - 1])
        if stated < low:
            yield from self._blocks(low, high)
            return
        yield from self._blocks(low, stated)
        yield self.events[int(self._cursors[stated])]
        yield from self._blocks(stated + 1, high)

    def _blocks(self, low: int, high: int) -> Iterator[Event]:
        for start in range(low, high, BLOCK_TICKS):
            part = slice(start, min(start + BLOCK_TICKS, high))
            newest = self.events[int(self._cursors[part.stop - 1])]
            yield TickBlock(
                at=newest.at,
                mono=newest.mono,
                stream=newest.stream,
                round_id=self.round_id,
                ticks=self.ticks[part],
                prices=self.prices[part],
                ats=self._ats[part],
            )

    def _find_stops(self) -> NDArray[np.int64]:
        stops = np.zeros(len(self) + 1, np.int64)
        stops[1:] = self._cursors + 1
        ats = self._all_ats
        # only where something else than a tick comes next, no later, is there anything to look at
        follows = np.zeros(self.end, np.bool_)
        follows[:-1] = ats[1:] <= ats[:-1]
        follows[self._cursors[1:] - 1] = False
        for position in np.flatnonzero(follows[self._cursors]).tolist():
            cursor = int(self._cursors[position])
            at, after = self.events[cursor].at, cursor + 1
            while after < self.end and self.events[after].at <= at:
                if isinstance(self.events[after], PriceTicked):
                    break
                after += 1
            stops[position + 1] = after
        return stops

    def _find_runs(self) -> Iterator[_Run]:
        plain = np.zeros(self.end, np.bool_)
        if len(self):
            rises = np.concatenate((self.ticks[:1] > -1, self.ticks[1:] > self._highest[:-1]))
            plain[self._cursors] = self._live & rises
        edges = [0, *(np.flatnonzero(plain[1:] != plain[:-1]) + 1).tolist(), self.end]
        for first, last in pairwise(edges):
            yield _Run(first, last, bool(plain[first]))


def tapes(events: Iterable[Event], stream: StreamId) -> tuple[Tape, ...]:
    """Return one tape for each round that the events show running or counting down.

    Rounds that are only told about afterwards (a revealed seed, say) have no times to play by.
    What is said of the connection is left out: it is not the market's. Ticks that come in blocks,
    as from a public archive, are laid out one by one.
    """
    rounds: dict[RoundId, list[Event]] = {}
    opened: set[RoundId] = set()
    losses: list[Nanos] = []
    for event in _one_by_one(events):
        kind = type(event)
        if kind is PriceTicked:
            if not is_sound(event.tick, event.price):  # type: ignore[attr-defined]  # a tick
                continue
        elif kind not in _OF_ROUNDS:
            if isinstance(event, FeedChanged) and event.link not in _CONNECTED:
                losses.append(event.at)
            continue
        name: RoundId = event.round_id  # type: ignore[attr-defined]  # only round events come here
        found = rounds.get(name)
        if found is None:
            found = rounds[name] = []
        found.append(event)
        if kind in _OPENING:
            opened.add(name)
    return tuple(
        Tape(found, stream, losses=losses) for name, found in rounds.items() if name in opened
    )


def _one_by_one(events: Iterable[Event]) -> Iterable[Event]:
    events = tuple(events)
    return _laid_out(events) if TickBlock in set(map(type, events)) else events


def _laid_out(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        if not isinstance(event, TickBlock):
            yield event
            continue
        for tick, price, at in zip(
            event.ticks.tolist(), event.prices.tolist(), event.ats.tolist(), strict=True
        ):
            yield PriceTicked(
                at=at,
                mono=event.mono,
                stream=event.stream,
                round_id=event.round_id,
                tick=tick,
                price=price,
            )


def _complete(events: Iterable[Event], stream: StreamId) -> tuple[Event, ...]:
    named = [e if e.stream == stream else replace(e, stream=stream) for e in events]
    first = named[0]
    if not isinstance(first, RoundOpened):
        round_id: RoundId = first.round_id  # type: ignore[attr-defined]  # only round events come here
        opened = RoundOpened(at=first.at, mono=first.mono, stream=stream, round_id=round_id)
        named.insert(0, opened)
    return tuple(named)


def _within_range(ats: Sequence[int]) -> NDArray[np.int64]:
    """Times as a column; what a broken clock wrote beyond the range of the type is its edge."""
    try:
        return np.array(ats, np.int64)
    except OverflowError:
        return np.array([max(0, min(at, _LATEST_NS)) for at in ats], np.int64)


def _last_true(flags: list[bool]) -> NDArray[np.int64]:
    """Return for each index the newest index up to it whose flag is set, or -1."""
    indexes = np.where(np.array(flags, bool), np.arange(len(flags)), -1)
    return np.maximum.accumulate(indexes) if len(flags) else indexes
