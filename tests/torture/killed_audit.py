"""Kills a program that writes its audit trail, and prints what the trail holds, as JSON.

Run as a process of its own, for it forks: `python -m tests.torture.killed_audit FOLDER KILLS SEED`.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from replayer_qt.adapters.audit.format import files_in
from replayer_qt.adapters.audit.reader import counting_lines
from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.audit.writer import AuditFiles
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.core.audit_chain import Run
from tests.helpers.audits import decided, filled, sent


def flood(folder: Path, run: int, acknowledged: int, draw: random.Random) -> None:
    """Write until killed; each name goes through the pipe when its lines are durable."""
    trail = AuditFiles(
        folder, SystemClock(), run=Run(app_version="0.1.0", run_id=f"run-{run}", profile="p")
    )
    number = 0
    while True:
        count = draw.choice([1, 1, 1, 5, 50])
        names = [f"{run}/{number + n}" for n in range(count)]
        number += count
        now = SystemClock().now()
        trail.append(
            [one for name in names for one in (*decided(name, now), sent(name), filled(name, now))]
        )
        os.write(acknowledged, b"".join(name.encode() + b"\n" for name in names))
        if draw.random() < 0.1:
            trail.tend()


def one_kill(folder: Path, run: int, draw: random.Random) -> list[str]:
    """Return the names that were acknowledged before the kill."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            flood(folder, run, writer, draw)
        finally:
            os._exit(1)
    os.close(writer)
    told = b""
    goal = 0 if draw.random() < 0.15 else draw.randrange(1, 2_000)
    deadline = time.monotonic() + 5
    while len(told) < goal and time.monotonic() < deadline:
        told += os.read(reader, 65_536)
    time.sleep(draw.random() * 0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reader, 65_536):
        told += piece
    os.close(reader)
    return [name.decode() for name in told.split(b"\n")[:-1]]


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill one trail's writers one after the other; all its files are one chain in the end."""
    draw = random.Random(seed)
    acknowledged: list[str] = []
    damaged = torn = 0
    for run in range(kills):
        acknowledged += one_kill(folder, run, draw)
        if run % 10 == 0 and folder.exists():
            damaged += verify_trail(folder).damaged
    report = verify_trail(folder)
    torn = sum(found.left > 0 for found in report.files)
    records = [json.loads(line) for line in counting_lines(files_in(folder))]
    fills = [r["correlation_id"] for r in records if r["event"] == "OrderFilled"]
    kept = set(fills)
    sys.stdout.write(
        json.dumps(
            {
                "kills": kills,
                "acknowledged": len(acknowledged),
                "lost": sum(name not in kept for name in acknowledged),
                "doubled": len(fills) - len(kept),
                "damaged": damaged + report.damaged,
                "records": report.records,
                "files": len(report.files),
                "torn": torn,
                "in_order": [r["seq"] for r in records] == list(range(1, len(records) + 1)),
                "ids": len({r["event_id"] for r in records}) == len(records),
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
