"""The journal: events in, files out, and honest words about what the disk refused."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.complaint import complaint, is_full, low_space, unusable
from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import Header
from replayer_qt.adapters.journal.layout import BALLAST
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.mending import Finding
from replayer_qt.adapters.journal.recovery import repair
from replayer_qt.adapters.journal.shelf import Shelf
from replayer_qt.adapters.journal.spool import Spool
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.events import Event, RawReceived
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos, StreamId
from replayer_qt.ports import Clock

log = logging.getLogger(__name__)

BALLAST_BYTES: Final = 1024 * 1024
"""Space held back for the footers that a full disk has no room for [bytes]."""

_SPACE_EVERY_NS: Final = NANOS_PER_SECOND
_MEGABYTE: Final = 1_000_000
_FLUSH_DEADLINE_S: Final = 10.0


def check_folder(folder: Path) -> None:
    """Make sure that recordings can be written to `folder`, which is made if it is not there.

    Raises:
        DataDirUnusable: they cannot, or another process is writing there.
    """
    disk, lock, probe = RealDisk(), FolderLock(folder), folder / ".probe"
    try:
        disk.make_folder(folder)
        lock.acquire()
        disk.remove(probe)
        disk.close(disk.open_new(probe))
        disk.remove(probe)
    except OSError as error:
        raise unusable(folder, error) from error
    finally:
        lock.release()


class RecordingJournal:
    """Writes one file a round and stream, each record checked, acknowledged, then made durable.

    Fills the `Journal` port. While the disk refuses, events wait in a bounded spool of which the
    newest are kept; what falls out is counted and stated in the next file.

    Attributes:
        findings: what was repaired of an earlier crash when recording was last started.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        settings: RecorderSettings,
        app_version: str,
        session: str,
        *,
        disk: Disk | None = None,
        spool: Spool | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._settings = settings
        self._header = Header(
            session=session,
            segment=0,
            app=app_version,
            created="",
            stream=StreamId(""),
            round_id=None,
            begins="session",
        )
        self._disk: Disk = RealDisk() if disk is None else disk
        self._spool = Spool() if spool is None else spool
        self._lock = FolderLock(folder)
        self._shelf = self._new_shelf()
        self._state = Recording.OFF
        self._reason = self._warning = ""
        self._free: int | None = None
        self._has_ballast = False
        self._space_at = self._retry_at = self._resumed_at = Nanos(0)
        self.findings: tuple[Finding, ...] = ()

    def _new_shelf(self) -> Shelf:
        return Shelf(
            self._folder,
            self._clock,
            self._settings,
            self._header,
            disk=self._disk,
            spool=self._spool,
        )

    # --- the port -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to record; what stands in the way is told in `status` and tried again."""
        if self._state is not Recording.OFF:
            return
        self._spool.reset()
        self._shelf = self._new_shelf()
        self._reason = self._warning = ""
        self.findings = ()
        self._disk.reserve()
        self._shelf.start()
        self._state = Recording.FAULTED
        self._resume()

    def append(self, events: Sequence[Event]) -> None:
        """Write events; returns when the system has them, or the spool while it refuses."""
        if self._state is Recording.ON:
            self._write(events)
        elif self._state is not Recording.OFF:
            self._keep(events)

    def tend(self) -> None:
        """See to failed flushes, files that are over, space, and the next try after a fault."""
        if self._state is Recording.OFF:
            return
        self._disk.reserve()
        self._see_to_flushes()
        if self._state is Recording.ON:
            try:
                self._shelf.tend()
            except OSError as error:
                self._fail(error)
        now = self._clock.monotonic()
        if self._state is Recording.ON and now - self._space_at >= _SPACE_EVERY_NS:
            self._watch_space()
        if self._state is not Recording.ON and now >= self._retry_at:
            self._resume()

    def status(self) -> RecordingChanged:
        """Return the state, the newest file and the counts."""
        now = self._clock.monotonic()
        shelf, files = self._shelf, list(self._shelf.open_files())
        return RecordingChanged(
            at=self._clock.now(),
            mono=now,
            stream=shelf.stream,
            state=self._state,
            file=shelf.file,
            records=shelf.records + sum(segment.written for segment in files),
            rounds=shelf.rounds,
            size=shelf.size + sum(segment.size for segment in files),
            lost=self._spool.lost,
            lag_ms=shelf.lag(now) / NANOS_PER_MILLISECOND,
            free=self._free,
            reason=self._reason or self._stuck() or shelf.advice or self._warning,
        )

    def stop(self) -> None:
        """Finish the files and record no more; what still waits is tried once more; safe twice."""
        if self._state is Recording.OFF:
            return
        if self._state is not Recording.ON:
            self._resume()
        if self._state is Recording.ON:
            try:
                self._shelf.state_losses()
            except OSError as error:
                self._fail(error)
        self._shelf.end("stopped")
        self._spool.give_up_all()
        if not self._shelf.stop(timeout_s=_FLUSH_DEADLINE_S):
            log.error("the disk of %s did not flush in %.0f s", self._folder, _FLUSH_DEADLINE_S)
        for failure in self._shelf.failed_flushes():
            self._reason = complaint(self._folder, failure)
            log.error("the newest records may not survive a power cut: %s", failure)
        if self._spool.losses:
            count = sum(lost.count for lost in self._spool.losses.values())
            log.error("%d records were lost, and no file could say so", count)
        self._drop_ballast()
        self._disk.release()
        self._lock.release()
        self._state = Recording.OFF

    # --- while all is well ----------------------------------------------------------------------

    def _write(self, events: Sequence[Event]) -> None:
        placed = 0
        try:
            for event in events:
                self._shelf.place(event)
                placed += 1
                if placed % 64 == 0:
                    self._shelf.flush_full()
            self._shelf.flush()
        except OSError as error:
            self._fail(error, events[placed:])

    def _watch_space(self) -> None:
        self._space_at = self._clock.monotonic()
        self._look_for_space()
        if self._is_too_full():
            self._state = Recording.DISK_FULL
            self._reason = self._low_space()
            log.warning("recording paused: %s", self._reason)
            self._shelf.end("full")
            self._retry_at = Nanos(self._space_at + self._retry_ns)

    def _look_for_space(self) -> None:
        try:
            self._free = self._disk.free(self._folder)
        except OSError:
            self._free = None
        low = self._free is not None and self._free < self._settings.warn_free_mb * _MEGABYTE
        self._warning = self._low_space() if low else ""

    def _is_too_full(self) -> bool:
        return self._free is not None and self._free < self._settings.stop_free_mb * _MEGABYTE

    def _low_space(self) -> str:
        return low_space(self._folder, self._free or 0, self._settings.stop_free_mb)

    def _stuck(self) -> str:
        error = self._shelf.stuck()
        if error is None:
            return ""
        return f"A round shares the file of the one before: {error.strerror or error}."

    # --- while it is not ------------------------------------------------------------------------

    @property
    def _retry_ns(self) -> int:
        return round(self._settings.retry_s * NANOS_PER_SECOND)

    def _see_to_flushes(self) -> None:
        errors = self._shelf.failed_flushes()
        if not errors or self._state is not Recording.ON:
            return
        self._fail(errors[0])
        # A file that cannot be flushed is given up at once; the next may be better. Not for ever.
        self._retry_at = Nanos(self._resumed_at + self._retry_ns)

    def _fail(self, error: OSError, rest: Sequence[Event] = ()) -> None:
        full = is_full(error)
        self._state = Recording.DISK_FULL if full else Recording.FAULTED
        self._blame(complaint(self._folder, error))
        self._retry_at = Nanos(self._clock.monotonic() + self._retry_ns)
        self._spool.add(self._shelf.take_back())
        self._keep(rest)
        if full:
            self._drop_ballast()
        self._shelf.end("full" if full else "failed")

    def _keep(self, events: Sequence[Event]) -> None:
        raw = self._settings.keep_raw
        self._spool.add(e for e in events if raw or not isinstance(e, RawReceived))

    def _blame(self, reason: str) -> None:
        if reason != self._reason:
            log.warning("recording paused: %s", reason)
        self._reason = reason

    def _resume(self) -> None:
        now = self._clock.monotonic()
        self._retry_at = Nanos(now + self._retry_ns)
        if not self._is_clear():
            return
        before, self._reason = self._reason, ""
        self._resumed_at = self._space_at = now
        self._state = Recording.ON
        self._take_ballast()
        self._reason = before  # a failure with the same reason is no news
        self._write(self._spool.drain())
        if self._state is Recording.ON:
            self._reason = ""
            if before:
                log.info("recording goes on in %s", self._folder)

    def _is_clear(self) -> bool:
        try:
            self._disk.make_folder(self._folder)
            if self._lock.acquire():
                self.findings = repair(self._folder)
                for finding in self.findings:
                    log.warning("%s: %s", finding.path, finding.what)
        except DataDirUnusable as error:
            self._state = Recording.FAULTED
            self._blame(str(error))
            return False
        except OSError as error:
            self._state = Recording.DISK_FULL if is_full(error) else Recording.FAULTED
            self._blame(complaint(self._folder, error))
            return False
        self._look_for_space()
        if self._is_too_full():
            self._state = Recording.DISK_FULL
            self._blame(self._low_space())
            return False
        return True

    def _take_ballast(self) -> None:
        path = self._folder / BALLAST
        scarce = self._free is not None and self._free < 4 * BALLAST_BYTES
        if self._has_ballast or scarce:  # what little there is belongs to the records
            return
        with suppress(OSError):  # without it the footer may not fit; the records are whole anyway
            self._disk.remove(path)
            fd = self._disk.open_new(path)
            try:
                self._disk.write(fd, bytes(BALLAST_BYTES))
            finally:
                self._disk.close(fd)
            self._has_ballast = True

    def _drop_ballast(self) -> None:
        with suppress(OSError):
            self._disk.remove(self._folder / BALLAST)
        self._has_ballast = False
