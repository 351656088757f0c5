"""Takes events in, keeps the state and the columns, and says what came of it."""

from collections.abc import Iterable
from types import MappingProxyType

from msgspec.structs import replace

from replayer_qt.core.events import Event, RawReceived
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import StreamId
from replayer_qt.engine.reduce import reduce


class Engine:
    """The one writer of state: live, replay and tests seat the same engine.

    Not thread-safe; it lives where its owner calls it.
    """

    def __init__(self, session: Session | None = None) -> None:
        self._state = State()
        self._session = Session() if session is None else session

    @property
    def state(self) -> State:
        """The state after everything handled so far."""
        return self._state

    def handle(self, events: Iterable[Event]) -> Advance:
        """Fold `events` and return them with the state they lead to."""
        taken = tuple(event for event in events if not isinstance(event, RawReceived))
        for event in taken:
            self._state = reduce(self._state, event)
            self._session.keep(event.stream, event)
        return self._advance(taken)

    def show(self, stream: StreamId | None) -> Advance:
        """Look at another stream."""
        self._state = replace(self._state, shown=stream)
        return self._advance(())

    def attach(self, stream: StreamId | None) -> Advance:
        """Say which stream is the connected venue's; None after disconnecting."""
        self._state = replace(self._state, live=stream)
        return self._advance(())

    def drop(self, stream: StreamId) -> Advance:
        """Forget a stream: its recording was put away."""
        markets = {name: kept for name, kept in self._state.markets.items() if name != stream}
        shown = None if self._state.shown == stream else self._state.shown
        self._state = replace(self._state, markets=MappingProxyType(markets), shown=shown)
        self._session.forget(stream)
        return self._advance(())

    def _advance(self, events: tuple[Event, ...]) -> Advance:
        return Advance(events=events, state=self._state, session=self._session)
