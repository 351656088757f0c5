"""Numbers as a trader reads them: short enough for their place, and never wrong."""

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.ui import fmt


@given(st.floats(min_value=0, max_value=1e99))
def test_a_price_takes_eight_characters_at_most(value):
    assert len(fmt.price(value)) <= 8


@given(st.floats(min_value=1e-4, max_value=999_999))
def test_a_price_is_right_to_its_last_digit(value):
    shown = fmt.price(value).rstrip("x").replace(",", "")
    decimals = len(shown.partition(".")[2])
    assert abs(float(shown) - value) <= 0.5 * 10**-decimals + value * 1e-12


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_exact_price_loses_nothing(value):
    assert float(fmt.exact_price(value).rstrip("x")) == value


def test_a_price_above_zero_is_never_shown_as_nothing():
    assert fmt.price(1e-9) == "<0.0001x"
    assert fmt.price(0.0) == "0.0000x"
    assert fmt.price(float("nan")) == fmt.price(float("inf")) == fmt.NOTHING


@given(st.decimals(min_value=0, allow_nan=False, allow_infinity=False, places=9))
def test_an_amount_takes_eleven_characters_at_most(value):
    assert len(fmt.short_amount(value)) <= 11
    assert (fmt.short_amount(value) == "0.0000") == (value == 0)
