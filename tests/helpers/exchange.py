"""Runs the practice exchange for a test, as a process of its own, and works its switches."""

import contextlib
import json
import select
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_S = 20.0
STOP_S = 5.0


class RunningExchange:
    """A practice exchange in another process.

    `url` is where clients connect; `process` is its Popen.
    """

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.ready = ready
        self.url: str = ready["url"]
        self.control: str = ready["control"]
        self.token: str = ready["token"]
        self.seed: int = ready["seed"]

    def fault(self, name: str, **members: Any) -> None:
        """Switch a fault on; see `replayer_qt.practice.faults` for names and members."""
        self.ask("POST", "/fault", {"fault": name, **members})

    def clear(self) -> None:
        """Switch every fault off."""
        self.ask("POST", "/clear")

    def speed(self, speed: float) -> None:
        """Let its time run faster or slower."""
        self.ask("POST", "/speed", {"speed": speed})

    def status(self) -> dict[str, Any]:
        """Return what goes on: clients, rounds, round_id, tick, sent, faults ..."""
        return self.ask("GET", "/status")

    def rounds(self) -> list[dict[str, Any]]:
        """Return the finished rounds: round_id, seed, seed_hash, rug_tick, prices."""
        found: list[dict[str, Any]] = self.ask("GET", "/rounds")["rounds"]
        return found

    def accounts(self) -> dict[str, dict[str, Any]]:
        """Return the accounts of its clients with what was carried out for them, by token."""
        found: list[dict[str, Any]] = self.ask("GET", "/accounts")["accounts"]
        return {account["token"]: account for account in found}

    def ask(self, verb: str, path: str, body: Any = None) -> dict[str, Any]:
        """Make one request of the control channel."""
        request = urllib.request.Request(  # noqa: S310
            self.control + path,
            method=verb,
            data=json.dumps(body or {}).encode() if verb == "POST" else None,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            told: dict[str, Any] = json.loads(answer.read())
            return told


@contextlib.contextmanager
def practice_exchange(
    seed: int = 1, speed: float = 1.0, rounds: int | None = None, *more: str
) -> Iterator[RunningExchange]:
    """Start `app.py practice` with this seed and speed, and end it afterwards.

    It ends with the test's process, too, however that ends. `more` are further arguments of the
    command, such as `"--era", "E3"`.
    """
    command = [sys.executable, "app.py", "practice", "--json", "--parent"]
    command += ["--seed", str(seed), "--speed", str(speed), *more]
    if rounds is not None:
        command += ["--rounds", str(rounds)]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        heard, _, _ = select.select([process.stdout], [], [], START_S)
        assert heard, f"the practice exchange said nothing for {START_S} s"
        line = process.stdout.readline()
        assert line, f"the practice exchange ended with {process.wait(STOP_S)}"
        yield RunningExchange(process, json.loads(line))
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
