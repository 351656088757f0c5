"""What every job of the library stands on: where things lie, what is known, how it is told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import FileEntry, Marks, SavedSearch
from replayer_qt.core.library_answers import OwnResult, Progress
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ports import Catalogue, Clock

Tell = Callable[[Progress], None]
"""Hears how far a job is; quick, never raises, called on the job's thread."""

IsCancelled = Callable[[], bool]
"""Whether the job shall end now; asked between two files at least."""


class ColumnStore(Protocol):
    """Columns of rounds that were read before, by the file as it was then; a cache."""

    def get(self, file: FileEntry) -> tuple[RoundColumns, ...] | None:
        """Return the file's rounds, or None if they are not kept or the file has changed."""
        ...

    def put(self, file: FileEntry, rounds: Sequence[RoundColumns]) -> None:
        """Keep a file's rounds, in place of what was kept of that path."""
        ...

    def forget(self, paths: Sequence[str]) -> None:
        """Keep nothing of these files."""
        ...

    def close(self) -> None:
        """Let go of it; safe twice."""
        ...


class Keepsakes(Protocol):
    """What a person noted and saved, in a file beside the recordings: the truth of it."""

    @property
    def damaged(self) -> int:
        """Lines of the file that could not be read; what they said is lost."""
        ...

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        """Write down what is noted on a round now; it is on stable storage when this returns.

        Raises:
            OSError: the disk refused.
        """
        ...

    def mark_many(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        """Write down what is noted on many rounds, in one go, whatever was; raises OSError."""
        ...

    def change(
        self,
        keys: Collection[tuple[StreamId, RoundId]],
        edit: Callable[[tuple[StreamId, RoundId], Marks], Marks],
    ) -> dict[tuple[StreamId, RoundId], Marks]:
        """Change what is noted on rounds, from what the file says now; return what is noted now.

        Raises:
            OSError: the disk refused.
        """
        ...

    def marks(self) -> dict[tuple[StreamId, RoundId], Marks]:
        """Return what is noted on rounds."""
        ...

    def save(self, searches: Sequence[SavedSearch]) -> None:
        """Write down the saved searches, all of them, whatever they were; raises OSError."""
        ...

    def change_searches(
        self, edit: Callable[[tuple[SavedSearch, ...]], Sequence[SavedSearch]]
    ) -> tuple[SavedSearch, ...]:
        """Change the saved searches, from what the file has now; return them; raises OSError."""
        ...

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name."""
        ...


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a job stands on; each thread that works has its own.

    Attributes:
        recordings: where recordings lie; imported ones in its folder `imported`.
        folder: the library's own: the catalogue and the columns, both caches.
        to_trash: puts a file where a person can get it back; False if that failed.
        results: what our own trading of rounds brought.
    """

    recordings: Path
    folder: Path
    catalogue: Catalogue
    columns: ColumnStore
    keepsakes: Keepsakes
    settings: LibrarySettings
    clock: Clock
    to_trash: Callable[[Path], bool]
    results: Callable[[], tuple[OwnResult, ...]]
