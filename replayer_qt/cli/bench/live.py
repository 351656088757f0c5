"""How the window keeps up with a feed: tick to pixel, gaps, load, losses, and the naive way."""

import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import qasync
from PySide6.QtWidgets import QApplication

from replayer_qt.adapters.display import choose_platform
from replayer_qt.cli.bench import live_app, live_naive, live_speed, live_stage
from replayer_qt.cli.bench.result import Result
from replayer_qt.main import TURN_S

RATES: Final = {4: 8.0, 100: 4.0, 200: 4.0, 1_000: 5.0, 10_000: 5.0}
"""Ticks a second, and for how long [s]."""

NAIVE_RATES: Final = {1_000: 5.0, 10_000: 0.5}
"""The same for the naive way, which at the higher rate takes far longer than it is fed."""

IDLE_S: Final = 12.0

SPEED_TICKS: Final = {1_300: 5, 1_000_000: 1}
"""Ticks of a round that is replayed at full speed, and how often; the middle one counts."""

_DELAY_P99_MS: Final = {4: 8.0, 100: 10.0, 200: 100.0, 1_000: 10.0, 10_000: 15.0}
_ROUND_MS: Final = 100.0
_SPEED: Final = 1_000_000.0
_FRAME_MS: Final = 1000 / 60
_DELAY_FRAMES: Final = {1_000: 2.0}
_FRAMES: Final = 30.0
_FROM_TICKS: Final = 100_000
"""A shorter round is over before there can be a frame rate."""

_GAP_MS: Final = {10_000: (33.0, 100.0)}
_PROCESS_PERCENT: Final = {200: 50.0}
_GUI_PERCENT: Final = 40.0
_IDLE_PERCENT: Final = 5.0
_IDLE_MIB: Final = 250.0


def measure() -> list[Result]:
    """Return tick to pixel, gaps, load and losses at each rate, beside the naive way's.

    "To pixel" ends when the window has painted and handed its pixels to the platform. Where there
    is no display it is drawn offscreen. Threads take turns as in the program, and what was loaded
    is out of the collector's sight as there.
    """
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    gc.freeze()
    try:
        with tempfile.TemporaryDirectory(prefix="replayer-live-") as folder:
            return _measure(Path(folder))
    finally:
        gc.unfreeze()
        sys.setswitchinterval(turn)


def _measure(folder: Path) -> list[Result]:
    choose_platform(os.environ)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        ours = {
            rate: runner.run(live_stage.run(rate, seconds, folder / f"{rate}"))
            for rate, seconds in RATES.items()
        }
        speeds = {
            ticks: [
                runner.run(live_speed.run(ticks, folder / f"speed-{ticks}-{turn}"))
                for turn in range(turns)
            ]
            for ticks, turns in SPEED_TICKS.items()
        }
        naive = {
            rate: runner.run(live_naive.run(rate, seconds)) for rate, seconds in NAIVE_RATES.items()
        }
    results: list[Result] = []  # bounded: some for each rate
    for rate, seen in ours.items():
        results += _of_rate(rate, seen)
    for ticks, runs in speeds.items():
        results += _of_speed(ticks, runs)
    for rate, other in naive.items():
        if rate in ours:
            results += _against(rate, ours[rate], other)
    if IDLE_S:
        results += _idle(live_app.run(IDLE_S))
    return results


