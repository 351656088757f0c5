import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.phase import Phase, may_follow, phase_of
from replayer_qt.core.statement import Statement

ROUND = "20251212-0000000000000001"


@pytest.mark.parametrize(
    ("stated", "phase"),
    [
        ({"active": True, "rugged": True, "tick": 266}, Phase.RUGGED),
        ({"active": True, "rugged": True, "tick": 268, "snapshot": True}, Phase.RUGGED),
        ({"active": True, "rugged": False, "tick": 0, "timer_ms": 0}, Phase.ACTIVE),
        ({"active": False, "rugged": False, "presale": False, "timer_ms": 15000}, Phase.COOLDOWN),
        ({"presale": False, "timer_ms": 14900}, Phase.COOLDOWN),
        ({"active": False, "rugged": False, "presale": True, "timer_ms": 10000}, Phase.PRESALE),
        ({"presale": True, "timer_ms": 100}, Phase.PRESALE),
        ({"presale": True}, Phase.PRESALE),
    ],
)
def test_each_message_shape_tells_its_phase(stated, phase):
    """S2-H4: the transition table follows what the venue really sends."""
    for previous in Phase:
        assert phase_of(Statement(round_id=ROUND, **stated), previous) is phase


def test_what_a_message_leaves_open_is_as_it_was():
    for previous in Phase:
        assert phase_of(Statement(round_id=ROUND), previous) is previous
        assert phase_of(Statement(round_id=ROUND, timer_ms=0, active=False), previous) is previous


@given(a=st.sampled_from(Phase), b=st.sampled_from(Phase), c=st.sampled_from(Phase))
def test_a_round_never_goes_back(a, b, c):
    """S2-H4: of two different phases only one may follow the other, and so on down the line."""
    assert may_follow(a, b) or may_follow(b, a)
    assert a is b or not (may_follow(a, b) and may_follow(b, a))
    if may_follow(c, b) and may_follow(b, a):
        assert may_follow(c, a)
