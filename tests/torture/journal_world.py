"""Small disks that fill up, clocks that are set, and rivals for one folder."""

import contextlib
import errno
import os
import random
import shutil
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.format import read_footer
from replayer_qt.adapters.journal.layout import BALLAST
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import BALLAST_BYTES
from replayer_qt.core.events import PhaseChanged, PriceTicked
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.units import RoundId
from tests.helpers.clock import SteppedClock
from tests.helpers.journals import files_in, journal_in, until
from tests.helpers.make import event
from tests.torture.journal_calls import Make
from tests.torture.journal_checks import Promises, Reader, a_message, a_tick, opening
from tests.torture.journal_kills import in_child

YEAR_S: Final = 365.25 * 86_400
_BALLAST_AND_MORE: Final = 1_400


class Unaware(RealDisk):
    """Is never told how little space is left, so that the kernel has to say it."""

    def free(self, path: Path) -> int:
        return 10**12


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Mount a file system of this size; needs Linux and root."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder]
    subprocess.run(mount, check=True, timeout=20)  # noqa: S603
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True, timeout=20)  # noqa: S603, S607


def full(folder: Path, count: int, seed: int, make: Make = journal_in) -> dict[str, int]:
    """Fill small disks of random size under a recording, then make room: nothing may be lost."""
    draw, found = random.Random(seed), Counter[str]()
    for number in range(count):
        place = folder / str(number)
        with small_disk(place, draw.randrange(_BALLAST_AND_MORE, 4_000)):
            found += _fill(place, draw, make)
    return dict(found)


def _fill(folder: Path, draw: random.Random, make: Make) -> Counter[str]:
    found, clock = Counter(disks=1), SteppedClock()
    journal = make(folder / "in", clock, disk=Unaware())
    (folder / "foreign").write_bytes(bytes(64 * 1024))
    journal.start()
    tick = 0

    def record_until(state: Recording, most: int) -> int:
        at = tick
        for _ in range(most):
            name = f"r{at // 500}"
            begins = [opening(name)] if at % 500 == 0 else []
            told = [a_tick(n, name) for n in range(at, at + 20)]
            journal.append([*begins, a_message(at, large=draw.random() < 0.1), *told])
            at += 20
            if journal.status().state is state:
                break
        return at

    tick = record_until(Recording.DISK_FULL, 4_000)
    found["filled"] += journal.status().state is Recording.DISK_FULL
    full_files = [path.read_bytes() for path in files_in(folder)]
    found["torn"] += sum(not data.endswith(b"\n") for data in full_files)
    found["without_a_word"] += not any(_ends_full(data) for data in full_files)
    shutil.rmtree(folder / "foreign", ignore_errors=True)
    (folder / "foreign").unlink(missing_ok=True)
    subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True, timeout=20)  # noqa: S603, S607
    clock.pass_s(2.1)
    journal.tend()
    found["stays_paused"] += journal.status().state is not Recording.ON
    tick = record_until(Recording.OFF, 3)
    journal.stop()
    ticks = _ticks_in(folder)
    found["acknowledged"] += tick
    found["lost"] += max(0, tick - len(set(ticks)) - int(journal.status().lost))
    found["spilled"] += tick - len(set(ticks))
    found["doubled"] += len(ticks) - len(set(ticks))
    return found


def _ends_full(data: bytes) -> bool:
    last = data.rstrip(b"\n").rpartition(b"\n")[2]
    return last.startswith(b'{"_f"') and read_footer(last).end == "full"


def _ticks_in(folder: Path) -> list[int]:
    told = [event for path in files_in(folder) for event in read_journal(path).events]
    return [event.tick for event in told if isinstance(event, PriceTicked)]


