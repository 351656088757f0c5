"""A library's ground for tests: what it knows is kept in memory, its files are real."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from replayer_qt.adapters.library.ground import Ground
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.errors import CatalogueRenumbered
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import (
    FileEntry,
    LibraryRound,
    Marks,
    Quality,
    RoundEntry,
    RoundQuery,
    SavedSearch,
)
from replayer_qt.core.library_answers import LibraryTotals, OwnResult
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import PRACTICE, Nanos, RoundId, StreamId, venue_of
from tests.helpers.clock import SteppedClock

START = 1_763_724_713_123_456_789


def file_entry(path: Path | str, **fields: Any) -> FileEntry:
    """Return a file's entry; its size is that on the disk where it is there."""
    told = {
        "size": Path(path).stat().st_size if Path(path).exists() else 100,
        "modified": START,
        "format": "journal",
        "digest": "a" * 64,
        "sealed": False,
        "plain_size": 1000,
        "lines": 10,
        "ended": "closed",
    }
    return FileEntry(path=str(path), **(told | fields))


def round_entry(name: str = "20261121-00", **fields: Any) -> RoundEntry:
    """Return a whole round's entry."""
    told = {
        "stream": PRACTICE,
        "begun_at": Nanos(START),
        "ended_at": Nanos(START + 10_000_000_000),
        "ticks": 3,
        "first_index": 0,
        "last_index": 2,
        "rugged": True,
        "rug_index": 2,
        "rug_price": 0.02,
        "peak": 1.5,
        "peak_index": 1,
        "missing": 0,
        "repaired": 0,
        "clock_jumps": 0,
        "trades": 4,
        "volume": Decimal("0.123456789"),
        "volatility": 0.01,
        "fairness": Fairness.VERIFIED,
        "quality": Quality.WHOLE,
        "spark": b"",
    }
    return RoundEntry(round_id=RoundId(name), **(told | fields))


class MemoryCatalogue:
    """A catalogue that keeps what it is told, in order; a query looks at venue and format."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[FileEntry, tuple[RoundEntry, ...]]] = {}
        self.noted: dict[tuple[StreamId, RoundId], Marks] = {}
        self.damaged = 0
        self.forgotten: list[str] = []

    def put(self, file: FileEntry, rounds: Sequence[RoundEntry]) -> int:
        self.known[file.path] = (file, tuple(rounds))
        return len(rounds)

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.forgotten.append(path)
            self.known.pop(path, None)

    def files(self) -> tuple[FileEntry, ...]:
        return tuple(file for file, _ in self.known.values())

    def files_named(self, paths: Sequence[str]) -> tuple[FileEntry, ...]:
        return tuple(file for file in self.files() if file.path in set(paths))

    def file_of_digest(self, digest: str) -> FileEntry | None:
        told = (file for file in self.files() if file.digest == digest and not file.problem)
        return next(told, None)

    def identity(self) -> str:
        return "memory"

    def _rows(self) -> list[LibraryRound]:
        found = [(file, entry) for file, rounds in self.known.values() for entry in rounds]
        return [
            LibraryRound(
                id=number,
                entry=entry,
                file=file,
                marks=self.noted.get((entry.stream, entry.round_id), Marks()),
            )
            for number, (file, entry) in enumerate(found, 1)
        ]

    def find(self, query: RoundQuery) -> tuple[int, ...]:
        return tuple(
            row.id
            for row in self._rows()
            if (not query.venues or venue_of(row.entry.stream) in query.venues)
            and (not query.formats or row.file.format in query.formats)
        )

    def rows(self, ids: Sequence[int], *, of: str = "") -> tuple[LibraryRound, ...]:
        if of not in {"", self.identity()}:
            raise CatalogueRenumbered("It was made anew.", remedy="Choose again.")
        known = {row.id: row for row in self._rows()}
        return tuple(known[one] for one in ids if one in known)

    def rounds_of(self, path: str) -> tuple[RoundEntry, ...]:
        return self.known[path][1] if path in self.known else ()

    def locate(self, stream: StreamId, round_id: RoundId) -> tuple[str, ...]:
        return tuple(
            path
            for path, (_, rounds) in self.known.items()
            if any((one.stream, one.round_id) == (stream, round_id) for one in rounds)
        )

    def totals(self) -> LibraryTotals:
        rows = self._rows()
        return LibraryTotals(
            rounds=len(rows),
            files=len(self.known),
            ticks=sum(row.entry.ticks for row in rows),
            size=sum(file.size for file in self.files()),
            damaged_files=0,
            first_at=Nanos(0),
            last_at=Nanos(0),
        )

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        self.noted[(stream, round_id)] = marks

    def mark_many(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        self.noted |= marks

    def marks(self) -> dict[tuple[StreamId, RoundId], Marks]:
        return dict(self.noted)

    def tags(self) -> tuple[tuple[str, int], ...]:
        return ()

    def set_results(self, results: Sequence[OwnResult]) -> None:
        pass

    def save_searches(self, searches: Sequence[SavedSearch]) -> None:
        pass

    def searches(self) -> tuple[SavedSearch, ...]:
        return ()

    def clear(self) -> None:
        self.known.clear()

    def close(self) -> None:
        pass


class MemoryColumns:
    """Columns that were put, by path."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[RoundColumns, ...]] = {}

    def get(self, file: FileEntry) -> tuple[RoundColumns, ...] | None:
        return self.kept.get(file.path)

    def put(self, file: FileEntry, rounds: Sequence[RoundColumns]) -> None:
        self.kept[file.path] = tuple(rounds)

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.kept.pop(path, None)

    def close(self) -> None:
        pass


