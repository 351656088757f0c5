"""Tapes: recorded rounds laid out for playing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.feeds.replay_tape import tapes
from replayer_qt.core.events import (
    GapFound,
    PriceTicked,
    RoundOpened,
    TickBlock,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.units import Nanos, RoundId, StreamId

REPLAY = StreamId("replay/1")
ELSEWHERE = StreamId("binance/btcusdt")
NAME = RoundId("BTCUSDT-2024-12-31T00")
MOMENT = {"mono": Nanos(0), "stream": ELSEWHERE, "round_id": NAME}


def block(ticks, prices):
    return TickBlock(
        at=Nanos(10 * ticks[-1]),
        ticks=np.array(ticks, np.int64),
        prices=np.array(prices, np.float64),
        ats=np.array([10 * tick for tick in ticks], np.int64),
        **MOMENT,
    )


def tick(number, price, **fields):
    return PriceTicked(at=Nanos(10 * number), tick=number, price=price, **MOMENT, **fields)


def test_ticks_in_blocks_are_laid_out_as_if_they_had_come_one_by_one():
    opened = RoundOpened(at=Nanos(0), **MOMENT)
    gap = GapFound(at=Nanos(50), first=3, last=4, **MOMENT)
    last = tick(7, 2.5, trade_count=6)
    blocks = [opened, block([0, 1, 2], [1.0, 1.5, 2.0]), gap, block([5, 6], [2.1, 2.2]), last]
    singles = [opened, tick(0, 1.0), tick(1, 1.5), tick(2, 2.0), gap]
    singles += [tick(5, 2.1), tick(6, 2.2), last]
    (one,), (other,) = tapes(blocks, REPLAY), tapes(singles, REPLAY)
    assert one.events == other.events
    assert one.ticks.tolist() == [0, 1, 2, 5, 6, 7]
    assert one.dues(None).tolist() == other.dues(None).tolist()


def test_an_unsound_price_in_a_block_is_left_out():
    opened = RoundOpened(at=Nanos(0), **MOMENT)
    (tape,) = tapes([opened, block([0, 1, 2], [1.0, float("nan"), 2.0])], REPLAY)
    assert tape.ticks.tolist() == [0, 2]


def plain_stops(events):
    """Where a replay stands still after each tick: behind what happened no later, up to a tick."""
    stops = [0]
    for cursor, event in enumerate(events):
        if isinstance(event, PriceTicked):
            after = cursor + 1
            while after < len(events) and events[after].at <= event.at:
                if isinstance(events[after], PriceTicked):
                    break
                after += 1
            stops.append(after)
    return stops


moments = st.integers(-3, 3) | st.sampled_from([2**63 - 1, 2**70])
happenings = st.lists(
    st.builds(
        lambda at, number, origin: PriceTicked(
            at=Nanos(at), tick=number, price=1.0, origin=origin, **MOMENT
        ),
        moments,
        st.integers(0, 9),
        st.sampled_from([TickOrigin.LIVE, TickOrigin.LIVE, TickOrigin.SEED]),
    )
    | st.builds(lambda at: TimerTicked(at=Nanos(at), remaining_ms=5, **MOMENT), moments),
    max_size=14,
)


@given(told=happenings)
def test_whatever_the_times_a_replay_stands_where_the_plain_rule_says(told):
    (tape,) = tapes([RoundOpened(at=Nanos(0), **MOMENT), *told], REPLAY)
    assert [tape.stop(n) for n in range(len(tape) + 1)] == plain_stops(tape.events)


@given(told=happenings)
def test_blocks_hold_live_ticks_only_that_rise(told):
    (tape,) = tapes([RoundOpened(at=Nanos(0), **MOMENT), *told], REPLAY)
    singles, seen = [], []
    for event in tape.between(0, tape.end):
        if isinstance(event, TickBlock):
            seen += event.ticks.tolist()
        elif isinstance(event, PriceTicked):
            seen.append(event.tick)
            singles.append(event)
    assert seen == tape.ticks.tolist()
    late = [
        event
        for n, event in enumerate(tape.events)
        if isinstance(event, PriceTicked)
        and (
            event.origin is not TickOrigin.LIVE
            or any(isinstance(e, PriceTicked) and e.tick >= event.tick for e in tape.events[:n])
        )
    ]
    assert all(event in singles for event in late)
