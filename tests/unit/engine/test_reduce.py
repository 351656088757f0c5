import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    FeedChanged,
    GapFound,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickBlock,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.state import State
from replayer_qt.core.units import PRACTICE
from replayer_qt.engine.engine import Engine
from replayer_qt.engine.reduce import reduce
from tests.helpers.make import ROUND, a_round, event, ticked

ROUNDS = st.sampled_from(["a", "b", "c"])
TICK = st.one_of(st.integers(-1, 12), st.sampled_from([10**30, -(10**30)]))
PRICE = st.one_of(
    st.floats(0.01, 9), st.sampled_from([0.0, -1.0, math.nan, math.inf, -math.inf, 1e300, 10**400])
)
CLEAN = {"allow_nan": False, "allow_infinity": False}


def made(kind, **fields):
    return st.builds(lambda **f: event(kind, **f), round_id=ROUNDS, **fields)


@st.composite
def blocks(draw):
    size = draw(st.integers(0, 6))
    if draw(st.booleans()):
        steps = draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
        ticks = np.cumsum(np.array(steps, np.int64)) + draw(st.integers(-2, 9))
    else:
        ticks = np.array(
            draw(st.lists(st.integers(-2, 12), min_size=size, max_size=size)), np.int64
        )
    price = st.one_of(st.floats(0.01, 9), st.sampled_from([0.0, -1.0, math.nan, math.inf]))
    prices = np.array(draw(st.lists(price, min_size=size, max_size=size)), np.float64)
    return event(
        TickBlock, round_id=draw(ROUNDS), ticks=ticks, prices=prices, ats=np.zeros(size, np.int64)
    )


EVENTS = st.one_of(
    made(RoundOpened, seed_hash=st.one_of(st.none(), st.text(max_size=3))),
    made(PriceTicked, tick=TICK, price=PRICE, origin=st.sampled_from(TickOrigin)),
    made(PriceTicked, tick=st.integers(0, 12), price=st.floats(0.01, 9)),
    made(RoundRugged, tick=TICK, price=PRICE),
    made(RoundRugged, tick=st.integers(0, 12), price=st.floats(0.01, 9)),
    made(PhaseChanged, phase=st.sampled_from(Phase)),
    made(TimerTicked, remaining_ms=st.integers(-5, 15000)),
    made(GapFound, first=TICK, last=TICK),
    made(SeedRevealed, seed=st.text(max_size=3), seed_hash=st.just("h"), version=st.just("v3")),
    made(FairnessChecked, verdict=st.sampled_from(Fairness)),
    blocks(),
)
HISTORIES = st.lists(EVENTS, max_size=25)


def fold(events, state=None):
    state = State() if state is None else state
    for each in events:
        state = reduce(state, each)
    return state


def market(state, stream=PRACTICE):
    return state.markets.get(stream)


def singly(events):
    """The same events with each block taken apart."""
    for each in events:
        if not isinstance(each, TickBlock):
            yield each
            continue
        columns = (each.ticks.tolist(), each.prices.tolist(), each.ats.tolist())
        for tick, price, at in zip(*columns, strict=True):
            yield event(PriceTicked, at, round_id=each.round_id, tick=tick, price=price)


@given(history=HISTORIES, cut=st.integers(0, 25))
def test_folding_in_two_parts_is_folding_at_once(history, cut):
    """N15: the state after i events is the same however it was reached."""
    assert fold(history[cut:], fold(history[:cut])) == fold(history)


@given(history=HISTORIES, before=HISTORIES)
def test_a_rewind_forgets_everything_but_its_history(history, before):
    """N15: going back to a moment and coming to it are the same."""
    rewound = [event(Rewound, history=tuple(history))]
    state, plain = market(fold(rewound, fold(before))), market(fold(history))
    assert state == (plain or type(state)(stream=PRACTICE))
    gone, come = Engine(), Engine()
    gone.handle(before)
    columns = gone.handle(rewound).session, come.handle(history).session
    assert_same_columns(*columns)


