from decimal import Decimal

from replayer_qt.core.risk_rules import RULES
from replayer_qt.core.verdict import Reason, Verdict
from replayer_qt.ui.refusal import brief, every_reason, refusal
from tests.helpers.orders import make_facts


def reason(code="order_too_large", **fields):
    return Reason(code=code, text=f"The gate's own words on {code}.", **fields)


def test_every_rule_can_be_told_in_the_room_that_a_button_has():
    for rule in RULES:
        if rule.code != "order_invalid":  # what is wrong with it is the gate's to say
            told = brief(reason(rule.code))
            assert len(told) <= 32, rule.code


def test_numbers_are_told_to_the_last_digit():
    told = brief(reason(value=Decimal("2.000000001"), limit=Decimal("1.0")))
    assert told == "too large: 2.000000001, limit 1"


def test_a_time_is_told_in_whole_milliseconds_with_its_unit():
    times = {"value": Decimal("180.293228"), "limit": Decimal(250)}
    told = brief(reason("duplicate_order", **times))
    assert told == "the same order went 180 ms ago, limit 250 ms"
    told = brief(reason("duplicate_order", **times), replayed=True)
    assert told == "the same order went 180 ms ago in the recording, limit 250 ms"
    assert brief(reason("feed_stale", **times)).endswith("180 ms ago, limit 250 ms")
    waiting = reason("circuit_breaker_open", value=Decimal("19500.5"), limit=Decimal(0))
    assert brief(waiting) == "circuit breaker open for 19.5 s"


def test_an_unknown_rule_speaks_for_itself():
    assert brief(reason("a_new_rule")) == "The gate's own words on a_new_rule."


def test_the_first_reason_is_told_and_how_many_more_there_are():
    reasons = (reason("not_armed"), reason("feed_stale"))
    verdict = Verdict(allowed=False, facts=make_facts(), reasons=reasons)
    assert refusal(verdict) == "not armed (+1 more)"
    assert every_reason(verdict).count("own words") == 2
    assert refusal(Verdict(allowed=False, facts=make_facts())) == "not allowed"
