"""The catalogue's tables and questions in SQL that SQLite and PostgreSQL both speak.

Where they differ, a `Dialect` has the words. Parameters are written `?`.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from decimal import InvalidOperation
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

import msgspec

from replayer_qt.adapters.library.storable import folded, storable
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import IDS_MOST, Quality, Range, RoundQuery, SortBy
from replayer_qt.core.library_language import words_of

SCHEMA: Final = 2
"""Raised with every change of the tables; an older catalogue is made anew from the files."""

QUALITIES: Final = tuple(Quality)
FAIRNESSES: Final = (Fairness.VERIFIED, Fairness.UNREVEALED, Fairness.FAILED)
"""Kept as their position here, which is the order they are sorted in."""

SENSELESS: Final = (msgspec.MsgspecError, InvalidOperation)
"""What comes of reading rows that this program has not written."""

INT_MOST: Final = 2**63 - 1
_WORDS_MOST: Final = 64

Row = tuple[Any, ...]
Value = TypeVar("Value")


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one database says what the other says otherwise.

    Attributes:
        key: the type of a number that the database gives by itself.
        own_key: the type of a key that we give.
        text: the type of text that is sorted by its bytes.
        blob: the type of bytes.
        contains: whether the first of two texts holds the second; a function's name.
        among: whether a column is one of those in a list, for `str.format`.
        among_texts: the same for texts.
        tail: what ends a `CREATE TABLE`.
        in_order: what stands behind a table that is read in the order of a column.
        narrowed: the same where ranges and choices pick from it.
        whole: the same where texts and tags do, which stand in no index.
        indexes: further statements that make an empty catalogue.
    """

    key: str
    own_key: str
    text: str
    blob: str
    contains: str
    among: str
    among_texts: str
    tail: str = ""
    in_order: str = ""
    narrowed: str = ""
    whole: str = ""
    indexes: tuple[str, ...] = ()


