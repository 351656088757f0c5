"""Accounts as rows of SQLite and back: decimals as text, times as whole nanoseconds of UTC."""

import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from replayer_qt.core.account import Account, Closed, Entry, EntryKind, OpenBet
from replayer_qt.core.money import Holding
from replayer_qt.core.order_book import Order
from replayer_qt.core.orders import Hop, Mode, OrderId, Request
from replayer_qt.core.units import Nanos, RoundId, StreamId

ENTRY_COLUMNS: Final = (
    "number, at, kind, amount, cash, realised, quantity, price, round_id, tick, order_id, note"
)
CLOSED_COLUMNS: Final = "trade_id, at, kind, round_id, tick, result, cost, held"

_PUT_ENTRY: Final = (
    f"INSERT OR IGNORE INTO entries (session, account, mode, {ENTRY_COLUMNS})"  # noqa: S608 - ours
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PUT_CLOSED: Final = (
    f"INSERT OR IGNORE INTO closed (session, number, account, mode, {CLOSED_COLUMNS})"  # noqa: S608 - ours
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PUT_DAY: Final = "INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_ORDER: Final = "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_ACCOUNT: Final = "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_GET_ACCOUNT: Final = (
    "SELECT session, at, cash, quantity, basis, average, since, round_id, bet_json, entries"
    " FROM accounts WHERE account = ? AND mode = ?"
)
_GET_OPEN_ORDERS: Final = (
    "SELECT order_json FROM orders WHERE account = ? AND mode = ? AND is_open = 1 ORDER BY at"
)


class Owner(msgspec.Struct, frozen=True):
    """Whose rows they are.

    Attributes:
        session: the row of the session in which they were made.
    """

    stream: StreamId
    mode: Mode
    session: int


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an order: enough to go on with it."""

    request: Request
    hops: tuple[Hop, ...]
    reason: str = ""


_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")
_ORDERS: Final = msgspec.json.Decoder(_Order, strict=False)
_BETS: Final = msgspec.json.Decoder(OpenBet, strict=False)


def put_session(connection: sqlite3.Connection, stream: StreamId, account: Account) -> Owner:
    """Begin a session, or find the one that began at the same moment."""
    opening = account.entries[0]
    key = (stream, account.mode, opening.at)
    connection.execute(
        "INSERT OR IGNORE INTO sessions (account, mode, opened_at, cash) VALUES (?, ?, ?, ?)",
        (*key, _plain(opening.cash)),
    )
    (session,) = connection.execute(
        "SELECT id FROM sessions WHERE account = ? AND mode = ? AND opened_at = ?", key
    ).fetchone()
    return Owner(stream, account.mode, session)


def put_lines(
    connection: sqlite3.Connection, owner: Owner, before: Account, after: Account
) -> None:
    """Keep what an event added to an account: entries, what ended, the day's result."""
    for entry in after.entries[before.entry_count - after.entry_count :]:
        put = connection.execute(_PUT_ENTRY, _entry_row(owner, entry))
        if put.rowcount > 0:
            _add_to_day(connection, owner, after.day, entry.realised)
    added = after.tally.count - before.tally.count
    for place, closed in enumerate(after.closed[len(after.closed) - added :] if added else ()):
        number = before.tally.count + place + 1
        put = connection.execute(_PUT_CLOSED, _closed_row(owner, number, closed))
        if put.rowcount > 0:
            _count_in_day(connection, owner, after.day, closed.result)


def put_account(connection: sqlite3.Connection, owner: Owner, account: Account, at: Nanos) -> None:
    """Keep where an account stands."""
    held, bet = account.holding, account.bet
    connection.execute(
        _PUT_ACCOUNT,
        (
            owner.stream,
            owner.mode,
            owner.session,
            at,
            _plain(account.cash),
            _plain(held.quantity),
            _plain(held.basis),
            _plain(held.average),
            account.since,
            account.round_id,
            None if bet is None else _ENCODER.encode(bet),
            account.entry_count,
        ),
    )


def get_account(
    connection: sqlite3.Connection, stream: StreamId, mode: Mode
) -> tuple[Account, Owner, Nanos] | None:
    """Return where an account stood, whose last session that was, and when."""
    row = connection.execute(_GET_ACCOUNT, (stream, mode)).fetchone()
    if row is None:
        return None
    session, at, cash, quantity, basis, average, since, round_id, bet, entries = row
    day = connection.execute(
        "SELECT day, realised FROM days WHERE account = ? AND mode = ? ORDER BY day DESC",
        (stream, mode),
    ).fetchone()
    account = Account(
        mode=mode,
        opened=True,
        cash=Decimal(cash),
        holding=Holding(quantity=Decimal(quantity), basis=Decimal(basis), average=Decimal(average)),
        since=since,
        round_id=round_id,
        bet=None if bet is None else _BETS.decode(bet),
        entry_count=entries,
        day=0 if day is None else day[0],
        day_result=Decimal(0) if day is None else Decimal(day[1]),
    )
    return account, Owner(stream, mode, session), Nanos(at)


def put_order(connection: sqlite3.Connection, order: Order, reason: str = "") -> None:
    """Keep where an order stands."""
    request = order.request
    kept = _Order(request=request, hops=order.hops, reason=reason or order.reason)
    connection.execute(
        _PUT_ORDER,
        (
            request.order_id,
            request.stream,
            request.mode,
            order.state,
            order.hops[0].at,
            int(not order.is_over),
            _ENCODER.encode(kept),
        ),
    )


def open_orders(connection: sqlite3.Connection, stream: StreamId, mode: Mode) -> Iterator[Order]:
    """Yield the orders of which no end is known, oldest first."""
    for (text,) in connection.execute(_GET_OPEN_ORDERS, (stream, mode)).fetchall():
        kept = _ORDERS.decode(text)
        yield Order(request=kept.request, hops=kept.hops, reason=kept.reason)


def entry_of(row: Sequence[Any]) -> Entry:
    """Return the entry of a row of `ENTRY_COLUMNS`."""
    number, at, kind, amount, cash, realised, quantity, price, round_id, tick, order, note = row
    return Entry(
        number=number,
        at=Nanos(at),
        kind=EntryKind(kind),
        amount=Decimal(amount),
        cash=Decimal(cash),
        realised=Decimal(realised),
        quantity=Decimal(quantity),
        price=Decimal(price),
        round_id=None if round_id is None else RoundId(round_id),
        tick=tick,
        order_id=None if order is None else OrderId(order),
        note=note,
    )


def closed_of(row: Sequence[Any]) -> Closed:
    """Return the closed thing of a row of `CLOSED_COLUMNS`."""
    trade_id, at, kind, round_id, tick, result, cost, held = row
    return Closed(
        trade_id=trade_id,
        at=Nanos(at),
        kind=EntryKind(kind),
        round_id=RoundId(round_id),
        tick=tick,
        result=Decimal(result),
        cost=Decimal(cost),
        held=held,
    )


def _entry_row(owner: Owner, entry: Entry) -> tuple[Any, ...]:
    return (
        owner.session,
        owner.stream,
        owner.mode,
        entry.number,
        entry.at,
        entry.kind,
        _plain(entry.amount),
        _plain(entry.cash),
        _plain(entry.realised),
        _plain(entry.quantity),
        _plain(entry.price),
        entry.round_id,
        entry.tick,
        entry.order_id,
        entry.note,
    )


def _closed_row(owner: Owner, number: int, closed: Closed) -> tuple[Any, ...]:
    return (
        owner.session,
        number,
        owner.stream,
        owner.mode,
        closed.trade_id,
        closed.at,
        closed.kind,
        closed.round_id,
        closed.tick,
        _plain(closed.result),
        _plain(closed.cost),
        closed.held,
    )


def _plain(amount: Decimal) -> str:
    # without an exponent, which other readers of the file take for text; both forms are read back
    return format(amount, "f")


def _add_to_day(connection: sqlite3.Connection, owner: Owner, day: int, amount: Decimal) -> None:
    if amount:
        realised, closed, wins, losses = _day(connection, owner, day)
        row = (owner.stream, owner.mode, day, _plain(realised + amount), closed, wins, losses)
        connection.execute(_PUT_DAY, row)


def _count_in_day(connection: sqlite3.Connection, owner: Owner, day: int, result: Decimal) -> None:
    realised, closed, wins, losses = _day(connection, owner, day)
    won, lost = wins + (result > 0), losses + (result < 0)
    row = (owner.stream, owner.mode, day, _plain(realised), closed + 1, won, lost)
    connection.execute(_PUT_DAY, row)


def _day(connection: sqlite3.Connection, owner: Owner, day: int) -> tuple[Decimal, int, int, int]:
    row = connection.execute(
        "SELECT realised, closed, wins, losses FROM days"
        " WHERE account = ? AND mode = ? AND day = ?",
        (owner.stream, owner.mode, day),
    ).fetchone()
    return (Decimal(0), 0, 0, 0) if row is None else (Decimal(row[0]), *row[1:])
