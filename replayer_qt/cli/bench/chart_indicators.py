"""Measures frames of a chart with five indicators on a million candles, beside one without."""

import time
from typing import Final

import numpy as np

from replayer_qt.cli.bench import chart_motion
from replayer_qt.cli.bench.chart_stage import ChartStage, application, by_turns
from replayer_qt.cli.bench.result import Result
from replayer_qt.ui.chart.track_styles import all_shown

MANY: Final = 1_000_000
FEW: Final = 1_000
FRAME_MS: Final = 16.0
FIVE: Final = "sma:20@blue;ema:12@amber;bollinger:20,2@violet;rsi:14@blue;atr:14,5@pink"

MARKS: Final = 1_000

_FRAMES: Final = 150
_DIFFER: Final = "a million candles in sight have longer strokes: more pixels, the same work"


def measure() -> list[Result]:
    """Return what frames cost with five indicators; times are of one thread's processor.

    There must be an application already.
    """
    app = application()
    plain, dressed = ChartStage(app, MANY), ChartStage(app, MANY, FIVE)
    few = ChartStage(app, FEW, FIVE)
    results = []
    for words, act in (
        ("new candle", ChartStage.tick), ("pan", ChartStage.pan),
        ("all in sight, zoom", ChartStage.zoom),
    ):  # fmt: skip
        if act is ChartStage.zoom:
            for stage in (plain, dressed, few):
                stage.chart.show_all()
        bare, with_five, with_few = by_turns((plain, dressed, few), act, _FRAMES)
        middle = float(np.median(with_five))
        results.append(
            Result(
                name=f"frame with five indicators on 1,000,000 candles, {words}: p99",
                value=float(np.percentile(with_five, 99)),
                unit="ms",
                budget=FRAME_MS,
                note=f"median {middle:.2f} ms, without them {float(np.median(bare)):.2f} ms",
            )
        )
        results.append(
            Result(
                name=f"frame with five indicators, {words}: 1,000,000 candles against 1,000",
                value=middle / float(np.median(with_few)),
                unit="x",
                budget=None if act is ChartStage.zoom else 1.3,
                note=_DIFFER if act is ChartStage.zoom else "",
            )
        )
    few.close()
    results += _dressed(dressed)
    dressed.close()
    results.append(_adding(plain))
    plain.close()
    return results


def _dressed(stage: ChartStage) -> list[Result]:
    """What frames cost with the indicators and a thousand marks, near by and from afar."""
    stage.chart.follow()
    stage.chart.show_all()
    results: list[Result] = []  # bounded: some figures
    for seen, factor in (("all in sight", 1.0), ("newest in sight", 1e9)):
        stage.chart.zoom(factor)
        if factor > 1.0:
            stage.chart.zoom(0.01)  # a pixel a candle
        plan = stage.chart.plan
        wide = plan.room.plot_width * plan.per // plan.step
        stage.mark(MARKS, max(stage.count - wide, 0))
        for words, act in (("new candle", ChartStage.tick), ("pan", ChartStage.pan)):
            stage.chart.follow()
            (taken,) = by_turns((stage,), act, _FRAMES)
            results.append(
                Result(
                    name=f"frame with five indicators and {MARKS:,} marks on 1,000,000 candles,"
                    f" {seen}, {words}: p99",
                    value=float(np.percentile(taken, 99)),
                    unit="ms",
                    budget=FRAME_MS,
                    note=f"median {float(np.median(taken)):.2f} ms",
                )
            )
        results += chart_motion.measure(stage, seen)
        stage.chart.show_all()
    return results


def _adding(stage: ChartStage) -> Result:
    """What the longest frame takes while five are added to a million ticks."""
    stage.chart.show_all()
    stage.settle()
    taken = []
    began = time.thread_time()
    stage.studies.show(all_shown(FIVE))
    for _ in range(3 * MANY // FEW):
        stage.app.processEvents()
        taken.append(time.thread_time() - began)
        if all(study.complete for study in stage.studies.studies):
            break
        began = time.thread_time()
    return Result(
        name="adding five indicators to 1,000,000 ticks: longest frame",
        value=1e3 * max(taken),
        unit="ms",
        budget=FRAME_MS,
        note=f"{len(taken)} frames, {1e3 * sum(taken):.0f} ms in all",
    )
