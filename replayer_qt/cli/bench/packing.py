"""Packed recordings: how small they get, how quickly they open, and how quickly a tick is found."""

import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from replayer_qt.adapters.journal.sealed import tick_at
from replayer_qt.adapters.journal.sealed_format import facts_of
from replayer_qt.adapters.journal.sealed_packing import pack_bytes
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.cli.bench.loading import alternately, write_foreign, write_journals, write_own
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.events import Event, PriceTicked, RoundOpened
from replayer_qt.core.units import Nanos, RoundId, StreamId

SMALLER_BUDGET: Final = 8.0
OPENING_BUDGET: Final = 1.3
TICK_BUDGET: Final = 5.0

_LONG: Final = 100_000
_LOOKS: Final = 300
_STREAM: Final = StreamId("replay/1")


def measure() -> list[Result]:
    """Make recordings in a temporary folder, pack them, open them, and look for ticks."""
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as name:
        folder = Path(name)
        foreign = write_foreign(folder / "foreign")
        own = write_own(folder / "own")
        return [
            *_packing("foreign tick recordings", foreign, SMALLER_BUDGET),
            *_packing("journals", own, None),
            _finding(folder / "long"),
        ]


def _packing(what: str, files: Sequence[Path], budget: float | None) -> list[Result]:
    began = time.process_time()
    packed = [_packed(path) for path in files]
    took = time.process_time() - began
    before = sum(path.stat().st_size for path in files)
    after = sum(path.stat().st_size for path in packed)
    plain_s, packed_s = alternately(
        lambda: [open_recording(path, _STREAM) for path in files],
        lambda: [open_recording(path, _STREAM) for path in packed],
    )
    return [
        Result(
            name=f"packed {what}: how many times smaller",
            value=before / after,
            unit="x",
            budget=budget,
            at_least=True,
            note=f"{len(files)} files, {before / 1e6:.1f} MB, told and packed in {took:.1f} s",
        ),
        Result(
            name=f"open packed {what} / plain ones",
            value=packed_s / plain_s,
            unit="x",
            budget=OPENING_BUDGET,
            note=f"{packed_s * 1e3:.0f} ms and {plain_s * 1e3:.0f} ms",
        ),
    ]


def _packed(path: Path) -> Path:
    target = path.with_name(f"{path.name}.zst")
    found = index_file(path)
    pack_bytes(path.read_bytes(), target, facts_of(found.file, found.rounds))
    return target


def _finding(folder: Path) -> Result:
    (path,) = write_journals(folder, [_long_round()])
    packed = _packed(path)
    draw = random.Random(1)  # noqa: S311  # which ticks are looked for is no secret
    took: list[float] = []
    for tick in draw.sample(range(_LONG), _LOOKS):
        began = time.process_time()
        tick_at(packed, None, tick)
        took.append(time.process_time() - began)
    return Result(
        name=f"one tick of a packed journal of {_LONG:,} ticks",
        value=sorted(took)[-_LOOKS // 100] * 1e3,
        unit="ms",
        budget=TICK_BUDGET,
        note=f"p99; median {median(took) * 1e3:.2f} ms, {path.stat().st_size / 1e6:.0f} MB plain",
    )


def _long_round() -> list[Event]:
    name = RoundId("20261121-0000000000000001")
    at = Nanos(0)
    ticks = [
        PriceTicked(
            at=at,
            mono=at,
            stream=_STREAM,
            round_id=name,
            tick=tick,
            price=1.0 + tick % 977 / 977,
        )
        for tick in range(_LONG)
    ]
    return [RoundOpened(at=at, mono=at, stream=_STREAM, round_id=name), *ticks]
