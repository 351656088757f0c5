"""The engine's seat on the main thread."""

from PySide6.QtCore import QObject, Signal, Slot

from replayer_qt.core.events import Event
from replayer_qt.core.state import State
from replayer_qt.core.units import StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.outlet import Delivery


class EngineHost(QObject):
    """Lets the engine take what feeds and the recorder send.

    Signals:
        advanced: the `Advance` after each batch.
    """

    advanced = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine

    @property
    def state(self) -> State:
        """The state after everything taken so far."""
        return self._engine.state

    @Slot(object)
    def take(self, delivery: Delivery) -> None:
        """Fold one batch and announce where that leaves us."""
        try:
            self.advanced.emit(self._engine.handle(delivery.events))
        finally:  # an error here costs this batch, not all that follow
            delivery.done()

    @Slot(object)
    def note(self, event: Event) -> None:
        """Fold one event of this program's own (the recorder's word, a problem)."""
        self.advanced.emit(self._engine.handle((event,)))

    def show(self, stream: StreamId | None) -> None:
        """Look at another stream."""
        self.advanced.emit(self._engine.show(stream))

    def attach(self, stream: StreamId | None) -> None:
        """Say which stream is the connected venue's."""
        self.advanced.emit(self._engine.attach(stream))

    def drop(self, stream: StreamId) -> None:
        """Forget a stream that was put away."""
        self.advanced.emit(self._engine.drop(stream))
