"""Every entry, order and result of every account for ever, in one SQLite file."""

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.account_file import mark, open_accounts
from replayer_qt.adapters.account_queries import answer_to
from replayer_qt.adapters.account_rows import (
    Owner,
    get_account,
    open_orders,
    put_account,
    put_lines,
    put_order,
    put_session,
)
from replayer_qt.core.account import Account
from replayer_qt.core.booking import ended_unseen, fold_account
from replayer_qt.core.events import Event
from replayer_qt.core.history import HistoryAnswer, HistoryQuery, Note
from replayer_qt.core.money import NOTHING
from replayer_qt.core.order_book import Order, OrderBook, fold_orders, is_taken
from replayer_qt.core.order_events import ACCOUNT_EVENTS, AccountOpened, OrderEvent, OrderFilled
from replayer_qt.core.orders import Hop, Mode, OrderId, OrderState, Request
from replayer_qt.core.units import Nanos, StreamId, venue_of
from replayer_qt.ports import Restored

HELD_AT_THE_END: Final = "its round ended while the program was not running; counted as lost"
GONE_WITH_IT: Final = "the program ended before the paper venue carried it out"
NOTES_MOST: Final = 100_000
"""Notes on trades that are kept; the oldest go."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One stream's account as folded so far; it has no owner before it was opened."""

    account: Account = Account()
    book: OrderBook = OrderBook()
    owner: Owner | None = None


