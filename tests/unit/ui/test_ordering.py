from decimal import Decimal

from replayer_qt.core.orders import OrderId, OrderSide, Origin
from replayer_qt.core.phase import Phase
from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import Buy, PlaceSideBet, Sell
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.ordering import Draft, order_of, price_now, request_of
from tests.helpers.make import ROUND
from tests.helpers.trading_frames import a_round, market, state_of, trading

KEY = OrderId("k1")
DRAFT = Draft(amount=Decimal("0.01"), share=25)


def order(side, state=None, draft=DRAFT, **fields):
    return order_of(state or state_of(trading()), draft, side, key=KEY, **fields)


def test_an_order_says_what_its_asker_saw():
    seen = {"seen_round": ROUND, "seen_tick": 52, "seen_price": Decimal("1.2345")}
    amount = Decimal("0.01")
    assert order(OrderSide.BUY) == Buy(stream=PRACTICE, key=KEY, amount=amount, **seen)
    assert order(OrderSide.SELL) == Sell(stream=PRACTICE, key=KEY, share=25, **seen)
    bet = PlaceSideBet(stream=PRACTICE, key=KEY, amount=amount, origin=Origin.KEY, **seen)
    assert order(OrderSide.SIDE_BET, origin=Origin.KEY) == bet


def test_without_an_amount_only_a_sale_can_be_asked_for():
    """N11: an amount that is not sound is never sent."""
    empty = Draft()
    assert order(OrderSide.BUY, draft=empty) is None
    assert order(OrderSide.SIDE_BET, draft=empty) is None
    assert order(OrderSide.SELL, draft=empty).share == 100


def test_without_an_account_nothing_can_be_asked_for():
    assert order(OrderSide.BUY, State()) is None
    assert order(OrderSide.SELL, state_of(None)) is None


def test_the_price_is_one_in_the_presale_and_none_after_the_rug():
    assert price_now(a_round(tick=-1, price=None, phase=Phase.PRESALE)) == 1
    assert price_now(a_round(rug_tick=52, rug_price=0.01)) is None
    assert price_now(None) is None
    assert price_now(a_round(price=1.2345)) == Decimal("1.2345")


def test_the_request_asked_about_is_the_one_that_will_be_asked_for():
    state = state_of(trading(), market())
    for side in OrderSide:
        request = request_of(state, state.trading(), DRAFT, side)
        wish = order(side, state)
        assert request.amount == getattr(wish, "amount", None)
        assert request.share == getattr(wish, "share", None)
        assert (request.round_id, request.tick, request.price) == (
            wish.seen_round, wish.seen_tick, wish.seen_price,
        )  # fmt: skip
