"""What the exchange remembers of finished rounds: history, averages, records, the rug pool."""

from enum import Enum
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.practice.accounts import SIDE_BET_PAYS, SideBet, number, plain
from replayer_qt.practice.board import SOL
from replayer_qt.practice.players import Play, Player, settled_ms
from replayer_qt.practice.rounds import VERSION, Round

REMEMBERED: Final = 100
SHOWN: Final = 10
INSTANT_RUG: Final = 6
POOL_THRESHOLD: Final = 10
DAY_MS: Final = 86_400_000

TIERS: Final = ("2x", "10x", "50x")


class Era(Enum):
    """Which generation of the venue's protocol is spoken.

    E2 is that of December 2025; E3, of February 2026, leaves price lists out of the history and
    names the seeds of the records instead.
    """

    E2 = "E2"
    E3 = "E3"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A finished round that set a record.

    Attributes:
        at_ms: when [ms since the Unix epoch, UTC].
    """

    round: Round
    at_ms: int


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A finished round in the history.

    Attributes:
        play: what happened in it; None for one from before the exchange opened.
        at_ms: when it was entered [ms since the Unix epoch, UTC].
    """

    round: Round
    play: Play | None
    at_ms: int


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange's memory at one moment.

    Attributes:
        ended: finished rounds, newest first.
        peaks: of the last hundred rounds [multiplier], oldest first.
        best: the day's highest round.
        gods: the newest round with a god candle in each tier.
        instant_rugs: rounds that ended at once since the pool was last drawn.
        pool: what the rug pool holds [nano-SOL].
    """

    ended: tuple[Ended, ...] = ()
    peaks: tuple[float, ...] = ()
    best: Mark | None = None
    gods: tuple[Mark | None, ...] = (None, None, None)
    instant_rugs: int = 0
    pool: int = 25_000_000

    @property
    def average(self) -> int | float:
        """Mean peak of the rounds remembered [multiplier]."""
        return plain(sum(self.peaks) / len(self.peaks)) if self.peaks else 0

    def above(self, peak: float) -> int:
        """Return how many of the rounds remembered reached `peak` [multiplier]."""
        return sum(1 for one in self.peaks if one >= peak)

    def after(self, game: Round, play: Play | None, at_ms: int) -> "House":
        """Return the memory once `game` has ended.

        Args:
            game: the round.
            play: what the players did in it.
            at_ms: when [ms since the Unix epoch, UTC].
        """
        mark = Mark(round=game, at_ms=at_ms)
        instant = self.instant_rugs + (game.rug_tick <= INSTANT_RUG)
        drawn = instant >= POOL_THRESHOLD
        fed = len(play.trades) * 100_000 if play else 0
        return replace(
            self,
            ended=(Ended(round=game, play=play, at_ms=at_ms), *self.ended[: SHOWN - 1]),
            peaks=(*self.peaks, game.peak)[-REMEMBERED:],
            best=_better(self.best, mark),
            gods=_with_god(self.gods, mark),
            instant_rugs=0 if drawn else instant,
            pool=25_000_000 if drawn else self.pool + fed,
        )


def _better(best: Mark | None, mark: Mark) -> Mark:
    if best is None or best.at_ms // DAY_MS != mark.at_ms // DAY_MS:
        return mark
    return mark if mark.round.peak > best.round.peak else best


def _with_god(gods: tuple[Mark | None, ...], mark: Mark) -> tuple[Mark | None, ...]:
    if mark.round.god_jump is None:
        return gods
    tier = 2 if mark.round.peak >= 50 else 1 if mark.round.peak >= 10 else 0
    return tuple(mark if place == tier else god for place, god in enumerate(gods))


def history(house: House, crowd: tuple[Player, ...], era: Era) -> list[dict[str, object]]:
    """Return the history as it stands in a snapshot, newest first, seeds revealed."""
    return [_entry(ended, crowd, era) for ended in house.ended]


def records(house: House, era: Era) -> dict[str, object]:
    """Return the day's record and the god candles, as they stand in a snapshot."""
    fields = _record("highestToday", house.best, era)
    for tier, god in zip(TIERS, house.gods, strict=True):
        fields |= _record(f"godCandle{tier}", god, era)
        jump = god.round.god_jump if god else None
        fields[f"godCandle{tier}MassiveJump"] = [plain(price) for price in jump] if jump else None
    return fields


