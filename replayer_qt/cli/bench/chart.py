"""Measures the chart: its cost per frame against floors, histories and other charts."""

import importlib.util
import time
from collections.abc import Callable
from typing import Final

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from replayer_qt.cli.bench import chart_indicators, chart_marks, chart_peers
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.candles import CandleSeries
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.theme import DARK

SIZE: Final = (1280, 800)
FEW: Final = 1_000
MANY: Final = 1_000_000
PEERS: Final = 100_000
_ROUNDS: Final = 10
_REPEATS: Final = 10

Action = Callable[[], None]


def measure() -> list[Result]:
    """Return the chart's figures: ratios of CPU times of one thread, taken by turns.

    Needs no display; the windows it opens are gone when it returns.
    """
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)  # noqa: S101  # the only kind with windows
    charts = {
        (count, seen): _chart(count, seen) for count in (FEW, MANY) for seen in ("newest", "all")
    }
    floor, frame = _Floor(), _Scroller()
    actions: dict[tuple[object, ...], Action] = {("floor",): floor.update, ("frame",): frame.move}
    for key, chart in charts.items():
        hand = _Hand(chart)
        actions[(*key, "tick")] = hand.tick
        actions[(*key, "candle")] = hand.candle
        actions[(*key, "view")] = hand.view
    floor.show()
    taken = _by_turns(app, actions)
    results = _results(taken)
    results += _peers(app)
    results += chart_marks.measure()
    results += chart_indicators.measure()
    for window in (floor, frame.plot, *charts.values()):
        window.hide()
        window.deleteLater()
    return results


def _results(taken: dict[tuple[object, ...], float]) -> list[Result]:
    floor = taken["floor",]
    results = [Result(name="chart floor: fill and a line a column", value=floor * 1e3, unit="ms")]
    events = {"tick": "tick in its candle", "candle": "new candle", "view": "another view"}
    results += [
        Result(
            name=f"{words}, {seen} in sight: 1,000,000 candles against 1,000",
            value=taken[MANY, seen, event] / taken[FEW, seen, event],
            unit="x",
            budget=1.3,
        )
        for event, words in events.items()
        for seen in ("newest", "all")
    ]
    results += [
        Result(
            name=f"another view of 1,000,000 candles, {seen} in sight, against pyqtgraph's"
            " empty scrolling plot",
            value=taken[MANY, seen, "view"] / taken["frame",],
            unit="x",
            budget=0.7,
        )
        for seen in ("newest", "all")
    ]
    for (event, words), most in zip(events.items(), (1.0, 3.0, 6.0), strict=True):
        results.append(
            Result(
                name=f"{words} against the floor, 1,000,000 candles",
                value=taken[MANY, "newest", event] / floor,
                unit="x",
                budget=most,
                note=f"{taken[MANY, 'newest', event] * 1e3:.3f} ms",
            )
        )
    return results


def _peers(app: QApplication) -> list[Result]:
    """What the same candle costs in other charts, each beside ours."""
    ours = _chart(PEERS, "all")
    hand = _Hand(ours)
    results = [_beside(app, peer, hand) for peer in chart_peers.PEERS]
    ours.hide()
    ours.deleteLater()
    return results


def _beside(app: QApplication, kind: chart_peers.Kind, hand: "_Hand") -> Result:
    title = f"{kind.words} against our chart, new candle with {PEERS:,} in sight"
    if importlib.util.find_spec(kind.package) is None:
        note = f"skipped: {kind.package} is not installed (see packaging/bench-peers.in)"
        return Result(name=title, value=None, unit="x", note=note)
    try:
        peer = kind.make(*walk(PEERS))
    except Exception as error:  # noqa: BLE001  # another's program may fail in any way
        note = f"skipped: {kind.package} does not start ({type(error).__name__}: {error})"
        return Result(name=title, value=None, unit="x", note=note[:300])
    taken = _by_turns(app, {("peer",): peer.candle, ("ours",): hand.candle}, rounds=2, repeats=2)
    peer.close()
    return Result(
        name=title,
        value=taken["peer",] / taken["ours",],
        unit="x",
        budget=kind.factor,
        at_least=kind.factor is not None,
        note=f"{taken['peer',] * 1e3:.1f} ms against {taken['ours',] * 1e3:.3f} ms",
    )


def walk(count: int) -> tuple[chart_peers.Floats, ...]:
    """Return open, high, low and close of candles that walk at random, the same each time."""
    random = np.random.default_rng(2)
    closes = 5000 + np.cumsum(random.normal(size=count))
    opens = np.concatenate((closes[:1], closes[:-1]))
    highs = np.maximum(opens, closes) + 0.5
    lows = np.minimum(opens, closes) - 0.5
    return opens, highs, lows, closes


def _chart(count: int, seen: str) -> PriceChart:
    chart = PriceChart()
    chart.resize(*SIZE)
    chart.show_candles(CandleSeries.of(*walk(count)))
    if seen == "all":
        chart.show_all()
    chart.show()
    return chart


def _by_turns(
    app: QApplication,
    actions: dict[tuple[object, ...], Action],
    *,
    rounds: int = _ROUNDS,
    repeats: int = _REPEATS,
) -> dict[tuple[object, ...], float]:
    """Return the median time of each action with the painting that it causes [s]."""
    for action in actions.values():
        action()
        app.processEvents()
    taken: dict[tuple[object, ...], list[float]] = {key: [] for key in actions}
    for _ in range(rounds):
        for key, action in actions.items():
            for _ in range(repeats):
                began = time.thread_time()
                action()
                app.processEvents()
                taken[key].append(time.thread_time() - began)
    return {key: float(np.median(times)) for key, times in taken.items()}


class _Hand:
    """Does to a chart what a market and a person do."""

    def __init__(self, chart: PriceChart) -> None:
        self._chart = chart
        self._candles = chart.plan.candles
        self._random = np.random.default_rng(9)
        self._near = False

    def tick(self) -> None:
        self._candles.amend_last(self._price())
        self._chart.show_candles(self._candles)

    def candle(self) -> None:
        price = self._price()
        self._candles.append(price, price, price, price)
        self._chart.show_candles(self._candles)

    def view(self) -> None:
        self._near = not self._near
        self._chart.zoom(1.25 if self._near else 0.8)

    def _price(self) -> float:
        return float(self._candles.close[-1]) + float(self._random.normal()) * 0.05


class _Floor(QWidget):
    """The least that a chart can do: fill the window, and draw one line a column."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(*SIZE)
        self._lines = internals.PrimitiveArray(QLineF, 4)
        self._lines.resize(SIZE[0])
        array = self._lines.ndarray()
        rows = np.cumsum(np.random.default_rng(0).normal(size=SIZE[0])) * 8
        rows = np.floor((rows - rows.min()) / np.ptp(rows) * (SIZE[1] - 60) + 20)
        array[:, 0] = array[:, 2] = np.arange(SIZE[0])
        array[:, 1], array[:, 3] = rows, rows + 20

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(DARK.background))
        painter.setPen(QPen(QColor(DARK.up)))
        painter.drawLines(*self._lines.drawargs())
        painter.end()


class _Scroller:
    """pyqtgraph's own plot, with axes and nothing in it, moved by a little."""

    def __init__(self) -> None:
        self.plot = pg.PlotWidget()
        self.plot.resize(*SIZE)
        self.plot.setYRange(0, 100, padding=0)
        self.plot.setXRange(0, 1000, padding=0)
        self.plot.show()
        self._at = 0

    def move(self) -> None:
        self._at += 1
        self.plot.setXRange(self._at, self._at + 1000, padding=0)
