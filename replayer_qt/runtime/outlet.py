"""The bounded way from one thread to one receiver on another, batch by batch."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from replayer_qt.core.events import (
    SHEDDABLE,
    Event,
    EventsShed,
    RawReceived,
    TickBlock,
)
from replayer_qt.core.order_events import ACCOUNT_EVENTS

EVENTS_KEPT: Final = 65_536
BYTES_KEPT: Final = 64 * 1024 * 1024
_TICKS_AN_EVENT: Final = 16
"""So many ticks in a block are dealt with as fast as one event."""

_OWN: Final = frozenset(ACCOUNT_EVENTS)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A batch on its way, with the word that it was dealt with.

    Attributes:
        events: what happened, oldest first; never empty.
        done: to be called once by the receiver, when it has dealt with them.
    """

    events: tuple[Event, ...]
    done: Callable[[], None]


class Outlet(QObject):
    """A bounded queue in front of one receiver.

    While the receiver is busy events wait here, not in Qt's queue, which has no bound. When the
    bound is reached the oldest events that may be shed (`SHEDDABLE`) are dropped, counted, and
    replaced by one `EventsShed`; all other events are kept whatever happens.

    Args:
        receiver: its name.
        raw: whether it wants messages as they came.
        own: whether it wants what concerns our own account; a recording is the market's.
        events_kept: events that may wait.
        bytes_kept: raw bytes that may wait.
        at_once: events in one delivery at most, about; None for all that wait. One block of ticks
            is never parted.
        parent: Qt's owner.

    Signals:
        arrived: a `Delivery`; connect it ACROSS, to one receiver.
    """

    arrived = Signal(object)

    def __init__(
        self,
        receiver: str,
        *,
        raw: bool,
        own: bool = True,
        events_kept: int = EVENTS_KEPT,
        bytes_kept: int = BYTES_KEPT,
        at_once: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"outlet-{receiver}")
        self._receiver = receiver
        self._raw = raw
        self._own = own
        self._events_kept = events_kept
        self._bytes_kept = bytes_kept
        self._at_once = at_once
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()  # bounded by _make_room
        self._bytes = 0
        self._look_at = events_kept
        self._under_way = False
        self._shed: EventsShed | None = None
        self.shed_total = 0
        self.high_water = 0

    def post(self, events: Iterable[Event]) -> None:
        """Send events; never waits, from any thread, however late."""
        with self._lock:
            for event in events:
                if isinstance(event, RawReceived):
                    if not self._raw:
                        continue
                    self._bytes += len(event.data)
                elif not self._own and type(event) in _OWN:
                    continue
                self._waiting.append(event)
            self._make_room()
            self.high_water = max(self.high_water, len(self._waiting))
            batch = self._next_batch()
        self._send(batch)

    def _make_room(self) -> None:
        if len(self._waiting) <= self._look_at and self._bytes <= self._bytes_kept:
            return
        kept: deque[Event] = deque()
        goal = max(1, self._events_kept * 3 // 4)
        spare_bytes = self._bytes_kept * 3 // 4
        while self._waiting:
            event = self._waiting.popleft()
            full = len(kept) + len(self._waiting) >= goal or self._bytes > spare_bytes
            if full and isinstance(event, SHEDDABLE):
                self._note_shed(event)
            else:
                kept.append(event)
        self._waiting = kept
        # What may not be shed can fill the queue alone: it is looked through again only when it
        # has grown by a quarter, not with each event.
        self._look_at = max(self._events_kept, len(kept) * 5 // 4)

    def _note_shed(self, event: Event) -> None:
        if isinstance(event, RawReceived):
            self._bytes -= len(event.data)
        self.shed_total += 1
        shed = self._shed
        self._shed = EventsShed(
            at=event.at,
            mono=event.mono,
            stream=event.stream,
            queue=self._receiver,
            count=1 if shed is None else shed.count + 1,
            first_at=event.at if shed is None else shed.first_at,
            last_at=event.at,
        )

    def _next_batch(self) -> tuple[Event, ...]:
        if self._under_way or not self._waiting:
            return ()
        self._under_way = True
        batch = self._first_of_all()
        if self._shed is not None:
            batch = (self._shed, *batch)
            self._shed = None
        if not self._waiting:
            self._bytes = 0
            self._look_at = self._events_kept
        return batch

    def _first_of_all(self) -> tuple[Event, ...]:
        """Take what waits, or as much of it as makes one delivery."""
        waiting, most = self._waiting, self._at_once
        if most is None:
            batch = tuple(waiting)
            waiting.clear()
            return batch
        taken: list[Event] = []  # bounded: at_once
        weight = 0
        while waiting and weight < most:
            event = waiting.popleft()
            weight += _weight(event)
            if isinstance(event, RawReceived):
                self._bytes -= len(event.data)
            taken.append(event)
        return tuple(taken)

    def _send(self, batch: tuple[Event, ...]) -> None:
        if batch:
            self.arrived.emit(Delivery(events=batch, done=self._dealt_with))

    def _dealt_with(self) -> None:
        with self._lock:
            self._under_way = False
            batch = self._next_batch()
        self._send(batch)


def _weight(event: Event) -> int:
    return 1 + len(event.ticks) // _TICKS_AN_EVENT if isinstance(event, TickBlock) else 1
