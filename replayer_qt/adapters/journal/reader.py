"""Reads a journal back: every sound record, and each place that is not as it should be."""

import hashlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from replayer_qt.adapters.journal.format import (
    FORMAT,
    HEADER_START,
    LINE_LIMIT,
    VERSION,
    Big,
    ClockJumped,
    Doubtful,
    Footer,
    Header,
    Lost,
    Refused,
    is_sound,
    read_footer,
    read_header,
    read_note,
)
from replayer_qt.adapters.journal.screen import is_finite
from replayer_qt.adapters.journal.sealed import damage_of, open_plain, unpack
from replayer_qt.adapters.journal.whole import WHOLE_LIMIT, read_whole
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import (
    Event,
    EventsShed,
    JournalEvent,
    PriceTicked,
)
from replayer_qt.core.recording import Damage, Recording
from replayer_qt.core.units import StreamId

FILE_LIMIT: Final = 2 * 1024 * 1024 * 1024
"""The largest file that is read [bytes]."""
DAMAGE_LIMIT: Final = 10_000
"""Places that are listed at most; the counts go on."""

_MAGIC: Final = b'"' + FORMAT.encode() + b'"'
_RECORD: Final = re.compile(rb'\{"(?:seq|_h|_f)":')
_END: Final = re.compile(rb',"c":"[0-9a-f]{8}"\}')
_SEQ_AT: Final = len(b'{"seq":')
_SEQ_DIGITS: Final = 19
_CHUNK: Final = 4 * 1024 * 1024
_TOO_LONG: Final = f"a line of more than {LINE_LIMIT} bytes was passed over"
_NO_NUMBER: Final = "a record with a number that is none was left out"
_PIECES_LIMIT: Final = 1_000
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, ValueError, OverflowError)


def looks_like_journal(first_bytes: bytes) -> bool:
    """Return whether a file that begins like this is one of our journals."""
    return first_bytes.startswith(HEADER_START) and _MAGIC in first_bytes[:512]


def read_journal(path: Path, stream: StreamId | None = None) -> Recording:
    """Return what is in a journal: each sound record as it was written, and all damage.

    Nothing that fails its checksum is ever among the events. Damage inside the file, holes in the
    numbers, losses that the file itself states and a missing end are listed.

    Args:
        path: the file.
        stream: the name that the events are to have; None leaves theirs.

    Raises:
        RecordingUnreadable: the file is missing, empty, too large, or holds no sound line.
    """
    try:
        size = path.stat().st_size
        _refuse_sizes(path, size)
        if size <= WHOLE_LIMIT and (whole := _whole(path)) is not None:
            return _recording(path, *whole, stream)
        with open_plain(path) as file:
            reading = _Reading(path, stream)
            reading.read(file)
            reading.list_packing(damage_of(file))
    except OSError as error:
        raise RecordingUnreadable(
            f"{path} could not be read: {error.strerror}.", remedy="Choose another file."
        ) from error
    return reading.result()


def _whole(path: Path) -> tuple[list[JournalEvent], str] | None:
    try:
        found = unpack(path, WHOLE_LIMIT)
    except RecordingUnreadable:
        return None
    return None if found.damage else read_whole(found.data)


def _recording(
    path: Path, events: list[JournalEvent], end: str, stream: StreamId | None
) -> Recording:
    if stream is not None:
        for event in events:  # nobody else has them yet, and copies would double the time
            msgspec.structs.force_setattr(event, "stream", stream)
    kept, lines = tuple(events), len(events) + 2
    return Recording(path=str(path), format="journal", events=kept, lines=lines, ended=end)


