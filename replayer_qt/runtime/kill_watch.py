"""Watches the kill switch's file, so that what another program presses reaches this one."""

import logging
import threading
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal

from replayer_qt.core.trading import Kill
from replayer_qt.ports import KillLatch

log = logging.getLogger(__name__)

POLL_S: Final = 0.025
BARE_FILE: Final = "file"
"""Who pressed it, where a bare file did."""


class KillWatch(QThread):
    """Looks at the latch forty times a second, on a thread that nothing else can block.

    Signals:
        changed: a `Kill`, whenever it went on or off, whoever did it.
    """

    changed = Signal(object)

    def __init__(
        self, latch: KillLatch, *, poll_s: float = POLL_S, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("kill-watch")
        self._latch = latch
        self._poll_s = poll_s
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look until stopped; Qt calls this on the thread."""
        told = False
        try:
            while not self._stopping.wait(self._poll_s):
                if self._latch.is_on() != told:
                    kill = self._seen()
                    if kill.on != told:
                        told = kill.on
                        self.changed.emit(kill)
        except Exception:  # the edge of this thread's loop
            log.exception("the kill switch is not watched any more")

    def _seen(self) -> Kill:
        kill = self._latch.read()
        if kill.on and kill.by == BARE_FILE:  # it stays on when that file is taken away again
            return self._latch.press(by=kill.by, reason=kill.reason)
        return kill

    def stop(self, *, timeout_ms: int = 2_000) -> bool:
        """End the thread; safe twice; returns whether it ended in time."""
        self._stopping.set()
        return self.wait(timeout_ms)
