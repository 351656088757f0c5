from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.money import Holding, decimal_of, floor9, with_bought, with_sold
from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.stake import Stake, from_nano, nano

prices = st.floats(0.001, 500, allow_nan=False)
amounts = st.integers(1_000_000, 5_000_000_000).map(from_nano)
percentages = st.integers(1, 100)
orders = st.lists(
    st.one_of(st.tuples(amounts, prices), st.tuples(percentages, prices)), max_size=30
)


def bet(start: int = 3, stake: int = 10_000_000) -> SideBet:
    return SideBet(
        bet_id="b", payout_id="p", player=-1, start=start, stake=stake, placed_ms=0, price=1.0
    )


def test_a_buy_cuts_the_units_off_after_nine_places():
    stake = Stake().bought(Decimal("0.1"), 1.073446660724414)
    assert stake.holding.quantity == Decimal("0.093157865")
    assert stake.invested == Decimal("0.1")


def test_two_buys_are_merged_by_units():
    stake = Stake().bought(Decimal("0.002"), 1.0).bought(Decimal("0.002"), 1.4444769765)
    assert stake.holding.quantity == Decimal("0.003384584")
    assert floor9(stake.holding.average) == Decimal("1.181828845")


def test_a_rug_leaves_what_the_venue_left_of_a_real_position():
    """N4: 0.002 SOL bought 0.002273142 units, which the rug sold; the venue said what was lost."""
    stake = Stake(
        holding=Holding(
            quantity=Decimal("0.002273142"), basis=Decimal("0.001999999"), average=Decimal("0.87")
        )
    )
    stake = stake.sold(Decimal("0.002273142"), 0.009250309566210552)
    assert stake.realised == Decimal("-0.001978972")
    assert stake.holding == Holding()
    assert not stake.is_open


def test_a_partial_sale_keeps_the_average():
    stake = Stake().bought(Decimal("0.1"), 1.25)
    left = stake.sold(stake.share(25), 2.0)
    assert left.holding.average == stake.holding.average
    assert left.holding.quantity == Decimal("0.06")


def test_all_that_is_left_is_sold_by_a_hundred_percent():
    stake = Stake().bought(Decimal("0.001"), 3.0)
    assert stake.share(100) == stake.holding.quantity == Decimal("0.000333333")
    assert stake.share(1) == Decimal("0.000003333")
    assert stake.sold(stake.share(100), 2.0).holding == Holding()


def test_what_is_bought_from_takings_is_not_invested():
    stake = Stake().bought(Decimal(1), 1.0).sold(Decimal(1), 2.0)
    assert stake.takings == 2
    again = stake.bought(Decimal(3), 1.0)
    assert again.invested == 1 + 1
    assert again.takings == 0


def test_a_side_bet_is_always_invested_and_counts_once_it_is_settled():
    stake = Stake().bought(Decimal(1), 1.0).sold(Decimal(1), 2.0).placed(bet())
    assert stake.invested == Decimal("1.01")
    assert stake.side_gain == 0
    assert stake.is_open
    won = stake.settled(Decimal("0.04"))
    assert won.side_gain == Decimal("0.04")
    assert won.bet is None


@given(asked=orders)
def test_it_agrees_with_the_cores_own_arithmetic_to_the_last_digit(asked):
    """S2-H2: one arithmetic, wherever an account is kept."""
    stake, holding = Stake(), Holding()
    for what, price in asked:
        if isinstance(what, Decimal):
            stake = stake.bought(what, price)
            holding = with_bought(holding, what, decimal_of(price))
        else:
            quantity = stake.share(what)
            stake = stake.sold(quantity, price)
            holding = with_sold(holding, quantity)
        assert stake.holding == holding
    assert stake.trades == len(asked)


@given(billionths=st.integers(-(10**15), 10**15))
def test_billionths_come_back_as_they_went(billionths):
    assert nano(from_nano(billionths)) == billionths