def assert_same_columns(one, other):
    told = [
        [
            (s.round_id, s.ticks.tolist(), s.prices.tolist(), s.ats.tolist())
            for s in session.rounds(PRACTICE)
        ]
        for session in (one, other)
    ]
    assert told[0] == told[1]


@given(history=HISTORIES)
def test_a_block_leads_to_the_state_of_its_ticks_one_by_one(history):
    parts = [each for each in history if not (isinstance(each, TickBlock) and not len(each.ticks))]
    apart = list(singly(parts))
    assert market(fold(parts)) == market(fold(apart))
    assert_same_columns(Engine().handle(parts).session, Engine().handle(apart).session)


@given(history=HISTORIES)
def test_no_price_that_is_none_enters_the_state(history):
    """N28, S2-M3: NaN, infinite, zero and negative prices never enter the state."""
    state = market(fold(history))
    for known in (state and state.round, state and state.previous):
        if known is None:
            continue
        for price in (known.price, known.rug_price):
            assert price is None or 0 < price < 1e15
        assert 0 <= known.peak < 1e15
        assert known.low > 0
        assert known.tick < 2**53
        assert known.rug_tick is None or known.tick <= known.rug_tick


@given(history=HISTORIES)
def test_the_state_and_the_columns_agree(history):
    """N16: the columns are as long as the state says, and hold its newest price and extremes."""
    advance = Engine().handle(history)
    state = market(advance.state)
    if state is None or state.round is None:
        return
    known, series = state.round, advance.session.series(PRACTICE, state.round.round_id)
    assert series is not None
    assert len(series) == known.ticks
    if not known.ticks:
        return
    assert (known.first_tick, known.tick) == (series.ticks[0], series.ticks[-1])
    assert known.price == series.prices[-1]
    before_rug = series.prices[series.ticks != known.rug_tick]
    if len(before_rug):
        assert known.peak == before_rug.max()
        assert known.low == before_rug.min()
        assert series.prices[series.ticks == known.peak_tick] == known.peak
    inner = sum(last - first + 1 for first, last in known.holes if last > known.first_tick)
    assert known.tick - known.first_tick + 1 - known.ticks == inner


def test_the_rug_is_neither_peak_nor_low():
    state = market(fold(a_round([1.0, 1.5, 0.9, 0.018]))).round
    assert (state.peak, state.peak_tick, state.low) == (1.5, 1, 0.9)
    assert (state.rug_tick, state.rug_price, state.phase) == (3, 0.018, Phase.RUGGED)
    assert (state.tick, state.price, state.ticks) == (3, 0.018, 4)


def test_what_is_filled_in_between_the_last_tick_and_its_rug_counts():
    late = ticked(1, 0.3, origin=TickOrigin.PARTIAL)
    rug = event(RoundRugged, round_id=ROUND, tick=2, price=0.02)
    for script in ([ticked(2, 0.02), late, rug], [ticked(2, 0.02), rug, late]):
        state = market(fold([ticked(0), *script])).round
        assert (state.peak, state.low, state.ticks, state.missing) == (1.0, 0.3, 3, 0)


def test_a_round_of_which_only_the_rug_was_heard_has_no_peak():
    state = market(fold([ticked(9, 0.02), event(RoundRugged, round_id=ROUND, tick=9, price=0.02)]))
    assert (state.round.peak, state.round.peak_tick, state.round.low) == (0.0, -1, math.inf)


def test_what_fills_a_gap_is_counted_and_what_repeats_is_refused():
    history = [ticked(0), ticked(4), event(GapFound, round_id=ROUND, first=1, last=3)]
    state = market(fold(history)).round
    assert (state.ticks, state.missing, state.filled) == (2, 3, 0)
    late = ticked(2, 7.0, origin=TickOrigin.HISTORY)
    after = market(fold([*history, late, late]))
    assert (after.round.ticks, after.round.missing, after.round.filled) == (3, 2, 1)
    assert (after.round.peak, after.round.price, after.round.tick) == (7.0, 1.0, 4)
    assert after.refused == 1


