"""The catalogue of the library: what is known of files and rounds, in one database or another."""

from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.catalogue_rows import (
    entry_of,
    file_of,
    named_of,
    number_of,
    query_of,
    shown_path,
)
from replayer_qt.adapters.library.catalogue_sql import (
    FILE_COLUMNS,
    Cursor,
    Row,
    Store,
    among,
    find_sql,
)
from replayer_qt.adapters.library.catalogue_sqlite import SqliteStore
from replayer_qt.adapters.library.catalogue_writing import (
    NAMED,
    chunks,
    drop_all,
    drop_files,
    file_numbers,
    name_numbers,
    put_files,
    put_marks,
)
from replayer_qt.adapters.library.storable import storable, to_json, unstored
from replayer_qt.core.errors import CatalogueRenumbered, CatalogueUnusable
from replayer_qt.core.library import (
    FileEntry,
    LibraryRound,
    Marks,
    RoundEntry,
    RoundQuery,
    SavedSearch,
    is_better,
)
from replayer_qt.core.library_answers import LibraryTotals, OwnResult
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import Nanos, RoundId, StreamId
from replayer_qt.ports import Catalogue

FILES_AT_ONCE: Final = 500
"""Files that are put in one transaction, so that others get their turn."""

_FILE: Final = ", ".join(f"files.{name.strip()}" for name in FILE_COLUMNS.split(","))
_NAME: Final = ", ".join(f"names.{name.strip()}" for name in NAMED.split(","))
_COPY: Final = f"SELECT {_NAME}, rounds.copies, copies.body, {_FILE} FROM rounds"  # noqa: S608 - ours
_BESIDE: Final = (
    " JOIN names ON names.id = rounds.id JOIN copies ON copies.round = rounds.id"
    " JOIN files ON files.id = copies.file"
)
_COPIES: Final = NAMED.count(",") + 1
_PLACE: Final = _COPIES + 2


