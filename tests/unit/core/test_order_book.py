import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from replayer_qt.core.order_book import (
    OPEN_MOST,
    OVER_KEPT,
    OVER_MOST,
    OrderBook,
    fold_leaving,
    fold_orders,
    is_taken,
)
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
    OrderUnknown,
)
from replayer_qt.core.orders import FOLLOWS, OrderSide, OrderState
from tests.helpers.make import event, ticked
from tests.helpers.orders import (
    make_bet,
    make_book,
    make_fill,
    make_request,
    make_sale,
    make_verdict,
    story,
)


def told(kind, request, /, **fields):
    return event(kind, order_id=request.order_id, **fields)


def folded(book, *events):
    for one in events:
        book = fold_orders(book, one)
    return book


@pytest.mark.parametrize("state", OrderState)
def test_an_order_comes_to_each_state_by_its_events(state):
    request = make_request()
    book = make_book((request, state))
    order = book.find(request.order_id)
    assert order.state is state
    assert order in (book.open if FOLLOWS[state] else book.over)
    assert book.refused == 0


def test_a_refused_order_says_why():
    order = make_book((make_request(), OrderState.REFUSED)).over[0]
    assert order.reason == "The kill switch is on."
    assert order.verdict.code == "kill_switch_active"


def test_the_same_order_asked_for_twice_is_one():
    """S4-4e, S0-M3: the order's name is the asker's idempotency key."""
    request = make_request()
    for state in (OrderState.SENT, OrderState.FILLED):
        book = make_book((request, state))
        again = fold_orders(book, told(OrderRequested, request, request=request))
        assert (again.open, again.over) == (book.open, book.over)
        assert not is_taken(book, again)


def test_an_echo_that_comes_twice_or_late_is_one_fill():
    """FAULTS O6: one fill, whatever is told afterwards."""
    request = make_request()
    book = make_book((request, OrderState.FILLED))
    first = book.over[0].fill
    echo = told(OrderFilled, request, fill=make_fill("other", request=request))
    late = folded(book, echo, told(OrderRejected, request, reason="no"))
    assert late.over[0].fill == first
    assert late.over == book.over
    assert late.refused == book.refused + 2


def test_a_fill_that_belongs_to_another_action_is_not_taken():
    """FAULTS O6: an echo of another action fills nothing."""
    request = make_request()
    book = make_book((request, OrderState.SENT))
    after = fold_orders(book, told(OrderFilled, request, fill=make_fill(request=make_sale())))
    assert after.open == book.open
    assert after.refused == 1


def test_an_acknowledgement_after_the_end_is_usual():
    request = make_request()
    book = make_book((request, OrderState.FILLED))
    assert fold_orders(book, told(OrderAcknowledged, request)) is book
    unknown = make_book((request, OrderState.UNKNOWN))
    assert fold_orders(unknown, told(OrderAcknowledged, request)) is unknown


@pytest.mark.parametrize(
    ("kind", "fields", "end"),
    [
        (OrderFilled, {"fill": make_fill()}, OrderState.FILLED),
        (OrderRejected, {"reason": "proved to have had no effect"}, OrderState.REJECTED),
        (OrderExpired, {"reason": "never sent"}, OrderState.EXPIRED),
    ],
)
def test_an_unknown_order_stays_until_its_end_is_told(kind, fields, end):
    """FAULTS O5: unknown, visible, counted as spent, until the venue's own state answers."""
    request = make_request()
    book = make_book((request, OrderState.UNKNOWN))
    assert book.at_stake() == Decimal("0.01")
    assert folded(book, told(OrderSent, request)).open == book.open
    after = fold_orders(book, told(kind, request, **fields))
    assert after.find(request.order_id).state is end
    assert after.at_stake() == 0
    assert is_taken(book, after)


def test_an_event_of_an_order_that_nobody_asked_for_is_counted():
    book = fold_orders(OrderBook(), told(OrderSent, make_request()))
    assert book == OrderBook(refused=1)


def test_an_order_under_another_name_is_not_taken():
    request = make_request("one")
    other = event(OrderRequested, order_id="two", request=request)
    assert fold_orders(OrderBook(), other) == OrderBook(refused=1)


def test_what_is_no_order_changes_nothing():
    book = make_book((make_request(), OrderState.SENT))
    assert fold_orders(book, ticked(1)) is book


def test_a_bare_order_event_makes_no_sense():
    request = make_request()
    book = make_book((request, OrderState.SENT))
    assert fold_orders(book, told(OrderEvent, request)).refused == 1


def test_those_that_are_over_are_bounded_and_still_known():
    """S2-M9: the newest are kept; the first ones leave."""
    book, names = OrderBook(), []
    for number in range(2 * OVER_MOST):
        names.append(f"order-{number}")
        for one in story(make_request(names[-1]), OrderState.FILLED):
            book = fold_orders(book, one)
        assert min(number + 1, OVER_KEPT) <= len(book.over) < OVER_MOST
        assert [order.order_id for order in book.over] == names[-len(book.over) :]
    for name in names[: -len(book.over)]:
        assert book.find(name) is None
    for order in book.over:
        assert book.find(order.order_id) is order
        again = told(OrderRequested, order.request, request=order.request)
        assert not is_taken(book, fold_orders(book, again))


