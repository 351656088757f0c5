"""The past of a running stream as a feed: what was heard so far, growing while it is played."""

from collections.abc import Mapping, Sequence
from typing import Final

from replayer_qt.adapters.feeds.replay_player import TapePlayer
from replayer_qt.adapters.feeds.replay_source import Trouble, Volume
from replayer_qt.adapters.feeds.replay_tape import Tape, tapes
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, PriceTicked, RoundOpened, TickBlock
from replayer_qt.core.past import EVENTS_KEPT
from replayer_qt.core.replay_commands import Grow
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos, RoundId, StreamId
from replayer_qt.ports import Clock

NAME: Final = "earlier in this session"

_SELDOM_NS: Final = 250 * NANOS_PER_MILLISECOND
_AT_ONCE_NS: Final = 20 * NANOS_PER_MILLISECOND
_SHARE: Final = 4
"""Laying out what came takes at most one part in so many of the time."""
_OPENING: Final = (RoundOpened, PriceTicked, TickBlock)


class PastVolume:
    """The rounds that were heard of; the last one goes on until it is said to have ended."""

    def __init__(
        self, of: StreamId, rounds: Mapping[RoundId, Sequence[Event]], stream: StreamId
    ) -> None:
        """Take what was heard of the stream `of`; replayed, it is named `stream`."""
        self.name, self.path, self.index = NAME, "", 0
        self.damage: tuple[str, ...] = ()
        self.past_of: StreamId | None = of
        self._stream = stream
        self._events = {name: list(told) for name, told in rounds.items() if told}
        self.rounds = tuple(self._events)
        self.begin = len(self.rounds) - 1
        self._size = sum(len(told) for told in self._events.values())
        self._is_over = False
        self._laid_out: tuple[RoundId, int, Tape] | None = None

    def tape(self, place: int) -> Tape:
        """Return the round at a place of `rounds`, with all that was heard of it."""
        name = self.rounds[place]
        told = self._events[name]
        known = self._laid_out
        if known is not None and known[:2] == (name, len(told)):
            return known[2]
        (tape,) = tapes(told, self._stream) or (Tape(told, self._stream),)
        self._laid_out = (name, len(told), tape)
        return tape

    def goes_on(self, place: int) -> bool:
        """Return whether more may be heard of the round at a place."""
        return not self._is_over and place == len(self.rounds) - 1

    def grow(self, events: Sequence[Event]) -> set[RoundId]:
        """Take what came since, as far as there is room; return the rounds it is about."""
        grown: set[RoundId] = set()
        for event in events:
            self._is_over = self._is_over or self._size >= 2 * EVENTS_KEPT
            if self._is_over:
                break
            name: RoundId = event.round_id  # type: ignore[attr-defined]  # only rounds' events come
            if name not in self._events:
                if not isinstance(event, _OPENING):
                    continue
                self._events[name] = []
                self.rounds = (*self.rounds, name)
            self._events[name].append(event)
            self._size += 1
            grown.add(name)
        return grown

    def end(self) -> None:
        """Know that no more will come."""
        self._is_over = True


class _PastSource:
    """The one volume of a running stream's past."""

    seed: int | None = None

    def __init__(self, volume: PastVolume) -> None:
        self._volume = volume

    def __len__(self) -> int:
        return 1

    async def find(self) -> None:
        """There is nothing to look for."""

    async def read(self, after: int, step: int, _tell: Trouble) -> Volume | None:
        return self._volume if after + step == 0 and self._volume.rounds else None


class PastFeed(TapePlayer):
    """Begins with the newest round; caught up with what is heard, it goes on with what comes.

    It holds `2 * EVENTS_KEPT` events at most; when they are reached it does not go on any more.
    """

    def __init__(
        self,
        of: StreamId,
        rounds: Mapping[RoundId, Sequence[Event]],
        stream: StreamId,
        clock: Clock,
        settings: ReplaySettings,
    ) -> None:
        """Prepare.

        Args:
            of: the running stream.
            rounds: what was heard of its rounds so far, oldest first.
            stream: the stream that every event names.
            clock: what time it is.
            settings: how a replay begins.
        """
        self._past = PastVolume(of, rounds, stream)
        super().__init__(_PastSource(self._past), stream, clock, settings)
        self._is_stale = False
        self._laid_at = self._took = 0

    def steer(self, command: Command) -> None:
        """Obey soon; what was heard is taken in at once, for it may not wait where room ends."""
        if not isinstance(command, Grow):
            super().steer(command)
            return
        grown = self._past.grow(command.events)
        if command.ended:
            self._past.end()
        at_hand = self._past.rounds[self._round] if self._volume is not None else None
        went_over = self._deck.is_open_ended and not self._past.goes_on(self._round)
        self._is_stale = self._is_stale or at_hand in grown or went_over
        self._wake.set()

    async def _turn(self) -> list[Event]:
        return self._catch_up() + await super()._turn()

    def _is_laid_out(self) -> bool:
        return not (self._is_stale and self._deck.is_open_ended)

    def _due(self) -> Nanos | None:
        due = super()._due()
        if not self._is_stale:
            return due
        return Nanos(min(self._wanted_at(), self._wanted_at() if due is None else due))

    def _wanted_at(self) -> int:
        every = _AT_ONCE_NS if self._deck.at_end() else _SELDOM_NS
        return self._laid_at + max(every, _SHARE * self._took)

    def _catch_up(self) -> list[Event]:
        """Lay the round out anew with what came since; at once where that is waited for."""
        began = self._clock.monotonic()
        if not self._is_stale or began < self._wanted_at():
            return []
        tape = self._past.tape(self._round)
        told = self._deck.extend(tape, open_ended=self._past.goes_on(self._round))
        self._is_stale = False
        self._laid_at = self._clock.monotonic()
        self._took = self._laid_at - began
        return told
