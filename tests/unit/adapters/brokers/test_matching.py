"""The fate of orders from evidence, in every order in which evidence can come."""

import os
import random
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.brokers.matching import ASKS, Matching
from replayer_qt.adapters.brokers.settling import Rug
from replayer_qt.adapters.brokers.words import Answer, BetEnd, OwnBet, OwnTrade, Statement
from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.money import bought, decimal_of, proceeds
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
    StatedBet,
)
from replayer_qt.core.orders import OrderId, OrderSide, OrderState
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import PRACTICE, Moment, Nanos, RoundId
from tests.helpers.make import ROUND
from tests.helpers.model_venue import MS, PATIENCE, Wish, World
from tests.helpers.orders import make_bet, make_request, make_sale

WORLDS = int(os.environ.get("REPLAYER_WORLDS", "700"))
"""Each holds three orders or four; the night runs 30,000."""

SEEN = int(os.environ.get("REPLAYER_EXAMPLES", "150"))

WISHES = st.lists(
    st.builds(
        Wish,
        side=st.sampled_from(OrderSide),
        size=st.sampled_from([1, 10, 25, 50, 100]),
        done=st.booleans(),
        ack=st.sampled_from(["yes", "none", "late", "double"]),
        trade=st.sampled_from(["yes", "none", "late", "double"]),
        stated=st.booleans(),
        hand=st.sampled_from(["none", "before", "after"]),
        lost=st.sampled_from(["none", "before", "after"]),
        patient=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=SEEN, deadline=None)
@given(WISHES, st.integers(0, 2**32))
def test_no_order_is_filled_twice_or_without_cause_whatever_comes_in_whatever_order(wishes, seed):
    """FAULTS O5, O6, O8, O9: done or not, answered or not, told or not, twice, late, cut off."""
    World(wishes, seed).play().check()


def test_two_thousand_orders_meet_every_fault_and_none_is_told_wrongly():
    """FAULTS O5, O6, goal 10: done ends FILLED or UNKNOWN, not done REJECTED or UNKNOWN."""
    ends: Counter[tuple[bool, OrderState]] = Counter()
    for seed in range(WORLDS):
        rng = random.Random(seed)
        wishes = [a_wish(rng) for _ in range(rng.randint(1, 6))]
        world = World(wishes, seed).play()
        world.check()
        for name, states in world.states().items():
            ends[name in world.truth, states[-1]] += 1
    assert ends.total() >= 3 * WORLDS
    assert ends[True, OrderState.FILLED] > 4 * ends[True, OrderState.UNKNOWN]
    assert ends[False, OrderState.REJECTED] > ends[False, OrderState.UNKNOWN]


def a_wish(rng: random.Random) -> Wish:
    return Wish(
        side=rng.choice(list(OrderSide)),
        size=rng.choice([1, 10, 10, 25, 50, 100]),
        done=rng.random() < 0.6,
        ack=rng.choice(["yes", "none", "late", "double"]),
        trade=rng.choice(["yes", "none", "late", "double"]),
        stated=rng.random() < 0.6,
        hand=rng.choice(["none", "none", "none", "before", "after"]),
        lost=rng.choice(["none", "none", "none", "before", "after"]),
        patient=rng.random() < 0.7,
    )


@pytest.mark.parametrize("side", [OrderSide.BUY, OrderSide.SIDE_BET])
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("told", ["answer", "trade", "statement", "nothing"])
def test_one_piece_of_evidence_or_a_fresh_statement_settles_an_order(side, done, told):
    """FAULTS O5: without other trades and losses, nothing stays unknown."""
    wish = Wish(
        side=side,
        done=done,
        ack="yes" if told == "answer" else "none",
        trade="yes" if told == "trade" else "none",
        stated=told == "statement",
    )
    world = World([wish], 1).play()
    world.check()
    last = world.states()[OrderId("order-0")][-1]
    assert last is (OrderState.FILLED if done else OrderState.REJECTED)


# --- one step at a time --------------------------------------------------------------------------


def at(ms: int) -> Moment:
    return Moment(Nanos(ms * MS), Nanos(ms * MS))


def begun(cash: str = "10", quantity: str = "0", bet: StatedBet | None = None) -> Matching:
    """Return a matching that knows the account and twenty ticks."""
    matching = Matching(PRACTICE, patience=PATIENCE)
    matching.stated(stated(cash, quantity, bet), at(0), as_of=None)
    for tick in range(20):
        matching.ticked(ROUND, tick, price(tick))
    return matching


def price(tick: int) -> float:
    return 1.0 + tick / 128


def stated(cash: str, quantity: str = "0", bet: StatedBet | None = None) -> Statement:
    return Statement(player="me", cash=Decimal(cash), quantity=Decimal(quantity), bet=bet)


def trade(side: OrderSide, tick: int, amount: str, quantity: str, name: str = "t1") -> OwnTrade:
    return OwnTrade(
        trade_id=name,
        side=side,
        round_id=ROUND,
        tick=tick,
        price=decimal_of(price(tick)),
        quantity=Decimal(quantity),
        amount=Decimal(amount),
    )


def kinds(events) -> list[type]:
    return [type(one) for one in events]


UNITS = bought(Decimal("0.01"), decimal_of(price(19)))


def purchase(name: str = "t1") -> OwnTrade:
    return trade(OrderSide.BUY, 19, "0.01", str(UNITS), name)


def test_nothing_is_sent_before_the_account_is_known():
    with pytest.raises(ContractBroken):
        Matching(PRACTICE, patience=PATIENCE).sent(make_request(), at(0))


def test_an_echo_that_comes_twice_is_one_fill():
    """FAULTS O6: twice."""
    matching = begun()
    matching.sent(make_request(), at(1))
    assert kinds(matching.traded(purchase(), at(70))) == [OrderFilled]
    assert matching.traded(purchase(), at(71)) == ()
    assert (
        kinds(matching.stated(stated(str(10 - Decimal("0.01")), str(UNITS)), at(99), as_of=None))
        == []
    )


def test_an_echo_after_the_statement_that_proved_the_fill_is_the_same_fill():
    """FAULTS O6: late."""
    matching = begun()
    matching.sent(make_request(), at(1))
    (filled,) = matching.stated(stated("9.99", str(UNITS)), at(70), as_of=None)
    assert (filled.fill.fill_id, filled.fill.tick) == ("order-1-stated", 19)
    assert (filled.fill.quantity, filled.fill.amount) == (UNITS, Decimal("0.01"))
    assert matching.traded(purchase(), at(900)) == ()
    assert matching.answered(OrderId("order-1"), Answer(number=1, done=True), at(901)) == ()


def test_a_trade_of_another_size_is_not_the_order_s_and_is_told_once_a_round():
    """FAULTS O6, O9: of another action, elsewhere."""
    matching = begun()
    matching.sent(make_request(), at(1))
    other = trade(OrderSide.BUY, 19, "0.02", "0.017", "t2")
    (problem,) = matching.traded(other, at(50))
    assert isinstance(problem, ProblemRaised)
    assert problem.code == "foreign-trade"
    assert matching.traded(trade(OrderSide.BUY, 19, "0.03", "0.026", "t3"), at(51)) == ()
    assert matching.unresolved == ("order-1",)


def test_an_old_trade_is_not_the_order_s():
    """FAULTS O6: of another action, earlier."""
    matching = begun()
    matching.sent(make_request(), at(1))
    early = trade(OrderSide.BUY, 18, "0.01", "0.0087", "t2")
    assert kinds(matching.traded(early, at(50))) == [ProblemRaised]
    assert matching.in_flight


def test_a_sale_is_known_by_its_share_of_the_holding():
    matching = begun(quantity="0.5")
    matching.sent(make_sale(share=25), at(1))
    got = proceeds(Decimal("0.125"), decimal_of(price(19)))
    (filled,) = matching.traded(trade(OrderSide.SELL, 19, str(got), "0.125"), at(70))
    assert (filled.order_id, filled.fill.quantity, filled.fill.amount) == (
        "sale-1",
        Decimal("0.125"),
        got,
    )


def test_a_sale_of_several_lots_may_pay_some_billionths_less():
    matching = begun(quantity="0.5")
    matching.sent(make_sale(), at(1))
    got = proceeds(Decimal("0.5"), decimal_of(price(19))) - Decimal("4e-9")
    (filled,) = matching.stated(stated(str(10 + got)), at(70), as_of=None)
    assert (filled.fill.amount, filled.fill.tick) == (got, 19)


def test_a_refusal_ends_an_order_in_the_venue_s_words():
    """FAULTS O10: never repeated."""
    matching = begun()
    matching.sent(make_request(), at(1))
    no = Answer(number=1, done=False, reason="Insufficient balance")
    (rejected,) = matching.answered(OrderId("order-1"), no, at(50))
    assert (type(rejected), rejected.reason) == (OrderRejected, "Insufficient balance")
    assert matching.unresolved == ()
    (problem,) = matching.answered(OrderId("order-1"), Answer(number=1, done=True), at(60))
    assert problem.code == "order-contradicted"


def test_without_evidence_an_order_is_unknown_until_a_statement_asked_for_afterwards():
    """FAULTS O5: older statements prove nothing."""
    matching = begun()
    matching.sent(make_request(), at(1))
    assert matching.due(at(2_000)) == ()
    assert kinds(matching.due(at(2_001))) == [OrderUnknown]
    assert not matching.in_flight
    assert matching.wants_statement(at(2_001))
    matching.asked(at(2_001))
    assert matching.stated(stated("10"), at(2_010), as_of=None) == ()
    assert matching.stated(stated("10"), at(2_020), as_of=Nanos(1_000 * MS)) == ()
    (rejected,) = matching.stated(stated("10"), at(2_030), as_of=Nanos(2_001 * MS))
    assert "no effect" in rejected.reason


def test_what_was_called_done_is_never_called_without_effect():
    matching = begun()
    matching.sent(make_request(), at(1))
    (acked,) = matching.answered(OrderId("order-1"), Answer(number=1, done=True), at(50))
    assert isinstance(acked, OrderAcknowledged)
    assert kinds(matching.due(at(2_100))) == [OrderUnknown]
    assert matching.stated(stated("10"), at(2_200), as_of=Nanos(2_150 * MS)) == ()
    assert matching.unresolved == ("order-1",)


def test_a_statement_that_fits_nothing_leaves_an_order_unknown():
    """FAULTS O5: anything else stays unknown; a person decides."""
    matching = begun()
    matching.sent(make_request(), at(1))
    matching.due(at(2_001))
    assert matching.stated(stated("9.5", "0.3"), at(2_100), as_of=Nanos(2_050 * MS)) == ()
    assert matching.unresolved == ("order-1",)
    matching.forget(OrderId("order-1"))
    assert matching.unresolved == ()


def test_a_lost_connection_makes_an_order_unknown_at_once():
    """FAULTS O5: not by time, and not by hope."""
    matching = begun()
    matching.sent(make_request(), at(1))
    (unknown,) = matching.lost(at(30))
    assert "lost" in unknown.reason
    (filled,) = matching.stated(stated("9.99", str(UNITS)), at(900), as_of=Nanos(800 * MS))
    assert isinstance(filled, OrderFilled)


def test_a_venue_that_stays_silent_is_asked_a_few_times_only():
    matching = begun()
    matching.sent(make_request(), at(1))
    asked, now = 0, 2_001
    matching.due(at(now))
    for _ in range(50):
        if matching.wants_statement(at(now)):
            matching.asked(at(now))
            asked += 1
        now += 1_000
    assert asked == ASKS
    assert matching.due_at is None


def test_a_side_bet_is_filled_by_its_answer_alone():
    matching = begun()
    matching.sent(make_bet(), at(1))
    bet = OwnBet(round_id=ROUND, start=19, end=59, stake=Decimal("0.01"))
    answer = Answer(number=1, done=True, bet=bet)
    (filled,) = matching.answered(OrderId("bet-1"), answer, at(50))
    assert (filled.fill.side, filled.fill.tick) == (OrderSide.SIDE_BET, 19)
    assert filled.fill.price == decimal_of(price(19))
    assert matching.placed(bet, at(60)) == ()


def test_the_end_of_a_side_bet_proves_that_it_was_placed():
    matching = begun()
    matching.sent(make_bet(), at(1))
    end = BetEnd(
        round_id=ROUND, start=19, end=59, tick=30, stake=Decimal("0.01"), payout=Decimal("0.05")
    )
    filled, closed = matching.closed(end, at(900))
    assert kinds([filled, closed]) == [OrderFilled, SideBetClosed]
    assert (closed.tick, closed.payout) == (30, Decimal("0.05"))
    assert matching.closed(end, at(901)) == ()


def test_a_bet_that_was_open_before_we_came_is_closed_without_a_fuss():
    matching = begun(bet=StatedBet(start=3, end=43, stake=Decimal("0.01")))
    end = BetEnd(round_id=ROUND, start=3, end=43, tick=43, stake=Decimal("0.01"), payout=Decimal(0))
    assert kinds(matching.closed(end, at(900))) == [SideBetClosed]


def rug_sale(quantity: str) -> OwnTrade:
    cheap = Decimal("0.02")
    return OwnTrade(
        trade_id="rug",
        side=OrderSide.SELL,
        round_id=ROUND,
        tick=20,
        price=cheap,
        quantity=Decimal(quantity),
        amount=proceeds(Decimal(quantity), cheap),
    )


def test_the_rug_s_sale_is_no_order_s_even_if_a_sale_of_all_is_under_way():
    """FAULTS O11: the rug came first; what was asked for is not filled by it."""
    matching = begun(quantity="0.5")
    matching.sent(make_sale(share=100), at(1))
    assert kinds(matching.traded(rug_sale("0.5"), at(70))) == [PositionLiquidated]
    assert matching.in_flight


def test_a_purchase_that_nobody_told_of_is_proved_by_what_the_rug_sold():
    """FAULTS O11: the fill is told before the sale."""
    matching = begun(quantity="0.5")
    matching.sent(make_request(), at(1))
    told = matching.traded(rug_sale(str(Decimal("0.5") + UNITS)), at(70))
    assert kinds(told) == [OrderFilled, PositionLiquidated]
    assert told[0].fill.quantity == UNITS


def test_a_trade_of_another_round_is_not_the_order_s():
    """FAULTS O11: never aimed at the next round."""
    matching = begun()
    matching.sent(make_request(round_id=RoundId("another")), at(1))
    assert kinds(matching.traded(purchase(), at(70))) == [ProblemRaised]


def test_a_sale_that_nobody_told_of_is_proved_by_what_the_rug_found_less():
    """FAULTS O11: the statement after the rug tells what it brought."""
    matching = begun(quantity="0.5")
    matching.sent(make_sale(share=50), at(1))
    assert kinds(matching.traded(rug_sale("0.25"), at(70))) == [PositionLiquidated]
    got = proceeds(Decimal("0.25"), decimal_of(price(19)))
    (filled,) = matching.stated(stated(str(10 + got + Decimal("0.005"))), at(90), as_of=None)
    assert (filled.fill.quantity, filled.fill.amount) == (Decimal("0.25"), got)


def test_an_order_that_stays_unknown_does_not_keep_later_ones_from_being_settled():
    matching = begun()
    matching.sent(make_request("first"), at(1))
    matching.due(at(2_001))
    matching.stated(stated("9.5", "0.3"), at(2_100), as_of=None)
    matching.stated(stated("9.5", "0.3"), at(4_200), as_of=None)
    matching.sent(make_request("second"), at(4_300))
    matching.due(at(6_300))
    (rejected,) = matching.stated(stated("9.5", "0.3"), at(6_400), as_of=Nanos(6_350 * MS))
    assert (type(rejected), rejected.order_id) == (OrderRejected, "second")
    assert matching.unresolved == ("first",)


def rug(tick: int = 20, sold_at: str = "0.02") -> Rug:
    return Rug(round_id=ROUND, tick=tick, price=Decimal(sold_at))


def test_what_the_rug_sold_without_a_word_is_proved_by_the_statement_after_it():
    """The ledger follows the venue though it was told nothing; and only once."""
    matching = begun(quantity="0.5")
    matching.rugged(rug())
    (sold,) = matching.stated(stated("10.01"), at(900), as_of=None)
    assert (type(sold), sold.fill.quantity) == (PositionLiquidated, Decimal("0.5"))
    assert (sold.fill.tick, sold.fill.amount) == (20, Decimal("0.01"))
    assert matching.traded(rug_sale("0.5"), at(950)) == ()
    assert matching.stated(stated("10.01"), at(960), as_of=None) == ()


def test_a_statement_that_the_rug_does_not_explain_settles_nothing():
    matching = begun(quantity="0.5")
    matching.rugged(rug())
    assert matching.stated(stated("10.02"), at(900), as_of=None) == ()


@pytest.mark.parametrize(
    ("rug_tick", "cash", "payout", "decided"),
    [(30, "10.04", "0.05", 30), (59, "10.04", "0.05", 59), (None, "9.99", "0", 59)],
)
def test_a_side_bet_settled_without_a_word_is_proved_by_the_statement(
    rug_tick, cash, payout, decided
):
    matching = begun()
    bet = OwnBet(round_id=ROUND, start=19, end=59, stake=Decimal("0.01"))
    matching.sent(make_bet(), at(1))
    matching.placed(bet, at(50))
    if rug_tick is not None:
        matching.rugged(rug(rug_tick))
    (closed,) = matching.stated(stated(cash), at(900), as_of=None)
    assert (closed.tick, closed.payout) == (decided, Decimal(payout))
