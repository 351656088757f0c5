"""The clock of the window's frames: prices at once, the rest by turns, nothing lost."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QTest

from replayer_qt.core.events import (
    EventsShed,
    FeedChanged,
    FeedMeasured,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    Side,
    TradePrinted,
)
from replayer_qt.core.order_events import KillSwitched
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened, Rewound
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.ui.frame_clock import FRAME_MS, FrameClock
from tests.helpers.make import ROUND, event, ticked


def advance(*events, state=None):
    return Advance(events=tuple(events), state=state or State(), session=Session())


def watched(**fields):
    clock = FrameClock(**fields)
    prices, rest = [], []
    clock.prices.connect(prices.append)
    clock.frame.connect(rest.append)
    return clock, prices, rest


def traded(number):
    """Return a trade of somebody's, which may not be shed."""
    return event(
        TradePrinted,
        round_id=ROUND,
        trade_id=str(number),
        player="p",
        side=Side.BUY,
        tick=number,
        price=1.0,
        amount=Decimal(1),
        quantity=Decimal(1),
    )


def flush(clock):
    """Hand out what waits, as the timers do."""
    clock._hand_out_prices()
    clock._hand_out_rest()


def test_prices_after_a_quiet_time_are_handed_out_at_once(qapp):
    clock, prices, rest = watched()
    clock.collect(advance(ticked(1)))
    assert [frame.events for frame in prices] == [(ticked(1),)]
    assert rest == []


def test_the_rest_follows_by_itself(qtbot):
    clock, prices, rest = watched()
    clock.collect(advance(ticked(1)))
    qtbot.waitUntil(lambda: len(rest) == 1)
    assert rest[0].events == (ticked(1),)
    assert rest[0].state is prices[0].state


def test_prices_in_a_hurry_become_one_frame(qtbot):
    """FAULTS N12: one paint per frame, of the newest state."""
    clock, prices, _ = watched(max_fps=5)
    newest = State(keys_until=7)
    clock.collect(advance(ticked(0)))
    for tick in range(1, 200):
        clock.collect(advance(ticked(tick)))
    clock.collect(advance(ticked(200), state=newest))
    assert len(prices) == 1
    qtbot.waitUntil(lambda: len(prices) == 2)
    assert prices[1].events == tuple(ticked(tick) for tick in range(1, 201))
    assert prices[1].state is newest
    assert clock.painted == 2
    assert clock.merged == 199


def test_the_rest_comes_far_less_often_than_prices(qtbot):
    clock, prices, rest = watched()
    sent = 0
    while len(rest) < 3:
        clock.collect(advance(ticked(sent)))
        sent += 1
        QTest.qWait(2)
    assert len(prices) > 3 * len(rest)
    assert all(len(frame.events) == 1 for frame in rest)
    assert [frame.events[0].tick for frame in rest] == sorted({f.events[0].tick for f in rest})


@pytest.mark.parametrize(
    "pressing",
    [
        advance(event(FeedChanged, link=Link.STALE)),
        advance(event(PhaseChanged, round_id=ROUND, phase=Phase.ACTIVE)),
        advance(event(KillSwitched, on=True, by="hand", reason="")),
        advance(state=State(live=PRACTICE)),
        advance(ticked(2), event(RoundOpened, round_id=ROUND)),
    ],
    ids=["link", "phase", "kill", "another stream", "round"],
)
def test_what_must_not_be_learned_late_is_shown_everywhere_at_once(qtbot, pressing):
    """The kill switch, the link, the phase: words do not wait for their turn."""
    clock, prices, rest = watched()
    clock.collect(advance(ticked(0)))
    clock.collect(advance(ticked(1)))
    assert rest == []
    clock.collect(pressing)
    older = [one for one in pressing.events if isinstance(one, PriceTicked)] or [ticked(1)]
    others = [one for one in pressing.events if not isinstance(one, PriceTicked)]
    assert sorted(rest[0].events, key=repr) == sorted([*older, *others], key=repr)
    assert prices[-1].state is rest[0].state is pressing.state


def test_a_flood_of_pressing_news_leaves_pauses(qtbot):
    clock, _, rest = watched()
    for number in range(50):
        clock.collect(advance(event(EventsShed, queue="e", count=number, first_at=0, last_at=0)))
    assert len(rest) == 1
    qtbot.waitUntil(lambda: len(rest) == 2, timeout=1_000)
    assert len(rest[1].events) == 49


def test_a_replay_that_begins_to_play_is_news_and_one_that_plays_on_is_not(qapp):
    clock, _, rest = watched()
    told = {"source": "a", "length": 9, "speed": 1.0, "achieved": 1.0, "rounds": 1}
    told |= {"files": 1, "round_index": 0, "file_index": 0}
    clock.collect(advance(event(ReplayMoved, position=1, playing=True, **told)))
    assert len(rest) == 1
    clock.collect(advance(event(ReplayMoved, position=2, playing=True, **told)))
    assert len(rest) == 1
    clock._since_frame.invalidate()
    clock.collect(advance(event(ReplayMoved, position=2, playing=False, **told)))
    assert len(rest) == 2


