from decimal import Decimal

import msgspec
import pytest

from replayer_qt.core.account import CLOSED_KEPT
from replayer_qt.core.statistics import DEFINITIONS, Statistics, curve, statistics_of
from replayer_qt.core.units import RoundId
from tests.helpers.ledger import account_after, bet, bet_end, buy, opening, rug, sale


def traded(*prices, cash="10"):
    account = account_after(opening(cash))
    for number, price in enumerate(prices):
        account = account_after(
            buy("1", tick=0, at=number), sale("1", price=price, tick=9, at=number), account=account
        )
    return account


def test_the_figures_of_a_session_are_those_of_the_textbook():
    """BT-03: 2 wins of 1 and 2, 2 losses of 0.5 each and an even one."""
    found = statistics_of(traded(2.0, 0.5, 1.0, 3.0, 0.5), None, rounds_seen=4)
    assert (found.closed, found.wins, found.losses, found.evens) == (5, 2, 2, 1)
    assert found.win_rate == 40
    assert found.profit_factor == 3
    assert found.expectancy == Decimal("0.4")
    assert (found.average_win, found.average_loss) == (Decimal("1.5"), Decimal("0.5"))
    assert (found.best, found.worst) == (2, Decimal("-0.5"))
    assert (found.realised, found.unrealised, found.result) == (2, 0, 2)
    assert found.equity == 12
    assert found.max_drawdown == Decimal("0.5")
    assert found.max_drawdown_percent == Decimal("0.5") * 100 / 11
    assert (found.longest_wins, found.longest_losses, found.streak) == (1, 1, -1)
    assert (found.rounds, found.round_share) == (1, 25)
    assert (found.fees, found.cut_off, found.exposure) == (0, 0, 0)


def test_what_is_not_defined_is_not_given_as_zero():
    """D15, BT-03: no trade, no loss, no bet: none of their figures is 0."""
    found = statistics_of(account_after(opening()), None)
    for name in ("win_rate", "profit_factor", "expectancy", "average_win", "average_loss"):
        assert getattr(found, name) is None, name
    for name in ("best", "worst", "round_share", "bet_win_rate", "trade_win_rate"):
        assert getattr(found, name) is None, name
    assert statistics_of(account_after(opening("0")), None).exposure is None
    won = statistics_of(traded(2.0, 3.0), None)
    assert won.profit_factor is None
    assert (won.win_rate, won.average_loss) == (100, None)
    lost = statistics_of(traded(0.5), None)
    assert (lost.profit_factor, lost.average_win, lost.win_rate) == (0, None, 0)


def with_bets():
    """By hand: trades +1 and -0.5; a bet of 0.5 that is lost (-0.5), and one that pays 2.5 (+2)."""
    round_id = RoundId("round-2")
    return account_after(
        bet("0.5", tick=10),
        bet_end(start=10, stake="0.5"),
        bet("0.5", tick=50, round_id=round_id),
        bet_end(start=50, rug_tick=60, stake="0.5", round_id=round_id),
        account=traded(2.0, 0.5),
    )


def test_the_headline_is_over_everything_that_was_closed_side_bets_included():
    """BT-03: win rate, factor and expectancy are of the things that the result is made of."""
    account = with_bets()
    found = statistics_of(account, None)
    assert (found.closed, found.wins, found.losses, found.evens) == (4, 2, 2, 0)
    assert found.win_rate == 50
    assert found.profit_factor == 3  # (1 + 2) / (0.5 + 0.5)
    assert found.expectancy == Decimal("0.5")  # (3 - 1) / 4
    assert (found.average_win, found.average_loss) == (Decimal("1.5"), Decimal("0.5"))
    assert found.expectancy * found.closed == found.realised == Decimal(2)
    assert curve(account)[-1][1] - account.session_opening == found.realised
    assert (found.best, found.worst, found.streak) == (2, Decimal("-0.5"), 1)
    assert found.rounds == 2


def test_trades_and_side_bets_are_counted_apart_as_well():
    found = statistics_of(with_bets(), None)
    assert (found.trades, found.trades_won, found.trades_lost) == (2, 1, 1)
    assert (found.trade_win_rate, found.trade_profit_factor) == (50, 2)
    assert found.trade_expectancy == Decimal("0.25")
    assert found.trades_result == Decimal("0.5")
    assert (found.bets, found.bets_won, found.bets_lost, found.bet_win_rate) == (2, 1, 1, 50)
    assert (found.bet_profit_factor, found.bet_expectancy) == (4, Decimal("0.75"))
    assert found.bets_result == Decimal("1.5")
    assert found.trades_result + found.bets_result == found.realised


def test_without_a_side_bet_theirs_are_not_defined_and_the_trades_are_all_there_is():
    found = statistics_of(traded(2.0, 0.5), None)
    assert (found.bet_profit_factor, found.bet_expectancy, found.bet_win_rate) == (None,) * 3
    assert (found.trades, found.trade_profit_factor) == (found.closed, found.profit_factor)
    assert (found.trade_win_rate, found.trade_expectancy) == (found.win_rate, found.expectancy)


def test_what_is_held_counts_at_the_newest_price():
    account = account_after(buy("2", price=Decimal(2)), account=traded(2.0))
    found = statistics_of(account, Decimal(1))
    assert (found.realised, found.unrealised, found.result) == (1, -1, 0)
    assert found.equity == 10
    assert found.exposure == 20
    assert found.drawdown == 1
    assert found.max_drawdown == 0


def test_the_largest_fall_is_told_in_percent_of_where_it_began():
    found = statistics_of(traded(0.5, 8.0, 0.25), None)
    assert found.max_drawdown == Decimal("0.75")
    assert found.max_drawdown_percent == Decimal(75) / Decimal("16.5")


def test_the_curve_ends_at_the_equity_now_and_steps_by_each_result():
    account = traded(2.0, 0.5, 3.0)
    assert curve(account) == ((0, Decimal(11)), (1, Decimal("10.5")), (2, Decimal("12.5")))
    assert curve(account_after(opening())) == ()


def test_the_curve_of_a_long_session_is_bounded_and_true():
    """S1-N4: what is in memory is drawn at its true height."""
    account = traded(*([2.0, 0.5] * CLOSED_KEPT))
    points = curve(account)
    assert len(points) <= CLOSED_KEPT
    assert points[-1][1] == account.cash == 10 + CLOSED_KEPT * Decimal("0.5")
    assert points[-2][1] - points[-1][1] == Decimal("0.5")


def test_every_figure_has_its_definition_in_one_sentence():
    assert list(DEFINITIONS) == [field.name for field in msgspec.structs.fields(Statistics)]
    for name, sentence in DEFINITIONS.items():
        assert sentence.endswith("."), name
        assert sentence.count(". ") == 0, name


@pytest.mark.parametrize("price", [None, Decimal("0.7"), Decimal(3)])
def test_the_figures_agree_with_the_account_at_every_price(price):
    """N2: one formula: the statistics say what the valuation says."""
    account = account_after(
        buy("0.3", price=Decimal("1.7")), bet("0.1"), account=traded(2.0, 0.4, 1.3)
    )
    found = statistics_of(account, price)
    assert found.result == found.realised + found.unrealised
    assert found.equity == account.session_opening + found.result
    rugged = account_after(rug(account.holding.quantity), account=account)
    assert statistics_of(rugged, price).unrealised == 0
