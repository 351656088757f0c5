"""Our ledger against the venue's word: what is drift, and what only looks like it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.account import Account
from replayer_qt.core.booking import fold_account
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.money import Holding
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    ArmingChanged,
    ArmState,
    DriftFound,
    KillWanted,
    OrderAcknowledged,
    OrderFilled,
    OrderUnknown,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
    StatedBet,
)
from replayer_qt.core.orders import Fill, Mode, OrderSide, OrderState
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    AcknowledgeHalt,
    Arm,
    ChooseMode,
    ResolveUnknown,
)
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import PRACTICE, Moment
from replayer_qt.engine.reconcile import accepted, differences
from tests.helpers.make import event
from tests.helpers.trading import venue

MONEY = st.decimals(min_value=0, max_value=100, places=9)


def bought(floor, order_id, amount="0.1", price="1.25", quantity="0.08", tick=2):
    fill = Fill(
        fill_id=f"venue-{order_id}", side=OrderSide.BUY, round_id=floor.round_id, tick=tick,
        price=Decimal(price), quantity=Decimal(quantity), amount=Decimal(amount),
    )  # fmt: skip
    return floor.event(OrderFilled, order_id=order_id, fill=fill)


def armed():
    floor = venue(cash="5")
    floor.begin()
    floor.ask(Arm)
    assert floor.trading.arming.is_armed, floor.of(ProblemRaised)
    return floor


def test_the_venue_s_first_word_opens_the_account():
    floor = venue(cash="5")
    (opened,) = floor.of(AccountOpened)
    assert (opened.cash, floor.account.cash) == (Decimal(5), Decimal(5))
    assert not floor.of(Rebaselined)


def test_what_the_venue_held_before_is_taken_over_with_an_entry():
    floor = venue(cash="5", first={"quantity": Decimal(2), "average": Decimal("1.5")})
    assert floor.account.holding.quantity == 2
    assert floor.account.holding.average == Decimal("1.5")
    assert len(floor.of(Rebaselined)) == 1
    assert not floor.of(DriftFound)


def test_an_order_goes_to_the_venue_by_a_ticket_and_comes_back_as_the_venue_s_word():
    floor = armed()
    order = floor.buy("0.1")
    (ticket,) = floor.approvals
    assert ticket.order.state is OrderState.SENT
    assert ticket.expires_in_ms == floor.settings.trading.order_ms
    floor.happen(OrderAcknowledged, order_id=order.order_id)
    floor.take(bought(floor, order.order_id))
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"))
    assert floor.order(order.order_id).state is OrderState.FILLED
    assert floor.account.cash == Decimal("4.9")
    floor.wait(2_000)
    floor.turn()
    assert not floor.of(DriftFound)


def test_the_same_fill_told_twice_is_booked_once():
    """FAULTS O6: an echo that comes twice is one fill."""
    floor = armed()
    order = floor.buy("0.1")
    floor.take(bought(floor, order.order_id))
    floor.take(bought(floor, order.order_id))
    assert floor.account.cash == Decimal("4.9")
    assert floor.account.holding.quantity == Decimal("0.08")


def test_a_statement_that_runs_ahead_of_the_fill_is_no_drift():
    floor = armed()
    order = floor.buy("0.1")
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"))
    floor.take(bought(floor, order.order_id))
    floor.wait(5_000)
    floor.turn()
    assert not floor.of(DriftFound)


def test_a_difference_is_drift_when_a_second_statement_repeats_it_and_names_both_numbers():
    floor = venue(cash="5")
    floor.begin()
    floor.stated("4.5")
    assert not floor.of(DriftFound)
    floor.stated("4.5")
    (drift,) = floor.of(DriftFound)
    (one,) = drift.differences
    assert (one.field, one.ours, one.theirs) == ("cash", Decimal(5), Decimal("4.5"))
    assert floor.trading.drift == drift.differences
    floor.stated("5")
    assert floor.of(DriftFound)[-1].differences == ()
    assert floor.trading.drift == ()


def test_a_difference_that_lasts_is_drift_without_a_second_statement():
    floor = venue(cash="5")
    floor.begin()
    floor.stated("4.5")
    floor.wait(900)
    floor.turn()
    assert not floor.of(DriftFound)
    floor.wait(200)
    floor.turn()
    assert len(floor.of(DriftFound)) == 1


def test_drift_refuses_risk_until_the_venue_s_word_is_accepted():
    floor = armed()
    floor.stated("4.5")
    floor.stated("4.5")
    assert floor.trading.arming.state is ArmState.HALT
    assert "account_drift" in {reason.code for reason in floor.buy("0.1").verdict.reasons}
    floor.ask(AcceptVenue)
    assert floor.account.cash == Decimal("4.5")
    assert floor.of(DriftFound)[-1].differences == ()
    assert len(floor.of(Rebaselined)) == 1


def test_drift_beyond_its_limit_asks_for_the_kill_switch_once():
    """KS-03: drift beyond its limit asks for the kill switch, once."""
    floor = venue(cash="5")
    floor.begin()
    floor.stated("3.9")
    floor.stated("3.9")
    (wanted,) = floor.of(KillWanted)
    assert wanted.by == "rule:drift"
    assert "1.1 SOL" in wanted.reason
    floor.stated("3.9")
    floor.turn()
    assert len(floor.of(KillWanted)) == 1


def test_unknown_orders_halt_and_enough_of_them_ask_for_the_kill_switch():
    """FAULTS O5: an order without an answer is unknown, and nothing more is armed."""
    floor = armed()
    orders = []
    for number in range(3):
        floor.wait(1_000)
        floor.tick(1.0, ms=0)
        orders.append(floor.buy(f"0.1{number}"))
    for order in orders:
        floor.happen(OrderUnknown, order_id=order.order_id, reason="no answer")
    assert floor.trading.arming.state is ArmState.HALT
    assert floor.of(ArmingChanged)[-1].code == "unknown-order"
    assert [one.by for one in floor.of(KillWanted)] == ["rule:unknown-orders"]
    assert floor.buy("0.1").state is OrderState.REFUSED


def test_a_person_may_say_that_an_unknown_order_was_not_carried_out():
    floor = armed()
    order = floor.buy("0.1")
    floor.happen(OrderUnknown, order_id=order.order_id, reason="no answer")
    floor.ask(ResolveUnknown, order_id=order.order_id, happened=False)
    assert floor.order(order.order_id).state is OrderState.REJECTED
    assert floor.account.cash == Decimal(5)


def test_a_person_may_say_that_an_unknown_order_was_carried_out_as_the_venue_shows():
    floor = armed()
    order = floor.buy("0.1")
    floor.happen(OrderUnknown, order_id=order.order_id, reason="no answer")
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"))
    floor.ask(ResolveUnknown, order_id=order.order_id, happened=True)
    fill = floor.order(order.order_id).fill
    assert (fill.amount, fill.quantity, fill.price) == (
        Decimal("0.1"), Decimal("0.08"), Decimal("1.25"),
    )  # fmt: skip
    assert floor.account.cash == Decimal("4.9")


def test_a_word_on_an_order_whose_fate_is_known_changes_nothing():
    floor = armed()
    order = floor.buy("0.1")
    floor.ask(ResolveUnknown, order_id=order.order_id, happened=True)
    assert floor.of(ProblemRaised)[-1].code == "order-not-unknown"
    assert floor.order(order.order_id).state is OrderState.SENT


@given(MONEY, MONEY, MONEY, st.booleans())
def test_accepting_the_venue_s_word_leaves_no_difference(cash, quantity, average, bet):
    stated = event(
        AccountStated, cash=cash, quantity=quantity, average=average if quantity else Decimal(0),
        bets_stated=True, bet=StatedBet(start=3, end=43, stake=Decimal("0.01")) if bet else None,
    )  # fmt: skip
    account = fold_account(
        Account(mode=Mode.PRACTICE),
        event(AccountOpened, mode=Mode.PRACTICE, cash=Decimal(3)),
    )
    trading = Trading(stream=PRACTICE, mode=Mode.PRACTICE, account=account)
    told = accepted(trading, stated, "because", Moment(0, 0))
    assert differences(fold_account(account, told), stated) == ()


def test_what_is_not_stated_is_not_compared():
    account = Account(cash=Decimal(3), holding=Holding(quantity=Decimal(1)))
    assert differences(account, event(AccountStated)) == ()


def test_what_happened_while_the_connection_was_lost_is_taken_over_and_no_drift():
    """FAULTS O5: after a reconnection the venue's word is taken over, with an entry."""
    floor = armed()
    order = floor.buy("0.1")
    floor.take(bought(floor, order.order_id))
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"))
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.begin("next")
    floor.stated("4.902", fresh=True)
    floor.stated("4.902")
    assert not floor.of(DriftFound)
    assert floor.account.cash == Decimal("4.902")
    assert floor.account.holding.quantity == 0
    assert floor.account.session_result == Decimal("-0.098")


