from decimal import Decimal

import pytest

from replayer_qt.practice.board import presale_row, row
from replayer_qt.practice.members import Members
from replayer_qt.practice.messages import snapshot_message, tick_message, timer_message
from replayer_qt.practice.orders import Bet, Buy
from replayer_qt.practice.overlay import ROUNDS_KEPT, Overlay
from replayer_qt.practice.players import draw_crowd
from replayer_qt.practice.stake import Stake
from tests.helpers.scene import presale, prices, scene

CROWD = draw_crowd(1, 12)


def rows(count: int, pnl: float) -> tuple:
    figures = Stake().figures(1.0)
    round_id = scene(5).round.round_id
    return tuple(
        {**row(player, figures, round_id, place), "pnl": pnl - place}
        for place, player in enumerate(CROWD[:count], start=1)
    )


def overlay_of(cash: int = 100) -> tuple[Overlay, Members]:
    members = Members(1, Decimal(cash))
    members.enter(0)
    members.enroll("ann")
    return Overlay(members), members


def test_messages_stay_as_they_are_until_an_account_trades():
    overlay, _ = overlay_of()
    for at in (scene(5, board=rows(3, 9)), presale(board=rows(3, 9)), presale(12_000)):
        for make in (tick_message, timer_message, snapshot_message):
            message = make(at)
            assert overlay.dressed(message, at) == message
            assert overlay.entries(message, at) == {}


def test_an_account_takes_its_place_among_the_others():
    overlay, members = overlay_of()
    members.execute(members.find("ann"), Buy(amount=Decimal(5)), scene(10), 0)
    at = scene(20, prices(100, 1.0), board=rows(10, 5.5))
    dressed = overlay.dressed(tick_message(at), at)
    assert list(dressed) == list(tick_message(at))
    board = dressed["leaderboard"]
    assert len(board) == 10
    assert [one["position"] for one in board] == list(range(1, 11))
    assert board[0]["username"].startswith("trader-")
    assert overlay.entries(tick_message(at), at)["ann"] == board[0]
    assert dressed["tradeCount"] == at.trade_count + 1


def test_who_does_not_rank_has_a_place_beyond_the_tenth():
    overlay, members = overlay_of()
    members.execute(members.find("ann"), Buy(amount=Decimal(1)), scene(10), 0)
    at = scene(12, board=rows(10, 100))
    dressed = overlay.dressed(tick_message(at), at)
    assert dressed["leaderboard"] == list(at.board)
    assert overlay.entries(tick_message(at), at)["ann"]["position"] == 11


def test_before_the_start_a_row_has_no_gains_yet():
    overlay, members = overlay_of()
    members.execute(members.find("ann"), Buy(amount=Decimal(1)), presale(), 0)
    at = presale(4_000)
    (own,) = overlay.dressed(timer_message(at), at)["leaderboard"]
    assert own["avgCost"] == own["positionQty"] == own["totalInvested"] == 1
    assert own["pnl"] == 0
    assert "regularPnl" not in own
    assert list(own) == list(presale_row(CROWD[0], Stake().figures(1.0), "x", 1))


def test_the_ended_round_is_shown_until_the_next_one_opens():
    overlay, members = overlay_of()
    ann = members.find("ann")
    members.execute(ann, Buy(amount=Decimal(1)), scene(10), 0)
    rug = scene(100)
    members.sell_out(ann, rug, 0)
    (final,) = overlay.dressed(snapshot_message(rug), rug)["leaderboard"]
    assert final["positionQty"] == 0
    assert final["pnl"] == final["regularPnl"] < -0.9
    members.enter(1)
    waits = presale(12_000, number=1)
    shown = overlay.dressed(timer_message(waits), waits)
    assert [one["pnl"] for one in shown["leaderboard"]] == [final["pnl"]]
    assert overlay.entries(timer_message(waits), waits) == {}
    opens = presale(10_000, number=1)
    dressed = overlay.dressed(tick_message(opens), opens)
    assert dressed["leaderboard"] == ()
    assert dressed["tradeCount"] == opens.trade_count + 2


@pytest.mark.parametrize("start", [0, 30])
def test_side_bets_stand_in_the_history_once_they_are_settled(start):
    """N3: of a bet made before the start only the payout is told."""
    overlay, members = overlay_of()
    ann, rug = members.find("ann"), scene(60)
    members.execute(ann, Bet(amount=Decimal(1)), scene(start) if start else presale(), 5)
    bet = ann.stake.bet
    overlay.remember(bet, ann, rug.round, 99)
    message = {"leaderboard": (), "gameHistory": [
        {"id": rug.round.round_id, "globalSidebets": [{"timestamp": 7}, {"timestamp": 100}]},
        {"id": "another", "globalSidebets": []},
    ]}  # fmt: skip
    told = overlay.dressed(message, presale(14_000, number=1))["gameHistory"]
    times = [one["timestamp"] for one in told[0]["globalSidebets"]]
    assert times == ([5] if start else []) + [7, 99, 100]
    assert told[1] == message["gameHistory"][1]


def test_the_history_of_bets_has_a_bound():
    """S1-N4: those of the newest rounds are kept."""
    overlay, members = overlay_of()
    ann = members.find("ann")
    members.execute(ann, Bet(amount=Decimal(1)), scene(1), 5)
    for number in range(ROUNDS_KEPT + 5):
        overlay.remember(ann.stake.bet, ann, scene(1, number=number).round, 99)
    assert len(overlay._bets) == ROUNDS_KEPT
    assert scene(1, number=0).round.round_id not in overlay._bets
