"""Tells the engine what this program itself has to say, with the time of day."""

from collections.abc import Callable

from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.units import Moment, StreamId
from replayer_qt.ports import Clock
from replayer_qt.runtime.engine_host import EngineHost

Make = Callable[[Moment, StreamId], Event]
"""Makes an event of a moment and of the stream named by what concerns no market."""


class Speaker:
    """A voice of this program.

    Args:
        host: the engine's seat.
        clock: what time it is.
        nowhere: the stream named by what concerns no market.
    """

    def __init__(self, host: EngineHost, clock: Clock, nowhere: StreamId) -> None:
        self._host = host
        self._clock = clock
        self._nowhere = nowhere

    def moment(self) -> Moment:
        """Return now."""
        return Moment(self._clock.now(), self._clock.monotonic())

    def say(self, *makes: Make) -> None:
        """Tell events, all of this moment."""
        now = self.moment()
        self._host.note_all(tuple(make(now, self._nowhere) for make in makes))

    def problem(
        self, code: str, what: str, remedy: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Tell a person what did not happen, and what to do."""
        self.say(
            lambda now, nowhere: ProblemRaised(
                at=now.at,
                mono=now.mono,
                stream=nowhere,
                code=code,
                what=what,
                remedy=remedy,
                severity=severity,
            )
        )
