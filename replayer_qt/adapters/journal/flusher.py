"""The thread that flushes what was written to stable storage, so that the writer never waits.

It flushes as soon as something is written, then rests for the interval: a lone record is durable
at once, a flood within one interval and one flush.
"""

import threading
from typing import Final

from replayer_qt.adapters.journal.segment import Segment
from replayer_qt.core.units import Nanos

_RETIRED_LIMIT: Final = 128
_RETIRED_SOON: Final = 8


class Flusher:
    """Flushes and closes files; every method but the thread's own is for the recorder's thread."""

    def __init__(self, *, interval_s: float) -> None:
        self._interval_s = interval_s
        self._changed = threading.Condition()
        self._segments: list[Segment] = []
        self._retired: list[Segment] = []
        self._failures: list[tuple[Segment, OSError]] = []
        self._dirty = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; may be called again after `stop`."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="journal-flusher", daemon=True)
        self._thread.start()

    def watch(self, segment: Segment) -> None:
        """Flush this file from now on whenever it was written to."""
        with self._changed:
            self._segments.append(segment)

    def note_written(self) -> None:
        """Say that some file was written to; never waits for a flush."""
        if not self._dirty:
            with self._changed:
                self._dirty = True
                self._changed.notify()

    def retire(self, segment: Segment) -> None:
        """Flush this file a last time and close it; it is not touched by anybody else any more."""
        with self._changed:
            if segment in self._segments:
                self._segments.remove(segment)
            self._retired.append(segment)  # bounded: see is_behind
            self._changed.notify()

    def forget(self, segment: Segment) -> None:
        """Flush this file no more."""
        with self._changed:
            if segment in self._segments:
                self._segments.remove(segment)

    @property
    def is_behind(self) -> bool:
        """Whether so many files wait to be closed that no more should be begun."""
        return len(self._retired) >= _RETIRED_LIMIT

    def failures(self) -> list[tuple[Segment, OSError]]:
        """Return the flushes that failed since the last call."""
        with self._changed:
            failures, self._failures = self._failures, []
        return failures

    def lag(self, now: Nanos) -> int:
        """Return the age of the oldest byte that is not known to be durable [ns].

        A file whose flush failed counts until `failures` has told of it.
        """
        with self._changed:
            failed = [segment for segment, _ in self._failures]
            files = (*self._segments, *self._retired, *failed)
            return max((segment.lag(now) for segment in files), default=0)

    def stop(self, *, timeout_s: float) -> bool:
        """Flush and close all that was retired, end the thread; tell whether it did in time."""
        thread = self._thread
        if thread is None:
            return True
        with self._changed:
            self._stopping = True
            self._changed.notify()
        thread.join(timeout_s)
        if thread.is_alive():
            return False
        self._thread = None
        return True

    def _run(self) -> None:
        while self._turn():
            with self._changed:
                self._changed.wait_for(self._is_pressed, self._interval_s)

    def _is_pressed(self) -> bool:
        return self._stopping or len(self._retired) >= _RETIRED_SOON

    def _turn(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._dirty or self._retired)
            self._dirty = False
            going_on = not self._stopping
            segments, retired = list(self._segments), list(self._retired)
        for segment in segments:
            self._sync(segment)
        for segment in retired:
            self._sync(segment)
            segment.close()
        with self._changed:
            del self._retired[: len(retired)]
        return going_on

    def _sync(self, segment: Segment) -> None:
        if segment.flush_failed or not segment.is_dirty:
            return
        try:
            segment.sync()
        except OSError as error:
            segment.is_dead = segment.flush_failed = True
            with self._changed:
                self._failures.append((segment, error))
                if segment in self._segments:  # one error is enough: it is never tried again
                    self._segments.remove(segment)
