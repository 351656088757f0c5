import sys
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.series import RoundSeries
from tests.helpers.make import ROUND, event, ticked

ANY_TICK = st.tuples(
    st.integers(-3, 60),
    st.one_of(
        st.floats(0.01, 10),
        st.sampled_from([0.0, -1.0, float("nan"), float("inf"), 1e300, 10**400]),
    ),
)


def block_of(ticks, prices, ats=None):
    return event(
        TickBlock,
        round_id=ROUND,
        ticks=np.array(ticks, np.int64),
        prices=np.array(prices, np.float64),
        ats=np.array(ats if ats is not None else ticks, np.int64),
    )


def told(series):
    return list(
        zip(series.ticks.tolist(), series.prices.tolist(), series.ats.tolist(), strict=True)
    )


def test_a_series_holds_its_ticks_in_order():
    series = RoundSeries(ROUND)
    for tick in range(3000):
        series.add(ticked(tick, 1.0 + tick))
    assert len(series) == 3000
    assert series.ticks.tolist() == list(range(3000))
    assert series.prices[2999] == 3000.0
    assert series.generation == 0


def test_a_tick_filled_in_later_stands_where_it_belongs():
    series = RoundSeries(ROUND)
    for tick in (0, 1, 4, 5):
        series.add(ticked(tick, 1.0 + tick))
    series.add(event(PriceTicked, 10**12, round_id=ROUND, tick=3, price=9.0))
    assert series.ticks.tolist() == [0, 1, 3, 4, 5]
    assert series.prices.tolist() == [1.0, 2.0, 9.0, 5.0, 6.0]
    assert series.generation == 1
    assert (np.diff(series.ats) >= 0).all()
    assert series.find(3) == 2
    assert series.find(2) is None


def test_a_known_tick_is_passed_over():
    series = RoundSeries(ROUND)
    for tick, price in ((0, 1.0), (1, 2.0), (1, 3.0), (0, 4.0)):
        series.add(ticked(tick, price))
    assert series.prices.tolist() == [1.0, 2.0]
    assert series.generation == 0


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf"), -float("inf"), 10**400])
def test_a_price_that_is_none_never_enters(price):
    """N28, S2-M3: NaN, infinite, zero and negative prices stay out of the columns."""
    series = RoundSeries(ROUND)
    series.add(ticked(0, 1.0))
    series.add(ticked(1, price))
    series.extend(block_of([1, 2], [float(price) if price < 1e300 else np.inf, 2.0]))
    assert series.ticks.tolist() == [0, 2]


@pytest.mark.parametrize("tick", [-1, -(10**30), 10**30])
def test_a_position_that_is_none_never_enters(tick):
    series = RoundSeries(ROUND)
    series.add(
        ticked(0, 1.0).__class__(at=0, mono=0, stream="x/y", round_id=ROUND, tick=tick, price=1.0)
    )
    assert len(series) == 0


def test_the_columns_cannot_be_written():
    series = RoundSeries(ROUND)
    series.add(ticked(0, 1.0))
    for column in (series.ticks, series.prices, series.ats):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 2


@given(parts=st.lists(st.lists(ANY_TICK, max_size=20), max_size=6))
def test_a_block_means_the_same_as_its_ticks_one_by_one(parts):
    parts = [[(tick, price) for tick, price in part if price != 10**400] for part in parts]
    singly, at_once = RoundSeries(ROUND), RoundSeries(ROUND)
    for part in parts:
        for tick, price in part:
            singly.add(event(PriceTicked, abs(tick), round_id=ROUND, tick=tick, price=price))
        at_once.extend(
            block_of([t for t, _ in part], [p for _, p in part], [abs(t) for t, _ in part])
        )
    assert told(singly) == told(at_once)


@given(ticks=st.lists(ANY_TICK, max_size=60))
def test_a_series_is_sorted_and_keeps_the_first_word_on_each_tick(ticks):
    series = RoundSeries(ROUND)
    first: dict[int, float] = {}
    for tick, price in ticks:
        series.add(event(PriceTicked, 5, round_id=ROUND, tick=tick, price=price))
        if tick >= 0 and 0 < price < 1e15:
            first.setdefault(tick, price)
    assert dict(zip(series.ticks.tolist(), series.prices.tolist(), strict=True)) == first
    assert series.ticks.tolist() == sorted(first)


@given(ticks=st.lists(ANY_TICK, max_size=200), cut=st.integers(0, 200), count=st.integers(1, 30))
def test_the_extremes_of_a_series_survive_late_fills(ticks, cut, count):
    series = RoundSeries(ROUND)
    for tick, price in ticks[:cut]:
        series.add(event(PriceTicked, 5, round_id=ROUND, tick=tick, price=price))
    series.columns(0, len(series), count)
    for tick, price in ticks[cut:]:
        series.add(event(PriceTicked, 5, round_id=ROUND, tick=tick, price=price))
    lo, hi = series.columns(0, len(series), count)
    if len(series):
        assert lo.min() == series.prices.min()
        assert hi.max() == series.prices.max()


def test_a_million_ticks_take_less_than_forty_mebibytes():
    """S2-Q3: a million ticks in columns need less than 40 MiB, a tick object 120 bytes at most."""
    tracemalloc.start()
    series = RoundSeries(ROUND)
    steps = 20
    for step in range(steps):
        part = np.arange(50_000) + step * 50_000
        series.extend(block_of(part, 1.0 + part))
    series.columns(0, len(series), 100)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(series) == 1_000_000
    assert used < 40 * 2**20
    assert sys.getsizeof(ticked(1)) <= 120


def test_adding_a_tick_keeps_no_python_object():
    """S2-H6, S3-Mo3b: after the columns are made, a tick costs no memory of its own."""
    series = RoundSeries(ROUND)
    series.add(ticked(0))
    events = [ticked(tick) for tick in range(1, 1000)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for tick in events:
        series.add(tick)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(series) == 1000
    assert after - before < 1024


def test_adding_costs_the_same_however_long_the_series_is():
    """S2-H6, S0-C4: nothing is copied or shifted when a tick is added at the end."""

    def cost(length: int) -> float:
        series = RoundSeries(ROUND)
        series.extend(block_of(np.arange(length), np.ones(length)))
        events = [ticked(length + n) for n in range(400)]
        begin = time.process_time()
        for tick in events:
            series.add(tick)
        return time.process_time() - begin

    short = min(cost(1_100) for _ in range(15))
    long = min(cost(300_000) for _ in range(15))
    assert long < 2 * short
