"""Reads the audit trail's files, plain, compressed or encrypted, and finds where one ends."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
import zstandard

from replayer_qt.adapters.audit.format import LINE_LIMIT, Begun, TrailFile, begun_in, files_in
from replayer_qt.adapters.vault_door import SUFFIX as VAULT
from replayer_qt.adapters.vault_door import Unlock
from replayer_qt.core.audit_chain import Head, is_sound, links_of
from replayer_qt.core.audit_record import SCHEMA, AuditRecord
from replayer_qt.core.errors import SomethingMissing, VaultLocked

_ZST: Final = ".zst"
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
def opened(path: Path, unlock: Unlock | None = None) -> Iterator[BinaryIO]:
    """Open a file to read its lines; a compressed or encrypted one is unpacked on the way.

    Raises:
        OSError: it cannot be read; reading a damaged compressed one raises it too.
        VaultLocked: it is encrypted, and there is no way to open it; reading may raise it too.
    """
    path = _where(path)
    with _unlocked(path, unlock) as file:
        if not path.name.removesuffix(VAULT).endswith(_ZST):
            yield file
            return
        unpacker = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", unpacker), _BUFFER))


def _where(path: Path) -> Path:
    """Where a file is that was compressed or encrypted since the folder was looked at."""
    if path.exists():
        return path
    for suffix in (_ZST, _ZST + VAULT, VAULT):
        now = path.with_name(path.name + suffix)
        if now.exists():
            return now
    return path


def _unlocked(path: Path, unlock: Unlock | None) -> BinaryIO:
    if path.suffix != VAULT:
        return path.open("rb", buffering=_BUFFER)
    if unlock is None:
        raise VaultLocked(f"{path} is encrypted.", remedy="Give the key that it was sealed with.")
    return unlock(path)


def lines_of(path: Path, unlock: Unlock | None = None) -> Iterator[bytes]:
    """Yield a file's lines with their line breaks; the last one may lack it.

    A line of more than `LINE_LIMIT` comes in pieces.

    Raises:
        OSError: it cannot be read, or cannot be unpacked from some point on.
        VaultLocked: it is encrypted, and cannot be opened, or not from some point on.
    """
    with opened(path, unlock) as file:
        try:
            while line := file.readline(LINE_LIMIT):
                yield line
        except zstandard.ZstdError as error:
            raise OSError(f"it cannot be unpacked: {error}") from error


def begun_of(path: Path, unlock: Unlock | None = None) -> Begun | None:
    """Return what a file's first line says; None if it is not sound, or says something else.

    Raises:
        OSError: the file cannot be read.
        VaultLocked: it is encrypted, and cannot be opened.
    """
    line = next(lines_of(path, unlock), b"")
    is_whole = line.endswith(b"\n") and is_sound(line[:-1])
    return begun_in(line) if is_whole else None


def end_of(file: TrailFile, unlock: Unlock | None = None) -> End | None:
    """Return where the sound part of a file ends; None if no line in it is sound.

    Looks at the end alone, whatever the file's length, unless it is compressed.

    Raises:
        OSError: it cannot be read.
        VaultLocked: it is encrypted, and cannot be opened.
    """
    if file.is_packed:
        data = b"".join(lines_of(file.path, unlock))
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


def counting_of(files: Sequence[TrailFile], unlock: Unlock | None = None) -> dict[str, int | None]:
    """Return how many bytes of each file count, by name; None where all whole lines do.

    What is behind is what a crash cut short or the disk refused, and was written again in the
    next file; a file that came to nothing at all counts 0. An encrypted file that cannot be opened
    says nothing of the one before it.

    Raises:
        OSError: a file cannot be read.
    """
    sizes: dict[str, int | None] = {}
    firsts: list[int] = []
    for file in reversed(files):
        sizes.setdefault(file.name, 0 if any(first <= file.first for first in firsts) else None)
        firsts.append(file.first)
        begun = _begun_if_open(file, unlock)
        if begun is not None and sizes[file.name] != 0:
            sizes.setdefault(begun.previous, begun.size)
    return sizes


def _begun_if_open(file: TrailFile, unlock: Unlock | None) -> Begun | None:
    try:
        return begun_of(file.path, unlock)
    except (VaultLocked, SomethingMissing):
        return None


def counting_lines(files: Sequence[TrailFile], unlock: Unlock | None = None) -> Iterator[bytes]:
    """Yield every whole line that counts, in order, with its line break.

    Raises:
        OSError: a file cannot be read.
        VaultLocked: one is encrypted, and cannot be opened.
    """
    sizes = counting_of(files, unlock)
    for file in files:
        offset, limit = 0, sizes[file.name]
        for line in lines_of(file.path, unlock):
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
