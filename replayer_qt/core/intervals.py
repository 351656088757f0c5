"""Intervals that go with a figure: what a sample can and can't tell of where it comes from."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL: Final = 0.95
"""How often an interval holds what it is for, in the long run."""

_TINY: Final = 1e-300
_STEPS: Final = 20_000
_STEPS_MOST: Final = 200
_CLOSE: Final = 1e-14


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its interval.

    Attributes:
        value: the figure; None where the sample does not determine it.
        low: the interval's lower end; None where it has none.
        high: the interval's upper end; None where it has none.
        n: what it rests on: rounds, bets, or ticks, as its owner says.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


def normal_quantile(share: float) -> float:
    """Return where the standard normal distribution has `share` (between 0 and 1) below it."""
    return NormalDist().inv_cdf(share)


def together(level: float, count: int) -> float:
    """Return the level that each of `count` intervals needs for all to hold at once (Bonferroni).

    >>> round(together(0.95, 10), 3)
    0.995
    """
    return 1 - (1 - level) / max(1, count)


def wilson(hits: int, n: int, level: float = LEVEL) -> Estimate:
    """Return a rate with Wilson's score interval; without any try it is not determined."""
    if n <= 0:
        return Estimate()
    z = normal_quantile((1 + level) / 2)
    share = hits / n
    wide = 1 + z * z / n
    middle = (share + z * z / (2 * n)) / wide
    half = z / wide * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return Estimate(value=share, low=low, high=high, n=n)


def clopper_pearson(hits: int, n: int, level: float = LEVEL) -> Estimate:
    """Return a rate with Clopper and Pearson's exact interval: it holds at least that often.

    Wilson's is narrower and right on average; far out, where many intervals have to hold together,
    only this one keeps its word.
    """
    if n <= 0:
        return Estimate()
    tail = (1 - level) / 2
    return Estimate(
        value=hits / n,
        low=_least(hits, n, tail),
        high=1 - _least(n - hits, n, tail),
        n=n,
    )


def dkw(n: int, level: float = LEVEL) -> float:
    """Return how far an empirical distribution can be off anywhere (Dvoretzky-Kiefer-Wolfowitz).

    Massart's constant; 1 without a sample.
    """
    return min(1.0, math.sqrt(math.log(2 / (1 - level)) / (2 * n))) if n > 0 else 1.0


def quantile(ordered: Floats, share: float, level: float = LEVEL) -> Estimate:
    """Return a quantile, its interval from two order statistics, whatever the distribution.

    An end that the sample is too small to bound is None.

    Args:
        ordered: the sample, ascending.
        share: which quantile, between 0 and 1.
        level: of the interval; it holds at least that often.
    """
    n = int(ordered.size)
    if n == 0:
        return Estimate()
    below = np.cumsum(_binomial(n, share))  # P(so many of n lie below the quantile, or fewer)
    tail = (1 - level) / 2
    first = int(np.searchsorted(below, tail, side="right"))
    last = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    value = float(np.quantile(ordered, share))
    low = float(ordered[first - 1]) if first >= 1 else None
    high = float(ordered[last - 1]) if last <= n else None
    return Estimate(value=value, low=low, high=high, n=n)


def mean(values: Floats, level: float = LEVEL) -> Estimate:
    """Return a mean with Student's interval; of one value alone nothing is known of the rest."""
    n = int(values.size)
    if n == 0:
        return Estimate()
    value = float(values.mean())
    if n == 1:
        return Estimate(value=value, n=1)
    half = student_quantile((1 + level) / 2, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def ratio(tops: Floats, bottoms: Floats, level: float = LEVEL) -> Estimate:
    """Return the sum of `tops` by that of `bottoms`, one of each a round; the rounds vary.

    The interval is the linearised one of a ratio estimator, with Student's quantile: what lies
    within one round may hang together.
    """
    n, whole = int(bottoms.size), float(bottoms.sum())
    if n == 0 or whole <= 0:
        return Estimate()
    value = float(tops.sum()) / whole
    if n == 1:
        return Estimate(value=value, n=1)
    rest = tops - value * bottoms
    half = student_quantile((1 + level) / 2, n - 1) * math.sqrt(
        n / (n - 1) * float(np.dot(rest, rest))
    )
    return Estimate(value=value, low=value - half / whole, high=value + half / whole, n=n)


def mapped(estimate: Estimate, times: float, plus: float) -> Estimate:
    """Return the estimate of `times * x + plus`; `times` is positive."""
    low, value, high = (
        None if x is None else times * x + plus
        for x in (estimate.low, estimate.value, estimate.high)
    )
    return Estimate(value=value, low=low, high=high, n=estimate.n)


def holds(estimate: Estimate, value: float) -> bool:
    """Return whether the interval holds `value`; an end that is missing excludes nothing."""
    above = estimate.low is None or estimate.low <= value
    return above and (estimate.high is None or value <= estimate.high)


def student_quantile(share: float, freedom: int) -> float:
    """Return where Student's distribution has `share` (0.5 to 1) below it.

    >>> round(student_quantile(0.975, 10), 4)
    2.2281
    """
    # the tail beyond t is half the regularised incomplete beta of freedom / (freedom + t^2)
    found = _beta_quantile(freedom / 2, 0.5, 2 * (1 - share))
    return math.sqrt(freedom * (1 - found) / found)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function at `x`, from 0 to 1 (continued fraction)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction / a


def cover(estimates: Sequence[Estimate], value: float) -> bool:
    """Return whether every one of the intervals holds `value`."""
    return all(holds(estimate, value) for estimate in estimates)


def _least(hits: int, n: int, tail: float) -> float:
    """The smallest rate at which so many hits or more are not too rare."""
    if hits == 0:
        return 0.0
    return float(tail ** (1 / n)) if hits == n else _beta_quantile(hits, n - hits + 1, tail)


def _beta_quantile(a: float, b: float, share: float) -> float:
    """By Newton's steps; one that leaves what is known to hold it is a halving instead."""
    norm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(_STEPS_MOST):
        gap = incomplete_beta(a, b, x) - share
        low, high = (x, high) if gap < 0 else (low, x)
        slope = math.exp(norm + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        moved = x - gap / slope if slope > _TINY else low
        moved = moved if low < moved < high else (low + high) / 2
        if abs(moved - x) <= _CLOSE * moved:
            return moved
        x = moved
    return x


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _binomial(n: int, share: float) -> Floats:
    """The probability of each number of hits in n tries; by logarithms, which do not overflow."""
    hits = np.arange(n + 1, dtype=np.float64)
    steps = np.log(np.maximum(hits, 1.0))
    factorials = np.cumsum(steps)
    made: Floats = np.exp(
        factorials[n]
        - factorials
        - factorials[::-1]
        + hits * math.log(share)
        + (n - hits) * math.log1p(-share)
    )
    return made
