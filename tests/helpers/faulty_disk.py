"""A real disk that fails when it is told to, and knows which descriptors are open."""

import errno
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from replayer_qt.adapters.journal.disk import RealDisk

CALLS = (
    "make_folder",
    "open_new",
    "open_there",
    "write",
    "truncate",
    "sync",
    "sync_folder",
    "remove",
    "rename",
    "free",
)


class FaultyDisk(RealDisk):
    """Counts its calls; the chosen ones raise, or take only a part of what is to be written."""

    def __init__(
        self,
        *,
        fail_at: int | None = None,
        fail_from: int | None = None,
        error: int = errno.EIO,
        only: Iterable[str] = CALLS,
    ) -> None:
        super().__init__()
        self.error = error
        self.only = frozenset(only)
        self.fail_at = fail_at
        self.fail_from = fail_from
        self.broken = False
        self.short: int | None = None
        self.room: int | None = None
        self.free_bytes: int | None = None
        self.calls = 0
        self.open: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()

    def _call(self, name: str, action: Callable[[], Any]) -> Any:
        with self._lock:
            if name in self.only:
                self.calls += 1
                late = self.fail_from is not None and self.calls >= self.fail_from
                if self.broken or late or self.calls == self.fail_at:
                    raise OSError(self.error, os.strerror(self.error))
        return action()

    def make_folder(self, path: Path) -> None:
        self._call("make_folder", lambda: super(FaultyDisk, self).make_folder(path))

    def open_new(self, path: Path) -> int:
        fd = self._call("open_new", lambda: super(FaultyDisk, self).open_new(path))
        self.open.add(fd)
        return fd

    def open_there(self, path: Path) -> int:
        fd = self._call("open_there", lambda: super(FaultyDisk, self).open_there(path))
        self.open.add(fd)
        return fd

    def write(self, fd: int, data: Any) -> int:
        if self.room is not None and path_of(fd).name != ".ballast":
            if self.room == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            data = bytes(data)[: self.room]
            self.room -= len(data)
        if self.short is not None and len(data) > self.short:
            data, self.short = bytes(data)[: self.short], None
        return self._call("write", lambda: super(FaultyDisk, self).write(fd, data))

    def truncate(self, fd: int, size: int) -> None:
        self._call("truncate", lambda: super(FaultyDisk, self).truncate(fd, size))

    def sync(self, fd: int) -> None:
        self.gate.wait(30)
        self._call("sync", lambda: super(FaultyDisk, self).sync(fd))

    def sync_folder(self, path: Path) -> None:
        self._call("sync_folder", lambda: super(FaultyDisk, self).sync_folder(path))

    def close(self, fd: int) -> None:
        self.open.discard(fd)
        super().close(fd)

    def remove(self, path: Path) -> None:
        self._call("remove", lambda: super(FaultyDisk, self).remove(path))

    def rename(self, path: Path, target: Path) -> None:
        self._call("rename", lambda: super(FaultyDisk, self).rename(path, target))

    def free(self, path: Path) -> int:
        real = self._call("free", lambda: super(FaultyDisk, self).free(path))
        return real if self.free_bytes is None else self.free_bytes


def path_of(fd: int) -> Path:
    """Return what a descriptor is open on, where the system tells."""
    try:
        return Path(f"/proc/self/fd/{fd}").readlink()
    except OSError:
        return Path()
