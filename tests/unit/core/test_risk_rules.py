from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from replayer_qt.core.orders import Mode, OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import evaluate, headrooms, limits_of, named_limits
from replayer_qt.core.risk_known import MISSING
from replayer_qt.core.risk_rules import CODES, RULES, markdown_table
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.units import RoundId
from tests.helpers.orders import make_bet, make_facts, make_limits, make_request, make_sale

PROJECT = Path(__file__).parents[3]
BUY, SALE, BET = make_request(), make_sale(), make_bet()
HELD = {"quantity": Decimal(1), "basis": Decimal(1)}


class Case(NamedTuple):
    """Facts upon which one rule refuses an order, and the nearest ones upon which it does not."""

    code: str
    request: Request
    bad: dict[str, Any]
    good: dict[str, Any]
    risk: dict[str, Any] | None = None
    trading: dict[str, Any] | None = None

    def verdict(self, *, good=False, off=False):
        risk, trading = dict(self.risk or {}), dict(self.trading or {})
        if off:
            section, name = next(one for one in RULES if one.code == self.code).switch.split(".")
            {"risk": risk, "trading": trading}[section][name] = 0
        limits = limits_of(RiskSettings(**risk), TradingSettings(**trading))
        return evaluate(self.request, make_facts(**(self.good if good else self.bad)), limits)


def sol(text):
    return Decimal(text)


NANO = sol("0.000000001")

CASES = [
    Case("risk_input_missing", BUY, {"cash": None}, {"cash": sol("0.01")}),
    Case("risk_input_missing", SALE, {"quantity": None}, HELD),
    Case("audit_unavailable", BUY, {"audit_ok": False}, {}),
    Case("audit_unavailable", SALE, {**HELD, "audit_ok": False}, HELD),
    Case("kill_switch_active", BUY, {"killed": True}, {}),
    Case("kill_switch_active", BET, {"killed": True}, {}),
    Case("not_armed", make_request(mode=Mode.PRACTICE), {"armed": False}, {"armed": True}),
    Case("not_armed", BUY, {"armed": False}, {"armed": True}, {}, {"arm_paper": True}),
    Case("not_armed", make_bet(mode=Mode.PRACTICE), {"armed": False}, {"armed": True}),
    Case("round_changed", BUY, {"round_id": RoundId("another")}, {}),
    Case("round_changed", SALE, {**HELD, "round_id": RoundId("another")}, HELD),
    Case("phase_not_tradeable", BUY, {"phase": Phase.RUGGED}, {"phase": Phase.PRESALE}),
    Case("phase_not_tradeable", BUY, {"phase": Phase.COOLDOWN, "price": None}, {}),
    Case("phase_not_tradeable", BET, {"phase": Phase.UNKNOWN}, {"phase": Phase.PRESALE}),
    Case("phase_not_tradeable", SALE, {**HELD, "phase": Phase.PRESALE}, HELD),
    Case("phase_not_tradeable", SALE, {**HELD, "phase": Phase.RUGGED}, HELD),
    Case("feed_stale", BUY, {"tick_age_ms": 1_500.001}, {"tick_age_ms": 1_500.0}),
    Case("round_gapped", BUY, {"missing": 1}, {"missing": 0}),
    Case("recorder_down", BET, {"recorder_ok": False}, {}),
    Case("unknown_order_pending", BUY, {"unknown": 1}, {"unknown": 0}),
    Case("account_drift", BUY, {"drifting": True}, {}),
    Case("no_position", SALE, {"quantity": sol("0")}, {**HELD, "quantity": NANO}),
    Case("sale_under_way", make_sale(share=41), {**HELD, "selling": 60}, {**HELD, "selling": 59}),
    Case("side_bet_open", BET, {"stake": NANO, "bet_end": 50}, {"stake": sol("0"), "bet_end": 10}),
    Case("side_bet_open", BET, {"pending_bet": True}, {}),
    Case("side_bet_cooldown", BET, {"bet_end": 6}, {"bet_end": 5}, {}, {"bet_cooldown_ticks": 5}),
    Case("duplicate_order", BUY, {"same_ms": 249.9}, {"same_ms": 250.0}),
    Case("duplicate_order", BET, {"same_ms": 0.0}, {"same_ms": None}),
    Case(
        "duplicate_order",
        make_sale(share=50),
        {**HELD, "same_ms": 10.0},
        {**HELD, "same_ms": 251.0},
    ),
    Case("price_collar", BUY, {"price": sol("1.9501")}, {"price": sol("1.95")}),
    Case("price_collar", BUY, {"price": sol("1.0499")}, {"price": sol("1.05")}),
    Case("order_too_small", make_request(amount="0.000999999"), {}, {}),
    Case("order_too_large", make_request(amount="1.000000001"), {}, {}),
    Case("insufficient_balance", BUY, {"cash": sol("0.01") - NANO}, {"cash": sol("0.01")}),
    Case(
        "insufficient_balance",
        BET,
        {"cash": sol(1), "pending": sol("0.99") + NANO},
        {"cash": sol(1), "pending": sol("0.99")},
    ),
    Case("order_rate_second", BUY, {"last_second": 4}, {"last_second": 3}),
    Case("order_rate_minute", BUY, {"last_minute": 60}, {"last_minute": 59}),
    Case(
        "automated_limit",
        make_request(origin=Origin.STRATEGY, strategy_id="martin"),
        {"automated": 100},
        {"automated": 99},
    ),
    Case(
        "live_cap_reached",
        make_request(mode=Mode.LIVE),
        {"orders": 0, "turnover": sol("0.09") + NANO, "session_result": sol(0), "in_flight": 0},
        {"orders": 0, "turnover": sol("0.09"), "session_result": sol(0), "in_flight": 0},
    ),
    Case(
        "max_position_limit_reached",
        BUY,
        {"basis": sol("1.5"), "pending_buys": sol("0.49") + NANO},
        {"basis": sol("1.5"), "pending_buys": sol("0.49")},
    ),
    Case(
        "exposure_limit_reached",
        BET,
        {"basis": sol("1.5"), "pending": sol("1.49") + NANO},
        {"basis": sol("1.5"), "pending": sol("1.49")},
    ),
    Case(
        "per_trade_loss_limit_exceeded",
        make_request(amount="0.500000001"),
        {},
        {},
        {
            "max_loss_per_trade_sol": 0.5,
        },
    ),
    Case(
        "daily_loss_limit_exceeded",
        BUY,
        {"day_result": sol(-5)},
        {"day_result": sol(-5) + NANO},
    ),
    Case("drawdown_limit_exceeded", BUY, {"drawdown": sol(5)}, {"drawdown": sol(5) - NANO}),
    Case(
        "losing_streak",
        BUY,
        {"losing_streak": 3, "lost_ms": 59_999.0},
        {"losing_streak": 3, "lost_ms": 60_000.0},
        {"max_losing_streak": 3},
    ),
    Case(
        "losing_streak",
        BET,
        {"losing_streak": 3, "lost_ms": None},
        {"losing_streak": 2, "lost_ms": 0.0},
        {"max_losing_streak": 3},
    ),
    Case("cool_down_active", BUY, {"lost_ticks": 4}, {"lost_ticks": 5}, {"cooldown_ticks": 5}),
    Case("circuit_breaker_open", BUY, {"breaker_ms": 1.0}, {"breaker_ms": None}),
]
SAME_FACTS = {"order_too_small", "order_too_large", "per_trade_loss_limit_exceeded"}
named = pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.code}-{one.request.side}")


