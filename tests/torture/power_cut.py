"""Cuts the power of a file system under a writer and prints what its recording holds, as JSON.

Needs Linux, root, ext4 and a loop device; forks, so it is a process of its own:
`python -m tests.torture.power_cut FOLDER CUTS SEED`.
"""

import contextlib
import fcntl
import itertools
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.raw import read_raw
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.errors import DataDirUnusable, RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.program_events import Recording as JournalState
from replayer_qt.core.program_events import RecordingChanged
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND
from tests.helpers.clock import SteppedClock
from tests.helpers.journals import until
from tests.torture.journal_checks import a_message, a_tick, opening, price_of

SHUT_DOWN = 0x8004587D
WITHOUT_FLUSHING_THE_LOG = 2
SETTINGS = RecorderSettings(warn_free_mb=2, stop_free_mb=1)
TICKS = 5
"""Ticks of one batch."""
BATCHES_A_ROUND = 25
BATCHES_MOST = 4_000
ROUNDING_NS = 1_000


class Claims:
    """What the writer said, kept where a kill cannot undo it, with when each batch was taken."""

    def __init__(self) -> None:
        self._kept = memoryview(mmap.mmap(-1, 8 * (2 + BATCHES_MOST))).cast("Q")

    def __getitem__(self, place: int) -> int:
        return self._kept[place]

    def __setitem__(self, place: int, count: int) -> None:
        self._kept[place] = count

    def take(self, batch: int) -> None:
        """Note that a batch was acknowledged just now."""
        self[2 + batch] = time.monotonic_ns()
        self[0] = batch + 1

    def call_durable(self, told: RecordingChanged) -> None:
        """Note which batches the journal calls durable: those before its oldest doubt."""
        acknowledged = self[0]
        since = told.mono - round(told.lag_ms * NANOS_PER_MILLISECOND) - ROUNDING_NS
        while self[1] < acknowledged and (told.lag_ms == 0 or self[2 + self[1]] <= since):
            self[1] += 1


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "loop", image, folder], check=True, timeout=20)  # noqa: S603, S607
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True, timeout=20)  # noqa: S603, S607


def write(folder: Path, claims: Claims) -> None:
    """Write until there is no power any more."""
    journal = RecordingJournal(folder, SystemClock(), SETTINGS, "0.1", "s")
    journal.start()
    for batch in range(BATCHES_MOST):
        first, name = batch * TICKS, f"r{batch // BATCHES_A_ROUND}"
        begins = [opening(name)] if batch % BATCHES_A_ROUND == 0 else []
        message = a_message(batch, large=False)
        told = [a_tick(number, name) for number in range(first, first + TICKS)]
        journal.append([*begins, message, *told])
        claims.take(batch)
        claims.call_durable(journal.status())
        journal.tend()
        time.sleep(0.005)


