from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.arming import (
    GREEN_S,
    INCIDENTS,
    LONGEST_MINUTES,
    Arming,
    acknowledge,
    arm,
    auto_disarm,
    checks,
    disarm,
    fold_arming,
    phrase_for,
    shown_state,
    watch,
)
from replayer_qt.core.order_events import AccountOpened, ArmingChanged, ArmState, OrderRejected
from replayer_qt.core.orders import Mode, OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import limits_of
from replayer_qt.core.risk_caps import CEILING, caps_for
from replayer_qt.core.risk_memory import RiskMemory, fold_memory
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.trade_commands import AcknowledgeHalt, Arm, Disarm
from replayer_qt.core.units import PRACTICE, Moment, Nanos
from tests.helpers.make import event, ticked
from tests.helpers.orders import make_book, make_facts, make_limits, make_request

SECOND = 1_000_000_000
NOW = Moment(Nanos(7 * SECOND), Nanos(100 * SECOND))
LIMITS = make_limits()
CAPPED = {"orders": 0, "turnover": Decimal(0), "session_result": Decimal(0), "in_flight": 0}
LIVE_OK = make_facts(**CAPPED)


def later(seconds):
    return Moment(
        Nanos(NOW.at + round(seconds * SECOND)), Nanos(NOW.mono + round(seconds * SECOND))
    )


def armed(mode=Mode.PRACTICE, minutes=None, **told):
    change = arm(Arming(), Arm(stream=PRACTICE, minutes=minutes), make_facts(), LIMITS, mode, NOW)
    assert isinstance(change, ArmingChanged)
    return fold_arming(Arming(**told), change)


def disarmed(arming, facts=LIVE_OK, *, limits=LIMITS, now=NOW, memory=None, mode=Mode.LIVE, **told):
    known = memory or RiskMemory()
    return auto_disarm(PRACTICE, arming, known, facts, limits, mode, now, **told)


def test_every_start_begins_safe():
    """Armed is never restored, by nothing."""
    assert Arming().state is ArmState.SAFE
    assert not Arming().is_armed
    opened = event(AccountOpened, mode=Mode.PRACTICE, cash=Decimal(1))
    assert fold_arming(armed(), opened) == Arming()
    assert fold_arming(armed(), ticked(1)) == armed()


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.PRACTICE])
def test_play_money_is_armed_by_a_click(mode):
    arming = armed(mode)
    assert arming.state is ArmState.ARMED
    assert arming.code == "armed"
    minutes = LIMITS.trading.arm_minutes
    assert arming.until == NOW.mono + minutes * 60 * SECOND
    assert arming.is_armed_at(Nanos(arming.until - 1))
    assert not arming.is_armed_at(arming.until)


@pytest.mark.parametrize(("asked", "got"), [(5.0, 5.0), (0.1, 0.1), (61.0, 60.0), (1e9, 60.0)])
def test_nobody_arms_for_more_than_an_hour(asked, got):
    assert armed(minutes=asked).until == NOW.mono + round(got * 60 * SECOND)
    assert got <= LONGEST_MINUTES


