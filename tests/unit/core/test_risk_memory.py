from decimal import Decimal

from replayer_qt.core.order_events import (
    AccountOpened,
    ArmingChanged,
    ArmState,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
)
from replayer_qt.core.orders import Mode, OrderSide, Origin
from replayer_qt.core.risk_memory import (
    ACTORS_MOST,
    KINDS_MOST,
    MINUTE,
    RECENT_MOST,
    REJECTS_MOST,
    RiskMemory,
    fold_memory,
    has_acted,
    rejects_since,
)
from tests.helpers.make import event, ticked
from tests.helpers.orders import make_bet, make_request, make_sale, make_verdict


def asked(memory, request, at, *, allowed=True):
    verdict = make_verdict(
        allowed=allowed, reserved=Decimal(0) if request.reduces else request.amount
    )
    for one in (
        event(OrderRequested, at, order_id=request.order_id, request=request),
        event(OrderGated, at, order_id=request.order_id, verdict=verdict),
    ):
        memory = fold_memory(memory, one)
    return memory


def test_what_was_allowed_is_remembered_and_what_was_refused_is_not():
    memory = asked(RiskMemory(), make_request("a"), 1)
    memory = asked(memory, make_request("b"), 2, allowed=False)
    memory = asked(memory, make_sale("c", share=25), 3)
    assert memory.recent == (1, 3)
    assert list(memory.newest) == [(OrderSide.BUY, Decimal("0.01")), (OrderSide.SELL, 25)]
    assert memory.orders == 2
    assert memory.asked is None


def test_turnover_counts_buys_and_stakes_whatever_became_of_them():
    """FAULTS O5: what is unknown counts as spent."""
    memory = asked(RiskMemory(), make_request("a", amount="0.5"), 1)
    memory = asked(memory, make_bet("b", amount="0.25"), 2)
    memory = asked(memory, make_sale("c"), 3)
    assert memory.turnover == Decimal("0.75")
    opened = event(AccountOpened, mode=Mode.PAPER, cash=Decimal(1))
    assert fold_memory(memory, opened).turnover == 0
    assert fold_memory(memory, opened).recent == memory.recent


def test_a_verdict_without_its_order_is_not_remembered():
    stray = event(OrderGated, order_id="nobody", verdict=make_verdict())
    assert fold_memory(RiskMemory(), stray) == RiskMemory()


def test_what_is_older_than_a_minute_is_let_go():
    """S2-M9: bounded by time and by number."""
    memory = asked(RiskMemory(), make_request("a"), 0)
    memory = asked(memory, make_request("b"), 1)
    memory = asked(memory, make_request("c"), MINUTE)
    assert memory.recent == (1, MINUTE)
    for number in range(RECENT_MOST + 50):
        memory = asked(memory, make_request(f"order-{number}"), MINUTE + 1)
    assert len(memory.recent) == RECENT_MOST


def test_kinds_of_orders_are_bounded_too():
    """S2-M9: by time from some number on, and by number whatever the time."""
    memory = RiskMemory()
    for number in range(KINDS_MOST):
        memory = asked(memory, make_request("a", amount=f"0.{number + 1:03}"), number)
    again = asked(memory, make_request("b", amount="0.001"), KINDS_MOST)
    assert list(again.newest)[-1] == (OrderSide.BUY, Decimal("0.001"))
    assert len(again.newest) == KINDS_MOST
    later = asked(again, make_request("c", amount="2"), MINUTE + 10)
    assert len(later.newest) == KINDS_MOST - 10 + 1
    for number in range(RECENT_MOST + 9):
        later = asked(later, make_request("d", amount=f"3.{number + 1:03}"), MINUTE + 10)
    assert len(later.newest) == RECENT_MOST


def test_a_strategy_is_remembered_by_side_round_and_tick():
    """FAULTS O8: one intent for each strategy, round, tick and side."""
    bot = {"origin": Origin.STRATEGY, "strategy_id": "martin", "tick": 5}
    memory = asked(RiskMemory(), make_request("a", **bot), 1)
    assert has_acted(memory, make_request("b", amount="2", **bot))
    for other in ({"tick": 6}, {"strategy_id": "ann"}, {"round_id": None}):
        assert not has_acted(memory, make_request("c", **{**bot, **other}))
    assert not has_acted(memory, make_bet("d", **bot))
    assert not has_acted(memory, make_request("e", tick=5, strategy_id="martin"))
    for number in range(ACTORS_MOST + 5):
        one = make_request("f", **{**bot, "strategy_id": f"bot-{number}"})
        memory = asked(memory, one, 2)
    assert len(memory.acted) == ACTORS_MOST
    assert not has_acted(memory, make_request("b", **bot))


def test_rejects_are_counted_for_a_minute():
    """FAULTS O10: three within a minute disarm."""
    memory = RiskMemory()
    for at in (0, 10, 20):
        memory = fold_memory(memory, event(OrderRejected, at, order_id="a", reason="no"))
    assert rejects_since(memory, -1) == 3
    assert rejects_since(memory, 0) == 2
    for number in range(300):
        rejected = event(OrderRejected, MINUTE + number, order_id="a", reason="no")
        memory = fold_memory(memory, rejected)
    assert len(memory.rejects) == REJECTS_MOST


def test_automated_orders_count_until_a_person_arms():
    """BR-03: no other change of arming counts as a person's."""
    memory = RiskMemory()
    for number, origin in enumerate(Origin):
        one = make_request(f"order-{number}", origin=origin, strategy_id="martin")
        memory = asked(memory, one, number)
    assert memory.automated_runs == 2
    back = event(ArmingChanged, 9, state=ArmState.ARMED, reason="in flight no more", code="filled")
    assert fold_memory(memory, back).automated_runs == 2
    by_hand = event(ArmingChanged, 9, state=ArmState.ARMED, reason="armed", code="armed")
    assert fold_memory(memory, by_hand).automated_runs == 0


def test_what_does_not_concern_the_gate_changes_nothing():
    memory = asked(RiskMemory(), make_request(), 1)
    assert fold_memory(memory, ticked(3)) is memory
    assert fold_memory(memory, event(OrderSent, order_id="order-1")) is memory
