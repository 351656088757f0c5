"""Opens a recording, whoever wrote it; the one place that turns a file into events."""

from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed import open_plain
from replayer_qt.adapters.library.detect import describe, detect
from replayer_qt.adapters.library.importers.captures import read_capture
from replayer_qt.adapters.library.importers.ticks import read_ticks
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId

SIZE_LIMIT: Final = 2 * 1024**3
"""Larger files are refused [bytes]."""


def open_recording(path: Path, stream: StreamId) -> Recording:
    """Return what a file holds, in whichever format we know; damage is listed, never fatal.

    Args:
        path: the file.
        stream: the stream that every event shall name.

    Raises:
        RecordingUnreadable: it is missing, empty, too large, or in no format that we know; the
            message says what was found.
    """
    try:
        return _open(path, stream)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unreadable(path, reason.lower(), "Check the path and who may read it.") from error


def _open(path: Path, stream: StreamId) -> Recording:
    if path.is_dir():
        raise _unreadable(path, "it is a folder", "Name a file in it.")
    if path.exists() and not path.is_file():
        raise _unreadable(path, "it is not a plain file", "Name a file.")
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise _unreadable(path, f"it has {size:,} bytes", f"At most {SIZE_LIMIT:,} are read.")
    kind = detect(path)
    if kind == "journal":
        return read_journal(path, stream)
    if kind in {"A", "B"}:
        return read_ticks(path, stream)
    if kind is not None:
        return read_capture(path, stream, kind=kind)
    with open_plain(path) as file:
        found = describe(file.read(4096))
    size_told = f" ({size:,} bytes, no record among them)" if size else ""
    remedy = "Open a recording of this program, or of one of the formats A to E."
    raise _unreadable(path, found + size_told, remedy)


def _unreadable(path: Path, found: str, remedy: str) -> RecordingUnreadable:
    return RecordingUnreadable(f"{path} was not read: {found}.", remedy=remedy)