@pytest.mark.parametrize("minutes", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none_arms_nothing(minutes):
    command = Arm(stream=PRACTICE, minutes=minutes)
    why = arm(Arming(), command, make_facts(), LIMITS, Mode.PRACTICE, NOW)
    assert isinstance(why, tuple)
    assert "minutes" in why[0]


def test_arming_again_is_a_longer_time():
    before = armed(minutes=1.0)
    change = arm(before, Arm(stream=PRACTICE), make_facts(), LIMITS, Mode.PRACTICE, later(30))
    assert fold_arming(before, change).until == later(30).mono + 15 * 60 * SECOND


RED = {
    "killed": True,
    "audit_ok": False,
    "recorder_ok": False,
    "link_live": False,
    "tick_age_ms": 9_000.0,
    "missing": 4,
    "unknown": 1,
    "drifting": True,
    "day_result": Decimal(-99),
    "drawdown": Decimal(99),
    "breaker_ms": 5.0,
    "cash": None,
}


@pytest.mark.parametrize(("name", "value"), RED.items())
def test_what_is_not_green_cannot_be_armed(name, value):
    facts = make_facts(**{name: value})
    assert len(checks(facts, LIMITS, Mode.PRACTICE)) == 1
    why = arm(Arming(), Arm(stream=PRACTICE), facts, LIMITS, Mode.PRACTICE, NOW)
    assert why == checks(facts, LIMITS, Mode.PRACTICE)


def test_between_two_rounds_all_is_green_though_nothing_is_told():
    quiet = make_facts(phase=Phase.RUGGED, tick_age_ms=9_000.0, last_second=99)
    assert checks(quiet, LIMITS, Mode.PRACTICE) == ()


def test_real_money_needs_its_words_and_ten_green_seconds():
    """FAULTS S17: the phrase names the amount; a click is not enough."""
    phrase = phrase_for(Mode.LIVE, LIMITS.risk)
    green = Arming(green_since=Nanos(NOW.mono - round(GREEN_S * SECOND)))
    good = Arm(stream=PRACTICE, phrase=f" {phrase} ")
    assert isinstance(arm(green, good, LIVE_OK, LIMITS, Mode.LIVE, NOW), ArmingChanged)
    for phrase_ in ("", phrase.lower(), "ARM LIVE 1 SOL"):
        command = Arm(stream=PRACTICE, phrase=phrase_)
        why = arm(green, command, LIVE_OK, LIMITS, Mode.LIVE, NOW)
        assert phrase in why[0]
    for since in (None, Nanos(green.green_since + 1)):
        why = arm(Arming(green_since=since), good, LIVE_OK, LIMITS, Mode.LIVE, NOW)
        assert "10 s" in why[0]
    assert phrase_for(Mode.PAPER, LIMITS.risk) == ""


def test_real_money_becomes_ready_after_ten_green_seconds():
    """S4-K2, FAULTS S17: SAFE, green for a while, READY; and back when a check fails."""
    arming = Arming()
    step = watch(PRACTICE, arming, LIVE_OK, LIMITS, Mode.LIVE, NOW)
    assert step.code == "checks-green"
    arming = fold_arming(arming, step)
    assert arming.state is ArmState.SAFE
    assert watch(PRACTICE, arming, LIVE_OK, LIMITS, Mode.LIVE, later(GREEN_S - 0.001)) is None
    ready = watch(PRACTICE, arming, LIVE_OK, LIMITS, Mode.LIVE, later(GREEN_S))
    arming = fold_arming(arming, ready)
    assert arming.state is ArmState.READY
    assert watch(PRACTICE, arming, LIVE_OK, LIMITS, Mode.LIVE, later(11)) is None
    red = make_facts(drifting=True)
    arming = fold_arming(arming, watch(PRACTICE, arming, red, LIMITS, Mode.LIVE, later(12)))
    assert (arming.state, arming.green_since) == (ArmState.SAFE, None)
    assert watch(PRACTICE, arming, red, LIMITS, Mode.LIVE, later(13)) is None
    green = fold_arming(arming, watch(PRACTICE, arming, LIVE_OK, LIMITS, Mode.LIVE, later(14)))
    broken = watch(PRACTICE, green, red, LIMITS, Mode.LIVE, later(15))
    assert broken.code == "not-green"
    assert fold_arming(green, broken).green_since is None


def test_play_money_is_ready_at_once():
    step = watch(PRACTICE, Arming(), make_facts(), LIMITS, Mode.PAPER, NOW)
    assert step.state is ArmState.READY
    assert watch(PRACTICE, armed(), make_facts(), LIMITS, Mode.PAPER, NOW) is None


FAULTS = {
    "kill-switch": {"killed": True},
    "audit-error": {"audit_ok": False},
    "recorder-error": {"recorder_ok": None},
    "unknown-order": {"unknown": 1},
    "drift": {"drifting": True},
    "feed-stale": {"link_live": False},
    "daily-loss": {"day_result": Decimal(-5)},
    "drawdown": {"drawdown": Decimal(5)},
    "not-known": {"day_result": None},
    "orders-cap": {"orders": 60},
    "turnover-cap": {"turnover": Decimal("0.1")},
    "loss-cap": {"session_result": Decimal("-0.05")},
}


@pytest.mark.parametrize(("code", "facts"), FAULTS.items())
def test_each_fault_halts_and_must_be_acknowledged(code, facts):
    """FAULTS C5, O5, S17, S4-K3: no fault goes on trading, and none arms again by itself."""
    before = armed()
    change = disarmed(before, make_facts(**{**CAPPED, **facts}))
    assert (change.state, change.code) == (ArmState.HALT, code)
    halted = fold_arming(before, change)
    assert not halted.is_armed
    why = arm(halted, Arm(stream=PRACTICE), make_facts(), LIMITS, Mode.PRACTICE, later(60))
    assert "acknowledged" in why[0]
    assert halted.reason in why[0]
    assert disarm(halted, Disarm(stream=PRACTICE), NOW) is None
    assert watch(PRACTICE, halted, make_facts(), LIMITS, Mode.PRACTICE, NOW) is None
    read = acknowledge(halted, AcknowledgeHalt(stream=PRACTICE), NOW)
    safe = fold_arming(halted, read)
    assert safe.state is ArmState.SAFE
    again = arm(safe, Arm(stream=PRACTICE), make_facts(), LIMITS, Mode.PRACTICE, later(60))
    assert isinstance(again, ArmingChanged)


def test_a_stale_tick_halts_in_a_running_round_alone():
    old = {**CAPPED, "tick_age_ms": 1_500.5}
    assert disarmed(armed(), make_facts(**old)).code == "feed-stale"
    assert disarmed(armed(), make_facts(**{**CAPPED, "tick_age_ms": None})).code == "feed-stale"
    assert disarmed(armed(), make_facts(**old, phase=Phase.COOLDOWN)) is None
    assert disarmed(armed(), make_facts(**old), limits=make_limits(max_tick_age_ms=0)) is None


@pytest.mark.parametrize("incident", INCIDENTS)
def test_each_incident_around_halts(incident):
    change = disarmed(armed(), incident=incident)
    assert (change.state, change.code) == (ArmState.HALT, incident)
    assert change.reason == INCIDENTS[incident]


def test_three_rejects_within_a_minute_halt():
    """FAULTS O10: no retry; the third one disarms."""
    memory = RiskMemory()
    for count in range(3):
        assert disarmed(armed(), memory=memory) is None
        rejected = event(OrderRejected, NOW.mono - count, order_id="a", reason="no")
        memory = fold_memory(memory, rejected)
    assert disarmed(armed(), memory=memory).code == "rejects"
    assert disarmed(armed(), memory=memory, limits=make_limits(rejects_per_minute=0)) is None
    assert disarmed(armed(), memory=memory, now=later(61)) is None


def test_the_time_and_changed_settings_make_it_safe():
    arming = armed(minutes=1.0)
    assert disarmed(arming, now=later(59.9)) is None
    over = disarmed(arming, now=later(60))
    assert (over.state, over.code) == (ArmState.SAFE, "ttl")
    changed = disarmed(arming, settings_changed=True)
    assert (changed.state, changed.code) == (ArmState.SAFE, "settings-changed")


def test_what_is_not_armed_is_not_disarmed():
    for state in (ArmState.SAFE, ArmState.READY, ArmState.HALT):
        arming = Arming(state=state)
        assert disarmed(arming, make_facts(killed=True), incident="crash") is None


def test_caps_hold_for_real_money_alone():
    spent = make_facts(orders=None, turnover=None, session_result=None)
    assert disarmed(armed(), spent).code == "not-known"
    assert disarmed(armed(), spent, mode=Mode.PRACTICE) is None
    off = limits_of(RiskSettings(max_daily_loss_sol=0, max_drawdown_sol=0), TradingSettings())
    lost = make_facts(day_result=Decimal(-999), drawdown=Decimal(999))
    assert disarmed(armed(), lost, limits=off, mode=Mode.PRACTICE) is None


@given(
    st.floats(0, 5),
    st.floats(0, 10_000),
    st.integers(0, 600),
    st.integers(0, 60_000),
)
def test_settings_lower_a_cap_and_never_raise_it(order, loss, minute, spacing):
    """FAULTS S17: the ceilings are in the code, above any setting."""
    risk = RiskSettings(
        max_order_sol=order,
        max_daily_loss_sol=loss,
        orders_per_minute=minute,
        duplicate_ms=spacing,
    )
    caps = caps_for(Mode.LIVE, risk)
    assert caps.order <= CEILING.order
    assert caps.loss <= CEILING.loss
    assert caps.per_minute <= CEILING.per_minute
    assert caps.spacing_ms >= CEILING.spacing_ms
    assert caps_for(Mode.PRACTICE, risk) is None
    low = caps_for(Mode.LIVE, RiskSettings(max_order_sol=0.005, orders_per_minute=0))
    assert (low.order, low.per_minute) == (Decimal("0.005"), CEILING.per_minute)


def test_asking_disarms_at_once():
    change = disarm(armed(), Disarm(stream=PRACTICE), NOW)
    assert (change.state, change.code) == (ArmState.SAFE, "asked")
    assert disarm(Arming(state=ArmState.READY), Disarm(stream=PRACTICE), NOW) is not None
    assert disarm(Arming(), Disarm(stream=PRACTICE), NOW) is None
    assert acknowledge(armed(), AcknowledgeHalt(stream=PRACTICE), NOW) is None


def test_an_order_at_its_venue_shows_as_in_flight():
    book = make_book((make_request(), OrderState.SENT))
    assert shown_state(armed(), book) is ArmState.IN_FLIGHT
    assert shown_state(armed(), make_book()) is ArmState.ARMED
    assert shown_state(Arming(), book) is ArmState.SAFE
