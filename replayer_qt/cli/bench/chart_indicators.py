"""Measures frames of a chart with five indicators on a million candles, beside one without."""

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from replayer_qt.cli.bench.result import Result
from replayer_qt.core.events import Event, PriceTicked, RoundOpened, TickBlock
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.studies import Studies
from replayer_qt.ui.chart.track_styles import all_shown

MANY: Final = 1_000_000
FEW: Final = 1_000
FRAME_MS: Final = 16.0
FIVE: Final = "sma:20@blue;ema:12@amber;bollinger:20,2@violet;rsi:14@blue;atr:14,5@pink"

_SIZE: Final = (1280, 800)
_FRAMES: Final = 150
_DIFFER: Final = "a million candles in sight have longer strokes: more pixels, the same work"
_ROUND: Final = RoundId("bench-indicators")
_APART_NS: Final = 250_000_000

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def measure() -> list[Result]:
    """Return what frames cost with five indicators; times are of one thread's processor.

    There must be an application already.
    """
    app = _application()
    plain, dressed = _Stage(app, MANY, ""), _Stage(app, MANY, FIVE)
    few = _Stage(app, FEW, FIVE)
    results = []
    for words, act in (
        ("new candle", _Stage.tick), ("pan", _Stage.pan), ("all in sight, zoom", _Stage.zoom)
    ):  # fmt: skip
        if act is _Stage.zoom:
            for stage in (plain, dressed, few):
                stage.chart.show_all()
        bare, with_five, with_few = _by_turns((plain, dressed, few), act)
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
                budget=None if act is _Stage.zoom else 1.3,
                note=_DIFFER if act is _Stage.zoom else "",
            )
        )
    results.append(_adding(app, plain))
    for stage in (plain, dressed, few):
        stage.close()
    return results


def _adding(app: QApplication, stage: "_Stage") -> Result:
    """What the longest frame takes while five are added to a million ticks."""
    taken = []
    began = time.thread_time()
    stage.studies.show(all_shown(FIVE))
    for _ in range(3 * MANY // FEW):
        app.processEvents()
        taken.append(time.thread_time() - began)
        if all(study.complete for study in stage.studies.studies):
            break
        began = time.thread_time()
    return Result(
        name="adding five indicators to 1,000,000 ticks: longest frame",
        value=1e3 * max(taken),
        unit="ms",
        budget=100.0,
        note=f"{len(taken)} frames, {1e3 * sum(taken):.0f} ms in all",
    )


class _Stage:
    """A chart with its indicators, and the engine whose state it shows."""

    def __init__(self, app: QApplication, count: int, indicators: str) -> None:
        self._app, self._engine, self._next = app, Engine(), count
        self._random = np.random.default_rng(count)
        self._sign = 1
        self._ground = QWidget()
        self.chart = PriceChart()
        self.studies = Studies(self.chart.extras, self._ground)
        column = QVBoxLayout(self._ground)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.studies.legend, self.chart, self.studies.pane):
            column.addWidget(widget)
        self.chart.planned.connect(self.studies.show_plan)
        self.studies.lagging.connect(self.chart.refresh)
        self.chart.set_ticks_per_candle(1)
        self._ground.resize(*_SIZE)
        self._ground.show()
        steps = np.random.default_rng(2).normal(0, 0.002, count)
        ticks = np.arange(count)
        self._price = float(np.exp(steps.sum()))
        self._feed(
            RoundOpened(at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=_ROUND),
            TickBlock(
                at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=_ROUND, ticks=ticks,
                prices=np.exp(np.cumsum(steps)), ats=ticks * _APART_NS,
            ),
        )  # fmt: skip
        self.studies.show(all_shown(indicators))
        while not all(study.complete for study in self.studies.studies):
            app.processEvents()
        app.processEvents()

    def tick(self) -> None:
        """Let the market tell a price."""
        at = Nanos(self._next * _APART_NS)
        self._price *= float(np.exp(self._random.normal(0, 0.0001)))
        self._feed(
            PriceTicked(
                at=at, mono=at, stream=PRACTICE, round_id=_ROUND, tick=self._next,
                price=self._price,
            )
        )  # fmt: skip
        self._next += 1

    def pan(self) -> None:
        """Look a few candles further left, later right."""
        self.chart.pan(-3 * self._sign)
        self._turn()

    def zoom(self) -> None:
        """Show fewer candles, then more."""
        self.chart.zoom(1.25 if self._sign > 0 else 0.8)
        self._turn()

    def close(self) -> None:
        """Put the window away."""
        self._ground.hide()
        self._ground.deleteLater()

    def _turn(self) -> None:
        self._sign = -self._sign

    def _feed(self, *events: Event) -> None:
        advance = self._engine.handle(events)
        state = replace(advance.state, shown=PRACTICE, live=PRACTICE)
        self.chart.show_frame(replace(advance, state=state))


def _by_turns(stages: tuple[_Stage, ...], act: Callable[[_Stage], None]) -> list[Floats]:
    """Return how long each stage's frames take [ms], with the painting that they cause."""
    app = _application()
    taken = np.empty((len(stages), _FRAMES))
    for frame in range(-8, _FRAMES):
        for number, stage in enumerate(stages):
            began = time.thread_time()
            act(stage)
            app.processEvents()
            if frame >= 0:
                taken[number, frame] = 1e3 * (time.thread_time() - began)
    return list(taken)


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # noqa: S101  # the only kind with windows
    return app
