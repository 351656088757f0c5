"""The open files of all streams: begins them, places events in them, finishes them."""

import hashlib
import itertools
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import Disk
from replayer_qt.adapters.journal.flusher import Flusher
from replayer_qt.adapters.journal.format import (
    RECORD_LIMIT,
    Big,
    ClockJumped,
    Doubtful,
    Header,
    Note,
    Refused,
    encodable,
)
from replayer_qt.adapters.journal.layout import day_folder, file_name, is_inside, iso
from replayer_qt.adapters.journal.screen import body_of
from replayer_qt.adapters.journal.segment import Pending, Segment
from replayer_qt.adapters.journal.spool import Spool
from replayer_qt.adapters.journal.strand import Strand
from replayer_qt.core.events import Event, RawReceived
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import Nanos, RoundId, StreamId
from replayer_qt.ports import Clock

log = logging.getLogger(__name__)

_NAMESAKES: Final = 100
_DOUBTS_KEPT: Final = 16
_MEGABYTE: Final = 1_000_000


class Shelf:
    """All that is being written in one folder, and the counts of what was.

    Attributes:
        records: records in files that are finished.
        rounds: finished files that hold the end of a round.
        size: bytes in files that are finished.
        file: the newest file's path; empty before the first.
        stream: the stream of the newest file.
        advice: what is not kept though recording goes on; empty when nothing is.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        settings: RecorderSettings,
        header: Header,
        *,
        disk: Disk,
        spool: Spool,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._settings = settings
        self._header = header
        self._disk = disk
        self._spool = spool
        self._flusher = Flusher(interval_s=settings.sync_ms / 1000)
        self._strands: dict[StreamId, Strand] = {}
        self._orphans: list[Segment] = []  # bounded: emptied by end
        self._touched: dict[Segment, None] = {}  # bounded: emptied by flush
        self._refused: set[str] = set()  # bounded by the kinds of events there are
        self._doubts: dict[StreamId, list[tuple[Doubtful, Segment]]] = {}
        self._orders = itertools.count(1)
        self.records = self.rounds = self.size = 0
        self.file = self.advice = ""
        self.stream = StreamId("journal/all")

    # --- events ---------------------------------------------------------------------------------

    def place(self, event: Event) -> None:
        """Gather an event for its file; what cannot be a record is refused there with a reason.

        Raises:
            OSError: there is no file for it; it was not placed.
        """
        strand = self._strand(event.stream)
        raw = isinstance(event, RawReceived)
        if (raw and not self._settings.keep_raw) or strand.is_spare(event):
            return
        segment = strand.route(event)
        self._touched[segment] = None
        order = next(self._orders)
        jump = strand.jump(event)
        if jump:
            segment.add_note(order, ClockJumped(at=event.at, by=jump))
        if isinstance(event, RawReceived):
            self._place_raw(segment, order, event)
            return
        body = body_of(event)
        if isinstance(body, str):
            segment.add_note(order, self._refusal(event, body), event)
        elif len(body) > RECORD_LIMIT:
            segment.add_note(order, self._put_beside(segment, order, event, body), event)
        else:
            segment.add(order, event, body)

    def flush_full(self) -> None:
        """Hand over what was gathered for files that have gathered much; raises `OSError`."""
        for segment in self._touched:
            if segment.is_full:
                segment.flush(self._clock.monotonic())

    def flush(self) -> None:
        """Hand all that was gathered to the system; raises `OSError`."""
        now = self._clock.monotonic()
        for segment in self._touched:
            segment.flush(now)
        self._touched.clear()
        self._flusher.note_written()

    def take_back(self) -> list[Event]:
        """Return the events that were placed and never written, in order, and forget them."""
        pieces: list[Pending] = []
        for segment in self.open_files():
            for piece in segment.taken_back():
                pieces.append(piece)
                if isinstance(piece.note, ClockJumped):
                    self._strand(segment.stream).forget_jump(piece.note.by)
        pieces.sort(key=lambda piece: piece.order)
        self._touched.clear()
        return [piece.event for piece in pieces if piece.event is not None]

    def _place_raw(self, segment: Segment, order: int, message: RawReceived) -> None:
        try:
            segment.add_raw(order, message)
            self.advice = ""
        except OSError as error:
            self.advice = f"Messages as they came are not kept: {error.strerror}."
            self._spool.lose(message)

    def _refusal(self, event: Event, reason: str) -> Refused:
        kind = type(event).__name__
        if kind not in self._refused:
            self._refused.add(kind)
            log.warning("a %s was not recorded, and no more is said of others: %s", kind, reason)
        return Refused(at=event.at, type=kind, reason=encodable(reason))

    def _put_beside(self, segment: Segment, order: int, event: Event, body: bytes) -> Big:
        path = segment.path.with_suffix(f".{order}.big")
        fd = self._disk.open_new(path)
        try:
            rest = memoryview(body)
            while rest:
                rest = rest[self._disk.write(fd, rest) :]
            self._disk.sync(fd)
        except OSError:
            with suppress(OSError):
                self._disk.remove(path)
            raise
        finally:
            self._disk.close(fd)
        digest = hashlib.sha256(body).hexdigest()
        name = type(event).__name__
        return Big(at=event.at, type=name, size=len(body), sha256=digest, file=path.name)

    # --- files ----------------------------------------------------------------------------------

    def begin(self, strand: Strand, round_id: RoundId | None, begins: str, part: int) -> Segment:
        """Open a file for a strand, and state in it what was lost before it.

        Raises:
            OSError: it cannot be made; nothing is left of it.
        """
        if self._flusher.is_behind:
            raise TimeoutError("the disk is too slow to finish older files")
        at = self._clock.now()
        folder = day_folder(self._folder, strand.stream, at)
        self._disk.make_folder(folder)
        if not is_inside(folder / "file", self._folder):
            raise NotADirectoryError(f"{folder} leads out of {self._folder}")
        header = msgspec.structs.replace(
            self._header,
            segment=strand.segments + 1,
            part=part,
            created=iso(at),
            stream=StreamId(encodable(strand.stream)),
            round_id=None if round_id is None else RoundId(encodable(round_id)),
            begins=begins,
            previous=strand.last_name,
        )
        segment = self._create(folder, at, header, strand.stream, round_id)
        try:
            self._state(segment)
        except OSError:
            segment.discard()
            raise
        strand.segments += 1
        strand.last_name = segment.path.name
        self.file, self.stream = str(segment.path), strand.stream
        self._flusher.watch(segment)
        return segment

    def finish(self, segment: Segment, end: str) -> None:
        """Write what is gathered and the footer, and have the file flushed and closed.

        Raises:
            OSError: the disk refused; `end` will see to the file.
        """
        try:
            segment.flush(self._clock.monotonic())
            segment.finish(end, self._clock.monotonic())
        except OSError:
            self._orphans.append(segment)
            raise
        self._touched.pop(segment, None)
        self._retire(segment)

    def tend(self) -> None:
        """Finish files that are over, and state losses that no file states yet.

        Raises:
            OSError: the disk refused.
        """
        now = self._clock.monotonic()
        for strand in self._strands.values():
            strand.tend(now)
        self.state_losses()

    def state_losses(self) -> None:
        """Write down what was lost, in each stream's newest file; raises `OSError`."""
        for stream in {*self._spool.losses, *self._doubts}:
            self._state(self._strand(stream).ensure())
            self._flusher.note_written()

    def end(self, end: str) -> None:
        """Finish all files as well as the disk lets us; never raises."""
        now = self._clock.monotonic()
        for segment in list(self.open_files()):
            if not segment.is_empty:
                with suppress(OSError):  # without a footer it is as after a crash, and readable
                    segment.finish(end, now)
            self._retire(segment)
        self._orphans.clear()
        for strand in self._strands.values():
            strand.let_go()
        self._flusher.note_written()

    def open_files(self) -> Iterator[Segment]:
        """Yield each file that is not finished."""
        yield from self._orphans
        for strand in self._strands.values():
            yield from strand.open_files()

    def stuck(self) -> OSError | None:
        """Return why some round has no file of its own, though it is recorded."""
        return next((s.stuck for s in self._strands.values() if s.stuck is not None), None)

    # --- durability -----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to flush."""
        self._flusher.start()

    def stop(self, *, timeout_s: float) -> bool:
        """Flush and close what was finished; tell whether the disk did in time."""
        return self._flusher.stop(timeout_s=timeout_s)

    def failed_flushes(self) -> Sequence[OSError]:
        """Return why flushes failed since the last call; the next files will say which."""
        failures = self._flusher.failures()
        for segment, _ in failures:
            doubts = self._doubts.setdefault(segment.stream, [])
            name, durable, last = segment.path.name, segment.durable, segment.written
            doubts.append((Doubtful(file=name, durable=durable, last=last), segment))
            del doubts[:-_DOUBTS_KEPT]
        return [error for _, error in failures]

    def lag(self, now: Nanos) -> int:
        """Return the age of the oldest byte that is not known to be durable [ns].

        What failed to be flushed counts until a file says that it is in doubt.
        """
        doubted = [segment for told in self._doubts.values() for _, segment in told]
        return max(self._flusher.lag(now), *(segment.lag(now) for segment in doubted), 0)

    # --- small parts ----------------------------------------------------------------------------

    def _strand(self, stream: StreamId) -> Strand:
        strand = self._strands.get(stream)
        if strand is None:
            limit = self._settings.segment_mb * _MEGABYTE
            strand = self._strands[stream] = Strand(stream, self, size_limit=limit)
        return strand

    def _create(
        self,
        folder: Path,
        at: Nanos,
        header: Header,
        stream: StreamId,
        round_id: RoundId | None,
    ) -> Segment:
        begun = self._clock.monotonic()
        for attempt in range(1, _NAMESAKES):
            name = "session" if round_id is None else round_id
            path = folder / file_name(at, name, attempt)
            with suppress(FileExistsError):
                return Segment(
                    self._disk, path, header, stream=stream, round_id=round_id, begun=begun
                )
        raise FileExistsError(f"{path} and its namesakes exist")

    def _state(self, segment: Segment) -> None:
        stream = segment.stream
        lost, doubts = self._spool.losses.get(stream), self._doubts.get(stream, ())
        notes: list[Note] = [*(() if lost is None else (lost,)), *(note for note, _ in doubts)]
        if not notes:
            return
        for note in notes:
            segment.add_note(next(self._orders), note)
        segment.flush(self._clock.monotonic())
        self._spool.losses.pop(stream, None)
        self._doubts.pop(stream, None)

    def _retire(self, segment: Segment) -> None:
        if segment.is_empty:
            self._flusher.forget(segment)
            segment.discard()
            return
        self.records += segment.written
        self.size += segment.size
        self.rounds += segment.rugged
        self._flusher.retire(segment)
