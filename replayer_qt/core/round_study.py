"""The statistics of a selection of rounds: no figure without its interval and what it rests on."""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.fairness import LONGEST_ROUND, RUG_CHANCE
from replayer_qt.core.intervals import LEVEL, clopper_pearson, dkw, mean, together, wilson
from replayer_qt.core.round_sample import RoundSample
from replayer_qt.core.round_spread import (
    RoundReturns,
    band,
    quantiles_of,
    return_study,
    shares_of,
    volatility_study,
)
from replayer_qt.core.round_survival import (
    Lives,
    hazard_of,
    risk_of,
    side_bets_of,
    survival_of,
)
from replayer_qt.core.round_theory import GeneratorSample
from replayer_qt.core.study_figures import (
    Bar,
    Curve,
    FairnessCount,
    PeakStudy,
    Quantile,
    ResultStudy,
    RoundStudy,
    RugStudy,
)
from replayer_qt.core.study_notes import left_out_of, notes_of

PEAKS: Final = tuple(10 ** (at / 8) for at in range(25))
"""Where the bins of peaks begin [multiplier], 8 to a decade; the last one has no end."""

REACHED: Final = (1.5, 2.0, 3.0, 5.0, 10.0, 50.0, 100.0)
"""Which multipliers are asked for."""

RUG_TICKS: Final = (*range(1, 802, 40),)
"""Where the bins of the rug's tick begin; the last one has no end."""

_CURVE_POINTS: Final = 300
_SUM_POINTS: Final = 400
_STREAMS_TOLD: Final = 24
_RESULT_BINS: Final = 20

Floats = NDArray[np.float64]


def study(
    sample: RoundSample,
    theory: GeneratorSample | None = None,
    returns: Sequence[RoundReturns] = (),
    *,
    level: float = LEVEL,
) -> RoundStudy:
    """Return the statistics of a selection; never raises, whatever the rounds are.

    Args:
        sample: the rounds.
        theory: what the generator makes; without it peaks and volatility have none.
        returns: of the rounds whose ticks were read; without any there is no figure of returns.
        level: how often each interval holds what it is for, between 0 and 1.
    """
    lives = lives_of(sample)
    risk = risk_of(lives)
    has_lives = lives.exit.size > 0
    survival = survival_of(lives, risk, level) if has_lives else None
    return RoundStudy(
        level=level,
        rounds=sample.n,
        crash=int(sample.crash.sum()),
        markets=int((~sample.crash).sum()),
        streams=sample.streams[:_STREAMS_TOLD],
        generator=0 if theory is None else theory.rounds,
        fairness=_fairness(sample),
        peak=_peak(sample, theory, level),
        rug=_rug(sample, level),
        survival=survival if survival is not None and len(survival.curve.xs) > 1 else None,
        hazard=hazard_of(lives, risk, level) if has_lives else None,
        side_bets=side_bets_of(lives, level) if has_lives else None,
        volatility=tuple(
            told
            for told in (
                volatility_study("crash", sample.volatility[sample.crash], _spreads(theory), level),
                volatility_study("markets", sample.volatility[~sample.crash], None, level),
            )
            if told is not None
        ),
        returns=tuple(
            told
            for told in (
                return_study(
                    returns,
                    markets=markets,
                    level=level,
                    theory=None if theory is None else theory.returns,
                )
                for markets in (False, True)
            )
            if told is not None
        ),
        results=_results(sample, level),
        left_out=left_out_of(sample, lives, len(returns)),
        notes=notes_of(sample, lives),
    )


def lives_of(sample: RoundSample) -> Lives:
    """Return what was seen of each crash round's life, of those of which something was.

    A round that was first seen at tick f could have been seen to rug from f + 1 on.
    """
    exits = np.where(sample.rug >= 0, sample.rug, sample.last)
    seen = sample.crash & sample.possible & (sample.first >= 0) & (exits > sample.first)
    return Lives(entry=sample.first[seen], exit=exits[seen], rugged=(sample.rug >= 0)[seen])


def _peak(sample: RoundSample, theory: GeneratorSample | None, level: float) -> PeakStudy | None:
    ordered = np.sort(sample.peak[sample.whole & ~np.isnan(sample.peak)])
    if not ordered.size:
        return None
    known = None if theory is None else np.array(theory.peaks)
    distribution, fits = _distribution(ordered, known, level)
    return PeakStudy(
        n=int(ordered.size),
        bars=shares_of(ordered, PEAKS, level, known),
        distribution=distribution,
        quantiles=quantiles_of(ordered, level, known),
        reached=tuple(_reached(ordered, at, known, level) for at in REACHED),
        fits=fits,
    )