class Crowded(RealDisk):
    """Has room for so many bytes and its ballast; what is removed of the ballast is room again."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room + BALLAST_BYTES

    def take(self, count: int) -> None:
        """Have so much less room, as if somebody else wrote."""
        self._room -= count

    def write(self, fd: int, data: bytes | memoryview) -> int:
        taken = min(len(data), self._room)
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._room -= taken
        return super().write(fd, data[:taken])

    def remove(self, path: Path) -> None:
        if path.name == BALLAST and path.exists():
            self._room += BALLAST_BYTES
        super().remove(path)


def crowded(folder: Path, count: int, seed: int, make: Make = journal_in) -> dict[str, int]:
    """Let the last free byte go in the middle of a record: each file still says how it ended."""
    draw, found = random.Random(seed), Counter[str]()
    for number in range(count):
        disk = Crowded(draw.randrange(2_000, 6_000))
        journal = make(folder / str(number), SteppedClock(), disk=disk)
        journal.start()
        if not (folder / str(number) / BALLAST).exists():
            disk.take(BALLAST_BYTES)
        tick = 0
        while journal.status().state is Recording.ON:
            journal.append([a_tick(tick, "r0")])
            tick += 1
        (path,) = files_in(folder / str(number))
        found["filled"] += 1
        found["without_a_word"] += not _ends_full(path.read_bytes())
        journal.stop()
        found["uncounted"] += tick - journal.status().lost - len(_ticks_in(folder / str(number)))
    return dict(found)


def starved(folder: Path, make: Make = journal_in) -> dict[str, int]:
    """Take every descriptor of a child that records: its next rounds still get their files."""
    import resource  # Windows has none

    result = Promises()

    def work() -> None:
        journal = make(folder, SystemClock())
        journal.start()
        journal.append([opening("r0"), a_tick(0, "r0")])
        before = _files_open()
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        hogs = []
        with contextlib.suppress(OSError):
            while True:
                hogs.append(os.open(os.devnull, os.O_RDONLY))
        for number in range(1, 4):
            name = f"r{number}"
            active = event(PhaseChanged, round_id=RoundId(name), phase=Phase.ACTIVE)
            journal.append([opening(name), active, a_tick(number, name)])
            result["batches"] += journal.status().state is not Recording.ON
            with contextlib.suppress(AssertionError):  # the flusher closes what is over
                until(lambda: _files_open() <= before, turns=600)
        for hog in hogs:
            os.close(hog)
        journal.stop()
        result["ticks"] = 4
        os._exit(0)

    in_child(work, lambda: until(lambda: result["ticks"] == 4))
    ticks, files = _ticks_in(folder), len(files_in(folder))
    found = {
        "rounds": 4,
        "without_a_file": 4 - files,
        "paused": result["batches"],
        "lost": 4 - len(set(ticks)),
        "doubled": len(ticks) - len(set(ticks)),
    }
    result.close()
    return found


def _files_open() -> int:
    """Count without opening anything: there is no descriptor left to list them by."""
    count = 0
    for fd in range(64):
        with contextlib.suppress(OSError):
            count += stat.S_ISREG(os.fstat(fd).st_mode)
    return count


def clocks(folder: Path, count: int, seed: int, read: Reader = read_journal) -> dict[str, int]:
    """Set the wall clock by up to ten years so many times: order and counts stay right."""
    draw, clock, found = random.Random(seed), SteppedClock(), Counter[str]()
    journal = journal_in(folder, clock)
    journal.start()
    for number in range(count):
        clock.jump_wall_s(draw.uniform(-10, 10) * YEAR_S if number else 0)
        name = f"r{number // 4}"
        begins = [_now(opening(name), clock)] if number % 4 == 0 else []
        journal.append([*begins, _now(a_tick(number, name), clock)])
        clock.pass_s(draw.uniform(0.1, 3))
        journal.tend()
    journal.stop()
    for path in files_in(folder):
        recording = read(path)
        ticks = [told.tick for told in recording.events if isinstance(told, PriceTicked)]
        found["ticks"] += len(ticks)
        found["out_of_order"] += ticks != sorted(ticks)
        found["bad_lines"] += recording.bad_lines
        found["jumps_told"] += sum("clock was set" in place.what for place in recording.damage)
    found["jumps"], found["lost"] = count - 1, count - found["ticks"]
    return dict(found)


def _now(told: Any, clock: SteppedClock) -> Any:
    return type(told)(
        **{
            **{name: getattr(told, name) for name in told.__struct_fields__},
            "at": clock.now(),
            "mono": clock.monotonic(),
        }
    )


def rivals(folder: Path, count: int, make: Make = journal_in) -> dict[str, int]:
    """Have a second writer for a folder that a child writes; then kill the child, and try again."""
    found: Counter[str] = Counter()
    for number in range(count):
        place, holder = folder / str(number), Promises()

        def hold(place: Path = place, holder: Promises = holder) -> None:
            journal = make(place, SteppedClock())
            journal.start()
            journal.append([opening("first"), a_tick(1, "first")])
            holder["ticks"] = os.getpid()
            while True:
                os.sched_yield()

        def rival(place: Path = place, holder: Promises = holder) -> None:
            while not holder["ticks"]:
                os.sched_yield()
            second = make(place, SteppedClock())
            second.start()
            status = second.status()
            found["admitted"] += status.state is Recording.ON
            found["unnamed"] += f"process {holder['ticks']} " not in status.reason
            second.stop()

        in_child(hold, rival)
        after = make(place, SteppedClock())
        after.start()
        found["locked_out"] += after.status().state is not Recording.ON
        after.stop()
        found["rivals"] += 1
        holder.close()
    return dict(found)
