import math

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.replay_clock import ReplayClock

DAY = 86_400 * 10**9
TIMES = st.integers(0, 30 * DAY)
SPEEDS = st.one_of(st.sampled_from([0.1, 0.25, 1.0, 2.0, 3.0, 10.0, 1000.0]), st.floats(0.1, 1000))


@given(
    start=TIMES, position=TIMES, later=TIMES, before=SPEEDS, after=st.one_of(st.just(0.0), SPEEDS)
)
def test_a_changed_speed_never_moves_the_position(start, position, later, before, after):
    clock = ReplayClock(anchor_wall=start, anchor_position=position, speed=before)
    wall = start + later
    assert clock.at_speed(after, wall=wall).position(wall) == clock.position(wall)


@given(start=TIMES, position=TIMES, speed=SPEEDS, steps=st.lists(TIMES, max_size=5))
def test_time_only_moves_it_forward(start, position, speed, steps):
    clock = ReplayClock(anchor_wall=start, anchor_position=position, speed=speed)
    walls = sorted(start + step for step in steps)
    positions = [clock.position(wall) for wall in walls]
    assert positions == sorted(positions)
    assert all(where >= position for where in positions)


@given(start=TIMES, position=TIMES, ahead=st.integers(0, DAY), speed=SPEEDS)
def test_what_is_waited_for_has_come_when_it_was_said_to_come(start, position, ahead, speed):
    clock = ReplayClock(anchor_wall=start, anchor_position=position, speed=speed)
    wall = clock.wall(position + ahead)
    assert wall is not None
    assert position + ahead <= clock.position(wall) + 1
    assert clock.position(wall) <= position + ahead + math.ceil(speed) + 1


@given(start=TIMES, position=TIMES, goal=TIMES, later=TIMES, speed=SPEEDS)
def test_a_seek_goes_where_it_was_told_and_on_at_the_same_speed(
    start, position, goal, later, speed
):
    clock = ReplayClock(anchor_wall=start, anchor_position=position, speed=speed)
    moved = clock.seek(goal, wall=start + later)
    assert moved.position(start + later) == goal
    assert moved.speed == clock.speed


def test_a_paused_clock_stands_still_and_reaches_nothing():
    clock = ReplayClock(anchor_wall=5, anchor_position=7)
    assert clock.position(10**18) == 7
    assert clock.wall(8) is None


def test_a_clock_that_was_set_back_plays_nothing_twice():
    clock = ReplayClock(anchor_wall=1000, anchor_position=7, speed=2.0)
    assert clock.position(0) == 7
