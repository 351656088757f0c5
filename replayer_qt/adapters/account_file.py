"""The file that accounts are kept in: made, checked, brought up to date, set aside when damaged."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from replayer_qt.core.errors import DataDirUnusable

SCHEMA: Final = 1
"""Raised with every change of the tables; `_MIGRATIONS` brings older files up to it."""
BUSY_S: Final = 5.0
"""How long another program may hold the file [s]."""

_PARTS: Final = ("", "-wal", "-shm")
_TABLES: Final = """
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, mode TEXT NOT NULL,
    opened_at INTEGER NOT NULL, cash TEXT NOT NULL, UNIQUE (account, mode, opened_at)
) STRICT;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions, number INTEGER NOT NULL,
    account TEXT NOT NULL, mode TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    amount TEXT NOT NULL, cash TEXT NOT NULL, realised TEXT NOT NULL, quantity TEXT NOT NULL,
    price TEXT NOT NULL, round_id TEXT, tick INTEGER NOT NULL, order_id TEXT, note TEXT NOT NULL,
    UNIQUE (session, number)
) STRICT;
CREATE INDEX entries_by_account ON entries (account, id);
CREATE INDEX entries_by_mode ON entries (account, mode, id);
CREATE TABLE closed (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions, number INTEGER NOT NULL,
    account TEXT NOT NULL, mode TEXT NOT NULL, trade_id TEXT NOT NULL, at INTEGER NOT NULL,
    kind TEXT NOT NULL, round_id TEXT NOT NULL, tick INTEGER NOT NULL, result TEXT NOT NULL,
    cost TEXT NOT NULL, held INTEGER NOT NULL, UNIQUE (session, number)
) STRICT;
CREATE INDEX closed_by_account ON closed (account, id);
CREATE INDEX closed_by_mode ON closed (account, mode, id);
CREATE INDEX closed_by_trade ON closed (trade_id);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, account TEXT NOT NULL, mode TEXT NOT NULL, state TEXT NOT NULL,
    at INTEGER NOT NULL, is_open INTEGER NOT NULL, order_json BLOB NOT NULL
) STRICT;
CREATE INDEX orders_open ON orders (account, mode) WHERE is_open = 1;
CREATE TABLE days (
    account TEXT NOT NULL, mode TEXT NOT NULL, day INTEGER NOT NULL, realised TEXT NOT NULL,
    closed INTEGER NOT NULL, wins INTEGER NOT NULL, losses INTEGER NOT NULL,
    PRIMARY KEY (account, mode, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
    account TEXT NOT NULL, mode TEXT NOT NULL, session INTEGER NOT NULL REFERENCES sessions,
    at INTEGER NOT NULL, cash TEXT NOT NULL, quantity TEXT NOT NULL, basis TEXT NOT NULL,
    average TEXT NOT NULL, since INTEGER NOT NULL, round_id TEXT, bet_json BLOB,
    entries INTEGER NOT NULL, PRIMARY KEY (account, mode)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY, trade_id TEXT NOT NULL UNIQUE, note TEXT NOT NULL,
    tags_json TEXT NOT NULL
) STRICT;
CREATE TABLE clean (is_clean INTEGER NOT NULL) STRICT;
INSERT INTO clean VALUES (1);
"""

_MIGRATIONS: Final[dict[int, Callable[[sqlite3.Connection], None]]] = {}
"""What brings a file from that version to the next one."""


def open_accounts(path: Path) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """Return a connection to the file, made anew where there is none, and what was wrong with it.

    A damaged file is set aside under another name, never changed. After a crash all pages are
    checked, otherwise only that it can be read.

    Raises:
        DataDirUnusable: the file can't be made or opened, or a newer release has written it.
    """
    try:
        try:
            return _opened(path), ()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            aside = _set_aside(path)
            finding = (
                f"{path.name} was damaged ({error}) and is kept as {aside.name}; a new one began"
            )
            return _opened(path), (finding,)
    except (sqlite3.Error, OSError) as error:
        raise DataDirUnusable(
            f"{path} cannot be used: {error}.", remedy="Free the file, or use another --data-dir."
        ) from error


def mark(connection: sqlite3.Connection, *, clean: bool) -> None:
    """Write down whether nobody is writing to the file."""
    with connection:
        connection.execute("UPDATE clean SET is_clean = ?", (int(clean),))


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise DataDirUnusable(
            f"{path} was written by a newer release (version {version}, this one knows {SCHEMA}).",
            remedy="Use that release, or another --data-dir.",
        )
    if version == 0:
        connection.executescript(f"BEGIN;{_TABLES}PRAGMA user_version = {SCHEMA};COMMIT;")
    for older in range(max(version, 1), SCHEMA):
        with connection:
            _MIGRATIONS[older](connection)
            connection.execute(f"PRAGMA user_version = {older + 1}")
    _check(connection)
    mark(connection, clean=False)


def _check(connection: sqlite3.Connection) -> None:
    (is_clean,) = connection.execute("SELECT is_clean FROM clean").fetchone()
    if is_clean:
        return
    found: Sequence[tuple[str]] = connection.execute("PRAGMA quick_check(1)").fetchall()
    if found != [("ok",)]:
        raise sqlite3.DatabaseError(str(found[0][0]).splitlines()[0])


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for part in _PARTS:
        whole = path.with_name(path.name + part)
        if whole.exists():
            whole.rename(aside.with_name(aside.name + part))
    return aside
