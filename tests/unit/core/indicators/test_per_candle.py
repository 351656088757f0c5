"""An indicator by candles: what the plain reading of its ticks says, whatever came when."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.candles import Candles, CandleSeries, NanosPerCandle, TicksPerCandle
from replayer_qt.core.indicators.per_candle import CandleLine
from replayer_qt.core.series import RoundSeries
from tests.helpers.make import ROUND, ticked

moves = st.lists(
    st.tuples(st.integers(1, 7), st.floats(-50, 50) | st.just(float("nan")), st.integers(0, 4)),
    min_size=1,
    max_size=120,
)


def plain(values, candles):
    """Return last, lowest and highest of each candle's ticks; of lacking ones nothing."""
    found, begin = [], 0
    for count in candles.count.tolist():
        inside = values[begin : begin + count]
        begin += count
        if len(inside):
            known = inside[~np.isnan(inside)]
            ends = (known.min(), known.max()) if len(known) else (np.inf, -np.inf)
            found.append((inside[-1], *ends))
    return np.array(found).reshape(-1, 3)


@settings(max_examples=80, deadline=None)
@given(told=moves, span=st.sampled_from([1, 2, 5]), per=st.sampled_from([1, 2, 3, 16]))
def test_a_line_by_candles_is_the_plain_reading_of_its_ticks(told, span, per):
    series, line = RoundSeries(ROUND), CandleLine()
    candles = Candles(series, by=TicksPerCandle(span))
    values, tick = np.empty(0), 0
    for apart, value, lag in told:
        tick += apart
        series.add(ticked(tick))
        values = np.append(values, value)
        candles.update()
        known = values[: max(len(values) - lag, 0)]
        line.update(known, 1, candles, len(candles))
    line.update(values, 1, candles, len(candles))
    expected = plain(values, candles)
    assert np.array_equal(line.last, expected[:, 0], equal_nan=True)
    lows, highs = line.extremes(0, len(candles), per)
    parts = [expected[at : at + per] for at in range(0, len(expected), per)]
    assert lows.tolist() == [part[:, 1].min() for part in parts]
    assert highs.tolist() == [part[:, 2].max() for part in parts]


def test_another_revision_or_other_candles_begin_anew():
    series = RoundSeries(ROUND)
    for tick in range(40):
        series.add(ticked(tick))
    wide, narrow = (Candles(series, by=TicksPerCandle(span)) for span in (10, 4))
    wide.update()
    narrow.update()
    line = CandleLine()
    line.update(np.arange(40.0), 1, wide, len(wide))
    assert line.last.tolist() == [9, 19, 29, 39]
    line.update(np.arange(40.0) * 2, 2, wide, len(wide))
    assert line.last.tolist() == [18, 38, 58, 78]
    line.update(np.arange(40.0), 2, narrow, len(narrow))
    assert len(line) == 10
    line.update(np.arange(40.0), 2, CandleSeries(), 0)
    assert len(line) == 0


def test_candles_by_time_take_the_ticks_that_are_in_them():
    series, line = RoundSeries(ROUND), CandleLine()
    for tick in range(12):
        series.add(ticked(tick))  # 250 ms apart
    candles = Candles(series, by=NanosPerCandle(1_000_000_000))
    candles.update()
    line.update(np.arange(12.0), 1, candles, len(candles))
    assert line.last.tolist() == [3, 7, 11]


def test_a_quarter_of_a_million_candles_have_the_extremes_of_their_columns():
    values = np.cumsum(np.random.default_rng(4).normal(size=262_144))
    line = CandleLine()
    candles = CandleSeries.of(values, values, values, values)
    for end in (100_000, len(values)):
        line.update(values[:end], 1, candles, len(candles))
    lows, highs = line.extremes(3, 240, 1_024)
    parts = values[3 * 1_024 : 240 * 1_024].reshape(-1, 1_024)
    assert (lows == parts.min(axis=1)).all()
    assert (highs == parts.max(axis=1)).all()
