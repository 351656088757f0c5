"""The protocols that the engine and the threads need the world to fill."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import RecordingChanged
from replayer_qt.core.units import Nanos, StreamId


class Clock(Protocol):
    """What time it is."""

    def now(self) -> Nanos:
        """Return the wall time [ns since the Unix epoch, UTC]."""
        ...

    def monotonic(self) -> Nanos:
        """Return a time that never goes back [ns since some fixed moment]."""
        ...


class Feed(Protocol):
    """Where events come from: a venue, or a recording on a replay clock.

    All methods are called on the feed's own thread and loop.
    """

    @property
    def name(self) -> str:
        """A short name for people and threads."""
        ...

    @property
    def stream(self) -> StreamId:
        """The stream that every event names."""
        ...

    def events(self) -> AsyncGenerator[Event, None]:
        """Yield what happens, until closed or cancelled; what fails is an event, not an exception.

        An async generator: closing it releases whatever it holds. Raw messages come as
        `RawReceived`, before the events that were parsed from them.
        """
        ...

    def steer(self, command: Command) -> None:
        """Obey `command` if it concerns this feed; never raises, never waits."""
        ...


class Journal(Protocol):
    """A recording being written. Not thread-safe; every call is made on the recorder's thread.

    What the disk refuses is told in `status`, counted, retried; it is never an exception.
    """

    def start(self) -> None:
        """Begin to record."""
        ...

    def append(self, events: Sequence[Event]) -> None:
        """Write events, in order; returns when the operating system has them."""
        ...

    def tend(self) -> None:
        """Do what is due with time: retry after a fault, check the space, close what is over.

        The owner calls it about five times a second, whether events come or not.
        """
        ...

    def status(self) -> RecordingChanged:
        """Return the state, the file and the counts."""
        ...

    def stop(self) -> None:
        """Finish the files (footer, flush, sync) and record no more; safe twice."""
        ...
