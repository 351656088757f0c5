"""The engine's seat on the main thread."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replayer_qt.core.approval import Approval
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.orders import OrderId
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import Moment, StreamId, venue_of
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.outlet import Delivery

GONE_KEPT: Final = 64
"""So many replays that were put away may still have events on their way."""
REPLAY_VENUE: Final = "replay"
"""The venue of streams whose names never come again."""


class EngineHost(QObject):
    """Lets the engine take what feeds, the recorder and the desk send.

    Who hears of an advance may cause another one; everybody hears of them in their order. Where
    one batch is followed by another at once, the thread's loop turns in between: a flood holds up
    neither the painting nor a person's hands.

    Signals:
        advanced: the `Advance` after each batch.
    """

    advanced = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._untold: deque[Advance] = deque()  # bounded: what one telling causes
        self._telling = False
        self._dealt: deque[Callable[[], None]] = deque()  # bounded: one a feed
        self._gone: deque[StreamId] = deque(maxlen=GONE_KEPT)
        self._turning = QTimer(self)
        self._turning.setSingleShot(True)
        self._turning.setInterval(0)
        self._turning.timeout.connect(self._turn)

    @property
    def state(self) -> State:
        """The state after everything taken so far."""
        return self._engine.state

    @Slot(object)
    def take(self, delivery: Delivery) -> None:
        """Fold one batch and announce where that leaves us."""
        try:
            events = delivery.events
            if self._gone and events[0].stream in self._gone:  # all of one batch name one replay
                events = tuple(event for event in events if isinstance(event, ProblemRaised))
            self._tell(self._engine.handle(events))
        finally:  # an error here costs this batch, not all that follow
            self._let_go(delivery)

    @Slot(object)
    def note(self, event: Event) -> None:
        """Fold one event of this program's own (the recorder's word, a problem)."""
        self._tell(self._engine.handle((event,)))

    def note_all(self, events: Iterable[Event]) -> None:
        """Fold some events of this program's own at once."""
        self._tell(self._engine.handle(events))

    def show(self, stream: StreamId | None) -> None:
        """Look at another stream."""
        self._tell(self._engine.show(stream))

    def attach(self, stream: StreamId | None) -> None:
        """Say which stream is the connected venue's."""
        self._tell(self._engine.attach(stream))

    def drop(self, stream: StreamId) -> None:
        """Forget a stream that was put away; events of a replay that come late are passed over."""
        if venue_of(stream) == REPLAY_VENUE:
            self._gone.append(stream)
        self._tell(self._engine.drop(stream))

    # --- trading

    def submit(self, command: Command, moment: Moment) -> Advance:
        """Have a command of trading decided upon; announces and returns where that leaves us."""
        advance = self._engine.submit(command, moment)
        self._tell(advance)
        return advance

    def release(self, stream: StreamId, order_id: OrderId, moment: Moment) -> Approval | None:
        """Let an order go whose decision is on stable storage; None where no venue is told."""
        advance, approval = self._engine.release(stream, order_id, moment)
        self._tell(advance)
        return approval

    def pass_time(self, moment: Moment) -> None:
        """Let time pass for what ends by itself; announces only what changed."""
        advance = self._engine.pass_time(moment)
        if advance is not None:
            self._tell(advance)

    def incident(self, code: str, moment: Moment) -> None:
        """Halt every armed account; `code` is one of `core.arming.INCIDENTS`."""
        self._tell(self._engine.incident(code, moment))

    def set_health(self, *, audit_ok: bool | None = None, recorder_ok: bool | None = None) -> None:
        """Say how the parts are that trading relies on; None leaves it as it was."""
        self._engine.set_health(audit_ok=audit_ok, recorder_ok=recorder_ok)

    def _let_go(self, delivery: Delivery) -> None:
        """Ask for the next batch; not before the loop has turned once since the one before."""
        if self._turning.isActive():
            self._dealt.append(delivery.done)
        else:
            self._turning.start()  # comes when no event waits any more
            delivery.done()

    @Slot()
    def _turn(self) -> None:
        while self._dealt:
            self._dealt.popleft()()

    def _tell(self, advance: Advance) -> None:
        self._untold.append(advance)
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                self.advanced.emit(self._untold.popleft())
        finally:
            self._telling = False
