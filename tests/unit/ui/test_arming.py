import pytest
from msgspec.structs import replace

from replayer_qt.core.arming import Arming
from replayer_qt.core.order_events import ArmState
from replayer_qt.core.orders import Mode, OrderState
from replayer_qt.core.settings import TradingSettings
from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import AcknowledgeHalt, Arm, ArmKeys, Disarm
from replayer_qt.core.units import PRACTICE, Nanos, StreamId
from replayer_qt.ui.arming import (
    account_badge,
    are_keys_armed,
    arming_wish,
    keys_wish,
    read_arming,
)
from tests.helpers.orders import make_book, make_request
from tests.helpers.trading_frames import MONO, armed, killed, market, state_of, trading

NOW = Nanos(MONO)
LATER = Nanos(MONO + 10_000_000_000)


def words(state=ArmState.SAFE, *, mode=Mode.PRACTICE, settings=None, **fields):
    arming = Arming(state=state, **fields)
    traded = trading(mode=mode, arming=arming)
    return read_arming(state_of(traded), settings or TradingSettings(), NOW)


@pytest.mark.parametrize(("state", "text", "button", "command"), [
    (ArmState.SAFE, "SAFE", "Arm", Arm),
    (ArmState.READY, "READY", "Arm", Arm),
    (ArmState.ARMED, "ARMED", "Disarm", Disarm),
    (ArmState.IN_FLIGHT, "IN FLIGHT", "Disarm", Disarm),
    (ArmState.HALT, "HALT", "Acknowledge", AcknowledgeHalt),
])  # fmt: skip
def test_each_state_has_its_word_and_its_way_on(state, text, button, command):
    told = words(state)
    assert (told.state.text, told.button) == (text, button)
    wish = arming_wish(state_of(trading(arming=Arming(state=state))))
    assert isinstance(wish, command)
    assert wish.stream == PRACTICE


def test_an_order_at_its_venue_shows_as_in_flight_and_only_while_armed():
    book = make_book((make_request(), OrderState.SENT))
    flying = state_of(trading(arming=armed(seconds=90), book=book))
    assert read_arming(flying, TradingSettings(), NOW).state.text == "IN FLIGHT 1:30"
    halted = state_of(trading(arming=Arming(state=ArmState.HALT), book=book))
    assert read_arming(halted, TradingSettings(), NOW).state.text == "HALT"


def test_the_time_that_is_left_is_told_and_runs_by_itself():
    told = read_arming(state_of(trading(arming=armed(seconds=90))), TradingSettings(), NOW)
    assert told.state.text == "ARMED 1:30"
    assert told.counts
    assert not words(ArmState.SAFE).counts


def test_paper_needs_no_arming_unless_it_is_asked_for():
    told = words(mode=Mode.PAPER)
    assert (told.state.text, told.button) == ("OPEN", "")
    told = words(mode=Mode.PAPER, settings=TradingSettings(arm_paper=True))
    assert (told.state.text, told.button) == ("SAFE", "Arm")


def test_paper_says_that_the_kill_switch_is_on_and_keys_that_they_only_sell():
    traded = trading(mode=Mode.PAPER, arming=Arming(state=ArmState.SAFE))
    state = state_of(traded, kill=killed(), keys_until=LATER)
    told = read_arming(state, TradingSettings(), NOW)
    assert told.state.text == "KILLED"
    assert "kill switch is on" in told.why
    assert told.keys.text == "SALES ONLY 10.0 s"


def test_keys_that_were_armed_for_one_account_trade_on_no_other():
    """What was armed for play money does not carry over to another account."""
    state = state_of(trading(), keys_until=LATER)
    assert are_keys_armed(state, NOW)
    other = replace(state, shown=StreamId("replay/1"))
    assert not are_keys_armed(other, NOW)
    assert read_arming(other, TradingSettings(), NOW).keys.text == ""
    assert keys_wish(other, NOW) == ArmKeys(minutes=None)


def test_a_halt_by_the_kill_switch_says_that_it_was_on_once_it_is_lifted():
    arming = Arming(state=ArmState.HALT, reason="the kill switch is on", code="kill-switch")
    on, off = (state_of(trading(arming=arming), kill=each) for each in (killed(), killed(on=False)))
    assert read_arming(on, TradingSettings(), NOW).why == "the kill switch is on"
    assert read_arming(off, TradingSettings(), NOW).why == "the kill switch was on"


def test_a_halt_says_why():
    assert "no answer" in words(ArmState.HALT, reason="no answer in 2 s").why


def test_no_account_has_nothing_to_arm():
    told = read_arming(State(), TradingSettings(), NOW)
    assert (told.badge.word, told.button) == ("NO ACCOUNT", "")
    assert arming_wish(State()) is None


def test_keys_are_armed_until_their_time_is_over_and_not_a_moment_longer():
    state = State(keys_until=LATER)
    assert are_keys_armed(state, NOW)
    assert not are_keys_armed(state, LATER)
    assert not are_keys_armed(State(), NOW)
    assert keys_wish(state, NOW) == ArmKeys(minutes=0.0)
    assert keys_wish(state, LATER) == ArmKeys(minutes=None)
    assert read_arming(state, TradingSettings(), NOW).keys.text == "KEYS 10.0 s"
    assert read_arming(state, TradingSettings(), LATER).keys.text == ""


def test_badges_differ_by_word_colour_and_shape():
    badges = [account_badge(state_of(trading(mode=mode))) for mode in Mode]
    badges.append(account_badge(State()))
    for attribute in ("word", "shape"):
        assert len({getattr(badge, attribute) for badge in badges}) == len(badges)
    assert len({badge.colour for badge in badges[:3]}) == 3


def test_a_replay_says_so_whatever_its_mode():
    from replayer_qt.core.replay_events import ReplayMoved
    from replayer_qt.core.units import StreamId
    from tests.helpers.make import event

    stream = StreamId("replay/1")
    told = {"source": "a", "position": 1, "length": 2, "speed": 1.0, "achieved": 1.0}
    moved = event(ReplayMoved, stream=stream, playing=False, rounds=1, **told)
    state = state_of(trading(stream, Mode.PAPER), market(stream, replay=moved))
    assert account_badge(state).word == "REPLAY"
