import ast
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core import risk
from replayer_qt.core.order_book import OrderBook, fold_orders
from replayer_qt.core.order_events import (
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
    OrderUnknown,
)
from replayer_qt.core.orders import Mode, OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.risk_known import MISSING
from replayer_qt.core.risk_rules import CODES, RULES
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.units import Nanos, RoundId
from replayer_qt.core.verdict import Facts, Verdict
from tests.helpers.make import ROUND, event
from tests.helpers.orders import (
    make_bet,
    make_facts,
    make_fill,
    make_limits,
    make_request,
    make_sale,
)

HELD = {"quantity": Decimal(2), "basis": Decimal(1)}
NEEDED = [
    *("killed", "audit_ok", "recorder_ok", "armed", "link_live", "tick_age_ms", "missing"),
    *("round_id", "phase", "tick", "price", "cash", "quantity", "basis", "stake", "bet_end"),
    *("pending", "pending_buys", "pending_bet", "unknown", "drifting", "day_result", "drawdown"),
    *("losing_streak", "last_second", "last_minute", "automated"),
]
OFF = RiskSettings(
    **{
        name: type(field.default)(0)
        for name, field in zip(
            RiskSettings.__struct_fields__, msgspec.structs.fields(RiskSettings), strict=True
        )
    }
)

sols = st.decimals(min_value=-10, max_value=10, places=9)
money = st.one_of(st.none(), sols, st.sampled_from([Decimal("NaN"), Decimal("Infinity")]))
counts = st.one_of(st.none(), st.integers(-1, 100))
times = st.one_of(st.none(), st.floats(-1, 1e6), st.sampled_from([math.nan, math.inf]))
facts_ = st.builds(
    Facts,
    now=st.integers(0, 10**15).map(Nanos),
    **dict.fromkeys(
        ("killed", "audit_ok", "recorder_ok", "armed", "link_live", "pending_bet", "drifting"),
        st.one_of(st.none(), st.booleans()),
    ),
    **dict.fromkeys(
        (
            "price",
            "cash",
            "quantity",
            "basis",
            "stake",
            "pending",
            "pending_buys",
            "day_result",
            "drawdown",
            "turnover",
            "session_result",
        ),
        money,
    ),
    **dict.fromkeys(
        (
            "missing",
            "tick",
            "bet_end",
            "selling",
            "unknown",
            "losing_streak",
            "lost_ticks",
            "last_second",
            "last_minute",
            "automated",
            "orders",
            "in_flight",
        ),
        counts,
    ),
    **dict.fromkeys(("tick_age_ms", "lost_ms", "same_ms", "breaker_ms", "last_ms"), times),
    round_id=st.sampled_from([None, ROUND, RoundId("other")]),
    phase=st.one_of(st.none(), st.sampled_from(Phase)),
)
requests = st.builds(
    make_request,
    side=st.sampled_from(OrderSide),
    amount=st.one_of(st.none(), sols, st.just(Decimal("sNaN")), st.just(Decimal("1E+900000"))),
    share=st.one_of(st.none(), st.integers(-1, 102)),
    mode=st.sampled_from(Mode),
    origin=st.sampled_from(Origin),
    round_id=st.sampled_from([None, ROUND]),
    price=money,
    strategy_id=st.sampled_from(["manual", "", "unknown", "martin"]),
    confirmed=st.booleans(),
)
limits_ = st.sampled_from(
    [make_limits(), limits_of(OFF, TradingSettings()), make_limits(max_losing_streak=2)]
)


@given(requests, facts_, limits_)
def test_the_same_inputs_give_the_same_verdict(request_, facts, limits):
    """BR-01: a pure function; it never raises, and allows nothing that it gives a reason for."""
    verdict = evaluate(request_, facts, limits)
    assert msgspec.json.encode(evaluate(request_, facts, limits)) == msgspec.json.encode(verdict)
    assert verdict.allowed == (not verdict.reasons)
    assert verdict.code in CODES
    assert verdict.limits_hash == limits.digest
    assert all(len(reason.text) < 400 for reason in verdict.reasons)
    order = [CODES.index(reason.code) for reason in verdict.reasons if reason.code != MISSING]
    assert order == sorted(order)


