"""One recording file being written: acknowledged when the system has it, durable when flushed."""

import contextlib
import errno
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from crc32c import crc32c

from replayer_qt.adapters.journal.disk import FULL, Disk
from replayer_qt.adapters.journal.format import (
    Footer,
    Header,
    Lost,
    Note,
    Refused,
    footer_line,
    header_line,
    note_body,
    record,
)
from replayer_qt.adapters.journal.raw import RawPacker, raw_path
from replayer_qt.core.events import Event, RawReceived, RoundRugged
from replayer_qt.core.units import Nanos, RoundId, StreamId

PENDING_LIMIT: Final = 1024 * 1024
"""More than this is not gathered for one write [bytes]."""


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A piece of a file that the system does not have yet.

    Attributes:
        order: the event's place among all that were appended.
        event: what it was made from; None for the journal's own words.
        data: the bytes.
        note: the journal's own word, if it is one.
    """

    order: int
    event: Event | None
    data: bytes
    note: Note | None = None


class _Stretch:
    """Bytes that are appended to one descriptor, all or nothing for each piece."""

    def __init__(self, disk: Disk, fd: int) -> None:
        self._disk = disk
        self.fd = fd
        self.offset = 0
        self.digest = hashlib.sha256()
        self.crc = 0
        self.torn = False

    def put(self, pieces: Sequence[Pending]) -> tuple[int, OSError | None]:
        """Return how many pieces the system has, and why not all."""
        data = memoryview(b"".join([piece.data for piece in pieces]))
        done, failure = 0, None
        try:
            while done < len(data):
                done += self._write_some(data[done:])
        except OSError as error:
            failure = error
        count, whole = len(pieces), len(data)
        if done < whole:
            count, whole = _whole(pieces, done)
            self._cut(self.offset + whole)
        self.offset += whole
        self.digest.update(data[:whole])
        self.crc = crc32c(data[:whole], self.crc)
        return count, failure

    def _write_some(self, data: memoryview) -> int:
        taken = self._disk.write(self.fd, data)
        if taken <= 0:
            raise OSError(errno.ENOSPC, "nothing was written")
        return taken

    def _cut(self, size: int) -> None:
        try:
            self._disk.truncate(self.fd, size)
        except OSError:
            self.torn = True


def _whole(pieces: Sequence[Pending], done: int) -> tuple[int, int]:
    count = size = 0
    for piece in pieces:
        if size + len(piece.data) > done:
            break
        size += len(piece.data)
        count += 1
    return count, size


class Segment:
    """One file of one stream, with its raw messages beside it.

    Written on the recorder's thread; `sync` and `close` are for the flusher's.

    Attributes:
        stream: whose events it holds.
        round_id: the round it was begun for; None while none was known.
        begun: when [monotonic ns].
        rugged: whether the round's end is in it.
        is_dead: whether the disk failed it; it gets no footer and no further try.
        flush_failed: whether it was a flush that failed; none is tried again.
        written: number of the newest record that the system has; 0 before the first.
        durable: number of the newest record that is on stable storage.
    """

    def __init__(
        self,
        disk: Disk,
        path: Path,
        header: Header,
        *,
        stream: StreamId,
        round_id: RoundId | None,
        begun: Nanos,
    ) -> None:
        self._disk = disk
        self.path = path
        self.header = header
        self.stream = stream
        self.round_id = round_id
        self.begun = begun
        self.rugged = False
        self.is_dead = self.flush_failed = False
        self.written = self.durable = 0
        self._lost = self._refused = 0
        self._seq = 0
        self._pending: list[Pending] = []
        self._pending_raw: list[Pending] = []
        self._gathered = 0
        self._dirty_since: Nanos | None = None
        self._flushing_since: Nanos | None = None
        self._raw: _Stretch | None = None
        self._packer = RawPacker()
        self._folder_synced = False
        self._closed = False
        self._lines = _Stretch(disk, disk.open_new(path))
        self._write_header()

    def _write_header(self) -> None:
        line = Pending(0, None, header_line(self.header))
        _, failure = self._lines.put([line])
        if failure is not None:
            self.close()
            with contextlib.suppress(OSError):
                self._disk.remove(self.path)
            raise failure

    @property
    def size(self) -> int:
        """How long the files are [bytes]."""
        return self._lines.offset + (self._raw.offset if self._raw else 0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the header was written."""
        return self.written == 0 and (self._raw is None or self._raw.offset == 0)

    @property
    def is_full(self) -> bool:
        """Whether enough is gathered for a write."""
        return self._gathered >= PENDING_LIMIT

    def add(self, order: int, event: Event, body: bytes) -> None:
        """Gather an event's record; `flush` writes it."""
        self._gather(Pending(order, event, self._numbered(body)))

    def add_note(self, order: int, note: Note, event: Event | None = None) -> None:
        """Gather a word of the journal's own; `event` is what it stands for."""
        self._gather(Pending(order, event, self._numbered(note_body(note)), note))

    def add_raw(self, order: int, message: RawReceived) -> None:
        """Gather a message for the file beside.

        Raises:
            OSError: that file cannot be made.
        """
        if self._raw is None:
            self._raw = _Stretch(self._disk, self._disk.open_new(raw_path(self.path)))
            self._folder_synced = False
        data = self._packer.pack(message)
        self._pending_raw.append(Pending(order, message, data))
        self._gathered += len(data)

    def _numbered(self, body: bytes) -> bytes:
        self._seq += 1
        return record(self._seq, body)

    def _gather(self, piece: Pending) -> None:
        self._pending.append(piece)
        self._gathered += len(piece.data)

    def flush(self, now: Nanos) -> None:
        """Hand what is gathered to the system.

        Raises:
            OSError: not all of it was taken; the rest is still in `taken_back`, the file ends
                with a whole record, and nothing more may be added.
        """
        raw, lines = self._pending_raw, self._pending
        if self._raw is not None and raw:
            count, failure = self._raw.put(raw)
            self._pending_raw = raw[count:]
            self._check(failure)
        if lines:
            count, failure = self._lines.put(lines)
            self._pending = lines[count:]
            self.written += count
            for piece in lines[:count]:
                self._remember(piece)
            self._check(failure)
        if self._dirty_since is None:
            self._dirty_since = now
        self._gathered = 0

    def _check(self, failure: OSError | None) -> None:
        if failure is not None:
            self.is_dead = failure.errno not in FULL  # what a full disk holds is still good
            raise failure

    def _remember(self, piece: Pending) -> None:
        match piece.note:
            case None:
                self.rugged = self.rugged or (
                    isinstance(piece.event, RoundRugged) and piece.event.round_id == self.round_id
                )
            case Lost(count=count):
                self._lost += count
            case Refused():
                self._refused += 1
            case _:
                pass

    def taken_back(self) -> list[Pending]:
        """Return what was gathered and never written, and forget it."""
        rest = [*self._pending_raw, *self._pending]
        self._pending, self._pending_raw, self._gathered = [], [], 0
        return rest

    def finish(self, end: str, now: Nanos) -> None:
        """Write the footer; the file still has to be closed. A dead file gets none.

        Raises:
            OSError: there is none, as after a crash.
        """
        if self.is_dead:
            return
        if self._raw is not None:
            _, failure = self._raw.put([Pending(0, None, self._packer.finish())])
            self._check(failure)
        footer = Footer(
            n=self.written,
            first_seq=1 if self.written else None,
            last_seq=self.written or None,
            sha256=self._lines.digest.hexdigest(),
            crc=self._lines.crc,
            lost=self._lost,
            refused=self._refused,
            raw=self._packer.count,
            rugged=self.rugged,
            end=end,
        )
        # A tail that could not be cut off is ended, so that the footer begins a line of its own.
        start = b"\n" if self._lines.torn else b""
        _, failure = self._lines.put([Pending(0, None, start + footer_line(footer))])
        self._check(failure)
        self._dirty_since = self._dirty_since or now

    def lag(self, now: Nanos) -> int:
        """Return the age of the oldest byte that is not known to be durable [ns]."""
        since = self._flushing_since or self._dirty_since
        return 0 if since is None else max(0, now - since)

    @property
    def is_dirty(self) -> bool:
        """Whether something was written since the last flush to the disk began."""
        return self._dirty_since is not None

    def sync(self) -> None:
        """Flush to stable storage, then publish `durable`; for the flusher's thread.

        Raises:
            OSError: what was written since the last time may never get there.
        """
        written = self.written
        self._flushing_since, self._dirty_since = self._dirty_since, None
        if not self._folder_synced:
            self._folder_synced = True
            self._disk.sync_folder(self.path.parent)
        if self._raw is not None:
            self._disk.sync(self._raw.fd)
        self._disk.sync(self._lines.fd)
        self.durable = written
        self._flushing_since = None

    def close(self) -> None:
        """Give the descriptors back; safe twice; never raises."""
        if self._closed:
            return
        self._closed = True
        for stretch in (self._raw, self._lines):
            if stretch is not None:
                with contextlib.suppress(OSError):  # what it says of the data, `sync` has said
                    self._disk.close(stretch.fd)

    def discard(self) -> None:
        """Close and remove a file in which nothing is; never raises."""
        self.close()
        for path in (raw_path(self.path), self.path):
            with contextlib.suppress(OSError):
                self._disk.remove(path)
