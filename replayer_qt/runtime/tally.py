"""Counts what a run did, for its last line."""

from PySide6.QtCore import QObject, Slot

from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.state import Advance


class Tally(QObject):
    """What came in since the start.

    Attributes:
        ticks: prices received, from venues and recordings.
        errors: problems that were told to the person as errors.
        rounds: rounds whose recording was finished.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ticks = 0
        self.errors = 0
        self.rounds = 0

    @Slot(object)
    def count(self, advance: Advance) -> None:
        """Count one advance."""
        for event in advance.events:
            if isinstance(event, PriceTicked):
                self.ticks += 1
            elif isinstance(event, TickBlock):
                self.ticks += len(event.ticks)
            elif isinstance(event, ProblemRaised):
                self.errors += event.severity is Severity.ERROR
        if advance.state.recording is not None:
            self.rounds = advance.state.recording.rounds
