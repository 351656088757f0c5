"""Collects advances and hands them out as frames: prices as soon as may be, the rest by turns."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from replayer_qt.core.events import (
    ROUND_EVENTS,
    SHEDDABLE,
    Event,
    PriceTicked,
    SideBetPrinted,
    SideBetSettled,
    TickBlock,
    TimerTicked,
    TradePrinted,
)
from replayer_qt.core.replay_events import ReplayGrown, ReplayMoved, Rewound
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId

EVENTS_KEPT: Final = 20_000
FRAME_MS: Final = 80.0
"""How far apart frames are that nothing presses [ms]: nobody reads faster."""

_PRESSING_MS: Final = 16.0
_AFTER_MS: Final = 12.0
_PAINTED_MS: Final = 1
"""After so long prices that were handed out are painted: painting comes before timers [ms]."""
_SLOWEST_MS: Final = 50.0
_SHARE: Final = 4.0
_SMOOTHING: Final = 0.2
_TICKS: Final = frozenset({PriceTicked, TimerTicked})
_UNHURRIED: Final = frozenset(
    {*SHEDDABLE, TickBlock, TradePrinted, SideBetPrinted, SideBetSettled, ReplayGrown, ReplayMoved}
)
"""What comes so often, or matters so little, that words about it may wait for their turn."""


class Pending:
    """What one receiver was not handed yet, as one advance; bounded.

    A rewind makes what came before it on its stream worthless, and when there is still too much
    the oldest events that may be shed are left out and counted (the state has them all the same).

    Args:
        events_kept: events that may wait.
        newest_only: whether of the ticks of a stream only the newest is handed out; what is read
            and not watched needs no other.

    Attributes:
        shed: events that were left out.
        merged: advances that a later one took with it.
    """

    def __init__(self, events_kept: int, *, newest_only: bool = False) -> None:
        self.shed = 0
        self.merged = 0
        self._events_kept = events_kept
        self._newest_only = newest_only
        self._events: list[Event | None] = []  # bounded by _make_room
        self._last: dict[tuple[type[Event], StreamId], int] = {}  # bounded: two a stream
        self._newest: Advance | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put(self, advance: Advance) -> None:
        """Add an advance to what waits."""
        self.merged += self._newest is not None
        self._newest = advance
        for event in advance.events:
            if isinstance(event, Rewound):
                self._keep(kept for kept in self._events if not _is_past(kept, event))
            elif self._newest_only and type(event) in _TICKS:
                key = (type(event), event.stream)
                before = self._last.get(key)
                if before is not None:
                    self._events[before] = None
                self._last[key] = len(self._events)
            self._events.append(event)
        if len(self._events) > self._events_kept:
            self._make_room()

    def take(self) -> Advance | None:
        """Return all that waited as one advance; None when nothing did."""
        newest, self._newest = self._newest, None
        if newest is None:
            return None
        events = tuple(event for event in self._events if event is not None)
        self._keep(())
        return replace(newest, events=events)

    def _keep(self, events: Iterable[Event | None]) -> None:
        self._events = [event for event in events if event is not None]
        self._last = {
            (type(event), event.stream): place
            for place, event in enumerate(self._events)
            if event is not None and type(event) in _TICKS
        }

    def _make_room(self) -> None:
        told = [event for event in self._events if event is not None]
        excess = len(told) - self._events_kept * 3 // 4
        kept: list[Event] = []
        for event in told:
            if excess > 0 and isinstance(event, (*SHEDDABLE, ReplayMoved)):
                excess -= 1
                self.shed += 1
            else:
                kept.append(event)
        self._keep(kept)


class FrameClock(QObject):
    """Protects the eye from the feed: the state is always the newest, frames are what is dropped.

    Prices go first: an advance that comes after a quiet while is handed out at once, those that
    come sooner wait and become one, for as long as keeps the painting of prices to a quarter of
    the thread. All else, which is read and not watched, follows some times a second; but what a
    person must not learn late (the connection, a phase, money, the kill switch, another stream,
    what they asked for) is handed out at once everywhere, prices first. No event is lost to either
    but those that may be shed, which are counted.

    Args:
        max_fps: how often prices are handed out at most [1/s].
        events_kept: events that may wait for either.
        cost_ms: tells how long the last painting of prices took [ms].

    Signals:
        prices: an `Advance` with the events since the last one, for what shows prices.
        frame: the same for all else, with the events since the last one of these; of ticks only
            the newest of each stream.

    Attributes:
        painted: how often prices were handed out.
        frames: how often all else was.
    """

    prices = Signal(object)
    frame = Signal(object)

    def __init__(
        self,
        *,
        max_fps: int = 240,
        events_kept: int = EVENTS_KEPT,
        cost_ms: Callable[[], float] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.painted = self.frames = 0
        self._least_ms = 1000 / max_fps
        self._cost_ms = cost_ms
        self._shown_ms = self._smooth_ms = 0.0
        self._is_turn = False  # of the rest: prices have just gone first
        self._prices = Pending(events_kept)
        self._rest = Pending(events_kept, newest_only=True)
        self._moved: dict[StreamId, tuple[object, ...]] = {}  # bounded: one a stream
        self._price_timer = self._timer(self._hand_out_prices)
        self._frame_timer = self._timer(self._take_turn)
        self._since_prices, self._since_frame = QElapsedTimer(), QElapsedTimer()

    @property
    def shed(self) -> int:
        """How many events were left out of frames of either kind."""
        return self._prices.shed + self._rest.shed

    @property
    def merged(self) -> int:
        """How many advances a later one took with it to what shows prices."""
        return self._prices.merged

    @property
    def pause_ms(self) -> float:
        """How far apart prices are handed out now, at least [ms]."""
        return max(self._least_ms, min(_SHARE * self._smooth_ms, _SLOWEST_MS))

    @Slot(object)
    def collect(self, advance: Advance) -> None:
        """Take `advance` into the next frames, which may be now."""
        self._prices.put(advance)
        self._rest.put(advance)
        pressing = self._presses(advance)
        if pressing:
            wait = _left(self._since_frame, _PRESSING_MS)
            if wait <= 0:
                self._hand_out_prices()
                self._hand_out_rest()
                return
            _start(self._frame_timer, wait)
        elif not self._frame_timer.isActive():
            self._frame_timer.start(round(max(_AFTER_MS, _left(self._since_frame, FRAME_MS))))
        if self._price_timer.isActive():
            return
        wait = _left(self._since_prices, self.pause_ms)
        if wait <= 0:
            self._hand_out_prices()
        else:
            self._price_timer.start(max(1, round(wait)))

    def _presses(self, advance: Advance) -> bool:
        """Whether this must not be shown late: a wish obeyed, or more than the usual news."""
        pressing = not advance.events
        for event in advance.events:
            if type(event) not in _UNHURRIED:
                pressing = True
            elif isinstance(event, ReplayMoved):
                now = (event.playing, event.speed, event.round_index, event.file_index)
                pressing = pressing or self._moved.get(event.stream) != now
                self._moved[event.stream] = now
        return pressing

    @Slot()
    def _hand_out_prices(self) -> None:
        self._price_timer.stop()
        newest = self._prices.take()
        if newest is None:
            return
        self._weigh()
        self.painted += 1
        self._since_prices.start()
        self.prices.emit(newest)
        self._shown_ms = self._since_prices.nsecsElapsed() / 1e6

    @Slot()
    def _take_turn(self) -> None:
        """Hand out the rest; prices that wait go first, so that its time is their pause."""
        self._is_turn = not self._is_turn and self._price_timer.isActive()
        if self._is_turn:
            self._hand_out_prices()
            self._frame_timer.start(_PAINTED_MS)
        else:
            self._hand_out_rest()

    def _hand_out_rest(self) -> None:
        self._frame_timer.stop()
        self._is_turn = False
        newest = self._rest.take()
        if newest is None:
            return
        self.frames += 1
        self.frame.emit(newest)
        self._since_frame.start()  # after it, so that a slow one still leaves a pause
        if not self._price_timer.isActive():
            pause = max(_PAINTED_MS, _left(self._since_prices, self.pause_ms))
            self._price_timer.start(round(pause))  # what came meanwhile is to be one frame

    def _weigh(self) -> None:
        """Learn what a frame of prices costs; a single slow one is not believed."""
        cost = self._shown_ms + (0.0 if self._cost_ms is None else self._cost_ms())
        cost = min(cost, max(_SHARE * self._smooth_ms, 1.0))
        self._smooth_ms += _SMOOTHING * (cost - self._smooth_ms)

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        return timer


def _is_past(event: Event | None, rewound: Rewound) -> bool:
    return (
        event is not None
        and event.stream == rewound.stream
        and isinstance(event, (*ROUND_EVENTS, Rewound))
    )


def _left(since: QElapsedTimer, apart_ms: float) -> float:
    """How much of a pause is left [ms]."""
    return apart_ms - since.nsecsElapsed() / 1e6 if since.isValid() else 0.0


def _start(timer: QTimer, wait_ms: float) -> None:
    """Start a timer, or make it come sooner."""
    if not timer.isActive() or timer.remainingTime() > wait_ms:
        timer.start(max(1, round(wait_ms)))