class MemoryKeepsakes:
    """Marks that were made."""

    def __init__(self) -> None:
        self.noted: dict[tuple[StreamId, RoundId], Marks] = {}
        self.damaged = 0

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        self.noted[(stream, round_id)] = marks

    def mark_many(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        self.noted |= marks

    def change(
        self,
        keys: Collection[tuple[StreamId, RoundId]],
        edit: Callable[[tuple[StreamId, RoundId], Marks], Marks],
    ) -> dict[tuple[StreamId, RoundId], Marks]:
        now = {key: edit(key, self.noted.get(key, Marks())) for key in keys}
        self.noted |= now
        return now

    def marks(self) -> dict[tuple[StreamId, RoundId], Marks]:
        return {key: marks for key, marks in self.noted.items() if marks != Marks()}

    def save(self, searches: Sequence[SavedSearch]) -> None:
        pass

    def change_searches(
        self, edit: Callable[[tuple[SavedSearch, ...]], Sequence[SavedSearch]]
    ) -> tuple[SavedSearch, ...]:
        return tuple(edit(()))

    def searches(self) -> tuple[SavedSearch, ...]:
        return ()


class Bin:
    """A trash that is a folder; refuses what its `refused` names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: set[str] = set()

    def __call__(self, path: Path) -> bool:
        if path.name in self.refused:
            return False
        self.folder.mkdir(exist_ok=True)
        path.rename(self.folder / path.name)
        return True

    def names(self) -> set[str]:
        """Return what was thrown away."""
        return {one.name for one in self.folder.iterdir()} if self.folder.exists() else set()


def ground_in(folder: Path, **fields: Any) -> Ground:
    """Return a ground with its recordings in a folder; its parts are in memory."""
    recordings = folder / "recordings"
    recordings.mkdir(parents=True, exist_ok=True)
    (folder / "library").mkdir(exist_ok=True)
    told = {
        "catalogue": MemoryCatalogue(),
        "columns": MemoryColumns(),
        "keepsakes": MemoryKeepsakes(),
        "settings": LibrarySettings(),
        "clock": SteppedClock(START),
        "to_trash": Bin(folder / "trash"),
        "results": tuple,
    }
    return Ground(recordings=recordings, folder=folder / "library", **(told | fields))


def heard() -> tuple[list[Any], Any]:
    """Return a list and a `Tell` that fills it."""
    told: list[Any] = []
    return told, told.append


def never() -> bool:
    """Return that nothing is cancelled."""
    return False