TIMES = ("tick_age_ms", "lost_ms", "same_ms", "breaker_ms", "last_ms")
finite = facts_.filter(
    lambda facts: all(math.isfinite(getattr(facts, name) or 0) for name in TIMES)
)


@given(requests, finite, limits_)
def test_a_recorded_decision_can_be_made_again(request_, facts, limits):
    """S4-4h, AU-07: the verdict's JSON, the request's and the limits' are enough."""
    verdict = evaluate(request_, facts, limits)
    line = msgspec.json.Encoder(decimal_format="string").encode((request_, verdict))
    asked, told = msgspec.json.decode(line, type=tuple[Request, Verdict], strict=False)
    again = evaluate(asked, told.facts, limits_of(limits.risk, limits.trading))
    assert msgspec.json.encode(again) == msgspec.json.encode(told)


@given(requests, facts_)
def test_what_is_allowed_with_all_limits_on_is_allowed_with_all_off(request_, facts):
    limits = make_limits(max_losing_streak=2, cooldown_ticks=3)
    if evaluate(request_, facts, limits).allowed:
        assert evaluate(request_, facts, limits_of(OFF, TradingSettings())).allowed


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("make", [make_request, make_bet])
def test_what_is_not_known_refuses_risk(name, make):
    """BR-04: each input is deleted in turn; the reason names it."""
    for limits in (make_limits(), limits_of(OFF, TradingSettings())):
        verdict = evaluate(make(), make_facts(**{name: None}), limits)
        assert not verdict.allowed
        assert verdict.code == MISSING
        assert name in verdict.reasons[0].text


@pytest.mark.parametrize("name", Facts.__struct_fields__)
def test_a_sale_needs_to_know_little(name):
    """BR-04, BR-07: only what an exit needs can refuse it."""
    good = make_facts(**HELD)
    if getattr(good, name) is None:
        return
    verdict = evaluate(make_sale(), make_facts(**{**HELD, name: None}), make_limits())
    assert verdict.allowed == (name not in {"audit_ok", "quantity", "selling"})


class Faulty:
    """Facts of which one makes whoever looks at it stumble."""

    def __init__(self, facts: Facts, name: str) -> None:
        self._facts, self._name = facts, name

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            raise RuntimeError(name)
        return getattr(self._facts, name)


@pytest.mark.parametrize("name", Facts.__struct_fields__)
@pytest.mark.parametrize("make", [make_request, make_bet, make_sale])
def test_a_rule_that_fails_refuses(name, make):
    """BR-04: whatever is raised inside a rule is a refusal, and never leaves the gate."""
    limits = make_limits(max_losing_streak=1, cooldown_ticks=1)
    sound = Faulty(make_facts(**HELD, losing_streak=1, lost_ms=1e9), "")
    assert evaluate(make(), sound, limits).allowed
    looked = []

    class Watched(Faulty):
        def __getattr__(self, name):
            looked.append(name)
            return super().__getattr__(name)

    evaluate(make(), Watched(sound, ""), limits)
    verdict = evaluate(make(), Faulty(sound, name), limits)
    assert verdict.allowed == (name not in looked)
    if name in looked:
        assert verdict.code == MISSING
        assert "failed" in verdict.reasons[0].text


@pytest.mark.parametrize(
    "name",
    [
        *("cash", "basis", "stake", "pending", "pending_buys", "day_result", "drawdown", "price"),
        *("tick_age_ms", "lost_ms", "same_ms"),
    ],
)
def test_a_number_that_is_none_refuses(name):
    """BR-04, D6: a comparison with a NaN never lets an order pass."""
    nan = float("nan") if name.endswith("_ms") else Decimal("NaN")
    limits = make_limits(max_losing_streak=1)
    for make in (make_request, make_bet):
        if make is make_bet and name in {"price", "pending_buys"}:
            continue  # a side bet has neither
        verdict = evaluate(make(), make_facts(losing_streak=1, lost_ms=1e9), limits)
        assert verdict.allowed
        facts = make_facts(**{"losing_streak": 1, "lost_ms": 1e9, name: nan})
        assert not evaluate(make(), facts, limits).allowed


