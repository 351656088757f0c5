"""Plots of a study: every figure with its interval drawn, every axis with round numbers."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QImage, QPainter

from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_study import study
from replayer_qt.core.study_rows import rows_of
from replayer_qt.core.units import StreamId
from replayer_qt.ui.library.study_plots import FIGURES, plots_of
from replayer_qt.ui.plots.plot import Axis, Ink, Level, Line, Marks, Plot, Ribbon
from replayer_qt.ui.plots.plot_painter import PlotPainter
from replayer_qt.ui.plots.plot_scale import Scale, labelled
from replayer_qt.ui.theme import DARK
from tests.helpers.studies import entry, small_study

RESULTS = [Decimal(n % 3 - 1) / 1000 for n in range(40)]


def layers(plot: Plot, kind: type) -> list:
    return [layer for layer in plot.layers if isinstance(layer, kind)]


def plot(key: str) -> Plot:
    return next(one for one in plots_of(small_study(RESULTS)) if one.key == key)


def test_every_plot_of_an_estimate_draws_intervals():
    for one in plots_of(small_study(RESULTS)):
        if one.key == "results-sum":
            assert "no estimate" in one.rests_on
            continue
        bands = [band for band in layers(one, Ribbon) if band.ink is Ink.DATA]
        marks = [mark for layer in layers(one, Marks) for mark in layer.marks]
        assert bands or marks
        assert all(mark.low is not None and mark.high is not None for mark in marks)


def test_theory_is_dashed_and_the_break_even_line_is_its_own():
    side_bets = plot("side-bets")
    levels = {level.ink: level for level in layers(side_bets, Level)}
    assert levels[Ink.LIMIT].y == 0.2
    assert levels[Ink.LIMIT].name == "break-even 20%"
    assert levels[Ink.THEORY].y == pytest.approx(0.18168, abs=1e-5)
    assert any(line.ink is Ink.THEORY for line in layers(plot("survival"), Line))


def test_every_plots_numbers_are_in_the_table():
    found = small_study(RESULTS)
    for one in plots_of(found):
        assert rows_of(found, FIGURES[one.key])


def test_places_are_told_from_left_to_right_within_the_axis():
    for one in plots_of(small_study(RESULTS)):
        xs = [place.x for place in one.places]
        assert xs == sorted(xs)
        assert xs
        assert all(one.x.low <= x <= one.x.high * 1.001 for x in xs)


def test_a_study_of_one_round_can_be_drawn(qapp):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    market = StreamId("binance/X")
    for rounds in (
        [entry(1, peak=1.0, volatility=None)],
        [entry(None, last=2)],
        [entry(5000, peak=1e12)],
        [entry(None, first=40, last=90)],
        [entry(None, last=90, stream=market, volatility=0.5)],
    ):
        found = study(sampled(rounds, [Decimal("0.5")]))
        for one in plots_of(found):
            painter = QPainter(image)
            PlotPainter(one, QRectF(0, 0, 400, 300), DARK, QFont()).paint(painter, one.places[0])
            painter.end()


def test_left_out_rounds_are_told_below_a_plot():
    found = study(sampled([entry(), entry(), entry(None)]))
    peak = next(one for one in plots_of(found) if one.key == "peak")
    assert "1 of 3 rounds is left out." in peak.sentence


@given(
    low=st.floats(-1e6, 1e6),
    size=st.floats(1e-6, 1e6),
    most=st.integers(0, 12),
)
def test_an_axis_is_labelled_at_round_numbers_within_it(low, size, most):
    axis = Axis(title="", low=low, high=low + size, say=str)
    found = labelled(axis, most)
    assert list(found) == sorted(set(found))
    assert len(found) <= max(2, most) + 2
    assert all(low - size * 1e-6 <= x <= low + size * (1 + 1e-6) for x in found)


@given(low=st.floats(1e-7, 1e3), times=st.floats(1.01, 1e9), most=st.integers(2, 12))
def test_a_logarithmic_axis_is_labelled_at_ones_twos_and_fives(low, times, most):
    axis = Axis(title="", low=low, high=low * times, say=str, log=True)
    found = labelled(axis, most)
    assert len(found) <= most
    assert all(f"{x:e}"[0] in "1235" for x in found)


def test_an_axis_without_a_length_has_no_labels():
    assert labelled(Axis(title="", low=1, high=1, say=str), 5) == ()
    assert labelled(Axis(title="", low=0, high=math.inf, say=str), 5) == ()


@given(st.floats(allow_nan=False))
def test_no_value_is_drawn_far_outside(value):
    for log in (False, True):
        axis = Axis(title="", low=1, high=10, say=str, log=log)
        one = Plot(key="a", title="", rests_on="", sentence="", x=axis, y=axis, layers=())
        scale = Scale(one, QRectF(0, 0, 100, 100))
        assert -100 <= scale.x(value) <= 200
        assert -100 <= scale.y(value) <= 200
