"""Opens the files of Binance's public archive: tables, packed or not, cut or whole."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

CHECKSUM: Final = ".CHECKSUM"
"""What the name of the file is followed by that tells its digest."""
ZIP_MAGIC: Final = b"PK\x03\x04"
"""What a ZIP file with anything in it begins with."""
PLAIN_LIMIT: Final = 16 * 1024**3
"""Of a packed table no more is unpacked [bytes]."""

_CHUNK: Final = 1024 * 1024
_HEADER: Final = 30
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _TRAILED = 0x1, 0x8
_MEMBERS_LIMIT: Final = 64
_CHECKSUM_LIMIT: Final = 4_096
_DIGEST: Final = re.compile(rb"\s*([0-9a-fA-F]{64})\b")


class Member(NamedTuple):
    """What a packed file says of one file in it."""

    name: str
    method: int
    flags: int
    crc: int
    size: int


class PackedTable:
    """The table in a ZIP file, read from its beginning and not by its directory at its end.

    So a file that was cut gives all that came before the cut, and a stream needs no seeking.

    Attributes:
        name: the table's name in the file; empty until it is found.
        problems: what is wrong with the file, in plain words.
    """

    def __init__(self, packed: Iterable[bytes]) -> None:
        """Begin with nothing read.

        Args:
            packed: the file's bytes, in pieces of any length.
        """
        self.name = ""
        self.problems: list[str] = []
        self._packed = iter(packed)
        self._held = b""

    def chunks(self) -> Iterator[bytes]:
        """Yield the table's bytes; nothing if there is no table in it."""
        for _ in range(_MEMBERS_LIMIT):
            member = self._header()
            if member is None:
                return
            is_table = member.name.lower().endswith(".csv")
            if is_table:
                self.name = member.name
            if member.flags & _ENCRYPTED:
                self.problems.append("it is locked with a password")
                return
            pieces = self._content(member)
            if is_table:
                yield from self._summed(pieces, member)
                return
            for _ in pieces:
                pass
            self._skip_trailer(member)

    def _summed(self, pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:
        crc, length = 0, 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            length += len(piece)
            if length > PLAIN_LIMIT:
                self.problems.append(f"more than {PLAIN_LIMIT:,} bytes are packed in it")
                return
            yield piece
        if member.flags & _TRAILED:
            trailer = self._take(8)
            stated = trailer[4:] if trailer.startswith(b"PK\x07\x08") else trailer[:4]
            member = member._replace(crc=int.from_bytes(stated, "little"))
        if not self.problems and crc != member.crc:
            self.problems.append("what is packed in it fails its checksum")

    def _header(self) -> Member | None:
        head = self._take(_HEADER)
        if not head.startswith(ZIP_MAGIC) or len(head) < _HEADER:
            return None
        name_length, extra_length = (int.from_bytes(head[n : n + 2], "little") for n in (26, 28))
        name = self._take(name_length)
        self._take(extra_length)
        return Member(
            name=name.decode("utf-8", "replace"),
            method=int.from_bytes(head[8:10], "little"),
            flags=int.from_bytes(head[6:8], "little"),
            crc=int.from_bytes(head[14:18], "little"),
            size=int.from_bytes(head[18:22], "little"),
        )

    def _content(self, member: Member) -> Iterator[bytes]:
        if member.method == _DEFLATED:
            return self._inflated()
        if member.method == _STORED and not member.flags & _TRAILED:
            return self._stored(member.size)
        self.problems.append("it is packed in a way that is not read")
        return iter(())

    def _stored(self, size: int) -> Iterator[bytes]:
        while size > 0:
            piece = self._take(min(size, _CHUNK))
            if not piece:
                self.problems.append("it was cut; what was before the cut is read")
                return
            size -= len(piece)
            yield piece

    def _inflated(self) -> Iterator[bytes]:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        while not machine.eof:
            packed = machine.unconsumed_tail or self._some()
            if not packed:
                self.problems.append("it was cut; what was before the cut is read")
                return
            try:
                piece = machine.decompress(packed, _CHUNK)
            except zlib.error:
                self.problems.append("it is damaged; what was before the damage is read")
                return
            if piece:
                yield piece
        self._held = machine.unused_data + self._held

    def _skip_trailer(self, member: Member) -> None:
        """What follows a file whose length was not known before: a sum and two lengths."""
        if not member.flags & _TRAILED:
            return
        if self._peek(4) == b"PK\x07\x08":
            self._take(4)
        self._take(12)
        if self._peek(4)[:2] != b"PK":
            self._take(8)

    def _some(self) -> bytes:
        if self._held:
            held, self._held = self._held, b""
            return held
        return next(self._packed, b"")

    def _peek(self, size: int) -> bytes:
        while len(self._held) < size and (more := next(self._packed, b"")):
            self._held += more
        return self._held[:size]

    def _take(self, size: int) -> bytes:
        taken = self._peek(size)
        self._held = self._held[size:]
        return taken


def checksum_problem(path: Path) -> str:
    """Return what is wrong with a file by the checksum beside it; empty if it is right, or absent.

    Never raises for what is in the checksum's file, or is not there.

    Raises:
        OSError: the file itself cannot be read.
    """
    try:
        with path.with_name(path.name + CHECKSUM).open("rb") as file:
            stated = _DIGEST.match(file.read(_CHECKSUM_LIMIT))
    except OSError:
        return ""
    if stated is None:
        return "the checksum beside it cannot be read"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != stated[1].decode().lower():
        return "it is not what the checksum beside it says; fetch it again"
    return ""
