"""The one line for people without a window."""

from replayer_qt.core.events import (
    FeedChanged,
    Link,
    PhaseChanged,
    RoundOpened,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.report import status_line
from replayer_qt.core.state import State
from replayer_qt.core.units import PRACTICE
from replayer_qt.engine.engine import Engine
from tests.helpers.make import ROUND, a_round, event


def after(*events):
    engine = Engine()
    engine.attach(PRACTICE)
    return status_line(engine.handle(events).state)


def test_an_idle_program_says_so():
    assert status_line(State()) == "not connected · not recording"


def test_a_running_round_is_told_with_its_price_and_peak():
    said = after(event(FeedChanged, link=Link.LIVE), *a_round([1.0, 2.5, 2.0])[:-1])
    assert (
        said == "practice PRACTICE · round 89abcdef tick 2 at 2.0000x, peak 2.5000x · not recording"
    )


def test_a_countdown_is_told_in_seconds():
    said = after(
        event(RoundOpened, round_id=ROUND),
        event(PhaseChanged, round_id=ROUND, phase=Phase.PRESALE),
        event(TimerTicked, round_id=ROUND, remaining_ms=4700),
    )
    assert "presale, starts in 4.7 s" in said


def test_a_rug_is_told_with_its_tick():
    assert "rugged at tick 2, peak 1.5000x" in after(*a_round([1.0, 1.5, 0.02]))


def test_a_lost_record_is_never_passed_over():
    said = after(event(RecordingChanged, state=Recording.ON, records=7, rounds=1, lost=3))
    assert "1 rounds, 7 records" in said
    assert "3 LOST" in said


def test_a_fault_says_why():
    said = after(event(RecordingChanged, state=Recording.DISK_FULL, reason="12 MB are left."))
    assert said.endswith("disk_full: 12 MB are left.")
