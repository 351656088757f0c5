"""Events of a round, found in its columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.landmarks import (
    BIG_MOVE,
    SILENCE_NS,
    SWING,
    Landmark,
    Passage,
    Place,
    landmarks,
    next_stop,
    stops,
)
from replayer_qt.core.replay_commands import SeekLandmark
from replayer_qt.core.units import NANOS_PER_MILLISECOND, RoundId

STEP_NS = 250 * NANOS_PER_MILLISECOND
ONE, OTHER = RoundId("one"), RoundId("other")


def a_passage(prices, *, ticks=None, ats=None, **fields):
    ticks = np.arange(len(prices)) if ticks is None else np.array(ticks)
    ats = ticks * STEP_NS if ats is None else np.array(ats)
    return Passage(ticks=ticks, prices=np.array(prices, float), ats=ats, **fields)


def found(prices, **fields):
    return {kind: at.tolist() for kind, at in landmarks(a_passage(prices, **fields)).items()}


def test_a_plain_round_has_a_start_a_peak_a_trough_and_a_rug():
    told = found([1, 1.02, 1.05, 1.03, 0.01], rug_tick=4)
    assert told == {
        Landmark.ROUND_START: [0],
        Landmark.PEAK: [2],
        Landmark.TROUGH: [0],
        Landmark.RUG: [4],
    }


def test_highs_and_lows_count_where_the_price_turned_far_enough():  # pragma: allowlist secret
    told = found([1, 1.2, 1.1, 1.07, 1.05, 1.3, 1.25, 1.1, 1.12, 1.5, 0.01], rug_tick=10)
    assert told[Landmark.PEAK] == [1, 5, 9]
    assert told[Landmark.TROUGH] == [0, 4, 7]


def test_big_moves_and_god_candles_are_single_ticks_and_the_rug_is_none():
    told = found([1, 1.1, 1.1 * 1.2, 1.1 * 1.2 * 10.5, 11, 0.02], rug_tick=5)
    assert told[Landmark.BIG_MOVE] == [2, 3, 4]
    assert told[Landmark.GOD_CANDLE] == [3]


def test_what_missing_ticks_hide_is_no_god_candle():
    told = found([1, 1.01, 50.0, 51.0], ticks=[0, 1, 9, 10])
    assert Landmark.GOD_CANDLE not in told
    assert found([1, 1.01, 50.0, 51.0], ticks=[0, 1, 2, 3])[Landmark.GOD_CANDLE] == [2]


def test_a_gap_is_where_ticks_come_again_and_what_happened_in_it_is_no_big_move():
    told = found([1, 1.01, 1.5, 1.51], ticks=[0, 1, 7, 8])
    assert told[Landmark.GAP] == [7]
    assert Landmark.BIG_MOVE not in told


def test_a_disconnect_is_a_long_silence_or_what_was_told_of_the_connection():
    ats = [0, STEP_NS, STEP_NS + SILENCE_NS, SILENCE_NS + 2 * STEP_NS]
    assert found([1, 1, 1, 1], ats=ats)[Landmark.DISCONNECT] == [1]
    assert found([1, 1, 1, 1], losses=(2 * STEP_NS + 1, -5))[Landmark.DISCONNECT] == [2]


def test_windows_of_bets_end_where_the_round_came_to():
    assert found([1] * 50, bets=(40, 40, 45, 90, -1))[Landmark.BET_END] == [40, 45]


def test_a_round_without_ticks_has_no_landmark():
    assert found([]) == {}


@given(
    st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60),
    st.booleans(),
)
def test_peaks_and_troughs_are_what_their_thresholds_say(prices, rugged):
    """Between two peaks there is a fall of `SWING` at least; the extremes are always there."""
    rug = len(prices) - 1 if rugged else None
    alive = prices[:rug]
    told = found(prices, rug_tick=rug)
    if not alive:
        assert Landmark.PEAK not in told
        return
    peaks, troughs = told[Landmark.PEAK], told[Landmark.TROUGH]
    assert max(alive) in [alive[at] for at in peaks]
    assert min(alive) in [alive[at] for at in troughs]
    for at in told.get(Landmark.BIG_MOVE, []):
        assert abs(prices[at] / prices[at - 1] - 1) >= BIG_MOVE * 0.999
    for at in peaks:
        later = alive[at:]
        assert alive[at] == max(alive) or min(later) <= alive[at] * (1 - SWING) * 1.000001


@pytest.mark.parametrize(
    ("tick", "forward", "stop"),
    [(-1, True, 2), (2, True, 5), (9, True, None), (9, False, 5), (2, False, None), (3, False, 2)],
)
def test_the_nearest_stop_lies_strictly_before_or_after(tick, forward, stop):
    assert next_stop(np.array([2, 5]), tick, forward=forward) == stop


def test_only_chosen_kinds_and_places_of_the_round_count():
    told = landmarks(a_passage([1, 1.02, 1.05, 0.01], rug_tick=3))
    marks = {Landmark.BOOKMARK: (Place(ONE, 1), Place(OTHER, 2)), Landmark.OWN_ORDER: ()}
    kinds = {Landmark.RUG, Landmark.BOOKMARK}
    assert stops(told, kinds, ONE, marks).tolist() == [1, 3]
    assert stops(told, {Landmark.GAP}, ONE, marks).tolist() == []


def test_bookmarks_are_looked_for_elsewhere_only_where_there_are_some():
    kinds = frozenset({Landmark.BOOKMARK})
    here = SeekLandmark(kinds=kinds, forward=True, bookmarks=(Place(ONE, 1),))
    assert not here.may_be_elsewhere(ONE)
    assert here.may_be_elsewhere(OTHER)
    assert SeekLandmark(kinds=kinds | {Landmark.RUG}, forward=True).may_be_elsewhere(ONE)