class SqlCatalogue:
    """What the library knows; used by one thread at a time.

    Files of other machines that share the database are shown as `place:path`, which is no path
    of this one; `files`, `file_of_digest`, `rounds_of` and `forget` know our own only. A round
    that has a copy here is shown by the best one here, else by the best one elsewhere.
    """

    def __init__(self, store: Store) -> None:
        """Take hold of a database."""
        self._store = store
        self._place = store.place

    def put(self, file: FileEntry, rounds: Sequence[RoundEntry]) -> int:
        """Know a file and its rounds, in place of what was known of that path."""
        (best,) = self.put_many([(file, rounds)])
        return best

    def put_many(self, files: Sequence[tuple[FileEntry, Sequence[RoundEntry]]]) -> tuple[int, ...]:
        """Know many files: as `put` of each, in some hundreds of files a transaction."""
        best: list[int] = []
        for start in range(0, len(files), FILES_AT_ONCE):
            best += self._put_some(files[start : start + FILES_AT_ONCE])
        return tuple(best)

    def _put_some(self, files: Sequence[tuple[FileEntry, Sequence[RoundEntry]]]) -> tuple[int, ...]:
        return self._store.write(lambda cursor: put_files(cursor, self._place, files))

    def forget(self, paths: Sequence[str]) -> None:
        """Know these files no more; a next best copy takes a round's place."""

        def work(cursor: Cursor) -> None:
            drop_files(cursor, sorted(file_numbers(cursor, self._place, paths).values()))

        self._store.write(work)

    def files(self) -> tuple[FileEntry, ...]:
        """Return every file of this machine that is known, by path."""
        sql = f"SELECT {FILE_COLUMNS} FROM files WHERE place = ? ORDER BY path"  # noqa: S608 - ours
        rows = self._rows(sql, self._place)
        return tuple(file_of(row, self._place) for row in rows)

    def files_named(self, paths: Sequence[str]) -> tuple[FileEntry, ...]:
        """Return those of these files of this machine that are known."""

        def work(cursor: Cursor) -> tuple[FileEntry, ...]:
            found: list[FileEntry] = []
            for some in chunks(sorted({storable(path) for path in paths})):
                sql = f"SELECT {FILE_COLUMNS} FROM files WHERE place = ? AND {among(cursor, 'path', some)}"  # noqa: E501, S608 - ours
                rows = cursor.rows(sql, [self._place, cursor.listed(some)])
                found += [file_of(row, self._place) for row in rows]
            return tuple(found)

        return self._store.read(work)

    def file_of_digest(self, digest: str) -> FileEntry | None:
        """Return a file of this machine with this content that could be read, if one is known."""
        sql = f"SELECT {FILE_COLUMNS} FROM files WHERE digest = ? AND place = ? AND problem = '' ORDER BY id LIMIT 1"  # noqa: E501, S608 - ours
        rows = self._rows(sql, storable(digest), self._place)
        return file_of(rows[0], self._place) if rows else None

    def identity(self) -> str:
        """Return the name that was drawn when the catalogue was made."""
        return self._store.read(_identity)

    def find(self, query: RoundQuery) -> tuple[int, ...]:
        """Return the numbers of the rounds that are meant, sorted as asked."""
        return self._store.read(lambda cursor: cursor.numbers(*find_sql(query, cursor)))

    def rows(self, ids: Sequence[int], *, of: str = "") -> tuple[LibraryRound, ...]:
        """Return what is known of rounds, in this order; one that is gone is left out.

        Args:
            ids: their numbers.
            of: the identity of the catalogue that gave the numbers; empty where that is this one.

        Raises:
            CatalogueRenumbered: this is another one by now.
        """

        def work(cursor: Cursor) -> dict[int, LibraryRound]:
            if of and of != _identity(cursor):
                raise CatalogueRenumbered(
                    "The catalogue was made anew, and its rounds have other numbers.",
                    remedy="Choose the rounds again.",
                )
            found: dict[int, LibraryRound] = {}
            for some in chunks(sorted(set(ids))):
                found |= self._rows_of(cursor, some)
            return found

        found = self._store.read(work)
        return tuple(found[number] for number in ids if number in found)

    def rounds_of(self, path: str) -> tuple[RoundEntry, ...]:
        """Return every round of a file of this machine, whether it is the best copy or not."""
        sql = (
            "SELECT copies.body FROM files JOIN copies ON copies.file = files.id"
            " WHERE files.place = ? AND files.path = ? ORDER BY copies.round"
        )
        return tuple(entry_of(body) for (body,) in self._rows(sql, self._place, storable(path)))

    def locate(self, stream: StreamId, round_id: RoundId) -> tuple[str, ...]:
        """Return the files that hold a round, those of this machine first, each the best first."""
        sql = (
            "SELECT files.place, files.path, copies.body, rounds.best, copies.file FROM names"
            " JOIN copies ON copies.round = names.id JOIN files ON files.id = copies.file"
            " JOIN rounds ON rounds.id = names.id WHERE names.stream = ? AND names.name = ?"
        )
        rows = self._rows(sql, storable(stream), storable(round_id))
        copies = sorted(
            (
                _Copy(place == self._place, file == best, file, entry_of(body), (place, path))
                for place, path, body, best, file in rows
            ),
            key=cmp_to_key(_order),
        )
        return tuple(shown_path(*copy.where, self._place) for copy in copies)

    def totals(self) -> LibraryTotals:
        """Return the library in a few figures, all machines' files included."""

        def work(cursor: Cursor) -> LibraryTotals:
            (rounds, ticks, first, last) = cursor.rows(
                "SELECT count(*), sum(ticks), (SELECT min(begun) FROM rounds),"
                " (SELECT max(ended) FROM rounds) FROM rounds"
            )[0]
            (files, size, damaged) = cursor.rows(
                "SELECT count(*), sum(size), count(CASE WHEN bad_lines > 0 OR places > 0"
                " OR problem <> '' THEN 1 END) FROM files"
            )[0]
            return LibraryTotals(
                rounds=rounds,
                files=files,
                ticks=int(ticks or 0),
                size=int(size or 0),
                damaged_files=damaged,
                first_at=Nanos(first or 0),
                last_at=Nanos(last or 0),
            )

        return self._store.read(work)

    # --- what a person noted

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        """Know what a person noted on a round, whether the round itself is known or not."""
        self.mark_many({(stream, round_id): marks})

    def mark_many(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        """Know what a person noted on many rounds."""
        for keys in chunks([*marks]):
            self._mark_some({key: marks[key] for key in keys})

    def _mark_some(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        self._store.write(lambda cursor: put_marks(cursor, marks))

    def marks(self) -> dict[tuple[StreamId, RoundId], Marks]:
        """Return all that was noted on rounds."""
        sql = f"SELECT {NAMED} FROM names WHERE bookmarked = 1 OR note <> '' OR tags <> '[]'"  # noqa: S608 - ours
        found = [named_of(row) for row in self._rows(sql)]
        return {(named.stream, named.round_id): named.marks for named in found}

    def tags(self) -> tuple[tuple[str, int], ...]:
        """Return each tag in use and how many rounds have it, the most used first."""
        sql = "SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY count(*) DESC, tag"
        return tuple((unstored(tag), count) for tag, count in self._rows(sql))

    def set_results(self, results: Sequence[OwnResult]) -> None:
        """Know what our own trading of rounds brought, in place of what was known of these."""

        def work(cursor: Cursor) -> None:
            told = {(each.stream, each.round_id): each.result for each in results}
            numbers = name_numbers(cursor, told)
            pairs = [(result, numbers[key]) for key, result in told.items()]
            cursor.each(
                "UPDATE names SET result = ? WHERE id = ?",
                [(str(result), number) for result, number in pairs],
            )
            cursor.each(
                "UPDATE rounds SET result = ? WHERE id = ?",
                [(number_of(result), number) for result, number in pairs],
            )

        self._store.write(work)

    def save_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Know these saved searches and no others."""
        rows = {storable(search.name): to_json(search.query) for search in searches}

        def work(cursor: Cursor) -> None:
            cursor.run("DELETE FROM searches")
            cursor.each("INSERT INTO searches (name, body) VALUES (?, ?)", [*rows.items()])

        self._store.write(work)

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name."""
        rows = self._rows("SELECT name, body FROM searches ORDER BY name")
        return tuple(SavedSearch(name=unstored(name), query=query_of(body)) for name, body in rows)

    # --- as a whole

    def clear(self) -> None:
        """Know no file of this machine any more, nor rounds that only it had."""
        self._store.write(lambda cursor: drop_all(cursor, self._place))

    def close(self) -> None:
        """Let go of it; safe twice."""
        self._store.close()

    # --- how

    def _rows(self, sql: str, *parameters: object) -> list[Row]:
        return self._store.read(lambda cursor: cursor.rows(sql, parameters))

    def _rows_of(self, cursor: Cursor, ids: Sequence[int]) -> dict[int, LibraryRound]:
        condition = among(cursor, "rounds.id", ids)
        listed = cursor.listed(ids)
        sql = f"{_COPY}{_BESIDE} AND copies.file = rounds.best WHERE {condition}"
        rows = cursor.rows(sql, [listed])
        found = {row[0]: self._round_of(row) for row in rows}
        elsewhere = [row[0] for row in rows if row[_PLACE] != self._place and row[_COPIES] > 1]
        if elsewhere:
            found |= self._here(cursor, elsewhere)
        return found

    def _here(self, cursor: Cursor, ids: Sequence[int]) -> dict[int, LibraryRound]:
        """The best copies on this machine, of those rounds that have one."""
        condition = among(cursor, "rounds.id", ids)
        sql = f"{_COPY}{_BESIDE} WHERE {condition} AND files.place = ? ORDER BY files.id"
        found: dict[int, LibraryRound] = {}
        for row in cursor.rows(sql, [cursor.listed(ids), self._place]):
            told = self._round_of(row)
            if told.id not in found or is_better(told.entry, found[told.id].entry):
                found[told.id] = told
        return found

    def _round_of(self, row: Row) -> LibraryRound:
        named = named_of(row[:_COPIES])
        return LibraryRound(
            id=named.id,
            entry=entry_of(row[_COPIES + 1]),
            file=file_of(row[_PLACE:], self._place),
            copies=row[_COPIES],
            result=named.result,
            marks=named.marks,
        )


class _Copy(msgspec.Struct, frozen=True):
    is_here: bool
    is_best: bool
    file: int
    entry: RoundEntry
    where: tuple[str, str]


def _identity(cursor: Cursor) -> str:
    rows = cursor.rows("SELECT name FROM identity")
    return str(rows[0][0]) if rows else ""


def _order(one: _Copy, other: _Copy) -> int:
    for first, second in ((one.is_here, other.is_here), (one.is_best, other.is_best)):
        if first != second:
            return -1 if first else 1
    if is_better(one.entry, other.entry):
        return -1
    return 1 if is_better(other.entry, one.entry) else one.file - other.file


def open_catalogue(
    folder: Path, settings: LibrarySettings, secret: Callable[[str], str | None]
) -> Catalogue:
    """Open the library's catalogue: the PostgreSQL server of the settings, or a file of our own.

    Args:
        folder: the library's own folder; it is made where it is not there.
        settings: where the catalogue is.
        secret: gives the password of an address that has none, by that address.

    Raises:
        CatalogueUnusable: it can't be reached, opened or made.
    """
    if not settings.url:
        return SqlCatalogue(SqliteStore(folder))
    # a fifth of a second to import, which only shared archives need
    from replayer_qt.adapters.library.catalogue_postgres import (  # noqa: PLC0415
        PostgresStore,
        place_of,
    )

    try:
        place = place_of(folder)
    except OSError as error:
        raise CatalogueUnusable(
            f"{folder} cannot be used: {error.strerror or error}.",
            remedy="Make it writable, or name another --data-dir.",
        ) from error
    return SqlCatalogue(PostgresStore(settings.url, place, secret))
