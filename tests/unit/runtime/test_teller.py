"""What is said to a person without a window."""

from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.program_events import ProblemRaised, Recording, RecordingChanged, Severity
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.teller import Teller
from tests.helpers.make import event, ticked


def said(*events):
    lines = []
    teller = Teller(lines.append)
    for one in events:
        teller.tell(Engine().handle((one,)))
    return lines


def test_a_problem_is_told_with_its_remedy(qapp):
    """S2-H3: what the window would show is said."""
    problem = event(ProblemRaised, code="x", what="It broke.", remedy="Mend it.")
    info = event(ProblemRaised, code="y", what="It is back.", remedy="", severity=Severity.INFO)
    assert said(problem, info) == ["error: It broke. Mend it.", "info: It is back."]


def test_the_connection_is_told_with_its_reason(qapp):
    lost = event(FeedChanged, link=Link.WAITING, reason="nothing listens at this address")
    assert said(event(FeedChanged, link=Link.LIVE), lost) == [
        "practice: live",
        "practice: waiting (nothing listens at this address)",
    ]


def test_the_same_is_not_told_twice_in_a_row(qapp):
    fault = event(RecordingChanged, state=Recording.DISK_FULL, reason="1 MB is left.")
    assert said(fault, ticked(1), fault) == ["recording stopped: 1 MB is left."]
