"""What the generator makes where no formula says it: a sample of rounds from fixed seeds."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.fairness import generate
from replayer_qt.core.intervals import LEVEL
from replayer_qt.core.library_figures import volatility_of
from replayer_qt.core.round_spread import return_study, returns_of
from replayer_qt.core.study_figures import ReturnStudy
from replayer_qt.core.units import PRACTICE, RoundId

ROUNDS: Final = 2_000
"""Rounds of a sample that is worth comparing with."""

VERSION: Final = "v3"
"""The generator's version that the sample is of."""


class GeneratorSample(msgspec.Struct, frozen=True, kw_only=True):
    """What the generator made of some fixed seeds; the same for ever.

    Attributes:
        rounds: how many.
        version: of the generator.
        peaks: of each round, ascending [multiplier].
        volatilities: of each round that has one, ascending.
        returns: of all of them together.
    """

    rounds: int
    version: str
    peaks: tuple[float, ...]
    volatilities: tuple[float, ...]
    returns: ReturnStudy | None


def generated(count: int = ROUNDS) -> Iterator[RoundColumns]:
    """Yield rounds of fixed seeds, one after the other; each takes some milliseconds."""
    for number in range(count):
        name = RoundId(f"theory-{number}")
        prices = np.array(generate(f"{number:064x}", name, VERSION), np.float64)
        ticks = np.arange(prices.size, dtype=np.int64)
        yield RoundColumns(
            stream=PRACTICE,
            round_id=name,
            ticks=ticks,
            prices=prices,
            ats=np.zeros(prices.size, np.int64),
            counts=np.full(prices.size, -1, np.int64),
            rug_tick=int(prices.size) - 1,
        )


def generator_sample(rounds: Iterable[RoundColumns]) -> GeneratorSample:
    """Return what such rounds come to."""
    peaks, spreads, returns = [], [], []
    for columns in rounds:
        peaks.append(float(columns.prices[:-1].max()))
        spread, told = volatility_of(columns), returns_of(columns)
        if spread is not None:
            spreads.append(spread)
        if told is not None:
            returns.append(told)
    return GeneratorSample(
        rounds=len(peaks),
        version=VERSION,
        peaks=tuple(sorted(peaks)),
        volatilities=tuple(sorted(spreads)),
        returns=return_study(returns, markets=False, level=LEVEL),
    )
