from itertools import pairwise

import pytest

from replayer_qt.practice.accounts import Account, number
from replayer_qt.practice.board import Board
from replayer_qt.practice.players import draw_crowd, simulate
from replayer_qt.practice.rounds import draw_round

START_MS = 1_767_225_600_000
CROWD = draw_crowd(7)
ROW = [
    "id", "username", "level", "pnl", "regularPnl", "sidebetPnl", "shortPnl", "sidebetActive",
    "sideBet", "shortPosition", "pnlPercent", "hasActiveTrades", "positionQty", "avgCost",
    "totalInvested", "selectedCoin", "position",
]  # fmt: skip
PRESALE_ROW = [
    "id", "username", "level", "pnl", "pnlPercent", "sidebetActive", "sideBet", "shortPosition",
    "hasActiveTrades", "positionQty", "avgCost", "totalInvested", "selectedCoin", "position",
]  # fmt: skip


def long_round():
    for place in range(100):
        game = draw_round(7, place, START_MS)
        if 120 < game.rug_tick < 400:
            return game
    raise AssertionError("no long round")


GAME = long_round()
PLAY = simulate(7, GAME, CROWD, START_MS)


def all_boards():
    board = Board(PLAY, CROWD)
    for timer in range(9900, 0, -100):
        board.presale(timer)
    return [board.at(tick) for tick in range(GAME.rug_tick + 1)], board.final()


BOARDS, FINAL = all_boards()


def test_rows_have_the_venues_keys_in_its_order():
    assert all(list(row) == ROW for rows in (*BOARDS, FINAL) for row in rows)
    assert all(len(rows) <= 10 for rows in BOARDS)
    assert [len(rows) for rows in BOARDS[:3]] == [0, 0, 10]


@pytest.mark.parametrize("rows", [BOARDS[30], BOARDS[100], FINAL])
def test_gains_add_up_and_rank(rows):
    for row in rows:
        parts = row["regularPnl"] + row["sidebetPnl"] + row["shortPnl"]
        assert row["pnl"] == pytest.approx(parts, abs=1e-12)
        if row["totalInvested"]:
            percent = row["pnl"] / row["totalInvested"] * 100
            assert row["pnlPercent"] == pytest.approx(percent, abs=1e-9)
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(above["pnl"] >= below["pnl"] for above, below in pairwise(rows))


def test_a_row_shows_the_trades_of_two_ticks_ago_at_the_price_of_one_tick_ago():
    for tick in range(2, GAME.rug_tick, 7):
        accounts: dict[str, Account] = {}
        for trade in PLAY.trades:
            if trade.tick > tick - 2:
                break
            account = accounts.setdefault(CROWD[trade.player].player_id, Account())
            if trade.buys:
                account.buy(trade.amount, trade.price)
            else:
                account.sell(trade.units, trade.price)
        for row in BOARDS[tick]:
            account = accounts.get(row["id"], Account())
            assert row["positionQty"] == number(account.units)
            assert row["regularPnl"] == number(account.gain(GAME.prices[tick - 1]))


def test_an_open_side_bet_is_shown_three_ticks_later():
    shown = 0
    for bet in PLAY.bets:
        person = CROWD[bet.player].player_id
        for tick in range(max(2, bet.start), min(bet.start + 10, GAME.rug_tick)):
            for row in BOARDS[tick]:
                own = row["sideBet"] is not None and row["sideBet"]["startedAtTick"] == bet.start
                if row["id"] == person and own:
                    shown += 1
                    assert tick >= bet.start + (3 if bet.start else 0)
                    assert row["sidebetActive"] is True
                    assert row["sideBet"]["end"] == bet.start + 40
    assert shown


def test_the_final_rows_hold_nothing_open():
    assert all(row["positionQty"] == 0 and row["sideBet"] is None for row in FINAL)
    assert all(row["hasActiveTrades"] is True for row in FINAL)


def test_presale_rows_fill_up_and_know_no_gains():
    board = Board(PLAY, CROWD)
    sizes = []
    for timer in range(10_000, 0, -100):
        rows = board.presale(timer)
        sizes.append(len(rows))
        for row in rows:
            assert list(row) == PRESALE_ROW
            assert row["pnl"] == row["pnlPercent"] == 0
            assert row["avgCost"] == (1 if row["positionQty"] else 0)
    assert sizes[0] == 0
    assert sizes[-1] == 10
    assert sizes == sorted(sizes)
