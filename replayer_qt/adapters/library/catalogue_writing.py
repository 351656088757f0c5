"""Puts files and rounds into the catalogue, and keeps each round's best copy up to date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from replayer_qt.adapters.library.catalogue_rows import (
    Named,
    body_of,
    entry_of,
    file_row,
    named_of,
    round_row,
    tags_text,
    words_in,
)
from replayer_qt.adapters.library.catalogue_sql import (
    FILE_COLUMNS,
    ROUND_COLUMNS,
    Cursor,
    Row,
    Value,
    among,
    upsert,
)
from replayer_qt.adapters.library.storable import folded, storable
from replayer_qt.core.library import FileEntry, Marks, RoundEntry, is_better
from replayer_qt.core.units import RoundId, StreamId

AT_ONCE: Final = 1_000
"""Rounds, files or names in one statement."""

NAMED: Final = "id, stream, name, bookmarked, note, tags, result"

_PUT_FILE: Final = upsert("files", FILE_COLUMNS, "place, path")
_PUT_ROUND: Final = upsert("rounds", ROUND_COLUMNS, "id")
_PUT_NAME: Final = "INSERT INTO names (stream, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
_PUT_COPY: Final = "INSERT INTO copies (round, file, body) VALUES (?, ?, ?)"

Key = tuple[StreamId, RoundId]


def put_files(
    cursor: Cursor, place: str, files: Sequence[tuple[FileEntry, Sequence[RoundEntry]]]
) -> tuple[int, ...]:
    """Know files and their rounds, in place of what was known of these paths.

    Args:
        cursor: a transaction that writes.
        place: which machine's files they are.
        files: each with its rounds; of a round that one file has twice, the better one counts.

    Returns:
        For each file how many of its rounds are the best copy now.
    """
    cursor.each(_PUT_FILE, [file_row(place, file) for file, _ in files])
    numbers = file_numbers(cursor, place, [file.path for file, _ in files])
    told = {
        numbers[storable(file.path)]: _each_once(rounds)
        for file, rounds in files  # of a path that is put twice, the last counts
    }
    names = name_numbers(cursor, {key for rounds in told.values() for key in rounds})
    changed = set(rounds_in(cursor, list(told)))
    _drop_copies(cursor, list(told))
    cursor.each(
        _PUT_COPY,
        [
            (names[key], file, body_of(entry))
            for file, rounds in told.items()
            for key, entry in rounds.items()
        ],
    )
    best = refresh(cursor, changed | set(names.values()))
    return tuple(
        sum(
            best.get(names[key]) == numbers[storable(file.path)]
            for key in told[numbers[storable(file.path)]]
        )
        for file, _ in files
    )


def drop_files(cursor: Cursor, numbers: Sequence[int]) -> None:
    """Know files no more; a next best copy takes a round's place."""
    changed = rounds_in(cursor, numbers)
    _drop_copies(cursor, numbers)
    for some in chunks(numbers):
        sql = f"DELETE FROM files WHERE {among(cursor, 'id', some)}"  # noqa: S608 - ours
        cursor.run(sql, [cursor.listed(some)])
    refresh(cursor, changed)


def drop_all(cursor: Cursor, place: str) -> None:
    """Know no file of a machine any more; its files' rounds go, or show another machine's copy."""
    ours = "SELECT id FROM files WHERE place = ?"
    changed = [
        number
        for (number,) in cursor.rows(
            f"SELECT DISTINCT round FROM copies WHERE file IN ({ours})",  # noqa: S608 - ours
            [place],
        )
    ]
    cursor.run(f"DELETE FROM copies WHERE file IN ({ours})", [place])  # noqa: S608 - ours
    cursor.run("DELETE FROM files WHERE place = ?", [place])
    cursor.run("DELETE FROM rounds WHERE NOT EXISTS (SELECT 1 FROM copies WHERE round = rounds.id)")
    if cursor.rows("SELECT 1 FROM copies LIMIT 1"):
        refresh(cursor, changed)


def put_marks(cursor: Cursor, marks: Mapping[Key, Marks]) -> None:
    """Know what a person noted on rounds, in place of what was known of these."""
    told = {number: marks[key] for key, number in name_numbers(cursor, marks).items()}
    numbers = [*told]
    cursor.each(
        "UPDATE names SET bookmarked = ?, note = ?, tags = ? WHERE id = ?",
        [
            (int(each.bookmarked), storable(each.note), tags_text(sorted(set(each.tags))), number)
            for number, each in told.items()
        ],
    )
    sql = f"DELETE FROM tags WHERE {among(cursor, 'round', numbers)}"  # noqa: S608 - ours
    cursor.run(sql, [cursor.listed(numbers)])
    cursor.each(
        "INSERT INTO tags (round, tag, folded) VALUES (?, ?, ?)",
        [
            (number, storable(tag), storable(folded(tag)))
            for number, each in told.items()
            for tag in set(each.tags)
        ],
    )
    cursor.each(
        "UPDATE rounds SET bookmarked = ?, words = ? WHERE id = ?",
        [
            (int(named.marks.bookmarked), words_in(named), named.id)
            for named in _named(cursor, numbers)
        ],
    )


def refresh(cursor: Cursor, rounds: Iterable[int]) -> dict[int, int]:
    """Choose the best copies anew and keep what is searched of them.

    Returns:
        The number of the file that has the best copy, for each round that is left.
    """
    chosen: dict[int, int] = {}
    for some in chunks(sorted(set(rounds))):
        chosen |= _refresh_some(cursor, some)
    return chosen


