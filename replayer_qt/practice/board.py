"""The leaderboard, which lags behind the market as the venue's own does."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SIDE_BET_PAYS, Account, SideBet, number
from replayer_qt.practice.players import Play, Player

SOL: Final = "So11111111111111111111111111111111111111112"
PLACES: Final = 10
TRADE_LAG: Final = 2
BET_LAG: Final = 3

Row = Mapping[str, object]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the leaderboard shows of one account.

    Attributes:
        gain: of the position, sold units included [nano-SOL].
        side_gain: of side bets that are settled [nano-SOL].
        invested: paid out of the player's own pocket [nano-SOL].
        units: held [nano-units].
        average: what a unit cost [nano-SOL].
        bet: the open side bet.
    """

    gain: int
    side_gain: int
    invested: int
    units: int
    average: int
    bet: SideBet | None


class Board:
    """Follows one round's play and says what its leaderboard shows.

    Ask in the order of time: presale, then ticks, then the end.
    """

    def __init__(self, play: Play, crowd: Sequence[Player]) -> None:
        self._play = play
        self._crowd = crowd
        self._accounts: dict[int, Account] = {}
        self._next_trade = 0
        self._next_bet = 0
        self._open: list[SideBet] = []

    def presale(self, timer_ms: int) -> tuple[Row, ...]:
        """Return the rows while the timer shows `timer_ms` [ms]."""
        trades, starts = self._play.trades, self._play.starts_ms
        while self._next_trade < len(trades):
            timer = trades[self._next_trade].timer_ms
            if timer is None or timer < timer_ms:
                break
            self._apply_trade()
        bets = self._play.bets
        while self._next_bet < len(bets) and bets[self._next_bet].placed_ms <= starts - timer_ms:
            self._apply_bet()
        joined = list(self._accounts.items())[:PLACES]
        return tuple(self._presale_row(place, *of) for place, of in enumerate(joined, start=1))

    def at(self, tick: int) -> tuple[Row, ...]:
        """Return the rows in the message of `tick`: valued at the tick before it."""
        if tick < TRADE_LAG:
            return ()
        self._follow(tick - TRADE_LAG, tick - BET_LAG)
        return self._ranked(self._play.round.prices[tick - 1])

    def final(self) -> tuple[Row, ...]:
        """Return the rows of the round that is over."""
        rug = self._play.round.rug_tick
        self._follow(rug, rug)
        for bet in self._open:
            self._accounts[bet.player].settle(rug)
        self._open.clear()
        return self._ranked(self._play.round.prices[-1])

    def _follow(self, trades_to: int, bets_to: int) -> None:
        play = self._play
        while self._next_trade < len(play.trades) and (
            play.trades[self._next_trade].tick <= trades_to
        ):
            self._apply_trade()
        while self._next_bet < len(play.bets) and play.bets[self._next_bet].start <= bets_to:
            self._apply_bet()
        over = [bet for bet in self._open if bet.end <= trades_to and bet.end < play.round.rug_tick]
        for bet in over:
            self._accounts[bet.player].settle(play.round.rug_tick)
            self._open.remove(bet)

    def _apply_trade(self) -> None:
        trade = self._play.trades[self._next_trade]
        self._next_trade += 1
        account = self._accounts.setdefault(trade.player, Account())
        if trade.buys:
            account.buy(trade.amount, trade.price)
        else:
            account.sell(trade.units, trade.price)

    def _apply_bet(self) -> None:
        bet = self._play.bets[self._next_bet]
        self._next_bet += 1
        account = self._accounts.setdefault(bet.player, Account())
        if account.bet is not None:
            # the bet before it ran out in the ticks that this board lags behind
            self._open.remove(account.bet)
            account.settle(self._play.round.rug_tick)
        account.place(bet)
        self._open.append(bet)

    def _ranked(self, price: float) -> tuple[Row, ...]:
        gains = [
            (account.gain(price) + account.side_gain, -player)
            for player, account in self._accounts.items()
        ]
        best = sorted(gains, reverse=True)[:PLACES]
        round_id = self._play.round.round_id
        return tuple(
            row(self._crowd[-player], _figures(self._accounts[-player], price), round_id, place)
            for place, (_, player) in enumerate(best, start=1)
        )

    def _presale_row(self, place: int, player: int, account: Account) -> Row:
        return presale_row(
            self._crowd[player], _figures(account, 1.0), self._play.round.round_id, place
        )


def _figures(account: Account, price: float) -> Figures:
    return Figures(
        gain=account.gain(price),
        side_gain=account.side_gain,
        invested=account.invested,
        units=account.units,
        average=account.average,
        bet=account.bet,
    )


def row(person: Player, figures: Figures, round_id: RoundId, place: int) -> Row:
    """Return a leaderboard's row in a round that runs or is over."""
    total, invested = figures.gain + figures.side_gain, figures.invested
    return {
        "id": person.player_id,
        "username": person.username,
        "level": person.level,
        "pnl": number(total),
        "regularPnl": number(figures.gain),
        "sidebetPnl": number(figures.side_gain),
        "shortPnl": 0,
        "sidebetActive": True if figures.bet else None,
        "sideBet": bet_shown(figures.bet, round_id),
        "shortPosition": None,
        "pnlPercent": total / invested * 100 if invested and total else 0,
        "hasActiveTrades": True,
        "positionQty": number(figures.units),
        "avgCost": number(figures.average),
        "totalInvested": number(invested),
        "selectedCoin": None,
        "position": place,
    }


def presale_row(person: Player, figures: Figures, round_id: RoundId, place: int) -> Row:
    """Return a leaderboard's row before the start."""
    return {
        "id": person.player_id,
        "username": person.username,
        "level": person.level,
        "pnl": 0,
        "pnlPercent": 0,
        "sidebetActive": True if figures.bet else None,
        "sideBet": bet_shown(figures.bet, round_id),
        "shortPosition": None,
        "hasActiveTrades": True,
        "positionQty": number(figures.units),
        "avgCost": 1 if figures.units else 0,
        "totalInvested": number(figures.invested),
        "selectedCoin": None,
        "position": place,
    }


def bet_shown(bet: SideBet | None, round_id: RoundId) -> dict[str, object] | None:
    """Return an open side bet as rows and account statements show it."""
    if bet is None:
        return None
    return {
        "startedAtTick": bet.start,
        "gameId": round_id,
        "end": bet.end,
        "betAmount": number(bet.stake),
        "xPayout": SIDE_BET_PAYS,
        "coinAddress": SOL,
        "bonusPortion": 0,
        "realPortion": number(bet.stake),
    }
