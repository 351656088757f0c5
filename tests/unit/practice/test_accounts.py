import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.practice.accounts import Account, SideBet, number, units_for, worth_of

prices = st.floats(0.0003, 5_000, allow_nan=False)
amounts = st.integers(1_000_000, 5_000_000_000)


def side_bet(start: int, stake: int = 2_000_000) -> SideBet:
    return SideBet(
        bet_id="b", payout_id="p", player=0, start=start, stake=stake, placed_ms=0, price=1.0
    )


def test_a_purchase_is_truncated_to_nine_decimals():
    account = Account()
    assert account.buy(100_000_000, 1.073446660724414) == 93_157_865
    assert account.units == 93_157_865


def test_the_average_is_weighted_by_quantity_and_truncated_for_each_purchase():
    account = Account()
    account.buy(2_000_000, 1.0)
    account.buy(2_000_000, 1.44447697650)
    assert account.units == 3_384_584
    assert account.average == 1_181_828_845


def test_a_rug_leaves_what_the_venue_would_leave():
    account = Account(units=2_273_142, basis=2_000_000, invested=2_000_000)
    account.sell(account.units, 0.00925031)
    assert account.gain(0.00925031) == -1_978_973  # the published price is rounded
    assert account.units == 0
    assert account.average == 0


def test_buying_from_this_rounds_takings_does_not_count_as_invested():
    account = Account()
    account.buy(1_000_000_000, 1.0)
    account.sell(account.units, 2.0)
    account.buy(1_500_000_000, 2.0)
    assert account.invested == 1_000_000_000
    account.buy(1_000_000_000, 2.0)
    assert account.invested == 1_500_000_000


@given(steps=st.lists(st.tuples(st.booleans(), amounts, prices), max_size=30), end=prices)
def test_no_money_appears_or_is_lost_beyond_truncation(steps, end):
    account, cash = Account(), 0
    for buys, amount, price in steps:
        if buys:
            account.buy(amount, price)
            cash -= amount
        elif account.units:
            cash += account.sell(max(1, account.units // 2), price)
    difference = account.gain(end) - (cash + worth_of(account.units, end))
    # each purchase may lose what one nano-unit is worth, and one nano more
    assert 0 <= difference <= sum(2 + int(price) for _, _, price in steps)


@given(amount=amounts, price=prices)
def test_what_is_bought_never_costs_more_than_was_paid(amount, price):
    assert worth_of(units_for(amount, price), price) <= amount


@pytest.mark.parametrize(("rug", "wins"), [(51, True), (90, True), (91, False), (300, False)])
def test_a_side_bet_wins_up_to_its_last_tick(rug, wins):
    """N25: it pays five times, gross, so that the break-even chance is 20 %."""
    bet = side_bet(50)
    assert bet.wins(rug) is wins
    assert bet.profit(rug) == (8_000_000 if wins else -2_000_000)


def test_a_fifth_of_side_bets_won_gains_nothing():
    """N25: the expectation at a chance of 20 % is zero."""
    bet = side_bet(0)
    assert bet.profit(40) + 4 * bet.profit(41) == 0


@given(nano=st.integers(-(10**15), 10**15))
def test_a_number_on_the_wire_says_the_nanos_exactly(nano):
    assert round(number(nano) * 10**9) == nano
