import pytest

from replayer_qt.practice.accounts import Account, units_for, worth_of
from replayer_qt.practice.players import draw_crowd, settled_ms, simulate
from replayer_qt.practice.rounds import draw_round

START_MS = 1_767_225_600_000
CROWD = draw_crowd(7)


def played(number: int):
    return simulate(7, draw_round(7, number, START_MS), CROWD, START_MS)


PLAYS = [played(number) for number in range(12)]


def test_what_players_do_is_a_function_of_the_seed():
    assert played(4) == PLAYS[4]
    assert draw_crowd(7) == CROWD
    assert draw_crowd(8) != CROWD


@pytest.mark.parametrize("play", PLAYS, ids=range(12))
def test_every_trade_is_at_the_price_of_its_tick_and_truncated(play):
    for trade in play.trades:
        assert trade.price == play.round.prices[trade.tick]
        if trade.buys:
            assert trade.units == units_for(trade.amount, trade.price)
        else:
            assert trade.amount == worth_of(trade.units, trade.price)


@pytest.mark.parametrize("play", PLAYS, ids=range(12))
def test_nobody_sells_more_than_held_and_the_rug_sells_everything(play):
    accounts: dict[int, Account] = {}
    for trade in play.trades:
        account = accounts.setdefault(trade.player, Account())
        if trade.buys:
            account.buy(trade.amount, trade.price)
        else:
            assert trade.units <= account.units
            account.sell(trade.units, trade.price)
    assert all(account.units == 0 for account in accounts.values())


@pytest.mark.parametrize("play", PLAYS, ids=range(12))
def test_a_player_has_one_side_bet_at_a_time(play):
    free_from: dict[int, int] = {}
    for bet in play.bets:
        assert bet.start >= free_from.get(bet.player, 0)
        assert bet.end == bet.start + 40
        assert bet.start < play.round.rug_tick
        free_from[bet.player] = bet.end


@pytest.mark.parametrize("play", PLAYS, ids=range(12))
def test_trades_are_counted_tick_by_tick(play):
    assert len(play.counts) == len(play.round.prices)
    assert play.counts[-1] == len(play.trades)
    for tick, count in enumerate(play.counts):
        assert count == sum(1 for trade in play.trades if trade.tick <= tick)


def test_the_market_is_as_busy_as_the_measured_one():
    """Median 51 trades before the start, one to three at each tick, a jump at the rug."""
    early = sorted(play.counts[0] for play in PLAYS)
    assert 25 <= early[len(early) // 2] <= 60
    long = [play for play in PLAYS if play.round.rug_tick >= 100]
    for play in long:
        a_tick = (play.counts[-2] - play.counts[20]) / (play.round.rug_tick - 21)
        assert 0.9 <= a_tick <= 1.8
        assert play.counts[-1] - play.counts[-2] >= 10


def test_presale_trades_are_at_one_and_have_their_time():
    for play in PLAYS:
        early = [trade for trade in play.trades if trade.timer_ms is not None]
        assert len(early) == play.counts[0]
        assert all(trade.price == 1 and trade.units == trade.amount for trade in early)
        assert all(100 <= trade.timer_ms < 9900 for trade in early if trade.timer_ms)


def test_a_side_bet_is_settled_at_the_rug_or_when_it_has_run_out():
    for play in PLAYS:
        for bet in play.bets:
            tick = play.round.rug_tick if bet.wins(play.round.rug_tick) else bet.end
            assert settled_ms(bet, play) == START_MS + 250 * tick
