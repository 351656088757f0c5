"""The format of a packed recording: zstd frames of whole lines, then an index of what they hold.

Any zstd reader unpacks it to the very bytes that were packed. Behind the frames stand, as
skippable ones, their parity, the index (magic, CRC32C, packed JSON), and the seek table of the
public seekable format, which tells other tools of the frames.
"""

import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import zstandard
from crc32c import crc32c

from replayer_qt.adapters.journal.format import SEALED_SUFFIX, encodable
from replayer_qt.core.library import FileEntry, RoundEntry

PLAIN_LIMIT: Final = 2 * 1024**3
"""The most that one file is unpacked to [bytes]."""
FRAME_SIZE: Final = 256 * 1024
"""What a frame holds at most, unpacked [bytes]."""
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""What a zstd frame begins with."""
TAIL_SIZE: Final = 64 * 1024
"""How much of a file's end holds its index, nearly always [bytes]."""
INDEX_LIMIT: Final = 32 * 1024 * 1024
"""The largest index that is read [bytes], packed with its seek table, or unpacked."""

_VERSION: Final = 1
_LEVEL: Final = 15  # what is smaller still takes ten times as long
_MARK: Final = b"rplyseal"
_MEND: Final = b"rplymend"
_OURS, _SEEK_TABLE, _SEEKABLE = 0x184D2A5D, 0x184D2A5E, 0x8F92EAB1
_SKIPPABLE: Final = struct.Struct("<II")
_CHECK: Final = struct.Struct("<I")
_ENTRY: Final = struct.Struct("<II")
_FOOTER: Final = struct.Struct("<IBI")
_NAMED: Final = re.compile(r"([0-9a-f]{16})_")
_NUMBERED: Final = re.compile(rb'^\{"seq":(\d{1,18}),', re.MULTILINE)


class SealedFrame(msgspec.Struct, frozen=True, array_like=True):
    """One frame: where it lies and what is in it.

    Attributes:
        offset: where it begins in the packed file [bytes].
        size: its length there [bytes].
        start: where its content begins in the unpacked file [bytes].
        length: the content's length [bytes].
        line: number of the content's first line, from 1.
        seq: number of the first record in it; 0 where there is none.
        spans: for each round with ticks in it: its place in `SealInfo.names`, its first and its
            last tick.
    """

    offset: int
    size: int
    start: int
    length: int
    line: int
    seq: int = 0
    spans: tuple[tuple[int, int, int], ...] = ()


class SealFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file besides its bytes; the members are those of a `FileEntry`.

    Attributes:
        rounds: the rounds in it.
    """

    format: str
    lines: int = 0
    bad_lines: int = 0
    recovered_lines: int = 0
    places: int = 0
    ended: str = ""
    origin: str = ""
    problem: str = ""
    rounds: tuple[RoundEntry, ...] = ()


class SealInfo(SealFacts, frozen=True, kw_only=True):
    """What a packed file says of itself.

    Attributes:
        version: of this format; a newer one may hold more.
        plain_size: its content's length [bytes].
        digest: SHA-256 of its content [64 hex digits].
        frames: the frames, in order, without gaps.
        names: the rounds that the frames' spans speak of.
        parity: where the frames' parity lies in the packed file [bytes]; 0 without one.
    """

    version: int = _VERSION
    plain_size: int
    digest: str
    frames: tuple[SealedFrame, ...]
    names: tuple[str, ...] = ()
    parity: int = 0

    @property
    def packed_size(self) -> int:
        """Length of all frames together [bytes]."""
        return self.frames[-1].offset + self.frames[-1].size if self.frames else 0


_INFO: Final = msgspec.json.Decoder(SealInfo)


def sealed_path(path: Path) -> Path:
    """Return where the packed form of a plain recording lies.

    >>> sealed_path(Path("a/b.jsonl")).name
    'b.jsonl.zst'
    """
    return path.with_name(path.name + SEALED_SUFFIX)


def plain_path(path: Path) -> Path:
    """Return where the plain form of a packed recording lies."""
    return path.with_name(path.name.removesuffix(SEALED_SUFFIX))


def lies_at(path: Path) -> Path:
    """Return where a recording lies now, which may have been packed, or unpacked, since; or `path`.

    Never raises.
    """
    other = plain_path(path) if path.name.endswith(SEALED_SUFFIX) else sealed_path(path)
    try:
        return other if not path.exists() and other.is_file() else path
    except OSError:
        return path


def digest_named(path: Path) -> str | None:
    """Return the digest's first digits that an imported file's name begins with, if it does.

    >>> digest_named(Path("00112233445566ff_game.csv.zst"))
    '00112233445566ff'
    """
    found = _NAMED.match(path.name)
    return found[1] if found else None


def facts_of(file: FileEntry, rounds: Sequence[RoundEntry] = ()) -> SealFacts:
    """Return what a file's entry and its rounds say, as its packed copy shall say it."""
    return SealFacts(
        format=file.format,
        lines=file.lines,
        bad_lines=file.bad_lines,
        recovered_lines=file.recovered_lines,
        places=file.places,
        ended=file.ended,
        origin=encodable(file.origin),
        problem=encodable(file.problem),
        rounds=tuple(rounds),
    )