def test_what_came_before_the_first_tick_is_missing_once_it_was_announced():
    history = [ticked(5), ticked(6), event(GapFound, round_id=ROUND, first=0, last=4)]
    assert market(fold(history)).round.missing == 5
    filled = [ticked(tick, origin=TickOrigin.SNAPSHOT) for tick in range(5)]
    for script in ([*history, *filled], [*history[:2], *filled]):
        state = market(fold(script)).round
        assert (state.first_tick, state.ticks, state.missing, state.holes) == (0, 7, 0, ())


def test_duplicate_and_late_lifecycle_events_change_nothing():
    """N13: a repeated opening, phase or rug leaves ticks and state as they were."""
    script = [*a_round([1.0, 1.1, 0.02]), event(PhaseChanged, round_id=ROUND, phase=Phase.RUGGED)]
    once = fold(script)
    twice = fold([each for each in script if not isinstance(each, PriceTicked)], once)
    assert market(twice) == market(once)


@pytest.mark.parametrize(
    "nonsense",
    [
        ticked(1, 1.0),
        ticked(-1, 1.0),
        ticked(7, 1.0),
        event(PhaseChanged, round_id=ROUND, phase=Phase.PRESALE),
        event(RoundRugged, round_id=ROUND, tick=1, price=0.02),
        event(RoundRugged, round_id="nobody", tick=1, price=0.02),
        ticked(1, 1.0, round_id="nobody"),
    ],
)
def test_an_event_in_the_wrong_order_is_refused_and_counted(nonsense):
    """S2-H4: what may not follow is passed over and counted."""
    state = fold(a_round([1.0, 1.1, 0.02]))
    after = fold([nonsense], state)
    assert market(after).refused == market(state).refused + 1
    assert replace(market(after), refused=0) == replace(market(state), refused=0)


def test_the_seeds_of_rounds_that_were_not_heard_are_not_refused():
    script = [
        event(SeedRevealed, round_id="old", seed="s", seed_hash="h", version="v3"),
        event(FairnessChecked, round_id="old", verdict=Fairness.VERIFIED),
    ]
    assert market(fold(script)) is None or market(fold(script)).refused == 0
    assert market(fold(script, fold(a_round([1.0, 0.02])))).refused == 0


def test_the_round_before_still_hears_of_its_end():
    script = [ticked(0), ticked(1), event(RoundOpened, round_id="next")]
    script += [ticked(2, 0.02, origin=TickOrigin.HISTORY)]
    script += [event(RoundRugged, round_id=ROUND, tick=2, price=0.02)]
    script += [event(FairnessChecked, round_id=ROUND, verdict=Fairness.VERIFIED)]
    state = market(fold(script))
    assert (state.round.round_id, state.previous.rug_tick, state.finished) == ("next", 2, 1)
    assert state.previous.fairness is Fairness.VERIFIED


def test_two_streams_do_not_mix():
    """S3-T5: rounds of the same name in two streams are two rounds."""
    other = event(PriceTicked, stream="replay/1", round_id=ROUND, tick=3, price=9.0)
    state = fold([ticked(0), other, ticked(1)])
    assert (market(state).round.tick, market(state, "replay/1").round.tick) == (1, 3)


def test_opening_a_recording_starts_its_stream_over():
    state = fold([*a_round([1.0, 0.02]), event(FeedChanged, link=Link.LIVE)])
    after = market(fold([event(ReplayOpened, source="x", damage=(), rounds=())], state))
    assert (after.round, after.finished) == (None, 0)
    assert after.link is not None


def test_the_state_at_a_tick_is_the_same_along_a_thousand_random_walks():
    """N15: forward, back and jumping reach the same state at the same position."""
    rng = random.Random(15)
    prices = [rng.uniform(0.1, 9) for _ in range(60)]
    script = a_round(prices)
    at = [fold(script[:end]) for end in range(len(script) + 1)]
    state, position = at[0], 0
    for _ in range(1000):
        goal = rng.randrange(len(script) + 1)
        if goal >= position and rng.random() < 0.5:
            state = fold(script[position:goal], state)
        else:
            state = fold([event(Rewound, history=tuple(script[:goal]))], state)
        position = goal
        assert (market(state) and market(state).round) == (
            market(at[goal]) and market(at[goal]).round
        )
