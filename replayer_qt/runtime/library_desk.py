"""The library's desk on the main thread: questions, jobs and news, each on a thread of its own."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from replayer_qt.core.library_answers import JobEnded
from replayer_qt.core.library_requests import CancelJob, Job, LibraryRequest, LookForNew, Refresh
from replayer_qt.core.program_events import RecordingChanged
from replayer_qt.runtime.library_thread import LibraryThread, Store

OWN_TICKET: Final = -1
"""The ticket of jobs that nobody asked for: looking everywhere, sealing what is over."""
NEWS_TICKET: Final = -2
"""The ticket of looks for what was recorded a moment ago."""
SOON_MS: Final = 500
"""How long after a round ended the library looks for its file [ms]."""
LATER_MS: Final = 60_000
"""How often it looks for what can be sealed by now [ms]."""


class LibraryDesk(QObject):
    """Passes requests on and answers back; looks by itself for what was recorded.

    Such a look waits for no job, however long one takes.

    Signals:
        answered: an `Answer`, for each request.
        progressed: a `Progress` of the job in hand.
    """

    answered = Signal(object)
    progressed = Signal(object)

    def __init__(
        self,
        opened: Callable[[], Store],
        *,
        soon_ms: int = SOON_MS,
        later_ms: int = LATER_MS,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            opened: opens the library for one thread; called on each.
            soon_ms: how long after a round ended to look for its file [ms].
            later_ms: how often to look for what can be sealed [ms].
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._answers = LibraryThread("library-answers", opened)
        self._jobs = LibraryThread("library-jobs", opened)
        self._news = LibraryThread("library-news", opened)
        self._threads = (self._answers, self._jobs, self._news)
        for thread in self._threads:
            thread.answered.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        # a look for news is over before anybody could read how far it is
        self._jobs.progressed.connect(self.progressed, Qt.ConnectionType.QueuedConnection)
        self._rounds = 0
        self._is_refreshing = self._wants_more = False
        self._soon = self._timer(soon_ms, self._look_for_news, single=True)
        self._later = self._timer(later_ms, self._look, single=False)

    def start(self) -> None:
        """Start the threads, and look everywhere for what is there."""
        for thread in self._threads:
            thread.start()
        self._is_refreshing = True
        self._jobs.ask(Refresh(ticket=OWN_TICKET, everywhere=True))
        self._later.start()

    def stop(self) -> bool:
        """End the threads; False if not in time; safe twice."""
        self._soon.stop()
        self._later.stop()
        for thread in self._threads:
            thread.ask_to_stop()
        stopped = [thread.stop() for thread in self._threads]
        return all(stopped)

    def isRunning(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether all threads run."""
        return all(thread.isRunning() for thread in self._threads)

    @Slot(object)
    def obey(self, request: object) -> None:
        """Pass a request of the library on; what is none is passed over."""
        match request:
            case CancelJob(ticket=ticket):
                self._jobs.cancel(ticket)
            case Job():
                self._jobs.ask(request)
            case LibraryRequest():
                self._answers.ask(request)
            case _:
                pass

    @Slot(object)
    def hear(self, event: object) -> None:
        """Look for what was recorded, a moment after a recording was finished."""
        if isinstance(event, RecordingChanged) and event.rounds != self._rounds:
            self._rounds = event.rounds
            self._soon.start()

    @Slot()
    def _look_for_news(self) -> None:
        self._news.ask(LookForNew(ticket=NEWS_TICKET))

    @Slot()
    def _look(self) -> None:
        """Have sealed what is over, and found what was not."""
        if self._is_refreshing:
            self._wants_more = True
            return
        self._is_refreshing = True
        self._jobs.ask(Refresh(ticket=OWN_TICKET))

    @Slot(object)
    def _pass_on(self, answer: object) -> None:
        if isinstance(answer, JobEnded) and answer.ticket == NEWS_TICKET:
            self._look()
        if isinstance(answer, JobEnded) and answer.ticket == OWN_TICKET:
            self._is_refreshing = False
            if self._wants_more:
                self._wants_more = False
                self._look()
        self.answered.emit(answer)

    def _timer(self, interval_ms: int, due: Callable[[], None], *, single: bool) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.setSingleShot(single)
        timer.timeout.connect(due)
        return timer