def test_no_more_orders_are_open_than_there_may_be():
    """S2-M9: an order beyond the bound is not taken, and so never sent."""
    book = OrderBook()
    for number in range(OPEN_MOST + 5):
        request = make_request(f"order-{number}")
        book = fold_orders(book, told(OrderRequested, request, request=request))
    assert len(book.open) == OPEN_MOST
    assert book.refused == 5


def test_what_is_under_way_is_summed_by_kind():
    book = make_book(
        (make_request("a", amount="0.2"), OrderState.UNKNOWN),
        (make_bet("b", amount="0.1"), OrderState.SENT),
        (make_sale("c"), OrderState.ACKNOWLEDGED),
        (make_request("d", amount="5"), OrderState.REFUSED),
    )
    assert book.at_stake() == Decimal("0.3")
    assert book.selling()
    assert [order.order_id for order in book.in_state(OrderState.SENT)] == ["b"]
    assert book.find("c") is book.open[2]
    assert book.find("nobody") is None
    assert not make_book((make_sale("c"), OrderState.FILLED)).selling()


REQUESTS = [make_request("buy"), make_sale("sale"), make_bet("bet")]

EVENTS = st.sampled_from(REQUESTS).flatmap(
    lambda request: st.one_of(
        st.just(told(OrderRequested, request, request=request)),
        st.booleans().map(lambda ok: told(OrderGated, request, verdict=make_verdict(allowed=ok))),
        st.just(told(OrderSent, request)),
        st.just(told(OrderAcknowledged, request)),
        st.sampled_from(["one", "two"]).map(
            lambda name: told(OrderFilled, request, fill=make_fill(name, request=request))
        ),
        st.sampled_from([OrderRejected, OrderExpired, OrderUnknown]).map(
            lambda kind: told(kind, request, reason="why")
        ),
    )
)


@given(st.lists(EVENTS, max_size=40), st.integers(0, 40))
def test_folding_in_two_parts_is_folding_at_once(events, cut):
    assert folded(folded(OrderBook(), *events[:cut]), *events[cut:]) == folded(OrderBook(), *events)


@given(st.lists(EVENTS, max_size=12), st.sampled_from(REQUESTS), st.booleans(), st.booleans())
def test_an_order_that_leaves_at_once_is_as_one_that_leaves_step_by_step(past, request, ok, mixed):
    book = folded(OrderBook(), *past)
    other = make_request("other") if mixed else request
    told_of_it = (
        told(OrderRequested, request, request=request),
        told(OrderGated, other, verdict=make_verdict(allowed=ok)),
        told(OrderSent, request),
    )
    assert fold_leaving(book, *told_of_it) == folded(book, *told_of_it)


class AnyOrderOfEvents(RuleBasedStateMachine):
    """Any sequence of events leaves only legal orders; an end is never taken back."""

    def __init__(self):
        super().__init__()
        self.book = OrderBook()
        self.ends = {}
        self.fills = {}

    @rule(one=EVENTS)
    def something_happens(self, one):
        before = self.book
        self.book = fold_orders(before, one)
        if is_taken(before, self.book) and isinstance(one, OrderFilled):
            self.fills[one.order_id] = self.fills.get(one.order_id, 0) + 1
        grown = len(self.book.open) + len(self.book.over) - len(before.open) - len(before.over)
        assert grown in {0, 1}

    @invariant()
    def every_order_is_legal(self):
        for order in (*self.book.open, *self.book.over):
            states = [hop.state for hop in order.hops]
            assert states[0] is OrderState.REQUESTED
            for earlier, later in itertools.pairwise(states):
                assert later in FOLLOWS[earlier]
            assert order.is_over == (order in self.book.over)
            filled = order.state is OrderState.FILLED
            assert self.fills.get(order.order_id, 0) == filled == (order.fill is not None)

    @invariant()
    def an_end_is_an_end(self):
        for order in self.book.over:
            assert self.ends.setdefault(order.order_id, order) == order

    @invariant()
    def no_order_is_there_twice(self):
        names = [order.order_id for order in (*self.book.open, *self.book.over)]
        assert len(names) == len(set(names))
        assert all(self.book.find(order.order_id) is order for order in self.book.over)

    @invariant()
    def only_buys_and_bets_under_way_are_at_stake(self):
        counted = [
            order.verdict.reserved
            for order in self.book.open
            if order.is_under_way and order.request.side is not OrderSide.SELL
        ]
        assert self.book.at_stake() == sum(counted, Decimal(0))


def test_any_order_of_events_leaves_only_legal_orders():
    """S2-C4, FAULTS O6: a filled order has exactly one fill, whatever comes in whatever order."""
    run_state_machine_as_test(
        AnyOrderOfEvents, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
