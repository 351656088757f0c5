"""Makes and reads journals for tests."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.events import PriceTicked, RawReceived
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import PRACTICE, RoundId
from tests.helpers.clock import SteppedClock
from tests.helpers.make import event, ticked

SETTINGS = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1, retry_s=2.0)


def journal_in(folder: Path, clock: Any = None, settings: Any = SETTINGS, **fields: Any) -> Any:
    """Return a journal that is not started yet."""
    return RecordingJournal(folder, clock or SteppedClock(), settings, "0.1", "s1", **fields)


def files_in(folder: Path) -> list[Path]:
    """Return the recordings, oldest first."""
    return sorted(folder.rglob("*.jsonl"), key=lambda path: path.name)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return what is in a file, line by line, by a plain JSON parser."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def ticks_in(folder: Path) -> list[int]:
    """Return the positions of all prices that can be read back, in order."""
    return [
        event.tick
        for path in files_in(folder)
        for event in read_journal(path).events
        if isinstance(event, PriceTicked)
    ]


def ticks(first: int, last: int, name: str = "20261121-0123456789abcdef") -> list[Any]:
    """Return the prices of a round from `first` up to, but without, `last`."""
    return [ticked(tick, 1.0 + tick / 1000, round_id=RoundId(name)) for tick in range(first, last)]


def raw(data: bytes, at: int = 0) -> Any:
    """Return a message as it came."""
    return event(RawReceived, at, data=data, stream=PRACTICE)


def until(claim: Callable[[], bool], journal: Any = None, *, turns: int = 2000) -> None:
    """Wait for something that another thread does; tends the journal meanwhile."""
    pause = threading.Event()
    for _ in range(turns):
        if claim():
            return
        if journal is not None:
            journal.tend()
        pause.wait(0.005)
    raise AssertionError("it never came true")


def open_handles() -> int:
    """Return how many files this process has open."""
    process = psutil.Process()
    return process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
