from msgspec.structs import replace

from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.orders import OrderSide, OrderState
from replayer_qt.core.units import RoundId
from replayer_qt.core.verdict import Reason
from replayer_qt.ui.last_order import DUPLICATE, read_last_order
from tests.helpers.orders import make_book, make_order, make_request
from tests.helpers.trading_frames import a_round, market, state_of, trading


def last(book, **fields):
    return read_last_order(state_of(trading(book=book), **fields))


def refused(*codes, **fields):
    order = make_order(make_request(**fields), OrderState.REFUSED)
    reasons = tuple(Reason(code=code, text=f"Because of {code}.") for code in codes)
    verdict = replace(order.verdict, reasons=reasons)
    return OrderBook(over=(replace(order, verdict=verdict),))


def test_there_is_none_before_the_first():
    assert last(OrderBook()) is None


def test_every_hop_has_its_name_and_the_time_it_took():
    told = last(make_book((make_request(), OrderState.FILLED)))
    assert told.what == "BUY 0.010"
    assert [hop.name for hop in told.hops] == ["asked", "gated", "sent", "ack", "filled"]
    assert [hop.when for hop in told.hops] == ["", *["+1.0 ms"] * 4]


def test_the_newest_is_the_one_that_was_asked_for_last_wherever_it_stands():
    first = make_request("first")
    second = make_request("second", side=OrderSide.SELL, share=25)
    for states in ((OrderState.FILLED, OrderState.SENT), (OrderState.SENT, OrderState.FILLED)):
        told = last(make_book((first, states[0]), (second, states[1])))
        assert told.what == "SELL 25 %"


def test_what_became_of_nothing_says_why():
    for state in (OrderState.REJECTED, OrderState.EXPIRED, OrderState.UNKNOWN):
        told = last(make_book((make_request(), state)))
        assert told.why
        assert told.hops[-1].colour in {"error", "warning"}
    told = last(refused("a", "b"))
    assert (told.why, told.every) == ("Because of a. (+1 more)", "Because of a. · Because of b.")


def test_only_a_mere_duplicate_of_this_round_is_offered_again():
    """S4-4e: an identical order within the window needs a person's word."""
    assert last(refused(DUPLICATE)).again
    assert not last(refused(DUPLICATE, "kill_switch_active")).again
    assert not last(refused("max_order")).again
    assert not last(make_book((make_request(), OrderState.FILLED))).again
    elsewhere = market(running=replace(a_round(), round_id=RoundId("another")))
    assert not last(refused(DUPLICATE), shown=elsewhere).again
