"""A disk with a cache that a power cut empties, so that thousands of cuts fit into a second."""

import errno
import os
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.settings import RecorderSettings
from tests.helpers.faulty_disk import path_of
from tests.helpers.journals import journal_in
from tests.torture.journal_checks import a_tick, opening

SETTINGS: Final = RecorderSettings(
    sync_ms=10, warn_free_mb=2, stop_free_mb=1, keep_raw=False, retry_s=0.1
)

Wrap = Callable[["CachedDisk"], RealDisk]


class CachedDisk(RealDisk):
    """Real files, of which a cut leaves what was flushed, under names whose folder was flushed.

    A flush that fails says so once; the bytes are gone, and the next flush succeeds, as on Linux.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._flushed: dict[Path, int] = {}
        self._spoilt: dict[Path, int] = {}
        self._named: set[Path] = set()
        self._is_off = False
        self.fail_next_sync = False

    def _live(self) -> None:
        if self._is_off:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def open_new(self, path: Path) -> int:
        with self._lock:
            self._live()
            self._flushed[path] = 0
            return super().open_new(path)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        with self._lock:
            self._live()
            return super().write(fd, data)

    def sync(self, fd: int) -> None:
        with self._lock:
            self._live()
            path = path_of(fd)
            if self.fail_next_sync and path.suffix == ".jsonl":
                self.fail_next_sync = False
                self._spoilt.setdefault(path, self._flushed.get(path, 0))
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self._flushed[path] = os.fstat(fd).st_size

    def sync_folder(self, path: Path) -> None:
        with self._lock:
            self._live()
            self._named.update(one for one in self._flushed if one.parent == path)

    def cut(self) -> None:
        """Have no power any more: only what is on the disk is left, and nothing works."""
        with self._lock:
            self._is_off = True
            for path, size in self._flushed.items():
                if not path.exists():
                    continue
                if path not in self._named:
                    path.unlink()
                    continue
                kept = min(size, self._spoilt.get(path, size))
                os.truncate(path, kept)


def model_cuts(
    folder: Path, count: int, seed: int, wrap: Wrap = lambda disk: disk
) -> dict[str, int]:
    """Cut the power of a modelled disk so many times, now and then after a flush that failed."""
    draw, found = random.Random(seed), Counter[str]()
    for number in range(count):
        place = folder / str(number)
        found += _one_cut(place, draw, wrap)
        shutil.rmtree(place, ignore_errors=True)
    return dict(found)


def _one_cut(folder: Path, draw: random.Random, wrap: Wrap) -> Counter[str]:
    found, disk = Counter(cuts=1), CachedDisk()
    journal = journal_in(folder, SystemClock(), SETTINGS, disk=wrap(disk))
    journal.start()
    durable = tick = 0
    fails_at = draw.choice([0, 0, 3, 6])
    for batch in range(draw.randrange(1, 12)):
        begins = [opening(f"r{batch}")] if batch % 4 == 0 else []
        disk.fail_next_sync = disk.fail_next_sync or batch + 1 == fails_at
        journal.append([*begins, *(a_tick(tick + n, f"r{batch // 4 * 4}") for n in range(3))])
        tick += 3
        if draw.random() < 0.7:
            _wait_for_flush(journal)
        status = journal.status()
        if status.lag_ms == 0 and not status.reason:
            durable = tick
        journal.tend()
    doubted = disk.fail_next_sync is False and fails_at > 0
    disk.cut()
    journal.stop()
    recover(folder)
    ticks = set()
    for path in folder.rglob("*.jsonl"):
        try:
            ticks |= {e.tick for e in read_journal(path).events if isinstance(e, PriceTicked)}
        except RecordingUnreadable:
            continue
    missing = set(range(durable)) - ticks
    stated = _doubts_stated(folder) if doubted else 0
    found["durable"] += durable
    found["broken_promises"] += max(0, len(missing) - stated)
    found["doubts"] += stated
    return found


def _doubts_stated(folder: Path) -> int:
    """Return how many records the files themselves call doubtful."""
    count = 0
    for path in folder.rglob("*.jsonl"):
        for place in read_journal(path).damage:
            words = place.what.split()
            if "may not have reached" in place.what:
                count += int(words[3]) - int(words[1]) + 1
    return count


def _wait_for_flush(journal: object) -> None:
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        status = journal.status()  # type: ignore[attr-defined]
        if status.lag_ms == 0 and not status.reason:
            return
        journal.tend()  # type: ignore[attr-defined]
        time.sleep(0.001)
