"""Says of one file that it is being written: a lock that the operating system drops by itself."""

import errno
import os
import sys
from enum import Enum
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})
_FAR: Final = 1 << 30  # Windows' locks also keep readers out: lock a byte that nobody reads


class Hold(Enum):
    """Who has a file."""

    OURS = "ours"
    """This descriptor has it, until it is closed."""
    TAKEN = "taken"
    """Somebody is writing it, in this process or another one."""
    UNKNOWN = "unknown"
    """The file system knows no locks: nobody can tell."""


def hold(fd: int, *, to_look: bool = False) -> Hold:
    """Say that the file open as `fd` is being written, until `fd` is closed; never raises.

    A kill drops it as well, so that what a crash left can be mended while others record.

    Args:
        fd: the file; on some systems it must be open to write.
        to_look: only ask; then those who ask do not take each other for a writer.
    """
    try:
        if sys.platform == "win32":
            at = os.lseek(fd, 0, os.SEEK_CUR)
            os.lseek(fd, _FAR, os.SEEK_SET)
            try:
                msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(fd, at, os.SEEK_SET)
        else:
            fcntl.flock(fd, (fcntl.LOCK_SH if to_look else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        return Hold.UNKNOWN if error.errno in _NO_LOCKS else Hold.TAKEN
    return Hold.OURS


def is_being_written(path: Path) -> bool:
    """Return whether some journal has this file open to write; False where nobody can tell.

    Raises:
        OSError: the file cannot be opened.
    """
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return hold(fd, to_look=True) is Hold.TAKEN
    finally:
        os.close(fd)
