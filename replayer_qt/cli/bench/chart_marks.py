"""Measures what stands over the candles: marks, trades of others, drawings; and the overview."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtWidgets import QApplication

from replayer_qt.cli.bench.chart_stage import SIZE, ChartStage, application, by_turns, timed
from replayer_qt.cli.bench.result import Result
from replayer_qt.ui.chart.overview import HEIGHT, Overview
from replayer_qt.ui.theme import DARK, LIGHT

MANY: Final = 1_000_000
MARKS: Final = 1_000
DRAWINGS: Final = 20
ADDED_MS: Final = 0.5
OVERVIEW_MS: Final = 8.0

_FRAMES: Final = 150
_REDRAWS: Final = 12
_ACTS: Final[tuple[tuple[str, Callable[[ChartStage], None]], ...]] = (
    ("new candle", ChartStage.tick),
    ("pan", ChartStage.pan),
    ("zoom", ChartStage.zoom),
)


def measure() -> list[Result]:
    """Return what they add to a frame; times are of one thread's processor.

    There must be an application already.
    """
    app = application()
    plain, marked, drawn = (ChartStage(app, MANY) for _ in range(3))
    for stage in (plain, marked, drawn):
        stage.chart.zoom(0.1)  # a pixel a candle
    wide = plain.chart.plan.room.plot_width
    marked.mark(MARKS, MANY - wide)
    drawn.draw(DRAWINGS)
    results: list[Result] = []  # bounded: some figures
    for words, act in _ACTS:
        bare, with_marks, with_drawings = (
            float(np.median(taken)) for taken in by_turns((plain, marked, drawn), act, _FRAMES)
        )
        note = f"{bare:.2f} ms without them"
        results.append(
            Result(
                name=f"what {MARKS:,} marks add to a frame, {words}",
                value=max(with_marks - bare, 0.0), unit="ms", budget=ADDED_MS, note=note,
            )
        )  # fmt: skip
        results.append(
            Result(
                name=f"what {DRAWINGS} drawings add to a frame, {words}",
                value=max(with_drawings - bare, 0.0), unit="ms", note=note,
                budget=None if act is ChartStage.zoom else ADDED_MS,
            )
        )  # fmt: skip
    results.append(_trading(marked))
    results += [_overview(app, plain, replayed=replayed) for replayed in (False, True)]
    for stage in (plain, marked, drawn):
        stage.close()
    return results


def _trading(stage: ChartStage) -> Result:
    """What it costs that in each frame somebody trades."""
    stage.chart.follow()
    quiet, busy = np.empty(_FRAMES), np.empty(_FRAMES)
    for frame in range(_FRAMES):
        quiet[frame] = timed(stage, ChartStage.tick)
        busy[frame] = timed(stage, ChartStage.tick_with_trade)
    middle = float(np.median(quiet))
    return Result(
        name="what a trade of another player adds to each frame, new candle",
        value=max(float(np.median(busy)) - middle, 0.0),
        unit="ms",
        budget=ADDED_MS,
        note=f"{middle:.2f} ms without it",
    )


def _overview(app: QApplication, stage: ChartStage, *, replayed: bool) -> Result:
    """What it costs to draw all of the overview anew; a replay's tells what lies ahead as well."""
    strip = Overview()
    strip.resize(SIZE[0], HEIGHT)
    strip.show_plan(stage.chart.plan)
    strip.show()
    strip.show_frame(stage.shaped() if replayed else stage.advance)
    app.processEvents()
    taken = []
    for redraw in range(_REDRAWS):
        strip.set_theme((LIGHT, DARK)[redraw % 2])
        began = time.thread_time()
        app.processEvents()
        taken.append(1e3 * (time.thread_time() - began))
    strip.hide()
    strip.deleteLater()
    return Result(
        name=f"overview of {MANY:,} ticks drawn anew{', in a replay' if replayed else ''}",
        value=float(np.median(taken)),
        unit="ms",
        budget=OVERVIEW_MS,
    )
