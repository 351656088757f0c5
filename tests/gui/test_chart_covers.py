"""What lies over the candles is kept with them: patched, it is what one would paint anew."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from replayer_qt.cli.bench.chart_stage import ChartStage
from replayer_qt.ui.chart.changes import EVERYWHERE, Changes
from replayer_qt.ui.chart.picture import Seen, image_of
from replayer_qt.ui.theme import DARK, LIGHT

moves = st.one_of(
    st.tuples(st.just("tick"), st.none()),
    st.tuples(st.just("tick_with_trade"), st.none()),
    st.tuples(st.just("trade"), st.integers(0, 390)),
    st.tuples(st.just("pan"), st.integers(-200, 200)),
    st.tuples(st.just("zoom"), st.sampled_from([0.3, 0.8, 1.25, 3.0])),
    st.tuples(st.just("mark"), st.integers(1, 60)),
    st.tuples(st.just("draw"), st.integers(0, 9)),
    st.tuples(st.just("log"), st.booleans()),
    st.tuples(st.just("style"), st.sampled_from(["candles", "line"])),
    st.tuples(st.just("theme"), st.sampled_from([DARK, LIGHT])),
    st.tuples(st.just("follow"), st.none()),
)


def obey(stage, move):
    """Carry out one of the moves above."""
    name, value = move
    chart = stage.chart
    match name:
        case "tick":
            stage.tick()
        case "tick_with_trade":
            stage.tick_with_trade()
        case "trade":
            stage.trade(value)
        case "pan":
            chart.pan(value)
        case "zoom":
            chart.zoom(value)
        case "mark":
            stage.mark(value, 0)
        case "draw":
            stage.draw(value)
        case "log":
            chart.set_log_scale(value)
        case "style":
            chart.set_style(value)
        case "theme":
            chart.set_theme(value)
        case "follow":
            chart.follow()


def layer_picture(chart):
    chart.layer.bring_up(chart.plan, chart.extras.tracks, chart.extras.covers)
    return chart.layer.pixmap.toImage()


def layer_anew(chart):
    chart.layer.forget()
    return layer_picture(chart)


def on_screen(stage):
    """Return what was painted on the screen so far, bit by bit."""
    QApplication.processEvents()
    chart = stage.chart
    corner = chart.mapTo(chart.window(), chart.rect().topLeft())
    picture = chart.screen().grabWindow(
        chart.window().winId(), corner.x(), corner.y(), chart.width(), chart.height()
    )
    return picture.toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.fixture
def stage(qapp):
    stage = ChartStage(qapp, 400)
    stage.chart.window().resize(700, 420)
    stage.settle()
    yield stage
    stage.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sequence=st.lists(moves, min_size=3, max_size=16))
def test_with_marks_and_drawings_a_patched_layer_is_a_redrawn_one(stage, sequence):
    stage.mark(40, 200)
    stage.draw(8)
    layer_picture(stage.chart)
    for move in sequence:
        obey(stage, move)
        patched = layer_picture(stage.chart)
        assert patched == layer_anew(stage.chart), move


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sequence=st.lists(moves, min_size=1, max_size=12))
def test_with_marks_and_drawings_the_window_shows_what_a_new_chart_would(stage, sequence):
    stage.mark(40, 200)
    stage.draw(8)
    for move in sequence:
        obey(stage, move)
        QApplication.processEvents()
    in_parts = on_screen(stage)
    stage.chart.layer.forget()
    stage.chart.viewport().update()
    assert in_parts == on_screen(stage)


def test_a_new_candle_patches_what_covers_the_candles_and_paints_no_piece_twice(stage):
    stage.mark(40, 200)
    stage.draw(8)
    stage.chart.zoom(0.5)
    layer_picture(stage.chart)
    layer, pieces = stage.chart.layer, dict(stage.cover.pieces)
    before = (layer.redraws, layer.patches)
    assert sum(piece is not None for piece in pieces.values()) >= 1
    for _ in range(5):
        stage.tick()
        stage.settle()
    after = (layer.redraws, layer.patches)
    kept = [number for number in pieces if stage.cover.pieces.get(number) is pieces[number]]
    if after[0] == before[0]:  # the scale stayed
        assert after[1] >= before[1] + 5
        assert kept == list(pieces)


def test_a_trade_at_the_newest_tick_draws_nothing_anew(stage):
    stage.mark(40, 200)
    stage.tick()
    stage.settle()
    before = stage.chart.layer.redraws
    stage.trade(stage.count - 1)
    stage.settle()
    assert stage.chart.layer.redraws == before


def test_a_picture_of_the_chart_shows_what_the_window_does(stage):
    """Soft lines may differ by a shade, for the window keeps them in pieces."""
    stage.mark(40, 200)
    stage.draw(8)
    stage.settle()
    chart = stage.chart
    drawn = image_of(Seen(chart.plan, chart.notes, chart.extras))
    shown = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert drawn.size() == shown.size()
    differ = [
        (x, y)
        for x in range(shown.width())
        for y in range(shown.height())
        if far_apart(drawn.pixel(x, y), shown.pixel(x, y))
    ]
    assert differ == []


def far_apart(one, other):
    return any(abs((one >> by & 255) - (other >> by & 255)) > 6 for by in (0, 8, 16))


def test_changes_are_counted_and_reach_as_far_to_the_left_as_the_farthest():
    changes = Changes()
    assert changes.since(0) is None
    changes.note(70)
    changes.note(50)
    changes.note(90)
    assert (changes.since(0), changes.since(1), changes.since(2)) == (50, 50, 90)
    assert changes.since(3) is None
    for _ in range(100):
        changes.note(80)
    assert changes.since(3) == EVERYWHERE
    assert changes.since(changes.version - 2) == 80
    assert changes.since(changes.version + 1) == EVERYWHERE
