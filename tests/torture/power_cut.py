"""Cuts the power of a file system under a writer and prints what its recording holds, as JSON.

Needs Linux, root, ext4 and a loop device; forks, so it is a process of its own:
`python -m tests.torture.power_cut FOLDER CUTS SEED`.
"""

import fcntl
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.settings import RecorderSettings
from tests.helpers.faulty_disk import path_of
from tests.helpers.journals import ticks

SHUT_DOWN = 0x8004587D
WITHOUT_FLUSHING_THE_LOG = 2
SETTINGS = RecorderSettings(warn_free_mb=2, stop_free_mb=1, keep_raw=False)


class Promises:
    """Counts that a kill cannot undo: ticks acknowledged, and ticks promised to be durable."""

    def __init__(self) -> None:
        self._kept = mmap.mmap(-1, 16)

    def __getitem__(self, place: int) -> int:
        return int(struct.unpack_from("<Q", self._kept, place * 8)[0])

    def __setitem__(self, place: int, count: int) -> None:
        struct.pack_into("<Q", self._kept, place * 8, count)


class Watched(RealDisk):
    """Notes what is durable once a flush of the recording returned."""

    def __init__(self, promises: Promises) -> None:
        super().__init__()
        self._promises = promises

    def sync(self, fd: int) -> None:
        before = self._promises[0]
        super().sync(fd)
        if path_of(fd).suffix == ".jsonl":
            self._promises[1] = max(before, self._promises[1])


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "loop", image, folder], check=True, timeout=20)  # noqa: S603, S607
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True, timeout=20)  # noqa: S603, S607


def write(folder: Path, promises: Promises) -> None:
    """Write until there is no power any more."""
    journal = RecordingJournal(folder, SystemClock(), SETTINGS, "0.1", "s", disk=Watched(promises))
    journal.start()
    number = 0
    while True:
        journal.append(ticks(number, number + 5))
        number += 5
        promises[0] = number
        time.sleep(0.005)


def one_cut(image: Path, folder: Path, draw: random.Random) -> dict[str, int]:
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, timeout=20)  # noqa: S603, S607
    promises = Promises()
    with mounted(image, folder):
        child = os.fork()
        if child == 0:
            try:
                write(folder / "in", promises)
            finally:
                os._exit(1)
        deadline = time.monotonic() + 10
        while promises[1] == 0 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.6))
        acknowledged, durable = promises[0], promises[1]
        whole = os.open(folder, os.O_RDONLY)
        fcntl.ioctl(whole, SHUT_DOWN, struct.pack("I", WITHOUT_FLUSHING_THE_LOG))
        os.close(whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with mounted(image, folder):
        recover(folder / "in")
        found: list[int] = []
        bad = 0
        for path in sorted(folder.rglob("*.jsonl")):
            recording = read_journal(path)
            bad += recording.bad_lines
            found += [told.tick for told in recording.events if isinstance(told, PriceTicked)]
    return {
        "acknowledged": acknowledged,
        "durable": durable,
        "found": len(found),
        "broken_promises": max(0, durable - len(found)),
        "not_in_order": int(found != list(range(len(found)))),
        "bad_lines": bad,
    }


def main(folder: Path, cuts: int, seed: int) -> None:
    draw = random.Random(seed)
    image, place = folder / "image", folder / "mounted"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    totals: dict[str, int] = {}
    for _ in range(cuts):
        for name, count in one_cut(image, place, draw).items():
            totals[name] = totals.get(name, 0) + count
    sys.stdout.write(json.dumps({"cuts": cuts, **totals}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
