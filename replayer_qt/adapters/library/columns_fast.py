"""Reads a file into rounds: sound files the quick way, all others as whoever opens them does.

Both ways say the same of the same file; only their times differ.
"""

import hashlib
import stat
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import HEADER_START, read_header
from replayer_qt.adapters.journal.sealed import Unpacked, open_plain, unpack
from replayer_qt.adapters.journal.sealed_format import ZSTD_MAGIC, SealInfo
from replayer_qt.adapters.journal.whole import WHOLE_LIMIT, read_whole
from replayer_qt.adapters.library.importers.public_tables import stream_named_in
from replayer_qt.adapters.library.journal_fast import read_journal_quickly
from replayer_qt.adapters.library.open import open_recording, open_table
from replayer_qt.adapters.library.ticks_fast import read_quickly
from replayer_qt.core.library_entries import JOURNAL, ToldRound, round_of_columns, rounds_of
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import RUGS, StreamId

_CHUNK: Final = 1024 * 1024
_FIRST_LINE: Final = 65_536
_NO_TABLES: Final = frozenset({".jsonl", ".ndjson", ".json", ".parquet"})
_OBJECT: Final = b'{"type": "'
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read.

    Attributes:
        recording: what was read, and what was wrong with it; its events may have been left out.
        rounds: the rounds in it.
        digest: SHA-256 of its content, unpacked [64 hex digits].
        plain_size: the content's length [bytes].
        info: what it says of itself, if it is one that we packed.
    """

    recording: Recording
    rounds: tuple[ToldRound, ...]
    digest: str
    plain_size: int
    info: SealInfo | None = None


def read_file(path: Path, stream: StreamId | None = None, *, digest: str = "") -> ReadFile:
    """Return the rounds of a file.

    Args:
        path: the file.
        stream: what its events shall name; None: what it says itself, else rugs.fun.
        digest: the digest of its content, where that is known already.

    Raises:
        OSError: it cannot be read.
        RecordingUnreadable: it holds no recording in a format that we know.
    """
    stated = path.stat()
    if not stat.S_ISREG(stated.st_mode) or stated.st_size > WHOLE_LIMIT:
        return _read_long(path, stream)
    content = _content_of(path)
    quick = None if content.damage else read_content(path, content, stream)
    recording, rounds = quick or read_with_care(path, stream or stream_of(path, content))
    return ReadFile(
        recording=recording,
        rounds=rounds,
        digest=digest or hashlib.sha256(content.data).hexdigest(),
        plain_size=len(content.data),
        info=content.info,
    )


def _content_of(path: Path) -> Unpacked:
    with path.open("rb", buffering=0) as file:
        data = file.readall()
    return unpack(path) if data.startswith(ZSTD_MAGIC) else Unpacked(data=data, packed=False)


def read_content(
    path: Path, content: Unpacked, stream: StreamId | None
) -> tuple[Recording, tuple[ToldRound, ...]] | None:
    """Return what a sound file holds; None where it has to be read with care. Never raises.

    Args:
        path: where it was read from.
        content: what is in it.
        stream: as in `read_file`.
    """
    if content.data.startswith(HEADER_START):
        return _journal(path, content.data, stream)
    if content.data.startswith(_OBJECT):
        found = read_quickly(content.data, stream or stream_of(path, content))
        if found is not None:
            recording = Recording(path=str(path), format="A", events=(), lines=found.lines)
            return recording, (found.told,)
    return None


def read_with_care(path: Path, stream: StreamId) -> tuple[Recording, tuple[ToldRound, ...]]:
    """Return what any file holds, whatever is wrong with it.

    Raises:
        RecordingUnreadable: it holds no recording in a format that we know.
    """
    if path.suffix not in _NO_TABLES:
        table = open_table(path, stream)
        if table is not None:
            return table.recording, tuple(map(round_of_columns, table.rounds))
    recording = open_recording(path, stream)
    return recording, rounds_of(recording)


def stream_of(path: Path, content: Unpacked) -> StreamId:
    """Return the stream that a file names, in its header or its name; else that of rugs.fun."""
    if content.info is not None and content.info.rounds:
        return content.info.rounds[0].stream
    if content.data.startswith(HEADER_START):
        return _named_in(content.data) or RUGS
    if content.data.startswith(b"{"):
        return RUGS
    return stream_named_in(path) or RUGS


def _named_in(data: bytes) -> StreamId | None:
    try:
        return read_header(data[: data.find(b"\n", 0, _FIRST_LINE)]).stream
    except _UNREADABLE:
        return None


def _journal(
    path: Path, data: bytes, stream: StreamId | None
) -> tuple[Recording, tuple[ToldRound, ...]] | None:
    name = stream or _named_in(data)
    if name is None:
        return None
    quick = read_journal_quickly(data, name)
    if quick is not None:
        recording = Recording(
            path=str(path), format=JOURNAL, events=(), lines=quick.lines, ended=quick.ended
        )
        return recording, (quick.told,)
    found = read_whole(data)
    if found is None:
        return None
    events, ended = found
    for event in events:  # nobody else has them yet, and copies would double the time
        if event.stream != name:
            msgspec.structs.force_setattr(event, "stream", name)
    recording = Recording(
        path=str(path), format=JOURNAL, events=tuple(events), lines=len(events) + 2, ended=ended
    )
    return recording, rounds_of(recording)


def _read_long(path: Path, stream: StreamId | None) -> ReadFile:
    """Read what is too long to be held at once, or is no file at all."""
    digest = hashlib.sha256()
    size = 0
    start = b""
    if path.is_file():
        with open_plain(path) as file:
            while chunk := file.read(_CHUNK):
                start = start or chunk[:_FIRST_LINE]
                digest.update(chunk)
                size += len(chunk)
    recording, rounds = read_with_care(path, stream or stream_of(path, Unpacked(data=start)))
    return ReadFile(recording=recording, rounds=rounds, digest=digest.hexdigest(), plain_size=size)
