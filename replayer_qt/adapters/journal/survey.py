"""Looks through a file that has no footer: how far it is sound, and which footer it lacks."""

import contextlib
import hashlib
import re
from pathlib import Path
from typing import Final

import msgspec
from crc32c import crc32c

from replayer_qt.adapters.journal.format import (
    LINE_LIMIT,
    RECOVERED,
    Footer,
    Header,
    Lost,
    Refused,
    is_sound,
    read_header,
    read_note,
)
from replayer_qt.adapters.journal.raw import raw_path, read_raw
from replayer_qt.adapters.journal.sealed import open_plain
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import RoundRugged

_KIND: Final = re.compile(rb'\{"seq":(\d{1,18}),"ev":"(\w+)"')
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, ValueError, OverflowError)


class Hole(msgspec.Struct, frozen=True):
    """A damaged line before a sound one: its number from 1, its place and its length [bytes]."""

    line: int
    offset: int
    length: int


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file.

    Attributes:
        size: how long it is [bytes].
        sound_end: where the last sound line ends [bytes]; 0 without one.
        unbroken: whether that line lacks its line break, and nothing else.
        holes: what is damaged before that.
        records: sound records.
        closed: whether the last sound line is a footer.
        footer: the footer that stands for what is sound; None where the sound lines are not one
            header and then every record from 1 on, so that none may stand for them.
    """

    size: int
    sound_end: int
    unbroken: bool
    holes: tuple[Hole, ...]
    records: int
    closed: bool
    footer: Footer | None


def survey(path: Path) -> Survey:
    """Return what is in a file; reads all of it, line by line.

    The same sound lines always give the same footer, whatever follows them.

    Raises:
        OSError: it cannot be read.
    """
    looking = _Looking()
    holes: list[Hole] = []
    waiting: list[Hole] = []
    end = offset = number = 0
    unbroken = False
    with open_plain(path) as file:
        while line := file.readline(LINE_LIMIT):
            number += 1
            ended = line.endswith(b"\n")
            unbroken = not ended and is_sound(line) and (bool(waiting) or looking.expects(line))
            if unbroken or (ended and is_sound(line[:-1])):
                looking.take(line if ended else line + b"\n")
                end = offset + len(line)
                holes.extend(waiting)
                waiting.clear()
            else:
                waiting.append(Hole(number, offset, len(line)))
            offset += len(line)
    return Survey(
        size=offset,
        unbroken=unbroken,
        sound_end=end,
        holes=tuple(holes),
        records=looking.records,
        closed=looking.closed,
        footer=None if holes or not looking.in_order else looking.footer(_count_raw(path)),
    )


class _Looking:
    def __init__(self) -> None:
        self.records = 0
        self.closed = False
        self.in_order = True
        self._header: Header | None = None
        self._digest = hashlib.sha256()
        self._crc = self._lost = self._refused = 0
        self._rugged = False

    def expects(self, line: bytes) -> bool:
        """Return whether a line may follow: a record with a higher number, or the footer."""
        if self.closed or self._header is None:
            return False
        found = _KIND.match(line)
        return line.startswith(b'{"_f":') if found is None else int(found[1]) > self.records

    def take(self, line: bytes) -> None:
        self._digest.update(line)
        self._crc = crc32c(line, self._crc)
        self.closed = line.startswith(b'{"_f":')
        found = _KIND.match(line)
        if found is not None:
            self.records += 1
            first = self._header is not None and int(found[1]) == self.records
            self.in_order = self.in_order and first
            self._count(found[2], line)
        elif not self.closed:
            self._begin(line)

    def _begin(self, line: bytes) -> None:
        self.in_order = self.in_order and self._header is None and self.records == 0
        try:
            self._header = read_header(line)
        except _UNREADABLE:
            self.in_order = False

    def _count(self, kind: bytes, line: bytes) -> None:
        with contextlib.suppress(*_UNREADABLE):  # the reader will say what it cannot read
            match kind:
                case b"_lost" | b"_refused":
                    note = read_note(line)
                    self._lost += note.count if isinstance(note, Lost) else 0
                    self._refused += isinstance(note, Refused)
                case b"RoundRugged" if self._header is not None:
                    told = codec.decode(line)
                    mine = isinstance(told, RoundRugged) and told.round_id == self._header.round_id
                    self._rugged = self._rugged or mine
                case _:
                    pass

    def footer(self, raw: int) -> Footer:
        return Footer(
            n=self.records,
            first_seq=1 if self.records else None,
            last_seq=self.records or None,
            sha256=self._digest.hexdigest(),
            crc=self._crc,
            lost=self._lost,
            refused=self._refused,
            raw=raw,
            rugged=self._rugged,
            end=RECOVERED,
        )


def _count_raw(path: Path) -> int:
    beside = raw_path(path)
    if not beside.exists():
        return 0
    try:
        return sum(1 for _ in read_raw(beside))
    except RecordingUnreadable:
        return 0
