"""Answers questions about the past of accounts, one page at a time, by index."""

import sqlite3
from decimal import Decimal
from typing import Any, Final

import msgspec

from replayer_qt.adapters.account_rows import CLOSED_COLUMNS, ENTRY_COLUMNS, closed_of, entry_of
from replayer_qt.core.account import EntryKind
from replayer_qt.core.history import (
    PAGE_MOST,
    AskClosed,
    AskDays,
    AskEntries,
    AskNotes,
    DayResult,
    HistoryAnswer,
    HistoryQuery,
    Note,
    Noted,
)
from replayer_qt.core.orders import Mode
from replayer_qt.core.units import StreamId

_FILLS: Final = (EntryKind.BUY, EntryKind.SELL, EntryKind.RUG, EntryKind.SIDE_BET)
_TAGS: Final = msgspec.json.Decoder(tuple[str, ...])


def answer_to(connection: sqlite3.Connection, query: HistoryQuery) -> HistoryAnswer:
    """Return one page of what was kept, newest first.

    Raises:
        sqlite3.Error: the file can't be read.
    """
    match query:
        case AskEntries():
            rows: list[tuple[int, Any]] = [
                (row[0], entry_of(row[1:])) for row in _entries(connection, query)
            ]
        case AskClosed():
            rows = [(row[0], _noted(row[1:])) for row in _closed(connection, query)]
        case AskDays():
            rows = [(row[2], _day(row)) for row in _days(connection, query)]
        case AskNotes():
            rows = [(row[0], _note(row[1:])) for row in _notes(connection, query)]
        case _:
            return HistoryAnswer(query=query, problem="nothing of this kind is kept")
    more = len(rows) == _limit(query) and bool(rows)
    return HistoryAnswer(
        query=query,
        rows=tuple(row for _, row in rows),
        before=rows[-1][0] if more else None,
    )


class _Where:
    """Conditions with their values; every text in it is ours."""

    def __init__(self, query: HistoryQuery, key: str = "id") -> None:
        self._conditions = ["1 = 1"]
        self.values: list[Any] = []
        for column, value in (("account", query.account), ("mode", query.mode)):
            if value is not None:
                self.also(f"{column} = ?", value)
        if query.before is not None:
            self.also(f"{key} < ?", query.before)

    def also(self, condition: str, *values: object) -> None:
        self._conditions.append(condition)
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self._conditions)


def _entries(connection: sqlite3.Connection, query: AskEntries) -> list[Any]:
    where = _Where(query)
    if query.fills_only:
        where.also("kind IN (?, ?, ?, ?)", *_FILLS)
    return connection.execute(
        f"SELECT id, {ENTRY_COLUMNS} FROM entries WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - ours
        (*where.values, _limit(query)),
    ).fetchall()


def _closed(connection: sqlite3.Connection, query: AskClosed) -> list[Any]:
    where = _Where(query)
    if query.text:
        like = f"%{_escaped(query.text)}%"
        searched = ("note", "tags_json", "round_id")
        either = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in searched)
        where.also(f"({either})", like, like, like)
    if query.tag:
        where.also(
            "EXISTS (SELECT 1 FROM json_each(notes.tags_json) WHERE json_each.value = ?)", query.tag
        )
    columns = ", ".join(f"closed.{name}" for name in CLOSED_COLUMNS.split(", "))
    where_text = str(where).replace("id <", "closed.id <")
    return connection.execute(
        f"SELECT closed.id, account, mode, note, tags_json, {columns} FROM closed"  # noqa: S608 - ours
        " LEFT JOIN notes ON notes.trade_id = closed.trade_id"
        f" WHERE {where_text} ORDER BY closed.id DESC LIMIT ?",
        (*where.values, _limit(query)),
    ).fetchall()


def _days(connection: sqlite3.Connection, query: AskDays) -> list[Any]:
    where = _Where(query, key="day")
    return connection.execute(
        "SELECT account, mode, day, realised, closed, wins, losses FROM days"  # noqa: S608 - ours
        f" WHERE {where} ORDER BY day DESC, account, mode LIMIT ?",
        (*where.values, _limit(query)),
    ).fetchall()


def _notes(connection: sqlite3.Connection, query: AskNotes) -> list[Any]:
    before = -1 if query.before is None else query.before
    return connection.execute(
        "SELECT id, trade_id, note, tags_json FROM notes WHERE ? < 0 OR id < ?"
        " ORDER BY id DESC LIMIT ?",
        (before, before, _limit(query)),
    ).fetchall()


def _noted(row: tuple[Any, ...]) -> Noted:
    account, mode, note, tags, *closed = row
    return Noted(
        account=StreamId(account),
        mode=Mode(mode),
        closed=closed_of(closed),
        note=note or "",
        tags=() if tags is None else _TAGS.decode(tags),
    )


def _day(row: tuple[Any, ...]) -> DayResult:
    account, mode, day, realised, closed, wins, losses = row
    return DayResult(
        account=StreamId(account),
        mode=Mode(mode),
        day=day,
        realised=Decimal(realised),
        closed=closed,
        wins=wins,
        losses=losses,
    )


def _note(row: tuple[Any, ...]) -> Note:
    trade_id, note, tags = row
    return Note(trade_id=trade_id, note=note, tags=_TAGS.decode(tags))


def _limit(query: HistoryQuery) -> int:
    return min(max(query.limit, 1), PAGE_MOST)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
