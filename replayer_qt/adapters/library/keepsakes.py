"""What a person noted on rounds and saved: lines in a file, the truth of it.

The last word on a round wins. Several processes may use the file at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from replayer_qt.adapters.library.kept_lines import Header, KeptLine, LineFile
from replayer_qt.core.library import Marks, SavedSearch
from replayer_qt.core.units import RoundId, StreamId

FILE: Final = "keepsakes.jsonl"

Key = tuple[StreamId, RoundId]

_HEADER: Final = Header(format="replayer-keepsakes")


class _Marked(KeptLine, frozen=True, kw_only=True, tag="marks"):
    stream: StreamId
    round_id: RoundId
    marks: Marks


class _Saved(KeptLine, frozen=True, kw_only=True, tag="searches"):
    searches: tuple[SavedSearch, ...]


_Line = _Marked | _Saved


class _Noted:
    """What the lines come to."""

    def __init__(self) -> None:
        self.forget()

    def __len__(self) -> int:
        return len(self.marks)

    def forget(self) -> None:
        self.marks: dict[Key, Marks] = {}
        self.searches: tuple[SavedSearch, ...] = ()

    def take(self, line: _Line) -> None:
        if isinstance(line, _Saved):
            self.searches = tuple(sorted(line.searches, key=lambda search: search.name))
            return
        key = (line.stream, line.round_id)
        self.marks.pop(key, None)
        if line.marks != Marks():
            self.marks[key] = line.marks

    def lines(self) -> list[_Line]:
        return [_Saved(searches=self.searches), *_lines_of(self.marks)]


class KeepsakeFile:
    """Tags, notes, bookmarks and saved searches; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Use the file in `folder`; both are made when something is written first."""
        self._noted = _Noted()
        self._file: LineFile[_Line] = LineFile(
            folder / FILE, self._noted, _Line, header=_HEADER, what="Notes"
        )

    @property
    def damaged(self) -> int:
        """Lines of the file that could not be read; what they said is lost, the rest is not."""
        return self._file.damaged

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        """Write down what is noted on a round now; it is on stable storage when this returns.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        self.mark_many({(stream, round_id): marks})

    def mark_many(self, marks: Mapping[Key, Marks]) -> None:
        """Write down what is noted on many rounds, in one go, whatever was; raises OSError."""
        if marks:
            self._file.write(lambda: _lines_of(marks))

    def change(
        self, keys: Collection[Key], edit: Callable[[Key, Marks], Marks]
    ) -> dict[Key, Marks]:
        """Change what is noted on rounds, whatever others noted on them a moment ago.

        Args:
            keys: the rounds.
            edit: returns what is to be noted on a round, given what the file says of it now;
                called while nobody else can write. What it raises is passed on, nothing noted.

        Returns:
            What is noted on each of them now, changed or not; it is on stable storage.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        now: dict[Key, Marks] = {}

        def edited() -> list[_Line]:
            now.update({key: edit(key, self._noted.marks.get(key, Marks())) for key in keys})
            return _lines_of(
                {
                    key: each
                    for key, each in now.items()
                    if each != self._noted.marks.get(key, Marks())
                }
            )

        if keys:
            self._file.write(edited)
        return now

    def marks(self) -> dict[Key, Marks]:
        """Return what is noted on rounds; raises OSError."""
        self._file.follow()
        return dict(self._noted.marks)

    def save(self, searches: Sequence[SavedSearch]) -> None:
        """Write down the saved searches, all of them, whatever they were; raises OSError."""
        self.change_searches(lambda _: searches)

    def change_searches(
        self, edit: Callable[[tuple[SavedSearch, ...]], Sequence[SavedSearch]]
    ) -> tuple[SavedSearch, ...]:
        """Change the saved searches, whatever others saved a moment ago, and return them.

        Args:
            edit: returns all that are to be saved, given those that the file has now; called
                while nobody else can write.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        self._file.write(lambda: [_Saved(searches=tuple(edit(self._noted.searches)))])
        return self._noted.searches

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name; raises OSError."""
        self._file.follow()
        return self._noted.searches


def _lines_of(marks: Mapping[Key, Marks]) -> list[_Line]:
    return [
        _Marked(stream=stream, round_id=round_id, marks=each)
        for (stream, round_id), each in marks.items()
    ]
