"""Survival by hand-computed tables; hazard and side bets by counting; coverage by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from replayer_qt.core.money import side_bet_wins
from replayer_qt.core.odds import EXPECTED, WIN_CHANCE
from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_study import lives_of, study
from replayer_qt.core.round_survival import (
    ENTRIES,
    Lives,
    hazard_of,
    risk_of,
    survival_of,
)
from tests.helpers.interval_coverage import covered, wrongly_accused
from tests.helpers.studies import entry, geometric


def lives(*told: tuple[int, int, bool]) -> Lives:
    entries, exits, rugged = zip(*told, strict=True)
    return Lives(entry=np.array(entries), exit=np.array(exits), rugged=np.array(rugged))


def survival(*told: tuple[int, int, bool]):
    seen = lives(*told)
    return survival_of(seen, risk_of(seen), 0.95)


def at(curve, tick: float) -> tuple[float, float, float]:
    place = max(i for i, x in enumerate(curve.xs) if x <= tick)
    return curve.ys[place], curve.lows[place], curve.highs[place]


def test_survival_is_kaplan_and_meiers_table():
    """Times 3, 5, 5+, 8, 10+: (1 - 1/5)(1 - 1/4)(1 - 1/2), worked out by hand."""
    told = survival((0, 3, True), (0, 5, True), (0, 5, False), (0, 8, True), (0, 10, False))
    curve = told.curve
    assert at(curve, 2)[0] == 1.0
    assert at(curve, 3)[0] == pytest.approx(0.8)
    assert at(curve, 5)[0] == pytest.approx(0.6)
    assert at(curve, 8)[0] == pytest.approx(0.3)
    assert at(curve, 10)[0] == pytest.approx(0.3)
    assert (told.n, told.rugs, told.censored, told.late) == (5, 3, 2, 0)
    assert told.median.value == 8.0


def test_the_interval_is_greenwoods_on_the_log_log_scale():
    curve = survival((0, 3, True), (0, 5, True), (0, 5, False), (0, 8, True), (0, 10, False)).curve
    variance = 1 / (5 * 4) + 1 / (4 * 3)
    spread = stats.norm.ppf(0.975) * math.sqrt(variance) / abs(math.log(0.6))
    _, low, high = at(curve, 5)
    assert low == pytest.approx(0.6 ** math.exp(spread))
    assert high == pytest.approx(0.6 ** math.exp(-spread))


def test_a_round_that_was_found_running_counts_from_then_on():
    """At tick 2 only the first round is at risk: one of one is over; at 5, one of two."""
    told = survival((0, 6, True), (3, 5, True), (0, 2, True), (0, 9, False))
    assert told.late == 1
    # at risk: 2 -> three of those from 0; 5 -> four less the one gone = three; 6 -> two
    assert at(told.curve, 2)[0] == pytest.approx(2 / 3)
    assert at(told.curve, 5)[0] == pytest.approx(2 / 3 * 2 / 3)
    assert at(told.curve, 6)[0] == pytest.approx(2 / 3 * 2 / 3 * 1 / 2)


def test_without_cuts_survival_is_the_empirical_one():
    random = np.random.default_rng(2)
    rugs = random.geometric(0.02, size=300)
    curve = survival(*((0, int(rug), True) for rug in rugs)).curve
    reference = stats.ecdf(rugs).sf
    for tick in (1, 5, 30, 80):
        assert at(curve, tick)[0] == pytest.approx(float(reference.evaluate(tick)))


def test_with_cuts_survival_is_the_references():
    random = np.random.default_rng(3)
    rugs, cuts = random.geometric(0.02, size=200), random.geometric(0.01, size=200)
    seen = [(0, int(min(r, c)), bool(r <= c)) for r, c in zip(rugs, cuts, strict=True)]
    data = stats.CensoredData(
        uncensored=[exit_ for _, exit_, rugged in seen if rugged],
        right=[exit_ for _, exit_, rugged in seen if not rugged],
    )
    reference = stats.ecdf(data).sf
    band = reference.confidence_interval(0.95, method="log-log")
    curve = survival(*seen).curve
    for tick in (1, 5, 30, 80, 120):
        share, low, high = at(curve, tick)
        assert share == pytest.approx(float(reference.evaluate(tick)))
        assert low == pytest.approx(float(band.low.evaluate(tick)))
        assert high == pytest.approx(float(band.high.evaluate(tick)))


def test_before_the_first_rug_and_after_the_last_the_curve_still_has_an_interval():
    curve = survival((0, 30, True), (0, 40, True), (0, 50, True)).curve
    assert at(curve, 0) == (1.0, 1.0, 1.0)  # no round is over at its first tick
    assert at(curve, 10) == (1.0, pytest.approx(0.025 ** (1 / 3)), 1.0)
    share, low, high = at(curve, 50)
    assert (share, low) == (0.0, 0.0)
    assert high == at(curve, 40)[2]


def test_the_curve_ends_where_nobody_is_at_risk_any_more():
    told = survival((0, 4, False), (10, 20, True))
    assert told.curve.xs[-1] == 4.0


def test_hazard_is_rugs_by_ticks_at_risk():
    """A round from 0 with its rug at 30 was at risk 20 times up to tick 20, 10 times after."""
    seen = lives((0, 30, True), (0, 5, True), (10, 40, False))
    told = hazard_of(seen, risk_of(seen), 0.95)
    assert told.ticks == 30 + 5 + 30
    assert told.overall.value == pytest.approx(2 / 65)
    assert sum(bar.count for bar in told.bars) == 2
    assert len(told.bars) == 1  # far too few rugs to be expected for more bins


def test_the_bins_of_the_hazard_hold_every_tick_once():
    seen = lives_of(sampled(geometric(np.random.default_rng(5), 3_000)))
    told = hazard_of(seen, risk_of(seen), 0.95)
    assert sum(bar.estimate.n for bar in told.bars) == int(seen.exit.sum()) == told.ticks
    assert sum(bar.count for bar in told.bars) == 3_000
    assert [bar.high for bar in told.bars[:-1]] == [bar.low for bar in told.bars[1:]]
    first = told.bars[0]
    exits = seen.exit
    assert first.count == int(((exits >= first.low) & (exits < first.high)).sum())
    assert told.flat
    assert told.fits


def test_a_hazard_that_rises_is_not_called_flat():
    random = np.random.default_rng(6)
    early = np.where(random.random(4_000) < 0.3, random.integers(1, 20, 4_000), 10**9)
    rugs = np.minimum(early, random.geometric(0.005, 4_000))
    found = study(sampled([entry(int(rug)) for rug in rugs])).hazard
    assert not found.flat
    assert not found.fits


def test_another_constant_hazard_is_flat_but_is_not_the_generators():
    found = study(sampled(geometric(np.random.default_rng(7), 4_000, 0.008))).hazard
    assert found.flat
    assert not found.fits


@pytest.mark.parametrize("tick", ENTRIES[:6])
def test_side_bets_are_won_and_lost_as_the_venue_settles_them(tick):
    random = np.random.default_rng(9)
    rounds = geometric(random, 400)
    found = study(sampled(rounds)).side_bets
    bar = next(bar for bar in found.bars if bar.low == tick)
    alive = [one for one in rounds if one.rug_index > tick]
    assert bar.count == sum(side_bet_wins(tick, one.rug_index) for one in alive)
    assert bar.estimate.n == len(alive)
    assert bar.undecided == 0


def test_a_bet_that_nobody_saw_decided_is_left_out():
    """Seen up to the window's last tick it is lost; one less, and it is not known."""
    rounds = [entry(None, last=40), entry(None, last=39), entry(40), entry(41)]
    bar = study(sampled(rounds)).side_bets.bars[0]
    assert (bar.count, bar.estimate.n, bar.undecided) == (1, 3, 1)


