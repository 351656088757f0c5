"""Measures how long the main thread stood still, and saves where it stood."""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Slot

BEAT_MS: Final = 50
STALL_MS: Final = 250
_WATCH_S: Final = 0.02
_JOIN_S: Final = 2.0
_PER_MS: Final = 1_000_000

log = logging.getLogger(__name__)


class Heartbeat(QObject):
    """A timer that should beat every 50 ms, and a thread that watches whether it does.

    When the main thread is late by `stall_ms`, its stack is written to the log, once a stall, while
    it still stands there. Must be made, started and stopped on the main thread.

    Attributes:
        worst_gap_ms: the latest that a beat ever came [ms past its time].
        stalls: how often the stack was saved.
    """

    def __init__(
        self,
        *,
        stall_ms: int = STALL_MS,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.worst_gap_ms = 0.0
        self.stalls = 0
        self._lately_ms = 0.0
        self._stall_ns = (stall_ms + BEAT_MS) * _PER_MS
        self._monotonic_ns = monotonic_ns
        self._last: int | None = None
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to measure, with the first beat; safe twice."""
        if self._watcher is not None:
            return
        self._over.clear()
        self._timer.start()
        self._watcher = threading.Thread(target=self._watch, name="heartbeat", daemon=True)
        self._watcher.start()

    def forget(self) -> None:
        """Begin to measure anew: what was so far, such as building the window, does not count."""
        self._last = None
        self.worst_gap_ms = 0.0

    def take_gap_ms(self) -> float:
        """Return the latest beat since this was asked last [ms past its time]."""
        lately, self._lately_ms = self._lately_ms, 0.0
        return lately

    def stop(self) -> bool:
        """Measure no more and end the thread; safe twice. False if that did not end in time."""
        self._timer.stop()
        self._over.set()
        watcher, self._watcher = self._watcher, None
        if watcher is None:
            return True
        watcher.join(_JOIN_S)
        self._last = None
        return not watcher.is_alive()

    @Slot()
    def _beat(self) -> None:
        now = self._monotonic_ns()
        if self._last is not None:
            late_ms = (now - self._last) / _PER_MS - BEAT_MS
            self.worst_gap_ms = max(self.worst_gap_ms, late_ms)
            self._lately_ms = max(self._lately_ms, late_ms)
        self._last = now

    def _watch(self) -> None:
        told: int | None = None
        while not self._over.wait(_WATCH_S):
            last = self._last
            if last is None or last == told or self._monotonic_ns() - last < self._stall_ns:
                continue
            told = last
            self.stalls += 1
            self._save_stack()

    def _save_stack(self) -> None:
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001  # the documented way
        if frame is None:
            return
        record = log.makeRecord(
            log.name, logging.WARNING, __file__, 0, "the main thread stands still", (), None
        )
        record.stack_info = "".join(traceback.format_stack(frame)).rstrip()
        del frame  # a frame keeps alive all that it holds
        log.handle(record)
