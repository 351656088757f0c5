"""Intervals agree with a reference, and hold as often as they say."""

import math

import numpy as np
import pytest
from scipy import special, stats

from replayer_qt.core import intervals


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (181, 1000)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
def test_a_rate_has_wilsons_interval(hits, n, level):
    told = intervals.wilson(hits, n, level)
    reference = stats.binomtest(hits, n).proportion_ci(level, method="wilson")
    assert told.low == pytest.approx(reference.low, abs=1e-12)
    assert told.high == pytest.approx(reference.high, abs=1e-12)
    assert told.value == hits / n
    assert told.n == n


@pytest.mark.parametrize(
    ("hits", "n"), [(0, 7), (1, 1), (15, 40), (181, 1000), (99_000, 20_000_000)]
)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.9964])
def test_a_rate_has_the_exact_interval_of_clopper_and_pearson(hits, n, level):
    told = intervals.clopper_pearson(hits, n, level)
    reference = stats.binomtest(hits, n).proportion_ci(level, method="exact")
    assert told.low == pytest.approx(reference.low, rel=1e-7, abs=1e-13)
    assert told.high == pytest.approx(reference.high, rel=1e-7)


def test_far_out_only_the_exact_interval_keeps_its_word():
    """15 won bets of 40 are rarer by chance than 1 in 280, but not as rare as Wilson's has it."""
    level, chance = intervals.together(0.95, 14), 1 - 0.995**40
    assert stats.binom.sf(14, 40, chance) > (1 - level) / 2
    assert intervals.holds(intervals.clopper_pearson(15, 40, level), chance)
    assert not intervals.holds(intervals.wilson(15, 40, level), chance)


def test_without_tries_a_rate_is_not_determined():
    assert intervals.wilson(0, 0) == intervals.clopper_pearson(0, 0) == intervals.Estimate()


def test_wilsons_interval_is_never_far_from_the_exact_one():
    """Clopper and Pearson's is wider; both tell the same to a few percent of a rate."""
    for n in (100, 1000, 10_000):
        for share in (0.005, 0.18, 0.5):
            hits = round(share * n)
            told = intervals.wilson(hits, n)
            exact = stats.binomtest(hits, n).proportion_ci(0.95, method="exact")
            assert told.high - told.low <= (exact.high - exact.low) * 1.25
            assert abs(told.low - exact.low) < 0.3 / math.sqrt(n)


@pytest.mark.parametrize("n", [1, 2, 5, 20, 100, 1001])
@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_a_quantiles_order_statistics_are_those_of_the_binomial_distribution(n, share):
    told = intervals.quantile(np.arange(1.0, n + 1), share)
    low = -math.inf if told.low is None else told.low
    high = math.inf if told.high is None else told.high
    # P(X(l) <= quantile < X(u)) = P(l <= Bin(n, share) < u)
    covers = stats.binom.cdf(high - 1, n, share) - stats.binom.cdf(low - 1, n, share)
    assert covers >= 0.95 - 1e-9
    if told.low is not None:
        assert stats.binom.cdf(told.low - 1, n, share) <= 0.025 + 1e-9
        assert stats.binom.cdf(told.low, n, share) > 0.025 - 1e-9


def test_five_values_do_not_bound_a_median():
    told = intervals.quantile(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.5)
    assert (told.low, told.value, told.high) == (None, 3.0, None)
    assert intervals.quantile(np.array([]), 0.5) == intervals.Estimate()


def test_the_median_of_skewed_samples_is_covered_as_often_as_stated():
    random = np.random.default_rng(4)
    truth, tries = math.log(2), 400
    held = sum(
        intervals.holds(intervals.quantile(np.sort(random.exponential(size=60)), 0.5), truth)
        for _ in range(tries)
    )
    assert held / tries >= 0.93


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 141, 100_000])
@pytest.mark.parametrize("share", [0.6, 0.9, 0.975, 0.9995])
def test_students_quantile_is_the_reference(freedom, share):
    told = intervals.student_quantile(share, freedom)
    assert told == pytest.approx(stats.t.ppf(share, freedom), rel=1e-7)


@pytest.mark.parametrize("a", [0.5, 1, 3.5, 700])
@pytest.mark.parametrize("b", [0.5, 2, 40])
def test_the_incomplete_beta_function_is_the_reference(a, b):
    for x in (0.0, 1e-6, 0.02, 0.3, 0.7, 0.99, 1.0):
        assert intervals.incomplete_beta(a, b, x) == pytest.approx(
            special.betainc(a, b, x), rel=1e-9, abs=1e-12
        )


def test_a_mean_has_students_interval():
    values = np.array([0.5, -1.0, 2.0, 0.25, 0.0])
    told = intervals.mean(values)
    reference = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (told.low, told.high) == pytest.approx((reference.low, reference.high))
    assert intervals.mean(values[:1]) == intervals.Estimate(value=0.5, n=1)
    assert intervals.mean(values[:0]) == intervals.Estimate()


def test_a_ratio_over_rounds_knows_that_a_round_hangs_together():
    """Ten equal ticks in a round tell no more than one."""
    random = np.random.default_rng(1)
    tops = random.normal(5.0, 1.0, size=200)
    ones = np.ones(200)
    told, tenfold = intervals.ratio(tops, ones), intervals.ratio(10 * tops, 10 * ones)
    assert told.value == pytest.approx(float(tops.mean()))
    plain = intervals.mean(tops)
    assert told.high - told.low == pytest.approx(plain.high - plain.low, rel=1e-6)
    assert tenfold.high - tenfold.low == pytest.approx(told.high - told.low)


def test_a_distributions_band_is_that_of_dvoretzky_kiefer_and_wolfowitz():
    assert intervals.dkw(100) == pytest.approx(math.sqrt(math.log(40) / 200))
    assert intervals.dkw(0) == 1.0
    random = np.random.default_rng(8)
    inside = sum(
        stats.kstest(random.random(50), "uniform").statistic <= intervals.dkw(50)
        for _ in range(300)
    )
    assert inside / 300 >= 0.93


def test_intervals_that_hold_together_are_wider():
    assert intervals.together(0.95, 5) == pytest.approx(0.99)
    assert intervals.together(0.95, 0) == pytest.approx(0.95)
    one = intervals.wilson(5, 40)
    assert intervals.mapped(one, 5, -1).value == pytest.approx(5 * 5 / 40 - 1)
    assert intervals.cover([one, intervals.Estimate()], 0.1)
    assert not intervals.cover([one], 0.5)
