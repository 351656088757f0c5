import functools
from decimal import Decimal

import pytest
from msgspec.structs import replace

from replayer_qt.core.orders import Mode, OrderSide, OrderState
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.replay_events import ReplayMoved
from replayer_qt.core.risk_memory import RiskMemory, fold_memory
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import StreamId
from replayer_qt.core.verdict import Headroom
from replayer_qt.ui.ordering import Draft, request_of
from replayer_qt.ui.preview import Preview
from tests.helpers.clock import SteppedClock
from tests.helpers.make import event, ticked
from tests.helpers.orders import make_request, story
from tests.helpers.trading_frames import frame, market, state_of, trading

CENT = Draft(amount=Decimal("0.01"))
REPLAY = StreamId("replay/1")


def ask(preview, state):
    return preview(state, request_of(state, state.trading(), CENT, OrderSide.BUY))


def codes(verdict):
    return [reason.code for reason in verdict.reasons]


def bought_at(mono):
    """Return the memory of a purchase for 0.01 SOL that was allowed then."""
    events = story(make_request(), OrderState.GATED, at=mono - 1_000_000)
    return functools.reduce(fold_memory, events, RiskMemory())


def test_where_nothing_stands_against_it_it_is_allowed():
    assert ask(Preview(Settings(), SteppedClock()), state_of(trading())).allowed


def test_the_same_order_is_a_duplicate_until_its_time_is_over():
    clock = SteppedClock()
    state = state_of(trading(memory=bought_at(clock.mono - 100_000_000)))
    preview = Preview(Settings(), clock)
    assert codes(ask(preview, state)) == ["duplicate_order"]
    clock.pass_s(0.15)
    assert ask(preview, state).allowed


def test_a_tick_that_grows_old_refuses_without_a_new_frame():
    clock = SteppedClock()
    state = state_of(trading())
    clock.pass_s(2)
    assert "feed_stale" in codes(ask(Preview(Settings(), clock), state))


@pytest.mark.parametrize("at_fault", [Recording.FAULTED, Recording.DISK_FULL])
def test_a_recorder_at_fault_refuses(at_fault):
    told = event(RecordingChanged, state=at_fault)
    state = state_of(trading(), recording=told)
    assert "recorder_down" in codes(ask(Preview(Settings(), SteppedClock()), state))


@pytest.mark.parametrize("code", ["audit_unavailable", "recorder_down", "circuit_breaker_open"])
def test_what_the_engine_s_gate_saw_amiss_refuses_beforehand_too(code):
    seen = Headroom(code=code, title="", value=None, limit=None, unit="", left=None, ok=False)
    state = state_of(trading(headroom=(seen,)))
    assert codes(ask(Preview(Settings(), SteppedClock()), state)) == [code]


def test_in_a_replay_the_time_is_the_recording_s():
    told = {"source": "a", "position": 1, "length": 2, "speed": 1.0, "achieved": 1.0}
    moved = event(ReplayMoved, stream=REPLAY, playing=False, rounds=1, **told)
    traded = trading(REPLAY, Mode.PAPER, memory=bought_at(1_000_000_000))
    state = state_of(traded, market(REPLAY, replay=moved), live=None)
    preview = Preview(Settings(), SteppedClock())
    for tick, allowed in ((4, False), (8, True)):
        heard = replace(frame(state), events=(replace(ticked(tick), stream=REPLAY),))
        preview.show_frame(heard)
        assert ask(preview, state).allowed is allowed
    preview.show_frame(Advance(events=(), state=state, session=heard.session))
    assert ask(preview, state).allowed


def test_without_an_account_there_is_no_verdict():
    request = request_of(State(), trading(), CENT, OrderSide.BUY)
    assert Preview(Settings(), None)(State(), request) is None
