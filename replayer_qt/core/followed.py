"""One round while it is followed: what was heard of it, and what is still missing."""

from collections.abc import Iterator
from typing import Final

from replayer_qt.core.fairness import LONGEST_ROUND, Evidence
from replayer_qt.core.phase import Phase
from replayer_qt.core.statement import Statement
from replayer_qt.core.units import RoundId

LAST_TICK: Final = LONGEST_ROUND + 1
"""No rug comes later than at this position."""

LONGEST_LEAP: Final = 100
"""Longer gaps without a list of prices need a second message that bears them out [ticks]."""

DEAREST_PRICE: Final = 1e9
"""Higher prices are not believed [multiplier]."""


class FollowedRound:
    """What was heard of a round; mutable, owned by one tracker.

    Attributes:
        phase: how far the round got.
        timer: the countdown that was told last, and whether it was held; None before any.
        newest: highest position known; -1 before the first.
        prices: the price of each position known; the first word on a position is kept.
        rug: position and price of the rug, once it was told.
        announced: holes before this position were told of.
    """

    __slots__ = (
        "_claimed",
        "announced",
        "newest",
        "phase",
        "prices",
        "round_id",
        "rug",
        "seed_hash",
        "timer",
    )

    def __init__(self, round_id: RoundId, seed_hash: str | None) -> None:
        self.round_id = round_id
        self.seed_hash = seed_hash
        self.phase = Phase.UNKNOWN
        self.timer: tuple[int, bool] | None = None
        self.newest = -1
        self.prices: dict[int, float] = {}  # bounded by LAST_TICK
        self.rug: tuple[int, float] | None = None
        self.announced = 0
        self._claimed = -1

    def objection(self, tick: int, price: float) -> str:
        """Return why a price can't be believed, in plain words; empty if it can."""
        if not 0 <= tick <= LAST_TICK:
            return "tick beyond the longest round"
        if not 0.0 < price <= DEAREST_PRICE:
            return "absurd price"
        if self.prices.get(tick, price) != price:
            return "other price for a known tick"
        if self.rug is not None and tick > self.rug[0]:
            return "tick after the rug"
        return ""

    def may_jump_to(self, tick: int) -> bool:
        """Return whether a message may be about this position.

        One message alone is not believed when it is far ahead; the next one, which repeats its
        price, bears it out. The first message of a round may be about any position.
        """
        claimed, self._claimed = self._claimed, -1
        if self.newest < 0 or not self.newest + LONGEST_LEAP < tick <= LAST_TICK:
            return True
        self._claimed = tick
        return 0 <= claimed <= tick <= claimed + LONGEST_LEAP

    def hear(self, tick: int, price: float) -> None:
        """Remember a price that nothing objects to."""
        self.prices[tick] = price
        self.newest = max(self.newest, tick)

    def goes_on_with(self, said: Statement) -> bool:
        """Return whether a message says nothing but the next tick of a round without holes."""
        return (
            said.tick == self.newest + 1 <= LAST_TICK
            and said.round_id == self.round_id
            and self.phase is Phase.ACTIVE
            and said.active is True
            and not said.rugged
            and not said.snapshot
            and said.prices is None
            and not said.history
            and said.price is not None
            and 0.0 < said.price <= DEAREST_PRICE
            and len(self.prices) == said.tick
            and said.seed_hash in {None, self.seed_hash}
            and self._bears_out(said.recent)
        )

    def hear_next(self, said: Statement) -> float:
        """Remember the price of a message that the round goes on with, and return it."""
        price = float(said.price or 0.0)
        self.newest += 1
        self.prices[self.newest] = price
        self._claimed = -1
        return price

    def _bears_out(self, recent: tuple[tuple[int, float], ...]) -> bool:
        prices = self.prices
        for tick, price in recent:
            if prices.get(tick) != price and tick <= self.newest:
                return False
        return True

    def agrees_with(self, prices: tuple[float, ...]) -> bool:
        """Return whether a list of all prices contradicts nothing that was heard."""
        if not 2 <= len(prices) <= LAST_TICK + 1 or self.newest >= len(prices):
            return False
        if self.rug is not None and self.rug[0] != len(prices) - 1:
            return False
        return all(prices[tick] == price for tick, price in self.prices.items())

    def unannounced(self, end: int) -> Iterator[tuple[int, int]]:
        """Yield the holes before position `end` that were not told of, which now they are."""
        begin, self.announced = self.announced, max(self.announced, end)
        first = None
        for tick in range(begin, end):
            if tick not in self.prices:
                first = tick if first is None else first
            elif first is not None:
                yield first, tick - 1
                first = None
        if first is not None:
            yield first, end - 1

    def evidence(self) -> Evidence:
        """Return what was heard, for the fairness check."""
        return Evidence(
            seed_hash=self.seed_hash,
            prices=self.prices,
            rug_tick=None if self.rug is None else self.rug[0],
        )
