from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.order_events import CashOut
from replayer_qt.ui.cash_out import FIELDS, read_cash_out, told
from tests.helpers.trading_frames import trading


def test_each_field_says_one_condition_and_an_empty_one_none():
    texts = {"target": "2.5", "stop": "0.9", "trail": "15", "after": "40", "share": "50"}
    made = read_cash_out(texts).value
    assert made == CashOut(
        target=Decimal("2.5"), stop=Decimal("0.9"), trail=Decimal(15), after=40, share=50
    )
    assert read_cash_out({"target": " 2 "}).value == CashOut(target=Decimal(2))


@pytest.mark.parametrize(("texts", "bad"), [
    ({}, ""),
    ({"share": "50"}, ""),
    ({"target": "0"}, "target"),
    ({"target": "x"}, "target"),
    ({"stop": "-1"}, "stop"),
    ({"target": "2", "stop": "2"}, "stop"),
    ({"trail": "0.05"}, "trail"),
    ({"trail": "100"}, "trail"),
    ({"after": "1.5"}, "after"),
    ({"after": "0"}, "after"),
    ({"target": "2", "share": "101"}, "share"),
    ({"target": "2", "share": "0"}, "share"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_field_named(texts, bad):
    entered = read_cash_out(texts)
    assert entered.value is None
    assert entered.reason
    assert entered.bad == bad


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=25)))
def test_any_texts_are_an_order_or_a_reason(texts):
    entered = read_cash_out(texts)
    assert (entered.value is None) == bool(entered.reason)


def test_a_standing_order_is_told_in_a_line():
    rule = CashOut(target=Decimal(2), stop=Decimal("0.9"), trail=Decimal(15), after=40, share=50)
    line = told(trading(cash_out=rule, cash_out_tick=10, cash_out_peak=1.5))
    assert line == "sells 50 % ≥ 2.0000x or ≤ 0.9000x or -15 % of 1.5000x or at tick 50"
    assert told(trading()) == ""