INVALID = {
    "zero": make_request(amount="0"),
    "negative": make_request(amount="-5"),
    "not a number": make_request(amount="NaN"),
    "a signalling one": make_bet(amount="sNaN"),
    "infinite": make_bet(amount="Infinity"),
    "huge": make_bet(amount="1E+900000"),
    "ten decimals": make_request(amount="0.0100000001"),
    "tiny": make_request(amount="1E-900000"),
    "a share of a buy": make_request(share=5),
    "no share": make_sale(share=0),
    "too much": make_sale(share=101),
    "a part of a percent": make_sale(share=10.5),
    "yes": make_sale(share=True),
    "an amount of a sale": make_sale(amount="0.5"),
    "a side that is a mere text": make_request(side="buy"),
    "a sale that is a mere text": make_request(side="sell", share=100),
    "a mode that is a mere text": make_request(mode="paper"),
    "of nobody": make_request(strategy_id=" "),
    "of somebody unknown": make_request(strategy_id="Unknown"),
}


@pytest.mark.parametrize("invalid", INVALID.values(), ids=INVALID)
def test_an_order_that_makes_no_sense_is_refused(invalid):
    """D6, N11, S4-4i: refused by its own code, before any number is compared with it."""
    for limits in (make_limits(), limits_of(OFF, TradingSettings())):
        verdict = evaluate(invalid, make_facts(**HELD), limits)
        assert not verdict.allowed
        assert verdict.code == "order_invalid"
        assert len(verdict.reasons[0].text) < 300


def test_an_amount_that_is_a_float_is_refused():
    """D18: no float is ever ordered."""
    order = msgspec.structs.replace(make_request(), amount=0.01)
    assert evaluate(order, make_facts(), make_limits()).code == "order_invalid"


def test_needless_zeros_do_not_make_an_amount_invalid():
    assert evaluate(make_request(amount="0.010000000000"), make_facts(), make_limits()).allowed


WORST = {
    **HELD,
    "killed": True,
    "recorder_ok": False,
    "armed": False,
    "link_live": False,
    "tick_age_ms": 1e9,
    "missing": 99,
    "price": None,
    "cash": Decimal(0),
    "stake": Decimal(1),
    "pending": Decimal(99),
    "pending_buys": Decimal(99),
    "pending_bet": True,
    "unknown": 5,
    "drifting": True,
    "day_result": Decimal(-999),
    "drawdown": Decimal(999),
    "losing_streak": 99,
    "lost_ms": 0.0,
    "lost_ticks": 0,
    "same_ms": 0.0,
    "last_second": 99,
    "last_minute": 999,
    "automated": 999,
    "breaker_ms": 1e6,
}


@pytest.mark.parametrize("origin", [Origin.HAND, Origin.KEY])
@pytest.mark.parametrize("mode", Mode)
def test_a_person_can_always_sell_what_is_held(origin, mode):
    """BR-07, D5, CB-01, S4-4g: kill on, breaker open, loss hit, not armed, stale: it passes."""
    strict = make_limits(max_losing_streak=1, cooldown_ticks=9)
    facts = make_facts(**WORST)
    for phase in (Phase.ACTIVE, Phase.UNKNOWN, None):
        known = msgspec.structs.replace(facts, phase=phase)
        assert evaluate(make_sale(origin=origin, mode=mode), known, strict).allowed
    lost = msgspec.structs.replace(facts, round_id=None, phase=None)
    assert evaluate(make_sale(origin=origin, mode=mode, round_id=None), lost, strict).allowed
    assert not evaluate(make_request(origin=origin, mode=mode), facts, strict).allowed


