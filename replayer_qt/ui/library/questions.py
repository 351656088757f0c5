"""Gives every request of the library's window a number of its own, and lets it out."""

import msgspec
from PySide6.QtCore import QObject, Signal

from replayer_qt.core.library_requests import Job, LibraryRequest


class Questions(QObject):
    """The one way out of the library's window for requests.

    Signals:
        asked: a question, with its ticket; the answer comes to `show_answer`.
        wanted: a job without a ticket; it is asked for when those before it are over.
    """

    asked = Signal(object)
    wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given = 0

    def ticket(self) -> int:
        """Return a number that was not given before; never 0."""
        self._given += 1
        return self._given

    def ask(self, request: LibraryRequest) -> None:
        """Let out a request that has its ticket already; its answer may come at once."""
        self.asked.emit(request)

    def ask_anew(self, request: LibraryRequest) -> int:
        """Let out a request whose answer nobody waits for in particular; return its ticket."""
        numbered = msgspec.structs.replace(request, ticket=self.ticket())
        self.asked.emit(numbered)
        return numbered.ticket

    def want(self, job: Job) -> None:
        """Have a job done as soon as those before it are over."""
        self.wanted.emit(job)