def test_a_position_that_the_venue_tells_of_belongs_to_the_running_round():
    floor = armed()
    order = floor.buy("0.1")
    floor.take(bought(floor, order.order_id))
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.begin("next")
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.stated("4.7", quantity=Decimal("0.2"), average=Decimal("1.5"), fresh=True)
    assert floor.account.round_id == "next"
    assert floor.account.holding.quantity == Decimal("0.2")


def test_while_an_order_may_explain_it_the_venue_s_word_is_not_taken_over():
    """FAULTS O6: a fill that a reconnection proves is booked once, not on top of its own effect."""
    floor = armed()
    order = floor.buy("0.1")
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.happen(OrderUnknown, order_id=order.order_id, reason="the connection was lost")
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"), fresh=True)
    assert floor.account.cash == 5
    floor.take(bought(floor, order.order_id))
    assert floor.account.cash == Decimal("4.9")
    assert not floor.of(Rebaselined)
    assert not floor.of(DriftFound)


@pytest.mark.parametrize(
    ("quantity", "ours", "theirs", "agrees"),
    [
        ("0.002404513", "0.831770850", "0.831771010", True),  # the venue's two ways to show a lot
        ("3", "0.999999999", "1", True),
        ("0.002", "0.83", "0.84", False),
        ("3", "0.999999990", "1", False),
        ("0", "0", "1.5", False),
    ],
)
def test_averages_agree_if_they_mean_the_same_basis(quantity, ours, theirs, agrees):
    """N1: what cutting off lots takes is no drift; anything beyond it is."""
    holding = Holding(
        quantity=Decimal(quantity), basis=Decimal(quantity) * Decimal(ours), average=Decimal(ours)
    )
    stated = event(AccountStated, quantity=Decimal(quantity), average=Decimal(theirs))
    assert (differences(Account(holding=holding), stated) == ()) is agrees


