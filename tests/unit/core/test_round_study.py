"""A study says what it rests on, leaves out what it must, and never claims without an interval."""

import pickle
import time
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Fairness
from replayer_qt.core.fairness import LONGEST_ROUND
from replayer_qt.core.intervals import Estimate
from replayer_qt.core.round_sample import joined, sampled
from replayer_qt.core.round_spread import returns_of
from replayer_qt.core.round_study import study
from replayer_qt.core.round_theory import generated, generator_sample
from replayer_qt.core.study_figures import Bar, Quantile, RoundStudy
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from tests.helpers.studies import entry, rounds_made, small_study, theory_made

MARKET = StreamId("binance/BTCUSDT")


def left(found: RoundStudy, figure: str) -> dict[str, int]:
    return {one.why: one.rounds for one in found.left_out if one.figure == figure}


def test_no_rounds_make_no_figures():
    found = study(sampled([]))
    assert found.rounds == 0
    assert found.peak is None
    assert found.survival is None
    assert found.hazard is None
    assert found.side_bets is None
    assert found.results is None
    assert found.volatility == found.returns == found.left_out == found.notes == ()


def test_what_a_figure_leaves_out_is_counted_with_its_reason():
    found = study(
        sampled(
            [
                entry(100),
                entry(None, last=50),
                entry(100, first=20),
                entry(100, missing=3),
                entry(100, peak=None, volatility=None),
                entry(LONGEST_ROUND + 2),
                entry(None, first=None),
                entry(70, first=70),
                entry(None, last=400, stream=MARKET, volatility=None),
            ]
        )
    )
    assert found.rounds == 9
    assert (found.crash, found.markets) == (8, 1)
    assert found.peak.n == 1
    assert left(found, "peak") == {
        "continuous markets have no rug": 1,
        "their rug is not shown": 2,
        "of a length that the generator never makes": 1,
        "recorded from a later tick on": 2,
        "ticks are missing in between": 1,
        "no price before the rug": 1,
    }
    assert found.survival.n == 5
    assert left(found, "survival") == {
        "continuous markets have no rug": 1,
        "of a length that the generator never makes": 1,
        "less than one step of theirs was seen": 2,
    }
    for figure, n in (("peak", 1), ("survival", 5), ("rug tick", found.rug.n)):
        assert n + sum(left(found, figure).values()) == found.rounds
    assert left(found, "returns") == {"their ticks were not read, or are too few": 9}


def test_markets_have_no_figures_of_rugs():
    found = study(sampled([entry(None, last=400, stream=MARKET, volatility=2e-4)] * 5))
    assert found.survival is found.hazard is found.side_bets is found.peak is found.rug is None
    assert [told.kind for told in found.volatility] == ["markets"]
    assert found.volatility[0].n == 5
    assert found.fairness.unrevealed == 0


def test_peaks_are_told_with_their_share_of_rounds():
    found = study(sampled([entry(peak=peak) for peak in (1.0, 1.2, 2.0, 2.5, 40.0, 4000.0)]))
    reached = {bar.low: bar.count for bar in found.peak.reached}
    assert reached[2.0] == 4
    assert reached[50.0] == 1
    assert sum(bar.count for bar in found.peak.bars) == 6
    assert found.peak.bars[-1].high is None
    assert found.peak.bars[-1].count == 1
    assert found.peak.fits is None
    curve = found.peak.distribution
    assert curve.ys[0] == pytest.approx(1 / 6)
    assert curve.ys[-1] == 1.0
    assert all(
        low <= y <= high for low, y, high in zip(curve.lows, curve.ys, curve.highs, strict=True)
    )


def test_the_generators_own_rounds_fit_the_generator():
    found = small_study()
    assert found.generator == 40
    assert found.peak.fits
    assert found.hazard.fits
    assert found.side_bets.fits
    assert found.peak.n == found.rug.n == found.survival.n == 40


def test_peaks_of_another_generator_do_not_fit():
    found = study(sampled([entry(peak=1.01)] * 200), theory_made())
    assert found.peak.fits is False


