"""Large moves, silences and the trough of a round, found as its ticks come."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.landmarks import Landmark, Passage, landmarks
from replayer_qt.core.series import RoundSeries
from replayer_qt.ui.chart.overview_finds import FINDS_MOST, Finds
from tests.helpers.make import ROUND, ticked

STEPS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from((0.05, 0.8, 0.9, 1.0, 1.1, 1.2, 12.0))),
    min_size=1,
    max_size=FINDS_MOST,
)


def told(series: RoundSeries, finds: Finds):
    rug = None
    low = finds.trough(rug)
    return [one.tick for one in finds.moves], [one.tick for one in finds.silences], low


@given(STEPS, st.integers(1, 7))
def test_what_is_found_bit_by_bit_is_what_one_steps_to(steps, portion):
    series, finds = RoundSeries(ROUND), Finds()
    tick, price = 0, 1.0
    for number, (by, factor) in enumerate(steps):
        series.add(ticked(tick, price))
        if number % portion == 0:
            finds.update(series)
        tick, price = tick + by * (1 if by < 3 else 14), price * factor
    finds.update(series)
    stops = landmarks(Passage(ticks=series.ticks, prices=series.prices, ats=series.ats))
    none = np.zeros(0, np.int64)
    large = {*stops.get(Landmark.BIG_MOVE, none), *stops.get(Landmark.GOD_CANDLE, none)}
    moves, silences, low = told(series, finds)
    assert moves == sorted(large)
    assert silences == stops.get(Landmark.DISCONNECT, none).tolist()
    lowest = int(np.argmin(series.prices))
    assert low is None if lowest == 0 else low.tick == series.ticks[lowest]


def test_the_fall_of_the_rug_is_no_trough():
    series, finds = RoundSeries(ROUND), Finds()
    for tick, price in enumerate((1.0, 0.9, 1.2, 0.01)):
        series.add(ticked(tick, price))
    finds.update(series)
    assert finds.trough(3).tick == 1
    assert finds.trough(None).tick == 3


def test_of_many_moves_the_largest_are_kept():
    series, finds = RoundSeries(ROUND), Finds()
    for tick in range(4 * FINDS_MOST):
        series.add(ticked(tick, 1.0 if tick % 2 else 1.2 + tick / 1000))
        finds.update(series)
    assert len(finds.moves) == FINDS_MOST
    assert min(one.tick for one in finds.moves) > FINDS_MOST


def test_a_tick_that_is_filled_in_late_begins_anew():
    series, finds = RoundSeries(ROUND), Finds()
    for tick, price in ((0, 1.0), (1, 2.0), (3, 2.0), (4, 2.0)):
        series.add(ticked(tick, price))
        finds.update(series)
    assert [one.tick for one in finds.moves] == [1]
    series.add(ticked(2, 4.0))
    finds.update(series)
    assert [one.tick for one in finds.moves] == [1, 2, 3]


def test_a_long_round_that_is_there_at_once_is_looked_at_as_one_that_grew():
    ticks = [ticked(tick, 1.0 + (tick % 16_384 == 0)) for tick in range(40_000)]
    series, grown, at_once = RoundSeries(ROUND), Finds(), Finds()
    for number, tick in enumerate(ticks):
        series.add(tick)
        if number % 1_000 == 0:
            grown.update(series)
    grown.update(series)
    at_once.update(series)
    assert at_once.moves == grown.moves
    assert [one.tick for one in at_once.moves] == [1, 16_384, 16_385, 32_768, 32_769]
