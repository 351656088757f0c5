"""The venue's other broadcasts: trades, side bets, chat, and what it announces on connecting."""

import random
from collections.abc import Mapping
from typing import Final

from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SIDE_BET_PAYS, SideBet, number, plain
from replayer_qt.practice.board import SOL
from replayer_qt.practice.luck import luck, trace
from replayer_qt.practice.players import Player, Trade

INACTIVE_ROYALE: Final[Mapping[str, object]] = {
    "status": "INACTIVE",
    "activeEventId": None,
    "currentEvent": None,
    "upcomingEvents": (),
    "events": (),
}
_CHAT: Final = (
    "gm",
    "who is still in",
    "sold at the top, as always",
    "this one goes to 10x",
    "rug in ten",
    "wen moon",
    "I should have sold",
    "again?!",
)

Payload = dict[str, object]


def trade_printed(trade: Trade, round_id: RoundId, player: Player) -> Payload:
    """Return the payload of `standard/newTrade`."""
    payload: Payload = {"id": trade.trade_id, "gameId": round_id, "playerId": player.player_id}
    if trade.buys:
        payload |= {"price": plain(trade.price), "type": "buy", "qty": number(trade.units)}
        payload |= {"tickIndex": trade.tick, "coin": "solana", "amount": number(trade.amount)}
        payload["leverage"] = 1
    else:
        payload |= {"type": "sell", "price": plain(trade.price), "tickIndex": trade.tick}
        payload |= {"coin": "solana", "amount": number(trade.amount), "qty": number(trade.units)}
    payload |= {"bonusPortion": 0, "realPortion": number(trade.amount)}
    return payload | {"username": player.username, "level": player.level}


def side_bet_printed(bet: SideBet, round_id: RoundId, player: Player) -> Payload:
    """Return the payload of `newSideBet`."""
    return {
        "betAmount": number(bet.stake),
        "coinAddress": SOL,
        "endTick": bet.end,
        "gameId": round_id,
        "playerId": player.player_id,
        "startTick": bet.start,
        "tickIndex": bet.start,
        "timestamp": bet.placed_ms,
        "type": "placed",
        "username": player.username,
        "xPayout": SIDE_BET_PAYS,
        "level": player.level,
        "price": plain(bet.price),
    }


def chat_message(chance: random.Random, player: Player, at_ms: int) -> Payload:
    """Return the payload of `newChatMessage`."""
    return {
        "playerId": player.player_id,
        "username": player.username,
        "level": player.level,
        "message": chance.choice(_CHAT),
        "timestamp": at_ms,
        "filtered": False,
        "role": None,
        "tag": None,
        "verified": player.username is not None,
        "discordUsername": None,
        "replyTo": None,
    }


def greetings(seed: int, connection: int) -> list[tuple[str, tuple[object, ...]]]:
    """Return the announcements that follow the snapshot on connecting, in order.

    Args:
        seed: the exchange's own seed.
        connection: how many connected before this one.
    """
    chance = luck(seed, "greetings", connection)
    return [
        ("goldenHourUpdate", (trace(chance), _golden_hour())),
        ("battleEventUpdate", (trace(chance), _battle())),
        ("rugRoyaleUpdate", (_royale(),)),
        ("sidebetEventUpdate", (trace(chance), _side_bet_event())),
        ("battleEventUpdate", (trace(chance), _battle())),
        ("maintenanceUpdate", (trace(chance), _maintenance())),
    ]


def _golden_hour() -> Payload:
    return {
        "status": "INACTIVE",
        "activeEventId": None,
        "currentEvent": None,
        "upcomingEvents": [],
        "events": [],
        "currentGameIsGolden": False,
    }


def _config(level: int) -> Payload:
    return {
        "token": "0xPractice",
        "startingBalance": 100,
        "prepTimeMinutes": 30,
        "levelRequired": level,
    }


def _battle() -> Payload:
    return {
        "status": "SCHEDULED",
        "startTime": None,
        "endTime": None,
        "nextEventStartTime": None,
        "currentEvent": None,
        "nextEvent": None,
        "leaderboard": [],
        "fullLeaderboardSize": 0,
        "playerPosition": None,
        "participantCount": 0,
        "activeBattleCount": 0,
        "lobbyCreationDisabled": False,
        "queue": {"active": False, "queueSize": 0, "availableLobbies": 0},
        "isShowingPreviousEvent": None,
        "eventSchedule": [],
        "config": _config(1),
    }


def _royale() -> Payload:
    return {
        **INACTIVE_ROYALE,
        "leaderboard": [],
        "history": [],
        "playerPosition": None,
        "timeRemaining": None,
        "finalRound": False,
        "isInFinalRound": False,
        "config": {**_config(10), "prizeTiers": {"1": 3, "2": 1, "3": 0.5, "6-10": 0.05}},
    }


def _side_bet_event() -> Payload:
    return {
        "status": "INACTIVE",
        "activeEventId": None,
        "currentEvent": None,
        "events": [],
        "leaderboard": [],
        "history": [],
        "config": {"prizeTiers": {"1": 1, "2": 0.5, "5-10": 0.025}},
    }


def _maintenance() -> Payload:
    return {
        "active": False,
        "message": "Server will reboot after this round. Will take approximately 3 minutes.",
        "mega": False,
    }
