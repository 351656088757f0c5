"""Kills writers at random moments and prints what their recordings hold, as JSON.

Run as a process of its own, for it forks:
`python -m tests.torture.killed_writer FOLDER KILLS SEED`.
"""

import json
import mmap
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.raw import read_raw
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.events import PriceTicked, RawReceived, RoundOpened
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import PRACTICE, Nanos, RoundId

SETTINGS = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1)


def tick(number: int, round_id: str) -> PriceTicked:
    return PriceTicked(
        at=Nanos(number),
        mono=Nanos(number),
        stream=PRACTICE,
        round_id=RoundId(round_id),
        tick=number,
        price=1 + number / 1000,
    )


def flood(folder: Path, acknowledged: mmap.mmap, draw: random.Random) -> None:
    """Write until killed; each acknowledged tick is counted where a kill cannot undo it."""
    journal = RecordingJournal(folder, SystemClock(), SETTINGS, "0.1", "s")
    journal.start()
    number, rounds = 0, 0
    while True:
        rounds += 1
        name = f"r{rounds}"
        opened = RoundOpened(at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=RoundId(name))
        journal.append([opened])
        for _ in range(draw.randrange(20, 60)):
            count = draw.choice([1, 1, 1, 10, 300])
            big = RawReceived(
                at=Nanos(number), mono=Nanos(0), stream=PRACTICE, data=draw.randbytes(3000)
            )
            journal.append([big, *(tick(number + n, name) for n in range(count))])
            number += count
            acknowledged[:8] = struct.pack("<Q", number)


def one_kill(folder: Path, draw: random.Random) -> dict[str, int]:
    acknowledged = mmap.mmap(-1, 8)
    child = os.fork()
    if child == 0:
        try:
            flood(folder, acknowledged, draw)
        finally:
            os._exit(1)
    # Mostly in the middle of work, however slow the machine; sometimes while it is starting.
    goal = 0 if draw.random() < 0.15 else draw.randrange(1, 4000)
    deadline = time.monotonic() + 10
    while struct.unpack("<Q", acknowledged[:8])[0] < goal and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(draw.random() * 0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    (acks,) = struct.unpack("<Q", acknowledged[:8])
    findings = recover(folder)
    ticks: list[int] = []
    bad = raws = damaged = 0
    for path in folder.rglob("*.jsonl"):
        recording = read_journal(path)
        bad += recording.bad_lines
        damaged += bool(recording.damage)
        ticks += [e.tick for e in recording.events if isinstance(e, PriceTicked)]
    for path in folder.rglob("*.raw.zst"):
        if path.stat().st_size > 3000:
            raws += sum(1 for _ in read_raw(path))
    seen = set(ticks)
    return {
        "acknowledged": acks,
        "lost": sum(number not in seen for number in range(acks)),
        "doubled": len(ticks) - len(seen),
        "torn": sum("torn record" in finding.what for finding in findings),
        "other": sum(finding.status != "repaired" for finding in findings),
        "found_again": len(recover(folder)),
        "bad_lines": bad,
        "damaged": damaged,
        "raw": raws,
    }


def main(folder: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    totals: dict[str, int] = {}
    for number in range(kills):
        for name, count in one_kill(folder / str(number), draw).items():
            totals[name] = totals.get(name, 0) + count
    sys.stdout.write(json.dumps({"kills": kills, **totals}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
