"""Says in words what a person without a window could not see."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from replayer_qt.core.events import Event, FeedChanged
from replayer_qt.core.program_events import ProblemRaised, Recording, RecordingChanged
from replayer_qt.core.state import Advance
from replayer_qt.core.units import venue_of


class Teller(QObject):
    """Tells each problem, each change of the connection and each fault of the recorder, once.

    What is said again without anything else in between is left out.
    """

    def __init__(self, say: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._say = say
        self._last = ""

    @Slot(object)
    def tell(self, advance: Advance) -> None:
        """Say what is worth it in one advance."""
        for event in advance.events:
            line = _line(event)
            if line and line != self._last:
                self._say(line)
                self._last = line


def _line(event: Event) -> str:
    match event:
        case ProblemRaised(what=what, remedy=remedy, severity=severity):
            return f"{severity.value}: {what} {remedy}".strip()
        case FeedChanged(stream=stream, link=link, reason=reason):
            said = f"{venue_of(stream)}: {link.value}"
            return f"{said} ({reason})" if reason else said
        case RecordingChanged(state=Recording.FAULTED | Recording.DISK_FULL, reason=reason):
            return f"recording stopped: {reason}"
        case _:
            return ""