def test_a_bet_is_counted_only_where_the_round_was_seen_alive_at_its_entry():
    rounds = [entry(60, first=50), *(entry(300) for _ in range(12))]
    found = study(sampled(rounds)).side_bets
    assert [bar.estimate.n for bar in found.bars[:3]] == [12, 12, 12]


def test_the_odds_of_a_bet_are_the_venues():
    found = study(sampled(geometric(np.random.default_rng(10), 20_000))).side_bets
    assert found.theory == WIN_CHANCE == pytest.approx(0.18168, abs=1e-5)
    assert found.theory_expected == EXPECTED == pytest.approx(-0.0916, abs=1e-4)
    assert found.break_even == 0.2
    assert found.expected.value == pytest.approx(5 * found.overall.value - 1)
    assert found.expected.high < 0
    assert found.fits
    assert found.beaten == ()


def test_intervals_cover_as_often_as_they_say():
    """Of 200 tries of a true 95 % fewer than 180 hold in one of 1,000 cases."""
    held = covered(200)
    assert all(0.9 <= share <= 0.995 for share in held.values()), held


def test_a_fair_generator_is_rarely_called_unfair():
    """Each verdict may be wrong one time in twenty at most, however many bins it looks at."""
    wrong = wrongly_accused(80)
    assert all(share <= 0.1 for share in wrong.values()), wrong
