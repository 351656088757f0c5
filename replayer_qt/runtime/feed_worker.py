"""One thread, one asyncio loop, one feed; posts events in batches."""

import asyncio
import contextlib
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal

from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.ports import Feed
from replayer_qt.runtime.outlet import Outlet

BATCH_LIMIT: Final = 4_096
"""A feed that yields without ever waiting is posted in pieces of this size [events]."""

PATIENCE_S: Final = 2.0
"""How long a feed may take to close before its closing, too, is interrupted [s]."""

EARLY_KEPT: Final = 4_096
"""Commands that may wait for the thread to begin, which takes some milliseconds."""

log = logging.getLogger(__name__)


class FeedWorker(QThread):
    """Runs a feed away from the pixels.

    Its thread has no Qt loop and so can have no slots: `stop` and `steer` are the only ways
    in; the outlets and `fell` are the only ways out.

    Signals:
        fell: the exception that ended the feed, if one did.
    """

    fell = Signal(object)

    def __init__(
        self,
        feed: Feed,
        outlets: Sequence[Outlet],
        *,
        farewell: Callable[[], Event] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Prepare the thread.

        Args:
            feed: what to run.
            outlets: who is told.
            farewell: makes the event that is told last, if the feed was asked to stop.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setObjectName(f"feed-{feed.name}")
        self._feed = feed
        self._outlets = tuple(outlets)
        self._farewell = farewell
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gate = threading.Lock()
        self._early: deque[Command] = deque(maxlen=EARLY_KEPT)
        self._pumping: asyncio.Task[None] | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Qt's name for the body of the thread."""
        # The factory is named because qasync may have made asyncio's default loop a Qt one.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            with self._gate:
                self._loop = runner.get_loop()
                early = tuple(self._early)
                self._early.clear()
            for command in early:
                _tell_if_it_fails(partial(self._feed.steer, command))
            try:
                runner.run(self._pump())
            except asyncio.CancelledError:
                log.debug("feed %s stopped", self._feed.name)
            except Exception as error:  # the edge of this thread's loop
                log.exception("feed %s fell", self._feed.name)
                self.fell.emit(error)

    def ask_to_stop(self) -> None:
        """Have the feed end; `finished` tells when it has. Never waits; safe from any thread."""
        self._stopping.set()
        self._call(self._cancel)

    def stop(self, *, timeout_ms: int = 3_000) -> bool:
        """End the feed and wait for its thread; safe from any other thread, and twice."""
        self.ask_to_stop()
        return self.wait(timeout_ms)

    def steer(self, command: Command) -> None:
        """Hand `command` to the feed on its own thread; safe from any other.

        What comes before the thread runs is handed over first, in its order.
        """
        with self._gate:
            if self._loop is None:
                self._early.append(command)
                return
        self._call(_tell_if_it_fails, lambda: self._feed.steer(command))

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: already over
                self._loop.call_soon_threadsafe(function, *arguments)

    def _cancel(self) -> None:
        """Once: a second cancellation would interrupt the feed's own closing."""
        pumping, loop = self._pumping, self._loop
        if pumping is None or loop is None or pumping.done() or pumping.cancelling():
            return
        pumping.cancel()
        loop.call_later(PATIENCE_S, pumping.cancel)

    async def _pump(self) -> None:
        self._pumping = asyncio.current_task()
        if self._stopping.is_set():
            return
        loop = asyncio.get_running_loop()
        pending: list[Event] = []

        def post() -> None:
            batch = tuple(pending)
            pending.clear()  # first: should posting fail, the next batch is posted all the same
            for outlet in self._outlets if batch else ():
                outlet.post(batch)

        try:
            async with contextlib.aclosing(self._feed.events()) as events:
                async for event in events:
                    if not pending:
                        loop.call_soon(
                            _tell_if_it_fails, post
                        )  # what is read in one turn of the loop is one batch
                    pending.append(event)
                    if len(pending) >= BATCH_LIMIT:
                        post()
        finally:
            if self._farewell is not None and self._stopping.is_set():
                pending.append(self._farewell())
            post()


def _tell_if_it_fails(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception as error:  # noqa: BLE001  # the loop would tell nobody but the log
        sys.excepthook(type(error), error, error.__traceback__)