@named
def test_each_rule_refuses_for_its_own_reason(case):
    """BR-02, BR-03, S4-4, S4-4b, S4-4c, S4-4f, S4-4g: one refusal, with its code and words."""
    verdict = case.verdict()
    assert not verdict.allowed
    assert verdict.code == case.code
    assert verdict.reasons[0].text.endswith(".")
    assert verdict.reserved == 0


@pytest.mark.parametrize(
    "case", [one for one in CASES if one.code not in SAME_FACTS], ids=lambda one: one.code
)
def test_on_the_other_side_of_each_boundary_the_order_passes(case):
    """BR-03, S4-4b, S4-4f: boundary values are exact."""
    verdict = case.verdict(good=True)
    assert verdict.code == "approved"
    assert verdict.allowed
    assert verdict.reserved == (case.request.amount or 0)


@pytest.mark.parametrize(
    ("amount", "allowed"),
    [("0.001", True), ("0.000999999", False), ("1", True), ("1.000000001", False)],
)
def test_the_sizes_themselves_are_allowed(amount, allowed):
    assert evaluate(make_request(amount=amount), make_facts(), make_limits()).allowed is allowed


SWITCHED = [one for one in CASES if next(r for r in RULES if r.code == one.code).switch]


@pytest.mark.parametrize("case", SWITCHED, ids=lambda one: one.code)
def test_a_limit_of_nothing_switches_its_rule_off(case):
    """BR-03: each rule is switchable by the setting that its table names."""
    assert case.code not in {reason.code for reason in case.verdict(off=True).reasons}


def test_every_code_is_seen():
    """BR-02, AU-06: the codes that exist are the codes that these tests see."""
    seen = {case.code for case in CASES} | {"approved", "order_invalid"}
    assert seen == set(CODES)
    assert len(CODES) == len(set(CODES))


