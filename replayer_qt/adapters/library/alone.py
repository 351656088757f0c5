"""Waits for a folder's lock, so that one process at a time changes what lies there."""

import contextlib
import errno
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.core.errors import DataDirUnusable

_TURNSTILE: Final = ".turnstile.lock"
_STEP_S: Final = 0.002


@contextlib.contextmanager
def alone(folder: Path, *, what: str, wait_s: float) -> Iterator[None]:
    """Hold the lock of a folder; it is let go in the end, and by a kill.

    Who waits stands in a turnstile, so that whoever holds the lock and wants it again at once
    comes after him: nobody waits for ever beside a busy one.

    Args:
        folder: it exists.
        what: what is written there, for the complaint.
        wait_s: how long another one may hold it [s].

    Raises:
        OSError: another one held it for longer; the message names its process.
    """
    until = time.monotonic() + wait_s
    turnstile = FolderLock(folder, what=what, name=_TURNSTILE)
    lock = FolderLock(folder, what=what)
    _wait(turnstile, until)
    try:
        _wait(lock, until)
    finally:
        turnstile.release()
    try:
        yield
    finally:
        lock.release()


def _wait(lock: FolderLock, until: float) -> None:
    while True:
        try:
            lock.acquire()
        except DataDirUnusable as error:
            if time.monotonic() > until:
                raise OSError(errno.EAGAIN, str(error)) from error
            time.sleep(_STEP_S)
        else:
            return
