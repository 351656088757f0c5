"""The rounds that the practice exchange plays, drawn from committed seeds."""

import hashlib
import itertools
from datetime import UTC, datetime
from typing import Final

import msgspec

from replayer_qt.core.fairness import generate
from replayer_qt.core.units import RoundId
from replayer_qt.practice.luck import hexadecimal, luck, round_id

VERSION: Final = "v3"


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round with all its secrets.

    Attributes:
        number: position in the exchange's life; negative before it opened.
        prices: all prices [multiplier]; position is the tick, the last one is the rug's.
    """

    number: int
    round_id: RoundId
    seed: str
    seed_hash: str
    prices: tuple[float, ...]

    @property
    def rug_tick(self) -> int:
        """Position of the rug."""
        return len(self.prices) - 1

    @property
    def peak(self) -> float:
        """Highest price before the rug [multiplier]."""
        return max(self.prices[:-1])

    @property
    def god_jump(self) -> tuple[float, float] | None:
        """Prices before and after the round's tenfold jump [multiplier], if there was one."""
        before = self.prices[:-1]
        for low, high in itertools.pairwise(before):
            if high == low * 10:
                return low, high
        return None


def draw_round(seed: int, number: int, at_ms: int) -> Round:
    """Return the round `number` of the exchange whose seed is `seed`.

    The time gives the date in the round's name, which takes part in its prices; so the same
    seed makes the same rounds only from the same start.

    Args:
        seed: the exchange's own seed.
        number: which round.
        at_ms: when the round is announced [ms since the Unix epoch, UTC].
    """
    chance = luck(seed, "round", number)
    date = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%d")
    server_seed = hexadecimal(chance, 64)
    name = round_id(chance, date)
    return Round(
        number=number,
        round_id=name,
        seed=server_seed,
        seed_hash=hashlib.sha256(server_seed.encode()).hexdigest(),
        prices=generate(server_seed, name, VERSION),
    )
