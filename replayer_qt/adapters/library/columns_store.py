"""Columns of files that were read before, in one SQLite file: opening them again is a look-up.

A cache and nothing else: what is broken in it is thrown away, and what it cannot keep it does not.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import zstandard

from replayer_qt.adapters.library.columns_packing import Unpackable, pack, unpack
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import FileEntry

STORE_LIMIT: Final = 1024**3
"""What is kept at most [bytes]; the longest unused goes first."""
SCHEMA: Final = 1
"""The file's version; one of another version is thrown away."""

_PAGE: Final = 8_192
_MAPPED: Final = 256 * 1024 * 1024
_BUSY_S: Final = 2.0
_TOUCHED_MOST: Final = 4_096
_SPARED: Final = 0.9
_ADDED_MOST: Final = 64 * 1024 * 1024
_TABLE: Final = """
CREATE TABLE columns(
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL,
    content BLOB NOT NULL
)"""
_MAKE: Final = (
    _TABLE,
    "CREATE INDEX by_use ON columns(used, size)",
    f"PRAGMA user_version={SCHEMA}",
)
_PASSING: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_GET: Final = "SELECT digest, content FROM columns WHERE id=?"
_PUT: Final = "INSERT OR REPLACE INTO columns(id, digest, used, size, content) VALUES(?,?,?,?,?)"
_TOUCH: Final = "UPDATE columns SET used=? WHERE id=?"
_FORGET: Final = "DELETE FROM columns WHERE id=?"
_TOTAL: Final = "SELECT COALESCE(SUM(size), 0) FROM columns"
_OLDEST: Final = "SELECT id, size FROM columns ORDER BY used"
_NEWEST: Final = "SELECT COALESCE(MAX(used), 0) FROM columns"

log = logging.getLogger(__name__)


class ColumnFile:
    """A store of columns in a file; used by one thread at a time, by any number of processes.

    Nothing here raises: a file that is broken is made anew, one that cannot be used keeps nothing.

    Attributes:
        broken: why it was made anew, or keeps nothing, in plain words; empty when neither.
    """

    def __init__(self, path: Path, *, limit: int = STORE_LIMIT) -> None:
        """Open the file, or make it.

        Args:
            path: the file; its folder is made if it is missing.
            limit: what is kept at most [bytes].
        """
        self.broken = ""
        self._path = path
        self._limit = limit
        self._touched: dict[int, None] = {}
        self._unpacker = zstandard.ZstdDecompressor()
        self._used = self._added = 0
        self._connection = self._opened()

    def get(self, file: FileEntry) -> tuple[RoundColumns, ...] | None:
        """Return the file's rounds, or None if they are not kept or its content is another."""
        if self._connection is None or not file.digest:
            return None
        number = _number_of(file.path)
        try:
            row = self._connection.execute(_GET, (number,)).fetchone()
        except sqlite3.Error as error:
            self._fail(error)
            return None
        if row is None or row[0] != file.digest:
            return None
        try:
            found = unpack(row[1], self._unpacker)
        except Unpackable:
            self.forget((file.path,))
            return None
        self._touched[number] = None
        if len(self._touched) >= _TOUCHED_MOST:
            self._tell_used()
        return found

    def put(self, file: FileEntry, rounds: Sequence[RoundColumns]) -> None:
        """Keep a file's rounds, in place of what was kept of that path; none are not kept."""
        if self._connection is None or not file.digest or not rounds:
            return
        content = pack(rounds)
        if len(content) > self._limit:
            return
        try:
            with self._connection:
                self._used += 1
                row = (_number_of(file.path), file.digest, self._used, len(content), content)
                self._connection.execute(_PUT, row)
                self._added += len(content)
                if self._added > min(_ADDED_MOST, self._limit // 16):
                    self._make_room(self._connection)
        except sqlite3.Error as error:
            self._fail(error)

    def forget(self, paths: Sequence[str]) -> None:
        """Keep nothing of these files."""
        if self._connection is None:
            return
        numbers = [(_number_of(path),) for path in paths]
        for (number,) in numbers:
            self._touched.pop(number, None)
        try:
            with self._connection:
                self._connection.executemany(_FORGET, numbers)
        except sqlite3.Error as error:
            self._fail(error)

    def close(self) -> None:
        """Write down what was used, and let go of the file; safe twice."""
        if self._connection is None:
            return
        self._tell_used()
        self._let_go()

    def _tell_used(self) -> None:
        if self._connection is None or not self._touched:
            return
        told = [(self._used + n, number) for n, number in enumerate(self._touched, 1)]
        self._used += len(told)
        self._touched.clear()
        try:
            with self._connection:
                self._connection.executemany(_TOUCH, told)
        except sqlite3.Error as error:
            self._fail(error)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Let the longest unused go, inside the transaction of the caller."""
        self._added = 0
        (total,) = connection.execute(_TOTAL).fetchone()
        if total <= self._limit:
            return
        gone = []
        for number, size in connection.execute(_OLDEST):
            if total <= self._limit * _SPARED:
                break
            if number not in self._touched:
                gone.append((number,))
                total -= size
        connection.executemany(_FORGET, gone)

    def _opened(self) -> sqlite3.Connection | None:
        try:
            return self._open()
        except sqlite3.Error as error:
            if not _passes(error):
                return self._anew(error)
            self._say(f"it cannot be used: {error}")
        except OSError as error:
            self._say(f"it cannot be used: {error.strerror}")
        return None

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level="IMMEDIATE")
        try:
            connection.execute(f"PRAGMA page_size={_PAGE}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"PRAGMA mmap_size={_MAPPED}")
            self._make_tables(connection)
            (self._used,) = connection.execute(_NEWEST).fetchone()
            self._added = self._limit  # the first thing that is kept looks how much is there
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA:
            return
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == SCHEMA:  # another process was quicker
                return
            if version:
                raise sqlite3.DatabaseError(f"it has the version {version}")
            for statement in _MAKE:
                connection.execute(statement)

    def _fail(self, error: sqlite3.Error) -> None:
        """Make a broken file anew; a full disk, a busy file, a wrong call only cost this once."""
        if _passes(error) or not hasattr(error, "sqlite_errorcode"):
            log.info("columns were not kept or read: %s", error)
            return
        self._let_go()
        self._connection = self._anew(error)

    def _anew(self, error: sqlite3.Error) -> sqlite3.Connection | None:
        self._say(f"it was made anew: {error}")
        try:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            return self._open()
        except (sqlite3.Error, OSError) as trouble:
            self._say(f"it cannot be used: {trouble}")
            return None

    def _say(self, what: str) -> None:
        self.broken = what
        log.info("the store of columns, %s: %s", self._path, what)

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        self._touched.clear()
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _passes(error: sqlite3.Error) -> bool:
    """Whether the disk or another process is the reason, and not what is in the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _PASSING


def _number_of(path: str) -> int:
    digest = hashlib.blake2b(path.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