def test_a_refusal_names_both_numbers():
    """S4-4c: the worst case and its limit are in the reason."""
    limits = make_limits(max_loss_per_trade_sol=0.25)
    verdict = evaluate(make_request(amount="0.75"), make_facts(), limits)
    (reason,) = verdict.reasons
    assert (reason.value, reason.limit) == (Decimal("0.75"), Decimal("0.25"))
    assert "0.75 SOL" in reason.text
    assert "0.25 SOL" in reason.text


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.code)
def test_whatever_is_measured_against_a_limit_is_in_the_reason(case):
    reason = case.verdict().reasons[0]
    assert (reason.value is None) <= (reason.limit is None)
    if reason.limit is not None and reason.limit != 0:
        assert any(character.isdigit() for character in reason.text)


UNLOCKED = [
    ("duplicate_order", BUY, {"same_ms": 100.0}, {}, 150),
    ("order_rate_second", BUY, {"last_second": 4, "second_frees_ms": 320.0}, {}, 320),
    ("order_rate_minute", BUY, {"last_minute": 60, "minute_frees_ms": 9_000.0}, {}, 9_000),
    ("circuit_breaker_open", BUY, {"breaker_ms": 1_500.0}, {}, 1_500),
    (
        "losing_streak",
        BUY,
        {"losing_streak": 2, "lost_ms": 20_000.0},
        {"max_losing_streak": 2},
        40_000,
    ),
]


@pytest.mark.parametrize(("code", "request_", "facts", "risk", "wait_ms"), UNLOCKED)
def test_a_refusal_says_when_it_would_pass(code, request_, facts, risk, wait_ms):
    """S4-4g, BR-02: with time to retry, where it is known."""
    told = make_facts(**facts)
    verdict = evaluate(request_, told, make_limits(**risk))
    assert verdict.code == code
    assert verdict.reasons[0].unlock == told.now + wait_ms * 1_000_000


def test_every_rule_is_looked_at_and_the_first_is_reported():
    """BR-02, S4-4: all that refuse are listed, in the rules' order."""
    bad = {
        "killed": True,
        "armed": False,
        "phase": Phase.RUGGED,
        "missing": 2,
        "unknown": 1,
        "last_second": 9,
        "basis": Decimal(5),
        "day_result": Decimal(-7),
        "breaker_ms": 10.0,
        "audit_ok": False,
    }
    verdict = evaluate(
        make_request(amount="3", mode=Mode.PRACTICE), make_facts(**bad), make_limits()
    )
    codes = [reason.code for reason in verdict.reasons]
    assert verdict.code == "audit_unavailable"
    assert codes == [
        "audit_unavailable",
        "kill_switch_active",
        "not_armed",
        "phase_not_tradeable",
        "round_gapped",
        "unknown_order_pending",
        "order_too_large",
        "order_rate_second",
        "max_position_limit_reached",
        "exposure_limit_reached",
        "per_trade_loss_limit_exceeded",
        "daily_loss_limit_exceeded",
        "circuit_breaker_open",
    ]


def test_a_duplicate_that_a_person_insists_upon_passes():
    """S4-4e: an identical order within the window needs confirmation."""
    facts = make_facts(same_ms=5.0)
    assert evaluate(make_request(), facts, make_limits()).code == "duplicate_order"
    assert evaluate(make_request(confirmed=True), facts, make_limits()).allowed


@pytest.mark.parametrize(("passed", "allowed"), [(2, False), (3, True), (4, True)])
def test_a_cool_down_ends_at_its_last_tick(passed, allowed):
    """S4-4f: n-1, n and n+1 ticks after the loss."""
    facts = make_facts(lost_ticks=passed)
    assert evaluate(make_request(), facts, make_limits(cooldown_ticks=3)).allowed is allowed


def test_a_disconnected_feed_is_stale_whatever_the_age():
    for limits in (make_limits(), make_limits(max_tick_age_ms=0)):
        for live in (False, None):
            verdict = evaluate(make_request(), make_facts(link_live=live), limits)
            assert "feed_stale" in {reason.code for reason in verdict.reasons}


def test_the_collar_takes_the_presale_price_for_one():
    presale = {"phase": Phase.PRESALE, "price": Decimal(1), "tick": -1}
    unseen = make_request(price=None, tick=-1)
    assert evaluate(unseen, make_facts(**presale), make_limits()).allowed
    assert evaluate(unseen, make_facts(), make_limits()).code == MISSING
    assert evaluate(unseen, make_facts(), make_limits(collar_percent=0)).allowed
    free = make_request(price=Decimal(0))
    for price in (Decimal("1.5"), Decimal(0)):
        verdict = evaluate(free, make_facts(price=price), make_limits())
        assert verdict.code == "price_collar"
    huge = evaluate(make_request(amount="12345678901"), make_facts(), make_limits())
    assert huge.code == "order_invalid"


