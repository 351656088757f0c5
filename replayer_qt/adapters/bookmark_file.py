"""Bookmarks on disk: JSON lines that are only ever appended, each with a checksum.

The last word on a tick wins. Several processes may use the file at once: whoever writes holds the
folder's lock, and reads what the others wrote first.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk, write_all
from replayer_qt.adapters.journal.format import is_sound, seal
from replayer_qt.adapters.library.alone import alone
from replayer_qt.adapters.library.storable import from_json, to_json
from replayer_qt.core.bookmarks import BOOKMARKS_MOST, Bookmark, ordered, tidied
from replayer_qt.core.units import RoundId

FILE: Final = "bookmarks.jsonl"
WAIT_S: Final = 5.0
"""How long another process may hold the lock [s]."""
FEW: Final = 500
"""Lines that are never too many."""

_FORMAT: Final = "replayer-bookmarks"
_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


class _Header(msgspec.Struct, frozen=True, kw_only=True, tag="header", tag_field="kept"):
    format: str = _FORMAT
    version: int = 1


class _Set(msgspec.Struct, frozen=True, kw_only=True, tag="set", tag_field="kept"):
    bookmark: Bookmark


class _Dropped(msgspec.Struct, frozen=True, kw_only=True, tag="dropped", tag_field="kept"):
    round_id: RoundId
    tick: int


_Line = _Header | _Set | _Dropped


class BookmarkFile:
    """The bookmarks of a folder; used by one thread at a time.

    Attributes:
        damaged: lines that could not be read; what they said is lost, the rest is not.
    """

    def __init__(self, folder: Path) -> None:
        """Use the file in `folder`; both are made when something is written first."""
        self._folder = folder
        self._path = folder / FILE
        self._disk = RealDisk()
        self._kept: dict[tuple[RoundId, int], Bookmark] = {}
        self._lines = 0
        self.damaged = 0

    def read(self) -> tuple[Bookmark, ...]:
        """Return what is kept; raises OSError."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        self._take_all(data)
        return ordered(self._kept.values())

    def put(self, bookmark: Bookmark) -> tuple[Bookmark, ...]:
        """Keep a bookmark; it is on stable storage when this returns all of them.

        Raises:
            OSError: the disk refused, another process holds the lock for long, or there are
                `BOOKMARKS_MOST` already.
        """
        return self._write(_Set(bookmark=tidied(bookmark)))

    def drop(self, round_id: RoundId, tick: int) -> tuple[Bookmark, ...]:
        """Keep the bookmark of a tick no more, and return the others; raises OSError."""
        return self._write(_Dropped(round_id=round_id, tick=tick))

    # --- reading

    def _take_all(self, data: bytes) -> int:
        """Take the lines of a file; return where the last whole one ends."""
        self._kept, self._lines, self.damaged = {}, 0, 0
        whole = data.rfind(b"\n") + 1
        for line in data[:whole].splitlines():
            self._take(line)
        return whole

    def _take(self, line: bytes) -> None:
        self._lines += 1
        try:
            if not is_sound(line):
                raise msgspec.DecodeError("its checksum is wrong")
            told: _Line = from_json(line, _Line)  # type: ignore[arg-type]
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.damaged += 1
            return
        match told:
            case _Set(bookmark=bookmark):
                self._kept[bookmark.round_id, bookmark.tick] = bookmark
            case _Dropped(round_id=round_id, tick=tick):
                self._kept.pop((round_id, tick), None)
            case _:
                pass

    # --- writing

    def _write(self, line: _Line) -> tuple[Bookmark, ...]:
        self._disk.make_folder(self._folder)
        with alone(self._folder, what="Bookmarks", wait_s=WAIT_S):
            is_new = not self._path.exists()
            fd = os.open(self._path, _OPEN, 0o600)
            try:
                self._append(fd, line)
            finally:
                os.close(fd)
            if is_new:
                self._disk.sync_folder(self._folder)
            if self._lines > FEW and self._lines > 3 * len(self._kept) and not self.damaged:
                self._compact()
        return ordered(self._kept.values())

    def _append(self, fd: int, line: _Line) -> None:
        data = self._path.read_bytes()
        size = self._take_all(data)
        if isinstance(line, _Set) and len(self._kept) >= BOOKMARKS_MOST:
            raise OSError(0, f"there are {BOOKMARKS_MOST:,} bookmarks already")
        if len(data) > size:  # a torn tail: whoever wrote it was never told that it is kept
            self._disk.truncate(fd, size)
        told = b"" if size else _told(_Header())
        try:
            write_all(self._disk, fd, told + _told(line))
            self._disk.sync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.truncate(fd, size)
            raise
        self._take(_told(line).rstrip(b"\n"))

    def _compact(self) -> None:
        """Write the file anew without what was overruled; what fails is tried again later."""
        new = self._path.with_name(f"{FILE}.new")
        lines: list[_Line] = [_Header(), *(_Set(bookmark=each) for each in self._kept.values())]
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
            fd = self._disk.open_new(new)
            try:
                write_all(self._disk, fd, b"".join(_told(line) for line in lines))
                self._disk.sync(fd)
            finally:
                os.close(fd)
            new.replace(self._path)
            self._disk.sync_folder(self._folder)


def _told(line: _Line) -> bytes:
    return seal(to_json(line))
