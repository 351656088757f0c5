"""Writes the audit trail: chained lines, flushed before anybody is told that they are written."""

import contextlib
import errno
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from replayer_qt.adapters.audit.format import (
    ANCHOR,
    Anchor,
    Begun,
    TrailFile,
    anchor_bytes,
    file_name,
    files_in,
    read_anchor,
)
from replayer_qt.adapters.audit.packing import pack
from replayer_qt.adapters.audit.reader import End, end_of
from replayer_qt.adapters.journal.disk import Disk, RealDisk, write_all
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.vault_door import Sealer
from replayer_qt.core.audit_chain import Chain, Clean, Head, Run
from replayer_qt.core.errors import DataDirUnusable, SomethingMissing, VaultLocked
from replayer_qt.core.event_ids import Entropy
from replayer_qt.core.events import Event
from replayer_qt.core.units import NANOS_PER_SECOND, Moment, Nanos
from replayer_qt.ports import Clock

log = logging.getLogger(__name__)

ANCHOR_FLUSH_S: Final = 5
"""Time between two flushes of the anchor [s]; the trail itself never waits for one."""

_DAY_NS: Final = 86_400 * NANOS_PER_SECOND
_OVER: Final = object()


class _Segment:
    """One file being written; dead after the first refusal.

    Attributes:
        durable: how much of it counts [bytes].
        is_flushed: whether any line of it ever reached stable storage, counted or not.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self.path = path
        self.durable = 0
        self.is_flushed = False
        self._fd = disk.open_new(path)

    def put(self, data: bytes) -> None:
        """Write and flush; raises OSError, and then nothing of it may be relied on."""
        write_all(self._disk, self._fd, data)
        self._disk.sync(self._fd)
        self.is_flushed = True
        if not self.durable:
            self._disk.sync_folder(self.path.parent)

    def ended(self, why: str) -> Begun:
        """Close it, and return what the next file's first line is to say of it."""
        with contextlib.suppress(OSError):  # what it says of the data, `put` has said
            self._disk.close(self._fd)
        length = self.durable
        with contextlib.suppress(OSError):
            length = self.path.stat().st_size
        torn = max(0, length - self.durable)
        return Begun(previous=self.path.name, size=self.durable, torn=torn, why=why)