def test_a_dear_painting_makes_longer_pauses_and_a_cheap_one_none(qapp):
    cost = [10.0]
    clock, _, _ = watched(cost_ms=lambda: cost[0])
    assert clock.pause_ms == pytest.approx(1000 / 240)
    for tick in range(100):
        clock.collect(advance(ticked(tick)))
        clock._hand_out_prices()
    assert 35 < clock.pause_ms <= 50
    cost[0] = 0.1
    for tick in range(100):
        clock.collect(advance(ticked(tick)))
        clock._hand_out_prices()
    assert clock.pause_ms < 6


def test_one_slow_painting_is_not_believed(qapp):
    cost = [1.0]
    clock, _, _ = watched(cost_ms=lambda: cost[0])
    for tick in range(60):
        clock.collect(advance(ticked(tick)))
        clock._hand_out_prices()
    before = clock.pause_ms
    cost[0] = 400.0
    clock.collect(advance(ticked(60)))
    clock._hand_out_prices()
    assert clock.pause_ms < 2 * before


def test_nothing_waits_without_a_frame_to_come(qtbot):
    """S3-P3: no timer runs when nothing happens."""
    clock, prices, rest = watched(max_fps=200)
    clock.collect(advance(ticked(0)))
    clock.collect(advance(ticked(1)))
    qtbot.waitUntil(lambda: len(prices) == 2 and len(rest) == 1, timeout=1_000)
    assert FRAME_MS < 1_000
    timers = (clock._price_timer, clock._frame_timer)
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers), timeout=1_000)
    assert (len(prices), len(rest)) == (2, 1)


def test_prices_that_wait_go_before_the_rest_and_never_instead_of_it(qtbot):
    clock, prices, rest = watched(max_fps=2)
    clock.collect(advance(ticked(0)))
    clock.collect(advance(ticked(1)))
    clock._take_turn()
    assert (len(prices), len(rest)) == (2, 0)
    clock.collect(advance(ticked(2)))
    clock._take_turn()
    assert (len(prices), len(rest)) == (2, 1)
    assert rest[0].events == (ticked(2),)


def test_of_ticks_the_rest_is_told_the_newest_of_each_stream_and_of_all_else_everything(qapp):
    clock, prices, rest = watched(max_fps=1)
    opened = event(RoundOpened, round_id=ROUND)
    clock._since_frame.start()
    other = ticked(3, stream=RUGS)
    clock.collect(advance(ticked(0)))
    clock.collect(advance(ticked(1), other, opened, ticked(2)))
    flush(clock)
    assert rest[-1].events == (other, opened, ticked(2))
    assert prices[-1].events == (ticked(1), other, opened, ticked(2))


def test_what_waits_is_bounded_and_only_what_may_be_shed_is(qapp):
    """S1-N4: the queue of events has a bound, drop-oldest, and a counter."""
    clock, prices, rest = watched(max_fps=1, events_kept=100)
    clock.collect(advance(ticked(0)))
    clock._since_frame.start()  # as if the rest were told just now
    shed = event(EventsShed, queue="engine", count=3, first_at=0, last_at=0)
    opened = event(RoundOpened, round_id=ROUND)
    clock.collect(advance(opened, shed))
    for tick in range(1, 5_000):
        clock.collect(advance(ticked(tick)))
    before = len(rest)
    flush(clock)
    assert before == 0
    last = (prices[-1].events, rest[-1].events)
    for told in last:
        assert len(told) <= 100
        assert [one for one in told if not isinstance(one, PriceTicked)] == [opened, shed]
        assert told[-1] == ticked(4_999)
    assert clock.shed + len(prices[-1].events) == 5_001
    assert rest[-1].events == (opened, shed, ticked(4_999))


def test_a_rewind_keeps_what_is_no_part_of_the_past(qapp):
    clock, prices, rest = watched(max_fps=1)
    clock.collect(advance())
    opened = event(ReplayOpened, source="a.jsonl", damage=(), rounds=(ROUND,))
    clock.collect(advance(opened, ticked(1), event(Rewound, history=())))
    flush(clock)
    for told in (prices, rest):
        assert [type(one) for one in told[-1].events] == [ReplayOpened, Rewound]


def test_a_rewind_forgets_what_waited_on_its_stream_only(qapp):
    clock, prices, rest = watched(max_fps=1)
    clock.collect(advance())
    other = ticked(7, stream=RUGS)
    rewound = event(Rewound, history=(ticked(0),))
    clock.collect(advance(ticked(1), other, ticked(2), rewound, ticked(1)))
    clock.collect(advance(ticked(2)))
    flush(clock)
    assert prices[-1].events == (other, rewound, ticked(1), ticked(2))
    assert rest[-1].events == (other, rewound, ticked(2))


def test_counts_of_a_feed_press_nobody(qapp):
    clock, _, rest = watched()
    counts = {"messages": 1, "ticks": 1, "filled": 0, "rejected": {}, "connects": 1}
    clock.collect(advance(event(FeedMeasured, attempts=1, latency_ns=0, **counts)))
    assert rest == []


@pytest.mark.usefixtures("qapp")
@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30))
def test_every_event_is_told_once_and_in_order(sizes):
    clock, prices, rest = watched(max_fps=1)
    sent = []
    for size in sizes:
        batch = [traded(len(sent) + i) for i in range(size)]
        sent += batch
        clock.collect(advance(*batch))
    flush(clock)
    for frames in (prices, rest):
        told = [each for frame in frames for each in frame.events]
        assert told == sent
