"""The messages that one account alone is sent."""

from collections.abc import Mapping

from replayer_qt.practice.accounts import SIDE_BET_PAYS, number, plain
from replayer_qt.practice.board import SOL, Row, bet_shown
from replayer_qt.practice.house import POOL_THRESHOLD
from replayer_qt.practice.member import Member
from replayer_qt.practice.members import Settled
from replayer_qt.practice.messages import Scene
from replayer_qt.practice.stake import nano

Payload = dict[str, object]


def player_update(member: Member, scene: Scene) -> Payload:
    """Return the payload of `playerUpdate`: what the account has at this moment."""
    stake = member.stake
    figures = stake.figures(scene.price)
    total = figures.gain + figures.side_gain
    bet = bet_shown(stake.bet, scene.round.round_id)
    return {
        "id": member.player.player_id,
        "role": None,
        "cash": number(nano(member.cash)),
        "bonusBalance": 0,
        "bonusWagerReq": 0,
        "bonusWagered": 0,
        "positionQty": number(figures.units),
        "avgCost": number(figures.average),
        "cumulativePnL": number(figures.gain),
        "sidebetPnl": number(figures.side_gain),
        "pnlPercent": total / figures.invested * 100 if figures.invested and total else 0,
        "totalInvested": number(figures.invested),
        "hasInteracted": stake.took_part,
        "selectedCoin": None,
        "levelInfo": {
            "level": member.player.level,
            "xp": 549,
            "xpForNextLevel": 1500,
            "totalXP": 4049,
        },
        "crateKeys": {"gold": 0, "diamond": 0, "coal": 0, "iron": 0, "tier0": 1},
        "recentCrateRewards": [],
        "shitcoinBalances": {"0xPractice": 100},
        "authenticated": True,
        "hitMaxWin": False,
        "xpBoost": {"active": False, "activeUntil": 0, "available": 0},
        "sideBet": bet,
        "sidebets": [bet] if bet else [],
        "shortPosition": None,
        "leveragedPositions": [],
        "autobuysEnabled": False,
        "autosellPrice": None,
    }


def player_state(scene: Scene, entry: Row | None) -> Payload:
    """Return the payload of `gameStatePlayerUpdate`.

    Args:
        scene: where the round is.
        entry: the account's own row of the leaderboard, which lags as the others do.
    """
    house = scene.house
    payload: Payload = {
        "gameId": scene.round.round_id,
        "rugpool": {
            "instarugCount": house.instant_rugs,
            "rugpoolAmount": number(house.pool),
            "threshold": POOL_THRESHOLD,
        },
    }
    if entry is not None:
        payload["leaderboardEntry"] = entry
    return payload


def name_status(member: Member) -> Payload:
    """Return the payload of `usernameStatus`."""
    return {
        "id": member.player.player_id,
        "hasUsername": True,
        "username": member.player.username,
    }


def bet_result(member: Member, ended: Settled, at_ms: int) -> Payload:
    """Return the payload of `currentSidebetResult`.

    Args:
        member: whose bet it was.
        ended: how it ended.
        at_ms: the exchange's time [ms since the Unix epoch, UTC].
    """
    bet = ended.bet
    paid = nano(ended.paid)
    return {
        "playerId": member.player.player_id,
        "gameId": ended.round_id,
        "username": member.player.username,
        "type": "payout",
        "betAmount": number(bet.stake),
        "payout": number(paid),
        "profit": number(paid - bet.stake),
        "xPayout": SIDE_BET_PAYS,
        "startTick": bet.start,
        "endTick": bet.end,
        "tickIndex": ended.tick if ended.won else bet.start,
        "price": plain(ended.price),
        "coinAddress": SOL,
        "level": member.player.level,
        "timestamp": at_ms,
    }


def done(extra: Mapping[str, object] | None = None) -> Payload:
    """Return the answer to an order that was carried out."""
    return {"success": True, **(extra or {})}


def refused(why: str) -> Payload:
    """Return the answer to an order that was not."""
    return {"success": False, "error": why}
