"""What recording costs: on the feed's thread, on the recorder's, and in bytes."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QMetaObject, Qt

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.raw import RawPacker
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.events import PriceTicked, RawReceived
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from replayer_qt.runtime.outlet import Outlet
from replayer_qt.runtime.recorder_worker import RecorderWorker

_ROUND: Final = RoundId("20260101-0123456789abcdef")
_SETTINGS: Final = RecorderSettings(warn_free_mb=2, stop_free_mb=1)
_TICKS: Final = 60_000
_BATCH: Final = 100
_PLAYERS: Final = 100
_MESSAGES: Final = 400


def measure() -> list[Result]:
    """Return the figures; writes some 100 MB to the temporary folder, and removes them."""
    ticks = [_tick(number) for number in range(_TICKS)]
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as name:
        folder = Path(name)
        return [
            *_written(folder / "written", ticks),
            _singly(folder / "singly", ticks[:20_000]),
            _handed_over(folder / "handed", ticks),
            *_raw(),
        ]


def _tick(number: int) -> PriceTicked:
    at = Nanos(1_760_000_000_000_000_000 + number * 250_000_000)
    return PriceTicked(
        at=at,
        mono=Nanos(number * 250_000_000),
        stream=PRACTICE,
        round_id=_ROUND,
        tick=number,
        price=1.0 + number / 7919,
        trade_count=number // 3,
    )


def _journal(folder: Path) -> RecordingJournal:
    return RecordingJournal(folder, SystemClock(), _SETTINGS, "bench", "bench")


def _batches(ticks: Sequence[PriceTicked]) -> list[Sequence[PriceTicked]]:
    return [ticks[first : first + _BATCH] for first in range(0, len(ticks), _BATCH)]


def _written(folder: Path, ticks: Sequence[PriceTicked]) -> list[Result]:
    journal = _journal(folder)
    journal.start()
    lags, began = [], time.perf_counter()
    for batch in _batches(ticks):
        journal.append(batch)
        lags.append(journal.status().lag_ms)
    spent = time.perf_counter() - began
    journal.stop()
    path = next(folder.rglob("*.jsonl"))
    began = time.perf_counter()
    count = len(read_journal(path).events)
    reading = time.perf_counter() - began
    return [
        Result(
            name="recording: write path, batches of 100, durability on",
            value=len(ticks) / spent,
            unit="ticks/s",
            budget=100_000,
            at_least=True,
        ),
        Result(
            name="recording: age of the oldest record not durable, at most",
            value=max(lags),
            unit="ms",
            note="under that flood; 200 ms and one flush of the disk are what is promised",
        ),
        Result(name="recording: read back and checked", value=count / reading, unit="ticks/s"),
    ]


def _singly(folder: Path, ticks: Sequence[PriceTicked]) -> Result:
    journal = _journal(folder)
    journal.start()
    began = time.perf_counter()
    for tick in ticks:
        journal.append((tick,))
    spent = time.perf_counter() - began
    journal.stop()
    return Result(
        name="recording: write path, one by one", value=len(ticks) / spent, unit="ticks/s"
    )


def _handed_over(folder: Path, ticks: Sequence[PriceTicked]) -> Result:
    """Post at 10,000 ticks a second to a recorder that writes; only the feed's own time counts."""
    app = QCoreApplication.instance() or QCoreApplication([])
    worker = RecorderWorker(_journal(folder))
    outlet = Outlet("recorder", raw=True)
    outlet.arrived.connect(worker.append, Qt.ConnectionType.QueuedConnection)
    worker.start()
    QMetaObject.invokeMethod(worker, "begin", Qt.ConnectionType.QueuedConnection)
    spent: list[float] = []

    def feed() -> None:
        for batch in _batches(ticks[:20_000]):
            began = time.thread_time_ns()
            outlet.post(batch)
            spent.append((time.thread_time_ns() - began) / len(batch) / 1000)
            time.sleep(0.01)

    thread = threading.Thread(target=feed, name="bench-feed")
    thread.start()
    thread.join()
    worker.stop()
    app.processEvents()
    return Result(
        name="recording: hand-over on the feed's thread, 10,000 ticks/s",
        value=statistics.median(spent),
        unit="µs/tick",
        budget=2.0,
    )


def _message(number: int) -> dict[str, object]:
    """A message of the venue's size: some 8 kB, of which little changes from one to the next."""
    leaders = [
        {"id": f"did:{place:032x}", "username": f"player{place}", "pnl": number / (place + 3)}
        for place in range(_PLAYERS)
    ]
    return {"gameId": _ROUND, "tickCount": number, "price": number / 7, "leaderboard": leaders}


def _raw() -> list[Result]:
    said = [_message(number) for number in range(_MESSAGES)]
    began = time.perf_counter()
    texts = [json.dumps(message).encode() for message in said]
    dumping = time.perf_counter() - began
    events = [RawReceived(at=Nanos(0), mono=Nanos(0), stream=PRACTICE, data=t) for t in texts]
    packer = RawPacker()
    began = time.perf_counter()
    packed = sum(len(packer.pack(event)) for event in events)
    packing = time.perf_counter() - began
    return [
        Result(
            name="recording: pack a message as it came, against one json.dumps of it",
            value=packing / dumping,
            unit="x",
            budget=1.0,
            note=f"{packing / _MESSAGES * 1e6:.0f} µs a message of {len(texts[0])} bytes",
        ),
        Result(
            name="recording: size of a message as it came, packed",
            value=packed / _MESSAGES,
            unit="B",
        ),
    ]
