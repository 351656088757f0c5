"""The catalogue in an SQLite file of our own; a damaged or foreign one is set aside."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.alone import alone
from replayer_qt.adapters.library.catalogue_sql import (
    SCHEMA,
    SENSELESS,
    SORTED,
    Cursor,
    Dialect,
    Row,
    Value,
    tables,
)
from replayer_qt.core.errors import CatalogueUnusable

FILE: Final = "catalogue.sqlite"
BUSY_S: Final = 5.0
"""How long another process may hold the file [s]."""

_UNKNOWN: Final = (-1, -1)
_APPLICATION: Final = 0x52504C43
_PARTS: Final = ("", "-wal", "-shm")
_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_REBUILD: Final = "See to the disk; it is only a cache, which `app.py library rebuild` makes again."
# holds all that is filtered and sorted by, so that no other page is read for it
_WIDE: Final = (
    "CREATE INDEX rounds_by_begun ON rounds (begun, id, peak, ticks, rug, rug_price, result,"
    " volatility, fairness, quality, rugged, bookmarked, venue, stream, format, size, volume,"
    " name)"
)
_DIALECT: Final = Dialect(
    key="INTEGER PRIMARY KEY AUTOINCREMENT",
    own_key="INTEGER PRIMARY KEY",
    text="TEXT",
    blob="BLOB",
    contains="instr",
    among="{} IN (SELECT value FROM json_each(?))",
    among_texts="{} IN (SELECT value FROM json_each(?))",
    tail=" WITHOUT ROWID",
    in_order="INDEXED BY rounds_by_{}",
    narrowed="INDEXED BY rounds_by_begun",
    whole="NOT INDEXED",
    indexes=(
        _WIDE,
        "CREATE INDEX rounds_by_ended ON rounds (ended)",
        "CREATE INDEX files_by_size ON files (size, bad_lines, places, problem)",
        *(
            f"CREATE INDEX rounds_by_{column} ON rounds ({column})"
            for column in SORTED.values()
            if column != "begun"
        ),
    ),
)

log = logging.getLogger(__name__)


class SqliteStore:
    """One connection to the file; used by one thread at a time.

    Attributes:
        place: empty, for all files are of this machine.
    """

    place = ""

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`, or make both.

        Raises:
            CatalogueUnusable: neither is possible.
        """
        self._path = folder / FILE
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = _UNKNOWN
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def read(self, work: Callable[[Cursor], Value]) -> Value:
        """Return what `work` finds, all of it from one moment."""
        with self._transaction("BEGIN") as cursor:
            return work(cursor)

    def write(self, work: Callable[[Cursor], Value]) -> Value:
        """Do all of `work`, or nothing of it."""
        with self._transaction("BEGIN IMMEDIATE") as cursor:
            return work(cursor)

    def close(self) -> None:
        """Close the file; safe twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator["_SqliteCursor"]:
        if self._connection is None:
            raise CatalogueUnusable("The catalogue is closed.", remedy="Open it again.")
        try:
            connection = self._current(self._connection)
            connection.execute(begin)
            try:
                yield _SqliteCursor(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError, OverflowError, *SENSELESS) as error:
            if _is_damage(error):
                self._begin_anew()
            raise self._unusable(error) from error

    def _current(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """A connection to the file that is there now: another process may have set ours aside."""
        if _identity(self._path) == self._identity:
            return connection
        connection.close()
        return self._open()

    def _open(self) -> sqlite3.Connection:
        self._identity = _UNKNOWN
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():  # whoever sets the file aside holds the lock as well
            self._connection = connection = _opened_or_new(self._path)
            self._identity = _identity(self._path)
        return connection

    def _begin_anew(self) -> None:
        if self._connection is None:
            return
        damaged, self._identity = self._identity, _UNKNOWN
        self._connection.close()
        with contextlib.suppress(sqlite3.Error, OSError):
            with self._alone():
                if _identity(self._path) == damaged:
                    set_aside(self._path)
            self._open()

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        return alone(self._path.parent, what="The catalogue", wait_s=BUSY_S)

    def _unusable(self, error: Exception) -> CatalogueUnusable:
        if _is_damage(error):
            what = f"The catalogue {self._path} was damaged ({error}); an empty one took its place."
            return CatalogueUnusable(what, remedy="Fill it again with `app.py library rebuild`.")
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return CatalogueUnusable(
                f"The catalogue {self._path} is held by another process.",
                remedy="Wait until that one is done, and try again.",
            )
        return CatalogueUnusable(f"The catalogue {self._path} refused: {error}.", remedy=_REBUILD)


class _SqliteCursor:
    dialect = _DIALECT

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self._connection.execute(sql, tuple(parameters))

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._connection.executemany(sql, rows)

    def numbers(self, sql: str, parameters: Sequence[object]) -> tuple[int, ...]:
        # one text instead of a row each: a third of the time, in the order of the inner statement
        joined = f"SELECT group_concat(id) FROM ({sql})"  # noqa: S608 - ours
        ((told,),) = self.rows(joined, parameters)
        return msgspec.json.decode(f"[{told or ''}]", type=tuple[int, ...])

    def listed(self, values: Sequence[object]) -> object:
        return msgspec.json.encode(values).decode()


def set_aside(path: Path) -> None:
    """Rename the file to `.broken`, in place of an older such one; its companions go.

    Raises:
        OSError: it stays.
    """
    path.replace(path.with_name(f"{path.name}.broken"))
    for part in _PARTS[1:]:
        path.with_name(path.name + part).unlink(missing_ok=True)


def _opened_or_new(path: Path) -> sqlite3.Connection:
    try:
        return _opened(path)
    except (_Foreign, sqlite3.DatabaseError) as error:
        if not (isinstance(error, _Foreign) or _is_damage(error)):
            raise
        log.info("%s is set aside: %s", path.name, error)
        set_aside(path)
        return _opened(path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stated = path.stat()
    except FileNotFoundError:
        return None
    return stated.st_dev, stated.st_ino


class _Foreign(Exception):
    """The file is no catalogue of this version."""


def _opened(path: Path) -> sqlite3.Connection:
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in ("synchronous = NORMAL", "cache_size = -65536", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    if _is_ours(connection):
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    if not _is_ours(connection):  # another process may have been quicker
        for sql in tables(_DIALECT):
            connection.execute(sql)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.execute("COMMIT")


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether it is a catalogue; False if it is empty."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not application and not version and not count:
        return False
    if application != _APPLICATION:
        raise _Foreign("it belongs to another program")
    if version != SCHEMA:
        raise _Foreign(f"it has version {version}, this program knows {SCHEMA}")
    connection.execute("SELECT count(*) FROM searches").fetchone()
    return True


def _is_damage(error: Exception) -> bool:
    if isinstance(error, SENSELESS):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _DAMAGE