@pytest.mark.parametrize(
    "facts",
    [
        {"turnover": Decimal("0.090000001")},
        {"orders": None},
        {"session_result": Decimal("-0.05")},
        {"in_flight": 1},
        {"last_minute": 6},
        {"orders": 60},
        {"last_ms": 249.0},
    ],
    ids=str,
)
def test_real_money_is_capped_by_code(facts):
    """FAULTS S17: ceilings above the settings; what is not known is above them too."""
    good = {
        "orders": 59,
        "turnover": Decimal("0.089"),
        "session_result": Decimal("-0.049"),
        "in_flight": 0,
        "last_minute": 5,
        "last_ms": 250.0,
    }
    live = make_request(mode=Mode.LIVE, amount="0.01")
    limits = make_limits(max_order_sol=5.0, orders_per_minute=600)
    assert evaluate(live, make_facts(**good), limits).allowed
    dearer = make_request(mode=Mode.LIVE, amount="0.010000001")
    assert evaluate(dearer, make_facts(**good), limits).code == "live_cap_reached"
    refused = evaluate(live, make_facts(**{**good, **facts}), limits)
    assert refused.code == "live_cap_reached"
    assert "capped" in refused.reasons[0].text
    assert evaluate(make_request(), make_facts(**facts), limits).allowed


def test_the_page_of_rules_is_what_the_code_says():
    """BR-02: the reasons that exist are documented, each with its switch."""
    page = (PROJECT / "docs" / "risk.md").read_text("utf-8")
    assert page.endswith(f"-->\n{markdown_table()}\n")


def test_each_switch_is_a_setting():
    names = named_limits(make_limits())
    assert {rule.switch for rule in RULES if rule.switch} <= set(names)


def test_the_digest_names_the_limits():
    """BR-08: the same limits have the same digest everywhere, others another one."""
    assert make_limits().digest == make_limits().digest
    assert make_limits(max_order_sol=1).digest == make_limits(max_order_sol=1.0).digest
    changed = {
        name: limits_of(RiskSettings(**{name: 0.5}), TradingSettings()).digest
        for name in ("max_order_sol", "max_position_sol", "min_order_sol")
    }
    assert len({*changed.values(), make_limits().digest}) == 4
    other = limits_of(RiskSettings(), TradingSettings(arm_paper=True))
    assert other.digest != make_limits().digest
    assert len(other.digest) == 64
    assert named_limits(other)["trading.arm_paper"] == "true"


def test_each_rule_shows_how_far_it_is_from_refusing():
    """BR-03: a distance to the limit for each rule that has a number."""
    facts = make_facts(
        day_result=Decimal("-1.25"), basis=Decimal("0.5"), last_second=4, tick_age_ms=200.0
    )
    shown = {one.code: one for one in headrooms(facts, make_limits())}
    assert list(shown) == [rule.code for rule in RULES]
    day = shown["daily_loss_limit_exceeded"]
    assert (day.value, day.limit, day.left) == (Decimal("1.25"), Decimal(5), Decimal("3.75"))
    assert day.ok
    assert shown["max_position_limit_reached"].left == Decimal("1.5")
    assert shown["feed_stale"].left == Decimal(1_300)
    assert not shown["order_rate_second"].ok
    assert not shown["no_position"].ok
    assert shown["losing_streak"].limit is None


def test_a_profit_is_no_loss():
    """D14: a profit of 25 is a loss of 0, not 125 % of the limit."""
    shown = headrooms(make_facts(day_result=Decimal(25)), make_limits())
    day = next(one for one in shown if one.code == "daily_loss_limit_exceeded")
    assert day.value == 0
    assert day.left == Decimal(30)
    assert day.ok


def test_headroom_is_shown_though_nothing_is_known():
    facts = replace(
        make_facts(),
        **dict.fromkeys(
            (
                "cash",
                "basis",
                "stake",
                "pending",
                "pending_buys",
                "day_result",
                "drawdown",
                "tick",
                "tick_age_ms",
                "missing",
                "last_second",
                "price",
            ),
            None,
        ),
    )
    shown = {one.code: one for one in headrooms(facts, make_limits(), Mode.LIVE)}
    assert not shown[MISSING].ok
    assert shown["max_position_limit_reached"].value is None
    assert shown["daily_loss_limit_exceeded"].left is None


def test_sides_are_judged_by_rules_of_their_own():
    assert all(rule.sides for rule in RULES)
    only_exits = {rule.code for rule in RULES if rule.sides == {OrderSide.SELL}}
    assert only_exits == {"no_position", "sale_under_way"}
