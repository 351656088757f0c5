"""The few calls on the disk that a journal makes, so that each can be made to fail in a test."""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from replayer_qt.adapters.journal.hold import Hold, hold

if sys.platform != "win32":
    import fcntl

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a full disk answers, for `OSError.errno`."""

_NO_DESCRIPTOR: Final = frozenset({errno.EMFILE, errno.ENFILE})
_UNTOLD: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
"""What file systems answer that cannot flush on demand; there is nothing better to be had."""
_SPARES: Final = 3
_NEW: Final = (
    os.O_WRONLY
    | os.O_APPEND
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)
_THERE: Final = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@contextlib.contextmanager
def _telling(untold: frozenset[int]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in untold:
            raise


class Disk(Protocol):
    """What a journal needs of a file system; every method may raise `OSError`."""

    def make_folder(self, path: Path) -> None:
        """Make a folder that only its owner can read, and those above it; may be there already."""
        ...

    def open_new(self, path: Path) -> int:
        """Create a file to append to, never through a link, never one that is there."""
        ...

    def open_there(self, path: Path) -> int:
        """Open a file that is there, to mend it: reading and writing, at its beginning."""
        ...

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Write at the end of what was written, and return how many bytes were taken."""
        ...

    def truncate(self, fd: int, size: int) -> None:
        """Cut a file to `size` [bytes]."""
        ...

    def sync(self, fd: int) -> None:
        """Return when the file's bytes are on stable storage."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Return when the folder's entries are on stable storage, where the system can tell."""
        ...

    def close(self, fd: int) -> None:
        """Close a file."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; it may be gone already."""
        ...

    def rename(self, path: Path, target: Path) -> None:
        """Give a file another name in its folder, in one step, in place of one that has it."""
        ...

    def free(self, path: Path) -> int:
        """Return the space left on the disk that holds `path` [bytes]."""
        ...

    def reserve(self) -> None:
        """Hold some descriptors back, so that a next file can be opened when all others are gone.

        Never raises; safe to repeat.
        """
        ...

    def release(self) -> None:
        """Let the descriptors go that were held back; never raises."""
        ...


class RealDisk:
    """The operating system's files."""

    def __init__(self) -> None:
        self._spares: list[int] = []

    def make_folder(self, path: Path) -> None:
        """Make a folder with mode 0700, and those above it."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        self.sync_folder(path.parent)

    def open_new(self, path: Path) -> int:
        """Create a file with mode 0600, to append to; the descriptor is not inherited.

        Until it is closed, or its process is no more, the file counts as being written.
        """
        fd = self._with_spare(lambda: os.open(path, _NEW, 0o600))
        if hold(fd) is Hold.TAKEN or os.fstat(fd).st_nlink == 0:
            os.close(fd)
            raise FileExistsError(errno.EEXIST, "somebody took the empty file for a crash's", path)
        return fd

    def open_there(self, path: Path) -> int:
        """Open a file that is there, never through a link; the descriptor is not inherited."""
        return self._with_spare(lambda: os.open(path, _THERE))

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Append, unbuffered."""
        return os.write(fd, data)

    def truncate(self, fd: int, size: int) -> None:
        """Cut a file."""
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        """Flush the file's bytes through the drive's own cache where the system offers it."""
        with _telling(_UNTOLD):
            if sys.platform == "darwin":
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            elif sys.platform == "win32":
                os.fsync(fd)
            else:
                os.fdatasync(fd)

    def sync_folder(self, path: Path) -> None:
        """Flush the folder's entries; Windows does so by itself."""
        if sys.platform == "win32":
            return
        with _telling(_UNTOLD | {errno.EACCES, errno.EPERM}):  # a folder may be closed to reading
            fd = self._with_spare(lambda: os.open(path, os.O_RDONLY | os.O_DIRECTORY))
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def close(self, fd: int) -> None:
        """Close a file."""
        os.close(fd)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)

    def rename(self, path: Path, target: Path) -> None:
        """Rename a file, on all systems also over another one."""
        path.replace(target)

    def free(self, path: Path) -> int:
        """Return what is left for this user [bytes]."""
        return shutil.disk_usage(path).free

    def reserve(self) -> None:
        """Hold three descriptors back: for a recording, its raw file and their folder."""
        with contextlib.suppress(OSError):
            while len(self._spares) < _SPARES:
                self._spares.append(os.open(os.devnull, os.O_RDONLY))

    def release(self) -> None:
        """Close what was held back."""
        while self._spares:
            os.close(self._spares.pop())

    def _with_spare(self, attempt: Callable[[], int]) -> int:
        try:
            return attempt()
        except OSError as error:
            if error.errno not in _NO_DESCRIPTOR or not self._spares:
                raise
        os.close(self._spares.pop())
        return attempt()


def write_all(disk: Disk, fd: int, data: bytes | memoryview) -> None:
    """Append all of `data`, however little of it the system takes at a time; raises `OSError`."""
    rest = memoryview(data)
    while rest:
        taken = disk.write(fd, rest)
        if taken <= 0:
            raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}: nothing was written")
        rest = rest[taken:]


def write_whole(path: Path, data: bytes, disk: Disk) -> None:
    """Put a file with these bytes at `path`, in place of one that is there, or change nothing.

    Raises:
        OSError: the disk refused; what was there is there.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    disk.remove(fresh)
    try:
        fd = disk.open_new(fresh)
        try:
            write_all(disk, fd, data)
            disk.sync(fd)
        finally:
            disk.close(fd)
        disk.rename(fresh, path)
    except BaseException:
        with contextlib.suppress(OSError):
            disk.remove(fresh)
        raise
    disk.sync_folder(path.parent)
