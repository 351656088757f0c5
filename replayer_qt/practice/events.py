"""The venue's other broadcasts: trades, side bets, chat, and what it announces on connecting."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SIDE_BET_PAYS, SideBet, number, plain
from replayer_qt.practice.board import SOL
from replayer_qt.practice.luck import identifier, luck, trace
from replayer_qt.practice.players import Player, Trade

INACTIVE_ROYALE: Final[Mapping[str, object]] = {
    "status": "INACTIVE",
    "activeEventId": None,
    "currentEvent": None,
    "upcomingEvents": (),
    "events": (),
}
ROYALES: Final = 1 / 3
HOUR_MS: Final = 3_600_000

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


def scheduled_royale(seed: int, start_ms: int) -> Payload | None:
    """Return the rug royale that a third of all exchanges have scheduled; None for the others.

    It makes each tick as large as the venue's largest: about 10 kB.

    Args:
        seed: the exchange's own seed.
        start_ms: when the exchange opens [ms since the Unix epoch, UTC].
    """
    chance = luck(seed, "royale")
    if chance.random() >= ROYALES:
        return None
    events = [_royale_event(identifier(chance), start_ms, hour) for hour in range(2, 32, 2)]
    return {
        "status": "SCHEDULED",
        "activeEventId": events[0]["id"],
        "currentEvent": events[0],
        "upcomingEvents": [],
        "events": events,
    }


def _royale_event(event_id: str, start_ms: int, hour: int) -> Payload:
    prizes = {str(place): 1 / 2 ** (place - 1) for place in range(1, 11)}
    return {
        "id": f"admin-{event_id}",
        "startTime": _iso(start_ms + hour * HOUR_MS),
        "endTime": _iso(start_ms + (hour + 1) * HOUR_MS),
        "prepTimeMinutes": 30,
        "levelRequired": 10,
        "status": "SCHEDULED",
        "createdAt": _iso(start_ms),
        "createdBy": "admin",
        "startingBalance": 100,
        "customPrizes": {place: plain(prize) for place, prize in prizes.items()},
    }


def _iso(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def greetings(
    seed: int, connection: int, royale: Mapping[str, object] | None
) -> list[tuple[str, tuple[object, ...]]]:
    """Return the announcements that follow the snapshot on connecting, in order.

    Args:
        seed: the exchange's own seed.
        connection: how many connected before this one.
        royale: the scheduled rug royale, if there is one.
    """
    chance = luck(seed, "greetings", connection)
    return [
        ("goldenHourUpdate", (trace(chance), _golden_hour())),
        ("battleEventUpdate", (trace(chance), _battle())),
        ("rugRoyaleUpdate", (_royale(royale),)),
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


def _royale(royale: Mapping[str, object] | None) -> Payload:
    return {
        **(royale or INACTIVE_ROYALE),
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
