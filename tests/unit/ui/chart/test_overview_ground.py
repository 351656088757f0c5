"""Rounds along the overview: which tick is where, and the extremes of each part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import TickBlock
from replayer_qt.core.replay_events import ReplayShaped
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import RoundId
from replayer_qt.ui.chart.overview_ground import (
    SoundShape,
    holes,
    one_round,
    outline,
    roomy,
    session,
)
from tests.helpers.make import ROUND, event

rounds = st.lists(
    st.tuples(st.integers(1, 9), st.floats(0.01, 90.0)), min_size=1, max_size=120
)  # fmt: skip


def made(ticks, prices, name: str = ROUND) -> RoundSeries:
    series = RoundSeries(RoundId(name))
    ticks = np.asarray(ticks, np.int64)
    block = event(
        TickBlock, round_id=RoundId(name), ticks=ticks, prices=np.asarray(prices, np.float64),
        ats=ticks * 250_000_000,
    )  # fmt: skip
    series.extend(block)
    return series


def of_steps(steps, start: int = 0) -> RoundSeries:
    ticks = start + np.cumsum([gap for gap, _ in steps])
    return made(ticks, [price for _, price in steps])


@given(st.integers(0, 10**9))
def test_a_roomy_length_holds_the_round_and_wastes_an_eighth_at_most(size):
    room = roomy(size)
    assert size <= room <= max(64, size * 1.125 + 1)


@given(rounds, st.integers(0, 50), st.integers(1, 40))
def test_an_outline_has_every_extreme_and_no_price_of_another_place(steps, start, parts):
    series = of_steps(steps, start)
    (stretch,) = one_round(series, None).stretches
    line = outline(stretch, 0, stretch.size, parts)
    assert len(line.places) <= parts
    assert (np.diff(line.places) > 0).all()
    assert line.lows.min() == series.prices.min()
    assert line.highs.max() == series.prices.max()
    known = {stretch.place(tick) for tick in series.ticks.tolist()}
    assert set(line.places.tolist()) <= known


@given(rounds, st.floats(-500, 2000))
def test_places_and_ticks_are_each_others_inverse(steps, place):
    (stretch,) = one_round(of_steps(steps, 7), None).stretches
    for tick in range(stretch.first, stretch.first + stretch.size):
        assert stretch.tick(stretch.place(tick)) == tick
    assert stretch.first <= stretch.tick(place) < stretch.first + stretch.size


@given(rounds)
def test_every_missing_tick_is_in_a_hole_and_no_known_one(steps):
    series = of_steps(steps)
    (stretch,) = one_round(series, None).stretches
    found = holes(stretch, 0, stretch.size, 1.0)
    inside = {place for begin, end in found for place in range(int(begin), int(end))}
    known = {tick - stretch.first for tick in series.ticks.tolist()}
    assert inside == set(range(stretch.size)) - known


@settings(max_examples=30)
@given(st.lists(rounds, min_size=1, max_size=8))
def test_the_rounds_of_a_session_lie_in_their_order_and_overlap_nowhere(many):
    series = [made(np.cumsum([gap for gap, _ in steps]), [p for _, p in steps], f"r{number}")
              for number, steps in enumerate(many)]  # fmt: skip
    ground = session([*series, RoundSeries(RoundId("without a tick"))])
    assert [each.round_id for each in ground.stretches] == [each.round_id for each in series]
    end = 0
    for each in ground.stretches:
        assert each.start == end
        end = each.start + each.size
        assert ground.at(each.start) == ground.at(end - 1) == each
    assert ground.length >= end
    assert ground.at(ground.length) == ground.stretches[-1]


def test_a_replayed_round_has_its_whole_length_at_once():
    prices = np.linspace(1.0, 3.0, 50)
    shape = event(ReplayShaped, round_id=ROUND, ticks=np.arange(50), prices=prices)
    ground = one_round(made(np.arange(10), prices[:10]), shape)
    assert ground.length == 50
    line = SoundShape(shape).outline(ground.stretches[0], 10)
    assert (line.lows[0], line.highs[-1]) == (1.0, 3.0)
    assert SoundShape(shape).extremes() == (1.0, 3.0)
    rugged = event(ReplayShaped, round_id=ROUND, ticks=np.arange(50), prices=prices, rug_tick=49)
    assert SoundShape(rugged).extremes() == (1.0, prices[-2])
    before = one_round(RoundSeries(ROUND), shape)
    assert before.length == 50


@pytest.mark.parametrize("prices", [[], [np.nan, np.inf], [-1.0, 0.0]])
def test_a_shape_without_a_sound_price_has_no_outline(prices):
    shape = event(
        ReplayShaped, round_id=ROUND, ticks=np.arange(len(prices)), prices=np.array(prices)
    )
    ground = one_round(made([0], [1.0]), shape)
    assert len(SoundShape(shape).outline(ground.stretches[0], 5).places) == 0
    assert SoundShape(shape).extremes() == (1.0, 1.0)


def test_an_empty_strip_has_no_round_anywhere():
    ground = one_round(RoundSeries(ROUND), None)
    assert ground.at(0) is None
    assert ground.named(ROUND) is None
