"""Unpacks a zstd file without an index, frame by frame, and goes on behind damage."""

from collections.abc import Iterator
from typing import BinaryIO, Final

import zstandard

from replayer_qt.adapters.journal.sealed_format import ZSTD_MAGIC

UNRATED: Final = 16 * 1024 * 1024
"""What a file may always unpack to [bytes]."""
RATIO_LIMIT: Final = 200
"""How many times larger than the file its content may be beyond that."""

_HELD: Final = 4 * 1024 * 1024
_WINDOW: Final = 32 * 1024 * 1024
_CHUNK: Final = 1024
"""At zstd's largest ratio this becomes 32 MiB: no single step unpacks more [bytes]."""
_SKIPPABLE: Final = b"\x2a\x4d\x18"


def walk(file: BinaryIO) -> Iterator[bytes | str]:
    """Yield what the frames hold, or in plain words why one could not be unpacked.

    Up to 4 MiB of a frame are held back until its checksum is known to be right; damage in a
    larger one ends it where it is. Unpacks from where `file` stands, to its end.

    Raises:
        OSError: the file cannot be read.
    """
    walking = _Walking(file)
    while not walking.is_over():
        yield from walking.frame()


class _Walking:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = b""
        self._at = file.tell()

    def is_over(self) -> bool:
        return not self._fill()

    def frame(self) -> Iterator[bytes | str]:
        begun = self._at
        if self._rest[:4] != ZSTD_MAGIC and self._rest[1:4] != _SKIPPABLE:
            yield self._lost(begun)
            return
        unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        held: list[bytes] = []
        count = 0
        while self._fill():
            chunk = self._rest
            try:
                piece = unpacker.decompress(chunk)
            except zstandard.ZstdError:
                self._take(1 if self._at == begun else 0)
                yield self._lost(begun)
                return
            self._take(len(chunk) - len(unpacker.unused_data))
            held.append(piece)
            count += len(piece)
            if count > _HELD:
                yield from held
                held.clear()
            if unpacker.eof:
                yield from held
                return
        yield f"the packed file ends at its byte {self._at}, inside a frame that begins at {begun}"

    def _fill(self) -> bool:
        if len(self._rest) < len(ZSTD_MAGIC):
            self._rest += self._file.read(_CHUNK)
        return bool(self._rest)

    def _take(self, count: int) -> None:
        self._rest = self._rest[count:]
        self._at += count

    def _lost(self, begun: int) -> str:
        """Go on to where a next frame may begin."""
        while self._fill():
            at = self._rest.find(ZSTD_MAGIC)
            if at >= 0:
                self._take(at)
                break
            more = self._file.read(_CHUNK)
            if not more:
                self._take(len(self._rest))
                break
            keep = self._rest[-3:]
            self._at += len(self._rest) - len(keep)
            self._rest = keep + more
        return f"the packed file is damaged between its bytes {begun} and {self._at}"