def digest_matches(path: Path) -> bool | None:
    """Return whether the file is byte for byte what its writer closed; None without a footer.

    Damage is found without it; this also tells a file in which sound lines were exchanged.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    line = b""
    with open_plain(path) as file:
        while following := file.readline(LINE_LIMIT):
            digest.update(line)
            line = following
    try:
        footer = read_footer(line) if is_sound(line.removesuffix(b"\n")) else None
    except _UNREADABLE:
        return None
    return None if footer is None else footer.sha256 == digest.hexdigest()


def _refuse_sizes(path: Path, size: int) -> None:
    if size == 0:
        raise RecordingUnreadable(f"{path} is empty.", remedy="Choose another file.")
    if size > FILE_LIMIT:
        raise RecordingUnreadable(
            f"{path} is too large to read at once: {size // 1_000_000} MB.",
            remedy=f"Choose a file of at most {FILE_LIMIT // 1_000_000} MB.",
        )


class _Reading:
    def __init__(self, path: Path, stream: StreamId | None) -> None:
        self._path = path
        self._stream = stream
        self._events: list[Event] = []
        self._damage: list[Damage] = []
        self._packing: tuple[Damage, ...] = ()
        self._lines = self._bad = self._recovered = 0
        self._sound = 0
        self._seq = 0
        self._offset = 0
        self._header: Header | None = None
        self._footer: Footer | None = None
        self._first = b""

    def read(self, file: BinaryIO) -> None:
        rest = b""
        while chunk := file.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
            if self._offset == 0 and lines:
                self._first = lines[0][:64]
            self._read_lines(lines)
            if len(rest) > LINE_LIMIT:
                rest = self._pass_over(file, rest)
        if rest:
            self._lines += 1
            self._first = self._first or rest[:64]
            self._pick(rest, torn=True)

    def list_packing(self, damage: tuple[Damage, ...]) -> None:
        """List what could not be unpacked, before what is therefore missing."""
        self._packing = damage
        self._damage = [*damage, *self._damage][:DAMAGE_LIMIT]

    def _read_lines(self, lines: list[bytes]) -> None:
        for line in lines:
            self._lines += 1
            sound = is_sound(line)
            if not (sound and self._take_next_tick(line)):
                self._take_with_care(line, sound=sound)
            self._offset += len(line) + 1

    def _take_next_tick(self, line: bytes) -> bool:
        """The short way for what nearly every line is: the next record, and a price."""
        if not line.startswith(b'{"seq":%d,"ev":"PriceTicked",' % (self._seq + 1)):
            return False
        try:
            event = codec.decode(line)
        except _UNREADABLE:
            return False
        if type(event) is not PriceTicked or not math.isfinite(event.price):
            return False
        self._seq += 1
        self._sound += 1
        self._keep(event)
        return True

    def _keep(self, event: Event) -> None:
        if self._stream is not None:
            # Nobody else has this event yet, and copying it would double the time of reading.
            msgspec.structs.force_setattr(event, "stream", self._stream)
        self._events.append(event)

    def _take_with_care(self, line: bytes, *, sound: bool) -> None:
        if len(line) > LINE_LIMIT:
            self._bad_line(_TOO_LONG)
        elif sound:
            self._take(line)
        else:
            self._pick(line, torn=False)

    def _pass_over(self, file: BinaryIO, start: bytes) -> bytes:
        """Skip the rest of an endless line; return what was read behind it."""
        self._lines += 1
        self._first = self._first or start[:64]
        self._bad_line(_TOO_LONG)
        self._offset += len(start)
        while chunk := file.read(_CHUNK):
            before, line_break, rest = chunk.partition(b"\n")
            self._offset += len(before) + len(line_break)
            if line_break:
                return rest
        return b""

    def _take(self, line: bytes) -> None:
        self._sound += 1
        if line.startswith(b'{"seq":'):
            self._take_record(line)
        elif line.startswith(b'{"_f":'):
            self._take_footer(line)
        else:
            self._take_header(line)

    def _take_record(self, line: bytes) -> None:
        digits = line[_SEQ_AT : line.find(b",", _SEQ_AT)]
        seq = int(digits) if digits.isdigit() and len(digits) < _SEQ_DIGITS else 0
        if seq != self._seq + 1 and not self._may_follow(seq):
            return
        self._seq = seq
        try:
            event = codec.decode(line)
        except _UNREADABLE as error:
            self._take_note(line, error)
            return
        if self._is_good(event):
            self._keep(event)

    def _may_follow(self, seq: int) -> bool:
        if seq <= self._seq:
            self._note(f"record {seq} stands behind record {self._seq}; it was left out")
            return False
        missing = seq - self._seq - 1
        self._note(f"{missing} records are missing between {self._seq} and {seq}")
        return True

    def _is_good(self, event: Event) -> bool:
        if isinstance(event, EventsShed):
            self._note(f"{event.count} events were shed by the queue of the {event.queue}")
        if not is_finite(event):
            self._note(_NO_NUMBER)
            return False
        return True

    def _take_note(self, line: bytes, error: Exception) -> None:
        try:
            note = read_note(line)
        except _UNREADABLE:
            self._note(f"a sound record is of a kind that we do not know: {error}"[:200])
            return
        match note:
            case Lost(count=count, raw=raw):
                self._note(f"{count} records were lost before this one, {raw} of them raw messages")
            case Refused(type=kind, reason=reason):
                self._note(f"a {kind} was refused: {reason}"[:300])
            case Big(type=kind, size=size, file=file):
                self._note(f"a {kind} of {size} bytes is kept in {file}"[:300])
            case ClockJumped(by=by):
                self._note(f"the computer's clock was set by {by / 1e9:+.3f} s")
            case Doubtful(file=file, durable=durable, last=last):
                what = f"records {durable + 1} to {last} of {file} may not have reached the disk"
                self._note(what[:300])

    def _take_header(self, line: bytes) -> None:
        try:
            header = read_header(line)
        except _UNREADABLE:
            self._note("a sound line is neither header, record nor footer")
            return
        if self._header is not None:
            self._note("a second header stands inside the file: another recording follows")
            self._seq = 0
        elif header.format != FORMAT or header.version > VERSION:
            self._note(f"it was written in a newer format ({header.format} {header.version})")
        self._header = self._header or header

    def _take_footer(self, line: bytes) -> None:
        try:
            footer = read_footer(line)
        except _UNREADABLE:
            self._note("a sound line is neither header, record nor footer")
            return
        self._footer = footer
        if footer.last_seq not in {None, self._seq}:
            missing = (footer.last_seq or 0) - self._seq
            self._note(f"{missing} records are missing before the footer")
        if footer.end in {"full", "failed"}:
            self._note(f"recording paused here: the disk was {_ENDS[footer.end]}")

    def _pick(self, line: bytes, *, torn: bool) -> None:
        """Look for whole records inside a line that is not one."""
        found = 0
        for piece in _pieces(line):
            found += 1
            self._take(piece)
        self._recovered += found
        what = "the last line is torn" if torn else "the line fails its checksum"
        if not line.strip(b"\0\r"):
            what = f"{len(line)} bytes of nothing"
        self._bad_line(what, found)

    def _bad_line(self, what: str, recovered: int = 0) -> None:
        self._bad += 1
        self._note(what, recovered)

    def _note(self, what: str, recovered: int = 0) -> None:
        if len(self._damage) < DAMAGE_LIMIT:
            line, offset = self._lines, self._offset
            self._damage.append(Damage(line=line, offset=offset, what=what, recovered=recovered))

    def result(self) -> Recording:
        if self._sound == 0 and self._packing:
            raise RecordingUnreadable(
                f"{self._path} could not be unpacked: {self._packing[0].what}.",
                remedy="Bring a copy of it back.",
            )
        if self._sound == 0:
            raise RecordingUnreadable(
                f"{self._path} holds no sound line of our journal; it begins with "
                f"{self._first[:24]!r}.",
                remedy="Choose a recording.",
            )
        if self._header is None:
            self._note("the header is missing")
        if self._footer is None:
            self._note("the end is missing: the writer was killed, or is still writing")
        return Recording(
            path=str(self._path),
            format="journal",
            events=tuple(self._events),
            lines=self._lines,
            bad_lines=self._bad,
            recovered_lines=self._recovered,
            damage=tuple(self._damage),
            ended="" if self._footer is None else self._footer.end,
        )


_ENDS: Final = {"full": "full", "failed": "failing"}


def _pieces(line: bytes) -> Iterator[bytes]:
    """Yield the sound records inside `line`, which is none itself."""
    at = tried = 0
    while (start := _RECORD.search(line, at)) and tried < _PIECES_LIMIT:
        tried += 1
        at = start.end()
        following = _RECORD.search(line, at)
        limit = following.start() if following else len(line)
        for end in _END.finditer(line, at, limit):
            if is_sound(line[start.start() : end.end()]):
                yield line[start.start() : end.end()]
                at = end.end()
                break
