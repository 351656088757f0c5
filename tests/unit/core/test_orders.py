import itertools

import pytest

from replayer_qt.core.approval import Approval
from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.order_book import Order
from replayer_qt.core.orders import FOLLOWS, Hop, OrderState
from replayer_qt.core.units import Nanos
from tests.helpers.orders import (
    make_bet,
    make_fill,
    make_order,
    make_request,
    make_sale,
    make_verdict,
)

FINAL = {OrderState.REFUSED, OrderState.FILLED, OrderState.REJECTED, OrderState.EXPIRED}


def hop(state):
    return Hop(state, Nanos(1), Nanos(1))


@pytest.mark.parametrize(("before", "after"), list(itertools.product(OrderState, OrderState)))
def test_an_order_whose_hops_break_the_rules_cannot_be_made(before, after):
    """S2-C4: illegal transitions can't be constructed."""
    told = make_order(state=before)
    fill = make_fill() if after is OrderState.FILLED else None

    def make():
        hops = (*told.hops, hop(after))
        return Order(request=told.request, hops=hops, verdict=told.verdict, fill=fill)

    if after in FOLLOWS[before]:
        assert make().state is after
    else:
        with pytest.raises(ContractBroken):
            make()


def test_an_order_begins_with_being_asked_for():
    for hops in ((), (hop(OrderState.GATED),), (hop(OrderState.FILLED),)):
        with pytest.raises(ContractBroken):
            Order(request=make_request(), hops=hops)


def test_an_order_has_a_fill_exactly_when_it_is_filled():
    filled = make_order(state=OrderState.FILLED)
    with pytest.raises(ContractBroken):
        Order(request=filled.request, hops=filled.hops, verdict=filled.verdict)
    with pytest.raises(ContractBroken):
        Order(request=filled.request, hops=filled.hops[:2], fill=filled.fill)


def test_what_is_final_is_over_and_what_is_sent_is_under_way():
    for state in OrderState:
        order = make_order(state=state)
        assert order.state is state
        assert order.is_over == (state in FINAL)
        assert order.is_under_way == (state not in FINAL | {OrderState.REQUESTED})


def test_an_order_under_way_counts_as_spent_until_it_is_over():
    """BR-05, FAULTS O5: an unknown order counts as spent."""
    for state in OrderState:
        spent = make_order(state=state).at_stake
        assert (spent > 0) == (state not in FINAL | {OrderState.REQUESTED})
    assert make_order(make_sale(), OrderState.SENT).at_stake == 0
    assert (
        make_order(make_bet(amount="0.5"), OrderState.UNKNOWN).at_stake
        == make_bet(amount="0.5").amount
    )


def test_only_what_the_gate_allowed_and_the_engine_released_becomes_an_approval():
    """S4-K2, N11: no other ticket is taken by a broker, and this one can't be made otherwise."""
    for state in OrderState:
        order = make_order(state=state)
        if state is OrderState.SENT:
            assert event_free(Approval(order=order))
        else:
            with pytest.raises(ContractBroken):
                Approval(order=order)
    sent = make_order(state=OrderState.SENT)
    for verdict in (None, make_verdict(allowed=False)):
        forged = Order(request=sent.request, hops=sent.hops, verdict=verdict)
        with pytest.raises(ContractBroken):
            Approval(order=forged)


def event_free(approval):
    return approval.expires_in_ms > 0 and approval.order.verdict.allowed


def test_each_hop_has_both_clocks():
    order = make_order(state=OrderState.FILLED)
    monos = [one.mono for one in order.hops]
    assert monos == sorted(monos)
    assert all(isinstance(one.at, int) for one in order.hops)
