"""A trader's account at the exchange, which outlives connections and rounds."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Final

import msgspec

from replayer_qt.core.money import NOTHING, bought, decimal_of, floor9, proceeds, side_bet_payout
from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.board import BET_LAG, TRADE_LAG
from replayer_qt.practice.players import Player
from replayer_qt.practice.stake import Stake, from_nano

RUG: Final = "rug"
PAYOUT: Final = "payout"


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried out for one account: an order, or a settlement by the exchange.

    Attributes:
        number: position among all deals of the exchange.
        event: the order's event; `rug` for a sale that the rug forced, `payout` for the end of
            a side bet, won or lost.
        amount: spent [SOL]; of an end, the bet's stake.
        percentage: of the units held [%], for a sale that was ordered.
        tick: when, at that tick's price; 0 before the start.
        price: [multiplier].
        quantity: bought or sold [units].
        proceeds: received [SOL].
        cash: what the account has afterwards [SOL].
        at_ms: when, by the exchange's clock [ms since the Unix epoch, UTC].
        by_hand: traded elsewhere: no client asked for it.
    """

    number: int
    token: str
    event: str
    round_id: RoundId
    tick: int
    price: float
    cash: Decimal
    at_ms: int
    amount: Decimal | None = None
    percentage: int | None = None
    quantity: Decimal = NOTHING
    proceeds: Decimal = NOTHING
    by_hand: bool = False


class Member:
    """One trader: who it is, what it has, and what the leaderboard shows of it by now.

    Attributes:
        token: what its clients name it by.
        player: as others see it.
        cash: [SOL].
        stake: in the round that goes on.
        hushed: whether its clients are told nothing until something about it changes again.
    """

    def __init__(self, token: str, player: Player, cash: Decimal, number: int) -> None:
        self.token = token
        self.player = player
        self.cash = floor9(cash)
        self.stake = Stake()
        self.hushed = False
        self._number = number
        self._before = Stake()
        self._shown = Stake()
        # bounded by the orders that a round may hold
        self._unseen: list[tuple[int, Callable[[Stake], Stake]]] = []

    def enter(self, number: int) -> None:
        """Begin the round `number`, unless it is that one already, or an older one."""
        if number <= self._number:
            return
        self._before = self.stake if number == self._number + 1 else Stake()
        self._number = number
        self.stake = self._shown = Stake()
        self._unseen.clear()

    def stake_in(self, number: int) -> Stake:
        """Return what it has, or had in the end, in a round; nothing in those long ago."""
        if number == self._number:
            return self.stake
        return self._before if number == self._number - 1 else Stake()

    def shown(self, tick: int) -> Stake:
        """Return its stake as the message of `tick` shows it, which lags; ask in order."""
        due = [change for at, change in self._unseen if at <= tick]
        self._unseen = [(at, change) for at, change in self._unseen if at > tick]
        for change in due:
            self._shown = change(self._shown)
        return self._shown

    def buy(self, amount: Decimal, price: float, tick: int) -> Decimal:
        """Spend `amount` [SOL], which it must have, and return the units bought."""
        self.cash -= amount
        self._change(partial(Stake.bought, amount=amount, price=price), tick + TRADE_LAG)
        return bought(amount, decimal_of(price))

    def sell(self, quantity: Decimal, price: float, tick: int) -> Decimal:
        """Sell units, which it must have, and return what they brought [SOL]."""
        got = proceeds(quantity, decimal_of(price))
        self.cash += got
        self._change(partial(Stake.sold, quantity=quantity, price=price), tick + TRADE_LAG)
        return got

    def place(self, bet: SideBet) -> None:
        """Open a side bet, whose stake it must have."""
        self.cash -= from_nano(bet.stake)
        self._change(partial(Stake.placed, bet=bet), bet.start + BET_LAG)

    def settle(self, *, won: bool, tick: int) -> Decimal:
        """Close the open side bet and return what it paid out [SOL]."""
        bet = self.stake.bet
        if bet is None:
            return NOTHING
        stake = from_nano(bet.stake)
        paid = floor9(side_bet_payout(stake, won=won))
        self.cash += paid
        self._change(partial(Stake.settled, profit=paid - stake), tick + TRADE_LAG)
        return paid

    def _change(self, change: Callable[[Stake], Stake], seen_at: int) -> None:
        self.stake = change(self.stake)
        self._unseen.append((seen_at, change))
