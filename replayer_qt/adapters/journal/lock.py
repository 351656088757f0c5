"""One writer a folder: a lock that the operating system drops when its holder dies."""

import contextlib
import os
from pathlib import Path

from replayer_qt.adapters.journal.hold import Hold, hold
from replayer_qt.adapters.journal.layout import LOCK
from replayer_qt.core.errors import DataDirUnusable


class FolderLock:
    """Says who writes to a folder, and lets nobody else.

    Not a file that is there or not, but a lock on an open one: nothing is left behind by a kill.
    The descriptor is never inherited, else a child would hold the lock after us.
    """

    def __init__(self, folder: Path, *, what: str = "Recordings", name: str = LOCK) -> None:
        """Prepare; `what` is written there, for the complaint, and the lock's file has a name."""
        self._path = folder / name
        self._what = what
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def acquire(self) -> bool:
        """Take the lock, at once or not at all; return whether it was taken just now.

        Safe twice. A lock on a folder that was taken away, with its disk say, and is back as
        another one is taken anew.

        Raises:
            DataDirUnusable: another writer has it; the message names its process.
            OSError: the lock's file cannot be made, or looked at.
        """
        if self._fd is not None:
            if self._is_there(self._fd):
                return False
            self.release()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        fd = os.open(self._path, flags, 0o600)
        try:
            self._lock(fd)
            os.ftruncate(fd, 0)
            os.write(fd, b"%d\n" % os.getpid())
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def _is_there(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def _lock(self, fd: int) -> None:
        if try_lock(fd):
            return
        raise DataDirUnusable(
            f"{self._what} cannot be written to {self._path.parent}: "
            f"{_named(os.read(fd, 32))} is writing there.",
            remedy="Stop that one first, or choose another folder.",
        )

    def release(self) -> None:
        """Let others in; safe twice."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = None


def _named(holder: bytes) -> str:
    digits = holder.strip()
    return f"process {digits.decode()}" if digits.isdigit() else "another process"


def try_lock(fd: int) -> bool:
    """Lock an open file until it is closed; at once, or not at all: then False.

    Some network file systems know no locks: recording there is better than not at all.
    """
    return hold(fd) is not Hold.TAKEN
