"""The five shapes of `gameStateUpdate`, each with the venue's own keys in the venue's order."""

from collections.abc import Sequence

import msgspec

from replayer_qt.practice.accounts import number, plain
from replayer_qt.practice.board import Row
from replayer_qt.practice.events import INACTIVE_ROYALE
from replayer_qt.practice.house import POOL_THRESHOLD, Era, House, history, records
from replayer_qt.practice.players import Player
from replayer_qt.practice.rounds import VERSION, Round

WINDOW_TICKS = 5

Message = dict[str, object]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """All that a message can say at one moment.

    Attributes:
        tick: the newest tick that has a price.
        counter: the server's tick counter, which runs on after the rug.
        timer_ms: time left until the start [ms]; 0 once it has started.
        trade_count: trades made so far, by everybody.
        royale: the scheduled rug royale, if there is one.
    """

    house: House
    crowd: tuple[Player, ...]
    era: Era
    round: Round
    active: bool
    rugged: bool
    tick: int
    counter: int
    timer_ms: int
    board: Sequence[Row]
    trade_count: int
    connected: int
    royale: Message | None = None

    @property
    def price(self) -> float:
        """The newest price [multiplier]."""
        return self.round.prices[self.tick]

    @property
    def allows_early_buys(self) -> bool:
        """Whether buying before the start is open."""
        return not self.active and 0 < self.timer_ms <= 10_000


def tick_message(scene: Scene) -> Message:
    """Return the TICK shape: each tick, the rug, and once when buying opens."""
    house = scene.house
    return {
        "active": scene.active,
        "price": plain(scene.price),
        "partialPrices": _window(scene),
        "tradeCount": scene.trade_count,
        "rugged": scene.rugged,
        "tickCount": scene.counter,
        "cooldownTimer": scene.timer_ms,
        "cooldownPaused": False,
        "pauseMessage": "",
        "allowPreRoundBuys": scene.allows_early_buys,
        "averageMultiplier": house.average,
        "count2x": house.above(2),
        "count10x": house.above(10),
        "count50x": house.above(50),
        "count100x": house.above(100),
        "leaderboard": scene.board,
        "gameId": scene.round.round_id,
        "connectedPlayers": scene.connected,
        "rugpool": {
            "instarugCount": house.instant_rugs,
            "threshold": POOL_THRESHOLD,
            "rugpoolAmount": number(house.pool),
        },
        "rugRoyale": scene.royale or INACTIVE_ROYALE,
        "provablyFair": _commitment(scene.round),
    }


def timer_message(scene: Scene) -> Message:
    """Return the MIN shape: the countdown."""
    return {
        "gameId": scene.round.round_id,
        "cooldownTimer": scene.timer_ms,
        "cooldownPaused": False,
        "allowPreRoundBuys": scene.allows_early_buys,
        "leaderboard": scene.board,
        "connectedPlayers": scene.connected,
        "provablyFair": _commitment(scene.round),
    }


def start_message(scene: Scene) -> Message:
    """Return the START shape: tick 0."""
    return {
        **_state(scene),
        "partialPrices": _window(scene),
        "provablyFair": _commitment(scene.round),
    }


def snapshot_message(scene: Scene, *, connecting: bool = False) -> Message:
    """Return the SNAP shape, or SNAP-connect with all prices so far."""
    house = scene.house
    message: Message = {
        "gameHistory": history(house, scene.crowd, scene.era),
        "averageMultiplier": house.average,
        "count2x": house.above(2),
        "count10x": house.above(10),
        "count50x": house.above(50),
        "count100x": house.above(100),
        **records(house, scene.era),
        "availableShitcoins": [
            {
                "address": "0xPractice",
                "ticker": "FREE",
                "name": "Practice SOL",
                "max_bet": 10000,
                "max_win": 100000,
            }
        ],
        **_state(scene),
    }
    if scene.royale is not None:
        message["rugRoyale"] = scene.royale
    if connecting:
        message["prices"] = [plain(price) for price in scene.round.prices[: scene.tick + 1]]
    else:
        message["partialPrices"] = _window(scene)
    message["provablyFair"] = _commitment(scene.round)
    return message


def _state(scene: Scene) -> Message:
    return {
        "active": scene.active,
        "price": plain(scene.price),
        "rugged": scene.rugged,
        "tickCount": scene.counter,
        "cooldownTimer": scene.timer_ms,
        "cooldownPaused": False,
        "pauseMessage": "",
        "allowPreRoundBuys": scene.allows_early_buys,
        "leaderboard": scene.board,
        "gameId": scene.round.round_id,
        "connectedPlayers": scene.connected,
        "gameVersion": VERSION,
    }


def _window(scene: Scene) -> Message:
    start = max(0, scene.tick - WINDOW_TICKS + 1)
    prices = scene.round.prices[start : scene.tick + 1]
    return {
        "startTick": start,
        "endTick": scene.tick,
        "values": {str(start + place): plain(price) for place, price in enumerate(prices)},
    }


def _commitment(game: Round) -> Message:
    return {"serverSeedHash": game.seed_hash, "version": VERSION}
