"""The time axis: whole columns, nothing lost, nothing drifting."""

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.ui.chart.viewport import RUNGS, Viewport


def view(width=800, count=1000):
    viewport = Viewport()
    viewport.settle(width, count, 1.0)
    return viewport


def test_the_newest_candle_stays_in_sight_while_following():
    viewport = view(count=5)
    assert viewport.left_of(0) == 12
    for count in range(6, 2000, 7):
        viewport.settle(800, count, 1.0)
        assert 0 < viewport.left_of(viewport.last) < 800 - 60


def test_panning_ends_following_and_new_candles_move_nothing():
    viewport = view()
    viewport.pan(-200)
    origin = viewport.origin
    viewport.settle(800, 1100, 1.0)
    assert not viewport.following
    assert viewport.origin == origin
    viewport.follow()
    assert viewport.origin > origin


@given(moves=st.lists(st.tuples(st.sampled_from(["pan", "zoom"]), st.floats(-3000, 3000))))
def test_some_candle_is_always_in_sight(moves):
    viewport = view()
    for name, value in moves:
        if name == "pan":
            viewport.pan(round(value))
        else:
            viewport.zoom(abs(value), 300)
        first, end = viewport.columns(0, 800)
        assert max(first, 0) < min(end, viewport.last + 1)


def test_what_is_under_the_cursor_stays_there_when_zooming():
    viewport = view(count=5000)
    viewport.pan(-20_000)
    at = 300
    before = (viewport.origin + at) / viewport.step * viewport.per
    viewport.zoom(1.25, at)
    viewport.zoom(1.25, at)
    assert abs((viewport.origin + at) / viewport.step * viewport.per - before) < 1


def test_all_candles_fit_whatever_their_number():
    for count in (1, 2, 30, 400, 1209, 5000, 1_000_000, 40_000_000):
        viewport = view(width=1200, count=count)
        viewport.fit()
        first, end = viewport.columns(0, 1200)
        assert first <= 0
        assert end > viewport.last


def test_each_zoom_goes_a_step_and_stops_at_the_ends():
    densities = [step / per for step, per in RUNGS]
    assert densities == sorted(densities)
    viewport = view()
    for _ in range(300):
        viewport.zoom(1.01)
    assert (viewport.step, viewport.per) == RUNGS[-1]
    for _ in range(300):
        viewport.zoom(0.99)
    assert (viewport.step, viewport.per) == RUNGS[0]