def one_cut(image: Path, folder: Path, draw: random.Random) -> dict[str, int]:
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, timeout=20)  # noqa: S603, S607
    claims = Claims()
    with mounted(image, folder):
        child = os.fork()
        if child == 0:
            try:
                write(folder / "in", claims)
            finally:
                os._exit(1)
        deadline = time.monotonic() + 10
        while claims[1] == 0 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.6))
        acknowledged, durable, cut_at = claims[0], claims[1], time.monotonic_ns()
        whole = os.open(folder, os.O_RDONLY)
        fcntl.ioctl(whole, SHUT_DOWN, struct.pack("I", WITHOUT_FLUSHING_THE_LOG))
        os.close(whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with mounted(image, folder):
        recover(folder / "in")
        found = _what_is_there(folder)
    batches = found.pop("whole_batches")
    age = (cut_at - claims[2 + batches]) // NANOS_PER_MILLISECOND if batches < acknowledged else 0
    return {
        "acknowledged": acknowledged * TICKS,
        "durable": durable * TICKS,
        "broken_promises": max(0, durable - batches),
        "raw_broken": max(0, durable - found.pop("messages")),
        "worst_age_ms": max(0, age),
        **found,
    }


def _what_is_there(folder: Path) -> dict[str, int]:
    ticks: list[int] = []
    bad = wrong = messages = 0
    for path in sorted(folder.rglob("*.jsonl")):
        recording = read_journal(path)
        bad += recording.bad_lines
        prices = [told for told in recording.events if isinstance(told, PriceTicked)]
        ticks += [told.tick for told in prices]
        wrong += sum(told.price != price_of(told.tick) for told in prices)
    for path in folder.rglob("*.raw.zst"):
        with contextlib.suppress(RecordingUnreadable):  # cut before its first byte was flushed
            messages += sum(1 for _ in read_raw(path))
    whole = len(
        list(itertools.takewhile(lambda pair: pair[0] == pair[1], enumerate(sorted(ticks))))
    )
    return {
        "found": len(ticks),
        "doubled": len(ticks) - len(set(ticks)),
        "wrong": wrong,
        "bad_lines": bad,
        "messages": messages,
        "whole_batches": whole // TICKS,
    }


def cuts(folder: Path, count: int, seed: int) -> dict[str, int]:
    """Cut the power so many times, and return what was found, added up; the worst age as it is."""
    draw = random.Random(seed)
    image, place = folder / "image", folder / "mounted"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    totals: Counter[str] = Counter()
    ages: list[int] = []
    for _ in range(count):
        found = one_cut(image, place, draw)
        ages.append(found.pop("worst_age_ms"))
        totals.update(found)
    return {"cuts": count, **totals, "worst_age_ms": max(ages), "median_age_ms": int(median(ages))}


def try_lock_of(folder: Path) -> bool:
    """Return whether another writer would be let into a folder."""
    rival = FolderLock(folder)
    try:
        rival.acquire()
    except DataDirUnusable:
        return False
    rival.release()
    return True


def removed(folder: Path) -> dict[str, int]:
    """Take the disk away under a recorder, and bring it back: what is lost is counted exactly."""
    image, place = folder / "image", folder / "mounted"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, timeout=20)  # noqa: S603, S607
    clock, found = SteppedClock(), Counter[str]()
    with mounted(image, place):
        (place / "in").mkdir()
        journal = RecordingJournal(place / "in", clock, SETTINGS, "0.1", "s")
        journal.start()
        journal.append([opening("r0"), *(a_tick(n, "r0") for n in range(40))])
        clock.pass_s(0.1)
        until(lambda: journal.status().lag_ms == 0)
        whole = os.open(place, os.O_RDONLY)
        fcntl.ioctl(whole, SHUT_DOWN, struct.pack("I", WITHOUT_FLUSHING_THE_LOG))
        os.close(whole)
        for first in range(40, 200, 10):
            journal.append([a_tick(n, "r0") for n in range(first, first + 10)])
            clock.pass_s(1.1)
            journal.tend()
        found["faulted"] += journal.status().state is JournalState.FAULTED
        subprocess.run(["umount", "-l", place], check=True, timeout=20)  # noqa: S603, S607
        back = image.with_name("back")  # a drive that is put in again is another device
        back.write_bytes(image.read_bytes())
        subprocess.run(["mount", "-o", "loop", back, place], check=True, timeout=20)  # noqa: S603, S607
        clock.pass_s(2.1)
        journal.tend()
        found["resumed"] += journal.status().state is JournalState.ON
        found["locked_anew"] += not try_lock_of(place / "in")
        journal.append([a_tick(n, "r0") for n in range(200, 210)])
        lost = journal.status().lost
        journal.stop()
        there = _what_is_there(place)
    found["missing"] += 210 - there["found"]
    found["uncounted"] += max(0, 210 - there["found"] - lost)
    found["doubled"] += there["doubled"]
    found["bad_lines"] += there["bad_lines"]
    return dict(found)


if __name__ == "__main__":
    done = cuts(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(done) + "\n")
