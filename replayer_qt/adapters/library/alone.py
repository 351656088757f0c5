"""Waits for a folder's lock, so that one process at a time changes what lies there."""

import contextlib
import errno
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.core.errors import DataDirUnusable

_STEP_S: Final = 0.01


@contextlib.contextmanager
def alone(folder: Path, *, what: str, wait_s: float) -> Iterator[None]:
    """Hold the lock of a folder; it is let go in the end, and by a kill.

    Args:
        folder: it exists.
        what: what is written there, for the complaint.
        wait_s: how long another one may hold it [s].

    Raises:
        OSError: another one held it for longer; the message names its process.
    """
    lock = FolderLock(folder, what=what)
    until = time.monotonic() + wait_s
    while True:
        try:
            lock.acquire()
            break
        except DataDirUnusable as error:
            if time.monotonic() > until:
                raise OSError(errno.EAGAIN, str(error)) from error
            time.sleep(_STEP_S)
    try:
        yield
    finally:
        lock.release()
