"""Asks for one job at a time; the others wait their turn."""

from collections import deque
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from replayer_qt.core.library_answers import JobEnded, Progress
from replayer_qt.core.library_requests import (
    CancelJob,
    Export,
    Import,
    Job,
    Rebuild,
    Refresh,
    Seal,
    Study,
    Tidy,
    Trash,
    Verify,
)
from replayer_qt.ui.library.questions import Questions

WAITING_MOST: Final = 20
"""Jobs that wait at most; one more is refused, and it is said."""

BRINGING: Final = (Import, Refresh, Rebuild)
"""Jobs that bring rounds while they run."""

_TITLES: Final[dict[type[Job], str]] = {
    Import: "Importing",
    Refresh: "Looking for new recordings",
    Rebuild: "Making the catalogue anew",
    Seal: "Sealing",
    Export: "Exporting",
    Study: "Computing statistics",
    Trash: "Moving to the trash",
    Tidy: "Tidying up",
}


def title_of(job: Job) -> str:
    """Return what a job is called before it says so itself.

    >>> title_of(Verify(paths=("a",), repair=True))
    'Repairing'
    """
    if isinstance(job, Verify):
        return "Repairing" if job.repair else "Verifying"
    return _TITLES.get(type(job), "Working")


class JobQueue(QObject):
    """Knows what is being done, what waits and what came of the last one.

    Attributes:
        running: the job that was asked for and is not over; None for none.
        waiting: jobs that were not asked for yet, the next one first.
        told: how far the running job is, or one that somebody else asked for.
        ended: what came of the last job of ours; before there is one, of the last look that
            somebody else asked for, as far as it is worth telling.
        reported: the last one of these that tells of files.
        is_look: whether that one looked for files that are in the library already.
        trouble: a look of somebody else that failed; None when the last one did not.
        cancelling: whether the running job was cancelled, and is not over yet.

    Signals:
        asked: a job, with its ticket, or that it shall end.
        changed: any of the attributes changed.
        refused: why a job was not taken [str].
        given_up: a job that will never be asked for.
    """

    asked = Signal(object)
    changed = Signal()
    refused = Signal(str)
    given_up = Signal(object)

    def __init__(self, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self.running: Job | None = None
        self.waiting: deque[Job] = deque(maxlen=WAITING_MOST)
        self.told: Progress | None = None
        self.ended: JobEnded | None = None
        self.reported: JobEnded | None = None
        self.is_look = False
        self.trouble: JobEnded | None = None
        self.cancelling = False
        self._ours_ended = False

    @property
    def brings_rounds(self) -> bool:
        """Whether what goes on brings rounds into the library; what others ask for is a look."""
        if self.running is None:
            return self.told is not None
        return isinstance(self.running, BRINGING)

    @Slot(object)
    def add(self, job: Job) -> None:
        """Ask for a job now, or later if there is one; one that waits already is not doubled."""
        numbered = replace(job, ticket=job.ticket or self._questions.ticket())
        if any(replace(job, ticket=each.ticket) == each for each in self.waiting):
            self.given_up.emit(numbered)
            return
        if len(self.waiting) == WAITING_MOST:
            self.refused.emit(f"{WAITING_MOST} jobs wait already; try again when some are over.")
            self.given_up.emit(numbered)
            return
        self.waiting.append(numbered)
        self._next()

    @Slot()
    def cancel(self) -> None:
        """Have the running job end; what waits goes on waiting."""
        if self.running is not None and not self.cancelling:
            self.cancelling = True
            self.changed.emit()
            self.asked.emit(CancelJob(ticket=self.running.ticket))

    def cancel_one(self, ticket: int) -> None:
        """Have the job of that ticket end, whether it runs or waits; another one goes on."""
        if self.running is not None and self.running.ticket == ticket:
            self.cancel()
        for job in [each for each in self.waiting if each.ticket == ticket]:
            self.waiting.remove(job)
            self.given_up.emit(job)
        self.changed.emit()

    @Slot()
    def forget_waiting(self) -> None:
        """Do nothing of what waits."""
        while self.waiting:
            self.given_up.emit(self.waiting.popleft())
        self.changed.emit()

    def show_progress(self, progress: Progress) -> None:
        """Take in how far a job is; one of somebody else only while none of ours runs."""
        if self.running is None or progress.ticket == self.running.ticket:
            self.told = progress
            self.changed.emit()

    def show_ended(self, ended: JobEnded) -> None:
        """Take in that a job is over; the next one is asked for."""
        job = self.running
        ours = job is not None and ended.ticket == job.ticket
        if ours:
            self.running, self.cancelling = None, False
        if self.told is not None and self.told.ticket == ended.ticket:
            self.told = None
        if ours:
            self._ours_ended, self.trouble = True, None
            self._keep(ended, is_look=isinstance(job, Refresh | Rebuild))
        else:
            self.trouble = ended if ended.problem and self._ours_ended else None
            if not self._ours_ended and (ended.changed or ended.problem):
                self._keep(ended, is_look=True)
        self._next()

    def _keep(self, ended: JobEnded, *, is_look: bool) -> None:
        self.ended = ended
        if ended.files:
            self.reported, self.is_look = ended, is_look

    def _next(self) -> None:
        if self.running is None and self.waiting:
            self.running = self.waiting.popleft()
            self.told = None
            self.changed.emit()
            self.asked.emit(self.running)
        else:
            self.changed.emit()
