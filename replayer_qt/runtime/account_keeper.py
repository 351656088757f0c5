"""The thread that keeps accounts on disk: nothing dropped, group commit, answers about the past."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, QThread, Signal, Slot

from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.events import Event
from replayer_qt.core.history import AskNotes, HistoryAnswer, HistoryQuery, Note
from replayer_qt.core.orders import Mode
from replayer_qt.core.trade_commands import NoteTrade
from replayer_qt.core.units import StreamId
from replayer_qt.ports import AccountStore, Restored

log = logging.getLogger(__name__)

EVENTS_KEPT: Final = 50_000
"""Events that may wait for the disk."""
BATCH: Final = 2_000
"""Events that are committed together at most."""
QUERIES_KEPT: Final = 100
"""Questions that may wait; the oldest is answered with a problem when there are more."""
NOTES_TOLD: Final = 10_000
"""Notes that are told at the start; older ones can be asked for."""
WAIT_S: Final = 0.05
"""How long `keep` waits for room [s]: it is called where no one may wait longer."""
RETRY_S: Final = 0.5

_BUG: Final = "an error of this program; the log has the details"


class HistoryStore(AccountStore, Protocol):
    """What the thread keeps accounts in."""

    def restore_all(self) -> dict[tuple[StreamId, Mode], Restored]:
        """Return what every account was when the program ended; raises OSError."""
        ...

    def note(self, note: Note) -> None:
        """Keep a person's words on a trade; raises OSError if the disk refuses."""
        ...

    def answer(self, query: HistoryQuery) -> HistoryAnswer:
        """Return one page of what was kept; never raises."""
        ...

    def findings(self) -> tuple[str, ...]:
        """Return what was found wrong since the last call."""
        ...