def test_rug_ticks_are_compared_with_the_geometric_distribution():
    found = study(sampled([entry(rug) for rug in (1, 40, 41, 900)]))
    assert [bar.count for bar in found.rug.bars[:2]] == [2, 1]
    assert found.rug.bars[0].theory == pytest.approx(1 - 0.995**40)
    assert sum(bar.theory for bar in found.rug.bars) == pytest.approx(1)
    median = next(told for told in found.rug.quantiles if told.share == 0.5)
    assert median.theory == 139.0


def test_own_results_are_summed_exactly_and_their_mean_has_an_interval():
    results = [Decimal("0.1"), None, Decimal("0.2"), Decimal("-0.000000001")]
    found = study(sampled([entry(number=n) for n in range(4)], results)).results
    assert found.total == Decimal("0.299999999")
    assert found.n == 3
    assert found.won.value == pytest.approx(2 / 3)
    assert found.mean.low < 0.1 < found.mean.high
    assert found.sums[-1] == pytest.approx(0.299999999)
    assert sum(bar.count for bar in found.bars) == 3


def test_one_own_result_has_a_mean_and_no_interval():
    found = study(sampled([entry()], [Decimal("0.5")])).results
    assert found.mean == Estimate(value=0.5, n=1)


def test_fairness_is_counted_over_crash_rounds():
    found = study(
        sampled(
            [
                entry(fairness=Fairness.VERIFIED),
                entry(fairness=Fairness.FAILED),
                entry(),
                entry(None, last=9, stream=MARKET),
            ]
        )
    ).fairness
    assert (found.verified, found.failed, found.unrevealed) == (1, 1, 1)


def test_notes_say_what_stands_between_the_figures_and_their_reader():
    cut = study(sampled([entry(None), entry(50, first=10), entry(50, repaired=4)] * 20))
    assert len(cut.notes) == 3
    assert "lean to the low side" in cut.notes[0]
    assert "lean to the long side" in cut.notes[2]
    assert "wide" in study(sampled([entry()])).notes[0]
    two = study(sampled([entry(), entry(stream=StreamId("rugs/crash"))] * 20))
    assert "2 streams" in two.notes[-1]


def test_samples_taken_in_pages_are_the_sample_taken_at_once():
    entries = [entry(rug, number=rug, peak=1 + rug / 50) for rug in range(1, 90)]
    results = [Decimal(rug) / 7 if rug % 3 else None for rug in range(1, 90)]
    pages = [sampled(entries[at : at + 20], results[at : at + 20]) for at in range(0, 89, 20)]
    assert study(joined(pages)) == study(sampled(entries, results))
    assert study(joined([])) == study(sampled([]))


def test_returns_leave_out_the_fall_to_the_rug_and_steps_over_gaps():
    columns = RoundColumns(
        stream=PRACTICE,
        round_id=RoundId("r"),
        ticks=np.array([0, 1, 2, 5, 6, 7]),
        prices=np.array([1.0, 1.1, 1.21, 2.0, 2.2, 0.01]),
        ats=np.zeros(6, np.int64),
        counts=np.full(6, -1),
        rug_tick=7,
    )
    told = returns_of(columns)
    assert told.n == 3
    assert told.counts.sum() == 3
    assert told.sizes.sum() == pytest.approx(2)
    assert told.squares.sum() == pytest.approx(0, abs=1e-12)


def test_returns_need_prices_above_zero_and_two_of_them():
    columns = rounds_made()[0]
    bad = msgspec.structs.replace(columns, prices=np.zeros(columns.prices.size))
    short = msgspec.structs.replace(columns, ticks=columns.ticks[:2], prices=columns.prices[:2])
    assert returns_of(bad) is None
    assert returns_of(short) is None


