from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.ui.amount import BUTTONS, LETTERS_KEPT, number, pressed, read, written

NINTH = Decimal("0.000000001")
AMOUNTS = st.integers(min_value=1, max_value=5 * 10**9).map(lambda units: units * NINTH)


@given(AMOUNTS)
def test_what_is_written_is_read_again_to_the_last_digit(amount):
    assert read(written(amount)).value == amount
    assert "e" not in written(amount).lower()


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_reason_and_never_both(text):
    entered = read(text, least=Decimal("0.001"), most=Decimal(1))
    assert (entered.value is None) == bool(entered.reason)
    if entered.value is not None:
        assert Decimal("0.001") <= entered.value <= 1
        assert entered.value == entered.value.quantize(NINTH)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "enter"),
        ("  ", "enter"),
        (".", "digits"),
        ("1e3", "digits"),
        ("-1", "digits"),
        ("0,01", "digits"),
        ("NaN", "digits"),
        ("٣", "digits"),
        ("1" * (LETTERS_KEPT + 1), "digits"),
        ("0.0000000001", "9 decimals"),
        ("0", "more than 0"),
        ("0.0009", "at least 0.001"),
        ("1.000000001", "at most 1.000"),
    ],
)
def test_a_reason_says_what_is_wrong(text, word):
    """N11: what is no sound amount is refused as it is typed."""
    assert word in read(text, least=Decimal("0.001"), most=Decimal(1)).reason


def test_a_limit_of_nothing_is_none():
    assert read("0.000000001").value == NINTH
    assert read("999999").value == 999_999


@pytest.mark.parametrize(
    ("text", "button", "after"),
    [
        ("0.010", "X", ""),
        ("0.010", "+0.001", "0.011"),
        ("0.010", "+0.01", "0.020"),
        ("0.010", "+0.1", "0.110"),
        ("", "+1", "1.000"),
        ("rubbish", "+1", "1.000"),
        ("0.015", "1/2", "0.0075"),
        ("0.000000003", "1/2", "0.000000001"),
        ("0.015", "X2", "0.030"),
        ("0.015", "MAX", "0.500"),
    ],
)
def test_the_buttons_do_what_the_game_s_do(text, button, after):
    assert pressed(text, button, cash=Decimal(3), most=Decimal("0.5")) == after


def test_max_is_the_cash_where_there_is_less_of_it():
    assert pressed("", "MAX", cash=Decimal("0.119"), most=Decimal(1)) == "0.119"
    assert pressed("", "MAX", cash=Decimal("0.119"), most=Decimal(0)) == "0.119"
    assert pressed("", "MAX", cash=Decimal(-1), most=Decimal(1)) == "0.000"


@given(st.lists(st.sampled_from(BUTTONS), max_size=300), st.text(max_size=25))
def test_no_sequence_of_buttons_makes_anything_but_a_short_plain_number(buttons, text):
    for button in buttons:
        text = pressed(text, button, cash=Decimal("12.345678912"), most=Decimal(1))
        assert text == "" or number(text) is not None
        assert len(text) <= LETTERS_KEPT


@given(AMOUNTS)
def test_half_and_double_lose_less_than_a_billionth(amount):
    half = pressed(written(amount), "1/2", cash=Decimal(0), most=Decimal(0))
    again = number(pressed(half, "X2", cash=Decimal(0), most=Decimal(0)))
    assert 0 <= amount - again <= NINTH
