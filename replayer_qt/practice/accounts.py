"""A simulated player's account in one round; the venue's arithmetic in whole nano-SOL."""

from decimal import Decimal
from typing import Final

import msgspec

NANO: Final = 1_000_000_000
SIDE_BET_TICKS: Final = 40
SIDE_BET_PAYS: Final = 5


def units_for(amount: int, price: float) -> int:
    """Return what `amount` [nano-SOL] buys [nano-units], truncated.

    >>> units_for(100_000_000, 1.073446660724414)
    93157865
    """
    return int(Decimal(amount) / Decimal(repr(price)))


def worth_of(units: int, price: float) -> int:
    """Return what `units` [nano-units] are worth [nano-SOL], truncated."""
    return int(Decimal(units) * Decimal(repr(price)))


def number(nano: int) -> int | float:
    """Return nano-SOL as the number of SOL that stands on the wire; whole ones as integers.

    >>> number(93_157_865), number(2_000_000_000)
    (0.093157865, 2)
    """
    return nano // NANO if nano % NANO == 0 else nano / NANO


def plain(value: float) -> int | float:
    """Return `value` as JavaScript writes it: without a fraction if it has none.

    >>> plain(1.0), plain(1.5)
    (1, 1.5)
    """
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


class SideBet(msgspec.Struct, frozen=True, kw_only=True):
    """A bet that the rug comes within forty ticks.

    Attributes:
        player: position of the player in the crowd.
        start: tick in which it was placed.
        stake: [nano-SOL].
        placed_ms: when [ms since the Unix epoch, UTC].
        price: price when it was placed [multiplier].
    """

    bet_id: str
    payout_id: str
    player: int
    start: int
    stake: int
    placed_ms: int
    price: float

    @property
    def end(self) -> int:
        """The last tick whose rug it wins on."""
        return self.start + SIDE_BET_TICKS

    def wins(self, rug_tick: int) -> bool:
        """Say whether a rug at `rug_tick` pays."""
        return rug_tick <= self.end

    def profit(self, rug_tick: int) -> int:
        """Return what a rug at `rug_tick` leaves of it [nano-SOL]."""
        return self.stake * (SIDE_BET_PAYS - 1) if self.wins(rug_tick) else -self.stake


class Account(msgspec.Struct, kw_only=True):
    """What one player has in one round.

    Attributes:
        units: held [nano-units].
        basis: what they cost [nano-SOL].
        invested: paid out of the player's own pocket [nano-SOL].
        takings: earned in this round and not spent again [nano-SOL].
        realised: gains and losses that are certain [nano-SOL].
        side_gain: of side bets that are settled [nano-SOL].
        bet: the open side bet.
    """

    units: int = 0
    basis: int = 0
    invested: int = 0
    takings: int = 0
    realised: int = 0
    side_gain: int = 0
    bet: SideBet | None = None

    def buy(self, amount: int, price: float) -> int:
        """Spend `amount` [nano-SOL] and return the units bought [nano-units]."""
        bought = units_for(amount, price)
        self.units += bought
        self.basis += worth_of(bought, price)
        self.invested += max(0, amount - self.takings)
        self.takings = max(0, self.takings - amount)
        return bought

    def sell(self, units: int, price: float) -> int:
        """Sell `units` [nano-units], no more than held, and return the amount [nano-SOL]."""
        amount = worth_of(units, price)
        cost = self.basis * units // self.units
        self.units -= units
        self.basis -= cost
        self.realised += amount - cost
        self.takings += amount
        return amount

    def place(self, bet: SideBet) -> None:
        """Open a side bet."""
        self.bet = bet
        self.invested += bet.stake

    def settle(self, rug_tick: int) -> None:
        """Close the open side bet, won or lost."""
        if self.bet is not None:
            self.side_gain += self.bet.profit(rug_tick)
            self.bet = None

    def gain(self, price: float) -> int:
        """Return the position's gain at `price` [nano-SOL], side bets apart."""
        return self.realised + worth_of(self.units, price) - self.basis

    @property
    def average(self) -> int:
        """What a unit cost [nano-SOL]; 0 without units."""
        return self.basis * NANO // self.units if self.units else 0
