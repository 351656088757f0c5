"""The whole program in a process of its own, live on the practice exchange and recording."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec
import psutil

from replayer_qt.adapters.display import choose_platform

SETTLE_S: Final = 6.0
"""Start, import and connect: not what a window costs that stands there [s]."""

_END_S: Final = 30.0
_ROOT: Final = Path(__file__).parents[3]
_SCRIPT: Final = "import sys; from replayer_qt.cli.entry import main; sys.exit(main(sys.argv[1:]))"


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """What the program took while nobody touched it.

    Attributes:
        process: its share of a core, the exchange's own process not counted.
        rss_mib: its resident memory at the end [MiB].
        threads: its operating system's threads.
        ticks: ticks that it received, by its own word.
        errors: errors it told of, by its own word.
    """

    process: float
    rss_mib: float
    threads: int
    ticks: int
    errors: int


def run(seconds: float) -> Idle | None:
    """Return what it took in so many seconds after it settled; None if it did not run."""
    with tempfile.TemporaryDirectory(prefix="replayer-live-") as folder:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and script
            [sys.executable, "-c", _SCRIPT, *_arguments(folder, seconds)],
            env=_environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _watch(child, seconds)
        finally:
            if child.poll() is None:
                child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.communicate(timeout=_END_S)
            if child.poll() is None:
                child.kill()
                child.communicate()


def _watch(child: "subprocess.Popen[bytes]", seconds: float) -> Idle | None:
    try:
        time.sleep(SETTLE_S)
        watched = psutil.Process(child.pid)
        before, began = watched.cpu_times(), time.perf_counter()
        time.sleep(seconds)
        after, took = watched.cpu_times(), time.perf_counter() - began
        resident, threads = watched.memory_info().rss, watched.num_threads()
        told, _ = child.communicate(timeout=_END_S)
        summary = msgspec.json.decode(told.splitlines()[-1])
    except (psutil.Error, subprocess.TimeoutExpired, msgspec.DecodeError, IndexError):
        return None
    spent = after.user + after.system - before.user - before.system
    return Idle(
        process=spent / took,
        rss_mib=resident / 2**20,
        threads=threads,
        ticks=summary["ticks_received"],
        errors=summary["errors"],
    )


def _arguments(folder: str, seconds: float) -> list[str]:
    end = f"{SETTLE_S + seconds + 3:g}"
    return ["--venue", "practice", "--data-dir", folder, "--exit-after", end]


def _environ() -> dict[str, str]:
    environ = dict(os.environ, PYTHONPATH=str(_ROOT))
    choose_platform(environ)
    return environ
