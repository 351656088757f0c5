"""Asks the library how long rounds live, and again once it knows of others."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from replayer_qt.core.indicators.survival import SurvivalTable, table_of
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.core.library_requests import Study
from replayer_qt.core.study_figures import RoundStudy

SURVIVAL_TICKET: Final = -3
"""The ticket of the study; those of what the library does by itself are other ones."""

APART_MS: Final = 10_000
"""The least time between two questions [ms]."""

_APART_MOST: Final = 64
"""Where the library fails each time, it is asked at last so many times as seldom."""


class SurvivalAsker(QObject):
    """Has one question under way at most; one that failed is asked again, ever more seldom.

    Signals:
        asked: the `Study` for the library.
        told: the `SurvivalTable` of what it answered.

    Attributes:
        apart_ms: the least time between two questions [ms].
    """

    asked = Signal(object)
    told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.apart_ms = APART_MS
        self._is_wanted = self._is_under_way = False
        self._is_due = True
        self._times = 1
        self._since = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._ask)

    def want(self, *, on: bool) -> None:
        """Say whether the answer would be shown; nothing is asked while it would not."""
        self._is_wanted = on
        self._ask()

    def hear(self, answer: object) -> None:
        """Take what the library answered to anybody: a change makes the question due again."""
        if not isinstance(answer, JobEnded):
            return
        if answer.ticket == SURVIVAL_TICKET:
            self._take(answer)
        self._is_due = self._is_due or answer.changed
        self._ask()

    def _take(self, answer: JobEnded) -> None:
        self._is_under_way = False
        done = answer.state is JobState.DONE
        self._is_due = self._is_due or not done
        self._times = 1 if done else min(2 * self._times, _APART_MOST)
        if isinstance(answer.outcome, RoundStudy):
            table: SurvivalTable = table_of(answer.outcome.survival)
            self.told.emit(table)

    @Slot()
    def _ask(self) -> None:
        if not (self._is_wanted and self._is_due) or self._is_under_way:
            return
        left = self.apart_ms * self._times - self._since.elapsed() if self._since.isValid() else 0
        if left > 0:
            if not self._later.isActive():
                self._later.start(left)
            return
        self._is_due, self._is_under_way = False, True
        self._since.start()
        self.asked.emit(Study(ticket=SURVIVAL_TICKET, query=RoundQuery()))
