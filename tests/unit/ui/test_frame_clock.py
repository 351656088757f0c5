import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import EventsShed, PriceTicked, RoundOpened
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.ui.frame_clock import FrameClock
from tests.helpers.make import ROUND, event, ticked


def advance(*events, state=None):
    return Advance(events=tuple(events), state=state or State(), session=Session())


def watched(**fields):
    clock = FrameClock(**fields)
    frames = []
    clock.frame.connect(frames.append)
    return clock, frames


def test_an_advance_after_a_quiet_time_is_a_frame_at_once(qapp):
    clock, frames = watched(max_fps=60)
    clock.collect(advance(ticked(1)))
    assert [frame.events for frame in frames] == [(ticked(1),)]


def test_advances_in_a_hurry_become_one_frame(qtbot):
    """FAULTS N12: one paint per frame, of the newest state."""
    clock, frames = watched(max_fps=5)
    newest = State(live=PRACTICE)
    clock.collect(advance(ticked(0)))
    for tick in range(1, 200):
        clock.collect(advance(ticked(tick)))
    clock.collect(advance(state=newest))
    assert len(frames) == 1
    qtbot.waitUntil(lambda: len(frames) == 2)
    assert frames[1].events == tuple(ticked(tick) for tick in range(1, 200))
    assert frames[1].state is newest
    assert clock.frames == 2


def test_nothing_waits_without_a_frame_to_come(qtbot):
    """S3-P3: no timer runs when nothing happens."""
    clock, frames = watched(max_fps=200)
    clock.collect(advance(ticked(0)))
    clock.collect(advance(ticked(1)))
    qtbot.waitUntil(lambda: len(frames) == 2)
    assert not clock._timer.isActive()


def test_what_waits_is_bounded_and_only_what_may_be_shed_is(qapp):
    """S1-N4: the queue of events has a bound, drop-oldest, and a counter."""
    clock, frames = watched(max_fps=1, events_kept=100)
    clock.collect(advance())
    shed = event(EventsShed, queue="engine", count=3, first_at=0, last_at=0)
    clock.collect(advance(event(RoundOpened, round_id=ROUND), shed))
    for tick in range(5_000):
        clock.collect(advance(ticked(tick)))
    clock._release()
    told = frames[-1].events
    assert len(told) <= 100
    assert told[0] == event(RoundOpened, round_id=ROUND)
    assert told[1] == shed
    assert told[-1] == ticked(4_999)
    assert clock.shed + len(told) == 5_002


def test_a_rewind_keeps_what_is_no_part_of_the_past(qapp):
    clock, frames = watched(max_fps=1)
    clock.collect(advance())
    opened = event(ReplayOpened, source="a.jsonl", damage=(), rounds=(ROUND,))
    clock.collect(advance(opened, ticked(1), event(Rewound, history=())))
    clock._release()
    assert [type(told) for told in frames[-1].events] == [ReplayOpened, Rewound]


def test_a_rewind_forgets_what_waited_on_its_stream_only(qapp):
    clock, frames = watched(max_fps=1)
    clock.collect(advance())
    other = ticked(7, stream=RUGS)
    rewound = event(Rewound, history=(ticked(0),))
    clock.collect(advance(ticked(1), other, ticked(2), rewound, ticked(1)))
    clock._release()
    assert frames[-1].events == (other, rewound, ticked(1))


@pytest.mark.usefixtures("qapp")
@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30))
def test_every_event_is_told_once_and_in_order(sizes):
    clock, frames = watched(max_fps=1)
    sent = []
    for size in sizes:
        batch = [ticked(len(sent) + i) for i in range(size)]
        sent += batch
        clock.collect(advance(*batch))
    clock._release()
    told = [each for frame in frames for each in frame.events]
    assert told == sent
    assert all(isinstance(each, PriceTicked) for each in told)