def lost_with_a_position():
    floor = armed()
    order = floor.buy("0.1")
    floor.take(bought(floor, order.order_id))
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"))
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.happen(FeedChanged, link=Link.LIVE)
    return floor


def test_a_loss_in_an_outage_is_booked_once_when_it_is_told_before_the_new_statement():
    """FAULTS O5: what the venue said before an outage is not taken over after it."""
    floor = lost_with_a_position()
    fill = Fill(
        fill_id="rug", side=OrderSide.SELL, round_id=floor.round_id, tick=9,
        price=Decimal("0.02"), quantity=Decimal("0.08"), amount=Decimal("0.0016"),
    )  # fmt: skip
    floor.happen(PositionLiquidated, fill=fill)
    floor.stated("4.9016", fresh=True)
    floor.stated("4.9016")
    assert floor.of(Rebaselined) == []
    assert floor.of(DriftFound) == []
    assert floor.account.holding.quantity == 0
    assert floor.account.session_result == Decimal("-0.0984")


def test_a_bet_lost_in_an_outage_is_booked_once_when_it_is_told_before_the_new_statement():
    """FAULTS O5: a settled side bet does not come back."""
    floor = venue(cash="5", first={"bet": StatedBet(start=3, end=43, stake=Decimal("0.01"))})
    floor.begin()
    floor.stated("5", bet=StatedBet(start=3, end=43, stake=Decimal("0.01")))
    before, taken = floor.account, len(floor.of(Rebaselined))
    assert before.bet is not None
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.happen(
        SideBetClosed, round_id=before.bet.round_id, start=3, end=43, tick=44,
        stake=Decimal("0.01"), payout=Decimal(0),
    )  # fmt: skip
    floor.stated("5", fresh=True)
    assert floor.account.bet is None
    assert floor.account.session_result == before.session_result - Decimal("0.01")
    assert len(floor.of(Rebaselined)) == taken


