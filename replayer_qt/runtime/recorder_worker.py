"""One thread that writes what feeds saw, so that no pixel and no feed ever waits for the disk."""

import logging
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QMetaObject, QObject, Qt, QThread, QTimer, Signal, Slot

from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos
from replayer_qt.ports import Journal
from replayer_qt.runtime.outlet import Delivery

log = logging.getLogger(__name__)

TEND_MS: Final = 200
"""Time between two looks at what is due [ms]."""
TELL_MS: Final = 500
"""Time between two words on the counts at least; a change of state is told at once [ms]."""

_BROKEN: Final = "An error of this program; the log has the details. Start recording again."


class RecorderWorker(QObject):
    """Keeps the disk away from the pixels; lives on the thread that it owns.

    Connect an outlet's `arrived` ACROSS to `append`, and whoever starts and stops recording to
    `begin` and `finish`.

    A journal that breaks its word by raising is a bug; it is told as a fault of the recording,
    until events are written again.

    Signals:
        changed: a `RecordingChanged`, when the state, the file or the counts changed.
    """

    changed = Signal(object)

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._told: RecordingChanged | None = None
        self._told_at = Nanos(0)
        self._deliveries = 0
        self._seen = -1
        self._broken = False
        self._lost = 0
        self._thread = QThread()
        self._thread.setObjectName("recorder")
        self._timer = QTimer(self)
        self._timer.setInterval(TEND_MS)
        self._timer.timeout.connect(self._tend)
        self.moveToThread(self._thread)
        self._thread.started.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Start the thread; nothing is recorded before `begin`."""
        self._thread.start()

    def is_running(self) -> bool:
        """Return whether its thread runs."""
        return self._thread.isRunning()

    def stop(self, *, timeout_ms: int = 15_000) -> bool:
        """Write what was sent so far, close the journal, end the thread.

        Stop the feeds first. Safe twice, and from any thread but the recorder's.

        Returns:
            Whether all of it happened in time; a disk that hangs does not hang the caller.
        """
        if self._thread.isRunning():
            QMetaObject.invokeMethod(self, "_close", Qt.ConnectionType.QueuedConnection)
        return self._thread.wait(timeout_ms)

    @Slot(object)
    def append(self, delivery: Delivery) -> None:
        """Write one batch, and say that it is dealt with, whatever happens."""
        self._deliveries += 1
        try:
            if not self._do(lambda: self._journal.append(delivery.events)):
                self._lost += len(delivery.events)
        finally:
            delivery.done()

    @Slot()
    def begin(self) -> None:
        """Begin to record; does nothing while recording."""
        self._do(self._journal.start)

    @Slot()
    def finish(self) -> None:
        """Finish the files and record no more; does nothing while not recording."""
        self._do(self._journal.stop)

    @Slot()
    def _tend(self) -> None:
        self._do(self._journal.tend, proves=False)

    @Slot()
    def _close(self) -> None:
        # An outlet sends its next batch when the last one is done: behind this call, then.
        if self._seen != self._deliveries:
            self._seen = self._deliveries
            QMetaObject.invokeMethod(self, "_close", Qt.ConnectionType.QueuedConnection)
            return
        self._timer.stop()
        self.finish()
        self._thread.quit()

    def _do(self, action: Callable[[], None], *, proves: bool = True) -> bool:
        holds = self._holds(action)
        if holds and proves and self._told is not None and self._told.reason == _BROKEN:
            self._broken = False  # not before it was told
        self._holds(self._tell)
        return holds

    def _holds(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception:  # the edge of this thread's loop
            if not self._broken:  # a journal tells of its troubles in its status: this is a bug
                log.exception("the journal broke its word")
            self._broken = True
            return False
        return True

    def _tell(self) -> None:
        status, told = self._journal.status(), self._told
        if self._lost:
            status = replace(status, lost=status.lost + self._lost)
        if self._broken:
            status = replace(status, state=Recording.FAULTED, reason=_BROKEN)
        is_due = status.mono - self._told_at >= TELL_MS * NANOS_PER_MILLISECOND
        if told is None or _is_turn(status, told) or (is_due and _is_news(status, told)):
            self._told, self._told_at = status, status.mono
            self.changed.emit(status)


def _is_turn(status: RecordingChanged, told: RecordingChanged) -> bool:
    return (status.state, status.reason) != (told.state, told.reason)


def _is_news(status: RecordingChanged, told: RecordingChanged) -> bool:
    same = replace(told, at=status.at, mono=status.mono, lag_ms=status.lag_ms, free=status.free)
    return status != same
