"""Columns of a file's rounds as one short run of bytes, and back.

Whole numbers are kept as the steps between them, in as few bytes as they need, and even ones as
the step alone; all of it is packed with Zstandard behind a CRC32C.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import zstandard
from crc32c import crc32c
from numpy.typing import NDArray

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.units import RoundId, StreamId

UNPACKED_LIMIT: Final = 2 * 1024**3
"""What unpacks to more is not unpacked [bytes]."""

_LEVEL: Final = 1
_CHECK: Final = 4
_SCALES: Final = (1_000_000, 1_000)
_EVEN: Final = ""
_WIDTHS: Final = ("i1", "<i2", "<i4", "<i8")
_PRICE: Final = "<f8"


class _Numbers(msgspec.Struct, frozen=True, array_like=True):
    """Whole numbers: the first one, the step where it is even, else the width of the steps."""

    first: int
    step: int
    width: str = _EVEN


class _Round(msgspec.Struct, frozen=True, array_like=True):
    stream: StreamId
    round_id: RoundId
    size: int
    rug_tick: int | None
    repaired: int
    ticks: _Numbers
    ats: _Numbers
    counts: _Numbers


class Unpackable(ValueError):
    """Bytes are not what `pack` made; nothing of them may be used."""


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODER: Final = msgspec.msgpack.Decoder(tuple[_Round, ...])


def pack(rounds: Sequence[RoundColumns]) -> bytes:
    """Return rounds as bytes that `unpack` takes."""
    told: list[_Round] = []
    pieces: list[bytes] = []
    for one in rounds:
        packed = [_packed(column) for column in (one.ticks, one.ats, one.counts)]
        told.append(
            _Round(
                stream=one.stream,
                round_id=one.round_id,
                size=len(one.ticks),
                rug_tick=one.rug_tick,
                repaired=one.repaired,
                ticks=packed[0][0],
                ats=packed[1][0],
                counts=packed[2][0],
            )
        )
        pieces += [one.prices.astype(_PRICE).tobytes(), *(steps for _, steps in packed)]
    head = _ENCODE(told)
    body = b"".join((len(head).to_bytes(_CHECK, "little"), head, *pieces))
    content = zstandard.ZstdCompressor(level=_LEVEL).compress(body)
    return crc32c(content).to_bytes(_CHECK, "little") + content


def unpack(
    content: bytes, unpacker: zstandard.ZstdDecompressor | None = None
) -> tuple[RoundColumns, ...]:
    """Return the rounds that were packed.

    Args:
        content: what `pack` made.
        unpacker: the caller's own, which no other thread uses; making one takes longer than using
            it.

    Raises:
        Unpackable: the bytes are not what `pack` made.
    """
    try:
        return _unpacked(content, unpacker or zstandard.ZstdDecompressor())
    except (msgspec.MsgspecError, zstandard.ZstdError, ValueError, OverflowError) as error:
        raise Unpackable(str(error)) from error


def _unpacked(content: bytes, unpacker: zstandard.ZstdDecompressor) -> tuple[RoundColumns, ...]:
    packed = memoryview(content)[_CHECK:]
    if crc32c(packed) != int.from_bytes(content[:_CHECK], "little"):
        raise Unpackable("its checksum is another one")
    if not 0 < zstandard.frame_content_size(packed) <= UNPACKED_LIMIT:
        raise Unpackable("it does not say how long it is")
    body = unpacker.decompress(packed)
    at = _CHECK + int.from_bytes(body[:_CHECK], "little")
    found: list[RoundColumns] = []
    for told in _DECODER.decode(memoryview(body)[_CHECK:at]):
        prices = np.frombuffer(body, _PRICE, told.size, at)
        at += prices.nbytes
        columns = []
        for numbers in (told.ticks, told.ats, told.counts):
            column, at = _numbers(body, at, told.size, numbers)
            columns.append(column)
        found.append(
            RoundColumns(
                stream=told.stream,
                round_id=told.round_id,
                ticks=columns[0],
                prices=prices,
                ats=columns[1],
                counts=columns[2],
                rug_tick=told.rug_tick,
                repaired=told.repaired,
            )
        )
    return tuple(found)


def _packed(column: NDArray[np.int64]) -> tuple[_Numbers, bytes]:
    if len(column) < 2:
        return _Numbers(int(column[0]) if len(column) else 0, 0), b""
    first, steps = int(column[0]), np.diff(column)
    low, high = int(steps.min()), int(steps.max())
    if low == high:
        return _Numbers(first, low), b""
    scale = next((scale for scale in _SCALES if not (steps % scale).any()), 1)
    low, high = low // scale, high // scale
    bits = max(low.bit_length(), high.bit_length()) + 1
    width = _WIDTHS[(bits > 8) + (bits > 16) + (bits > 32)]
    return _Numbers(first, scale, width), (steps // scale).astype(width).tobytes()


def _numbers(body: bytes, at: int, size: int, numbers: _Numbers) -> tuple[NDArray[np.int64], int]:
    if numbers.width not in _WIDTHS:
        column = numbers.first + numbers.step * np.arange(size)
    else:
        steps = np.frombuffer(body, numbers.width, size - 1, at)
        at += steps.nbytes
        column = np.empty(size, np.int64)
        column[0] = 0
        np.cumsum(steps, out=column[1:])
        if numbers.step != 1:
            column *= numbers.step
        column += numbers.first
    column.flags.writeable = False
    return column, at
