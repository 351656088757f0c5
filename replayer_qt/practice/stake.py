"""What one trader has at stake in one round; the arithmetic is the core's own."""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.money import (
    NOTHING,
    Holding,
    decimal_of,
    floor9,
    proceeds,
    with_bought,
    with_sold,
)
from replayer_qt.practice.accounts import NANO, SideBet
from replayer_qt.practice.board import Figures

_NANO: Final = Decimal(NANO)


def nano(amount: Decimal) -> int:
    """Return `amount` [SOL, or units] in billionths, which is how the wire's numbers are made.

    >>> nano(Decimal("0.093157865"))
    93157865
    """
    return int(floor9(amount) * _NANO)


def from_nano(billionths: int) -> Decimal:
    """Return billionths as an amount [SOL, or units] with nine places."""
    return floor9(Decimal(billionths) / _NANO)


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """A trader's part in one round; each change makes a new one.

    Attributes:
        holding: units held, and what they cost.
        invested: paid out of the trader's own pocket [SOL].
        takings: earned in this round and not spent again [SOL].
        realised: gains and losses of units that were sold [SOL].
        side_gain: of side bets that are settled [SOL].
        bet: the open side bet.
        trades: how many were made, the one forced by the rug included.
    """

    holding: Holding = Holding()
    invested: Decimal = NOTHING
    takings: Decimal = NOTHING
    realised: Decimal = NOTHING
    side_gain: Decimal = NOTHING
    bet: SideBet | None = None
    trades: int = 0

    @property
    def took_part(self) -> bool:
        """Whether anything was bought or betted."""
        return self.invested > 0 or self.trades > 0 or self.bet is not None

    @property
    def is_open(self) -> bool:
        """Whether the rug would change anything."""
        return self.holding.quantity > 0 or self.bet is not None

    def bought(self, amount: Decimal, price: float) -> "Stake":
        """Return the stake after buying for `amount` [SOL] at `price` [multiplier]."""
        return replace(
            self,
            holding=with_bought(self.holding, amount, decimal_of(price)),
            invested=self.invested + max(NOTHING, amount - self.takings),
            takings=max(NOTHING, self.takings - amount),
            trades=self.trades + 1,
        )

    def sold(self, quantity: Decimal, price: float) -> "Stake":
        """Return the stake after selling `quantity` [units], no more than held."""
        got = proceeds(quantity, decimal_of(price))
        left = with_sold(self.holding, quantity)
        return replace(
            self,
            holding=left,
            takings=self.takings + got,
            realised=self.realised + got - (self.holding.basis - left.basis),
            trades=self.trades + 1,
        )

    def placed(self, bet: SideBet) -> "Stake":
        """Return the stake with `bet` open."""
        return replace(self, bet=bet, invested=self.invested + from_nano(bet.stake))

    def settled(self, profit: Decimal) -> "Stake":
        """Return the stake after its bet brought `profit` [SOL], which a loss makes negative."""
        return replace(self, bet=None, side_gain=self.side_gain + profit)

    def share(self, percentage: int) -> Decimal:
        """Return how many units `percentage` [%] of those held are; 100 are all of them."""
        return floor9(self.holding.quantity * percentage / 100)

    def gain(self, price: float) -> Decimal:
        """Return what the units have gained at `price` [SOL], sold ones included."""
        worth = proceeds(self.holding.quantity, decimal_of(price))
        return self.realised + worth - self.holding.basis

    def figures(self, price: float) -> Figures:
        """Return what the leaderboard shows of this stake at `price` [multiplier]."""
        return Figures(
            gain=nano(self.gain(price)),
            side_gain=nano(self.side_gain),
            invested=nano(self.invested),
            units=nano(self.holding.quantity),
            average=nano(self.holding.average),
            bet=self.bet,
        )
