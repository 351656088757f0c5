"""Rounds for statistics: as a catalogue tells them, and with prices from the generator."""

from functools import cache

import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import Quality, RoundEntry
from replayer_qt.core.library_figures import volatility_of
from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_spread import returns_of
from replayer_qt.core.round_study import study
from replayer_qt.core.round_theory import GeneratorSample, generated, generator_sample
from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.core.units import PRACTICE, Nanos, RoundId


def entry(
    rug: int | None = 100,
    *,
    first: int | None = 0,
    last: int | None = None,
    number: int = 0,
    stream=PRACTICE,
    **changed,
) -> RoundEntry:
    """A round that rugs at `rug`, or was last seen at `last`."""
    last = (rug if rug is not None else 50) if last is None else last
    told = {
        "stream": stream,
        "round_id": RoundId(f"round-{number}"),
        "begun_at": Nanos(1_700_000_000_000_000_000 + number),
        "ended_at": Nanos(0),
        "ticks": 0 if first is None else last - first + 1,
        "first_index": first,
        "last_index": None if first is None else last,
        "rugged": rug is not None,
        "rug_index": rug,
        "rug_price": None if rug is None else 0.01,
        "peak": 1.5,
        "peak_index": 1,
        "missing": 0,
        "repaired": 0,
        "clock_jumps": 0,
        "trades": 0,
        "volume": None,
        "volatility": 0.07,
        "fairness": Fairness.UNREVEALED,
        "quality": Quality.WHOLE,
        "spark": b"",
    }
    return RoundEntry(**{**told, **changed})


def geometric(random: np.random.Generator, count: int, chance: float = 0.005) -> list[RoundEntry]:
    """Rounds whose rug comes at each tick with the same chance."""
    return [
        entry(int(rug), number=number)
        for number, rug in enumerate(random.geometric(chance, size=count))
    ]


@cache
def rounds_made(count: int = 40) -> tuple[RoundColumns, ...]:
    """The generator's own rounds."""
    return tuple(generated(count))


@cache
def theory_made(count: int = 40) -> GeneratorSample:
    """What some of the generator's rounds come to."""
    return generator_sample(rounds_made(count))


def entry_of_columns(columns: RoundColumns, number: int = 0, **changed) -> RoundEntry:
    """What a catalogue tells of a round of the generator's."""
    told = {
        "round_id": columns.round_id,
        "peak": float(columns.prices[:-1].max()),
        "volatility": volatility_of(columns),
        **changed,
    }
    return entry(int(columns.ticks[-1]), number=number, **told)


def small_study(results=None) -> RoundStudy:
    """The statistics of forty rounds of the generator's."""
    return _small_study(None if results is None else tuple(results))


@cache
def _small_study(results) -> RoundStudy:
    rounds = rounds_made()
    entries = [entry_of_columns(columns, number) for number, columns in enumerate(rounds)]
    returns = [told for told in map(returns_of, rounds) if told is not None]
    return study(sampled(entries, results), theory_made(), returns)
