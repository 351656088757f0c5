"""Reads files, packed or plain, as what was in them; damage is mended if it can be, and listed."""

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import zstandard

from replayer_qt.adapters.journal.format import HEADER_START, SEALED_SUFFIX
from replayer_qt.adapters.journal.plain_file import open_file, open_raw
from replayer_qt.adapters.journal.sealed_format import (
    FRAME_SIZE,
    INDEX_LIMIT,
    PLAIN_LIMIT,
    TAIL_SIZE,
    ZSTD_MAGIC,
    SealedFrame,
    SealInfo,
    digest_named,
    ends_seekable,
    find_info,
    is_end_sound,
)
from replayer_qt.adapters.journal.sealed_parity import mended, parity_of, stripes_of
from replayer_qt.adapters.journal.sealed_ticks import tick_in
from replayer_qt.adapters.journal.sealed_walk import RATIO_LIMIT, UNRATED, walk
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.recording import Damage
from replayer_qt.core.units import RoundId

_LOOKED_AT: Final = 8
_BUFFER: Final = 128 * 1024


class Unpacked(msgspec.Struct, frozen=True, kw_only=True):
    """What was in a file.

    Attributes:
        data: its bytes; what a damaged frame held is left out, unless its parity tells it.
        damage: each damaged place, with the line and the byte of the content where it begins.
        packed: whether the file is packed at all.
        info: what it says of itself, if it does.
    """

    data: bytes
    damage: tuple[Damage, ...] = ()
    packed: bool = True
    info: SealInfo | None = None


def is_packed(path: Path) -> bool:
    """Return whether a file is packed with Zstandard, by its content.

    Raises:
        OSError: it cannot be read.
    """
    with open_file(path) as file:
        return _begins_packed(path, file)


def read_info(path: Path) -> SealInfo | None:
    """Return what a packed file says of itself, without unpacking it.

    None for a plain file, for one that other software packed, and where its end is damaged.

    Raises:
        OSError: it cannot be read.
    """
    with open_raw(path) as file:
        if not _begins_packed(path, file):
            return None
        return _info_in(file, zstandard.ZstdDecompressor())


def read_plain(path: Path, limit: int = PLAIN_LIMIT) -> bytes:
    """Return the content of a file, packed or plain; what a damaged frame held is left out.

    Raises:
        OSError: it cannot be read.
        RecordingUnreadable: its content has more than `limit` bytes, or it unpacks to absurd sizes.
    """
    return unpack(path, limit).data


def unpack(path: Path, limit: int = PLAIN_LIMIT) -> Unpacked:
    """Return the content of a file, packed or plain, and what of it is damaged.

    Raises:
        OSError: it cannot be read.
        RecordingUnreadable: its content has more than `limit` bytes, or it unpacks to absurd sizes.
    """
    with open_raw(path) as raw:
        if os.fstat(raw.fileno()).st_size > PLAIN_LIMIT:
            raise _too_large(path, PLAIN_LIMIT)
        data = raw.readall()
    with io.BytesIO(data) as file:
        if not _begins_packed(path, file):
            if len(data) > limit:
                raise _too_large(path, limit)
            return Unpacked(data=data, packed=False)
        content = _Content(path, file, limit)
        pieces = list(content.pieces())
        whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return Unpacked(data=whole, damage=tuple(content.damage), info=content.info)


def open_plain(path: Path, limit: int = PLAIN_LIMIT) -> BinaryIO:
    """Open a file, packed or plain, to read its content from the start on; memory is bounded.

    `damage_of` tells, once it was read, what was left out. Reading a packed file may raise
    `RecordingUnreadable`, as in `read_plain`.

    Raises:
        OSError: it cannot be read.
    """
    file = open_file(path)
    try:
        if not _begins_packed(path, file):
            file.seek(0)
            return file
        return _PlainFile(_Stream(file, _Content(path, file, limit)))
    except BaseException:
        file.close()
        raise


def damage_of(file: BinaryIO) -> tuple[Damage, ...]:
    """Return what was found damaged so far in a file from `open_plain`."""
    return file.stream.damage if isinstance(file, _PlainFile) else ()