def _distribution(ordered: Floats, known: Floats | None, level: float) -> tuple[Curve, bool | None]:
    """The curve is told at some hundred places; whether it fits, at every one."""
    n = int(ordered.size)
    half = dkw(n, level)
    top = max(float(ordered[-1]), 1.0)
    xs = np.unique(np.geomspace(max(float(ordered[0]), 1e-9), top, _CURVE_POINTS))
    ys = np.searchsorted(ordered, xs, side="right") / n
    theory: Floats = np.empty(0)
    fits = None
    if known is not None and known.size:
        theory = np.searchsorted(known, xs, side="right") / known.size
        places = np.concatenate([ordered, known])
        apart = np.abs(
            np.searchsorted(ordered, places, side="right") / n
            - np.searchsorted(known, places, side="right") / known.size
        )
        # the generator's own distribution is known no better than its sample allows
        fits = bool(apart.max() <= half + dkw(int(known.size), level))
    return Curve(
        xs=tuple(xs.tolist()),
        ys=tuple(ys.tolist()),
        lows=tuple(np.maximum(0.0, ys - half).tolist()),
        highs=tuple(np.minimum(1.0, ys + half).tolist()),
        theory=tuple(theory.tolist()),
    ), fits


def _reached(ordered: Floats, at: float, known: Floats | None, level: float) -> Bar:
    n = int(ordered.size)
    hits = n - int(np.searchsorted(ordered, at, side="left"))
    expected = None
    if known is not None and known.size:
        expected = 1 - float(np.searchsorted(known, at, side="left")) / known.size
    low, high = band(expected, n, 0 if known is None else known.size, level)
    return Bar(
        low=at,
        high=at,
        count=hits,
        estimate=wilson(hits, n, level),
        wide=clopper_pearson(hits, n, together(level, len(REACHED))),
        theory=expected,
        theory_low=low,
        theory_high=high,
    )


def _rug(sample: RoundSample, level: float) -> RugStudy | None:
    ordered = np.sort(sample.rug[sample.from_start & (sample.rug > 0)]).astype(np.float64)
    n = int(ordered.size)
    if not n:
        return None
    bars = []
    for bar in shares_of(ordered, RUG_TICKS, level, None):
        alive = (1 - RUG_CHANCE) ** (bar.low - 1)
        later = 0.0 if bar.high is None else (1 - RUG_CHANCE) ** (bar.high - 1)
        low, high = band(alive - later, n, 0, level)
        bars.append(
            Bar(
                low=bar.low,
                high=bar.high,
                count=bar.count,
                estimate=bar.estimate,
                wide=bar.wide,
                theory=alive - later,
                theory_low=low,
                theory_high=high,
            )
        )
    quantiles = tuple(
        Quantile(share=told.share, estimate=told.estimate, theory=_geometric(told.share))
        for told in quantiles_of(ordered, level, None)
    )
    return RugStudy(n=n, bars=tuple(bars), quantiles=quantiles)


def _geometric(share: float) -> float:
    """The first tick by which at least this share of rounds is over."""
    return float(min(LONGEST_ROUND + 1, math.ceil(math.log(1 - share) / math.log(1 - RUG_CHANCE))))


def _results(sample: RoundSample, level: float) -> ResultStudy | None:
    traded = ~np.isnan(sample.result)
    values = sample.result[traded]
    n = int(values.size)
    if not n:
        return None
    sums = np.cumsum(values[np.argsort(sample.begun[traded], kind="stable")])
    shown = np.unique(np.linspace(0, n - 1, min(n, _SUM_POINTS)).astype(np.int64))
    ordered = np.sort(values)
    low, high = float(ordered[0]), float(ordered[-1])
    edges = np.linspace(low, high, _RESULT_BINS + 1)[:-1] if high > low else np.array([low])
    bars = shares_of(ordered, edges.tolist(), level, None)
    return ResultStudy(
        n=n,
        total=sample.total,
        mean=mean(values, level),
        won=wilson(int((values > 0).sum()), n, level),
        bars=(*bars[:-1], msgspec.structs.replace(bars[-1], high=high)),
        sums=tuple(sums[shown].tolist()),
    )


def _spreads(theory: GeneratorSample | None) -> Floats | None:
    return None if theory is None else np.array(theory.volatilities)


def _fairness(sample: RoundSample) -> FairnessCount:
    unrevealed, verified, failed = np.bincount(sample.fairness[sample.crash], minlength=3).tolist()
    return FairnessCount(verified=verified, failed=failed, unrevealed=unrevealed)
