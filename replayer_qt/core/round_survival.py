"""How long rounds live, how likely each next tick is the rug, what a side bet on it brings."""

import math
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.fairness import LONGEST_ROUND, RUG_CHANCE
from replayer_qt.core.intervals import (
    Estimate,
    clopper_pearson,
    cover,
    holds,
    mapped,
    normal_quantile,
    together,
    wilson,
)
from replayer_qt.core.money import SIDE_BET_MULTIPLE, SIDE_BET_WINDOW
from replayer_qt.core.odds import BREAK_EVEN, EXPECTED, WIN_CHANCE
from replayer_qt.core.study_figures import Bar, Curve, HazardStudy, SideBetStudy, SurvivalStudy

AGES: Final = (0, 20, 40, 80, 120, 160, 200, 300, 400, 600, 800, LONGEST_ROUND + 1)
"""Where the bins of the hazard begin and end [ticks]; fixed, so that no data chose them."""

ENTRIES: Final = tuple(range(0, 801, SIDE_BET_WINDOW))
"""The ticks of entry that are looked at; no two bets' windows overlap."""

_LEAST_EXPECTED: Final = 5.0
_LEAST_BETS: Final = 10

Ints = NDArray[np.int64]


class Lives(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of each round's life; arrays of one length.

    Attributes:
        entry: the last tick before the first at which a rug would have been seen.
        exit: the tick of the rug, or the last one seen; after `entry`.
        rugged: whether `exit` is the rug.
    """

    entry: Ints
    exit: Ints
    rugged: NDArray[np.bool_]


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """For each tick from 0: rounds that could have rugged there, and those that did."""

    at_risk: Ints
    rugs: Ints


def risk_of(lives: Lives) -> Risk:
    """Return the risk at each tick up to the last one that was seen."""
    size = int(lives.exit.max()) + 2 if lives.exit.size else 1
    entered = np.cumsum(np.bincount(lives.entry + 1, minlength=size)[:size])
    left = np.cumsum(np.bincount(lives.exit + 1, minlength=size)[:size])
    rugs = np.bincount(lives.exit[lives.rugged], minlength=size)[:size]
    return Risk(at_risk=(entered - left).astype(np.int64), rugs=rugs.astype(np.int64))


def survival_of(lives: Lives, risk: Risk, level: float) -> SurvivalStudy:
    """Return Kaplan and Meier's estimate with log-log intervals from Greenwood's variance.

    Where no rug was seen yet the interval's lower end is the exact one of no hit in as many
    tries as rounds; where every round is over its upper end stays the last one.
    """
    ends = _ends(risk)
    at_risk, rugs = risk.at_risk[:ends].astype(np.float64), risk.rugs[:ends].astype(np.float64)
    safe = np.maximum(at_risk, 1.0)
    alive = np.cumprod(1 - rugs / safe)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(np.where(rugs > 0, rugs / (safe * (safe - rugs)), 0.0))
        spread = normal_quantile((1 + level) / 2) * np.sqrt(variance) / np.abs(np.log(alive))
        low = alive ** np.exp(spread)
        high = alive ** np.exp(-spread)
    untouched, over = alive >= 1.0, alive <= 0.0
    fewest = np.minimum.accumulate(np.where(at_risk > 0, at_risk, np.inf))
    low[untouched] = ((1 - level) / 2) ** (1 / fewest[untouched])
    high[untouched] = 1.0
    low[over] = 0.0
    high[over] = high[~over][-1] if (~over).any() else 1.0
    shown = _shown(rugs)
    ticks = np.arange(ends)
    curve = Curve(
        xs=_floats(ticks[shown]),
        ys=_floats(alive[shown]),
        lows=_floats(low[shown]),
        highs=_floats(high[shown]),
        theory=_floats((1 - RUG_CHANCE) ** ticks[shown]),
    )
    count = int(lives.exit.size)
    return SurvivalStudy(
        n=count,
        rugs=int(lives.rugged.sum()),
        censored=count - int(lives.rugged.sum()),
        late=int((lives.entry > 0).sum()),
        curve=curve,
        median=Estimate(
            value=_first(alive <= 0.5), low=_first(low <= 0.5), high=_first(high <= 0.5), n=count
        ),
    )


def hazard_of(lives: Lives, risk: Risk, level: float) -> HazardStudy:
    """Return rugs a tick by age; the last bins are one where too few rugs were to be expected."""
    bins = _ages(risk)
    ticks = [int(risk.at_risk[low:high].sum()) for low, high in bins]
    rugs = [int(risk.rugs[low:high].sum()) for low, high in bins]
    wide = together(level, len(bins) + 1)
    bars = tuple(
        Bar(
            low=low,
            high=min(high, risk.rugs.size),
            count=hits,
            estimate=wilson(hits, n, level),
            wide=clopper_pearson(hits, n, wide),
            theory=RUG_CHANCE,
        )
        for (low, high), n, hits in zip(bins, ticks, rugs, strict=True)
    )
    everywhere = sum(ticks)
    overall = wilson(sum(rugs), everywhere, level)
    sure = clopper_pearson(sum(rugs), everywhere, wide)
    wides = [bar.wide for bar in bars]
    return HazardStudy(
        n=int(lives.exit.size),
        ticks=everywhere,
        bars=bars,
        overall=overall,
        flat=overall.value is None or cover(wides, overall.value),
        fits=cover([*wides, sure], RUG_CHANCE),
    )


def side_bets_of(lives: Lives, level: float) -> SideBetStudy:
    """Return what one bet a round at each tick of entry would have brought.

    A bet at a tick is decided by a rug in the window after it, or by the round's being seen alive
    at the window's end; otherwise it is undecided and left out.
    """
    counts = [_bets(lives, entry) for entry in ENTRIES]
    counts = [told for told in counts if told[1] >= _LEAST_BETS] or counts[:1]
    wide = together(level, len(counts) + 1)
    bars = tuple(
        Bar(
            low=entry,
            high=entry,
            count=won,
            estimate=wilson(won, decided, level),
            wide=clopper_pearson(won, decided, wide),
            theory=WIN_CHANCE,
            undecided=undecided,
        )
        for entry, (won, decided, undecided) in zip(ENTRIES, counts, strict=False)
    )
    won, decided = sum(told[0] for told in counts), sum(told[1] for told in counts)
    overall = wilson(won, decided, level)
    return SideBetStudy(
        n=int(lives.exit.size),
        bars=bars,
        overall=overall,
        expected=mapped(overall, SIDE_BET_MULTIPLE, -1),
        break_even=BREAK_EVEN,
        theory=WIN_CHANCE,
        theory_expected=EXPECTED,
        beaten=tuple(int(bar.low) for bar in bars if (bar.wide.low or 0.0) > BREAK_EVEN),
        fits=cover([bar.wide for bar in bars], WIN_CHANCE)
        and holds(clopper_pearson(won, decided, wide), WIN_CHANCE),
    )


def _bets(lives: Lives, entry: int) -> tuple[int, int, int]:
    """Won, decided and undecided bets at a tick of entry, over rounds seen alive there."""
    seen = (lives.entry <= entry) & (lives.exit > entry)
    end = entry + SIDE_BET_WINDOW
    won = int((seen & lives.rugged & (lives.exit <= end)).sum())
    # a round that is seen at the window's end was alive there, or rugged later
    lost = int((seen & ((lives.exit > end) | (~lives.rugged & (lives.exit == end)))).sum())
    return won, won + lost, int(seen.sum()) - won - lost


def _ends(risk: Risk) -> int:
    """Up to where the curve is determined: rounds were always at risk from its beginning on."""
    exposed = np.flatnonzero(risk.at_risk > 0)
    if not exposed.size or exposed[0] > 1:
        return 1
    holes = np.flatnonzero(risk.at_risk[1:] <= 0)
    return int(holes[0]) + 1 if holes.size else int(risk.at_risk.size)


def _shown(rugs: NDArray[np.float64]) -> Ints:
    """The ticks at which the curve has a step, the first at which it could have, and its ends."""
    steps = np.flatnonzero(rugs)
    ends = [0, min(1, rugs.size - 1), rugs.size - 1]
    return np.unique(np.concatenate((ends, steps))).astype(np.int64)


def _ages(risk: Risk) -> list[tuple[int, int]]:
    """The rug at tick n is a risk of age n - 1: a bin from 0 to 20 holds rugs at 1 to 20."""
    bins: list[tuple[int, int]] = []
    for low, high in pairwise(AGES):
        expected = int(risk.at_risk[low + 1 : high + 1].sum()) * RUG_CHANCE
        if bins and expected < _LEAST_EXPECTED:
            bins[-1] = (bins[-1][0], high + 1)
        else:
            bins.append((low + 1, high + 1))
    return bins


def _first(found: NDArray[np.bool_]) -> float | None:
    where = np.flatnonzero(found)
    return float(where[0]) if where.size else None


def _floats(values: NDArray[np.generic]) -> tuple[float, ...]:
    return tuple(float(value) if math.isfinite(value) else 0.0 for value in values.tolist())
