"""Opens a recording, whoever wrote it; the one place that turns a file into events."""

from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed import damage_of, open_plain
from replayer_qt.adapters.journal.sealed_format import lies_at
from replayer_qt.adapters.library.detect import describe, detect
from replayer_qt.adapters.library.importers.captures import read_capture
from replayer_qt.adapters.library.importers.documents import (
    document_in,
    kind_of_document,
    read_document,
)
from replayer_qt.adapters.library.importers.event_store import read_event_store
from replayer_qt.adapters.library.importers.presses import read_presses
from replayer_qt.adapters.library.importers.public_tables import (
    TABLES,
    PublicTable,
    read_table,
    with_events,
)
from replayer_qt.adapters.library.importers.ticks import read_ticks
from replayer_qt.adapters.library.importers.variant_g import read_sink
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId

SIZE_LIMIT: Final = 2 * 1024**3
"""Larger files are refused, but for tables of the public archive [bytes]."""

_ATTEMPTS: Final = 4
_REMEDY: Final = (
    "Open a recording of this program, one of the formats A to K, or a table of trades or klines "
    "from Binance's public archive."
)


def open_recording(path: Path, stream: StreamId) -> Recording:
    """Return what a file holds, in whichever format we know; damage is listed, never fatal.

    Args:
        path: the file; one that was packed since is found where it lies now.
        stream: the stream that every event shall name.

    Raises:
        RecordingUnreadable: it is missing, empty, too large, or in no format that we know; the
            message says what was found.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _open(path, stream)
        except (OSError, RecordingUnreadable) as error:
            now = lies_at(path)
            if now == path and not _is_back(path, error):
                if isinstance(error, OSError):
                    raise _refused(path, error) from error
                raise
            path = now  # it was packed, or unpacked, since its name was learned
    raise _unreadable(path, "it is being packed and unpacked", "Try again.")


def open_table(path: Path, stream: StreamId) -> PublicTable | None:
    """Return a table of the public archive as columns; None for every other file.

    A fortieth of the memory that its events need, and much quicker.

    Args:
        path: the file.
        stream: the stream of its rounds.

    Raises:
        RecordingUnreadable: as in `open_recording`.
    """
    try:
        return read_table(path, stream) if _kind_of(path) in TABLES else None
    except OSError as error:
        raise _refused(path, error) from error


def _open(path: Path, stream: StreamId) -> Recording:
    kind = _kind_of(path)
    match kind:
        case "journal":
            return read_journal(path, stream)
        case "A" | "B":
            return read_ticks(path, stream)
        case "C" | "D" | "E" | "K":
            return read_capture(path, stream, kind=kind)
        case "G":
            return read_sink(path, stream)
        case "H":
            return read_presses(path, stream, kind=kind)
        case "F" | "I":
            return _open_document(path, stream)
        case "J":
            return read_event_store(path, stream)
        case None:
            raise _unknown(path)
        case _:
            return with_events(read_table(path, stream))


def _open_document(path: Path, stream: StreamId) -> Recording:
    data = document_in(path)
    if kind_of_document(data) is None:  # what stands beside a round's document has lines
        return read_presses(path, stream, kind="I")
    return read_document(path, data, stream)


def _kind_of(path: Path) -> str | None:
    stated = path.stat()
    if S_ISDIR(stated.st_mode):
        raise _unreadable(path, "it is a folder", "Name a file in it.")
    if not S_ISREG(stated.st_mode):
        raise _unreadable(path, "it is not a plain file", "Name a file.")
    size = stated.st_size
    kind = detect(path)
    if size > SIZE_LIMIT and kind not in TABLES:  # tables are read in bounded memory
        raise _unreadable(path, f"it has {size:,} bytes", f"At most {SIZE_LIMIT:,} are read.")
    return kind


def _unknown(path: Path) -> RecordingUnreadable:
    size = path.stat().st_size
    with open_plain(path) as file:
        head, hurt = file.read(4096), damage_of(file)
        found = describe(head)
    if hurt and not head:
        what = f"it is packed, and nothing of it can be unpacked ({hurt[0].what})"
        return _unreadable(path, what, "Look for another copy of it.")
    size_told = f" ({size:,} bytes, no record among them)" if size else ""
    return _unreadable(path, found + size_told, _REMEDY)


def _is_back(path: Path, error: Exception) -> bool:
    gone = isinstance(error, FileNotFoundError) or isinstance(error.__cause__, FileNotFoundError)
    return gone and path.exists()


def _refused(path: Path, error: OSError) -> RecordingUnreadable:
    reason = error.strerror or type(error).__name__
    return _unreadable(path, reason.lower(), "Check the path and who may read it.")


def _unreadable(path: Path, found: str, remedy: str) -> RecordingUnreadable:
    return RecordingUnreadable(f"{path} was not read: {found}.", remedy=remedy)