class Cursor(Protocol):
    """Runs statements within one transaction."""

    dialect: Dialect

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return what it answers."""
        ...

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement that answers nothing."""
        ...

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row of parameters."""
        ...

    def numbers(self, sql: str, parameters: Sequence[object]) -> tuple[int, ...]:
        """Run a statement that answers rows of one whole number, and return these, in order."""
        ...

    def listed(self, values: Sequence[object]) -> object:
        """Return a list as the parameter of an `among`."""
        ...


class Store(Protocol):
    """A database that holds a catalogue.

    Attributes:
        place: which machine's files are ours; empty where there is only one.
    """

    place: str

    def read(self, work: Callable[[Cursor], Value]) -> Value:
        """Return what `work` finds, all of it from one moment; raises `CatalogueUnusable`."""
        ...

    def write(self, work: Callable[[Cursor], Value]) -> Value:
        """Do all of `work`, or nothing of it; it may be begun twice.

        Raises:
            CatalogueUnusable: it was not done.
        """
        ...

    def close(self) -> None:
        """Let go of it; safe twice."""
        ...


_TABLES: Final = (
    """CREATE TABLE files (
        id {key}, place {text} NOT NULL, path {text} NOT NULL, size BIGINT NOT NULL,
        modified BIGINT NOT NULL, format {text} NOT NULL, digest {text} NOT NULL,
        sealed BIGINT NOT NULL, plain_size BIGINT NOT NULL, lines BIGINT NOT NULL,
        bad_lines BIGINT NOT NULL, recovered_lines BIGINT NOT NULL, places BIGINT NOT NULL,
        ended {text} NOT NULL, origin {text} NOT NULL, problem {text} NOT NULL,
        UNIQUE (place, path))""",
    "CREATE INDEX files_by_digest ON files (digest)",
    """CREATE TABLE names (
        id {key}, stream {text} NOT NULL, name {text} NOT NULL,
        bookmarked BIGINT NOT NULL DEFAULT 0, note {text} NOT NULL DEFAULT '',
        tags {text} NOT NULL DEFAULT '[]', result {text},
        UNIQUE (stream, name))""",
    "CREATE INDEX names_noted ON names (id) WHERE bookmarked = 1 OR note <> '' OR tags <> '[]'",
    """CREATE TABLE copies (
        round BIGINT NOT NULL, file BIGINT NOT NULL, body {blob} NOT NULL,
        PRIMARY KEY (round, file)){tail}""",
    "CREATE INDEX copies_by_file ON copies (file, round)",
    """CREATE TABLE rounds (
        id {own_key}, best BIGINT NOT NULL, copies BIGINT NOT NULL,
        venue {text} NOT NULL, stream {text} NOT NULL, name {text} NOT NULL, begun BIGINT,
        ended BIGINT, ticks BIGINT NOT NULL, rugged BIGINT NOT NULL, rug BIGINT,
        rug_price DOUBLE PRECISION, peak DOUBLE PRECISION, volume DOUBLE PRECISION,
        volatility DOUBLE PRECISION, fairness BIGINT NOT NULL, quality BIGINT NOT NULL,
        format {text} NOT NULL, size BIGINT NOT NULL, result DOUBLE PRECISION,
        bookmarked BIGINT NOT NULL, words {text} NOT NULL)""",
    """CREATE TABLE tags (
        round BIGINT NOT NULL, tag {text} NOT NULL, folded {text} NOT NULL,
        PRIMARY KEY (round, tag)){tail}""",
    "CREATE INDEX tags_by_tag ON tags (folded, round)",
    "CREATE TABLE searches (name {text} NOT NULL PRIMARY KEY, body {blob} NOT NULL)",
    "CREATE TABLE identity (name {text} NOT NULL)",
)

FILE_COLUMNS: Final = (
    "place, path, size, modified, format, digest, sealed, plain_size, lines, bad_lines,"
    " recovered_lines, places, ended, origin, problem"
)
ROUND_COLUMNS: Final = (
    "id, best, copies, venue, stream, name, begun, ended, ticks, rugged, rug, rug_price, peak,"
    " volume, volatility, fairness, quality, format, size, result, bookmarked, words"
)
SORTED: Final = MappingProxyType(
    {
        SortBy.BEGUN: "begun",
        SortBy.PEAK: "peak",
        SortBy.TICKS: "ticks",
        SortBy.RUG: "rug",
        SortBy.RUG_PRICE: "rug_price",
        SortBy.RESULT: "result",
        SortBy.QUALITY: "quality",
        SortBy.FAIRNESS: "fairness",
        SortBy.VOLATILITY: "volatility",
        SortBy.VOLUME: "volume",
        SortBy.ROUND: "name",
        SortBy.SIZE: "size",
    }
)
"""What is sorted by, and its column."""


def tables(dialect: Dialect) -> tuple[str, ...]:
    """Return the statements that make an empty catalogue, which has a name of its own."""
    named = f"INSERT INTO identity (name) VALUES ('{secrets.token_hex(8)}')"  # noqa: S608 - ours
    made = tuple(
        sql.format(
            key=dialect.key,
            own_key=dialect.own_key,
            text=dialect.text,
            blob=dialect.blob,
            tail=dialect.tail,
        )
        for sql in (*_TABLES, *dialect.indexes)
    )
    return (*made, named)


def among(cursor: Cursor, column: str, values: Sequence[object]) -> str:
    """Return the condition that a column is one of some values; its parameter is them, listed."""
    dialect = cursor.dialect
    is_text = bool(values) and isinstance(values[0], str)
    return (dialect.among_texts if is_text else dialect.among).format(column)


def upsert(table: str, columns: str, key: str) -> str:
    """Return a statement that puts a row in place of the one with the same key."""
    names = [name.strip() for name in columns.split(",")]
    keys = {name.strip() for name in key.split(",")}
    marks = ", ".join("?" * len(names))
    news = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    words = (f"INSERT INTO {table} ({columns})", f"VALUES ({marks})")
    return " ".join((*words, f"ON CONFLICT ({key}) DO UPDATE SET {news}"))


def find_sql(query: RoundQuery, cursor: Cursor) -> tuple[str, list[object]]:
    """Return the statement that answers a query with numbers of rounds, and its parameters."""
    where = _Where(cursor)
    where.one_of("venue", [storable(each) for each in query.venues])
    where.one_of("stream", [storable(each) for each in query.streams])
    where.one_of("format", [storable(each) for each in query.formats])
    where.one_of("fairness", [FAIRNESSES.index(each) for each in query.fairness])
    where.one_of("quality", [QUALITIES.index(each) for each in query.quality])
    for column in ("ticks", "rug", "begun"):
        where.within(column, _whole(getattr(query, column)))
    for column in ("peak", "rug_price", "result", "volatility"):
        where.within(column, getattr(query, column))
    if query.bookmarked is not None:
        where.also("bookmarked = ?", int(query.bookmarked))
    if query.rugged is not None:
        where.also("rugged = ?", int(query.rugged))
    for tag in query.tags:
        where.also("id IN (SELECT round FROM tags WHERE folded = ?)", folded(tag))
    for tag in query.without_tags:
        where.also("id NOT IN (SELECT round FROM tags WHERE folded = ?)", folded(tag))
    words = words_of(query.text)[:_WORDS_MOST]
    has_texts = bool(words or query.tags or query.without_tags)
    for word in words:
        where.also(f"{cursor.dialect.contains}(words, ?) > 0", folded(word))
    column, way = SORTED[query.sort], "DESC" if query.descending else "ASC"
    order = f"ORDER BY {column} {way} NULLS LAST, id {way} LIMIT ?"
    limit = max(0, min(query.limit, IDS_MOST))
    sql = ("SELECT id FROM rounds", where.access(column, has_texts=has_texts), str(where), order)
    return " ".join(sql), [*where.values, limit]


class _Where:
    """Conditions with their values; every text in it is ours."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._conditions: list[str] = []
        self.values: list[object] = []

    def also(self, condition: str, *values: object) -> None:
        self._conditions.append(condition)
        self.values += [storable(value) if isinstance(value, str) else value for value in values]

    def one_of(self, column: str, values: Sequence[object]) -> None:
        if not values:
            return
        self._conditions.append(among(self._cursor, column, values))
        self.values.append(self._cursor.listed(values))

    def within(self, column: str, bounds: Range) -> None:
        for sign, bound in ((">=", bounds.low), ("<=", bounds.high)):
            if bound is None:
                continue
            if math.isnan(bound):
                self.also("1 = 0")
            else:
                self.also(f"{column} {sign} ?", bound)

    def access(self, column: str, *, has_texts: bool) -> str:
        """The way to read the table that has been measured to be the quickest."""
        dialect = self._cursor.dialect
        if has_texts:
            return dialect.whole
        return dialect.narrowed if self._conditions else dialect.in_order.format(column)

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._conditions)}" if self._conditions else ""


def _whole(bounds: Range) -> Range:
    """The same range of whole numbers, so that no database has to compare two kinds."""
    return Range(low=_integer(bounds.low, math.ceil), high=_integer(bounds.high, math.floor))


def _integer(bound: float | None, rounded: Callable[[float], int]) -> float | None:
    if bound is None or math.isnan(bound):
        return bound
    if math.isinf(bound):
        return INT_MOST if bound > 0 else -INT_MOST
    return max(-INT_MOST, min(rounded(bound), INT_MOST))
