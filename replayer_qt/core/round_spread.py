"""How much prices move: the volatility of rounds, and returns from tick to tick."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.intervals import (
    Estimate,
    clopper_pearson,
    mean,
    quantile,
    ratio,
    together,
    wilson,
)
from replayer_qt.core.library_figures import is_continuous, volatility_of
from replayer_qt.core.study_figures import Bar, Quantile, ReturnStudy, VolatilityStudy

Floats = NDArray[np.float64]

PHASES: Final = (0, 25, 50, 100, 200, 400, 800)
"""Where the ages at which returns are told apart begin [ticks]; the last one has no end."""

CRASH_RETURNS: Final = tuple(at / 100 for at in range(-30, 32, 2))
"""Where the bins of a crash round's logarithmic returns begin and end."""

MARKET_RETURNS: Final = tuple(at / 2 for at in range(-10, 11))
"""Where the bins of a market's returns begin and end [standard deviations of its segment]."""

CRASH_SPREADS: Final = tuple(at / 100 for at in range(21))
"""Where the bins of a crash round's volatility begin; the last one has no end."""

MARKET_SPREADS: Final = tuple(10 ** (at / 3) for at in range(-21, 1))
"""The same of markets, on a logarithmic scale."""

SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Which quantiles are told."""


class RoundReturns(msgspec.Struct, frozen=True, kw_only=True):
    """What the returns of one round add up to.

    Attributes:
        markets: whether it is a segment of a continuous market.
        n: returns in it.
        counts: returns in each bin, one below the first and one beyond the last included.
        squares: sums of squared deviations from the round's mean, by age; empty for markets.
        sizes: returns, by age; empty for markets.
    """

    markets: bool
    n: int
    counts: NDArray[np.int64]
    squares: Floats
    sizes: Floats


def returns_of(columns: RoundColumns) -> RoundReturns | None:
    """Return the returns of one round; None where it has fewer than two, or a price of zero.

    The fall to the rug is no return, nor is a step over ticks that are missing.
    """
    rug = columns.rug_tick
    walked = columns.ticks.size if rug is None else int(np.sum(columns.ticks < rug))
    ticks, prices = columns.ticks[:walked], columns.prices[:walked]
    if walked < 3 or not bool((prices > 0).all()):
        return None
    near = np.diff(ticks) == 1
    steps, ages = np.diff(np.log(prices))[near], ticks[1:][near]
    if steps.size < 2:
        return None
    if is_continuous(columns.stream):
        spread = float(steps.std(ddof=1))
        if spread <= 0:
            return None
        return RoundReturns(
            markets=True,
            n=int(steps.size),
            counts=_counted((steps - steps.mean()) / spread, MARKET_RETURNS),
            squares=np.empty(0),
            sizes=np.empty(0),
        )
    phases = np.searchsorted(PHASES, ages - 1, side="right") - 1
    weights = (steps - steps.mean()) ** 2
    return RoundReturns(
        markets=False,
        n=int(steps.size),
        counts=_counted(steps, CRASH_RETURNS),
        squares=np.bincount(phases, weights=weights, minlength=len(PHASES)).astype(np.float64),
        # one degree of freedom goes to the mean, shared out over the ages
        sizes=np.bincount(phases, minlength=len(PHASES)) * (1 - 1 / steps.size),
    )


def volatility_study(
    kind: str, values: Floats, theory: Floats | None, level: float
) -> VolatilityStudy | None:
    """Return the distribution of rounds' volatility; None without any.

    Args:
        kind: `crash` or `markets`.
        values: of each round; NaN is left out.
        theory: of rounds that the generator makes; None where there is no theory.
        level: of the intervals.
    """
    ordered = np.sort(values[~np.isnan(values)])
    if not ordered.size:
        return None
    edges = MARKET_SPREADS if kind == "markets" else CRASH_SPREADS
    return VolatilityStudy(
        kind=kind,
        n=int(ordered.size),
        bars=shares_of(ordered, edges, level, theory),
        quantiles=quantiles_of(ordered, level, theory),
        mean=mean(ordered, level),
    )


def return_study(
    rounds: Iterable[RoundReturns],
    *,
    markets: bool,
    level: float,
    theory: ReturnStudy | None = None,
) -> ReturnStudy | None:
    """Return the distribution of returns; None without any.

    Its intervals are those of a ratio over rounds, since returns of one round may hang together.

    Args:
        rounds: of both kinds; the other kind is passed over.
        markets: which kind.
        level: of the intervals.
        theory: the same of rounds that the generator makes.
    """
    found = [told for told in rounds if told.markets is markets]
    if not found:
        return None
    sizes = np.array([told.n for told in found], np.float64)
    counts = np.stack([told.counts for told in found]).astype(np.float64)
    edges = MARKET_RETURNS if markets else CRASH_RETURNS
    places = [(-math.inf, edges[0]), *pairwise(edges), (edges[-1], math.inf)]
    wide = together(level, len(places))
    bars = tuple(
        Bar(
            low=edges[0] if low == -math.inf else low,
            high=None if high == math.inf else high,
            count=int(counts[:, at].sum()),
            estimate=_share(ratio(counts[:, at], sizes, level)),
            wide=_share(ratio(counts[:, at], sizes, wide)),
            theory=_normal(low, high) if markets else _same(theory, at),
        )
        for at, (low, high) in enumerate(places)
    )
    return ReturnStudy(
        kind="markets" if markets else "crash",
        n=len(found),
        returns=int(sizes.sum()),
        bars=bars,
        phases=() if markets else _phases(found, level, theory),
    )


def shares_of(
    ordered: Floats, edges: Sequence[float], level: float, theory: Floats | None
) -> tuple[Bar, ...]:
    """Return the share of a sample in each bin; the last one has no end.

    What lies below the first edge is in the first bin. With a theory's own sample, each bar says
    between which shares a sample of this size from there would lie.
    """
    n, wide = int(ordered.size), together(level, len(edges))
    bounds = [-math.inf, *edges[1:], math.inf]
    counts = np.diff(np.searchsorted(ordered, bounds, side="left"))
    expected: list[float | None] = [None] * len(edges)
    if theory is not None and theory.size:
        known = np.diff(np.searchsorted(np.sort(theory), bounds, side="left"))
        expected = [float(count) / theory.size for count in known]
    bars = []
    for at, hits in enumerate(counts.tolist()):
        low, high = band(expected[at], n, 0 if theory is None else theory.size, level)
        bars.append(
            Bar(
                low=edges[at],
                high=edges[at + 1] if at + 1 < len(edges) else None,
                count=hits,
                estimate=wilson(hits, n, level),
                wide=clopper_pearson(hits, n, wide),
                theory=expected[at],
                theory_low=low,
                theory_high=high,
            )
        )
    return tuple(bars)


def quantiles_of(ordered: Floats, level: float, theory: Floats | None) -> tuple[Quantile, ...]:
    """Return the quantiles of an ascending sample, beside those of a theory's own sample."""
    return tuple(
        Quantile(
            share=share,
            estimate=quantile(ordered, share, level),
            theory=None if theory is None else float(np.quantile(theory, share)),
        )
        for share in SHARES
    )


