"""One thread that asks the library: requests in order, a bounded number, answers as they come."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject, QThread, Signal

from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.library_answers import Answer, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Job, LibraryRequest, Question

log = logging.getLogger(__name__)

REQUESTS_KEPT: Final = 256
"""Requests that may wait; the oldest is answered with a problem when there are more."""

_CROWDED: Final = "Too much was asked at once; ask again."
_ENDING: Final = "The program is ending."
_A_BUG: Final = "An error of this program; the log has the details."


class Store(Protocol):
    """The library, as one thread has it."""

    def answer(self, question: Question) -> Answer:
        """Return the answer; what fails is a problem in it."""
        ...

    def carry_out(
        self, job: Job, tell: Callable[[Progress], None], is_cancelled: Callable[[], bool]
    ) -> JobEnded:
        """Do a job; what fails is a problem in its end."""
        ...

    def close(self) -> None:
        """Let go of it; safe twice."""
        ...


class LibraryThread(QThread):
    """Asks the library away from the main thread.

    The store is opened with the first request, on this thread; if it cannot be, each request is
    answered with the reason, and the next one tries again.

    Signals:
        answered: an `Answer`, one for each request.
        progressed: a `Progress`, at most one for each file of a job.
    """

    answered = Signal(object)
    progressed = Signal(object)

    def __init__(
        self,
        name: str,
        opened: Callable[[], Store],
        *,
        requests_kept: int = REQUESTS_KEPT,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            name: the thread's, for people.
            opened: opens the library; called on this thread, which alone uses what it returns.
            requests_kept: requests that may wait.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self._opened = opened
        self._requests_kept = requests_kept
        self._changed = threading.Condition()
        self._waiting: deque[LibraryRequest] = deque()  # bounded by `ask`
        self._in_hand: LibraryRequest | None = None
        self._cancelled = threading.Event()
        self._stopping = False
        self._store: Store | None = None

    # --- from any thread

    def ask(self, request: LibraryRequest) -> None:
        """Have a request answered; never waits."""
        crowded: list[LibraryRequest] = []
        with self._changed:
            while len(self._waiting) >= self._requests_kept:
                crowded.append(self._waiting.popleft())
            self._waiting.append(request)
            self._changed.notify()
        for one in crowded:
            self.answered.emit(_unanswered(one, _CROWDED))

    def cancel(self, ticket: int) -> None:
        """End the job with this ticket soon, or take it from the queue; never waits."""
        with self._changed:
            given_up = [one for one in self._waiting if one.ticket == ticket]
            self._waiting = deque(one for one in self._waiting if one.ticket != ticket)
            if self._in_hand is not None and self._in_hand.ticket == ticket:
                self._cancelled.set()
        for one in given_up:
            self.answered.emit(_unanswered(one, "", JobState.CANCELLED))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand and nothing waits."""
        with self._changed:
            return self._in_hand is None and not self._waiting

    def ask_to_stop(self) -> None:
        """End what is in hand, answer nothing more, and end; waits for nothing."""
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._cancelled.set()
            self._changed.notify()

    def stop(self, *, timeout_ms: int = 4_000) -> bool:
        """Ask it to stop, and wait for its end; False if not in time; safe twice."""
        self.ask_to_stop()
        return not self.isRunning() or self.wait(timeout_ms)

    # --- on this thread

    def run(self) -> None:
        """Answer until stopped."""
        try:
            while (request := self._next()) is not None:
                answer = self._serve(request)
                with self._changed:
                    self._in_hand = None
                self.answered.emit(answer)
        finally:
            if self._store is not None:
                self._store.close()

    def _next(self) -> LibraryRequest | None:
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            self._cancelled.clear()
            self._in_hand = self._waiting.popleft()
            return self._in_hand

    def _serve(self, request: LibraryRequest) -> Answer:
        try:
            if self._store is None:
                self._store = self._opened()
            if isinstance(request, Job):
                return self._store.carry_out(request, self._tell, self._cancelled.is_set)
            if isinstance(request, Question):
                return self._store.answer(request)
        except UserFacingError as error:
            return _unanswered(request, str(error))
        except Exception:
            log.exception("the library failed at %s", type(request).__name__)
            return _unanswered(request, _A_BUG)
        return _unanswered(request, f"The library knows no {type(request).__name__}.")

    def _tell(self, progress: Progress) -> None:
        if not self._stopping:
            self.progressed.emit(progress)


def _unanswered(request: LibraryRequest, problem: str, state: JobState = JobState.FAILED) -> Answer:
    if isinstance(request, Job):
        return JobEnded(
            ticket=request.ticket, title=type(request).__name__, state=state, problem=problem
        )
    return Answer(ticket=request.ticket, problem=problem or _ENDING)