def _of_rate(rate: int, seen: live_stage.Seen) -> list[Result]:
    at = f"live: {rate:,} ticks/s"
    p99_most, worst_most = _GAP_MS.get(rate, (None, None))
    worst = max(seen.delays_ms, default=0.0)
    p99 = _percentile(seen.delays_ms, 99)
    trouble = "" if seen.ended else "; feed or recorder did not end in time"
    in_frames = [
        Result(
            name=f"{at}, tick to pixel p99 in frames of 60 a second",
            value=None if p99 is None else p99 / _FRAME_MS,
            unit="frames",
            budget=_DELAY_FRAMES.get(rate),
        )
    ]
    return [
        Result(
            name=f"{at}, tick to pixel p50",
            value=_percentile(seen.delays_ms, 50),
            unit="ms",
            note=f"the feed's own loop is {seen.paced_ms:.2f} ms late{trouble}",
        ),
        Result(
            name=f"{at}, tick to pixel p99",
            value=p99,
            unit="ms",
            budget=_DELAY_P99_MS.get(rate),
            note=f"max {worst:.1f} ms, {len(seen.delays_ms):,} ticks",
        ),
        *(in_frames if rate in _DELAY_FRAMES else []),
        Result(name=f"{at}, GUI gap p50", value=_percentile(seen.gaps_ms, 50), unit="ms"),
        Result(
            name=f"{at}, GUI gap p99",
            value=_percentile(seen.gaps_ms, 99),
            unit="ms",
            budget=p99_most,
        ),
        Result(
            name=f"{at}, GUI gap max",
            value=_percentile(seen.gaps_ms, 100),
            unit="ms",
            budget=worst_most,
        ),
        Result(name=f"{at}, main thread busy", value=100 * seen.gui, unit="%", budget=_GUI_PERCENT),
        Result(
            name=f"{at}, processor, recorder and feed included",
            value=100 * seen.process,
            unit="% of a core",
            budget=_PROCESS_PERCENT.get(rate),
        ),
        Result(
            name=f"{at}, frames of the chart",
            value=seen.frames,
            unit="1/s",
            note=f"of all else {seen.rests:.1f}",
        ),
        Result(
            name=f"{at}, ticks lost on the way to state, disk or picture",
            value=float(_lost(seen)),
            unit="ticks",
            budget=0.0,
            note=f"{seen.sent:,} sent",
        ),
    ]


def _of_speed(ticks: int, runs: Sequence[live_speed.Played]) -> list[Result]:
    """Return what a round at full speed took, the middle one of its runs."""
    seen = sorted(runs, key=lambda each: each.painted_s)[len(runs) // 2]
    at = f"live: a round of {ticks:,} ticks at full speed, the chart live"
    right = all(each.ended and each.length == each.newest + 1 == ticks for each in runs)
    trouble = "" if right else "; it did not end with its last tick on the chart"
    if ticks < _FROM_TICKS:
        return [
            Result(
                name=f"{at}, until the state is at its last tick",
                value=seen.took_s * 1e3,
                unit="ms",
                budget=_ROUND_MS,
                note=f"painted after {seen.painted_s * 1e3:.1f} ms, "
                f"{seen.frames} frames meanwhile{trouble}",
            )
        ]
    return [
        Result(
            name=at,
            value=ticks / seen.painted_s,
            unit="ticks/s",
            budget=_SPEED,
            at_least=True,
            note=f"GUI gap at most {seen.gap_ms:.0f} ms{trouble}",
        ),
        Result(
            name=f"{at}, frames meanwhile",
            value=seen.frames / seen.painted_s,
            unit="1/s",
            budget=_FRAMES,
            at_least=True,
        ),
    ]


def _lost(seen: live_stage.Seen) -> int:
    return abs(seen.sent - seen.taken) + abs(seen.sent - seen.recorded) + seen.unlike


def _against(rate: int, ours: live_stage.Seen, naive: live_naive.Naive) -> list[Result]:
    p99, other = _percentile(ours.delays_ms, 99), _percentile(naive.delays_ms, 99)
    at = f"live: {rate:,} ticks/s, a signal a tick and setData, against ours"
    known = p99 is not None and other is not None
    return [
        Result(
            name=f"{at}, tick to pixel p99",
            value=other / p99 if p99 is not None and other is not None else None,
            unit="x",
            note=f"{other:.0f} ms against {p99:.1f} ms" if known else "nothing was painted",
        ),
        Result(
            name=f"{at}, main thread busy",
            value=naive.gui / ours.gui,
            unit="x",
            note=f"{100 * naive.gui:.0f} % against {100 * ours.gui:.0f} %, "
            f"its longest gap {naive.gap_ms:.0f} ms",
        ),
    ]


def _idle(idle: live_app.Idle | None) -> list[Result]:
    name = "live: the program on the practice exchange, recording, untouched"
    if idle is None:
        note = "the program did not run to its end"
        return [Result(name=f"{name}, processor", value=None, unit="% of a core", note=note)]
    return [
        Result(
            name=f"{name}, processor",
            value=100 * idle.process,
            unit="% of a core",
            budget=_IDLE_PERCENT,
            note=f"{idle.ticks} ticks, {idle.errors} errors, {idle.threads} threads",
        ),
        Result(name=f"{name}, memory", value=idle.rss_mib, unit="MiB", budget=_IDLE_MIB),
    ]


def _percentile(values: Sequence[float], share: float) -> float | None:
    return float(np.percentile(values, share)) if values else None
