"""What a person noted on rounds and saved: JSON lines that are only ever appended, the truth of it.

Each line carries the journal's checksum; the last word on a round wins. Several processes may use
the file at once: whoever writes holds the folder's lock, whoever reads follows what was appended.
"""

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk, write_all
from replayer_qt.adapters.journal.format import is_sound, seal
from replayer_qt.adapters.library.alone import alone
from replayer_qt.adapters.library.storable import from_json, to_json
from replayer_qt.core.library import Marks, SavedSearch
from replayer_qt.core.units import RoundId, StreamId

FILE: Final = "keepsakes.jsonl"
VERSION: Final = 1
WAIT_S: Final = 5.0
"""How long another process may hold the lock [s]."""
FEW: Final = 500
"""Lines that are never too many."""

log = logging.getLogger(__name__)

Key = tuple[StreamId, RoundId]

_ASIDE_MOST: Final = 1_000
_FORMAT: Final = "replayer-keepsakes"
_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


class _Header(msgspec.Struct, frozen=True, kw_only=True, tag="header", tag_field="kept"):
    """The first line; each time that the file is written anew it has another `made`."""

    format: str = _FORMAT
    version: int = VERSION
    made: int = 1


class _Marked(msgspec.Struct, frozen=True, kw_only=True, tag="marks", tag_field="kept"):
    stream: StreamId
    round_id: RoundId
    marks: Marks


class _Saved(msgspec.Struct, frozen=True, kw_only=True, tag="searches", tag_field="kept"):
    searches: tuple[SavedSearch, ...]


_Line = _Header | _Marked | _Saved