def entry_of(path: Path, info: SealInfo) -> FileEntry:
    """Return a packed file's entry, by what it says of itself.

    Raises:
        OSError: it is gone.
    """
    stat = path.stat()
    return FileEntry(
        path=str(path),
        size=stat.st_size,
        modified=stat.st_mtime_ns,
        format=info.format,
        digest=info.digest,
        sealed=True,
        plain_size=info.plain_size,
        lines=info.lines,
        bad_lines=info.bad_lines,
        recovered_lines=info.recovered_lines,
        places=info.places,
        ended=info.ended,
        origin=info.origin,
        problem=info.problem,
    )


def new_packer() -> zstandard.ZstdCompressor:
    """Return what packs frames: with their length and a checksum of their content."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True, write_content_size=True)


def first_seq(content: bytes) -> int:
    """Return the number of the first record in some lines of a journal; 0 if there is none."""
    found = _NUMBERED.search(content)
    return int(found[1]) if found else 0


def end_bytes(info: SealInfo, parity: bytes) -> bytes:
    """Return what stands behind the frames of a packed file: parity, index and seek table."""
    info = msgspec.structs.replace(info, parity=info.packed_size + _SKIPPABLE.size + len(_MEND))
    index = zstandard.ZstdCompressor(level=_LEVEL).compress(msgspec.json.encode(info))
    packed = index.removeprefix(ZSTD_MAGIC)  # else whoever lost his way took it for a frame
    blocks = [_skippable(_MEND + parity), _skippable(_MARK + _CHECK.pack(crc32c(packed)) + packed)]
    return b"".join(blocks) + _seek_table(info, [len(block) for block in blocks])


def is_end_sound(file: BinaryIO, info: SealInfo) -> bool:
    """Return whether what stands behind the frames, parity aside, is what it shall be."""
    at = info.packed_size
    sizes: list[int] = []
    for mark in (_MEND, _MARK):
        file.seek(at)
        head = file.read(_SKIPPABLE.size + len(mark))
        if len(head) < _SKIPPABLE.size + len(mark) or not head.endswith(mark):
            return False
        magic, length = _SKIPPABLE.unpack_from(head)
        if magic != _OURS:
            return False
        sizes.append(_SKIPPABLE.size + length)
        at += _SKIPPABLE.size + length
    file.seek(at)
    parity = info.packed_size + _SKIPPABLE.size + len(_MEND)
    return info.parity == parity and file.read(INDEX_LIMIT) == _seek_table(info, sizes)


def _seek_table(info: SealInfo, others: Sequence[int]) -> bytes:
    entries = [_ENTRY.pack(frame.size, frame.length) for frame in info.frames]
    entries += [_ENTRY.pack(size, 0) for size in others]
    table = b"".join(entries) + _FOOTER.pack(len(entries), 0, _SEEKABLE)
    return _SKIPPABLE.pack(_SEEK_TABLE, len(table)) + table


def _skippable(content: bytes) -> bytes:
    return _SKIPPABLE.pack(_OURS, len(content)) + content


def ends_seekable(tail: bytes) -> bool:
    """Return whether a file that ends like this has a seek table."""
    return tail.endswith(_CHECK.pack(_SEEKABLE))


def find_info(tail: bytes, unpacker: zstandard.ZstdDecompressor | None = None) -> SealInfo | None:
    """Return what a packed file says of itself, or None if its end is damaged or not ours.

    Args:
        tail: the file's end, or all of it; never raises, whatever it is.
        unpacker: one that is at hand, for making one takes as long as reading a short index.
    """
    at = tail.rfind(_MARK)
    begun = at - _SKIPPABLE.size
    if begun < 0:
        return None
    magic, length = _SKIPPABLE.unpack_from(tail, begun)
    content = tail[at + len(_MARK) : at + length]
    if magic != _OURS or length < len(_MARK) + _CHECK.size or len(content) < length - len(_MARK):
        return None
    packed = content[_CHECK.size :]
    if _CHECK.unpack_from(content)[0] != crc32c(packed):
        return None
    packed = ZSTD_MAGIC + packed
    try:
        if zstandard.get_frame_parameters(packed).content_size > INDEX_LIMIT:
            return None
        unpacker = unpacker or zstandard.ZstdDecompressor()
        info = _INFO.decode(unpacker.decompress(packed))
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return info if _is_in_order(info) else None


def _is_in_order(info: SealInfo) -> bool:
    offset = start = 0
    for frame in info.frames:
        placed = (frame.offset, frame.start) == (offset, start)
        if not (placed and 0 < frame.size <= 2 * FRAME_SIZE and 0 <= frame.length <= FRAME_SIZE):
            return False
        offset += frame.size
        start += frame.length
    return start == info.plain_size <= PLAIN_LIMIT
