from decimal import Decimal

import pytest

from replayer_qt.core.account import Account, OpenBet
from replayer_qt.core.money import Holding
from replayer_qt.core.order_events import (
    CashOut,
    CashOutSet,
    DriftFound,
    OrderFilled,
    OrderUnknown,
    Rebaselined,
    StatedBet,
)
from replayer_qt.core.orders import Mode, OrderSide, OrderState
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.round import RoundState
from replayer_qt.core.settings import PaperSettings, TradingSettings
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    Arm,
    ChooseMode,
    ResolveUnknown,
    SetCashOut,
)
from replayer_qt.core.units import RUGS, Moment
from replayer_qt.engine.paper import RUG_SHARE, Pending, Spot, Stamp, carried_out, unseen_rug
from tests.helpers.make import ROUND
from tests.helpers.orders import make_bet, make_request, make_sale
from tests.helpers.trading import AT_ONCE, REPLAY, Floor, venue

HELD = Holding(quantity=Decimal(2), basis=Decimal(2), average=Decimal(1))


def holding(**fields):
    return venue(cash="5", first={"quantity": Decimal(2), "average": Decimal("1.5"), **fields})


def unknown(floor, order):
    floor.happen(OrderUnknown, order_id=order.order_id, reason="no answer")
    return order.order_id


# --- modes


def test_a_recording_is_traded_on_paper_only():
    floor = Floor(stream=REPLAY)
    floor.begin()
    floor.ask(ChooseMode, mode=Mode.LIVE)
    assert floor.of(ProblemRaised)[-1].code == "mode-refused"
    assert floor.trading.mode is Mode.PAPER


def test_a_venue_s_account_can_be_chosen_only_once_it_has_spoken():
    floor = Floor()
    floor.ask(ChooseMode, mode=Mode.LIVE)
    assert "has not told" in floor.of(ProblemRaised)[-1].what
    floor.ask(ChooseMode, mode=Mode.PRACTICE)
    assert "has no practice account" in floor.of(ProblemRaised)[-1].what
    floor.ask(ChooseMode, mode=Mode.PAPER)
    assert len(floor.of(ProblemRaised)) == 2


def test_a_standing_order_is_not_carried_to_another_account():
    floor = venue(cash="5", paper=PaperSettings())
    floor.begin()
    floor.ask(SetCashOut, cash_out=CashOut(after=9))
    floor.ask(ChooseMode, mode=Mode.PAPER)
    assert floor.of(CashOutSet)[-1].reason == "another account is traded now"
    assert floor.trading.cash_out is None


def test_paper_needs_arming_where_the_settings_say_so():
    floor = Floor(trading=TradingSettings(arm_paper=True))
    floor.begin()
    assert floor.buy("0.1").verdict.code == "not_armed"
    floor.ask(Arm)
    assert floor.buy("0.2").state is OrderState.SENT


def test_what_hinders_arming_is_said():
    floor = venue()
    floor.begin()
    floor.kill()
    floor.ask(Arm)
    assert floor.of(ProblemRaised)[-1].code == "arm-refused"
    assert "kill switch" in floor.of(ProblemRaised)[-1].what


# --- the venue's word


def test_there_is_nothing_to_accept_from_a_venue_that_says_nothing():
    floor = Floor()
    floor.ask(AcceptVenue)
    assert floor.of(ProblemRaised)[-1].code == "venue-silent"


def test_senseless_money_is_not_taken_over():
    floor = venue(cash="5")
    floor.stated("Infinity")
    assert floor.of(ProblemRaised)[-1].code == "statement-senseless"
    assert floor.account.cash == 5


def test_what_is_not_stated_is_left_as_it_is():
    floor = holding(bet=StatedBet(start=0, end=40, stake=Decimal("0.01")))
    floor.begin()
    floor.happen(type(floor.trading.stated), cash=Decimal(4))
    floor.happen(type(floor.trading.stated), cash=Decimal(4))
    assert len(floor.of(DriftFound)) == 1
    floor.ask(AcceptVenue)
    account = floor.account
    assert account.cash == 4
    assert account.holding.quantity == 2
    assert account.bet.stake == Decimal("0.01")


def test_an_order_that_is_said_to_have_been_done_needs_the_venue_s_word():
    floor = venue(cash="5")
    floor.begin()
    floor.ask(Arm)
    order_id = unknown(floor, floor.buy("0.1"))
    floor.happen(type(floor.trading.stated), quantity=Decimal(0))
    floor.ask(ResolveUnknown, order_id=order_id, happened=True)
    assert floor.of(ProblemRaised)[-1].code == "venue-silent"
    assert floor.order(order_id).state is OrderState.UNKNOWN


