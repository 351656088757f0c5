"""Messages as they came, kept beside the recording: zstd, flushed with each, readable up to a cut.

The decompressed stream is the magic, then for each message a head (checksum, number, wall time,
monotonic time, length) and its bytes. The checksum covers all of it but itself.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import zstandard
from crc32c import crc32c

from replayer_qt.adapters.journal.format import RAW_SUFFIX, SEALED_SUFFIX, SUFFIX
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import RawReceived
from replayer_qt.core.units import Nanos

MAGIC: Final = b"rplyraw1"
MESSAGE_LIMIT: Final = 64 * 1024 * 1024
"""The largest message that is read [bytes]."""
TOTAL_LIMIT: Final = 2 * 1024 * 1024 * 1024
"""The most that one file is unpacked to [bytes]."""
RATIO_LIMIT: Final = 200
"""How many times larger than the file its content may be, beyond the first 16 MiB."""

_FREE_OF_RATIO: Final = 16 * 1024 * 1024
_HEAD: Final = struct.Struct("<IQqqI")
_REST: Final = struct.Struct("<QqqI")
_CHUNK: Final = 1024
"""At zstd's largest ratio this becomes 32 MiB: no single step unpacks more [bytes]."""
_LEVEL: Final = 1
_WINDOW: Final = 8 * 1024 * 1024


class RawMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it came.

    Attributes:
        number: its position in the file, from 1.
        at: when it was received [ns since the Unix epoch, UTC].
        mono: the same moment on the monotonic clock [ns].
        data: its bytes.
    """

    number: int
    at: Nanos
    mono: Nanos
    data: bytes


class RawPacker:
    """Packs messages one by one, so that each can be unpacked without what follows."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
        self._count = 0
        self._begun = self._finished = False

    @property
    def count(self) -> int:
        """Messages packed so far."""
        return self._count

    def pack(self, message: RawReceived) -> bytes:
        """Return what is to be appended to the file for `message`."""
        self._count += 1
        rest = _REST.pack(self._count, message.at, message.mono, len(message.data))
        check = struct.pack("<I", crc32c(message.data, crc32c(rest)))
        start = b"" if self._begun else MAGIC
        self._begun = True
        packed = self._stream.compress(start + check + rest + message.data)
        return packed + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def finish(self) -> bytes:
        """Return the end of the zstd frame; nothing when it was returned before."""
        if self._finished:
            return b""
        self._finished = True
        return self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)


def raw_path(recording: Path) -> Path:
    """Return where a recording's messages are kept.

    >>> raw_path(Path("a/b.jsonl")).name, raw_path(Path("a/b.jsonl.zst")).name
    ('b.raw.zst', 'b.raw.zst')
    """
    plain = recording.name.removesuffix(SEALED_SUFFIX)
    return recording.with_name(plain.removesuffix(SUFFIX) + RAW_SUFFIX)


def read_raw(path: Path) -> Iterator[RawMessage]:
    """Yield the messages of a raw file up to its end, or to where it is cut or damaged.

    Whatever is yielded is what was received; a damaged message ends the iteration.

    Raises:
        RecordingUnreadable: the file is missing, is no raw file, or unpacks to absurd sizes.
    """
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise RecordingUnreadable(
            f"{path} could not be read: {error.strerror}.", remedy="Choose another file."
        ) from error
    with file:
        unpacked = _Unpacked(path, file, size)
        if unpacked.take(len(MAGIC)) != MAGIC:
            raise RecordingUnreadable(
                f"{path} holds no raw messages of this program.",
                remedy=f"Choose a file that ends in {RAW_SUFFIX}.",
            )
        yield from _messages(unpacked)


def _messages(unpacked: "_Unpacked") -> Iterator[RawMessage]:
    last = 0
    while len(head := unpacked.take(_HEAD.size)) == _HEAD.size:
        check, number, at, mono, length = _HEAD.unpack(head)
        if length > MESSAGE_LIMIT or number != last + 1:
            return
        data = unpacked.take(length)
        if len(data) < length or crc32c(data, crc32c(head[4:])) != check:
            return
        last = number
        yield RawMessage(number=number, at=Nanos(at), mono=Nanos(mono), data=data)


class _Unpacked:
    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self._path = path
        self._file = file
        self._limit = min(TOTAL_LIMIT, max(_FREE_OF_RATIO, size * RATIO_LIMIT))
        self._unpacked = 0
        self._buffer = bytearray()
        self._pieces = self._unpack()

    def take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._buffer += piece
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _unpack(self) -> Iterator[bytes]:
        unpacker = _new_unpacker()
        begun = self._file.tell()
        while chunk := self._file.read(_CHUNK):
            try:
                piece = unpacker.decompress(chunk)
            except zstandard.ZstdError:
                yield from self._salvage(begun, chunk)
                return
            begun += len(chunk)
            self._count(len(piece))
            yield piece
            if unpacker.eof:
                return

    def _salvage(self, begun: int, chunk: bytes) -> Iterator[bytes]:
        """Unpack once more up to the damaged chunk, then that one byte by byte."""
        unpacker = _new_unpacker()
        self._file.seek(0)
        while begun > 0:
            before = self._file.read(min(_CHUNK, begun))
            begun -= len(before)
            unpacker.decompress(before)
        try:
            for byte in chunk:
                yield unpacker.decompress(bytes((byte,)))
        except zstandard.ZstdError:
            return

    def _count(self, count: int) -> None:
        self._unpacked += count
        if self._unpacked > self._limit:
            raise RecordingUnreadable(
                f"{self._path} unpacks to more than {self._limit // 1_000_000} MB.",
                remedy="This is not a recording of this program; delete it.",
            )


def _new_unpacker() -> "zstandard.ZstdDecompressionObj":
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