def file_numbers(cursor: Cursor, place: str, paths: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those files that are known, by their path as it is stored."""
    found: dict[str, int] = {}
    for some in chunks(sorted({storable(path) for path in paths})):
        sql = f"SELECT path, id FROM files WHERE place = ? AND {among(cursor, 'path', some)}"  # noqa: S608 - ours
        found |= dict(cursor.rows(sql, [place, cursor.listed(some)]))
    return found


def name_numbers(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, int]:
    """Return the numbers of rounds; those that had none get one."""
    by_stream: dict[StreamId, list[RoundId]] = {}
    for stream, round_id in sorted(keys):
        by_stream.setdefault(stream, []).append(round_id)
    found: dict[Key, int] = {}
    for stream, round_ids in by_stream.items():
        for some in chunks(round_ids):
            found |= _names_of_stream(cursor, stream, some)
    return found


def rounds_in(cursor: Cursor, files: Sequence[int]) -> list[int]:
    """Return the numbers of the rounds of some files."""
    found: list[int] = []
    for some in chunks(files):
        sql = f"SELECT DISTINCT round FROM copies WHERE {among(cursor, 'file', some)}"  # noqa: S608 - ours
        found += [number for (number,) in cursor.rows(sql, [cursor.listed(some)])]
    return found


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield parts that one statement can take."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _each_once(rounds: Sequence[RoundEntry]) -> dict[Key, RoundEntry]:
    kept: dict[Key, RoundEntry] = {}
    for entry in rounds:
        key = (entry.stream, entry.round_id)
        if key not in kept or is_better(entry, kept[key]):
            kept[key] = entry
    return kept


def _names_of_stream(
    cursor: Cursor, stream: StreamId, round_ids: Sequence[RoundId]
) -> dict[Key, int]:
    stored = {storable(round_id): round_id for round_id in round_ids}
    sql = f"SELECT name, id FROM names WHERE stream = ? AND {among(cursor, 'name', list(stored))}"  # noqa: S608 - ours
    parameters = [storable(stream), cursor.listed(list(stored))]
    rows = cursor.rows(sql, parameters)
    if len(rows) < len(stored):
        known = {name for name, _ in rows}
        cursor.each(_PUT_NAME, [(parameters[0], name) for name in stored if name not in known])
        rows = cursor.rows(sql, parameters)
    return {(stream, stored[name]): number for name, number in rows}


def _drop_copies(cursor: Cursor, files: Sequence[int]) -> None:
    for some in chunks(files):
        cursor.run(
            f"DELETE FROM copies WHERE {among(cursor, 'file', some)}",  # noqa: S608 - ours
            [cursor.listed(some)],
        )


def _refresh_some(cursor: Cursor, rounds: Sequence[int]) -> dict[int, int]:
    listed = cursor.listed(rounds)
    before: Mapping[int, int] = dict(
        cursor.rows(f"SELECT id, best FROM rounds WHERE {among(cursor, 'id', rounds)}", [listed])  # noqa: S608 - ours
    )
    copies = _copies(cursor, rounds)
    chosen = {number: _choose(found, before.get(number)) for number, found in copies.items()}
    gone = [number for number in before if number not in chosen]
    cursor.run(f"DELETE FROM rounds WHERE {among(cursor, 'id', rounds)}", [cursor.listed(gone)])  # noqa: S608 - ours
    files = _files(cursor, sorted(set(chosen.values())))
    cursor.each(
        _PUT_ROUND,
        [
            round_row(
                named,
                copies[named.id][chosen[named.id]],
                files[chosen[named.id]],
                len(copies[named.id]),
            )
            for named in _named(cursor, sorted(chosen))
        ],
    )
    return chosen


def _copies(cursor: Cursor, rounds: Sequence[int]) -> dict[int, dict[int, RoundEntry]]:
    """The entries of each round, by the number of their file, the first known first."""
    sql = f"SELECT round, file, body FROM copies WHERE {among(cursor, 'round', rounds)}"  # noqa: S608 - ours
    rows = cursor.rows(f"{sql} ORDER BY round, file", [cursor.listed(rounds)])
    found: dict[int, dict[int, RoundEntry]] = {}
    for number, file, body in rows:
        found.setdefault(number, {})[file] = entry_of(body)
    return found


def _choose(copies: Mapping[int, RoundEntry], incumbent: int | None) -> int:
    """The file with the best copy; what was there stays unless another one is strictly better."""
    best = next(iter(copies))
    if incumbent is not None and incumbent in copies:
        best = incumbent
    for file, entry in copies.items():
        if is_better(entry, copies[best]):
            best = file
    return best


def _files(cursor: Cursor, numbers: Sequence[int]) -> dict[int, Row]:
    sql = f"SELECT id, format, size FROM files WHERE {among(cursor, 'id', numbers)}"  # noqa: S608 - ours
    return {row[0]: row for row in cursor.rows(sql, [cursor.listed(numbers)])}


def _named(cursor: Cursor, numbers: Sequence[int]) -> list[Named]:
    sql = f"SELECT {NAMED} FROM names WHERE {among(cursor, 'id', numbers)}"  # noqa: S608 - ours
    return [named_of(row) for row in cursor.rows(sql, [cursor.listed(numbers)])]
