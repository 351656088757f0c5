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


def test_an_unknown_rule_speaks_for_itself():
    assert brief(reason("a_new_rule")) == "The gate's own words on a_new_rule."


def test_the_first_reason_is_told_and_how_many_more_there_are():
    reasons = (reason("not_armed"), reason("feed_stale"))
    verdict = Verdict(allowed=False, facts=make_facts(), reasons=reasons)
    assert refusal(verdict) == "not armed (+1 more)"
    assert every_reason(verdict).count("own words") == 2
    assert refusal(Verdict(allowed=False, facts=make_facts())) == "not allowed"