class AccountFile:
    """Keeps what the accounts' own events tell, by folding them as the engine does.

    Replayed accounts are not kept. Each call of `keep` is one transaction, on stable storage when
    it returns; keeping the same events again changes nothing. Used by one thread at a time.

    Attributes:
        refused: events that made no sense for their account.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Args:
            path: the file; its directory exists.

        Raises:
            DataDirUnusable: it can't be used, or a newer release has written it.
        """
        self._connection, self._findings = open_accounts(path)
        self._kept: dict[StreamId, _Kept] = {}  # one for each stream, of which there are a dozen
        self._is_open = True
        self.refused = 0

    def findings(self) -> tuple[str, ...]:
        """Return what was found wrong since the last call, in plain words."""
        found, self._findings = self._findings, ()
        return found

    def close(self) -> None:
        """Say in the file that it is whole, and close it; safe twice."""
        if not self._is_open:
            return
        self._is_open = False
        with suppress(sqlite3.Error):  # else it is checked when it is opened next
            mark(self._connection, clean=True)
        self._connection.close()

    # --- keeping

    def keep(self, events: Sequence[Event]) -> None:
        """Keep what concerns accounts; all of it or, when it raises, nothing of it.

        Raises:
            OSError: the disk refuses.
        """
        changed: dict[StreamId, _Kept] = {}
        orders: dict[OrderId, Order] = {}
        refused = 0
        with self._writing():
            for event in events:
                if not isinstance(event, ACCOUNT_EVENTS) or venue_of(event.stream) == "replay":
                    continue
                before = changed.get(event.stream) or self._kept.get(event.stream) or _Kept()
                after = self._after(before, event, orders)
                refused += after.account.refused > before.account.refused
                changed[event.stream] = after
            for order in orders.values():
                put_order(self._connection, order)
            for kept in changed.values():
                if kept.owner is not None:
                    at = kept.account.entries[-1].at
                    put_account(self._connection, kept.owner, kept.account, at)
        self._kept.update(changed)
        self.refused += refused

    def note(self, note: Note) -> None:
        """Keep a person's words on a trade; none at all takes them away.

        Raises:
            OSError: the disk refuses.
        """
        with self._writing() as connection:
            connection.execute("DELETE FROM notes WHERE trade_id = ?", (note.trade_id,))
            if note.note or note.tags:
                connection.execute(
                    "INSERT INTO notes (trade_id, note, tags_json) VALUES (?, ?, ?)",
                    (note.trade_id, note.note, msgspec.json.encode(note.tags).decode()),
                )
                connection.execute(
                    "DELETE FROM notes WHERE id <= (SELECT max(id) FROM notes) - ?", (NOTES_MOST,)
                )

    # --- asking

    def answer(self, query: HistoryQuery) -> HistoryAnswer:
        """Return one page of what was kept; what goes wrong is told in it."""
        try:
            return answer_to(self._connection, query)
        except sqlite3.Error as error:
            return HistoryAnswer(query=query, problem=f"the accounts cannot be read: {error}")

    def restore_all(self) -> dict[tuple[StreamId, Mode], Restored]:
        """Return what every account was when the program ended; as `restore`, for each.

        Raises:
            OSError: the disk refuses.
        """
        with self._writing() as connection:
            known = connection.execute(
                "SELECT account, mode FROM accounts UNION SELECT account, mode FROM orders"
            ).fetchall()
        pairs = [(StreamId(account), Mode(mode)) for account, mode in known]
        return {(account, mode): self.restore(account, mode) for account, mode in pairs}

    def restore(self, account: str, mode: Mode) -> Restored:
        """Return what an account (the stream's name) was when the program ended.

        What was held or bet then is booked as lost, on the day of its newest entry, with a note
        that says so: its round is over, and nobody saw how it ended. Where a venue holds it, the
        venue's first word tells what is still there. Paper orders under way are over.

        Raises:
            OSError: the disk refuses.
        """
        stream = StreamId(account)
        with self._writing() as connection:
            unresolved = self._unresolved(stream, mode)
            found = get_account(connection, stream, mode)
            if found is None:
                return Restored(
                    cash=None, day=0, day_result=NOTHING, unresolved=unresolved, entries=0
                )
            left, owner, at = found
            if left.holding.quantity or left.bet is not None:
                lost = ended_unseen(left, at, HELD_AT_THE_END)
                put_lines(connection, owner, left, lost)
                put_account(connection, owner, lost, at)
                left = lost
            (entries,) = connection.execute(
                "SELECT count(*) FROM entries WHERE account = ? AND mode = ?", (stream, mode)
            ).fetchone()
        return Restored(
            cash=left.cash,
            day=left.day,
            day_result=left.day_result,
            unresolved=unresolved,
            entries=entries,
        )

    # --- how

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; SQLite's errors become the port's."""
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
        except sqlite3.Error as error:
            raise OSError(errno.EIO, f"the accounts' file refused: {error}") from error

    def _after(self, kept: _Kept, event: Event, orders: dict[OrderId, Order]) -> _Kept:
        account, book, owner = kept.account, kept.book, kept.owner
        if isinstance(event, AccountOpened):
            return self._opened(kept, event)
        if isinstance(event, OrderEvent):
            book = fold_orders(book, event)
            if not is_taken(kept.book, book):
                return kept
            order = book.find(event.order_id)
            if order is not None:
                orders[event.order_id] = order
            if isinstance(event, OrderFilled):
                account = fold_account(account, event)
        else:
            account = fold_account(account, event)
        if owner is not None and account.entry_count > kept.account.entry_count:
            put_lines(self._connection, owner, kept.account, account)
        return _Kept(account=account, book=book, owner=owner)

    def _opened(self, kept: _Kept, event: AccountOpened) -> _Kept:
        account = fold_account(Account(mode=event.mode), event)
        if not account.opened:
            return _Kept(account=account, book=kept.book)
        owner = put_session(self._connection, event.stream, account)
        put_lines(self._connection, owner, Account(mode=event.mode), account)
        book = kept.book
        if kept.owner is None:  # the first of this run: orders of the run before may go on
            book = OrderBook(open=tuple(open_orders(self._connection, event.stream, event.mode)))
        elif owner == kept.owner:  # told again
            book = OrderBook()
        return _Kept(account=account, book=book, owner=owner)

    def _unresolved(self, stream: StreamId, mode: Mode) -> tuple[Request, ...]:
        """The orders of which no end is known; those that never passed the gate are over."""
        found: list[Request] = []
        for order in open_orders(self._connection, stream, mode):
            if order.is_under_way and mode is not Mode.PAPER:
                found.append(order.request)
                continue
            last = order.hops[-1]
            put_order(self._connection, _over(order, last.at, last.mono), GONE_WITH_IT)
        return tuple(found)


def _over(order: Order, at: Nanos, mono: Nanos) -> Order:
    """The order as ended with the program that knew of it."""
    end = OrderState.EXPIRED if order.is_under_way else OrderState.REFUSED
    return Order(request=order.request, hops=(*order.hops, Hop(end, at, mono)))