def test_a_sale_that_was_done_brings_what_the_venue_s_cash_shows():
    floor = holding()
    floor.begin()
    order_id = unknown(floor, floor.sell(50))
    floor.stated("6.25", quantity=Decimal(1), average=Decimal("1.5"))
    floor.ask(ResolveUnknown, order_id=order_id, happened=True)
    fill = floor.order(order_id).fill
    assert (fill.quantity, fill.amount) == (Decimal(1), Decimal("1.25"))
    assert floor.account.cash == Decimal("6.25")
    assert len(floor.of(Rebaselined)) == 1


def test_a_bet_that_was_done_costs_its_stake_and_the_venue_s_word_is_taken_over():
    floor = venue(cash="5")
    floor.begin()
    floor.ask(Arm)
    order_id = unknown(floor, floor.bet("0.02"))
    floor.stated("4.9", bet=StatedBet(start=0, end=40, stake=Decimal("0.02")))
    floor.ask(ResolveUnknown, order_id=order_id, happened=True)
    assert floor.order(order_id).fill.amount == Decimal("0.02")
    assert floor.account.cash == Decimal("4.9")
    assert floor.account.bet.stake == Decimal("0.02")


def test_a_sale_of_which_the_venue_shows_nothing_is_booked_as_asked_and_then_set_right():
    floor = holding()
    floor.begin()
    order_id = unknown(floor, floor.sell(100))
    floor.stated("5", quantity=Decimal(2), average=Decimal("1.5"))
    floor.ask(ResolveUnknown, order_id=order_id, happened=True)
    assert floor.order(order_id).state is OrderState.FILLED
    assert (floor.account.cash, floor.account.holding.quantity) == (Decimal(5), Decimal(2))


# --- what the paper venue rejects


@pytest.mark.parametrize(
    ("request_", "account", "spot", "why"),
    [
        (make_request(amount="9"), Account(cash=Decimal(1)), (5, 1.5), "not enough cash"),
        (make_bet(amount="9"), Account(cash=Decimal(1)), (5, 1.5), "not enough cash"),
        (make_request(amount="0.000000001"), Account(cash=Decimal(1)), (5, 1e6), "buys nothing"),
        (
            make_request(),
            Account(cash=Decimal(1), holding=HELD, round_id="before"),
            (5, 1.5),
            "another round",
        ),
        (make_sale(), Account(cash=Decimal(1)), (5, 1.5), "nothing was held"),
        (make_sale(), Account(holding=HELD, round_id=ROUND), (0, None), "nothing was held"),
        (
            make_sale(share=1),
            Account(holding=Holding(quantity=Decimal("0.000000001")), round_id=ROUND),
            (5, 1.5),
            "too small",
        ),
        (
            make_bet(),
            Account(
                cash=Decimal(1),
                bet=OpenBet(round_id=ROUND, stake=Decimal("0.1"), start=1, end=41),
            ),
            (5, 1.5),
            "a side bet is open",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_rejected_with_its_reason(request_, account, spot, why):
    told = carried_out(
        Pending(request_, 0), account, Spot(ROUND, *spot), AT_ONCE, Stamp(RUGS, Moment(0, 0))
    )
    assert not isinstance(told, OrderFilled)
    assert why in told.reason


def test_the_smallest_sale_still_sells_all_of_a_position_where_all_is_asked_for():
    account = Account(holding=Holding(quantity=Decimal("0.000000001")), round_id=ROUND)
    told = carried_out(
        Pending(make_sale(), 0), account, Spot(ROUND, 5, 1.5), AT_ONCE, Stamp(RUGS, Moment(0, 0))
    )
    assert told.fill.side is OrderSide.SELL
    assert told.fill.amount == Decimal("0.000000001")


@pytest.mark.parametrize(
    ("round_", "tick", "price"),
    [
        (None, -1, RUG_SHARE),
        (RoundState(round_id=ROUND, opened_at=0), -1, RUG_SHARE),
        (RoundState(round_id=ROUND, opened_at=0, tick=7, price=0.01), 7, 0.01),
        (
            RoundState(round_id=ROUND, opened_at=0, tick=7, price=0.5, rug_tick=8, rug_price=0.011),
            8,
            0.011,
        ),
    ],
)
def test_of_a_round_that_was_hardly_seen_the_end_is_guessed_low(round_, tick, price):
    assert unseen_rug(round_) == (tick, price)
