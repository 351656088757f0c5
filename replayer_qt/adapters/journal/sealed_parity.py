"""Parity of a packed recording: what one damaged place destroys is computed from the rest.

Packed bytes cannot be salvaged line by line, so a flipped bit would cost a frame, and a short
round is one frame. The packed bytes are cut into stripes of 1,024 sectors; every sixteenth sector
of a stripe belongs to one group, whose exclusive or is kept. In each group one sector may be
lost: any burst of up to 32 KiB in a full stripe, at a cost of 7 %.
"""

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
from crc32c import crc32c
from numpy.typing import NDArray

STRIPE: Final = 512 * 1024
"""Packed bytes of a full stripe."""

_SECTOR: Final = 512
_GROUP: Final = 16
_MASK: Final = np.uint8(0xA5)  # the parity of a single sector is no copy of it, to be taken for one
_CHECK: Final = struct.Struct("<I")


class ParityMaker:
    """Computes the parity of bytes that come piece by piece; memory is bounded by a stripe."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._begun = bytearray()
        self._done: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._begun += piece
        while len(self._begun) >= STRIPE:
            self._done.append(parity_of(bytes(self._begun[:STRIPE])))
            del self._begun[:STRIPE]

    def finish(self) -> bytes:
        """Return the parity of all that was taken."""
        if self._begun:
            self._done.append(parity_of(bytes(self._begun)))
            self._begun.clear()
        return b"".join(self._done)


def parity_of(stripe: bytes) -> bytes:
    """Return a stripe's parity: a checksum for each sector, one of these, and the groups."""
    sectors = _sectors(stripe)
    table = b"".join(_CHECK.pack(crc32c(sector.tobytes())) for sector in sectors)
    return _CHECK.pack(crc32c(table)) + table + _groups(sectors).tobytes()


def parity_size(stripe: int) -> int:
    """Return the length of the parity of a stripe of so many bytes."""
    count = -(-stripe // _SECTOR)
    return _CHECK.size * (count + 1) + _SECTOR * _groups_of(count)


def stripes_of(size: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield each stripe of so many bytes: its place and length, its parity's place and length."""
    at = parity_at = 0
    while at < size:
        length = min(STRIPE, size - at)
        parity = parity_size(length)
        yield at, length, parity_at, parity
        at += length
        parity_at += parity


def mended(stripe: bytes, parity: bytes) -> bytes:
    """Return the stripe as it was when its parity was made, as far as that can be computed."""
    sectors = _sectors(stripe).copy()
    count = len(sectors)
    table = parity[_CHECK.size : _CHECK.size * (count + 1)]
    if len(parity) != parity_size(len(stripe)) or _CHECK.unpack_from(parity)[0] != crc32c(table):
        return stripe
    checks = np.frombuffer(table, np.dtype("<u4"))
    groups = np.frombuffer(parity[_CHECK.size * (count + 1) :], np.uint8).reshape(-1, _SECTOR)
    for at in range(count):
        if crc32c(sectors[at].tobytes()) == checks[at]:
            continue
        group = at % len(groups)
        computed = np.bitwise_xor.reduce(sectors[group :: len(groups)], axis=0)
        computed ^= sectors[at] ^ groups[group] ^ _MASK
        if crc32c(computed.tobytes()) == checks[at]:
            sectors[at] = computed
    return sectors.tobytes()[: len(stripe)]


def _groups_of(count: int) -> int:
    return -(-count // _GROUP)


def _sectors(stripe: bytes) -> NDArray[np.uint8]:
    missing = -len(stripe) % _SECTOR
    return np.frombuffer(stripe + bytes(missing), np.uint8).reshape(-1, _SECTOR)


def _groups(sectors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count = _groups_of(len(sectors))
    groups = np.zeros((count, _SECTOR), np.uint8)
    for first in range(0, len(sectors), count):
        row = sectors[first : first + count]
        groups[: len(row)] ^= row
    return groups ^ _MASK
