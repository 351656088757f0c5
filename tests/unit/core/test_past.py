"""What was heard lately of a running stream."""

from replayer_qt.core.events import FeedChanged, Link, TimerTicked
from replayer_qt.core.past import Past
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from tests.helpers.make import ROUND, a_round, event, ticked

OTHER = RoundId("20261121-ffff")


def test_rounds_are_kept_apart_in_the_order_they_came():
    past = Past()
    assert len(past.keep(a_round([1.0, 1.1, 0.1]), PRACTICE)) == 5
    past.keep(a_round([1.0, 0.1], round_id=OTHER), PRACTICE)
    late = ticked(3, 1.0)
    past.keep([late], PRACTICE)
    assert list(past.rounds()) == [ROUND, OTHER]
    assert past.rounds()[ROUND][-1] is late


def test_other_streams_the_connection_and_what_begins_no_round_are_passed_over():
    past = Past()
    timer = event(TimerTicked, round_id=ROUND, remaining_ms=5)
    link = event(FeedChanged, link=Link.LIVE)
    elsewhere = ticked(1, stream=RUGS)
    assert past.keep([timer, link, elsewhere], PRACTICE) == ()
    assert len(past) == 0


def test_memory_is_bounded_and_the_oldest_rounds_go_first():
    """S1-H8: whatever comes, so many events are kept and no more."""
    past = Past(events_kept=50)
    for number in range(30):
        past.keep(a_round([1.0] * 10, round_id=RoundId(f"r{number}")), PRACTICE)
        assert len(past) <= 50
    assert list(past.rounds())[-1] == "r29"
    assert past.dropped == 30 * 12 - len(past)
    for tick in range(1_000):
        past.keep([ticked(tick, round_id=OTHER)], PRACTICE)
        assert len(past) <= 50
    assert past.rounds()[OTHER][-1].tick == 999
    past.forget()
    assert (len(past), dict(past.rounds())) == (0, {})