def tick_at(path: Path, round_id: RoundId | None, tick: int) -> PriceTicked | None:
    """Return a tick of a packed journal, unpacking no more than the frame that holds it.

    Args:
        path: the packed journal.
        round_id: the round; None for the first one that has such a tick.
        tick: the position in the round.

    Returns:
        The first record of it, or None where there is none, or its frame is damaged.

    Raises:
        OSError: the file cannot be read.
    """
    with open_file(path) as file:
        unpacker = zstandard.ZstdDecompressor()
        info = _info_in(file, unpacker)
        if info is None:
            return None
        for frame in info.frames:
            if _may_hold(info, frame, round_id, tick):
                content = _content_of(file, frame, unpacker)
                if content is None:
                    content = _mended(file, info, frame, unpacker)
                found = None if content is None else tick_in(content, round_id, tick)
                if found is not None:
                    return found
    return None


def check_packed(path: Path) -> tuple[Damage, ...]:
    """Return what is wrong with a packed file: frames, index, digest, parity.

    Raises:
        OSError: it cannot be read.
        RecordingUnreadable: it unpacks to absurd sizes.
    """
    digest = hashlib.sha256()
    begins = b""
    with open_file(path) as file:
        content = _Content(path, file, PLAIN_LIMIT)
        for piece in content.pieces():
            begins = begins or piece[: len(HEADER_START)]
            digest.update(piece)
        found = content.damage
        if content.info is not None and not found and not _ends_well(file, content.info):
            what = "its parity or its seek table is damaged: it might not mend itself"
            found.append(Damage(line=0, offset=0, what=what))
    if content.info is None:
        if begins == HEADER_START or digest_named(path) is not None:
            what = "the index at its end is missing or damaged, and with it the digest"
            found.append(Damage(line=0, offset=0, what=what))
    elif not found and digest.hexdigest() != content.info.digest:
        what = "its content is not what its digest says: sound frames were exchanged"
        found.append(Damage(line=0, offset=0, what=what))
    return tuple(found)


class _PlainFile(io.BufferedReader):
    def __init__(self, stream: "_Stream") -> None:
        super().__init__(stream, _BUFFER)
        self.stream = stream


class _Stream(io.RawIOBase):
    def __init__(self, file: BinaryIO, content: "_Content") -> None:
        self._file = file
        self._content = content
        self._pieces = content.pieces()
        self._piece = memoryview(b"")

    @property
    def damage(self) -> tuple[Damage, ...]:
        return tuple(self._content.damage)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Content:
    def __init__(self, path: Path, file: BinaryIO, limit: int) -> None:
        self._path = path
        self._file = file
        self._limit = min(limit, PLAIN_LIMIT)
        self._unpacker = zstandard.ZstdDecompressor()
        self.info = _info_in(file, self._unpacker)
        self.damage: list[Damage] = []

    def pieces(self) -> Iterator[bytes]:
        """Yield the content, some of it at a time."""
        if self.info is None:
            yield from self._walked()
            return
        if self.info.plain_size > self._limit:
            raise _too_large(self._path, self._limit)
        for number, frame in enumerate(self.info.frames):
            content = _content_of(self._file, frame, self._unpacker)
            if content is None:
                content = _mended(self._file, self.info, frame, self._unpacker)
                self.damage.append(_damaged(self.info, number, whole=content is not None))
            if content is not None:
                yield content
            elif self._is_shifted(self.info.frames[number + 1 :]):
                yield from self._walked(frame.offset, done=frame.start, line=frame.line)
                return

    def _is_shifted(self, following: Sequence[SealedFrame]) -> bool:
        """Whether none of the frames that follow is where it should be."""
        for frame in following[:_LOOKED_AT]:
            self._file.seek(frame.offset)
            if self._file.read(len(ZSTD_MAGIC)) == ZSTD_MAGIC:
                return False
        return True

    def _walked(self, begin: int = 0, *, done: int = 0, line: int = 1) -> Iterator[bytes]:
        """What other software packed, or what is not where the index says: frame by frame."""
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(begin)
        limit = min(self._limit, max(UNRATED, size * RATIO_LIMIT))
        lines = line - 1
        for piece in walk(self._file):
            if isinstance(piece, str):
                self.damage.append(Damage(line=lines + 1, offset=done, what=piece))
                continue
            done += len(piece)
            lines += piece.count(b"\n")
            if done > limit:
                raise _too_large(self._path, limit)
            yield piece


