"""The thread that writes the audit trail: group commit, nothing dropped, a word when durable."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal

from replayer_qt.core.events import Event, EventsShed
from replayer_qt.ports import AuditTrail

log = logging.getLogger(__name__)

EVENTS_KEPT: Final = 20_000
"""Events that may wait for the disk; more mean that it can't keep up. Twice as many are kept."""
BATCH: Final = 2_000
"""Events that are committed together at most: a bound on how long the first of them waits."""
TEND_S: Final = 0.2
RETRY_S: Final = 0.5

_BUG: Final = "an error of this program; the log has the details"


class AuditWorker(QThread):
    """Keeps the audit trail's disk away from the main thread.

    When the disk refuses, what was not durable waits and is written again. When too much waits,
    `post` says so, which closes the gate; what still comes then is kept all the same, up to twice
    the bound; only beyond that is it lost, and the trail says how much was.

    Signals:
        durable: the tuple of events that are on stable storage now, in the order of their posting.
        failed: why decisions can't be written down, once until `recovered`.
        recovered: they can be again; what had waited is durable.
        found: what was wrong with the trail when it was opened, in plain words.
    """

    durable = Signal(object)
    failed = Signal(str)
    recovered = Signal()
    found = Signal(str)

    def __init__(
        self,
        trail: AuditTrail,
        *,
        findings: Callable[[], tuple[str, ...]] = tuple,
        events_kept: int = EVENTS_KEPT,
        retry_s: float = RETRY_S,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            trail: where lines go; used on this thread alone.
            findings: returns what the trail found wrong since the last call.
            events_kept: events that may wait.
            retry_s: time between two tries of a disk that refused [s].
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setObjectName("audit")
        self._trail = trail
        self._findings = findings
        self._events_kept = events_kept
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._waiting: deque[Event] = deque()  # bounded by `post`
        self._in_hand: tuple[Event, ...] = ()
        self._stopping = False
        self._is_broken = False
        self._has_failed = False
        self._lost: EventsShed | None = None
        self.high_water = 0
        self.lost_total = 0

    def post(self, events: Iterable[Event]) -> bool:
        """Have events written; never waits, from any thread.

        Returns:
            Whether they will be durable soon. If not, `failed` was emitted: the disk can't keep
            up, or this thread has ended.
        """
        given = tuple(events)
        with self._changed:
            count = len(self._waiting) + len(given)
            is_over = self._stopping or self._is_broken
            if not is_over and count <= 2 * self._events_kept:
                self._waiting.extend(given)
                self.high_water = max(self.high_water, count)
                self._changed.notify()
            else:
                self._note_lost(given)
        if is_over or count > self._events_kept:
            self._fail("it has ended" if is_over else f"{count} events wait for the disk")
            return False
        return True

    def _note_lost(self, events: Sequence[Event]) -> None:
        if not events:
            return
        lost, first, last = self._lost, events[0], events[-1]
        self.lost_total += len(events)
        self._lost = EventsShed(
            at=last.at,
            mono=last.mono,
            stream=last.stream,
            queue="audit",
            count=len(events) if lost is None else lost.count + len(events),
            first_at=first.at if lost is None else lost.first_at,
            last_at=last.at,
        )

    def stop(self, *, timeout_ms: int = 5_000) -> bool:
        """Write what was posted so far, close the trail, end the thread; safe twice.

        Returns:
            Whether all of it happened in time; a disk that hangs does not hang the caller.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify()
        return self.wait(timeout_ms)

    def run(self) -> None:
        """Write until stopped; Qt calls this on the thread."""
        try:
            self._tend()
            while self._turn():
                pass
        except Exception:  # the edge of this thread's loop
            log.exception("the audit trail's thread fell")
            self._is_broken = True
            self._fail(_BUG)
        finally:
            self._trail.close()

    def _turn(self) -> bool:
        """Write what waits, or tend; return whether to go on."""
        if not self._in_hand and not self._take():
            self._tend()
            return not self._stopping
        if self._commit():
            return True
        if self._stopping:
            log.error("%d audit events could not be written", self._left())
            return False
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, self._retry_s)
        return True

    def _take(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping, TEND_S)
            count = min(len(self._waiting), BATCH)
            batch = [self._waiting.popleft() for _ in range(count)]
            if self._lost is not None and not self._waiting:
                batch.append(self._lost)
                self._lost = None
            self._in_hand = tuple(batch)
        return bool(self._in_hand)

    def _commit(self) -> bool:
        events = self._in_hand
        try:
            self._trail.append(events)
        except OSError as error:
            self._fail(_reason(error))
            return False
        finally:
            self._tell_findings()
        self._in_hand = ()
        self.durable.emit(events)
        self._recover()
        return True

    def _tend(self) -> None:
        try:
            self._trail.tend()
        except OSError as error:
            self._fail(_reason(error))
        else:
            self._recover()
        self._tell_findings()

    def _tell_findings(self) -> None:
        for finding in self._findings():
            self.found.emit(finding)

    def _left(self) -> int:
        return len(self._in_hand) + len(self._waiting)

    def _fail(self, reason: str) -> None:
        with self._changed:
            is_news, self._has_failed = not self._has_failed, True
        if is_news:
            log.info("the audit trail cannot be written: %s", reason)
            self.failed.emit(reason)

    def _recover(self) -> None:
        with self._changed:
            is_news = self._has_failed and not self._waiting and not self._is_broken
            self._has_failed = self._has_failed and not is_news
        if is_news:
            self.recovered.emit()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
