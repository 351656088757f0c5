"""Makes each call on the disk fail in turn: in this process, and by the kernel in a child."""

import errno
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.journal.disk import Disk
from replayer_qt.adapters.journal.format import read_header
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event, PhaseChanged, PriceTicked
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import RoundId
from tests.helpers.clock import SteppedClock
from tests.helpers.faulty_disk import CALLS, FaultyDisk
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import event
from tests.torture.journal_checks import (
    Promises,
    a_message,
    a_tick,
    judge_repair,
    opening,
    snapshot,
)

TICKS: Final = 24
CODES: Final = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EMFILE": errno.EMFILE}
WRITER_CALLS: Final = ("write", "fdatasync", "fsync", "openat", "mkdir", "unlink")
REPAIR_CALLS: Final = ("write", "fdatasync", "fsync", "openat", "rename", "ftruncate", "unlink")

Make = Callable[..., Any]


def record_some(folder: Path, disk: Disk | None = None, make: Make = journal_in) -> int:
    """Record two short rounds with all the time in the world, and return what is called lost."""
    clock = SteppedClock()
    journal = make(folder, clock, disk=disk)
    journal.start()
    for number in range(0, TICKS, 4):
        name = f"r{number // 12}"
        begins: list[Event] = [opening(name)] if number % 12 == 0 else []
        if number % 12 == 4:
            begins.append(event(PhaseChanged, round_id=RoundId(name), phase=Phase.ACTIVE))
        told = [a_tick(n, name) for n in range(number, number + 4)]
        journal.append([*begins, a_message(number, large=False), *told])
        clock.pass_s(2.1)
        journal.tend()
    journal.stop()
    return int(journal.status().lost)


def judge(folder: Path, lost: int, *, lasting: bool) -> Counter[str]:
    """Return what is wrong: a tick that is neither there nor counted, or there twice."""
    found = Counter(cases=1)
    ticks: list[int] = []
    recover(folder)
    for path in sorted(files_in(folder), key=_segment):
        try:
            recording = read_journal(path)
        except RecordingUnreadable:
            found["unreadable"] += 1
            continue
        found["bad_lines"] += recording.bad_lines
        ticks += [told.tick for told in recording.events if isinstance(told, PriceTicked)]
    missing = TICKS - len(set(ticks))
    found["missing"] += missing
    found["uncounted"] += max(0, missing - lost)
    found["doubled"] += len(ticks) - len(set(ticks))
    found["lost_for_one_error"] += 0 if lasting else missing
    found["out_of_order"] += ticks != sorted(ticks)
    return found


def _segment(path: Path) -> int:
    """Files of one moment are told apart by their headers, not by their names."""
    try:
        with path.open("rb") as file:
            return read_header(file.readline().rstrip(b"\n")).segment
    except msgspec.MsgspecError:
        return 0


def in_process(
    folder: Path, make: Make = journal_in, codes: Iterable[str] = tuple(CODES)
) -> dict[str, int]:
    """Fail the k-th call of each kind, once and from there on, with each error, for every k."""
    found: Counter[str] = Counter()
    healthy = FaultyDisk()
    record_some(folder / "healthy", healthy, make)
    for name in codes:
        for lasting in (False, True):
            for number in range(1, healthy.calls + 1):
                place = folder / f"{name}-{lasting}-{number}"
                fault = {"fail_from" if lasting else "fail_at": number}
                disk = FaultyDisk(error=CODES[name], only=CALLS, **fault)
                lost = record_some(place, disk, make)
                found["left_open"] += len(disk.open)
                found += judge(place, lost, lasting=lasting)
                shutil.rmtree(place, ignore_errors=True)
    return dict(found)


def traced(work: Callable[[], int], call: str, code: str, when: str) -> int | None:
    """Do `work` in a child in which the kernel fails a call; None if the child did not survive."""
    result = Promises()
    go_on, release = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.read(go_on, 1)
            result["ticks"] = work()
            result["batches"] = 1
        finally:
            os._exit(0)
    inject = f"inject={call}:error={code}:when={when}"
    command = ["strace", "-f", "-p", str(child), "-o", os.devnull]
    command += ["-e", f"trace={call}", "-e", inject]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603  # it stays attached
    try:
        assert tracer.stderr is not None
        attached = b"attached" in tracer.stderr.readline()
        os.write(release, b"x")
        _wait(child)
    finally:
        tracer.kill()
        tracer.communicate(timeout=10)
        os.close(go_on)
        os.close(release)
    done, lost = result["batches"], result["ticks"]
    result.close()
    if not attached:
        raise RuntimeError("the child could not be traced")
    return lost if done else None


def _wait(child: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def by_kernel(folder: Path, most: int) -> dict[str, int]:
    """Have the kernel fail the k-th call of a real child for k up to `most`."""
    found: Counter[str] = Counter()
    for call, code, number, lasting in _cases(WRITER_CALLS, most):
        place = folder / f"w-{call}-{code}-{number}-{lasting}"
        when = f"{number}{'+' if lasting else ''}"
        lost = traced(lambda: record_some(place), call, code, when)  # noqa: B023  # used at once
        found["crashed"] += lost is None
        if place.exists():
            found += judge(place, lost or 0, lasting=lasting)
        shutil.rmtree(place, ignore_errors=True)
    for call, code, number, lasting in _cases(REPAIR_CALLS, most):
        place = folder / f"r-{call}-{code}-{number}-{lasting}"
        record_some(place)
        _tear(place)
        before = snapshot(place)
        when = f"{number}{'+' if lasting else ''}"
        traced(lambda: len(recover(place)), call, code, when)  # noqa: B023  # used at once
        recover(place)
        found["repairs"] += 1
        found += judge_repair(before)
        found += judge(place, 0, lasting=False)
        shutil.rmtree(place, ignore_errors=True)
    return dict(found)


def _cases(calls: tuple[str, ...], most: int) -> Iterator[tuple[str, str, int, bool]]:
    for call in calls:
        for code in CODES:
            for number in range(1, most + 1):
                for lasting in (False, True):
                    yield call, code, number, lasting


def _tear(folder: Path) -> None:
    """Take the end of each file away, as a kill does, and leave half a line."""
    for path in files_in(folder):
        data = path.read_bytes()
        path.write_bytes(data[: data.rindex(b'{"_f"')] + b'{"seq":99,"ev":"Pri')
