"""Pans and zooms a dressed chart of a million candles sixty times a second."""

import time
from typing import Final

import numpy as np

from replayer_qt.cli.bench.chart_stage import ChartStage
from replayer_qt.cli.bench.result import Result

RATE: Final = 60
FRAME_MS: Final = 16.0

_FRAMES: Final = 240
_TURN: Final = 40


def measure(stage: ChartStage, seen: str) -> list[Result]:
    """Return the longest frames of a hand that pans and zooms; times are of one thread's processor.

    Args:
        stage: a chart, with what stands on it.
        seen: how much of it is in sight, in words.
    """
    return [_moved(stage, seen, name) for name in ("pan", "zoom")]


def _moved(stage: ChartStage, seen: str, name: str) -> Result:
    taken, whole = np.empty(_FRAMES), np.empty(_FRAMES)
    began = due = time.perf_counter()
    for frame in range(_FRAMES):
        due += 1 / RATE
        time.sleep(max(due - time.perf_counter(), 0.0))
        started, clock = time.perf_counter(), time.thread_time()
        back = frame // _TURN % 2
        if name == "pan":
            stage.chart.pan(17 if back else -17)
        else:
            stage.chart.zoom(0.8 if back else 1.25)
        stage.app.processEvents()
        taken[frame] = 1e3 * (time.thread_time() - clock)
        whole[frame] = 1e3 * (time.perf_counter() - started)
    rate = _FRAMES / (time.perf_counter() - began)
    return Result(
        name=f"{name} at {RATE} frames a second, 1,000,000 candles, {seen}: p99",
        value=float(np.percentile(taken, 99)),
        unit="ms",
        budget=FRAME_MS,
        note=f"median {float(np.median(taken)):.2f} ms, by the wall's clock p99"
        f" {float(np.percentile(whole, 99)):.1f} ms at {rate:.0f} frames a second",
    )