class AuditFiles:
    """The audit trail in a folder; implements `ports.AuditTrail`. For one thread.

    Opened with the first call of `append` or `tend`, which finds where the trail ended, takes the
    folder's lock, and says in `findings` what was wrong there. A refusal of the disk ends the file;
    the next call begins a new one, which says so in its first line.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        run: Run,
        entropy: Entropy = secrets.randbits,
        clean: Clean | None = None,
        disk: Disk | None = None,
        vault: Sealer | None = None,
    ) -> None:
        """Prepare; nothing is touched yet.

        Args:
            folder: where the trail is, or will be.
            clock: what time it is.
            run: what all lines of this run say.
            entropy: draws the random part of the lines' names.
            clean: takes secrets out of each event's JSON.
            disk: the file system.
            vault: encrypts old days once they are compressed; None leaves them readable.
        """
        self._folder = folder
        self._vault = vault
        self._locked: Sealer | None = None
        self._clock = clock
        self._disk = RealDisk() if disk is None else disk
        self._lock = FolderLock(folder, what="The audit trail")
        self._chain = Chain(run, entropy=entropy, clean=clean)
        self._segment: _Segment | None = None
        self._durable = Head()
        self._before = Begun(previous="", size=0, torn=0, why="first")
        self._day = ""
        self._flushed = Head()
        self._flushed_at = Nanos(0)
        self._draft_left = True
        self._packing: Iterator[None] | None = None
        self._may_pack = True
        self._looked_for = ""
        self._findings: list[str] = []  # bounded: a few words for each opening
        self._is_open = False

    @property
    def head(self) -> Head:
        """The last line that is on stable storage."""
        return self._durable

    def findings(self) -> tuple[str, ...]:
        """Return what was found damaged since the last call, in plain words."""
        found, self._findings = tuple(self._findings), []
        return found

    def append(self, events: Sequence[Event]) -> None:
        """Write one line for each event; they are on stable storage when it returns.

        A batch is never split between two files: it belongs to the day of its first event.

        Raises:
            OSError: the disk refused, or another program writes this trail; nothing of this call
                may be relied on.
        """
        if not events:
            return
        self._open()
        day = self._day_of(events[0])
        if self._segment is not None and day != self._day:
            self._before = self._segment.ended("day")
            self._segment = None
        try:
            lines = [self._chain.note(self._before, self._moment())] if not self._segment else []
            lines += [self._chain.append(event) for event in events]
            self._commit(b"".join(lines), day)
        except BaseException as error:
            self._chain.rewind(self._durable)
            if isinstance(error, OSError):
                self._give_up(error)
            raise

    def _commit(self, data: bytes, day: str) -> None:
        is_new = self._segment is None
        if self._segment is None:
            self._segment = self._begin(day)
            self._day = day
        self._segment.put(data)
        self._write_anchor(self._chain.head, self._segment.path.name, flush=is_new)
        self._segment.durable += len(data)
        self._durable = self._chain.head

    def _begin(self, day: str) -> _Segment:
        first = self._durable.seq + 1
        taken = [file.attempt for file in files_in(self._folder) if file.first == first]
        name = file_name(day, first, max(taken, default=0) + 1)
        log.info("%s goes on after line %d, %s", name, self._durable.seq, self._durable.digest)
        return _Segment(self._disk, self._folder / name)

    def _give_up(self, error: OSError) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        log.info("%s is given up: %s", segment.path.name, error)
        before = segment.ended("fault")
        if segment.durable:
            self._before = before
        if segment.is_flushed:  # the anchor may name its lines
            return
        with contextlib.suppress(OSError):
            self._disk.remove(segment.path)

    def _day_of(self, event: Event) -> str:
        now = self._clock.now()
        at = event.at if abs(event.at - now) < _DAY_NS else now
        day = f"{datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC):%Y-%m-%d}"
        return day if self._segment is None else max(day, self._day)

    def tend(self) -> None:
        """Open the trail, flush the anchor, and do one step of compressing old days.

        Raises:
            OSError: the disk refused, or another program writes this trail.
        """
        self._open()
        if self._locked is not None and self._locked.has_news():
            # a person gave the passphrase meanwhile; its key is made already
            self._vault, self._locked, self._looked_for = self._locked, None, ""
            self._may_pack = True
        due = self._clock.monotonic() - self._flushed_at >= ANCHOR_FLUSH_S * NANOS_PER_SECOND
        if due and self._segment is not None and self._flushed != self._durable:
            self._write_anchor(self._durable, self._segment.path.name, flush=True)
        if not self._may_pack:
            return
        try:
            self._with_key(self._pack_a_step)
        except OSError as error:
            self._may_pack = False
            log.error("an old day of the audit trail cannot be compressed: %s", error)

    def _with_key(self, step: Callable[[], object]) -> None:
        """Do what may need a key; without one old days stay readable, and the log says so."""
        try:
            step()
        except (VaultLocked, SomethingMissing) as error:
            self._locked, self._vault, self._packing = self._vault or self._locked, None, None
            log.warning("old days of the audit trail stay readable: %s", error)

    def _pack_a_step(self) -> None:
        if self._packing is None:
            old = self._next_to_pack()
            self._packing = None if old is None else self._put_away(old)
        if self._packing is not None and next(self._packing, _OVER) is _OVER:
            self._packing = None

    def _next_to_pack(self) -> TrailFile | None:
        """The file being written is of the newest day, and so never among them."""
        if self._segment is None or self._looked_for == self._day:
            return None
        for file in files_in(self._folder):
            is_done = file.is_packed if self._vault is None else file.is_sealed
            if not is_done and file.day < self._day and file.path != self._segment.path:
                return file
        self._looked_for = self._day
        return None

    def _put_away(self, old: TrailFile) -> Iterator[None]:
        """Compress a file, or encrypt one that is compressed already; of both, one a call."""
        if old.is_packed and self._vault is not None:
            return self._vault.seal(old.path, anew=True)
        return pack(self._disk, old)

    def close(self) -> None:
        """Flush the anchor, close the file and let others in; safe twice; never raises."""
        if not self._is_open:
            return
        self._is_open = False
        self._packing = None
        if self._segment is not None:
            with contextlib.suppress(OSError):  # the anchor before it stands
                self._write_anchor(self._durable, self._segment.path.name, flush=True)
            self._before = self._segment.ended("start")
            self._segment = None
            log.info("the audit trail ends at line %d, %s", self._durable.seq, self._durable.digest)
        self._lock.release()

    def _write_anchor(self, head: Head, file: str, *, flush: bool) -> None:
        anchor = Anchor(seq=head.seq, digest=head.digest, file=file, at=self._clock.now())
        draft = self._folder / (ANCHOR + ".new")
        if self._draft_left:
            self._disk.remove(draft)
        self._draft_left = True
        fd = self._disk.open_new(draft)
        try:
            write_all(self._disk, fd, anchor_bytes(anchor))
            if flush:
                self._disk.sync(fd)
        finally:
            self._disk.close(fd)
        draft.replace(self._folder / ANCHOR)
        self._draft_left = False
        if flush:
            self._disk.sync_folder(self._folder)
            self._flushed, self._flushed_at = head, self._clock.monotonic()

    # --- where it ended

    def _open(self) -> None:
        if self._is_open:
            return
        self._disk.make_folder(self._folder)
        try:
            self._lock.acquire()
        except DataDirUnusable as error:
            raise BlockingIOError(errno.EAGAIN, error.what) from error
        try:
            self._go_on()
        except BaseException:
            self._lock.release()
            raise
        self._is_open = True
        if self._vault is not None:
            # making a key of a passphrase takes half a second, which no order shall wait for
            self._with_key(self._vault.ready)

    def _go_on(self) -> None:
        """Find the last line, hold it against the anchor, and go on after the later of the two."""
        end, file = None, None
        for file in reversed(files_in(self._folder)):
            end = self._end_of(file)
            if end is not None:
                break
        anchor, damage = self._anchor()
        head = Head() if end is None else end.head
        if anchor is not None and anchor.seq > head.seq:
            damage = (
                f"lines {head.seq + 1} to {anchor.seq} are missing: they were on stable storage "
                f"in {anchor.file}, and are not there any more"
            )
            head = Head(anchor.seq, anchor.digest)
        elif anchor is not None and anchor.seq == head.seq and anchor.digest != head.digest:
            damage = f"line {head.seq} is not the one that was written there"
        elif anchor is None and head.seq and not damage:
            damage = f"the anchor {ANCHOR} is missing"
        if anchor is None and end is None and not damage:
            # before the first line: one that a crash leaves alone would look cut off
            self._write_anchor(head, "", flush=False)
        self._note_end(file, end, damage)
        self._chain.rewind(head)
        self._durable = head

    def _end_of(self, file: TrailFile) -> End | None:
        try:
            return end_of(file, None if self._vault is None else self._vault.open)
        except (VaultLocked, SomethingMissing) as error:
            raise OSError(
                errno.EACCES, f"the trail's last file cannot be opened: {error}"
            ) from error

    def _anchor(self) -> tuple[Anchor | None, str]:
        try:
            return read_anchor(self._folder), ""
        except ValueError as error:
            return None, str(error)

    def _note_end(self, file: TrailFile | None, end: End | None, damage: str) -> None:
        if damage:
            self._findings.append(f"{damage} ({self._folder}).")
            log.error("the audit trail was damaged: %s", damage)
        if file is None or end is None:
            self._before = Begun(previous="", size=0, torn=0, why="first", damage=damage)
            return
        if end.torn:
            log.info("%s: %d bytes behind its last line were left unfinished", file.name, end.torn)
        self._before = Begun(
            previous=file.name, size=end.size, torn=end.torn, why="start", damage=damage
        )

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())
