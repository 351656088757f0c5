"""Tells what a file is and which rounds it holds; the one way from a file to the library.

It keeps nothing and asks nothing but the file, so that it runs in worker processes.
"""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.plain_file import open_file
from replayer_qt.adapters.journal.sealed import read_info
from replayer_qt.adapters.journal.sealed_format import entry_of as sealed_entry
from replayer_qt.adapters.library.columns_fast import read_file
from replayer_qt.adapters.library.detect import FORMATS
from replayer_qt.adapters.library.ground import ColumnStore
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.library import FileEntry, RoundEntry
from replayer_qt.core.library_entries import entry_of
from replayer_qt.core.recording import Damage
from replayer_qt.core.units import StreamId

DAMAGE_TOLD: Final = 100
"""Places of damage that are told at most."""
UNREADABLE: Final = "unreadable"
"""The format of what no recording could be read of."""

_TROUBLE: Final = (
    OSError,
    UserFacingError,
    ArithmeticError,
    MemoryError,
    RecursionError,
    ValueError,
    msgspec.MsgspecError,
)


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
        stream: what its events shall name; None: what it says itself, else rugs.fun.
        origin: where it was imported from; empty for what was recorded here, or what a packed
            file says.
    """
    path = path.absolute()
    try:
        stated = path.stat()
        read = read_file(path, stream)
    except _TROUBLE as error:
        return _unread(path, _why(path, error), origin)
    info, recording = read.info, read.recording
    file = FileEntry(
        path=str(path),
        size=stated.st_size,
        modified=stated.st_mtime_ns,
        format=recording.format,
        digest=read.digest,
        sealed=info is not None,
        plain_size=read.plain_size,
        lines=recording.lines,
        bad_lines=recording.bad_lines,
        recovered_lines=recording.recovered_lines,
        places=len(recording.damage),
        ended=recording.ended,
        origin=origin or (info.origin if info is not None else ""),
    )
    return Indexed(
        file=file,
        rounds=tuple(entry_of(one, recording.bad_lines) for one in read.rounds),
        columns=tuple(one.columns for one in read.rounds),
        damage=tuple(map(_said, recording.damage[:DAMAGE_TOLD])),
    )


def glance_file(path: Path) -> Indexed:
    """Return what a packed file says of itself, without unpacking it; its columns are left out.

    Of a file that says nothing of itself, or is damaged there, it returns what `index_file` does.
    """
    try:
        info = read_info(path.absolute())
        if info is not None and info.rounds and info.format in FORMATS:
            return Indexed(file=sealed_entry(path.absolute(), info), rounds=info.rounds)
    except OSError:
        pass  # the long way says why
    return index_file(path)


def load_columns(file: FileEntry, store: ColumnStore) -> tuple[RoundColumns, ...]:
    """Return the rounds of a file of the library, from the store, else from the file itself.

    What had to be read is kept in the store. Never raises; a file that cannot be read has none.
    """
    kept = store.get(file)
    if kept is not None:
        return kept
    path = Path(file.path)
    try:
        stated = path.stat()
        same = (stated.st_size, stated.st_mtime_ns) == (file.size, file.modified)
        read = read_file(path, digest=file.digest if same else "")
    except _TROUBLE:
        return ()
    columns = tuple(one.columns for one in read.rounds)
    store.put(msgspec.structs.replace(file, digest=read.digest), columns)
    return columns


def _said(place: Damage) -> str:
    return f"line {place.line}: {place.what}" if place.line else place.what


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, UserFacingError):
        return error.what
    if isinstance(error, OSError):
        return f"{path} was not read: {(error.strerror or type(error).__name__).lower()}."
    return f"{path} was not read: {str(error) or type(error).__name__}."


def _unread(path: Path, problem: str, origin: str) -> Indexed:
    try:
        stated = path.stat()
        size, modified = stated.st_size, stated.st_mtime_ns
    except (OSError, ValueError):
        size = modified = 0
    return Indexed(
        file=FileEntry(
            path=str(path),
            size=size,
            modified=modified,
            format=UNREADABLE,
            digest=_digest_of(path),
            sealed=False,
            plain_size=size,
            lines=0,
            origin=origin,
            problem=problem,
        )
    )


def _digest_of(path: Path) -> str:
    """Return the digest of a file as it lies there; empty where that cannot be read either."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""
