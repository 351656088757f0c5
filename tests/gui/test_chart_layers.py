"""The chart's layers: patched and scrolled pictures are the ones drawn anew, pixel for pixel."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from replayer_qt.core.candles import CandleSeries
from replayer_qt.ui.chart.pencil import Pencil
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.theme import DARK, LIGHT

SIZE = (420, 260)


def walk(count, seed=1, start=1.0):
    """Return candles that walk at random."""
    random = np.random.default_rng(seed)
    closes = start * np.exp(np.cumsum(random.normal(0.001, 0.03, count)))
    opens = np.concatenate(([start], closes[:-1]))
    highs = np.maximum(opens, closes) * (1 + np.abs(random.normal(0, 0.01, count)))
    lows = np.minimum(opens, closes) * (1 - np.abs(random.normal(0, 0.01, count)))
    return CandleSeries.of(opens, highs, lows, closes)


def grown(chart, candles, factor, *, fresh):
    """Add one price to the candles, in a candle of its own or in the last one."""
    price = float(candles.close[-1]) * factor
    if fresh:
        candles.append(price, price, price, price)
    else:
        candles.amend_last(price)
    chart.show_candles(candles)


def shown(chart, qapp):
    """Let the chart paint what it has to, and return the picture of its window."""
    chart.show()
    qapp.processEvents()
    return chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(chart):
    """Return the picture that a chart gives that remembers nothing."""
    chart.layer.forget()
    return chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def layer_picture(chart):
    """Return the layer as it is, brought up to date with patches where that is possible."""
    chart.layer.bring_up(chart.plan)
    return chart.layer.pixmap.toImage()


def layer_anew(chart):
    """Return the layer drawn anew."""
    chart.layer.forget()
    chart.layer.bring_up(chart.plan)
    return chart.layer.pixmap.toImage()


@pytest.fixture
def chart(qtbot):
    chart = PriceChart()
    qtbot.addWidget(chart)
    return chart


def begin(chart, candles, style="candles"):
    """Show `candles` on a chart that is as new."""
    chart.resize(*SIZE)
    chart.set_theme(DARK)
    chart.set_log_scale(False)
    chart.set_style(style)
    chart.zoom(10 / chart.plan.step * chart.plan.per)
    chart.show_candles(candles)
    chart.follow()


moves = st.one_of(
    st.tuples(st.just("tick"), st.floats(0.85, 1.18)),
    st.tuples(st.just("candle"), st.floats(0.85, 1.18)),
    st.tuples(st.just("pan"), st.integers(-60, 60)),
    st.tuples(st.just("zoom"), st.sampled_from([0.5, 0.8, 1.25, 3.0])),
    st.tuples(st.just("follow"), st.none()),
    st.tuples(st.just("all"), st.none()),
    st.tuples(st.just("size"), st.tuples(st.integers(30, 600), st.integers(20, 300))),
    st.tuples(st.just("theme"), st.sampled_from([DARK, LIGHT])),
    st.tuples(st.just("style"), st.sampled_from(["candles", "line"])),
    st.tuples(st.just("log"), st.booleans()),
)


def obey(chart, candles, move):
    """Carry out one of the moves above."""
    name, value = move
    match name:
        case "tick" | "candle":
            grown(chart, candles, value, fresh=name == "candle")
        case "pan":
            chart.pan(value)
        case "zoom":
            chart.zoom(value)
        case "follow":
            chart.follow()
        case "all":
            chart.show_all()
        case "size":
            chart.resize(*value)
        case "theme":
            chart.set_theme(value)
        case "style":
            chart.set_style(value)
        case "log":
            chart.set_log_scale(value)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    count=st.sampled_from([1, 7, 60, 900]),
    style=st.sampled_from(["candles", "line"]),
    sequence=st.lists(moves, max_size=25),
)
def test_a_patched_layer_is_a_redrawn_one_pixel_for_pixel(chart, count, style, sequence):
    candles = walk(count)
    begin(chart, candles, style)
    layer_picture(chart)
    for move in sequence:
        obey(chart, candles, move)
        patched = layer_picture(chart)
        assert patched == layer_anew(chart), move


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sequence=st.lists(moves, min_size=1, max_size=15), style=st.sampled_from(["candles", "line"])
)
def test_what_the_window_shows_is_what_a_new_chart_would_show(qapp, chart, sequence, style):
    candles = walk(80)
    begin(chart, candles, style)
    shown(chart, qapp)
    window = Screen(chart)
    for move in sequence:
        obey(chart, candles, move)
        window.paint()
    assert window.picture() == painted_anew(chart)


class Screen:
    """Keeps what was painted, and paints over it only what the chart asks for."""

    def __init__(self, chart):
        self.chart = chart

    def paint(self):
        from PySide6.QtWidgets import QApplication

        QApplication.processEvents()

    def picture(self):
        from PySide6.QtWidgets import QApplication

        QApplication.processEvents()
        screen = QApplication.primaryScreen()
        picture = screen.grabWindow(self.chart.winId()).toImage()
        return picture.convertToFormat(QImage.Format.Format_RGB32)


def test_a_tick_in_its_candle_draws_nothing_anew_and_a_new_candle_patches(chart):
    wave = 2 + np.sin(np.arange(400.0))
    candles = CandleSeries.of(wave, wave + 0.1, wave - 0.1, wave)
    begin(chart, candles)
    chart.layer.bring_up(chart.plan)
    before = (chart.layer.redraws, chart.layer.patches)
    grown(chart, candles, 1.01, fresh=False)
    chart.layer.bring_up(chart.plan)
    assert (chart.layer.redraws, chart.layer.patches) == before
    grown(chart, candles, 1.01, fresh=True)
    chart.layer.bring_up(chart.plan)
    assert (chart.layer.redraws, chart.layer.patches) == (before[0], before[1] + 1)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    notches=st.integers(0, 8),
    factor=st.sampled_from([1.25, 0.4]),
    log=st.booleans(),
)
def test_the_newest_candle_looks_as_it_will_when_it_is_finished(qapp, seed, notches, factor, log):
    chart = PriceChart()
    chart.resize(*SIZE)
    chart.set_log_scale(log)
    chart.show_candles(walk(30, seed=seed))
    for _ in range(notches):
        chart.zoom(factor)
    pictures = []
    for draw in ("newest", "columns"):
        picture = QImage(SIZE[0], SIZE[1], QImage.Format.Format_RGB32)
        picture.fill(0)
        painter = QPainter(picture)
        pencil, plan = Pencil(), chart.plan
        if draw == "newest":
            pencil.newest(painter, plan)
        else:
            painter.setClipRect(plan.left_of(plan.last), 0, plan.step, SIZE[1])
            pencil.columns(painter, plan, 0, plan.last + 1)
        painter.end()
        pictures.append(picture)
    chart.deleteLater()
    assert pictures[0] == pictures[1]