def test_returns_of_markets_are_told_in_their_own_deviations():
    random = np.random.default_rng(5)
    rounds = [
        RoundColumns(
            stream=MARKET,
            round_id=RoundId(f"h{hour}"),
            ticks=np.arange(500),
            prices=90_000 * np.exp(np.cumsum(random.normal(0, 1e-4 * (hour + 1), 500))),
            ats=np.zeros(500, np.int64),
            counts=np.full(500, -1),
        )
        for hour in range(8)
    ]
    found = study(sampled([]), None, [returns_of(columns) for columns in rounds]).returns
    assert [told.kind for told in found] == ["markets"]
    assert found[0].returns == 8 * 499
    assert sum(bar.theory for bar in found[0].bars) == pytest.approx(1)
    assert all(
        bar.wide.low <= bar.theory <= bar.wide.high for bar in found[0].bars if bar.count > 50
    )


def test_the_volatility_of_an_age_is_compared_with_the_generators():
    found = small_study().returns[0]
    assert found.n == 38
    assert found.phases[0].theory == pytest.approx(found.phases[0].estimate.value)
    assert 0.06 < found.phases[0].estimate.value < 0.09
    assert all(
        bar.estimate.low <= bar.estimate.value <= bar.estimate.high for bar in found.phases[:3]
    )


def test_the_generators_sample_is_the_same_for_ever():
    assert generator_sample(generated(3)) == generator_sample(rounds_made()[:3])
    assert len(theory_made().peaks) == 40
    assert theory_made().peaks == tuple(sorted(theory_made().peaks))


def test_a_study_can_be_sent_and_written():
    found = small_study([Decimal("0.001")] * 40)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  # our own bytes
    again = msgspec.json.decode(msgspec.json.encode(found), type=RoundStudy)
    assert again.hazard == found.hazard
    assert again.results == found.results
    assert again == found


def estimates(value: object):
    """Every estimate in a study, with the bar or figure that it is of."""
    if isinstance(value, Estimate):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from estimates(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from estimates(one)


def test_no_figure_stands_without_its_interval():
    """Every value is inside its interval; a quantile beyond what a sample bounds says so."""
    for found in estimates(small_study([Decimal(n % 3) for n in range(40)])):
        if found.value is None:
            continue
        assert found.n > 0
        assert found.low is not None or found.high is not None
        assert found.low is None or found.low <= found.value + 1e-12
        assert found.high is None or found.value <= found.high + 1e-12


places = st.none() | st.integers(-5, 300) | st.integers(0, 2**70)
prices = st.none() | st.floats(allow_nan=True, allow_infinity=True)
entries = st.builds(
    entry,
    rug=places,
    first=st.none() | st.integers(-3, 200),
    last=st.none() | st.integers(-3, 6000),
    peak=prices,
    volatility=prices,
    missing=st.integers(0, 3),
    repaired=st.integers(0, 3),
    stream=st.sampled_from([PRACTICE, MARKET]),
    fairness=st.sampled_from(Fairness),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(entries, st.none() | st.decimals(-5, 5, places=9)), max_size=8))
def test_no_selection_breaks_a_study(told):
    found = study(sampled([one for one, _ in told], [result for _, result in told]))
    assert found.rounds == len(told) == found.crash + found.markets
    for figure, n in (
        ("peak", found.peak.n if found.peak else 0),
        ("rug tick", found.rug.n if found.rug else 0),
        ("results", found.results.n if found.results else 0),
    ):
        assert n + sum(left(found, figure).values()) == found.rounds
    msgspec.json.encode(found)


def test_bars_and_quantiles_are_frozen():
    with pytest.raises(AttributeError):
        Bar(low=0, high=1, count=0, estimate=Estimate()).count = 1
    with pytest.raises(AttributeError):
        Quantile(share=0.5, estimate=Estimate()).share = 1


def test_a_hundred_thousand_rounds_take_about_a_second():
    """Processor time, so that a busy machine does not count; ten times what it takes."""
    some = [entry(1 + n * 37 % 900, number=n, peak=1 + n % 97 / 10) for n in range(1_000)]
    begun = time.process_time()
    found = study(sampled(some * 100), theory_made())
    assert time.process_time() - begun < 6
    assert found.rounds == 100_000
    assert found.peak.n == 100_000
