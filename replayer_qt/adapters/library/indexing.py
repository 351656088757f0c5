"""Tells what a file is and which rounds it holds; the one way from a file to the library.

It keeps nothing and asks nothing but the file, so that it runs in worker processes.
"""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import HEADER_START, LINE_LIMIT, read_header
from replayer_qt.adapters.library.ground import ColumnStore
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.errors import RecordingUnreadable, UserFacingError
from replayer_qt.core.library import FileEntry, RoundEntry
from replayer_qt.core.library_entries import ToldRound, entry_of, rounds_of
from replayer_qt.core.recording import Damage, Recording
from replayer_qt.core.units import RUGS, StreamId

DAMAGE_TOLD: Final = 100
"""Places of damage that are told at most."""
UNREADABLE: Final = "unreadable"
"""The format of what no recording could be read of."""

_CHUNK: Final = 1024 * 1024
_TROUBLE: Final = (OSError, UserFacingError, ValueError, OverflowError, RecursionError, MemoryError)
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is, and what is in it.

    Attributes:
        file: the file; `problem` says why nothing could be read of it.
        rounds: its rounds, in the order in which it first names them.
        columns: their ticks, in the same order.
        damage: each place that is not as it should be, at most 100, in plain words.
    """

    file: FileEntry
    rounds: tuple[RoundEntry, ...] = ()
    columns: tuple[RoundColumns, ...] = ()
    damage: tuple[str, ...] = ()


def index_file(path: Path, stream: StreamId | None = None, *, origin: str = "") -> Indexed:
    """Return what a file holds; never raises for what is in a file, or is not there.

    Args:
        path: the file.
        stream: what its events shall name; None: what its header says, else rugs.fun.
        origin: where it was imported from; empty for what was recorded here.
    """
    path = path.absolute()
    try:
        size, modified = _stated(path)
        digest = _digest_of(path)
    except OSError as error:
        return _unread(path, f"{path} could not be read: {error.strerror}.", origin)
    entry = FileEntry(
        path=str(path),
        size=size,
        modified=modified,
        format=UNREADABLE,
        digest=digest,
        sealed=False,
        plain_size=size,
        lines=0,
        origin=origin,
    )
    try:
        recording = open_recording(path, stream or stream_of_file(path))
    except _TROUBLE as error:
        said = error.what if isinstance(error, RecordingUnreadable) else f"{path}: {error}"
        return Indexed(file=msgspec.structs.replace(entry, problem=said))
    return _indexed(entry, recording, rounds_of(recording))


def load_columns(file: FileEntry, store: ColumnStore) -> tuple[RoundColumns, ...]:
    """Return the rounds of a file of the library, from the store, else from the file itself.

    What had to be read is kept in the store. Never raises; a file that cannot be read has none.
    """
    kept = store.get(file)
    if kept is not None:
        return kept
    found = index_file(Path(file.path), origin=file.origin)
    if not found.file.problem:
        store.put(found.file, found.columns)
    return found.columns


def stream_of_file(path: Path) -> StreamId:
    """Return the stream that a journal's header names, else that of rugs.fun.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        line = file.readline(LINE_LIMIT)
    if line.startswith(HEADER_START):
        try:
            return read_header(line).stream
        except _UNREADABLE:
            return RUGS
    return RUGS


def _stated(path: Path) -> tuple[int, int]:
    stated = path.stat()
    return stated.st_size, stated.st_mtime_ns


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _indexed(entry: FileEntry, recording: Recording, told: tuple[ToldRound, ...]) -> Indexed:
    return Indexed(
        file=msgspec.structs.replace(
            entry,
            format=recording.format,
            lines=recording.lines,
            bad_lines=recording.bad_lines,
            recovered_lines=recording.recovered_lines,
            places=len(recording.damage),
            ended=recording.ended,
        ),
        rounds=tuple(entry_of(one, recording.bad_lines) for one in told),
        columns=tuple(one.columns for one in told),
        damage=tuple(map(_said, recording.damage[:DAMAGE_TOLD])),
    )


def _said(place: Damage) -> str:
    return f"line {place.line}: {place.what}" if place.line else place.what


def _unread(path: Path, problem: str, origin: str) -> Indexed:
    return Indexed(
        file=FileEntry(
            path=str(path),
            size=0,
            modified=0,
            format=UNREADABLE,
            digest="",
            sealed=False,
            plain_size=0,
            lines=0,
            origin=origin,
            problem=problem,
        )
    )
