from decimal import Decimal

import pytest

from replayer_qt.core.events import TickOrigin
from replayer_qt.core.order_events import CashOut, CashOutSet, OrderGated, OrderRequested
from replayer_qt.core.orders import Origin
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.trade_commands import SetCashOut
from replayer_qt.engine.cash_out import invalid
from tests.helpers.trading import Floor


def held(*, cash_out, price=1.0):
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.tick(price)
    floor.ask(SetCashOut, cash_out=cash_out)
    return floor


@pytest.mark.parametrize(
    ("cash_out", "before", "at"),
    [
        (CashOut(target=Decimal(2)), (1.5, 1.99), 2.0),
        (CashOut(target=Decimal("0.3")), (), 0.3),
        (CashOut(stop=Decimal("0.8")), (1.5, 0.81), 0.8),
        (CashOut(trail=Decimal(20)), (2.0, 1.61), 1.6),
        (CashOut(after=3), (1.0, 1.0), 1.0),
        (CashOut(target=Decimal(5), stop=Decimal("0.5"), trail=Decimal(90)), (1.0,), 0.5),
    ],
)
def test_a_standing_order_sells_at_its_tick_and_not_before(cash_out, before, at):
    floor = held(cash_out=cash_out)
    floor.ticks(*before)
    assert len(floor.of(OrderRequested)) == 1
    floor.tick(at)
    (asked,) = floor.of(OrderRequested)[1:]
    assert asked.request.origin is Origin.STANDING
    assert asked.request.share == 100
    assert len(asked.request.param_hash) == 64
    floor.release_all()
    floor.tick(at)
    assert floor.account.holding.quantity == 0


def test_a_standing_order_sells_once_and_says_why():
    floor = held(cash_out=CashOut(target=Decimal(2), share=50))
    floor.ticks(2.0, 2.1)
    floor.release_all()
    floor.ticks(2.2, 2.3, 2.4)
    assert len(floor.of(OrderRequested)) == 2
    assert floor.account.holding.quantity == Decimal("0.05")
    last = floor.of(CashOutSet)[-1]
    assert last.cash_out is None
    assert last.reason == "the target of 2x was reached at 2.0x"


def test_a_standing_order_survives_until_the_round_is_over_or_nothing_is_held():
    floor = held(cash_out=CashOut(target=Decimal(9)))
    floor.sell(50)
    floor.tick(1.0)
    assert floor.trading.cash_out is not None
    floor.sell(100)
    floor.tick(1.0)
    assert floor.trading.cash_out is None
    assert floor.of(CashOutSet)[-1].reason == "nothing is held any more"
    floor.ask(SetCashOut, cash_out=CashOut(target=Decimal(9)))
    floor.ticks(1.0)
    assert floor.trading.cash_out is not None
    floor.rug()
    assert floor.of(CashOutSet)[-1].reason == "the round is over"


def test_a_standing_order_does_not_fire_at_the_rug():
    floor = held(cash_out=CashOut(stop=Decimal("0.5")))
    floor.rug()
    assert len(floor.of(OrderRequested)) == 1
    assert floor.trading.cash_out is None


def test_a_trail_counts_from_when_it_was_set():
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.ticks(1.0, 10.0, 4.0)
    floor.ask(SetCashOut, cash_out=CashOut(trail=Decimal(50)))
    floor.ticks(2.1)
    assert len(floor.of(OrderRequested)) == 1
    floor.ticks(2.0)
    assert len(floor.of(OrderRequested)) == 2


def test_a_standing_order_set_before_the_buy_waits_for_it():
    floor = Floor()
    floor.announce()
    floor.ask(SetCashOut, cash_out=CashOut(after=2))
    floor.start()
    floor.ticks(1.0, 1.0, 1.0)
    assert not floor.of(OrderGated)
    floor.buy()
    floor.ticks(1.0)
    assert floor.of(OrderRequested)[-1].request.origin is Origin.STANDING


@pytest.mark.parametrize(
    "wanted",
    [
        CashOut(),
        CashOut(target=Decimal(0)),
        CashOut(stop=Decimal("NaN")),
        CashOut(trail=Decimal(100)),
        CashOut(target=Decimal("Infinity")),
        CashOut(after=0),
        CashOut(after=1, share=0),
        CashOut(after=1, share=101),
        CashOut(target=Decimal(1), stop=Decimal(1)),
    ],
)
def test_a_standing_order_that_makes_no_sense_is_refused_with_its_reason(wanted):
    floor = Floor()
    floor.ask(SetCashOut, cash_out=wanted)
    (problem,) = floor.of(ProblemRaised)
    assert problem.code == "cash-out-invalid"
    assert invalid(wanted) in problem.what
    assert floor.trading.cash_out is None


def test_a_pressed_kill_switch_takes_the_standing_order_away():
    floor = held(cash_out=CashOut(stop=Decimal("0.5")))
    floor.kill()
    assert floor.trading.cash_out is None
    floor.tick(0.4)
    assert len(floor.of(OrderRequested)) == 1


def test_a_price_that_is_told_afterwards_triggers_nothing():
    floor = held(cash_out=CashOut(stop=Decimal("0.5")))
    floor.tick(0.4, origin=TickOrigin.SNAPSHOT)
    floor.tick(1.2)
    assert len(floor.of(OrderRequested)) == 1
    floor.tick(0.5)
    assert len(floor.of(OrderRequested)) == 2
