"""What verify says of a round, from plain events."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    PhaseChanged,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickBlock,
)
from replayer_qt.core.fairness import generate
from replayer_qt.core.phase import Phase
from replayer_qt.core.summary import follows_rug_rule, summarise
from replayer_qt.core.units import RoundId
from tests.helpers.make import ROUND, a_round, event, ticked

SEED = "bca795ea31f91aa387622f2548ea5c380774282ea78ec9772bfaa85f3ef6f051"
SEED_HASH = "4660f3a18f8b937b9d115d5e64200cd7b6f101da871cd976739817096afadcac"
NAME = RoundId("20251207-e8186dbf38e046d1")


def revealed(**fields):
    told = {"round_id": NAME, "seed": SEED, "seed_hash": SEED_HASH, "version": "v3"}
    return event(SeedRevealed, **(told | fields))


def one(events):
    (found,) = summarise(events)
    return found


def test_ticks_run_from_the_first_index_to_the_rug_which_counts():
    found = one(a_round([1.0, 1.5, 1.2, 0.02]))
    assert (found.ticks, found.first_index, found.last_index) == (4, 0, 3)
    assert (found.rugged, found.rug_index, found.rug_price) == (True, 3, 0.02)
    assert (found.peak, found.gaps, found.fairness) == (1.5, (), Fairness.UNREVEALED)


def test_a_tick_told_twice_counts_once():
    events = a_round([1.0, 1.5, 0.02])
    assert one([*events, *events]) == one(events)


def test_the_peak_is_before_the_rug():
    found = one(a_round([1.0, 0.8, 5.0]))
    assert found.peak == 1.0


def test_missing_ticks_are_listed_as_first_and_last():
    ticks = [ticked(n) for n in (2, 3, 7, 9)]
    found = one(ticks)
    assert found.gaps == ((4, 6), (8, 8))
    assert found.ticks == 4


def test_a_gap_that_is_filled_later_is_no_gap():
    assert one([ticked(n) for n in (0, 3, 1, 2)]).gaps == ()


def test_ticks_missing_right_before_a_rug_are_a_gap():
    events = [ticked(0), event(RoundRugged, round_id=ROUND, tick=4, price=0.01)]
    assert one(events).gaps == ((1, 4),)


def test_a_block_counts_as_its_ticks():
    block = event(
        TickBlock,
        round_id=ROUND,
        ticks=np.arange(3),
        prices=np.array([1.0, 2.0, 1.5]),
        ats=np.zeros(3, np.int64),
    )
    assert one([block]) == one([ticked(0, 1.0), ticked(1, 2.0), ticked(2, 1.5)])


def test_a_round_seen_to_end_at_an_untold_tick_is_rugged_without_index():
    found = one([ticked(0), event(PhaseChanged, round_id=ROUND, phase=Phase.RUGGED)])
    assert (found.rugged, found.rug_index, found.rug_price) == (True, None, None)


def test_a_round_known_from_its_price_list_alone_is_whole_and_verified():
    prices = generate(SEED, NAME)
    found = one([revealed(prices=prices, peak=max(prices))])
    assert (found.ticks, found.rug_index, found.rug_price) == (267, 266, prices[-1])
    assert found.fairness is Fairness.VERIFIED


def test_a_round_that_was_only_told_of_afterwards_is_not_among_those_that_were_followed():
    prices = generate(SEED, NAME)
    events = [*a_round([1.0, 0.02]), revealed(prices=prices, peak=max(prices))]
    assert [found.round_id for found in summarise(events)] == [ROUND, NAME]
    assert [found.round_id for found in summarise(events, followed_only=True)] == [ROUND]


def test_a_round_heard_live_is_verified_tick_for_tick():
    prices = list(generate(SEED, NAME))
    live = a_round(prices, round_id=NAME)
    assert one([*live, revealed()]).fairness is Fairness.VERIFIED
    prices[100] = float(np.nextafter(prices[100], 2))
    altered = a_round(prices, round_id=NAME)
    assert one([*altered, revealed()]).fairness is Fairness.FAILED


@pytest.mark.parametrize(
    "events",
    [
        [revealed(seed_hash="0" * 64)],
        [event(RoundOpened, round_id=NAME, seed_hash="1" * 64), revealed()],
        [revealed(prices=(1.0, 0.02))],
        [ticked(5, 1.0, round_id=NAME), ticked(5, 1.1, round_id=NAME), revealed()],
        [event(FairnessChecked, round_id=NAME, verdict=Fairness.FAILED)],
    ],
)
def test_a_round_that_contradicts_its_seed_or_itself_has_failed(events):
    assert one(events).fairness is Fairness.FAILED


def test_a_verdict_without_the_seed_is_not_believed():
    told = event(FairnessChecked, round_id=NAME, verdict=Fairness.VERIFIED)
    assert one([told]).fairness is Fairness.UNREVEALED


def test_the_rug_rule_speaks_only_of_whole_rounds():
    assert follows_rug_rule({0: 1.0, 1: 1.2, 2: 0.020000000000000018}, 2) is True
    assert follows_rug_rule({0: 1.0, 1: 1.2, 2: 0.02}, 2) is False
    assert follows_rug_rule({0: 1.0, 2: 0.02}, 2) is None
    assert follows_rug_rule({0: 0.02}, 0) is None  # nothing came before it


@given(st.lists(st.tuples(st.integers(-2, 30), st.floats(allow_nan=True)), max_size=40))
def test_ticks_and_gaps_together_are_the_whole_span(told):
    for found in summarise([ticked(tick, price) for tick, price in told]):
        missing = sum(last - first + 1 for first, last in found.gaps)
        span = 0 if found.first_index is None else found.last_index - found.first_index + 1
        assert found.ticks + missing == span
