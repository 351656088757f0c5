"""What the library knows, as rows of the catalogue's tables and back."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.adapters.library.catalogue_sql import (
    FAIRNESSES,
    INT_MOST,
    QUALITIES,
    Row,
)
from replayer_qt.adapters.library.storable import folded, from_json, storable, unstored
from replayer_qt.core.library import FileEntry, Marks, RoundEntry, RoundQuery
from replayer_qt.core.units import RoundId, StreamId, venue_of

_ENTRIES: Final = msgspec.msgpack.Decoder(RoundEntry)
_TAGS: Final = msgspec.json.Decoder(tuple[str, ...])


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to a round, whoever recorded it.

    Attributes:
        id: the round's number.
    """

    id: int
    stream: StreamId
    round_id: RoundId
    marks: Marks
    result: Decimal | None


def file_row(place: str, file: FileEntry) -> Row:
    """Return a file as a row."""
    return (
        place,
        storable(file.path),
        _bounded(file.size),
        _bounded(file.modified),
        storable(file.format),
        storable(file.digest),
        int(file.sealed),
        _bounded(file.plain_size),
        _bounded(file.lines),
        _bounded(file.bad_lines),
        _bounded(file.recovered_lines),
        _bounded(file.places),
        storable(file.ended),
        storable(file.origin),
        storable(file.problem),
    )


def file_of(row: Sequence[object], place: str) -> FileEntry:
    """Return the file of a row.

    Args:
        row: the columns of `FILE_COLUMNS`.
        place: which machine's files are ours.
    """
    where, path, size, modified, kind, digest, sealed, plain_size, lines, bad, *others = row
    recovered, places, ended, origin, problem = others
    return FileEntry(
        path=shown_path(str(where), str(path), place),
        size=_int(size),
        modified=_int(modified),
        format=unstored(str(kind)),
        digest=unstored(str(digest)),
        sealed=bool(sealed),
        plain_size=_int(plain_size),
        lines=_int(lines),
        bad_lines=_int(bad),
        recovered_lines=_int(recovered),
        places=_int(places),
        ended=unstored(str(ended)),
        origin=unstored(str(origin)),
        problem=unstored(str(problem)),
    )


def shown_path(where: str, path: str, place: str) -> str:
    """Return a file's path; one of another machine is named with that, so that none here is meant.

    Args:
        where: which machine's file it is.
        path: as it is stored.
        place: which machine's files are ours.
    """
    return unstored(path) if where == place else f"{where}:{unstored(path)}"


def body_of(entry: RoundEntry) -> bytes:
    """Return an entry as bytes; whole numbers beyond 63 bits, which mean nothing, are cut."""
    stream, name = storable(entry.stream), storable(entry.round_id)
    if (stream, name) != (entry.stream, entry.round_id):
        entry = msgspec.structs.replace(entry, stream=StreamId(stream), round_id=RoundId(name))
    try:
        return msgspec.msgpack.encode(entry)
    except OverflowError:
        told = msgspec.structs.asdict(entry)
        bounded = {name: _bounded(value) for name, value in told.items() if type(value) is int}
        return msgspec.msgpack.encode(msgspec.structs.replace(entry, **bounded))


def entry_of(body: bytes) -> RoundEntry:
    """Return the entry in bytes of `body_of`.

    Raises:
        msgspec.MsgspecError: they are something else.
    """
    entry = _ENTRIES.decode(body)
    stream, name = unstored(entry.stream), unstored(entry.round_id)
    if (stream, name) == (entry.stream, entry.round_id):
        return entry
    return msgspec.structs.replace(entry, stream=StreamId(stream), round_id=RoundId(name))


def named_of(row: Sequence[object]) -> Named:
    """Return what a row of names says: id, stream, name, bookmarked, note, tags, result."""
    number, stream, name, bookmarked, note, tags, result = row
    return Named(
        id=_int(number),
        stream=StreamId(unstored(str(stream))),
        round_id=RoundId(unstored(str(name))),
        marks=Marks(
            tags=tuple(unstored(tag) for tag in _TAGS.decode(str(tags))),
            note=unstored(str(note)),
            bookmarked=bool(bookmarked),
        ),
        result=None if result is None else Decimal(str(result)),
    )


def round_row(named: Named, entry: RoundEntry, best: Row, copies: int) -> Row:
    """Return a round as a row of what is searched and sorted.

    Args:
        named: what belongs to the round.
        entry: its best copy.
        best: that copy's file: its number, its format, its size.
        copies: files that hold the round.
    """
    file, kind, size = best
    return (
        named.id,
        file,
        copies,
        storable(venue_of(entry.stream)),
        storable(entry.stream),
        storable(entry.round_id),
        _bounded(entry.begun_at) or None,
        _bounded(entry.ended_at) or None,
        _bounded(entry.ticks),
        int(entry.rugged),
        None if entry.rug_index is None else _bounded(entry.rug_index),
        number_of(entry.rug_price),
        number_of(entry.peak),
        number_of(entry.volume),
        number_of(entry.volatility),
        FAIRNESSES.index(entry.fairness),
        QUALITIES.index(entry.quality),
        kind,
        size,
        number_of(named.result),
        int(named.marks.bookmarked),
        words_in(named),
    )


def words_in(named: Named) -> str:
    """Return everything that a text is looked for in."""
    marks = named.marks
    parts = (named.round_id, named.stream, *marks.tags, marks.note)
    return storable(folded("\n".join(parts)))


def tags_text(tags: Sequence[str]) -> str:
    """Return tags as one text."""
    return msgspec.json.encode([storable(tag) for tag in tags]).decode()


def query_of(body: bytes) -> RoundQuery:
    """Return the query in bytes; one that makes no sense any more asks for everything."""
    try:
        return from_json(body, RoundQuery)
    except msgspec.MsgspecError:
        return RoundQuery()


def _int(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))


def _bounded(number: int) -> int:
    return max(-INT_MOST, min(number, INT_MOST))


def number_of(value: float | Decimal | None) -> float | None:
    """Return what a database can sort by; None for what is not known or not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)