@pytest.mark.parametrize("share", [1, 99])
def test_a_part_can_be_sold_too_but_not_twice_by_one_double_click(share):
    """BR-07, S0-M3: the same part at once is one sale."""
    facts = make_facts(**{**WORST, "same_ms": None})
    assert evaluate(make_sale(share=share), facts, make_limits()).allowed
    twice = msgspec.structs.replace(facts, same_ms=249.0)
    assert evaluate(make_sale(share=share), twice, make_limits()).code == "duplicate_order"
    assert evaluate(make_sale(share=share, confirmed=True), twice, make_limits()).allowed


@pytest.mark.parametrize("make", [make_request, make_bet])
def test_an_order_for_no_round_or_another_is_never_carried_into_this_one(make):
    """FAULTS O11: a sale alone may be meant for whatever is held."""
    for meant in (None, RoundId("before")):
        assert evaluate(make(round_id=meant), make_facts(), make_limits()).code == "round_changed"
    held = make_facts(**HELD)
    assert evaluate(make_sale(round_id=None), held, make_limits()).allowed
    unheard = msgspec.structs.replace(held, round_id=None)
    assert evaluate(make_sale(), unheard, make_limits()).allowed
    other = make_sale(round_id=RoundId("before"))
    assert evaluate(other, held, make_limits()).code == "round_changed"


def test_more_than_what_is_held_cannot_be_sold():
    """BR-07, N4: an exit is proved against what is held, not believed by its name."""
    nothing = make_facts(quantity=Decimal(0))
    assert evaluate(make_sale(), nothing, make_limits()).code == "no_position"
    assert evaluate(make_sale(share=1), nothing, make_limits()).code == "no_position"
    selling = make_facts(**HELD, selling=50)
    assert evaluate(make_sale(share=50), selling, make_limits()).allowed
    assert evaluate(make_sale(share=51), selling, make_limits()).code == "sale_under_way"


@pytest.mark.parametrize("origin", [Origin.STANDING, Origin.STRATEGY])
def test_what_nobody_asked_for_never_passes_the_kill_switch(origin):
    """KS-04, S4-4a: with the switch on only a person reduces."""
    sale = make_sale(origin=origin, strategy_id="martin")
    assert evaluate(sale, make_facts(**HELD), make_limits()).allowed
    facts = make_facts(**HELD, killed=True)
    assert evaluate(sale, facts, make_limits()).code == "kill_switch_active"


def test_a_sale_of_unknown_fate_bars_no_person_but_every_machine():
    """FAULTS O5: never resent by a machine; a person's way out stays open."""
    facts = make_facts(**HELD, selling_unknown=100)
    assert evaluate(make_sale(), facts, make_limits()).allowed
    again = make_sale(origin=Origin.STANDING)
    assert evaluate(again, facts, make_limits()).code == "sale_under_way"


def test_nothing_is_sold_that_cannot_be_written_down():
    """AU-01, D4: no order leaves without its record, an exit neither."""
    for audit_ok in (False, None):
        facts = make_facts(**HELD, audit_ok=audit_ok)
        verdict = evaluate(make_sale(), facts, make_limits())
        assert "audit_unavailable" in {reason.code for reason in verdict.reasons}


@pytest.mark.parametrize("killed", [True, None])
def test_a_kill_switch_that_is_on_or_not_known_lets_no_risk_pass(killed):
    """S4-4a, KS-01: whatever else is so."""
    facts = make_facts(killed=killed)
    for make in (make_request, make_bet):
        for mode in Mode:
            for origin in Origin:
                order = make(mode=mode, origin=origin, confirmed=True)
                for limits in (make_limits(), limits_of(OFF, TradingSettings())):
                    codes = {one.code for one in evaluate(order, facts, limits).reasons}
                    assert "kill_switch_active" in codes


def gated(book: OrderBook, order: Request, facts: Facts) -> tuple[OrderBook, Verdict]:
    """Ask, judge and fold, as the engine does: what is allowed is reserved at once."""
    pending = book.at_stake()
    known = msgspec.structs.replace(facts, pending=pending, pending_buys=pending)
    verdict = evaluate(order, known, make_limits())
    asked = event(OrderRequested, order_id=order.order_id, request=order)
    told = event(OrderGated, order_id=order.order_id, verdict=verdict)
    return fold_orders(fold_orders(book, asked), told), verdict


