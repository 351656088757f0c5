import json
from decimal import Decimal

import msgspec

from replayer_qt.practice.members import Members
from replayer_qt.practice.orders import Bet, Buy
from replayer_qt.practice.private import (
    bet_result,
    done,
    name_status,
    player_state,
    player_update,
    refused,
)
from tests.helpers.scene import scene

KEYS = [
    "id", "role", "cash", "bonusBalance", "bonusWagerReq", "bonusWagered", "positionQty", "avgCost",
    "cumulativePnL", "sidebetPnl", "pnlPercent", "totalInvested", "hasInteracted", "selectedCoin",
    "levelInfo", "crateKeys", "recentCrateRewards", "shitcoinBalances", "authenticated",
    "hitMaxWin", "xpBoost", "sideBet", "sidebets", "shortPosition", "leveragedPositions",
    "autobuysEnabled", "autosellPrice",
]  # fmt: skip


def ann_of(cash: str):
    members = Members(1, Decimal(cash))
    members.enter(0)
    return members, members.enroll("ann")


def test_a_statement_has_the_venues_own_members():
    _, ann = ann_of("1")
    told = player_update(ann, scene(5))
    assert sorted(told) == sorted(KEYS)
    assert (told["cash"], told["hasInteracted"], told["sidebets"]) == (1, False, [])


def test_cash_comes_back_from_the_wire_to_the_last_digit():
    """S3-C5: a number of nine places survives the wire."""
    for cash in ("0.017619831", "9.999999999", "123456.000000001", "999999.999999999", "0", "7"):
        _, ann = ann_of(cash)
        text = msgspec.json.encode(player_update(ann, scene(5)))
        assert json.loads(text, parse_float=Decimal)["cash"] == Decimal(cash)


def test_a_statement_counts_gains_at_the_price_of_the_moment():
    members, ann = ann_of("10")
    members.execute(ann, Buy(amount=Decimal(1)), scene(0), 0)
    members.execute(ann, Bet(amount=Decimal(1)), scene(10), 0)
    told = player_update(ann, scene(50))
    assert told["cumulativePnL"] == 0.5
    assert told["totalInvested"] == 2
    assert told["pnlPercent"] == 25
    assert told["sideBet"]["end"] == 50
    assert told["sidebets"] == [told["sideBet"]]


def test_the_result_of_a_side_bet_is_told_in_the_venues_words():
    """N3: a won bet names the rug's tick, a lost one its own."""
    for won, tick, paid in ((True, 40, 5), (False, 3, 0)):
        members, ann = ann_of("10")
        members.execute(ann, Bet(amount=Decimal(1)), scene(3), 0)
        ended = members.end_bet(ann, scene(40), 0, won=won)
        told = bet_result(ann, ended, 77)
        assert (told["payout"], told["profit"], told["tickIndex"]) == (paid, paid - 1, tick)
        assert (told["startTick"], told["endTick"], told["type"]) == (3, 43, "payout")


def test_the_state_holds_an_entry_only_for_who_takes_part():
    assert "leaderboardEntry" not in player_state(scene(5), None)
    told = player_state(scene(5), {"pnl": 1})
    assert told["leaderboardEntry"] == {"pnl": 1}
    assert told["rugpool"]["threshold"] == 10


def test_answers_say_yes_or_why_not():
    _, ann = ann_of("1")
    assert done() == {"success": True}
    assert done({"message": "x"}) == {"success": True, "message": "x"}
    assert refused("no") == {"success": False, "error": "no"}
    assert name_status(ann)["hasUsername"] is True