def _record(name: str, mark: Mark | None, era: Era) -> dict[str, object]:
    fields: dict[str, object] = {
        name: plain(mark.round.peak) if mark else None,
        f"{name}Timestamp": mark.at_ms if mark else None,
    }
    if era is Era.E2:
        fields[f"{name}Prices"] = [plain(price) for price in mark.round.prices] if mark else []
    else:
        fields[f"{name}GameId"] = mark.round.round_id if mark else None
        fields[f"{name}ServerSeed"] = mark.round.seed if mark else None
    return fields


def _entry(ended: Ended, crowd: tuple[Player, ...], era: Era) -> dict[str, object]:
    game = ended.round
    entry: dict[str, object] = {"id": game.round_id, "timestamp": ended.at_ms}
    if era is Era.E2:
        entry["prices"] = [plain(price) for price in game.prices]
    return entry | {
        "peakMultiplier": plain(game.peak),
        "rugged": True,
        "globalTrades": [],
        "globalSidebets": _side_bets(ended.play, crowd) if ended.play else [],
        "provablyFair": {"serverSeed": game.seed, "serverSeedHash": game.seed_hash},
        "gameVersion": VERSION,
    }


def _side_bets(play: Play, crowd: tuple[Player, ...]) -> list[dict[str, object]]:
    timed: list[tuple[int, int, dict[str, object]]] = []
    for bet in play.bets:
        player = crowd[bet.player]
        if bet.placed_ms >= play.starts_ms:
            timed.append((bet.placed_ms, len(timed), bet_placed(bet, play.round, player)))
        paid = settled_ms(bet, play)
        timed.append((paid, len(timed), bet_paid(bet, play.round, player, paid)))
    return [row for _, _, row in sorted(timed, key=lambda item: item[:2])]


def bet_placed(bet: SideBet, game: Round, player: Player) -> dict[str, object]:
    """Return the row of the history that tells of a new side bet."""
    return {
        "playerId": player.player_id,
        "username": player.username,
        "gameId": game.round_id,
        "betAmount": number(bet.stake),
        "xPayout": SIDE_BET_PAYS,
        "coinAddress": SOL,
        "bonusPortion": 0,
        "realPortion": number(bet.stake),
        "timestamp": bet.placed_ms,
        "type": "placed",
        "startedAtTick": bet.start,
        "end": bet.end,
        "id": bet.bet_id,
    }


def bet_paid(bet: SideBet, game: Round, player: Player, paid_ms: int) -> dict[str, object]:
    """Return the row of the history that tells how a side bet ended.

    Args:
        bet: the bet.
        game: the round, whose end decides.
        player: who placed it.
        paid_ms: when it was paid or lost [ms since the Unix epoch, UTC].
    """
    wins = bet.wins(game.rug_tick)
    row: dict[str, object] = {
        "playerId": player.player_id,
        "gameId": game.round_id,
        "username": player.username,
    }
    if wins:
        row["level"] = player.level
    row |= {
        "betAmount": number(bet.stake),
        "payout": number(bet.stake * SIDE_BET_PAYS) if wins else 0,
        "profit": number(bet.profit(game.rug_tick)),
        "xPayout": SIDE_BET_PAYS,
        "coinAddress": SOL,
        "endTick": bet.end,
        "startTick": bet.start,
        "tickIndex": game.rug_tick if wins else bet.start,
    }
    if wins:
        row["price"] = plain(game.prices[-1])
    return row | {"timestamp": paid_ms, "type": "payout", "id": bet.payout_id}
