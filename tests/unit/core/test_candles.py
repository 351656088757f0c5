import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.candles import Candles, CandleSeries, NanosPerCandle, TicksPerCandle
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.series import RoundSeries
from tests.helpers.make import ROUND, event, ticked


def rows(candles):
    columns = (
        candles.open, candles.high, candles.low, candles.close,
        candles.first_tick, candles.start, candles.count,
    )  # fmt: skip
    return list(zip(*(column.tolist() for column in columns), strict=True))


def expected(ticks, key):
    """The plain way: one pass, no columns."""
    result, last = [], None
    for tick, price, at in ticks:
        now = key(tick, at)
        if last is None or now > last:
            result.append([price, price, price, price, tick, at, 1])
            last = now
        else:
            candle = result[-1]
            candle[1:4] = [max(candle[1], price), min(candle[2], price), price]
            candle[6] += 1
    return [tuple(candle) for candle in result]


def test_five_ticks_make_a_candle_and_the_rug_is_in_the_last_one():
    series = RoundSeries(ROUND)
    candles = Candles(series, by=TicksPerCandle(5))
    for tick, price in enumerate([1.0, 1.2, 0.9, 1.1, 1.05, 1.3, 0.02]):
        series.add(ticked(tick, price))
    assert candles.update() == 0
    assert rows(candles) == [
        (1.0, 1.2, 0.9, 1.05, 0, 0, 5),
        (1.3, 1.3, 0.02, 0.02, 5, 1_250_000_000, 2),
    ]


def test_an_update_names_the_first_candle_that_changed():
    series = RoundSeries(ROUND)
    candles = Candles(series, by=TicksPerCandle(2))
    assert candles.update() == 0
    for tick in range(3):
        series.add(ticked(tick))
    assert candles.update() == 0
    assert candles.update() == 2
    series.add(ticked(3))
    assert candles.update() == 1
    series.add(ticked(4))
    assert candles.update() == 2


def test_a_late_fill_starts_a_new_generation():
    series = RoundSeries(ROUND)
    candles = Candles(series, by=TicksPerCandle(2))
    for tick in (0, 1, 3, 4):
        series.add(ticked(tick, 1.0 + tick))
    candles.update()
    before = candles.generation
    series.add(ticked(2, 9.0))
    assert candles.update() == 0
    assert candles.generation == before + 1
    assert candles.high.tolist() == [2.0, 9.0, 5.0]


def test_positions_without_a_tick_have_no_candle():
    series = RoundSeries(ROUND)
    candles = Candles(series, by=TicksPerCandle(5))
    for tick in (3, 21):
        series.add(ticked(tick))
    candles.update()
    assert candles.first_tick.tolist() == [3, 21]


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 4), st.floats(0.1, 9), st.integers(-5, 40)), max_size=120
    ),
    span=st.integers(1, 9),
    by_tick=st.booleans(),
    cuts=st.lists(st.integers(0, 120), max_size=5),
)
def test_candles_do_not_depend_on_how_the_ticks_came(steps, span, by_tick, cuts):
    ticks, tick, at = [], 0, 100
    for step, price, later in steps:
        tick, at = tick + step, max(0, at + later)
        ticks.append((tick, price, at))
    series = RoundSeries(ROUND)
    candles = Candles(series, by=TicksPerCandle(span) if by_tick else NanosPerCandle(span * 10))
    for number, (position, price, learned) in enumerate(ticks):
        if number in cuts:
            candles.update()
        series.add(event(PriceTicked, learned, round_id=ROUND, tick=position, price=price))
    candles.update()
    key = (lambda t, _: t // span) if by_tick else (lambda _, a: a // (span * 10))
    assert rows(candles) == expected(ticks, key)


@given(size=st.integers(1, 900), first=st.integers(0, 900), count=st.integers(1, 12))
def test_the_columns_hold_the_extremes_while_the_last_candle_moves(size, first, count):
    prices = np.random.default_rng(size).random(size) + 1
    candles = CandleSeries.of(prices, prices + 1, prices / 2, prices)
    first = min(first, size - 1)
    candles.columns(first, size, count)
    candles.amend_last(99.0)
    lo, hi = candles.columns(first, size, count)
    assert hi[-1] == 99.0
    assert lo.min() == candles.low[first:].min()
    candles.append(1.0, 200.0, 0.001, 1.0)
    lo, hi = candles.columns(first, size + 1, count)
    assert (lo[-1], hi[-1]) == (0.001, 200.0)


def test_ready_made_candles_grow_and_change_at_the_end():
    candles = CandleSeries.of([1.0], [2.0], [0.5], [1.5])
    candles.append(1.5, 3.0, 1.0, 2.0)
    candles.amend_last(4.0)
    assert (candles.high.tolist(), candles.close.tolist()) == ([2.0, 4.0], [1.5, 4.0])
    assert candles.update() == 0
    candles.amend_last(3.0)
    assert candles.update() == 1
    with pytest.raises(IndexError):
        CandleSeries().amend_last(1.0)
    with pytest.raises(ValueError, match="read-only"):
        candles.open[0] = 1.0


def test_an_empty_series_has_no_candles():
    candles = Candles(RoundSeries(ROUND), by=TicksPerCandle(5))
    assert candles.update() == 0
    assert len(candles) == 0
    lo, hi = candles.columns(0, 10, 5)
    assert len(lo) == len(hi) == 0
