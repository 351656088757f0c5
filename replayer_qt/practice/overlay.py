"""What the accounts of clients add to the public messages: counts, rows, side bets."""

from collections.abc import Mapping
from typing import Any, Final

from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.board import PLACES, TRADE_LAG, Row, presale_row, row
from replayer_qt.practice.house import bet_paid, bet_placed
from replayer_qt.practice.member import Member
from replayer_qt.practice.members import Members
from replayer_qt.practice.messages import Message, Scene
from replayer_qt.practice.rounds import Round
from replayer_qt.practice.stake import Stake

ROUNDS_KEPT: Final = 12
OPENS_MS: Final = 10_000


class Overlay:
    """Changes the script's messages, which know the simulated players alone.

    As long as no account trades, every message stays what it is.
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        self._bets: dict[RoundId, list[tuple[int, dict[str, object]]]] = {}

    def dressed(self, message: Message, scene: Scene) -> Message:
        """Return a `gameStateUpdate` with what the accounts did."""
        changes: Message = {}
        own = self.rows(message, scene)
        if own:
            changes["leaderboard"] = self._ranked(message, own)[:PLACES]
        if "tradeCount" in message:
            # before the start, the count is still that of the round before
            number = scene.round.number - (not scene.active)
            changes["tradeCount"] = scene.trade_count + self._members.trades[number]
        if self._bets and "gameHistory" in message:
            changes["gameHistory"] = [self._entry(one) for one in _listed(message["gameHistory"])]
        return {**message, **changes}

    def entries(self, message: Message, scene: Scene) -> dict[str, Row]:
        """Return each account's own row in the round that `message` tells of, by token."""
        if not scene.active and scene.timer_ms > OPENS_MS:
            return {}
        own = self.rows(message, scene)
        tokens = {member.player.player_id: member.token for member in self._members}
        ranked = self._ranked(message, own) if own else []
        return {tokens[str(one["id"])]: one for one in ranked if one["id"] in tokens}

    def rows(self, message: Message, scene: Scene) -> list[Row]:
        """Return the rows of the accounts that take part, as this message shows them."""
        before = not scene.active and scene.timer_ms <= OPENS_MS
        price = scene.round.prices[max(0, scene.tick - 1)]
        shape = presale_row if before else row
        return [
            shape(member.player, stake.figures(price), scene.round.round_id, 0)
            for member in self._members
            if (stake := _shown(member, message, scene)).took_part
        ]

    def remember(self, bet: SideBet, member: Member, game: Round, at_ms: int) -> None:
        """Enter a settled side bet into the history.

        Args:
            bet: the bet.
            member: whose it was.
            game: the round.
            at_ms: when it was settled [ms since the Unix epoch, UTC].
        """
        if game.round_id not in self._bets:
            while len(self._bets) >= ROUNDS_KEPT:
                del self._bets[next(iter(self._bets))]
            self._bets[game.round_id] = []
        entered = self._bets[game.round_id]
        if bet.start:
            entered.append((bet.placed_ms, bet_placed(bet, game, member.player)))
        entered.append((at_ms, bet_paid(bet, game, member.player, at_ms)))

    def _ranked(self, message: Message, own: list[Row]) -> list[Row]:
        everybody = [*_listed(message["leaderboard"]), *own]
        best = sorted(everybody, key=lambda one: -float(one["pnl"]))
        return [{**one, "position": place} for place, one in enumerate(best, start=1)]

    def _entry(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        own = self._bets.get(entry["id"])
        if not own:
            return entry
        rows = [*entry["globalSidebets"], *(one for _, one in own)]
        return {**entry, "globalSidebets": sorted(rows, key=lambda one: one["timestamp"])}


def _shown(member: Member, message: Message, scene: Scene) -> Stake:
    number = scene.round.number
    if scene.rugged and "gameHistory" in message:
        return member.stake_in(number)
    if scene.active:
        return member.shown(scene.tick) if scene.tick >= TRADE_LAG else Stake()
    return member.stake_in(number - (scene.timer_ms > OPENS_MS))


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
