"""Reads the audit trail's files, plain or compressed, line by line, and finds where one ends."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
import zstandard

from replayer_qt.adapters.audit.format import LINE_LIMIT, Begun, TrailFile, begun_in, files_in
from replayer_qt.core.audit_chain import Head, is_sound, links_of
from replayer_qt.core.audit_record import SCHEMA, AuditRecord

_BUFFER: Final = 1024 * 1024
_WINDOW: Final = 256 * 1024
_RECORDS: Final = msgspec.json.Decoder(AuditRecord)


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no record of a version that we know; readable as it is.

    Attributes:
        schema: the version that it states; 0 if it states none.
        line: the line, without its line break.
        why: why it is no record.
    """

    schema: int
    line: bytes
    why: str


class End(msgspec.Struct, frozen=True, kw_only=True):
    """Where the sound part of a file ends.

    Attributes:
        head: its last sound line.
        size: where that line ends [bytes].
        torn: what lies behind it [bytes].
    """

    head: Head
    size: int
    torn: int


class _Schema(msgspec.Struct):
    schema: int


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its lines; a compressed one is unpacked on the way.

    Raises:
        OSError: it cannot be read; reading a damaged compressed one raises it too.
    """
    packed = path.with_name(path.name + ".zst")
    if not path.exists() and packed.exists():  # compressed since the folder was looked at
        path = packed
    with path.open("rb", buffering=_BUFFER) as file:
        if path.suffix != ".zst":
            yield file
            return
        unpacker = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", unpacker), _BUFFER))


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield a file's lines with their line breaks; the last one may lack it.

    A line of more than `LINE_LIMIT` comes in pieces.

    Raises:
        OSError: it cannot be read, or cannot be unpacked from some point on.
    """
    with opened(path) as file:
        try:
            while line := file.readline(LINE_LIMIT):
                yield line
        except zstandard.ZstdError as error:
            raise OSError(f"it cannot be unpacked: {error}") from error


def begun_of(path: Path) -> Begun | None:
    """Return what a file's first line says; None if it is not sound, or says something else.

    Raises:
        OSError: the file cannot be read.
    """
    line = next(lines_of(path), b"")
    is_whole = line.endswith(b"\n") and is_sound(line[:-1])
    return begun_in(line) if is_whole else None


def end_of(file: TrailFile) -> End | None:
    """Return where the sound part of a file ends; None if no line in it is sound.

    Looks at the end alone, whatever the file's length, unless it is compressed.

    Raises:
        OSError: it cannot be read.
    """
    if file.is_packed:
        data = b"".join(lines_of(file.path))
        return _end_in(data, 0, len(data))
    with file.path.open("rb") as handle:
        size = handle.seek(0, io.SEEK_END)
        window = _WINDOW
        while True:
            start = max(0, size - window)
            handle.seek(start)
            found = _end_in(handle.read(size - start), start, size)
            if found is not None or start == 0:
                return found
            window *= 4


def _end_in(data: bytes, start: int, size: int) -> End | None:
    stop = len(data)
    while (stop := data.rfind(b"\n", 0, stop)) >= 0:
        begin = data.rfind(b"\n", 0, stop) + 1
        line = data[begin:stop]
        if (begin or not start) and is_sound(line) and (links := links_of(line)) is not None:
            end = start + stop + 1
            return End(head=Head(links[0], links[2]), size=end, torn=size - end)
    return None


def record_of(line: bytes) -> AuditRecord | Unknown:
    """Return the record in a line; one of a version that we don't know comes as it is. Total."""
    try:
        return _RECORDS.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = str(error)
    try:
        schema = msgspec.json.decode(line, type=_Schema).schema
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        schema = 0
    if schema > SCHEMA:
        why = f"it is of version {schema}; this program knows {SCHEMA} and older"
    return Unknown(schema=schema, line=line.rstrip(b"\n"), why=why)


def counting_of(files: Sequence[TrailFile]) -> dict[str, int | None]:
    """Return how many bytes of each file count, by name; None where all whole lines do.

    What is behind is what a crash cut short or the disk refused, and was written again in the
    next file; a file that came to nothing at all counts 0.

    Raises:
        OSError: a file cannot be read.
    """
    sizes: dict[str, int | None] = {}
    firsts: list[int] = []
    for file in reversed(files):
        sizes.setdefault(file.name, 0 if any(first <= file.first for first in firsts) else None)
        firsts.append(file.first)
        begun = begun_of(file.path)
        if begun is not None and sizes[file.name] != 0:
            sizes.setdefault(begun.previous, begun.size)
    return sizes


def counting_lines(files: Sequence[TrailFile]) -> Iterator[bytes]:
    """Yield every whole line that counts, in order, with its line break.

    Raises:
        OSError: a file cannot be read.
    """
    sizes = counting_of(files)
    for file in files:
        offset, limit = 0, sizes[file.name]
        for line in lines_of(file.path):
            offset += len(line)
            if (limit is not None and offset > limit) or not line.endswith(b"\n"):
                break
            yield line


def trail_of(path: Path) -> list[TrailFile]:
    """Return the files of a folder in order, or the one file that is named.

    Raises:
        OSError: the folder cannot be read.
    """
    if path.is_dir():
        return files_in(path)
    day, first = "", 0
    return [TrailFile(path=path, day=day, first=first)]
