"""A list of recordings as a feed: the same events as live, on a replay clock."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Final

from replayer_qt.adapters.feeds.replay_deck import Deck
from replayer_qt.adapters.feeds.replay_tape import Tape, tapes
from replayer_qt.core.commands import (
    Command,
    NextRound,
    Play,
    PreviousRound,
    ReplayCommand,
    SeekRound,
    SeekShare,
    SeekStart,
    SeekTick,
    SetSpeed,
)
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.recording import Recording
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import NANOS_PER_SECOND, RoundId, StreamId
from replayer_qt.ports import Clock

COMMANDS_KEPT: Final = 256
"""Commands that may wait; beyond it the oldest are dropped."""

_DAMAGE_TOLD: Final = 20
_SUPERSEDED: Final = (SeekTick, SeekShare, SetSpeed)


class ReplayFeed:
    """Recordings played one after another; waits at the end of the last.

    It ends by itself only where there is nothing to play.

    One file at a time is in memory, read away from the loop. A file that cannot be read is told
    of and passed over. Every round begins with a `Rewound`, so that a round's state depends on
    nothing before it.

    Args:
        paths: files and folders.
        stream: the stream that every event names.
        clock: what time it is.
        settings: how a replay begins.
        find: resolves files and folders to files.
        read: reads a file; raises `UserFacingError`.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        stream: StreamId,
        clock: Clock,
        settings: ReplaySettings,
        *,
        find: Callable[[Sequence[Path]], list[Path]],
        read: Callable[[Path, StreamId], Recording],
    ) -> None:
        self._paths = tuple(paths)
        self._stream = stream
        self._clock = clock
        self._skip = settings.skip_to_activation
        self._find = find
        self._read = read
        self._deck = Deck(stream, clock, speed=settings.speed, fixed_ms=settings.fixed_ms or None)
        self._files: list[Path] = []
        self._file = -1
        self._rounds: tuple[Tape, ...] = ()
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
        """Whether the last round of the last file was played to its end, or there is none."""
        if not self._rounds:
            return self._searched
        is_last_file = self._exhausted or self._file >= len(self._files) - 1
        return is_last_file and self._is_last_round() and self._deck.at_end()

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
        self._files = await asyncio.to_thread(self._find, self._paths)
        for event in await self._change_file(1):
            yield event
        self._searched = True
        while self._rounds:
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
        due = self._deck.due()
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

    async def _turn(self) -> list[Event]:
        was_playing = self._deck.playing
        found = self._deck.turn()
        if was_playing and self._deck.at_end() and not self.finished:
            more = await self._change_round(1)
            if self._deck.at_end():
                return more + found  # what was passed over is told before the end is
            found += more + self._deck.obey(Play())
        return found

    async def _obey(self, command: Command) -> list[Event]:
        match command:
            case NextRound():
                return await self._change_round(1)
            case PreviousRound():
                return await self._change_round(-1)
            case SeekRound():
                return await self._go_to(command)
            case _:
                return self._deck.obey(command)

    # --- rounds and files

    def _is_last_round(self) -> bool:
        return self._round >= len(self._rounds) - 1

    async def _change_round(self, step: int) -> list[Event]:
        target = self._round + step
        if 0 <= target < len(self._rounds):
            self._round = target
            return self._load()
        return await self._change_file(step)

    async def _go_to(self, command: SeekRound) -> list[Event]:
        """Look in the file at hand, then in those after it, then in those before it."""
        told: list[Event] = []
        held = (self._file, self._rounds, self._round, self._exhausted)
        place = self._place_of(command.round_id)
        for step in (1, -1):
            while place is None:
                recording = await self._read_next(step, told)
                if recording is None:
                    break
                place = self._place_of(command.round_id)
                if place is not None:
                    told.append(self._opened(recording))
            if place is None:
                self._file, self._rounds, self._round, self._exhausted = held
        if place is None:
            return told
        if command.tick is None or (self._file, place) != (held[0], held[2]):
            self._round = place
            told += self._load()
        if command.tick is not None:
            tick = command.tick
            told += self._deck.obey(SeekTick(tick=tick) if tick >= 0 else SeekStart())
        return told

    def _place_of(self, round_id: RoundId) -> int | None:
        found = (n for n, tape in enumerate(self._rounds) if tape.round_id == round_id)
        return next(found, None)

    async def _change_file(self, step: int) -> list[Event]:
        """Open the next file in a direction that can be read; stay where we are if none can."""
        told: list[Event] = []
        recording = await self._read_next(step, told)
        if recording is None:
            self._exhausted = self._exhausted or step > 0
            return told
        self._round = 0 if step > 0 else len(self._rounds) - 1
        return [*told, self._opened(recording), *self._load()]

    async def _read_next(self, step: int, told: list[Event]) -> Recording | None:
        """Read the next file in a direction that holds rounds, and tell of those passed over."""
        at = self._file + step
        while 0 <= at < len(self._files):
            try:
                recording = await asyncio.to_thread(self._read, self._files[at], self._stream)
                rounds = await asyncio.to_thread(tapes, recording.events, self._stream)
            except UserFacingError as error:
                told.append(self._problem(error.code, error.what, error.remedy))
                at += step
                continue
            if rounds:
                self._file, self._rounds, self._exhausted = at, rounds, False
                return recording
            what = f"{self._files[at].name} holds no round."
            told.append(self._problem("recording-empty", what, "It was passed over."))
            at += step
        return None

    def _load(self) -> list[Event]:
        return self._deck.load(
            self._rounds[self._round],
            source=self._files[self._file].name,
            round_index=self._round,
            rounds=len(self._rounds),
            skip=self._skip,
        )

    def _opened(self, recording: Recording) -> ReplayOpened:
        damage = [f"line {place.line}: {place.what}" for place in recording.damage[:_DAMAGE_TOLD]]
        if len(recording.damage) > _DAMAGE_TOLD:
            damage.append(f"and {len(recording.damage) - _DAMAGE_TOLD} places more")
        return ReplayOpened(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=self._stream,
            source=self._files[self._file].name,
            damage=tuple(damage),
            rounds=tuple(tape.round_id for tape in self._rounds),
        )

    def _problem(self, code: str, what: str, remedy: str) -> ProblemRaised:
        return ProblemRaised(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=self._stream,
            code=code,
            what=what,
            remedy=remedy,
            severity=Severity.WARNING,
        )
