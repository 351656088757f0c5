"""The protocols that the engine and the threads need the world to fill."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.library import (
    FileEntry,
    LibraryRound,
    Marks,
    RoundEntry,
    RoundQuery,
    SavedSearch,
)
from replayer_qt.core.library_answers import LibraryTotals, OwnResult
from replayer_qt.core.orders import Mode, Request
from replayer_qt.core.program_events import RecordingChanged
from replayer_qt.core.trading import Kill
from replayer_qt.core.units import Nanos, RoundId, StreamId


class Clock(Protocol):
    """What time it is."""

    def now(self) -> Nanos:
        """Return the wall time [ns since the Unix epoch, UTC]."""
        ...

    def monotonic(self) -> Nanos:
        """Return a time that never goes back [ns since some fixed moment]."""
        ...


class Feed(Protocol):
    """Where events come from: a venue, or a recording on a replay clock.

    All methods are called on the feed's own thread and loop.
    """

    @property
    def name(self) -> str:
        """A short name for people and threads."""
        ...

    @property
    def stream(self) -> StreamId:
        """The stream that every event names."""
        ...

    def events(self) -> AsyncGenerator[Event, None]:
        """Yield what happens, until closed or cancelled; what fails is an event, not an exception.

        An async generator: closing it releases whatever it holds. Raw messages come as
        `RawReceived`, before the events that were parsed from them.
        """
        ...

    def steer(self, command: Command) -> None:
        """Obey `command` if it concerns this feed; never raises, never waits."""
        ...


class Journal(Protocol):
    """A recording being written. Not thread-safe; every call is made on the recorder's thread.

    What the disk refuses is told in `status`, counted, retried; it is never an exception.
    """

    def start(self) -> None:
        """Begin to record."""
        ...

    def append(self, events: Sequence[Event]) -> None:
        """Write events, in order; returns when the operating system has them."""
        ...

    def tend(self) -> None:
        """Do what is due with time: retry after a fault, check the space, close what is over.

        The owner calls it about five times a second, whether events come or not.
        """
        ...

    def status(self) -> RecordingChanged:
        """Return the state, the file and the counts."""
        ...

    def stop(self) -> None:
        """Finish the files (footer, flush, sync) and record no more; safe twice."""
        ...


class AuditTrail(Protocol):
    """Where every decision is written down, chained line to line. Called on the audit's thread."""

    def append(self, events: Sequence[Event]) -> None:
        """Write one line for each event; they are on stable storage when it returns.

        Raises:
            OSError: the disk refused; nothing of this call may be relied on.
        """
        ...

    def tend(self) -> None:
        """Do what is due with time: a new day's file, packing old days; raises OSError."""
        ...

    def close(self) -> None:
        """Finish the file; safe twice."""
        ...


class KillLatch(Protocol):
    """The kill switch on disk; every method may be called from any thread."""

    def is_on(self) -> bool:
        """Return whether it is on, as cheaply as a look at one file; unreadable counts as on."""
        ...

    def read(self) -> Kill:
        """Return all that is written in it."""
        ...

    def press(self, *, by: str, reason: str) -> Kill:
        """Switch it on; it is on stable storage when this returns.

        Never raises: what can't be written is on all the same, as long as this program runs.
        """
        ...

    def lift(self, *, reason: str) -> Kill:
        """Switch it off; raises OSError if it can't be, and then it is still on."""
        ...


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What an account was when this program ended.

    Attributes:
        cash: [SOL], what was held in positions and bets counted as lost with the program.
        day: the UTC day of `day_result` [days since the Unix epoch].
        day_result: realised in that day [SOL].
        unresolved: orders that were allowed, and of which no end is known.
        entries: how many entries were kept in all.
    """

    cash: Decimal | None
    day: int
    day_result: Decimal
    unresolved: tuple[Request, ...]
    entries: int


class AccountStore(Protocol):
    """Every entry, fill and order for ever, and a person's notes. Called on its keeper's thread."""

    def keep(self, events: Sequence[Event]) -> None:
        """Keep what concerns accounts; raises OSError if the disk refuses."""
        ...

    def restore(self, account: str, mode: Mode) -> Restored:
        """Return what an account (the stream's name) was."""
        ...

    def close(self) -> None:
        """Finish; safe twice."""
        ...


class Catalogue(Protocol):
    """What the library knows, in SQLite or PostgreSQL: a cache of the files, never the truth.

    One object a thread; every method may raise `CatalogueUnusable`.
    """

    def put(self, file: FileEntry, rounds: Sequence[RoundEntry]) -> int:
        """Know a file and its rounds, in place of what was known of that path.

        Returns:
            How many of the rounds are the best copy now.
        """
        ...

    def put_many(self, files: Sequence[tuple[FileEntry, Sequence[RoundEntry]]]) -> tuple[int, ...]:
        """Know many files, as `put` does of each, in few transactions."""
        ...

    def forget(self, paths: Sequence[str]) -> None:
        """Know these files no more; a next best copy takes a round's place."""
        ...

    def files(self) -> tuple[FileEntry, ...]:
        """Return every file that is known, by path."""
        ...

    def files_named(self, paths: Sequence[str]) -> tuple[FileEntry, ...]:
        """Return those of these files that are known."""
        ...

    def file_of_digest(self, digest: str) -> FileEntry | None:
        """Return a file with this content that could be read, if one is known."""
        ...

    def identity(self) -> str:
        """Return the catalogue's name; one that is made anew has another, and other numbers."""
        ...

    def find(self, query: RoundQuery) -> tuple[int, ...]:
        """Return the numbers of the rounds that are meant, sorted as asked."""
        ...

    def rows(self, ids: Sequence[int], *, of: str = "") -> tuple[LibraryRound, ...]:
        """Return what is known of rounds, in this order; one that is gone is left out.

        Args:
            ids: their numbers.
            of: the identity of the catalogue that gave the numbers; empty where that is this one.

        Raises:
            CatalogueRenumbered: this is another one by now.
        """
        ...

    def rounds_of(self, path: str) -> tuple[RoundEntry, ...]:
        """Return every round of a file, whether it is the best copy or not."""
        ...

    def locate(self, stream: StreamId, round_id: RoundId) -> tuple[str, ...]:
        """Return the files that hold a round, the best copy first."""
        ...

    def totals(self) -> LibraryTotals:
        """Return the library in a few figures."""
        ...

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        """Know what a person noted on a round, whether the round itself is known or not."""
        ...

    def mark_many(self, marks: Mapping[tuple[StreamId, RoundId], Marks]) -> None:
        """Know what a person noted on many rounds, far faster than one by one."""
        ...

    def marks(self) -> dict[tuple[StreamId, RoundId], Marks]:
        """Return all that was noted on rounds."""
        ...

    def tags(self) -> tuple[tuple[str, int], ...]:
        """Return each tag in use and how many rounds have it, the most used first."""
        ...

    def set_results(self, results: Sequence[OwnResult]) -> None:
        """Know what our own trading of rounds brought, in place of what was known of these."""
        ...

    def save_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Know these saved searches and no others."""
        ...

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name."""
        ...

    def clear(self) -> None:
        """Know no file and no round any more; marks, searches and results stay."""
        ...

    def close(self) -> None:
        """Let go of it; safe twice."""
        ...
