"""Collects advances and releases at most one frame per interval: at once when idle."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from replayer_qt.core.events import ROUND_EVENTS, SHEDDABLE, Event
from replayer_qt.core.replay_events import ReplayMoved, Rewound
from replayer_qt.core.state import Advance

EVENTS_KEPT: Final = 20_000


def _is_past(event: Event, rewound: Rewound) -> bool:
    return event.stream == rewound.stream and isinstance(event, (*ROUND_EVENTS, Rewound))


class FrameClock(QObject):
    """Protects the eye from the feed: the state is always the newest, frames are what is dropped.

    An advance that comes after a quiet interval is a frame at once; those that come sooner wait
    for the interval's end and become one frame. What waits is bounded: a rewind makes what came
    before it on its stream worthless, and when there is still too much the oldest events that may
    be shed are left out and counted (the state has them all the same).

    Signals:
        frame: an `Advance` with the events since the last frame, the newest state and session.

    Attributes:
        frames: how many were released.
        shed: events that were left out of frames.
        merged: advances that a later one took into its frame.
    """

    frame = Signal(object)

    def __init__(
        self,
        *,
        max_fps: int = 60,
        events_kept: int = EVENTS_KEPT,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._interval_ms = max(1, round(1000 / max_fps))
        self._events_kept = events_kept
        self._events: list[Event] = []  # bounded by _make_room
        self._newest: Advance | None = None
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._release)
        self.frames = 0
        self.shed = 0
        self.merged = 0

    @Slot(object)
    def collect(self, advance: Advance) -> None:
        """Take `advance` into the next frame, which may be now."""
        self.merged += self._newest is not None
        self._newest = advance
        for event in advance.events:
            if isinstance(event, Rewound):
                self._events = [kept for kept in self._events if not _is_past(kept, event)]
            self._events.append(event)
        if len(self._events) > self._events_kept:
            self._make_room()
        if self._timer.isActive():
            return
        waited = self._since.elapsed() if self._since.isValid() else self._interval_ms
        if waited >= self._interval_ms:
            self._release()
        else:
            self._timer.start(self._interval_ms - waited)

    @Slot()
    def _release(self) -> None:
        newest, self._newest = self._newest, None
        if newest is None:
            return
        events, self._events = tuple(self._events), []
        self.frames += 1
        self.frame.emit(Advance(events=events, state=newest.state, session=newest.session))
        self._since.start()  # after the painting, so that a slow frame still leaves a pause

    def _make_room(self) -> None:
        excess = len(self._events) - self._events_kept * 3 // 4
        kept: list[Event] = []
        for event in self._events:
            if excess > 0 and isinstance(event, (*SHEDDABLE, ReplayMoved)):
                excess -= 1
                self.shed += 1
            else:
                kept.append(event)
        self._events = kept
