"""How the window keeps up with a feed: tick to pixel, gaps, load, losses, and the naive way."""

import asyncio
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
from replayer_qt.cli.bench import live_app, live_naive, live_stage
from replayer_qt.cli.bench.result import Result

RATES: Final = {4: 8.0, 200: 4.0, 1_000: 5.0, 10_000: 5.0}
"""Ticks a second, and for how long [s]."""

NAIVE_RATES: Final = {1_000: 5.0, 10_000: 0.5}
"""The same for the naive way, which at the higher rate takes far longer than it is fed."""

IDLE_S: Final = 12.0

_FRAMES_2_MS: Final = 2000 / 60
_DELAY_P99_MS: Final = {200: 100.0, 1_000: _FRAMES_2_MS}
_GOAL_P99_MS: Final = {4: 8.0, 1_000: 10.0, 10_000: 15.0}
"""Where the time machine is to bring it; no budget yet."""

_GAP_MS: Final = {10_000: (33.0, 100.0)}
_PROCESS_PERCENT: Final = {200: 50.0}
_GUI_PERCENT: Final = 40.0
_IDLE_PERCENT: Final = 5.0
_IDLE_MIB: Final = 250.0


def measure() -> list[Result]:
    """Return tick to pixel, gaps, load and losses at each rate, beside the naive way's.

    "To pixel" ends when the window has painted and handed its pixels to the platform. Where there
    is no display it is drawn offscreen.
    """
    with tempfile.TemporaryDirectory(prefix="replayer-live-") as folder:
        return _measure(Path(folder))


def _measure(folder: Path) -> list[Result]:
    choose_platform(os.environ)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        ours = {
            rate: runner.run(live_stage.run(rate, seconds, folder / f"{rate}"))
            for rate, seconds in RATES.items()
        }
        naive = {
            rate: runner.run(live_naive.run(rate, seconds)) for rate, seconds in NAIVE_RATES.items()
        }
    results: list[Result] = []  # bounded: some for each rate
    for rate, seen in ours.items():
        results += _of_rate(rate, seen)
    for rate, other in naive.items():
        if rate in ours:
            results += _against(rate, ours[rate], other)
    if IDLE_S:
        results += _idle(live_app.run(IDLE_S))
    return results


def _of_rate(rate: int, seen: live_stage.Seen) -> list[Result]:
    at = f"live: {rate:,} ticks/s"
    p99_most, worst_most = _GAP_MS.get(rate, (None, None))
    goal = f", goal {_GOAL_P99_MS[rate]:g} ms" if rate in _GOAL_P99_MS else ""
    worst = max(seen.delays_ms, default=0.0)
    trouble = "" if seen.ended else "; feed or recorder did not end in time"
    return [
        Result(
            name=f"{at}, tick to pixel p50",
            value=_percentile(seen.delays_ms, 50),
            unit="ms",
            note=f"the feed's own loop is {seen.paced_ms:.2f} ms late{trouble}",
        ),
        Result(
            name=f"{at}, tick to pixel p99",
            value=_percentile(seen.delays_ms, 99),
            unit="ms",
            budget=_DELAY_P99_MS.get(rate),
            note=f"max {worst:.1f} ms, {len(seen.delays_ms):,} ticks{goal}",
        ),
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
        Result(name=f"{at}, frames", value=seen.frames, unit="1/s"),
        Result(
            name=f"{at}, ticks lost on the way to state, disk or picture",
            value=float(_lost(seen)),
            unit="ticks",
            budget=0.0,
            note=f"{seen.sent:,} sent",
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