def _begins_packed(path: Path, file: BinaryIO) -> bool:
    """Whether it is packed; also where the first bytes of one of ours are damaged."""
    if file.read(len(ZSTD_MAGIC)) == ZSTD_MAGIC:
        return True
    if path.suffix != SEALED_SUFFIX:
        return False
    return _info_in(file, zstandard.ZstdDecompressor()) is not None


def _info_in(file: BinaryIO, unpacker: zstandard.ZstdDecompressor) -> SealInfo | None:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - TAIL_SIZE))
    tail = file.read(TAIL_SIZE)
    info = find_info(tail, unpacker)
    if info is None and size > TAIL_SIZE and ends_seekable(tail):
        file.seek(max(0, size - INDEX_LIMIT))
        info = find_info(file.read(INDEX_LIMIT), unpacker)
    if info is not None and info.frames and info.frames[-1].offset > size:
        return None
    return info


def _content_of(
    file: BinaryIO, frame: SealedFrame, unpacker: zstandard.ZstdDecompressor
) -> bytes | None:
    file.seek(frame.offset)
    return _unpacked(file.read(frame.size), frame, unpacker)


def _unpacked(
    packed: bytes, frame: SealedFrame, unpacker: zstandard.ZstdDecompressor
) -> bytes | None:
    try:
        told = zstandard.get_frame_parameters(packed)
        if told.content_size != frame.length or frame.length > FRAME_SIZE:
            return None
        content = unpacker.decompress(packed)
    except zstandard.ZstdError:
        return None
    return content if len(content) == frame.length else None


def _mended(
    file: BinaryIO, info: SealInfo, frame: SealedFrame, unpacker: zstandard.ZstdDecompressor
) -> bytes | None:
    """Return what a damaged frame held, if its parity tells."""
    if not info.parity:
        return None
    packed = b""
    begun = 0
    for at, length, parity_at, parity_length in stripes_of(info.packed_size):
        if at < frame.offset + frame.size and at + length > frame.offset:
            begun = begun if packed else at
            file.seek(at)
            stripe = file.read(length)
            file.seek(info.parity + parity_at)
            packed += mended(stripe, file.read(parity_length))
    start = frame.offset - begun
    return _unpacked(packed[start : start + frame.size], frame, unpacker)


def _ends_well(file: BinaryIO, info: SealInfo) -> bool:
    if not is_end_sound(file, info):
        return False
    for at, length, parity_at, parity_length in stripes_of(info.packed_size):
        file.seek(at)
        stripe = file.read(length)
        file.seek(info.parity + parity_at)
        if file.read(parity_length) != parity_of(stripe):
            return False
    return True


def _may_hold(info: SealInfo, frame: SealedFrame, round_id: RoundId | None, tick: int) -> bool:
    return any(
        first <= tick <= last
        and (round_id is None or (at < len(info.names) and info.names[at] == round_id))
        for at, first, last in frame.spans
    )


def _damaged(info: SealInfo, number: int, *, whole: bool) -> Damage:
    frame = info.frames[number]
    following = info.frames[number + 1].line if number + 1 < len(info.frames) else info.lines + 1
    lines = max(following - frame.line, 1)
    place = f"between its bytes {frame.offset} and {frame.offset + frame.size}"
    what = (
        f"{frame.length} bytes, {lines} lines from here on, could not be unpacked: the packed file "
        f"is damaged {place}"
    )
    if whole:
        what = f"the packed file is damaged {place}; what was there was computed from its parity"
    return Damage(line=frame.line, offset=frame.start, what=what)


def _too_large(path: Path, limit: int) -> RecordingUnreadable:
    return RecordingUnreadable(
        f"{path} has, unpacked, more than {limit // 1_000_000} MB.",
        remedy="Choose a smaller file.",
    )