def band(
    share: float | None, n: int, known: int, level: float
) -> tuple[float | None, float | None]:
    """Return where a sample of `n` is usual, if `share` was seen in a theory's sample of `known`.

    Normal approximation, with what is not known of the share itself; `known` of 0 is exact.
    """
    if share is None:
        return None, None
    z = NormalDist().inv_cdf((1 + level) / 2)
    variance = share * (1 - share) * (1 / n + (1 / known if known else 0.0))
    return max(0.0, share - z * math.sqrt(variance)), min(1.0, share + z * math.sqrt(variance))


def volatilities_of(rounds: Iterable[RoundColumns]) -> Floats:
    """Return the volatility of each round that has one."""
    told = (volatility_of(columns) for columns in rounds)
    return np.array([value for value in told if value is not None], np.float64)


def _phases(
    found: Sequence[RoundReturns], level: float, theory: ReturnStudy | None
) -> tuple[Bar, ...]:
    squares = np.stack([told.squares for told in found])
    sizes = np.stack([told.sizes for told in found])
    wide = together(level, len(PHASES))
    bars = []
    for at, low in enumerate(PHASES):
        seen = sizes[:, at] > 0
        tops, bottoms = squares[seen, at], sizes[seen, at]
        if not tops.size:
            continue
        bars.append(
            Bar(
                low=low,
                high=PHASES[at + 1] if at + 1 < len(PHASES) else None,
                count=round(float(bottoms.sum())),
                estimate=_root(ratio(tops, bottoms, level)),
                wide=_root(ratio(tops, bottoms, wide)),
                theory=next(
                    (bar.estimate.value for bar in _phases_of(theory) if bar.low == low), None
                ),
            )
        )
    return tuple(bars)


def _phases_of(theory: ReturnStudy | None) -> tuple[Bar, ...]:
    return () if theory is None else theory.phases


def _counted(steps: Floats, edges: Sequence[float]) -> NDArray[np.int64]:
    places = np.searchsorted(edges, steps, side="right")
    return np.bincount(places, minlength=len(edges) + 1).astype(np.int64)


def _same(theory: ReturnStudy | None, at: int) -> float | None:
    return None if theory is None else theory.bars[at].estimate.value


def _normal(low: float, high: float) -> float:
    normal = NormalDist()
    return (1.0 if high == math.inf else normal.cdf(high)) - (
        0.0 if low == -math.inf else normal.cdf(low)
    )


def _share(estimate: Estimate) -> Estimate:
    low, high = estimate.low, estimate.high
    return Estimate(
        value=estimate.value,
        low=None if low is None else max(0.0, low),
        high=None if high is None else min(1.0, high),
        n=estimate.n,
    )


def _root(estimate: Estimate) -> Estimate:
    low, value, high = (
        None if x is None else math.sqrt(max(0.0, x))
        for x in (estimate.low, estimate.value, estimate.high)
    )
    return Estimate(value=value, low=low, high=high, n=estimate.n)
