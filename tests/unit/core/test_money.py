import inspect
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal, DivisionByZero, InvalidOperation
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core import money
from replayer_qt.core.codec import decode, encode
from replayer_qt.core.events import PriceTicked, Side, TradePrinted
from replayer_qt.core.money import (
    Holding,
    bought,
    decimal_of,
    floor9,
    is_money,
    proceeds,
    side_bet_payout,
    side_bet_wins,
    with_bought,
    with_lot,
    with_sold,
)
from tests.helpers.make import ROUND, event

AMOUNTS = st.decimals("0.001", "5", places=3)
PRICES = st.floats(0.0001, 1e6).map(decimal_of)
UNIT = Decimal("0.000000001")


def exact9(value: Fraction) -> Decimal:
    return Decimal(floor(value * 10**9)).scaleb(-9)


@pytest.mark.parametrize(
    ("amount", "price", "quantity"),
    [
        ("0.1", 1.073446660724414, "0.093157865"),
        ("0.002", 1, "0.002"),
        ("0.002", 1.4444769765, "0.001384584"),
    ],
)
def test_units_bought_are_cut_off_as_the_venue_does(amount, price, quantity):
    assert bought(Decimal(amount), decimal_of(price)) == Decimal(quantity)


def test_a_sale_brings_what_the_venue_paid():
    assert proceeds(Decimal("0.762"), decimal_of(1.0425081084067145)) == Decimal("0.794391178")


def test_the_average_cost_is_the_venues():
    """N1: the average is weighted by units, and the basis is cut off lot by lot."""
    holding = with_bought(Holding(), Decimal("0.002"), Decimal(1))
    holding = with_bought(holding, Decimal("0.002"), Decimal("1.44447697650"))
    assert holding.quantity == Decimal("0.003384584")
    assert floor9(holding.average) == Decimal("1.181828845")
    assert with_sold(holding, Decimal("0.001")).average == holding.average
    assert with_sold(holding, holding.quantity) == Holding()
    assert with_sold(holding, Decimal(9)) == Holding()


def test_a_rug_pays_next_to_nothing_to_the_last_digit():
    holding = with_bought(Holding(), Decimal("0.002"), decimal_of(0.8798394293))
    assert holding.quantity == Decimal("0.002273142")
    paid = proceeds(holding.quantity, decimal_of(0.009250309566210552))
    assert paid - holding.basis == Decimal("-0.001978972")


@given(amount=AMOUNTS, price=PRICES)
def test_money_is_never_rounded_up(amount, price):
    quantity = bought(amount, price)
    assert quantity == exact9(Fraction(amount) / Fraction(price))
    assert quantity * price <= amount
    assert proceeds(quantity, price) == exact9(Fraction(quantity) * Fraction(price))
    assert amount - proceeds(quantity, price) <= price * UNIT + UNIT


@given(lots=st.lists(st.tuples(AMOUNTS, PRICES), max_size=6))
def test_a_holding_never_counts_as_dearer_than_what_was_paid(lots):
    holding = Holding()
    for amount, price in lots:
        holding = with_bought(holding, amount, price)
    assert holding.quantity == sum((bought(*lot) for lot in lots), Decimal(0))
    assert holding.basis <= sum((amount for amount, _ in lots), Decimal(0))


@given(price=st.floats(allow_nan=False, allow_infinity=False))
def test_a_price_becomes_the_decimal_it_was_written_as(price):
    assert float(decimal_of(price)) == price
    assert str(decimal_of(price)) == str(Decimal(repr(price)))


@given(value=st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False))
def test_cutting_off_goes_towards_the_smaller_and_only_once(value):
    cut = floor9(value)
    assert cut <= value < cut + UNIT
    assert floor9(cut) == cut


def test_what_has_no_nine_places_is_refused():
    with pytest.raises(InvalidOperation):
        floor9(Decimal("Infinity"))
    with pytest.raises(DivisionByZero):
        bought(Decimal(1), Decimal(0))


@pytest.mark.parametrize(
    ("start", "rug", "wins"),
    [(0, 1, True), (0, 40, True), (0, 41, False), (169, 209, True), (169, 210, False)],
)
def test_a_side_bet_is_won_up_to_forty_ticks_after_it(start, rug, wins):
    """N3: the edge of the window is at 40 ticks, won, and 41, lost."""
    assert side_bet_wins(start, rug) is wins
    assert side_bet_payout(Decimal("0.001"), won=wins) == (Decimal("0.005") if wins else 0)


def test_a_hundred_thousand_decimals_survive_the_disk_digit_for_digit():
    """S0-H7, S2-H2, S3-C5: text to decimal to event to journal line and back is the identity."""
    rng = random.Random(7)
    for number in range(100_000):
        digits = "".join(rng.choices("0123456789", k=rng.randrange(1, 19)))
        text = f"{rng.randrange(10 ** rng.randrange(1, 8))}.{digits}"
        price = rng.uniform(0, 10 ** rng.randrange(-3, 5)) or 1.0
        amount = Decimal(text)
        trade = event(
            TradePrinted,
            number,
            round_id=ROUND,
            trade_id="t",
            player="p",
            side=Side.BUY,
            tick=number,
            price=price,
            amount=amount,
            quantity=bought(amount, Decimal(3)),
        )
        again = decode(encode(trade))
        assert again == trade
        assert (str(again.amount), str(again.quantity)) == (text, str(trade.quantity))
        assert repr(again.price) == repr(price)


@given(price=st.floats(min_value=5e-324, allow_infinity=False))
def test_a_price_survives_the_disk_bit_for_bit(price):
    """S0-H7: a price read back is the price that was written."""
    tick = event(PriceTicked, round_id=ROUND, tick=1, price=price)
    assert decode(encode(tick)).price.hex() == price.hex()


def test_no_float_enters_the_money_but_through_its_one_door():
    """S0-H7: nothing in the money module takes or gives a float, but `decimal_of`."""
    for name, thing in vars(money).items():
        if inspect.isfunction(thing) and thing.__module__ == money.__name__:
            kinds = {str(kind) for kind in inspect.get_annotations(thing).values()}
            assert ("<class 'float'>" in kinds) == (name == "decimal_of"), name


def test_threads_that_count_at_once_do_not_disturb_each_other():
    """The contexts are shared: a call that fails on one thread fails there alone."""
    lots = [(Decimal(n).scaleb(-3), decimal_of(0.3 + n / 7)) for n in range(1, 400)]
    expected = [(bought(*lot), proceeds(*lot), is_money(lot[0])) for lot in lots]

    def count(number):
        found = []
        for lot in lots:
            with suppress(ArithmeticError):
                floor9(Decimal("Infinity"))
            assert not is_money(Decimal(f"1e-{20 + number}"))
            found.append((bought(*lot), proceeds(*lot), is_money(lot[0])))
        return found

    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(count, range(16)))


@given(st.lists(st.tuples(AMOUNTS, PRICES), min_size=3, max_size=12), st.integers(1, 99))
def test_no_lot_loses_a_billionth_of_those_before_it(lots, share):
    """N1: the basis is the sum of each lot's own, and a part of it what that part cost."""
    holding, basis = Holding(), Decimal(0)
    for quantity, price in lots:
        holding = with_lot(holding, quantity, price)
        basis += proceeds(quantity, price)
        assert holding.basis == basis
    left = with_sold(holding, floor9(holding.quantity * share / 100))
    exact = Fraction(holding.basis) * Fraction(left.quantity) / Fraction(holding.quantity)
    assert 0 <= exact - Fraction(left.basis) < Fraction(1, 10**9)
