import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.board import SOL
from replayer_qt.practice.orders import BET, BUY, SELL, Bet, Buy, Refusal, Sell, objection, read
from replayer_qt.practice.packets import Reader
from replayer_qt.practice.stake import Stake
from tests.helpers.scene import presale, scene

TRACE = {"__trace": True, "traceparent": "00-1-2-01"}
HOLDS = Stake().bought(Decimal(1), 1.0)
BETS = Stake().placed(
    SideBet(bet_id="", payout_id="", player=-1, start=0, stake=1, placed_ms=0, price=1.0)
)

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("args", [({"amount": 0.002},), (TRACE, {"amount": 0.002})])
def test_the_last_argument_counts(args):
    assert read(BUY, args) == Buy(amount=Decimal("0.002"))


def test_a_sale_names_whole_percents():
    assert read(SELL, ({"percentage": 25},)) == Sell(percentage=25)


def test_a_side_bet_names_its_coin_and_multiple():
    asked = {"amount": 0.001, "coinAddress": SOL, "xPayout": 5}
    assert read(BET, (asked,)) == Bet(amount=Decimal("0.001"))
    for wrong in ({"coinAddress": "0xPractice"}, {"xPayout": 6}, {"xPayout": True}):
        assert isinstance(read(BET, (asked | wrong,)), Refusal)


@pytest.mark.parametrize("amount", [0.001, 5, 5.0, 0.123456789, 4.999999999])
def test_amounts_within_the_limits_are_taken_to_the_last_digit(amount):
    assert read(BUY, ({"amount": amount},)) == Buy(amount=Decimal(repr(amount)))


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "-Infinity", "-1", "0", "-0.0", "0.000999999", "5.000000001", "1e308",
     "1e999", "9" * 4_000, "-" + "9" * 4_000, "0.0010000001",
     '"1"', "true", "null", "[1]", "{}", "5e-324"],
)  # fmt: skip
def test_other_amounts_are_refused(amount):
    """N3: whatever stands where the amount should."""
    payload = Reader.loads('{"amount": ' + amount + "}")
    assert isinstance(read(BUY, (TRACE, payload)), Refusal)


@pytest.mark.parametrize("percentage", [0, 101, -1, 50.0, 0.5, "50", True, None, 10**30])
def test_other_percentages_are_refused(percentage):
    assert isinstance(read(SELL, ({"percentage": percentage},)), Refusal)


@given(event=st.sampled_from([BUY, SELL, BET]), args=st.lists(json_values, max_size=3))
def test_no_payload_can_break_the_reading(event, args):
    assert isinstance(read(event, tuple(args)), (Buy, Sell, Bet, Refusal))


@given(text=st.text(max_size=40))
def test_no_text_can_break_the_reader(text):
    Reader.loads(text)


def test_a_number_too_long_is_infinite_and_a_nest_too_deep_is_nothing():
    assert Reader.loads("1" * 5_000) == float("inf")
    assert Reader.loads("[" * 100_000) == [""]
    assert json.loads(Reader.dumps([1, "x"])) == [1, "x"]


def refused(order, stake=HOLDS, cash=Decimal(10), at=None) -> str:
    answer = objection(order, stake, cash, at or scene(5))
    assert isinstance(answer, Refusal)
    return answer.why


def test_what_is_in_order_meets_no_objection():
    for at in (scene(0), scene(5), presale(10_000), presale(100)):
        assert objection(Buy(amount=Decimal(5)), Stake(), Decimal(5), at) is None
        assert objection(Bet(amount=Decimal(5)), Stake(), Decimal(5), at) is None
    assert objection(Sell(percentage=1), HOLDS, Decimal(0), scene(5)) is None


def test_nothing_is_ordered_before_the_round_opens_or_after_its_rug():
    """N4: after the rug SELL is refused, too."""
    for order in (Buy(amount=Decimal(1)), Bet(amount=Decimal(1)), Sell(percentage=100)):
        for at in (presale(10_100), presale(15_000), scene(100)):
            refused(order, at=at)


def test_nothing_is_sold_before_the_start():
    assert refused(Sell(percentage=100), at=presale()) == "Selling is closed"


def test_more_than_there_is_cannot_be_spent():
    assert refused(Buy(amount=Decimal("1.000000001")), cash=Decimal(1)) == "Insufficient balance"
    assert refused(Bet(amount=Decimal("1.000000001")), cash=Decimal(1)) == "Insufficient balance"


def test_nothing_cannot_be_sold():
    assert refused(Sell(percentage=100), stake=Stake()) == "No position to sell"
    crumb = Stake().bought(Decimal("0.001"), 200_000.0)
    assert refused(Sell(percentage=1), stake=crumb) == "Nothing to sell"


def test_one_side_bet_at_a_time():
    """N3: no second one while the first is open."""
    assert refused(Bet(amount=Decimal(1)), stake=BETS) == "A side bet is open already"
    assert objection(Buy(amount=Decimal(1)), BETS, Decimal(1), scene(5)) is None