class AccountKeeper(QThread):
    """Keeps the accounts' disk away from the main thread.

    What the disk refuses waits, in order, and is tried again. When more waits than may, `keep`
    waits a moment for room; if there is none, nothing of that call and of later ones is kept in
    this run, so that what is kept has no hole, and `failed` says so.

    Signals:
        restored: a dict of `Restored` by (stream, mode), once, when the file has been opened;
            empty when it can't be.
        remembered: a tuple of the newest `Note`s, once, after `restored`.
        answered: a `HistoryAnswer`, for each question.
        kept: how many events are on stable storage so far.
        failed: why accounts can't be kept, in plain words; once until `recovered`.
        recovered: they can be again; what had waited is kept.
        found: what was wrong with the file when it was opened, in plain words.
    """

    restored = Signal(object)
    remembered = Signal(object)
    answered = Signal(object)
    kept = Signal(int)
    failed = Signal(str)
    recovered = Signal()
    found = Signal(str)

    def __init__(
        self,
        opened: Callable[[], HistoryStore],
        *,
        events_kept: int = EVENTS_KEPT,
        retry_s: float = RETRY_S,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            opened: opens the store; called on this thread, which alone uses it.
            events_kept: events that may wait.
            retry_s: time between two tries of a disk that refused [s].
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setObjectName("accounts")
        self._opened = opened
        self._events_kept = events_kept
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._waiting: deque[Event | Note] = deque()  # bounded by `keep`
        self._in_hand: tuple[Event | Note, ...] = ()
        self._queries: deque[HistoryQuery] = deque(maxlen=QUERIES_KEPT)
        self._stopping = False
        self._has_hole = False
        self._has_failed = False
        self._has_told = False
        self._count = 0
        self.high_water = 0

    # --- from any thread

    @Slot(object)
    def keep(self, events: Sequence[Event]) -> bool:
        """Have events kept; waits for room for at most `WAIT_S`, for the disk never.

        Returns:
            Whether they were taken.
        """
        return self._take(tuple(events))

    @Slot(object)
    def note(self, command: NoteTrade | Note) -> bool:
        """Have a person's words on a trade kept; as `keep`."""
        note = Note(trade_id=command.trade_id, note=command.note, tags=command.tags)
        return self._take((note,))

    @Slot(object)
    def ask(self, query: HistoryQuery) -> None:
        """Have a question answered, by `answered`; it sees all that was kept before it."""
        dropped = None
        with self._changed:
            if self._stopping:
                dropped = query
            else:
                if len(self._queries) == QUERIES_KEPT:
                    dropped = self._queries[0]
                self._queries.append(query)
                self._changed.notify_all()
        if dropped is not None:
            self.answered.emit(HistoryAnswer(query=dropped, problem="it was too busy to answer"))

    def flush(self, *, timeout_ms: int = 5_000) -> bool:
        """Wait until all that was taken is on stable storage.

        Returns:
            Whether it is, and nothing was ever refused.
        """
        with self._changed:
            done = self._changed.wait_for(
                lambda: not self._waiting and not self._in_hand, timeout_ms / 1_000
            )
            return done and not self._has_hole

    def stop(self, *, timeout_ms: int = 5_000) -> bool:
        """Keep what was taken so far, close the file, end the thread; safe twice.

        Returns:
            Whether all of it happened in time; a disk that hangs does not hang the caller.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        return self.wait(timeout_ms)

    def _take(self, given: tuple[Event | Note, ...]) -> bool:
        with self._changed:
            taken = self._changed.wait_for(lambda: self._has_room(len(given)), WAIT_S)
            taken = taken and not self._stopping and not self._has_hole
            if taken:
                self._waiting.extend(given)
                self.high_water = max(self.high_water, len(self._waiting))
                self._changed.notify_all()
            self._has_hole = self._has_hole or not taken
        if not taken:
            self._fail(f"{self._events_kept} events wait for the disk, which can't keep up")
        return taken

    def _has_room(self, count: int) -> bool:
        return (
            self._stopping
            or self._has_hole
            or len(self._waiting) + len(self._in_hand) + count <= self._events_kept
        )

    # --- on the thread

    def run(self) -> None:
        """Keep and answer until stopped; Qt calls this on the thread."""
        store: HistoryStore | None = None
        try:
            store = self._opened()
            self._begin(store)
            while self._turn(store):
                pass
        except UserFacingError as error:
            self._give_up(f"{error.what} {error.remedy}")
        except Exception:  # the edge of this thread's loop
            log.exception("the accounts' thread fell")
            self._give_up(_BUG)
        finally:
            if store is not None:
                store.close()

    def _begin(self, store: HistoryStore) -> None:
        for finding in store.findings():
            self.found.emit(finding)
        told: dict[tuple[StreamId, Mode], Restored] = {}
        try:
            told = store.restore_all()
        except OSError as error:
            self._fail(_reason(error))
        self._has_told = True
        self.restored.emit(told)
        self.remembered.emit(store.answer(AskNotes(limit=NOTES_TOLD)).rows)

    def _turn(self, store: HistoryStore) -> bool:
        """Keep what waits, then answer what was asked; return whether to go on."""
        with self._changed:
            self._changed.wait_for(self._is_wanted)
            if not self._in_hand:
                count = min(len(self._waiting), BATCH)
                self._in_hand = tuple(self._waiting.popleft() for _ in range(count))
            query = self._queries.popleft() if self._queries and not self._waiting else None
            stopping = self._stopping
        done = self._commit(store)
        if query is not None:
            self.answered.emit(store.answer(query))
        if not done:
            if stopping:
                log.error("%d account events could not be kept", self._left())
                return False
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._queries, self._retry_s)
        return not (stopping and not self._left() and not self._queries)

    def _is_wanted(self) -> bool:
        return bool(self._waiting or self._in_hand or self._queries or self._stopping)

    def _commit(self, store: HistoryStore) -> bool:
        if not self._in_hand:
            return True
        events = tuple(one for one in self._in_hand if isinstance(one, Event))
        notes = tuple(one for one in self._in_hand if isinstance(one, Note))
        try:
            if events:
                store.keep(events)
                self._in_hand = notes  # what was kept is not kept again
                self._count += len(events)
                self.kept.emit(self._count)
            for note in notes:
                store.note(note)
        except OSError as error:
            self._fail(_reason(error))
            return False
        with self._changed:
            self._in_hand = ()
            self._changed.notify_all()
        self._recover()
        return True

    def _left(self) -> int:
        return len(self._in_hand) + len(self._waiting)

    def _give_up(self, reason: str) -> None:
        with self._changed:
            self._has_hole = True
            queries = tuple(self._queries)
            self._queries.clear()
            self._changed.notify_all()
        self._fail(reason)
        if not self._has_told:
            self.restored.emit({})
        for query in queries:
            self.answered.emit(HistoryAnswer(query=query, problem=reason))

    def _fail(self, reason: str) -> None:
        with self._changed:
            is_news, self._has_failed = not self._has_failed, True
        if is_news:
            log.info("accounts cannot be kept: %s", reason)
            self.failed.emit(reason)

    def _recover(self) -> None:
        with self._changed:
            is_news = self._has_failed and not self._waiting and not self._has_hole
            self._has_failed = self._has_failed and not is_news
        if is_news:
            self.recovered.emit()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
