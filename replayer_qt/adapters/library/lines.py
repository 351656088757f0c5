"""Files as blocks of whole lines, so that good ones decode at once and bad ones one by one."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

import msgspec
import numpy as np

from replayer_qt.adapters.journal.sealed import damage_of, open_plain
from replayer_qt.core.recording import Damage

LINE_LIMIT: Final = 4 * 1024 * 1024
"""Longer lines are passed over [bytes]."""

DAMAGE_KEPT: Final = 1_000
"""Places of damage that are listed; all are counted."""

_BLOCK: Final = 1024 * 1024
_FAILURES_LIMIT: Final = 200
_LINE_BREAK, _OPEN, _CLOSE = b"\n{}"

Record = TypeVar("Record")


class Block(msgspec.Struct, frozen=True):
    """Whole lines of a file.

    Attributes:
        data: the lines' bytes; empty for a line beyond the limit.
        line: number of the first line, from 1.
        offset: where it begins [bytes from the file's start].
        skipped: length of a line beyond the limit [bytes]; 0 otherwise.
    """

    data: bytes
    line: int
    offset: int
    skipped: int = 0


def blocks(path: Path) -> Iterator[Block]:
    """Yield the lines of a file, packed or plain, in blocks of about a megabyte.

    Memory stays bounded.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: it unpacks to absurd sizes.
    """
    with open_plain(path) as file:
        yield from _blocks_of(file)


def _blocks_of(file: BinaryIO) -> Iterator[Block]:
    line, offset = 1, 0
    begun: list[bytes] = []
    while chunk := file.read(_BLOCK):
        end = chunk.rfind(b"\n") + 1
        if not end:
            begun.append(chunk)
            length = sum(map(len, begun))
            if length > LINE_LIMIT:
                begun.clear()
                length += _rest_of_line(file.readline)
                yield Block(b"", line, offset, length)
                line, offset = line + 1, offset + length
            continue
        whole = chunk[:end]  # no copy where the chunk ends with its last line
        if begun:
            whole = b"".join((*begun, whole))
        begun = [chunk[end:]] if end < len(chunk) else []
        yield Block(whole, line, offset)
        line, offset = line + whole.count(b"\n"), offset + len(whole)
    if begun:
        yield Block(b"".join(begun), line, offset)


def _rest_of_line(readline: Callable[[int], bytes]) -> int:
    length = 0
    while piece := readline(_BLOCK):
        length += len(piece)
        if piece.endswith(b"\n"):
            break
    return length


class Records(Generic[Record]):
    """What a file's lines hold, read tolerantly.

    Attributes:
        found: the records, in the order of the file.
        lines: lines in the file.
        bad_lines: lines that are not one JSON object.
        recovered_lines: whole records found inside them.
        damage: each place that is not as it should be; the first thousand.
    """

    def __init__(
        self,
        decoder: msgspec.json.Decoder[Record],
        recover: Callable[[str], list[Record]] | None = None,
    ) -> None:
        self._decoder = decoder
        self._recover = recover
        self.found: list[Record] = []
        self.lines = 0
        self.bad_lines = 0
        self.recovered_lines = 0
        self.damage: list[Damage] = []

    def read(self, path: Path) -> None:
        """Read the whole file, packed or plain; what could not be unpacked is listed first.

        Raises:
            OSError: the file cannot be read.
            RecordingUnreadable: it unpacks to absurd sizes.
        """
        with open_plain(path) as file:
            for block in _blocks_of(file):
                self._take(block)
            self.damage = [*damage_of(file), *self.damage][:DAMAGE_KEPT]

    def note(self, what: str, *, line: int = 0, offset: int = 0, recovered: int = 0) -> None:
        """List a place of damage, if there is room; `line` 0 is the file as a whole."""
        if len(self.damage) < DAMAGE_KEPT:
            self.damage.append(Damage(line=line, offset=offset, what=what, recovered=recovered))

    def _take(self, block: Block) -> None:
        if block.skipped:
            self.lines += 1
            self.bad_lines += 1
            what = f"a line of {block.skipped:,} bytes, more than the {LINE_LIMIT:,} allowed"
            self.note(what, line=block.line, offset=block.offset)
            return
        found = self._at_once(block.data)
        if found is None:
            self.lines += block.data.count(b"\n") + (not block.data.endswith(b"\n"))
            self._take_one_by_one(block)
        else:
            self.lines += len(found)
            self.found += found

    def _at_once(self, data: bytes) -> list[Record] | None:
        """Decode whole blocks; None unless each line is exactly one sound object."""
        breaks = _breaks_between_objects(data)
        if breaks is None:
            return None
        try:
            found = self._decoder.decode_lines(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return found if len(found) == breaks + 1 else None

    def _take_one_by_one(self, block: Block) -> None:
        offset = block.offset
        for number, line in enumerate(block.data.split(b"\n"), block.line):
            if line and not line.isspace():
                self._take_line(line, number, offset)
            offset += len(line) + 1

    def _take_line(self, line: bytes, number: int, offset: int) -> None:
        if len(line) > LINE_LIMIT:
            self.bad_lines += 1
            what = f"a line of {len(line):,} bytes, more than the {LINE_LIMIT:,} allowed"
            self.note(what, line=number, offset=offset)
            return
        try:
            self.found.append(self._decoder.decode(line))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            if is_object(line):
                self.note(
                    f"a record whose values make no sense ({error})", line=number, offset=offset
                )
                return
            self.bad_lines += 1
            recovered = self._recover(line.decode("utf-8", "replace")) if self._recover else []
            self.found += recovered
            self.recovered_lines += len(recovered)
            self.note(_what(line), line=number, offset=offset, recovered=len(recovered))


def _breaks_between_objects(data: bytes) -> int | None:
    """Count the line breaks if each stands between `}` and `{`.

    The decoder takes two objects on one line for two lines, and one on two lines for one; the
    number of objects tells only then that neither is the case.
    """
    letters = np.frombuffer(data, np.uint8, len(data) - data.endswith(b"\n"))
    breaks = np.flatnonzero(letters == _LINE_BREAK)
    if not len(breaks):
        return 0
    if breaks[0] == 0 or breaks[-1] == len(letters) - 1:
        return None
    between = (letters[breaks - 1] == _CLOSE) & (letters[breaks + 1] == _OPEN)
    return len(breaks) if between.all() else None


def whole_objects(line: str, opening: re.Pattern[str], *, longest: int) -> list[str]:
    """Return the whole JSON objects that stand inside a line which is not one.

    Args:
        line: the line.
        opening: how an object that counts begins.
        longest: length of the longest object that counts [characters].

    >>> whole_objects('{"a": {"a": 1}{"b": 2}', re.compile('{"'), longest=99)
    ['{"a": 1}', '{"b": 2}']
    """
    scanner = json.JSONDecoder()
    found: list[str] = []
    failures, end = 0, 0
    for match in opening.finditer(line):
        start = match.start()
        if start < end:
            continue
        piece = line[start : start + longest]
        try:
            _, length = scanner.raw_decode(piece)
        except (ValueError, RecursionError):
            failures += 1
            if failures > _FAILURES_LIMIT:
                break
            continue
        found.append(piece[:length])
        end = start + length
    return found


def is_object(line: bytes) -> bool:
    """Return whether the line is exactly one JSON object."""
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _what(line: bytes) -> str:
    if b"\0" in line:
        return "binary data"
    if line.count(b'{"type"') > 1:
        return "records of several writers in one line"
    if line.lstrip()[:1] == b"{":
        return "a torn record"
    return "not a record"
