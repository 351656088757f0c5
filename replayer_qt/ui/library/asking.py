"""Asks for the rounds of a query: when typing pauses, at once, or now and then while more come."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import Answer
from replayer_qt.core.library_requests import FindRounds
from replayer_qt.ui.library.questions import Questions

TYPING_MS: Final = 150
"""How long after the last letter it is asked [ms]."""
AGAIN_MS: Final = 1_000
"""How often it is asked again while a job brings rounds [ms]."""


class Asking(QObject):
    """One question at a time counts: the newest.

    Attributes:
        stays: whether what is in sight shall stay there when the answer comes.
    """

    def __init__(
        self, questions: Questions, query: Callable[[], RoundQuery], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._query = query
        self.stays = False
        self._ticket = 0
        self._typing = self._timer(TYPING_MS, self.now)
        self._again = self._timer(AGAIN_MS, self._more)

    @property
    def is_typed(self) -> bool:
        """Whether it waits for the next letter."""
        return self._typing.isActive()

    @property
    def is_waiting(self) -> bool:
        """Whether a question waits for its answer."""
        return self._ticket != 0

    @Slot()
    def now(self) -> None:
        """Ask."""
        self._typing.stop()
        self._ticket = self._questions.ticket()
        self._questions.ask(FindRounds(ticket=self._ticket, query=self._query()))

    def soon(self) -> None:
        """Ask when typing pauses."""
        self._typing.start()

    def more(self) -> None:
        """Ask within a second, once for all that comes until then."""
        if not self._again.isActive():
            self._again.start()

    def take(self, answer: Answer) -> bool:
        """Return whether that is the answer to the newest question, which is then over."""
        is_ours = self.is_waiting and answer.ticket == self._ticket
        if is_ours:
            self._ticket = 0
        return is_ours

    @Slot()
    def _more(self) -> None:
        """A question that waits for its answer, or for the next letter, is not overtaken."""
        if not self.is_waiting and not self.is_typed:
            self.stays = True
            self.now()

    def _timer(self, interval_ms: int, asked: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(asked)
        return timer
