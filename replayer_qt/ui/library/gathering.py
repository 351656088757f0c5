"""Reads the rows of many rounds, of which the table knows only those in sight."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from replayer_qt.core.library import LibraryRound, Marks
from replayer_qt.core.library_answers import Answer, RowsRead
from replayer_qt.core.library_requests import ReadRows
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.library.questions import Questions

BATCH: Final = 500
"""Rows that are asked for at once."""


class Picked(msgspec.Struct, frozen=True, gc=False):
    """What is needed of a selected round; a hundred thousand of these are kept without harm.

    Attributes:
        format: of its file.
        size: of its file, without what lies beside it [bytes].
    """

    id: int
    stream: StreamId
    round_id: RoundId
    path: str
    format: str
    size: int
    marks: Marks


class Picks:
    """The rounds of an errand; what is asked of all of them is kept up as they come.

    Attributes:
        rows: the rounds, in order; bounded by the errand.
        files: their files, each once in the order of the rounds, with its size [bytes].
        formats: the formats of these.
        catalogue: the name of the one that gave their numbers.
    """

    def __init__(self, rows: Iterable[Picked] = (), catalogue: str = "") -> None:
        self.catalogue = catalogue
        self.rows: list[Picked] = []
        self.files: dict[str, int] = {}
        self.formats: set[str] = set()
        for row in rows:
            self.add(row)

    def add(self, row: Picked) -> None:
        """Take one more."""
        self.rows.append(row)
        self.files[row.path] = row.size
        self.formats.add(row.format)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, each once."""
        return tuple(self.files)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the rounds."""
        return tuple([row.id for row in self.rows])


Then = Callable[[Picks], None]
"""Hears of the rounds, in the order in which they were asked for."""


class Gathering(QObject):
    """One errand at a time: a new one takes the place of one that is not done.

    Signals:
        told: how far it is [str]; empty when it is over.
    """

    told = Signal(str)

    def __init__(
        self,
        questions: Questions,
        known: Callable[[int], LibraryRound | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._known = known
        self._left: Sequence[int] = ()
        self._at = 0
        self._found = Picks()
        self._then: Then | None = None
        self._ticket = 0

    def begin(self, ids: Sequence[int], then: Then, catalogue: str = "") -> None:
        """Read these rounds, then call `then`; at once if all of them are known.

        Args:
            ids: their numbers.
            then: hears of them.
            catalogue: the name of the one that gave the numbers.
        """
        self._left, self._at, self._then = ids, 0, then
        self._found = Picks(catalogue=catalogue)
        self._go_on()

    def cancel(self) -> bool:
        """Give the errand up; False if there is none."""
        busy = self._then is not None
        self._then, self._ticket, self._left, self._found = None, 0, (), Picks()
        if busy:
            self.told.emit("")
        return busy

    def show_answer(self, answer: Answer) -> None:
        """Take in rows that were asked for."""
        if not self._ticket or answer.ticket != self._ticket:
            return
        self._ticket = 0
        if not isinstance(answer, RowsRead) or answer.problem:
            self.cancel()
            self.told.emit(answer.problem)
            return
        for row in answer.rows:
            self._found.add(_picked(row))
        self._go_on()

    def _go_on(self) -> None:
        """Take what is known, then ask for the next batch of what is not."""
        while self._at < len(self._left):
            row = self._known(int(self._left[self._at]))
            if row is None:
                break
            self._found.add(_picked(row))
            self._at += 1
        if self._at >= len(self._left):
            self._end()
            return
        batch = tuple(int(one) for one in self._left[self._at : self._at + BATCH])
        self._at += len(batch)
        self._ticket = self._questions.ticket()
        self.told.emit(f"Reading {self._at:,} of {len(self._left):,} rounds…")
        of = self._found.catalogue
        self._questions.ask(ReadRows(ticket=self._ticket, ids=batch, catalogue=of))

    def _end(self) -> None:
        then, found = self._then, self._found
        self.cancel()
        if then is not None:
            then(found)


def _picked(row: LibraryRound) -> Picked:
    entry, file = row.entry, row.file
    return Picked(
        row.id, entry.stream, entry.round_id, file.path, file.format, file.size, row.marks
    )
