"""Kills writers and recoveries at random moments: each round of it is one folder's short life."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.mending import Finding
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.events import Event
from replayer_qt.core.settings import RecorderSettings
from tests.torture.journal_checks import (
    BROKEN,
    Promises,
    Reader,
    a_long_record,
    a_message,
    a_tick,
    judge,
    judge_repair,
    opening,
    snapshot,
)

SETTINGS: Final = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1)


class Flood(NamedTuple):
    """What is written: how large its records are, and after how many batches a round turns."""

    large: bool = False
    batches_a_round: tuple[int, int] = (2, 30)
    most: int = 120
    ticks_a_batch: tuple[int, ...] = (1, 1, 1, 10, 300)


SMALL: Final = Flood()
LARGE: Final = Flood(large=True, most=12)
ROUNDS: Final = Flood(batches_a_round=(1, 3), ticks_a_batch=(1, 2, 5))


class Journal(Protocol):
    """What is tortured: the real one, or a naive one that must be found out."""

    def start(self) -> None: ...

    def append(self, events: Sequence[Event]) -> None: ...


MakeJournal = Callable[[Path], Journal]
Recover = Callable[[Path], Sequence[Finding]]


def real_journal(folder: Path) -> Journal:
    """Return the journal of the program."""
    return RecordingJournal(folder, SystemClock(), SETTINGS, "0.1", "s")


def flood(journal: Journal, promises: Promises, draw: random.Random, kind: Flood) -> None:
    """Write until killed; what was acknowledged is counted where a kill cannot undo it."""
    journal.start()
    tick, raw, long = promises["next_tick"], promises["next_raw"], promises["next_long"]
    while True:
        name = f"r{tick}-{raw}"
        journal.append([opening(name)])
        for _ in range(draw.randrange(*kind.batches_a_round)):
            count = draw.choice(kind.ticks_a_batch)
            batch: list[Event] = [a_message(raw, large=kind.large)]
            batch += [a_tick(tick + n, name) for n in range(count)]
            with_long = draw.random() < (0.5 if kind.large else 0.1)
            if with_long:
                batch.append(a_long_record(long, name, large=kind.large))
            promises["next_tick"], promises["next_raw"] = tick + count, raw + 1
            promises["next_long"] = long + with_long
            journal.append(batch)
            tick, raw, long = tick + count, raw + 1, long + with_long
            promises["ticks"], promises["raws"], promises["longs"] = tick, raw, long
            promises["batches"] += 1


def in_child(work: Callable[[], Any], wait: Callable[[], None]) -> None:
    """Do something in a child of ours, wait, and kill the child wherever it is then."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    wait()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def one_life(
    folder: Path, draw: random.Random, kind: Flood, *, make: MakeJournal, mend: Recover,
    read: Reader = read_journal,
) -> Counter[str]:  # fmt: skip
    """Kill one to three writers of one folder, and some recoveries between; judge the rest."""
    promises, found = Promises(), Counter[str]()
    for _ in range(draw.choice([1, 1, 2, 3])):
        found["kills"] += 1
        _kill_a_writer(folder, promises, draw, kind, make)
        promises.end_life()
        before = snapshot(folder)
        for _ in range(draw.choice([0, 0, 0, 1, 2])):
            found["recoveries_killed"] += 1
            pause = draw.random() * 0.006
            in_child(lambda: mend(folder), lambda: time.sleep(pause))  # noqa: B023  # used at once
        findings = mend(folder)
        found["not_repaired"] += sum(finding.status != "repaired" for finding in findings)
        found["found_again"] += len(mend(folder))
        found += judge_repair(before)
    found += judge(folder, promises, large=kind.large, read=read)
    promises.close()
    return found


def _kill_a_writer(
    folder: Path, promises: Promises, draw: random.Random, kind: Flood, make: MakeJournal
) -> None:
    # Mostly in the middle of work, however slow the machine; sometimes while it is starting.
    more = 0 if draw.random() < 0.15 else draw.randrange(1, kind.most)
    goal, seed = promises["batches"] + more, draw.random()

    def wait() -> None:
        deadline = time.monotonic() + 10
        while promises["batches"] < goal and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(draw.random() * 0.01)

    def work() -> None:
        flood(make(folder), promises, random.Random(seed), kind)

    in_child(work, wait)


def kills(
    folder: Path, count: int, seed: int, kind: Flood = SMALL, *, at_most_s: float = 86_400.0,
    make: MakeJournal = real_journal, mend: Recover = recover, read: Reader = read_journal,
) -> dict[str, int]:  # fmt: skip
    """Kill `count` writers or a few more, or until time is over; return what was found."""
    end = time.monotonic() + at_most_s
    draw, totals, life = random.Random(seed), Counter[str](), 0
    while totals["kills"] < count and time.monotonic() < end:
        life += 1
        place = folder / f"life{life}"
        found = one_life(place, draw, kind, make=make, mend=mend, read=read)
        totals.update(found)
        if not any(found[name] for name in BROKEN):  # what broke a promise is kept to be looked at
            shutil.rmtree(place, ignore_errors=True)
    return dict(totals)
