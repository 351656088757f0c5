"""One stream's open files, and which of them an event belongs to."""

from collections import deque
from collections.abc import Iterator
from typing import Final, Protocol

from replayer_qt.adapters.journal.segment import Segment
from replayer_qt.core.events import (
    Event,
    FeedMeasured,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId

LINGER_NS: Final = 20 * NANOS_PER_SECOND
"""How long the file of the round before stays open for late words at most [ns]."""
JUMP_NS: Final = 2 * NANOS_PER_SECOND
"""A larger difference between the two clocks' steps is a jump [ns]."""
MEASURED_EVERY_NS: Final = 10 * NANOS_PER_SECOND
"""A feed's counts are recorded this often at most [ns]."""

_SEEN: Final = 256
_RUNNING: Final = (RoundOpened, PhaseChanged, TimerTicked, RoundRugged)


class Opener(Protocol):
    """Who opens and finishes files for a strand."""

    def begin(self, strand: "Strand", round_id: RoundId | None, begins: str, part: int) -> Segment:
        """Open a file; raises `OSError`."""
        ...

    def finish(self, segment: Segment, end: str) -> None:
        """Write what is gathered and the footer; raises `OSError`."""
        ...


class Strand:
    """The files of one stream: the newest round's and, for late words, the one before.

    Attributes:
        segments: files begun in this session.
        last_name: the newest file's name.
        stuck: why the newest round has no file of its own; None when it has.
    """

    def __init__(self, stream: StreamId, opener: Opener, *, size_limit: int) -> None:
        self.stream = stream
        self._opener = opener
        self._size_limit = size_limit
        self.current: Segment | None = None
        self.previous: Segment | None = None
        self.segments = 0
        self.last_name: str | None = None
        self.stuck: OSError | None = None
        self._seen: deque[RoundId] = deque(maxlen=_SEEN)
        self._offset: int | None = None
        self._measured_at: Nanos | None = None

    def open_files(self) -> Iterator[Segment]:
        """Yield the open files, older first."""
        for segment in (self.previous, self.current):
            if segment is not None:
                yield segment

    def let_go(self) -> None:
        """Forget the files, for they are dead; the next event begins another."""
        self.previous = self.current = None

    def is_spare(self, event: Event) -> bool:
        """Return whether the event adds nothing: a feed's counts, told again soon after."""
        if not isinstance(event, FeedMeasured):
            return False
        before = self._measured_at
        if before is not None and 0 <= event.mono - before < MEASURED_EVERY_NS:
            return True
        self._measured_at = event.mono
        return False

    def jump(self, event: Event) -> int:
        """Return how far the wall clock was set since the event before [ns]; 0 if it was not."""
        if event.mono == 0:
            return 0
        offset, before = event.at - event.mono, self._offset
        self._offset = offset
        if before is None or abs(offset - before) <= JUMP_NS:
            return 0
        return offset - before

    def forget_jump(self, by: int) -> None:
        """Take a jump back that could not be written, so that it is found again."""
        if self._offset is not None:
            self._offset -= by

    def ensure(self) -> Segment:
        """Return the newest file; one is begun if there is none.

        Raises:
            OSError: none can be begun.
        """
        if self.current is None:
            self.current = self._opener.begin(self, None, "session", 1)
        return self.current

    def route(self, event: Event) -> Segment:
        """Return the file for an event; may begin one, and finish the one before the last.

        Raises:
            OSError: there is no file, and none can be begun.
        """
        round_id: RoundId | None = getattr(event, "round_id", None)
        current = self.current
        if current is None:
            return self._first(event, round_id)
        if round_id is None or round_id == current.round_id:
            if isinstance(event, PhaseChanged) and event.phase is Phase.ACTIVE:
                self._finish_previous()
            return self._within_size(current)
        if self.previous is not None and round_id == self.previous.round_id:
            return self.previous
        if self._begins_a_round(event, round_id, current):
            return self._turn(event, round_id, current)
        return self._within_size(current)

    def tend(self, now: Nanos) -> None:
        """Finish the file of the round before when nothing more is to be expected for it.

        Raises:
            OSError: it could not be finished.
        """
        if self.current is not None and now - self.current.begun >= LINGER_NS:
            self._finish_previous()

    def _first(self, event: Event, round_id: RoundId | None) -> Segment:
        known = _tells_of_running(event)
        begins = "opened" if isinstance(event, RoundOpened) else "midway" if known else "session"
        self.current = self._opener.begin(self, round_id if known else None, begins, 1)
        self._note_seen(self.current.round_id)
        return self.current

    def _begins_a_round(self, event: Event, round_id: RoundId, current: Segment) -> bool:
        if round_id in self._seen:
            return False
        return isinstance(event, RoundOpened) or (
            current.round_id is None and _tells_of_running(event)
        )

    def _turn(self, event: Event, round_id: RoundId, current: Segment) -> Segment:
        begins = "opened" if isinstance(event, RoundOpened) else "midway"
        try:
            fresh = self._opener.begin(self, round_id, begins, 1)
        except OSError as error:
            self.stuck = error  # the file that is open goes on: nothing is lost
            return current
        self.stuck = None
        self._note_seen(round_id)
        before, self.previous, self.current = self.previous, current, fresh
        if before is not None:
            self._opener.finish(before, "closed")
        return fresh

    def _within_size(self, current: Segment) -> Segment:
        if current.size < self._size_limit:
            return current
        part = current.header.part + 1
        try:
            fresh = self._opener.begin(self, current.round_id, current.header.begins, part)
        except OSError as error:
            self.stuck = error
            return current
        self.stuck = None
        self.current = fresh
        self._opener.finish(current, "continued")
        return fresh

    def _finish_previous(self) -> None:
        previous, self.previous = self.previous, None
        if previous is not None:
            self._opener.finish(previous, "closed")

    def _note_seen(self, round_id: RoundId | None) -> None:
        if round_id is not None:
            self._seen.append(round_id)


def _tells_of_running(event: Event) -> bool:
    """Words on finished rounds, their seeds say, do not make them the running one."""
    if isinstance(event, PriceTicked):
        return event.origin not in {TickOrigin.HISTORY, TickOrigin.SEED}
    return isinstance(event, _RUNNING)
