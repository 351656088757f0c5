"""A file of JSON lines that are only ever appended, each with a checksum; the last word counts.

Several processes may use a file at once: whoever writes holds the folder's lock, whoever reads
follows what was appended. The file is written anew when most of its lines have been overruled.
"""

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from replayer_qt.adapters.journal.disk import Disk, RealDisk, write_all
from replayer_qt.adapters.journal.format import is_sound, seal
from replayer_qt.adapters.library.alone import alone
from replayer_qt.adapters.library.storable import from_json, to_json

WAIT_S: Final = 5.0
"""How long another process may hold the lock [s]."""
FEW: Final = 500
"""Lines that are never too many."""

log = logging.getLogger(__name__)

_ASIDE_MOST: Final = 1_000
_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


class KeptLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kept"):
    """One line; each kind of it has a tag of its own."""


class Header(KeptLine, frozen=True, kw_only=True, tag="header"):
    """The first line; each time that the file is written anew it has another `made`."""

    format: str
    version: int = 1
    made: int = 1


Line = TypeVar("Line", bound=KeptLine)


class Contents(Protocol[Line]):
    """What all lines of a file come to."""

    def __len__(self) -> int:
        """Return how many lines it takes to say it, roughly."""
        ...

    def forget(self) -> None:
        """Know nothing, as before the first line."""
        ...

    def take(self, line: Line) -> None:
        """Know what one more line says."""
        ...

    def lines(self) -> Sequence[Line]:
        """Return lines that say all of it."""
        ...


class LineFile(Generic[Line]):
    """One file of lines; used by one thread at a time.

    Attributes:
        disk: the file system.
        damaged: lines that could not be read; what they said is lost, the rest is not.
    """

    def __init__(
        self, path: Path, contents: Contents[Line], kinds: Any, *, header: Header, what: str
    ) -> None:
        """Use the file at `path`; it and its folder are made when something is written first.

        Args:
            path: the file.
            contents: what its lines come to; kept up as they are read.
            kinds: the kinds of its lines, but for the header.
            header: its first line when it is made.
            what: what is kept in it, for complaints.
        """
        self.disk: Disk = RealDisk()
        self._path = path
        self._contents = contents
        self._kinds = Header | kinds
        self._new = header
        self._what = what
        self._forget()

    def follow(self) -> None:
        """Read what was appended, or all of it where the file is another one; raises OSError."""
        try:
            fd = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            self._forget()
            return
        try:
            self._follow_in(fd)
        finally:
            os.close(fd)

    def write(self, lines: Callable[[], Sequence[Line]]) -> None:
        """Append what `lines` says; it is on stable storage when this returns.

        Args:
            lines: asked when everything is read and nobody else can write any more. What it
                raises is passed on, and nothing is written.

        Raises:
            OSError: the disk refused, or another process holds the lock for long.
        """
        folder = self._path.parent
        self.disk.make_folder(folder)
        with alone(folder, what=self._what, wait_s=WAIT_S):
            self.follow()
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
                self.disk.sync_folder(folder)
            is_long = self._count > FEW and self._count > 3 * len(self._contents)
            if is_long and self._header.version <= self._new.version:
                self._compact()

    # --- reading

    def _forget(self) -> None:
        self._contents.forget()
        self._header = self._new
        self._head = b""
        self._read_to = 0
        self._count = 0
        self.damaged = 0

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
        self._count += 1
        try:
            if not is_sound(line):
                raise msgspec.DecodeError("its checksum is wrong")
            told: Line | Header = from_json(line, self._kinds)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.damaged += 1
            return
        if isinstance(told, Header):
            self._header = told
        else:
            self._contents.take(told)

    # --- writing

    def _append(self, fd: int, lines: Sequence[Line]) -> None:
        self._follow_in(fd)
        size = os.fstat(fd).st_size
        if size > self._read_to:  # a torn tail: whoever wrote it was never told that it is kept
            self.disk.truncate(fd, self._read_to)
            size = self._read_to
        told = b"" if size else sealed(self._new)
        told += b"".join(map(sealed, lines))
        try:
            write_all(self.disk, fd, told)
            self.disk.sync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                self.disk.truncate(fd, size)
            raise
        self._follow_in(fd)

    def _compact(self) -> None:
        """Write the file anew without what was overruled; lines that were damaged are kept aside.

        What fails is told, and tried again with the next line: the file is as it was.
        """
        try:
            self._write_anew(self._path.with_name(f"{self._path.name}.new"))
        except OSError as error:
            log.warning("%s was not written anew, and goes on growing: %s", self._path, error)

    def _write_anew(self, new: Path) -> None:
        header = msgspec.structs.replace(self._new, made=self._header.made + 1)
        told = [sealed(header), *map(sealed, self._contents.lines())]
        self.disk.remove(new)
        fd = self.disk.open_new(new)
        try:
            write_all(self.disk, fd, b"".join(told))
            self.disk.sync(fd)
        finally:
            self.disk.close(fd)
        if self.damaged:
            self._keep_aside()
        self.disk.rename(new, self._path)
        self.disk.sync_folder(self._path.parent)

    def _keep_aside(self) -> None:
        """Give the file a second name, that of an attempt before where it has that already."""
        made = self._header.made
        for number in range(made, made + _ASIDE_MOST):
            aside = self._path.with_name(f"{self._path.name}.{number}.broken")
            try:
                os.link(self._path, aside)
            except FileExistsError:
                if not aside.exists() or not aside.samefile(self._path):
                    continue
            return
        raise FileExistsError(errno.EEXIST, "too many files are set aside", str(self._path))


def sealed(line: KeptLine) -> bytes:
    """Return a line as it stands in the file."""
    return seal(to_json(line))


def _read(fd: int, start: int, length: int) -> bytes:
    """The bytes from `start`, fewer where the file ends before."""
    os.lseek(fd, start, os.SEEK_SET)
    parts: list[bytes] = []
    while length > 0 and (part := os.read(fd, min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
