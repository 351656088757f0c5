"""Opens files to read them, and nothing that is not one: a pipe would hold whoever opens it."""

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Final

_LOOK: Final = getattr(os, "O_NONBLOCK", 0)
NO_FILE: Final = "it is not a plain file"


def open_file(path: Path) -> BufferedReader:
    """Open a plain file to read its bytes; links are followed.

    Raises:
        OSError: it cannot be opened, or it is a folder, a pipe, a socket or a device.
    """
    return open(path, "rb", opener=_opened)  # Path takes no opener


def open_raw(path: Path) -> FileIO:
    """Open a plain file as `open_file` does, without a buffer; raises `OSError`."""
    return open(path, "rb", 0, opener=_opened)  # Path takes no opener


def _opened(name: str, flags: int) -> int:
    fd = os.open(name, flags | _LOOK)
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return fd
    os.close(fd)
    number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    raise OSError(number, os.strerror(number) if stat.S_ISDIR(mode) else NO_FILE, name)
