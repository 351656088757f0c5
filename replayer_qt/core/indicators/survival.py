"""The survival clock: what share of rounds lives beyond a tick, and how sure that is."""

import math
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.study_figures import SurvivalStudy


class SurvivalTable(msgspec.Struct, frozen=True, kw_only=True):
    """How many of all rounds live beyond some ticks; columns of one length.

    Attributes:
        ticks: rising; the share holds from each up to the next.
        share: of rounds that live beyond that tick, 0 to 1.
        low: the interval's lower end.
        high: its upper end.
        n: rounds that it rests on; 0 for the generator's theory, which has no interval.
    """

    ticks: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int

    def at(self, tick: int) -> tuple[float, float, float] | None:
        """Return share, low and high at a tick; None beyond what was seen."""
        if not self.n:
            share = (1 - RUG_CHANCE) ** max(tick, 0)
            return share, share, share
        place = int(np.searchsorted(self.ticks, tick, side="right")) - 1
        if place < 0 or tick > self.ticks[-1]:
            return None
        return self.share[place], self.low[place], self.high[place]


THEORY: Final = SurvivalTable(ticks=(), share=(), low=(), high=(), n=0)
"""What the venue's own generator makes in the long run."""

HALF_LIFE: Final = round(math.log(0.5) / math.log(1 - RUG_CHANCE))
"""After so many ticks half of all rounds are over, whenever one begins to count."""


def table_of(study: SurvivalStudy | None) -> SurvivalTable:
    """Return the table of a library's study; the theory where it found nothing."""
    if study is None or study.n <= 0 or not study.curve.xs:
        return THEORY
    curve = study.curve
    return SurvivalTable(
        ticks=curve.xs, share=curve.ys, low=curve.lows, high=curve.highs, n=study.n
    )


def clock_words(table: SurvivalTable, tick: int) -> str:
    """Return what the clock says at a tick, in one line.

    >>> clock_words(THEORY, 138)
    '50.1 % of rounds live beyond tick 138 (generator); the hazard is flat: 0.5 % at each tick'
    """
    known = table.at(tick)
    flat = f"the hazard is flat: {100 * RUG_CHANCE:.2g} % at each tick"
    if known is None:
        return f"No recorded round was seen beyond tick {tick:,}; {flat}"
    share, low, high = (100 * part for part in known)
    if not table.n:
        return f"{share:.1f} % of rounds live beyond tick {tick:,} (generator); {flat}"
    sure = f"{low:.1f} to {high:.1f} %, {table.n:,} recorded"
    return f"{share:.1f} % of rounds lived beyond tick {tick:,} ({sure}); {flat}"
