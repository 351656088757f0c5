"""A plain file while it is sealed: held by nobody else, no database, and as it was at first."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from replayer_qt.adapters.journal.hold import Hold, hold
from replayer_qt.adapters.journal.layout import LOCK
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.core.errors import DataDirUnusable

_NO_WRITING: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_HOW: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_DATABASES: Final = (b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_BESIDE: Final = ("-wal", "-journal", "-shm")


class PlainFile:
    """A file that is being sealed.

    Attributes:
        file: it, at its beginning.
        is_ours: whether nobody else can seal it; False where the file system knows no locks.
    """

    def __init__(self, path: Path, file: BinaryIO, *, is_ours: bool) -> None:
        """Take an open file, and remember how it is now."""
        self.file = file
        self.is_ours = is_ours
        self._path = path
        self._state = _state(os.fstat(file.fileno()))

    def check(self) -> None:
        """Look whether it is as it was when it was opened.

        Raises:
            OSError: it was written to, or is another file, or gone.
        """
        if _state(self._path.lstat()) != self._state:
            raise OSError(errno.EBUSY, "it was written to while it was sealed")


@contextlib.contextmanager
def held(path: Path) -> Iterator[PlainFile]:
    """Open a file, and let nobody else write or seal it who asks for its lock.

    Raises:
        OSError: it is being written or sealed, is a link or a database, or cannot be read.
    """
    with os.fdopen(_opened(path), "rb") as file:
        mine = hold(file.fileno())
        if mine is Hold.TAKEN:
            raise BlockingIOError(errno.EAGAIN, "it is being written, or sealed by another program")
        plain = PlainFile(path, file, is_ours=mine is Hold.OURS)
        plain.check()
        if _is_database(path, file.read(len(_DATABASES[0]))):
            what = "a database is written when its program likes, and has parts beside it"
            raise OSError(errno.EINVAL, what)
        file.seek(0)
        yield plain


@contextlib.contextmanager
def folder_of(path: Path) -> Iterator[None]:
    """Hold the lock of a file's folder, if those who write there have one.

    Raises:
        OSError: another program writes there; the message names its process.
    """
    if not (path.parent / LOCK).is_file():
        yield
        return
    lock = FolderLock(path.parent, what="A sealed file")
    try:
        lock.acquire()
    except DataDirUnusable as error:
        raise BlockingIOError(errno.EAGAIN, error.what.rstrip(".")) from error
    try:
        yield
    finally:
        lock.release()


def identity_of(stated: os.stat_result) -> tuple[int, int, int]:
    """Return what tells a file from another one, or from one that was cut or has grown."""
    return stated.st_dev, stated.st_ino, stated.st_size


def _state(stated: os.stat_result) -> tuple[int, int, int, int]:
    return (*identity_of(stated), stated.st_mtime_ns)


def _opened(path: Path) -> int:
    try:  # some network file systems lock only what may be written
        return os.open(path, os.O_RDWR | _HOW)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.EINVAL, "it is a link; name the file itself") from error
        if error.errno not in _NO_WRITING:
            raise
    return os.open(path, os.O_RDONLY | _HOW)


def _is_database(path: Path, beginning: bytes) -> bool:
    """Whether SQLite writes it, or what lies beside it."""
    return (
        beginning.startswith(_DATABASES)
        or path.name.endswith(_BESIDE)
        or any(os.path.lexists(path.with_name(path.name + part)) for part in _BESIDE)
    )
