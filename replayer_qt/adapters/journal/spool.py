"""Where events wait while the disk refuses: bounded, the oldest given up first, exactly counted."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from replayer_qt.adapters.journal.format import Lost
from replayer_qt.core.events import Event, RawReceived, SeedRevealed
from replayer_qt.core.units import StreamId

EVENTS_KEPT: Final = 65_536
BYTES_KEPT: Final = 64 * 1024 * 1024

_EVENT_BYTES: Final = 512
_PRICE_BYTES: Final = 32


class Spool:
    """A bounded queue of events, and what was pushed out of it, stream by stream.

    The newest are kept: so the hole is in one piece, right after what was last written, and what
    follows it joins the running round without another.
    """

    def __init__(self, *, events_kept: int = EVENTS_KEPT, bytes_kept: int = BYTES_KEPT) -> None:
        self._events_kept = events_kept
        self._bytes_kept = bytes_kept
        self._events: deque[Event] = deque()  # bounded by add
        self._bytes = 0
        self.losses: dict[StreamId, Lost] = {}
        self.lost = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def size(self) -> int:
        """What the events weigh in memory, roughly [bytes]."""
        return self._bytes

    def add(self, events: Iterable[Event]) -> None:
        """Keep events behind those that are there; may give up the oldest."""
        for event in events:
            self._events.append(event)
            self._bytes += _weight(event)
            while len(self._events) > self._events_kept or self._bytes > self._bytes_kept:
                self._give_up(self._events.popleft())

    def drain(self) -> list[Event]:
        """Return all that is kept, oldest first, and keep it no more."""
        events = list(self._events)
        self._events.clear()
        self._bytes = 0
        return events

    def reset(self) -> None:
        """Forget everything, the counts too."""
        self.drain()
        self.losses = {}
        self.lost = 0

    def lose(self, event: Event) -> None:
        """Count an event as lost that was not kept here."""
        self._bytes += _weight(event)
        self._give_up(event)

    def give_up_all(self) -> None:
        """Count everything as lost."""
        while self._events:
            self._give_up(self._events.popleft())

    def _give_up(self, event: Event) -> None:
        self._bytes -= _weight(event)
        self.lost += 1
        before = self.losses.get(event.stream)
        self.losses[event.stream] = Lost(
            count=1 if before is None else before.count + 1,
            raw=isinstance(event, RawReceived) + (0 if before is None else before.raw),
            first_at=event.at if before is None else before.first_at,
            last_at=event.at,
        )


def _weight(event: Event) -> int:
    if isinstance(event, RawReceived):
        return _EVENT_BYTES + len(event.data)
    if isinstance(event, SeedRevealed) and event.prices:
        return _EVENT_BYTES + _PRICE_BYTES * len(event.prices)
    return _EVENT_BYTES