class KeepsakeFile:
    """Tags, notes, bookmarks and saved searches; used by one thread at a time.

    Attributes:
        damaged: lines of the file that could not be read; what they said is lost, the rest is not.
    """

    def __init__(self, folder: Path) -> None:
        """Use the file in `folder`; both are made when something is written first."""
        self._folder = folder
        self._path = folder / FILE
        self._disk = RealDisk()
        self._forget()

    def mark(self, stream: StreamId, round_id: RoundId, marks: Marks) -> None:
        """Write down what is noted on a round now; it is on stable storage when this returns.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        self.mark_many({(stream, round_id): marks})

    def mark_many(self, marks: Mapping[Key, Marks]) -> None:
        """Write down what is noted on many rounds, in one go, whatever was; raises OSError."""
        if marks:
            self._write(lambda: _lines_of(marks))

    def change(
        self, keys: Collection[Key], edit: Callable[[Key, Marks], Marks]
    ) -> dict[Key, Marks]:
        """Change what is noted on rounds, whatever others noted on them a moment ago.

        Args:
            keys: the rounds.
            edit: returns what is to be noted on a round, given what the file says of it now;
                called while nobody else can write. What it raises is passed on, nothing noted.

        Returns:
            What is noted on each of them now, changed or not; it is on stable storage.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        now: dict[Key, Marks] = {}

        def edited() -> list[_Line]:
            now.update({key: edit(key, self._marks.get(key, Marks())) for key in keys})
            return _lines_of(
                {key: each for key, each in now.items() if each != self._marks.get(key, Marks())}
            )

        if keys:
            self._write(edited)
        return now

    def marks(self) -> dict[Key, Marks]:
        """Return what is noted on rounds; raises OSError."""
        self._follow()
        return dict(self._marks)

    def save(self, searches: Sequence[SavedSearch]) -> None:
        """Write down the saved searches, all of them, whatever they were; raises OSError."""
        self.change_searches(lambda _: searches)

    def change_searches(
        self, edit: Callable[[tuple[SavedSearch, ...]], Sequence[SavedSearch]]
    ) -> tuple[SavedSearch, ...]:
        """Change the saved searches, whatever others saved a moment ago, and return them.

        Args:
            edit: returns all that are to be saved, given those that the file has now; called
                while nobody else can write.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        self._write(lambda: [_Saved(searches=tuple(edit(self._searches)))])
        return self._searches

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name; raises OSError."""
        self._follow()
        return self._searches

    # --- reading

    def _forget(self) -> None:
        self._marks: dict[Key, Marks] = {}
        self._searches: tuple[SavedSearch, ...] = ()
        self._head = b""
        self._made = 0
        self._version = VERSION
        self._read_to = 0
        self._lines = 0
        self.damaged = 0

    def _follow(self) -> None:
        """Read what was appended, or all of it where the file is another one."""
        try:
            fd = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            self._forget()
            return
        try:
            self._follow_in(fd)
        finally:
            os.close(fd)

    def _follow_in(self, fd: int) -> None:
        if not self._head or _read(fd, 0, len(self._head)) != self._head:
            self._forget()
        added = _read(fd, self._read_to, os.fstat(fd).st_size - self._read_to)
        whole = added.rfind(b"\n") + 1
        if not self._head:
            self._head = added[: added.find(b"\n") + 1]
        for line in added[:whole].splitlines():
            self._take(line)
        self._read_to += whole

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
            case _Header():
                self._made, self._version = told.made, told.version
            case _Saved():
                self._searches = tuple(sorted(told.searches, key=lambda search: search.name))
            case _Marked():
                key = (told.stream, told.round_id)
                self._marks.pop(key, None)
                if told.marks != Marks():
                    self._marks[key] = told.marks

    # --- writing

    def _write(self, lines: Callable[[], Sequence[_Line]]) -> None:
        """Append what `lines` says, which is asked when nobody else can write any more."""
        self._disk.make_folder(self._folder)
        with alone(self._folder, what="Notes", wait_s=WAIT_S):
            self._follow()
            told = lines()
            if not told:
                return
            is_new = not self._path.exists()
            fd = os.open(self._path, _OPEN, 0o600)
            try:
                self._append(fd, told)
            finally:
                os.close(fd)
            if is_new:
                self._disk.sync_folder(self._folder)
            if self._lines > FEW and self._lines > 3 * len(self._marks) and self._is_ours():
                self._compact()

    def _append(self, fd: int, lines: Sequence[_Line]) -> None:
        self._follow_in(fd)
        size = os.fstat(fd).st_size
        if size > self._read_to:  # a torn tail: whoever wrote it was never told that it is kept
            self._disk.truncate(fd, self._read_to)
            size = self._read_to
        told = b"" if size else _told(_Header())
        told += b"".join(_told(line) for line in lines)
        try:
            write_all(self._disk, fd, told)
            self._disk.sync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.truncate(fd, size)
            raise
        self._follow_in(fd)

    def _is_ours(self) -> bool:
        return self._version <= VERSION

    def _compact(self) -> None:
        """Write the file anew without what was overruled; lines that were damaged are kept aside.

        What fails is told, and tried again with the next line: the file is as it was.
        """
        try:
            self._write_anew(self._path.with_name(f"{FILE}.new"))
        except OSError as error:
            log.warning("%s was not written anew, and goes on growing: %s", self._path, error)

    def _write_anew(self, new: Path) -> None:
        lines: list[_Line] = [_Header(made=self._made + 1), _Saved(searches=self._searches)]
        lines += _lines_of(self._marks)
        self._disk.remove(new)
        fd = self._disk.open_new(new)
        try:
            write_all(self._disk, fd, b"".join(_told(line) for line in lines))
            self._disk.sync(fd)
        finally:
            self._disk.close(fd)
        if self.damaged:
            self._keep_aside()
        self._disk.rename(new, self._path)
        self._disk.sync_folder(self._folder)

    def _keep_aside(self) -> None:
        """Give the file a second name, that of an attempt before where it has that already."""
        for number in range(self._made, self._made + _ASIDE_MOST):
            aside = self._path.with_name(f"{FILE}.{number}.broken")
            try:
                os.link(self._path, aside)
            except FileExistsError:
                if not aside.exists() or not aside.samefile(self._path):
                    continue
            return
        raise FileExistsError(errno.EEXIST, "too many files are set aside", str(self._path))


def _lines_of(marks: Mapping[Key, Marks]) -> list[_Line]:
    return [
        _Marked(stream=stream, round_id=round_id, marks=each)
        for (stream, round_id), each in marks.items()
    ]


def _told(line: _Line) -> bytes:
    return seal(to_json(line))


def _read(fd: int, start: int, length: int) -> bytes:
    """The bytes from `start`, fewer where the file ends before."""
    os.lseek(fd, start, os.SEEK_SET)
    parts: list[bytes] = []
    while length > 0 and (part := os.read(fd, min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
