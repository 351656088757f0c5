"""The thread that keeps bookmarks on disk, and tells what they are."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, QThread, Signal, Slot

from replayer_qt.core.bookmarks import (
    Bookmark,
    BookmarkCommand,
    BookmarksChanged,
    DropBookmark,
    SetBookmark,
)
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ports import Clock

log = logging.getLogger(__name__)

_Made = TypeVar("_Made")

COMMANDS_KEPT: Final = 100
"""Wishes that may wait for the disk; more are refused, and that is told."""


class BookmarkStore(Protocol):
    """Where bookmarks are kept; every call raises OSError if the disk refuses."""

    def read(self) -> tuple[Bookmark, ...]:
        """Return what is kept."""
        ...

    def put(self, bookmark: Bookmark) -> tuple[Bookmark, ...]:
        """Keep one, and return all."""
        ...

    def drop(self, round_id: RoundId, tick: int) -> tuple[Bookmark, ...]:
        """Keep one no more, and return the others."""
        ...


class BookmarkKeeper(QThread):
    """Keeps bookmarks away from the main thread.

    Signals:
        told: an event: what the bookmarks are, or why one was not kept.
    """

    told = Signal(object)

    def __init__(
        self,
        opened: Callable[[], BookmarkStore],
        clock: Clock,
        stream: StreamId,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            opened: opens the store; called on this thread, which alone uses it.
            clock: what time it is.
            stream: what its events name; they concern no market.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setObjectName("bookmarks")
        self._opened = opened
        self._clock = clock
        self._stream = stream
        self._changed = threading.Condition()
        self._waiting: deque[BookmarkCommand] = deque()  # bounded by `obey`
        self._stopping = False

    @Slot(object)
    def obey(self, command: object) -> None:
        """Do what is asked of bookmarks, soon; what is no such wish is passed over."""
        if not isinstance(command, BookmarkCommand):
            return
        with self._changed:
            is_crowded = len(self._waiting) >= COMMANDS_KEPT
            if not is_crowded:
                self._waiting.append(command)
                self._changed.notify_all()
        if is_crowded:
            self._refuse("the disk can't keep up")

    def stop(self, *, timeout_ms: int = 5_000) -> bool:
        """Do what was asked so far, and end; False if not in time; safe twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        return self.wait(timeout_ms)

    def run(self) -> None:
        """Read, then keep until stopped; Qt calls this on the thread."""
        store = self._attempt(self._opening)
        while (command := self._next()) is not None:
            if store is None:  # what could not be opened may be there by now
                store = self._attempt(self._opening)
            if store is not None:
                self._attempt(partial(self._keep, store, command))

    def _opening(self) -> BookmarkStore:
        store = self._opened()
        self._tell(store.read())
        return store

    def _keep(self, store: BookmarkStore, command: BookmarkCommand) -> None:
        match command:
            case SetBookmark(bookmark=bookmark):
                self._tell(store.put(self._dated(bookmark)))
            case DropBookmark(round_id=name, tick=tick):
                self._tell(store.drop(name, tick))
            case _:
                pass

    def _dated(self, bookmark: Bookmark) -> Bookmark:
        return bookmark if bookmark.made_at else replace(bookmark, made_at=self._clock.now())

    def _next(self) -> BookmarkCommand | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            return self._waiting.popleft() if self._waiting else None

    def _attempt(self, action: Callable[[], _Made]) -> _Made | None:
        """What the action makes; None, and told of, where it failed: this thread goes on."""
        try:
            return action()
        except OSError as error:
            self._refuse(error.strerror or str(error))
        except Exception:  # the edge of this thread's loop
            log.exception("a wish of the bookmarks fell")
            self._refuse(
                "an error of this program; the log has the details",
                "Restart the program if it comes again; the other bookmarks stay.",
            )
        return None

    def _tell(self, bookmarks: tuple[Bookmark, ...]) -> None:
        self.told.emit(
            BookmarksChanged(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=self._stream,
                bookmarks=bookmarks,
            )
        )

    def _refuse(self, reason: str, remedy: str = "See to the disk, then try again.") -> None:
        self.told.emit(
            ProblemRaised(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=self._stream,
                code="bookmark-not-kept",
                what=f"Bookmarks can't be kept: {reason}.",
                remedy=remedy,
                severity=Severity.WARNING,
            )
        )
