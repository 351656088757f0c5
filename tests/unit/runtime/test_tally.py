import pytest

from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, Nanos
from replayer_qt.runtime.tally import Tally


@pytest.mark.parametrize(
    ("state", "lost", "expected"),
    [
        (Recording.ON, 0, False),
        (Recording.OFF, 0, False),
        (Recording.ON, 3, True),
        (Recording.DISK_FULL, 0, True),
        (Recording.FAULTED, 0, True),
    ],
)
def test_what_is_not_recorded_is_an_error_of_the_run(qapp, state, lost, expected):
    """FAULTS R5: silence means complete, in the last line of a run, too."""
    told = RecordingChanged(
        at=Nanos(0), mono=Nanos(0), stream=PRACTICE, state=state, lost=lost, rounds=2
    )
    tally = Tally()
    tally.count(Advance(events=(told,), state=State(recording=told), session=Session()))
    assert (tally.unrecorded, tally.rounds) == (expected, 2)