def test_the_venue_s_word_from_before_an_outage_can_t_be_accepted():
    floor = lost_with_a_position()
    entries = floor.account.entry_count
    floor.ask(AcceptVenue)
    assert floor.of(ProblemRaised)[-1].code == "venue-silent"
    assert floor.account.entry_count == entries


def test_another_exchange_begins_without_the_word_of_the_one_before():
    floor = armed()
    floor.engine.drop(floor.stream)
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.ask(AcceptVenue)
    assert floor.of(ProblemRaised)[-1].code == "venue-silent"


def with_an_unknown_order():
    floor = armed()
    order = floor.buy("0.1")
    floor.happen(OrderUnknown, order_id=order.order_id, reason="no answer")
    return floor, order


@pytest.mark.parametrize("outage", [False, True])
def test_an_unknown_order_hides_drift_for_a_while_and_not_for_ever(outage):
    """KS-03, FAULTS O5: what no evidence explains within a time is drift, unknown order or not."""
    floor, _ = with_an_unknown_order()
    if outage:
        floor.happen(FeedChanged, link=Link.WAITING)
        floor.wait(60_000)
        floor.happen(FeedChanged, link=Link.LIVE)
    floor.stated("3.5", fresh=True)
    floor.wait(9_900)
    floor.stated("3.5", fresh=True)
    floor.turn()
    assert floor.of(DriftFound) == []
    floor.wait(200)
    floor.turn()
    (drift,) = floor.of(DriftFound)
    assert [(one.field, one.theirs) for one in drift.differences] == [("cash", Decimal("3.5"))]
    assert [one.by for one in floor.of(KillWanted)] == ["rule:drift"]
    assert floor.account.cash == 5
    floor.stated("5", fresh=True)
    assert floor.trading.drift == ()


def test_a_bet_that_the_venue_knows_no_more_is_drift_beside_an_unknown_order():
    """FAULTS O5: an ended round's bet does not stay open behind an order of unknown fate."""
    floor = venue(cash="5", first={"bet": StatedBet(start=3, end=43, stake=Decimal("0.01"))})
    floor.begin()
    floor.ask(Arm)
    order = floor.buy("0.1")
    floor.happen(FeedChanged, link=Link.WAITING)
    floor.happen(OrderUnknown, order_id=order.order_id, reason="the connection was lost")
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.begin("next")
    floor.stated("4.9", fresh=True)
    floor.wait(10_100)
    floor.turn()
    assert {one.field for one in floor.trading.drift} == {"cash", "side bet"}
    floor.ask(AcceptVenue)
    assert floor.account.bet is None
    assert floor.trading.drift == ()


def test_an_unknown_order_that_is_proved_in_time_leaves_no_drift():
    floor, order = with_an_unknown_order()
    floor.stated("4.9", quantity=Decimal("0.08"), average=Decimal("1.25"), fresh=True)
    floor.wait(9_000)
    floor.take(bought(floor, order.order_id))
    floor.wait(5_000)
    floor.turn()
    assert floor.of(DriftFound) == []
    assert floor.account.cash == Decimal("4.9")


def test_a_halt_outlasts_disconnecting_and_connecting_until_a_person_has_read_it():
    """FAULTS 5.3: only acknowledging ends a halt, not another connection or account."""
    floor = armed()
    floor.happen(FeedChanged, link=Link.OFF)
    floor.engine.attach(None)
    floor.engine.drop(floor.stream)
    floor.happen(FeedChanged, link=Link.CONNECTING)
    floor.engine.attach(floor.stream)
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.stated("5", fresh=True)
    floor.begin("next")
    floor.turn()
    assert floor.trading.arming.state is ArmState.HALT
    floor.ask(ChooseMode, mode=Mode.PAPER)
    floor.ask(ChooseMode, mode=Mode.PRACTICE)
    assert floor.trading.mode is Mode.PRACTICE
    assert floor.trading.arming.state is ArmState.HALT
    assert floor.trading.arming.code == "feed-stale"
    floor.ask(AcknowledgeHalt)
    assert not floor.trading.arming.is_armed
    assert floor.trading.arming.state is not ArmState.HALT
