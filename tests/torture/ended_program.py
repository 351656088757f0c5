"""Ends the program at random moments, many times, and prints what it left, as JSON.

Loads the libraries once and forks, so it is a process of its own:
`python -m tests.torture.ended_program FOLDER URL WINDOWS RECORDERS SEED`, with the address of a
practice exchange.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import replayer_qt.adapters.feeds.rugs_socketio
import replayer_qt.cli.record
import replayer_qt.cli.window
import replayer_qt.main  # noqa: F401  # loaded here, once, and not in each child
from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.cli import entry
from replayer_qt.core.errors import DataDirUnusable

AT_ONCE = 4
DEADLINE_S = 20.0
LAST_WORD = "shutdown complete"


class Run:
    """One run of the program, in a child of this process."""

    def __init__(self, folder: Path, command: list[str], url: str, after_s: float) -> None:
        folder.mkdir()
        self.folder = folder
        self._due = time.monotonic() + after_s
        self._asked: float | None = None
        self.took_s = 0.0
        self.code: int | None = None
        arguments = [*command, "--venue", "practice", "--url", url]
        self.pid = os.fork()
        if self.pid == 0:
            self._become([*arguments, "--data-dir", str(folder / "data")])

    def _become(self, arguments: list[str]) -> None:
        said = os.open(self.folder / "said", os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = 99
        try:
            code = entry.main(arguments)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def look(self) -> bool:
        """Ask it to end when the time has come; return whether it has ended."""
        now = time.monotonic()
        if self._asked is None and now >= self._due:
            self._asked = now
            os.kill(self.pid, signal.SIGTERM)
        if self._asked is not None and now - self._asked > DEADLINE_S:
            os.kill(self.pid, signal.SIGKILL)
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.code = os.waitstatus_to_exitcode(status)
        self.took_s = now - (self._asked or now)
        return True


def judged(run: Run) -> list[str]:
    """Return what is wrong with what a run left."""
    wrong: list[str] = []
    said = (run.folder / "said").read_text("utf-8") if (run.folder / "said").exists() else ""
    wrong += [f"said {line}" for line in said.splitlines() if is_complaint(line)]
    data = run.folder / "data"
    if run.code not in {0, 130, -signal.SIGTERM}:
        wrong.append(f"ended with {run.code}: {said[-600:]}")
    if run.code in {0, 130}:
        logged = (data / "logs" / "replayer.log").read_text("utf-8").splitlines()
        wrong += [f"logged {line}" for line in logged if " ERROR " in line or " CRITICAL " in line]
        if not logged or not logged[-1].endswith(LAST_WORD):
            wrong.append(f"last words: {logged[-1:]}")
    if not data.exists():
        return wrong
    for folder in (data, data / "recordings"):
        if folder.is_dir():
            try:
                lock = FolderLock(folder)
                lock.acquire()
                lock.release()
            except DataDirUnusable as error:
                wrong.append(f"lock: {error}")
    if run.code in {0, 130}:
        wrong += [f"unfinished: {found.what}" for found in recover(data / "recordings")]
    if (data / "audit").is_dir():
        wrong += [f"audit: {found.what}" for found in verify_trail(data / "audit").damage]
    for path in (data / "recordings").rglob("*.jsonl"):
        recording = read_journal(path)
        if run.code in {0, 130} and recording.damage:
            wrong.append(f"{path.name}: {recording.damage[0]}")
    return wrong


def is_complaint(line: str) -> bool:
    return any(word in line for word in ("Traceback", "Error", "Warning", "ERROR", "CRITICAL"))


def main(folder: Path, url: str, windows: int, recorders: int, seed: int) -> None:
    draw = random.Random(seed)
    waiting = [[] for _ in range(windows)] + [["record"] for _ in range(recorders)]
    draw.shuffle(waiting)
    running: list[Run] = []
    ended: list[Run] = []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            number = len(waiting)
            after_s = draw.uniform(0, 1.5) ** 2 if draw.random() < 0.2 else draw.uniform(0.4, 1.5)
            running.append(Run(folder / str(number), waiting.pop(), url, after_s))
        done = [run for run in running if run.look()]
        running = [run for run in running if run not in done]
        ended += done
        time.sleep(0.005)
    wrong = [problem for run in ended for problem in judged(run)]
    told = {
        "runs": len(ended),
        "in_order": sum(run.code in {0, 130} for run in ended),
        "before_it_listened": sum(run.code == -signal.SIGTERM for run in ended),
        "slowest_s": round(max(run.took_s for run in ended), 2),
        "recordings": sum(1 for _ in folder.rglob("recordings/**/*.jsonl")),
        "wrong": wrong[:20],
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
