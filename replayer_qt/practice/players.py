"""The simulated players: who they are, and what they do in one round."""

import bisect
import math
import random
from collections.abc import Sequence
from typing import Final

import msgspec

from replayer_qt.practice.accounts import SIDE_BET_TICKS, Account, SideBet
from replayer_qt.practice.luck import hexadecimal, identifier, luck
from replayer_qt.practice.rounds import Round

TICK_MS: Final = 250
CROWD: Final = 400

_FIRST = ("quiet", "lucky", "salty", "brave", "sleepy", "turbo", "paper", "diamond", "lost", "odd")
_SECOND = (
    "otter",
    "whale",
    "shrimp",
    "magpie",
    "badger",
    "comet",
    "mango",
    "pixel",
    "viper",
    "yak",
)
_STAKES = (1, 2, 2, 5, 5, 10, 10, 20, 50, 100, 250, 500, 1000)
_SHARES = (100, 100, 100, 100, 50, 50, 25, 25, 10)


class Player(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated person.

    Attributes:
        username: as shown; None for one who never chose a name.
        stake: a usual trade [nano-SOL].
        nerve: chance that an open position is kept when the player next acts.
    """

    player_id: str
    username: str | None
    level: int
    stake: int
    nerve: float


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade of a simulated player.

    Attributes:
        player: position of the player in the crowd.
        tick: when, at that tick's price.
        amount: spent or received [nano-SOL].
        units: bought or sold [nano-units].
        timer_ms: time left until the start, for one made before it [ms].
    """

    trade_id: str
    player: int
    buys: bool
    tick: int
    price: float
    amount: int
    units: int
    timer_ms: int | None = None


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the players do in one round.

    Attributes:
        round: the round.
        starts_ms: when its tick 0 is [ms since the Unix epoch, UTC].
        trades: in order; those before the start first, those forced by the rug last.
        bets: in order of placing.
        counts: number of trades made so far; position is the tick.
    """

    round: Round
    starts_ms: int
    trades: tuple[Trade, ...]
    bets: tuple[SideBet, ...]
    counts: tuple[int, ...]

    def latest(self, tick: int) -> Trade | None:
        """Return the newest trade up to `tick`."""
        at = bisect.bisect_right(self.trades, tick, key=lambda trade: trade.tick)
        return self.trades[at - 1] if at else None


def draw_crowd(seed: int, size: int = CROWD) -> tuple[Player, ...]:
    """Return the exchange's players."""
    chance = luck(seed, "crowd")
    return tuple(_draw_player(chance, position) for position in range(size))


def _draw_player(chance: random.Random, position: int) -> Player:
    name = f"{chance.choice(_FIRST)}-{chance.choice(_SECOND)}{position}"
    return Player(
        player_id="did:privy:cm" + hexadecimal(chance, 23),
        username=None if chance.random() < 0.1 else name,
        level=min(80, 1 + int(chance.expovariate(1 / 22))),
        stake=chance.choice(_STAKES) * 1_000_000,
        nerve=chance.uniform(0.2, 0.8),
    )


def simulate(seed: int, game: Round, crowd: Sequence[Player], starts_ms: int) -> Play:
    """Return what the players do in `game`: a pure function of its arguments."""
    day = _Day(luck(seed, "play", game.number), game, crowd, starts_ms)
    day.presale()
    counts = [len(day.trades)]
    for tick in range(1, game.rug_tick):
        day.pass_tick(tick)
        counts.append(len(day.trades))
    day.rug()
    counts.append(len(day.trades))
    return Play(
        round=game,
        starts_ms=starts_ms,
        trades=tuple(day.trades),
        bets=tuple(day.bets),
        counts=tuple(counts),
    )


class _Day:
    """The round as it is being played."""

    def __init__(
        self, chance: random.Random, game: Round, crowd: Sequence[Player], starts_ms: int
    ) -> None:
        self._chance = chance
        self._game = game
        self._crowd = crowd
        self._starts_ms = starts_ms
        present = chance.sample(range(len(crowd)), min(len(crowd), chance.randint(50, 90)))
        self._accounts = {player: Account() for player in present}
        self._present = present
        self.trades: list[Trade] = []
        self.bets: list[SideBet] = []

    def presale(self) -> None:
        """Let some buy at 1.00x, and some bet."""
        early = self._present[: self._chance.randint(25, min(60, len(self._present)))]
        timers = sorted((self._chance.randrange(100, 9900) for _ in early), reverse=True)
        for player, timer in zip(early, timers, strict=True):
            if self._chance.random() < 0.06:
                self._bet(player, 0, 1.0, self._starts_ms - timer)
            else:
                self._buy(player, 0, 1.0, timer)

    def pass_tick(self, tick: int) -> None:
        """Let some act at `tick`, and settle the bets that have run out."""
        price, chance = self._game.prices[tick], self._chance
        for account in self._accounts.values():
            if account.bet is not None and account.bet.end == tick:
                account.settle(self._game.rug_tick)
        mood = 1.25 + 4.0 * math.exp(-tick / 6)
        for _ in range(_poisson(chance, mood)):
            self._act(chance.choice(self._present), tick, price)
        if chance.random() < 0.08:
            player = chance.choice(self._present)
            if self._accounts[player].bet is None:
                at = self._starts_ms + tick * TICK_MS + chance.randrange(TICK_MS)
                self._bet(player, tick, price, at)

    def rug(self) -> None:
        """Sell every open position at the rug's price."""
        tick, price = self._game.rug_tick, self._game.prices[-1]
        for player, account in self._accounts.items():
            if account.units:
                self._sell(player, tick, price, account.units)

    def _act(self, player: int, tick: int, price: float) -> None:
        account = self._accounts[player]
        if account.units and self._chance.random() > self._crowd[player].nerve:
            share = self._chance.choice(_SHARES)
            self._sell(player, tick, price, max(1, account.units * share // 100))
        else:
            self._buy(player, tick, price, None)

    def _buy(self, player: int, tick: int, price: float, timer_ms: int | None) -> None:
        amount = self._crowd[player].stake * self._chance.choice((1, 1, 1, 2, 3))
        units = self._accounts[player].buy(amount, price)
        self._print(player, tick, price, (True, amount, units, timer_ms))

    def _sell(self, player: int, tick: int, price: float, units: int) -> None:
        amount = self._accounts[player].sell(units, price)
        self._print(player, tick, price, (False, amount, units, None))

    def _print(
        self, player: int, tick: int, price: float, deal: tuple[bool, int, int, int | None]
    ) -> None:
        buys, amount, units, timer_ms = deal
        self.trades.append(
            Trade(
                trade_id=identifier(self._chance),
                player=player,
                buys=buys,
                tick=tick,
                price=price,
                amount=amount,
                units=units,
                timer_ms=timer_ms,
            )
        )

    def _bet(self, player: int, tick: int, price: float, placed_ms: int) -> None:
        bet = SideBet(
            bet_id=identifier(self._chance),
            payout_id=identifier(self._chance),
            player=player,
            start=tick,
            stake=self._crowd[player].stake,
            placed_ms=placed_ms,
            price=price,
        )
        self._accounts[player].place(bet)
        self.bets.append(bet)


def _poisson(chance: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def settled_ms(bet: SideBet, play: Play) -> int:
    """Return when `bet` is paid or lost [ms since the Unix epoch, UTC]."""
    rug = play.round.rug_tick
    tick = rug if bet.wins(rug) else bet.start + SIDE_BET_TICKS
    return play.starts_ms + tick * TICK_MS
