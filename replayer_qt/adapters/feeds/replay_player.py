"""Plays rounds of a source one after another, and obeys: next, previous, seek, step to events."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.feeds.replay_deck import Deck
from replayer_qt.adapters.feeds.replay_shape import Standing
from replayer_qt.adapters.feeds.replay_source import Trouble, Volume
from replayer_qt.core.commands import (
    Command,
    NextRound,
    Pause,
    Play,
    PreviousRound,
    ReplayCommand,
    SeekRound,
    SeekShare,
    SeekStart,
    SeekTick,
    SetSpeed,
)
from replayer_qt.core.events import Event
from replayer_qt.core.landmarks import next_stop, stops
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.replay_commands import SeekLandmark
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId
from replayer_qt.ports import Clock

COMMANDS_KEPT: Final = 256
"""Commands that may wait; beyond it the oldest are dropped."""
ROUNDS_SEARCHED: Final = 2_000
"""Rounds that are looked through for an event at most, and volumes for a round."""
ROUNDS_AT_ONCE: Final = 32
"""Rounds that are looked through though something else is asked for meanwhile."""

_SUPERSEDED: Final = (SeekTick, SeekShare, SetSpeed)


class Source(Protocol):
    """Where volumes come from.

    Attributes:
        seed: names the order of a shuffled list; None for the list's own.
    """

    seed: int | None

    def __len__(self) -> int:
        """Return how many volumes there are."""
        ...

    async def find(self) -> None:
        """Look what there is."""
        ...

    async def read(self, after: int, step: int, tell: Trouble) -> Volume | None:
        """Return the next volume in a direction that holds rounds; None if there is none."""
        ...


class TapePlayer:
    """A feed that waits at the end of the last round; ends where there is nothing to play.

    Every round begins with a `Rewound`, so that its state depends on nothing before it.
    """

    def __init__(
        self, source: Source, stream: StreamId, clock: Clock, settings: ReplaySettings
    ) -> None:
        """Prepare.

        Args:
            source: where the rounds come from.
            stream: the stream that every event names.
            clock: what time it is.
            settings: how a replay begins.
        """
        self._source = source
        self._stream = stream
        self._clock = clock
        self._skip = settings.skip_to_activation
        self._deck = Deck(stream, clock, speed=settings.speed, fixed_ms=settings.fixed_ms or None)
        self._volume: Volume | None = None
        self._round = 0
        self._searched = self._exhausted = False
        self._commands: deque[Command] = deque(maxlen=COMMANDS_KEPT)
        self._wake = asyncio.Event()

    @property
    def name(self) -> str:
        """The stream's name."""
        return self._stream

    @property
    def stream(self) -> StreamId:
        """The stream that every event names."""
        return self._stream

    @property
    def finished(self) -> bool:
        """Whether the last round of all was played to its end, or there is none."""
        volume = self._volume
        if volume is None:
            return self._searched
        is_last = self._exhausted or volume.index >= len(self._source) - 1
        return is_last and self._round >= len(volume.rounds) - 1 and self._deck.at_end()

    def steer(self, command: Command) -> None:
        """Obey a replay command soon; of seeks that wait, only the newest counts."""
        if not isinstance(command, ReplayCommand):
            return
        newest = self._commands[-1] if self._commands else None
        if isinstance(command, _SUPERSEDED) and type(newest) is type(command):
            self._commands.pop()
        self._commands.append(command)
        self._wake.set()

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield what is opened, played and sought, until closed; ends if nothing was readable."""
        await self._source.find()
        for event in await self._change_volume(1):
            yield event
        self._searched = True
        while self._volume is not None:
            self._wake.clear()
            while self._commands:
                for event in await self._obey(self._commands.popleft()):
                    yield event
            for event in await self._turn():
                yield event
            await self._idle()

    async def _idle(self) -> None:
        """Wait until something is due or asked for; at full speed, one turn of the loop."""
        if self._commands:
            return
        due = self._due()
        if due is None:
            await self._wake.wait()
            return
        wait_s = (due - self._clock.monotonic()) / NANOS_PER_SECOND
        if wait_s <= 0:
            await asyncio.sleep(0)
            return
        handle = asyncio.get_running_loop().call_later(wait_s, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            handle.cancel()

    def _due(self) -> Nanos | None:
        """When there is something to do next; None while nothing is."""
        return self._deck.due()

    async def _turn(self) -> list[Event]:
        was_playing = self._deck.playing
        found = self._deck.turn()
        over = self._deck.at_end() and not self._deck.is_looping
        if was_playing and over and self._is_laid_out() and not self.finished:
            before = (self._volume, self._round)
            more = await self._change_round(1)
            if (self._volume, self._round) == before:
                return more + found  # what was passed over is told before the end is
            found += more
            if not self._deck.at_end() or self._deck.is_open_ended:
                found += self._deck.obey(Play())
        return found

    def _is_laid_out(self) -> bool:
        """Whether the deck holds all that is known of its round."""
        return True

    async def _obey(self, command: Command) -> list[Event]:
        match command:
            case NextRound():
                return await self._change_round(1)
            case PreviousRound():
                return await self._change_round(-1)
            case SeekRound():
                return await self._go_to(command)
            case SeekLandmark():
                return await self._step_to(command)
            case _:
                return self._deck.obey(command)

    # --- rounds and volumes

    async def _change_round(self, step: int) -> list[Event]:
        target = self._round + step
        if self._volume is not None and 0 <= target < len(self._volume.rounds):
            self._round = target
            return self._load()
        return await self._change_volume(step)

    async def _change_volume(self, step: int) -> list[Event]:
        """Open the next one in a direction that can be read; stay where we are if none can."""
        told: list[Event] = []
        volume = await self._read(self._volume, step, told)
        if volume is None:
            self._exhausted = self._exhausted or step > 0
            return told
        self._volume, self._exhausted = volume, False
        self._round = volume.begin if step > 0 else len(volume.rounds) - 1
        return [*told, self._opened(volume), *self._load()]

    async def _read(self, at: Volume | None, step: int, told: list[Event]) -> Volume | None:
        return await self._source.read(-1 if at is None else at.index, step, self._telling(told))

    def _telling(self, told: list[Event]) -> Trouble:
        def tell(code: str, what: str, remedy: str) -> None:
            told.append(self._problem(code, what, remedy))

        return tell

    def _stand_in(self, volume: Volume, place: int) -> list[Event]:
        """Let another volume or another round of it be at hand, unless it is."""
        if volume is self._volume and place == self._round:
            return []
        told: list[Event] = [] if volume is self._volume else [self._opened(volume)]
        self._volume, self._round, self._exhausted = volume, place, False
        return told + self._load()

    def _load(self) -> list[Event]:
        volume = self._volume
        if volume is None:
            return []
        return self._deck.load(
            volume.tape(self._round),
            self._standing(volume),
            skip=self._skip,
            open_ended=volume.goes_on(self._round),
        )

    def _standing(self, volume: Volume) -> Standing:
        return Standing(
            source=volume.name,
            round_index=self._round,
            rounds=len(volume.rounds),
            file_index=volume.index,
            files=len(self._source),
            seed=self._source.seed,
        )

    # --- seeking over the edges

    async def _go_to(self, command: SeekRound) -> list[Event]:
        """Look in the volume at hand, then in those after it, then in those before it."""
        told: list[Event] = []
        volume, place = await self._find(command.round_id, told)
        if volume is None or place is None:
            return told
        moved = self._stand_in(volume, place)
        if not moved and command.tick is None:
            moved = self._load()
        told += moved
        if command.tick is not None:
            tick = command.tick
            told += self._deck.obey(SeekTick(tick=tick) if tick >= 0 else SeekStart())
        return told

    async def _find(self, round_id: RoundId, told: list[Event]) -> tuple[Volume | None, int | None]:
        searched = 0
        for step in (1, -1):
            volume = self._volume
            while volume is not None:
                if round_id in volume.rounds:
                    return volume, volume.rounds.index(round_id)
                if searched >= ROUNDS_SEARCHED:
                    told.append(self._too_far("files"))
                    return None, None
                searched += 1
                volume = await self._read(volume, step, told)
        return None, None

    async def _step_to(self, command: SeekLandmark) -> list[Event]:
        """Stand still at the nearest event of the kinds asked for, in this round or another."""
        told: list[Event] = []
        volume, place = self._volume, self._round
        if volume is None:
            return told
        tick = next_stop(
            self._stops(command, volume, place), self._deck.tick, forward=command.forward
        )
        step = 1 if command.forward else -1
        searched = 0
        elsewhere = command.may_be_elsewhere(volume.rounds[place])
        while tick is None and elsewhere:
            if self._commands and searched >= ROUNDS_AT_ONCE:
                return told  # whoever asks for something else does not wait for this any more
            if searched >= ROUNDS_SEARCHED:
                return [*told, self._too_far("rounds")]
            searched += 1
            await asyncio.sleep(0)
            place += step
            if not 0 <= place < len(volume.rounds):
                other = await self._read(volume, step, told)
                if other is None:
                    break
                volume, place = other, 0 if step > 0 else len(other.rounds) - 1
            found = self._stops(command, volume, place)
            if len(found):
                tick = int(found[0 if step > 0 else -1])
        if tick is None:
            return [*told, self._none_found(command)]
        still = self._deck.obey(Pause())
        return [
            *told,
            *still,
            *self._stand_in(volume, place),
            *self._deck.obey(SeekTick(tick=tick)),
        ]

    def _stops(self, command: SeekLandmark, volume: Volume, place: int) -> NDArray[np.int64]:
        round_id = volume.rounds[place]
        found = volume.tape(place).landmarks
        return stops(found, command.kinds, round_id, command.places())

    def _none_found(self, command: SeekLandmark) -> ProblemRaised:
        kinds = ", ".join(sorted(kind.replace("-", " ") for kind in command.kinds)) or "nothing"
        where = "after" if command.forward else "before"
        return self._problem(
            "landmark-none",
            f"No event of these kinds comes {where} this one: {kinds}.",
            "Choose other kinds in the menu Replay, or open more recordings.",
            Severity.INFO,
        )

    def _too_far(self, what: str) -> ProblemRaised:
        return self._problem(
            "landmark-far",
            f"Nothing was found in {ROUNDS_SEARCHED:,} {what}; the search ended there.",
            "Go to a later or an earlier round, and look from there.",
            Severity.INFO,
        )

    # --- what is told

    def _opened(self, volume: Volume) -> ReplayOpened:
        return ReplayOpened(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=self._stream,
            source=volume.name,
            damage=volume.damage,
            rounds=volume.rounds,
            path=volume.path,
            past_of=volume.past_of,
        )

    def _problem(
        self, code: str, what: str, remedy: str, severity: Severity = Severity.WARNING
    ) -> ProblemRaised:
        return ProblemRaised(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=self._stream,
            code=code,
            what=what,
            remedy=remedy,
            severity=severity,
        )
