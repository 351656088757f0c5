"""Recordings: loading them to columns against reading their bytes, and replay at full speed."""

import asyncio
import json
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.adapters.library.columns_store import ColumnFile
from replayer_qt.adapters.library.indexing import index_file, load_columns
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.cli.bench.opening import opening
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.commands import Play, SetSpeed
from replayer_qt.core.events import (
    Event,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.fairness import generate
from replayer_qt.core.library import FileEntry
from replayer_qt.core.phase import Phase
from replayer_qt.core.recording import Recording
from replayer_qt.core.replay_events import ReplayMoved
from replayer_qt.core.settings import RecorderSettings, ReplaySettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos, RoundId, StreamId
from replayer_qt.engine.engine import Engine

LOADING_BUDGET: Final = 8.0
AGAIN_BUDGET: Final = 1.0
OPENING_BUDGET: Final = 50.0
REPLAY_BUDGET: Final = 1_000_000.0

_FILES: Final = 120
_WAITING: Final = 150
_LONG: Final = 10_000
_TYPICAL: Final = 1_300
_REPLAYED: Final = 1_000_000
_RUNS: Final = 7
_STREAM: Final = StreamId("replay/1")
_BEGUN: Final = datetime(2025, 10, 31, 12, tzinfo=UTC)


def measure() -> list[Result]:
    """Make recordings in a temporary folder, load them, and replay a million ticks."""
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as name:
        folder = Path(name)
        foreign = write_foreign(folder / "foreign")
        own = write_own(folder / "own")
        return [
            *_loading("foreign tick recordings", foreign, folder / "foreign.sqlite"),
            *_loading("journals", own, folder / "own.sqlite"),
            *_opening(folder),
            _replaying(),
        ]


def _loading(what: str, files: Sequence[Path], place: Path) -> list[Result]:
    """Load files to columns, first from themselves and then from the store; and as events."""
    entries = [index_file(path) for path in files]
    store = ColumnFile(place)
    for one in entries:
        store.put(one.file, one.columns)
    reading, first, again, events = alternately(
        lambda: [path.read_bytes() for path in files],
        lambda: [load_columns(one.file, _Nothing()) for one in entries],
        lambda: [load_columns(one.file, store) for one in entries],
        lambda: [open_recording(path, _STREAM) for path in files],
    )
    store.close()
    size = sum(path.stat().st_size for path in files) / 1e6
    note = f"{len(files)} files, {size:.1f} MB, bytes alone {reading * 1e3:.1f} ms"
    return [
        Result(
            name=f"load + decode {what}, first time / read the bytes",
            value=first / reading,
            unit="x",
            budget=LOADING_BUDGET,
            note=f"{note}: {first * 1e3:.0f} ms",
        ),
        Result(
            name=f"load + decode {what}, second time / read the bytes",
            value=again / reading,
            unit="x",
            budget=AGAIN_BUDGET,
            note=f"{note}: {again * 1e3:.1f} ms, the store {place.stat().st_size / 1e6:.2f} MB",
        ),
        Result(
            name=f"load {what} as events, to be replayed / read the bytes",
            value=events / reading,
            unit="x",
            note=f"{events * 1e3:.0f} ms",
        ),
    ]


def _opening(folder: Path) -> list[Result]:
    """One round of a file of its own, as a person who opens it for the first time waits for it."""
    results: list[Result] = []
    painted: dict[str, tuple[Path, RoundId]] = {}
    for ticks in (_TYPICAL, _LONG):
        place = folder / f"{ticks}"
        place.mkdir()
        prices = tuple(1.0 + number % 977 / 977 for number in range(ticks))
        (path,) = write_journals(place, [_own_events(0, prices)])
        painted[f"a round of {ticks:,} ticks"] = path, _name(0)
        results.append(_to_columns(path, ticks))
    (folder / "window").mkdir()
    return [*results, *opening(folder / "window", painted)]


def _to_columns(path: Path, ticks: int) -> Result:
    found = index_file(path)
    store = ColumnFile(path.with_name("columns.sqlite"))
    store.put(found.file, found.columns)
    first, again = alternately(
        lambda: load_columns(found.file, _Nothing()), lambda: load_columns(found.file, store)
    )
    store.close()
    return Result(
        name=f"open a round of {ticks:,} ticks to columns, first time",
        value=first * 1e3,
        unit="ms",
        budget=OPENING_BUDGET,
        note=f"second time {again * 1e3:.2f} ms",
    )


class _Nothing:
    """A store that keeps nothing: each time is the first."""

    def get(self, file: FileEntry) -> None: ...

    def put(self, file: FileEntry, rounds: Sequence[RoundColumns]) -> None: ...

    def forget(self, paths: Sequence[str]) -> None: ...

    def close(self) -> None: ...


def alternately(*works: Callable[[], object]) -> list[float]:
    """Return the shortest of some runs of each, by turns [s of the processor].

    All of it is work of this process alone, and others that share the machine do not count.
    """
    took = [math.inf] * len(works)
    for _ in range(_RUNS):
        for number, work in enumerate(works):
            began = time.process_time()
            work()
            took[number] = min(took[number], time.process_time() - began)
    return took


def _prices(number: int) -> tuple[float, ...]:
    return generate(f"{number:064x}", _name(number))


def _name(number: int) -> RoundId:
    return RoundId(f"20251031-{number:016x}")


def write_foreign(folder: Path) -> list[Path]:
    """Write tick recordings in another program's shape, and return them."""
    folder.mkdir()
    files = []
    for number in range(_FILES):
        path = folder / f"game_{number:04}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in _foreign_rows(number)))
        files.append(path)
    return files


def _foreign_rows(number: int) -> list[dict[str, object]]:
    at = _BEGUN.replace(tzinfo=None)
    rows: list[dict[str, object]] = []
    prices = _prices(number)
    steps = [(100 * (_WAITING - n), None) for n in range(_WAITING)] + [(0, p) for p in prices]
    for count, (timer, price) in enumerate(steps):
        tick = count - _WAITING
        at += timedelta(microseconds=100_211 if price is None else 250_367)
        rows.append(
            {
                "type": "tick",
                "timestamp": at.isoformat(timespec="microseconds"),
                "game_id": _name(number),
                "tick": max(0, tick),
                "price": 1.0 if price is None else price,
                "phase": "PRESALE" if price is None else "ACTIVE_GAMEPLAY",
                "active": price is not None,
                "rugged": tick == len(prices) - 1,
                "cooldown_timer": timer,
                "trade_count": 0 if price is None else 40 + tick,
            }
        )
    return rows


def write_own(folder: Path) -> list[Path]:
    """Write journals of generated rounds, one each, and return them."""
    return write_journals(folder, [_own_events(number) for number in range(_FILES)])


def write_journals(folder: Path, rounds: Sequence[Sequence[Event]]) -> list[Path]:
    """Record what happened in some rounds, and return the journals."""
    journal = RecordingJournal(
        folder, SystemClock(), RecorderSettings(), app_version="bench", session="bench"
    )
    journal.start()
    for events in rounds:
        journal.append(events)
    journal.stop()
    return sorted(folder.rglob("*.jsonl"))


def _own_events(number: int, told: Sequence[float] = ()) -> list[Event]:
    name, ms = _name(number), NANOS_PER_MILLISECOND
    start = number * 200_000 * ms + 1_761_900_000_000_000_000
    events: list[Event] = [_made(RoundOpened, start, name)]
    events.append(_made(PhaseChanged, start, name, phase=Phase.PRESALE))
    for count in range(_WAITING):
        left = 100 * (_WAITING - count)
        events.append(_made(TimerTicked, start + count * 100 * ms, name, remaining_ms=left))
    prices = told or _prices(number)
    for tick, price in enumerate(prices):
        at = start + (15_000 + tick * 250) * ms
        events.append(_made(PriceTicked, at, name, tick=tick, price=price, trade_count=tick))
    events.append(_made(RoundRugged, at, name, tick=len(prices) - 1, price=prices[-1]))
    return events


def _made(kind: Callable[..., Event], at: int, name: RoundId, **fields: object) -> Event:
    moment = Nanos(at)
    return kind(at=moment, mono=moment, stream=_STREAM, round_id=name, **fields)


def _replaying() -> Result:
    recording = Recording(
        path="generated",
        format="A",
        events=(
            _made(RoundOpened, 0, _name(0)),
            *(
                _made(PriceTicked, tick, _name(0), tick=tick, price=1 + tick % 977 / 977)
                for tick in range(_REPLAYED)
            ),
        ),
        lines=_REPLAYED,
    )
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        took = runner.run(_replay(recording))
    return Result(
        name="replay at full speed through the engine",
        value=_REPLAYED / took,
        unit="ticks/s",
        budget=REPLAY_BUDGET,
        at_least=True,
    )


def at_full_speed(recording: Recording, stream: StreamId = _STREAM) -> ReplayFeed:
    """Return a feed that plays a recording, which was read already, as fast as it can."""
    feed = ReplayFeed(
        [Path(recording.path)],
        stream,
        SystemClock(),
        ReplaySettings(skip_to_activation=False),
        find=list,
        read=lambda _path, _stream: recording,
    )
    feed.steer(SetSpeed(speed=math.inf))
    return feed


async def _replay(recording: Recording) -> float:
    feed = at_full_speed(recording)
    engine = Engine()
    began = 0.0
    async for event in feed.events():
        engine.handle((event,))
        if isinstance(event, ReplayMoved):
            if feed.finished:
                break
            if not began:
                began = time.perf_counter()
                feed.steer(Play())
    return time.perf_counter() - began
