"""Counts what a run did, for its last line."""

from PySide6.QtCore import QObject, Slot

from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.program_events import ProblemRaised, Recording, Severity
from replayer_qt.core.state import Advance


class Tally(QObject):
    """What came in since the start.

    Attributes:
        ticks: prices received, from venues and recordings.
        errors: problems that were told to the person as errors.
        rounds: rounds whose recording was finished.
        unrecorded: whether something was heard that is not, or not yet, in a recording.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ticks = 0
        self.errors = 0
        self.rounds = 0
        self.unrecorded = False

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
        told = advance.state.recording
        if told is not None:
            self.rounds = told.rounds
            self.unrecorded = bool(told.lost) or told.state not in {Recording.ON, Recording.OFF}