def test_ten_orders_of_one_moment_count_each_other():
    """BR-05, D8, S4-4d: ten concurrent buys, a limit for three: three are allowed."""
    book, allowed = OrderBook(), 0
    for number in range(10):
        order = make_request(f"order-{number}", amount="0.65")
        book, verdict = gated(book, order, make_facts())
        allowed += verdict.allowed
        if not verdict.allowed:
            assert "max_position_limit_reached" in {one.code for one in verdict.reasons}
    assert allowed == 3
    assert book.at_stake() == Decimal("1.95")


def test_the_balance_is_reserved_too():
    """BR-05: two orders can't spend the same money."""
    book, first = gated(OrderBook(), make_request("a", amount="0.6"), make_facts(cash=Decimal(1)))
    _, second = gated(book, make_request("b", amount="0.6"), make_facts(cash=Decimal(1)))
    assert first.allowed
    assert second.code == "insufficient_balance"
    assert second.reasons[0].limit == Decimal("0.4")


orders = st.lists(
    st.tuples(
        st.integers(1, 1_000).map(lambda mils: Decimal(mils) / 1_000),
        st.sampled_from([OrderFilled, OrderRejected, OrderExpired, OrderUnknown, None]),
    ),
    max_size=30,
)


@given(orders)
def test_what_is_held_and_under_way_never_exceeds_the_limit(asked):
    """S4-4d, BR-05: whatever is asked for, filled, rejected, expired or unknown, in any order."""
    limit = Decimal(make_limits().risk.max_position_sol)
    book, held = OrderBook(), Decimal(0)
    for number, (amount, end) in enumerate(asked):
        order = make_request(f"order-{number}", amount=amount)
        book, verdict = gated(book, order, make_facts(basis=held, cash=Decimal(999)))
        if verdict.allowed and end is not None:
            book = fold_orders(book, event(OrderSent, order_id=order.order_id))
            told = {"fill": make_fill(request=order)} if end is OrderFilled else {"reason": "why"}
            book = fold_orders(book, event(end, order_id=order.order_id, **told))
            held += amount if end is OrderFilled else 0
        assert book.refused == 0
        assert held + book.at_stake() <= limit


SOURCES = Path(risk.__file__).parent
GATE = ["approval", "arming", "facts", "limits_check", "order_book", "orders", "verdict"]


@pytest.mark.parametrize("name", [*GATE, *(path.stem for path in SOURCES.glob("risk*.py"))])
def test_the_gate_knows_no_alert_no_lock_and_no_clock(name):
    """D7, S4-2: no channel can be missing, late or hung where none is called: verdicts are told
    by whoever asked for them.
    """
    tree = ast.parse((SOURCES / f"{name}.py").read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    ours = {one for one in imported if one.startswith("replayer_qt.core")}
    pure = {"bisect", "collections.abc", "decimal", "enum", "hashlib", "math", "operator"}
    assert imported - ours <= pure | {"types", "typing", "msgspec", "msgspec.structs"}


def test_one_place_alone_makes_the_ticket_that_brokers_take():
    """S4-K2: an approval is made where an order is released, from an order that was allowed."""
    made = [
        path.relative_to(SOURCES.parent).as_posix()
        for path in SOURCES.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Approval")
    ]
    assert len(made) == 1
    assert made[0].startswith("engine/")


def test_every_rule_looks_at_some_order():
    assert {side for rule in RULES for side in rule.sides} == set(OrderSide)


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("killed", [False, True])
def test_the_kill_switch_lets_nothing_but_a_persons_sale_pass(origin, killed):
    """KS-04, S4-4a: the matrix of who asks, for what, with the switch on or off."""
    facts = make_facts(**HELD, killed=killed)
    person = origin in {Origin.HAND, Origin.KEY}
    for make, passes in ((make_request, False), (make_bet, False), (make_sale, person)):
        order = make(origin=origin, strategy_id="martin")
        assert evaluate(order, facts, make_limits()).allowed == (passes or not killed)
