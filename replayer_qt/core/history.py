"""What can be asked of everything that was ever kept of accounts, and the answers."""

from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.account import Closed, Entry
from replayer_qt.core.orders import Mode
from replayer_qt.core.units import StreamId

PAGE: Final = 200
"""Rows of an answer, where nothing else is said."""
PAGE_MOST: Final = 10_000


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A question about one account's past; rows are told newest first.

    Attributes:
        account: the stream's name; None asks of all accounts.
        mode: whose money; None asks of all.
        limit: rows at most, up to `PAGE_MOST`.
        before: where the page before this one ended; None begins with the newest.
    """

    account: StreamId | None = None
    mode: Mode | None = None
    limit: int = PAGE
    before: int | None = None


class AskEntries(HistoryQuery, frozen=True, kw_only=True):
    """The ledger's entries.

    Attributes:
        fills_only: only those that something was bought, sold or bet by.
    """

    fills_only: bool = False


class AskClosed(HistoryQuery, frozen=True, kw_only=True):
    """What ended with a certain result, with the notes on it.

    Attributes:
        text: only those whose note, tag or round has this in it; empty: all.
        tag: only those with exactly this tag; empty: all.
    """

    text: str = ""
    tag: str = ""


class AskDays(HistoryQuery, frozen=True, kw_only=True):
    """The results of UTC days."""


class AskNotes(HistoryQuery, frozen=True, kw_only=True):
    """A person's notes on trades, newest first; they are of no account."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A person's words on a trade."""

    trade_id: str
    note: str
    tags: tuple[str, ...] = ()


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ended, with a person's words on it."""

    account: StreamId
    mode: Mode
    closed: Closed
    note: str = ""
    tags: tuple[str, ...] = ()


class DayResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one UTC day brought.

    Attributes:
        day: days since the Unix epoch.
        realised: [SOL].
        closed: things that ended with a certain result; `wins` of them above 0, `losses` below.
    """

    account: StreamId
    mode: Mode
    day: int
    realised: Decimal
    closed: int
    wins: int
    losses: int


class HistoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One page.

    Attributes:
        query: what was asked.
        rows: entries, `Noted`, `DayResult` or `Note`, newest first.
        before: what to ask for the next page with; None when this is the last one.
        problem: why there is no answer, in plain words; empty when there is one.
    """

    query: HistoryQuery
    rows: tuple[Entry, ...] | tuple[Noted, ...] | tuple[DayResult, ...] | tuple[Note, ...] = ()
    before: int | None = None
    problem: str = ""
