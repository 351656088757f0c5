"""Plays one tape: the position, the pace and the commands, without a clock or a loop of its own."""

import math
from collections import deque
from typing import Final

import numpy as np

from replayer_qt.adapters.feeds.replay_shape import Standing, shape_of, target_of
from replayer_qt.adapters.feeds.replay_tape import BLOCK_TICKS, Tape
from replayer_qt.core.commands import (
    Command,
    Pause,
    Play,
    SetSpacing,
    SetSpeed,
    Step,
)
from replayer_qt.core.events import Event
from replayer_qt.core.replay_clock import ReplayClock
from replayer_qt.core.replay_commands import ClearLoop, SetLoopEnd, SetLoopStart
from replayer_qt.core.replay_events import ReplayGrown, ReplayMoved, ReplayShaped, Rewound
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos, StreamId
from replayer_qt.ports import Clock

SLOWEST: Final = 0.1
FASTEST: Final = 1_000.0

_TOLD_EVERY_NS: Final = 50 * NANOS_PER_MILLISECOND
_BREATH_NS: Final = 4 * NANOS_PER_MILLISECOND
_TURN_EVENTS: Final = 4 * BLOCK_TICKS
_LOOP_EVERY_NS: Final = 40 * NANOS_PER_MILLISECOND


class Deck:
    """A tape being played; every method is told by its caller's clock what time it is.

    There is one clock, and it is a value: however commands come, nothing else can run.

    Args:
        stream: the stream that its own events name.
        clock: what time it is.
        speed: how fast it shall play [recording seconds per second]; inf is as fast as possible.
        fixed_ms: even spacing of ticks [ms]; None for as recorded.
    """

    def __init__(
        self, stream: StreamId, clock: Clock, *, speed: float, fixed_ms: int | None
    ) -> None:
        self._stream = stream
        self._time = clock
        self._speed = speed
        self._fixed_ms = fixed_ms
        self._tape: Tape | None = None
        self._dues = np.zeros(0, np.int64)
        self._cursor = 0
        self._start = 0
        self._playing = False
        self._clock = ReplayClock(anchor_wall=Nanos(0), anchor_position=Nanos(0))
        self._told_at = -_TOLD_EVERY_NS
        self._turned_at = -_BREATH_NS
        self._untold = False
        self._pace: deque[tuple[int, int]] = deque(maxlen=20)
        self._stands = Standing()
        self._open_ended = False
        self._loop: tuple[int | None, int | None] = (None, None)
        self._looped_at = -_LOOP_EVERY_NS

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._playing

    @property
    def cursor(self) -> int:
        """How many events were played."""
        return self._cursor

    @property
    def tick(self) -> int:
        """The highest tick of the round that was played; -1 before the first."""
        return -1 if self._tape is None else self._tape.tick(self._cursor)

    def at_end(self) -> bool:
        """Return whether everything was played, or nothing is loaded."""
        return self._tape is None or self._cursor >= self._tape.end

    @property
    def is_open_ended(self) -> bool:
        """Whether the round still goes on."""
        return self._open_ended

    @property
    def is_looping(self) -> bool:
        """Whether there is a loop, so that nothing after it is ever come to."""
        return self._looped() is not None

    def stand(self, stands: Standing) -> list[Event]:
        """Say which round of what it is from now on, where that alone has changed."""
        self._stands = stands
        return self._moved(self._time.monotonic(), at_once=True)

    def load(
        self, tape: Tape, stands: Standing, *, skip: bool, open_ended: bool = False
    ) -> list[Event]:
        """Put in a tape, and return what tells of it; goes on playing if it was playing.

        Args:
            tape: the round.
            stands: which round of what it is.
            skip: whether to begin at the first tick, past the countdown.
            open_ended: whether the round still goes on, so that its end is waited at.
        """
        self._tape, self._stands, self._open_ended = tape, stands, open_ended
        self._loop = (None, None)
        self._dues = tape.dues(self._fixed_ms)
        self._pace.clear()
        self._start = tape.stop(1) if skip else 0
        return [self._shape(tape), *self._go(tape, self._start)]

    def extend(self, tape: Tape, *, open_ended: bool) -> list[Event]:
        """Put in the same round, as it went on meanwhile; nothing that was played changes.

        Args:
            tape: the same events as before, and more.
            open_ended: as in `load`.
        """
        self._tape, self._open_ended = tape, open_ended
        self._dues = tape.dues(self._fixed_ms)
        return [self._grown(tape), *self._moved(self._time.monotonic(), at_once=True)]

    def obey(self, command: Command) -> list[Event]:
        """Return what follows from `command`; commands that it does not know do nothing."""
        tape = self._tape
        if tape is None:
            return []
        match command:
            case Play():
                return self._play(tape)
            case Pause():
                return self._stand_still()
            case Step(ticks=ticks):
                return self._step(tape, ticks)
            case SetSpeed(speed=speed):
                return self._set_speed(speed)
            case SetSpacing(fixed_ms=fixed_ms):
                return self._set_spacing(tape, fixed_ms)
            case SetLoopStart() | SetLoopEnd() | ClearLoop():
                return self._set_loop(command)
            case _:
                target = target_of(tape, command)
                return [] if target is None else self._go(tape, target)

    def turn(self) -> list[Event]:
        """Return what is due by now, a bounded part of it at a time."""
        tape = self._tape
        if tape is None or not self._playing:
            return []
        now = self._time.monotonic()
        self._turned_at = now
        target = self._due_by(now)
        loop = self._looped()
        if loop is not None and target >= loop[1]:
            return self._turn_back(tape, loop, now)
        found = tape.between(self._cursor, target)
        self._cursor = target
        if math.isinf(self._speed):
            self._anchor(now)
        if target >= tape.end and not self._open_ended:
            self._playing = False
            self._clock = self._clock.at_speed(0.0, wall=now)
        return found + self._moved(now, at_once=not self._playing)

    def due(self) -> Nanos | None:
        """Return when the next turn has something to do [monotonic ns]; None while it stands."""
        if self._tape is None or not self._playing:
            return None
        loop = self._looped()
        if loop is not None and self._cursor >= loop[1]:
            return Nanos(max(self._turned_at, self._looped_at + _LOOP_EVERY_NS))
        if self.at_end() and self._open_ended:
            return Nanos(self._told_at + _TOLD_EVERY_NS) if self._untold else None
        if math.isinf(self._speed) or self.at_end():
            return Nanos(self._turned_at)
        reached = self._clock.wall(Nanos(int(self._dues[self._cursor])))
        if reached is None:
            return None
        at = max(reached, self._turned_at + _BREATH_NS)
        return Nanos(min(at, self._told_at + _TOLD_EVERY_NS) if self._untold else at)

    def _due_by(self, now: Nanos) -> int:
        if math.isinf(self._speed):
            return min(self._cursor + _TURN_EVENTS, len(self._dues))
        reached = int(np.searchsorted(self._dues, self._clock.position(now), side="right"))
        return max(self._cursor, min(reached, self._cursor + _TURN_EVENTS))

    def _overdue(self) -> list[Event]:
        """What the clock has passed already; at full speed there is no such thing."""
        return [] if math.isinf(self._speed) else self.turn()

    # --- commands

    def _play(self, tape: Tape) -> list[Event]:
        restarted: list[Event] = []
        if self.at_end() and not self._open_ended:
            restarted = self._go(tape, self._start if self._start < tape.end else 0)
        now = self._time.monotonic()
        self._playing = True
        self._pace.clear()
        if math.isinf(self._speed):
            self._anchor(now)
        else:
            self._clock = self._clock.at_speed(self._speed, wall=now)
        return restarted + self._moved(now, at_once=True)

    def _stand_still(self) -> list[Event]:
        now = self._time.monotonic()
        due = self._overdue()
        self._playing = False
        self._clock = self._clock.at_speed(0.0, wall=now)
        return due + self._moved(now, at_once=True)

    def _step(self, tape: Tape, ticks: int) -> list[Event]:
        before = self._stand_still()
        position = tape.position(self._cursor)
        target = tape.stop(position + ticks)
        if ticks <= 0 or target <= self._cursor:
            return before + ([] if ticks >= 0 else self._go(tape, target))
        found = tape.between(self._cursor, target)
        self._cursor = target
        now = self._time.monotonic()
        self._anchor(now)
        return before + found + self._moved(now, at_once=True)

    def _set_speed(self, speed: float) -> list[Event]:
        if math.isnan(speed) or speed <= 0:
            return []
        due = self._overdue()
        self._speed = speed if math.isinf(speed) else min(max(speed, SLOWEST), FASTEST)
        now = self._time.monotonic()
        self._pace.clear()
        if self._playing and not math.isinf(self._speed):
            self._clock = self._clock.at_speed(self._speed, wall=now)
        elif self._playing:
            self._anchor(now)
        return due + self._moved(now, at_once=True)

    def _set_spacing(self, tape: Tape, fixed_ms: int | None) -> list[Event]:
        due = self._overdue()
        self._fixed_ms = None if fixed_ms is None else max(0, min(fixed_ms, 60_000))
        self._dues = tape.dues(self._fixed_ms)
        now = self._time.monotonic()
        self._anchor(now)
        return due + self._moved(now, at_once=True)

    def _go(self, tape: Tape, cursor: int) -> list[Event]:
        """Stand at `cursor`: everyone forgets, then folds what lies before it."""
        now = self._time.monotonic()
        self._cursor = cursor
        self._anchor(now)
        self._pace.clear()
        if self.at_end() and not self._open_ended and not self.is_looping:
            self._playing = False
        history = tuple(tape.between(0, cursor))
        rewound = Rewound(at=self._now(), mono=now, stream=self._stream, history=history)
        return [rewound, *self._moved(now, at_once=True)]

    def _anchor(self, now: Nanos) -> None:
        """Set the clock to when the newest event was due; a seek while playing plays on."""
        at = Nanos(int(self._dues[self._cursor - 1])) if self._cursor else Nanos(0)
        runs = self._playing and not math.isinf(self._speed)
        self._clock = ReplayClock(
            anchor_wall=now, anchor_position=at, speed=self._speed if runs else 0.0
        )

    # --- the loop

    def _set_loop(self, command: SetLoopStart | SetLoopEnd | ClearLoop) -> list[Event]:
        start, end = self._loop
        match command:
            case SetLoopStart(tick=tick):
                start = self.tick if tick is None else tick
                end = end if end is not None and end > start else None
            case SetLoopEnd(tick=tick):
                end = self.tick if tick is None else tick
                start = start if start is not None and start < end else None
            case _:
                start = end = None
        self._loop = (start, end)
        return self._moved(self._time.monotonic(), at_once=True)

    def _looped(self) -> tuple[int, int] | None:
        """The loop's cursors; None without one."""
        (start, end), tape = self._loop, self._tape
        if start is None or end is None or tape is None:
            return None
        first, last = (tape.stop(tape.position_of(tick)) for tick in (start, end))
        return (first, last) if first < last else None

    def _turn_back(self, tape: Tape, loop: tuple[int, int], now: Nanos) -> list[Event]:
        """Play to the loop's end and go back to its beginning; not more often than is seen."""
        first, last = loop
        found = tape.between(self._cursor, last) if self._cursor < last else []
        self._cursor = max(self._cursor, last)
        if now - self._looped_at < _LOOP_EVERY_NS:
            return found + self._moved(now, at_once=False)
        self._looped_at = now
        return found + self._go(tape, first)

    # --- what is told

    def _moved(self, now: Nanos, *, at_once: bool) -> list[Event]:
        tape = self._tape
        if tape is None:
            return []
        if not at_once and now - self._told_at < _TOLD_EVERY_NS:
            self._untold = True
            return []
        self._told_at, self._untold = now, False
        position = tape.position(self._cursor)
        moved = ReplayMoved(
            at=self._now(),
            mono=now,
            stream=self._stream,
            source=self._stands.source,
            position=position,
            length=len(tape),
            speed=self._speed,
            achieved=self._achieved(now),
            playing=self._playing,
            round_index=self._stands.round_index,
            rounds=self._stands.rounds,
            file_index=self._stands.file_index,
            files=self._stands.files,
            seed=self._stands.seed,
            loop_start=self._loop[0],
            loop_end=self._loop[1],
            behind=len(tape) - position if self._open_ended else None,
        )
        return [moved]

    def _achieved(self, now: Nanos) -> float:
        if not self._playing:
            return 0.0
        position = int(self._dues[self._cursor - 1]) if self._cursor else 0
        if not math.isinf(self._speed) and self._is_abreast(now):
            position = int(self._clock.position(now))
        self._pace.append((now, position))
        (began, start) = self._pace[0]
        return (position - start) / (now - began) if now > began else 0.0

    def _is_abreast(self, now: Nanos) -> bool:
        """Whether all that is due was played, so that time itself is what goes on."""
        return self.at_end() or int(self._dues[self._cursor]) > self._clock.position(now)

    def _shape(self, tape: Tape) -> ReplayShaped:
        ticks, prices = shape_of(tape)
        return ReplayShaped(
            at=self._now(),
            mono=self._time.monotonic(),
            stream=self._stream,
            round_id=tape.round_id,
            ticks=ticks,
            prices=prices,
            rug_tick=tape.rug_tick,
            recorded_as=tape.recorded_as,
        )

    def _grown(self, tape: Tape) -> ReplayGrown:
        ticks, prices = shape_of(tape)
        return ReplayGrown(
            at=self._now(),
            mono=self._time.monotonic(),
            stream=self._stream,
            round_id=tape.round_id,
            ticks=ticks,
            prices=prices,
            rug_tick=tape.rug_tick,
        )

    def _now(self) -> Nanos:
        return self._time.now()
