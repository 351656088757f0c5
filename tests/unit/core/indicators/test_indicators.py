"""Every indicator: a function of the prefix, as the plain reference says, in any portions alike."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import TickBlock
from replayer_qt.core.indicators.catalogue import KINDS, Chosen, checked, chosen, made, usual
from replayer_qt.core.indicators.smoothing import Smoother
from replayer_qt.core.series import RoundSeries
from tests.helpers.make import ROUND, event, ticked

SOME = (
    "sma:1", "sma:3", "sma:20", "ema:1", "ema:5", "bollinger:2,2", "bollinger:7,1.5", "peak",
    "drawdown", "rsi:2", "rsi:5", "atr:2,1", "atr:3,4", "volatility:2", "volatility:6",
    "tick-rate:0.5", "tick-rate:2",
)  # fmt: skip
COMPUTED = [kind.name for kind in KINDS.values() if kind.make is not None]

steps = st.tuples(
    st.integers(1, 3),
    st.floats(0.01, 100.0) | st.sampled_from([1.0, 1e-3, 5000.0]),
    st.integers(-200_000_000, 900_000_000),
)
rounds = st.lists(steps, min_size=1, max_size=70)


def columns(told):
    """Return ticks, prices and times of drawn steps; the clock may be set back."""
    ticks = np.cumsum([step[0] for step in told])
    return ticks, np.array([step[1] for step in told]), np.cumsum([step[2] for step in told])


def series_of(ticks, prices, ats):
    series = RoundSeries(ROUND)
    block = event(TickBlock, round_id=ROUND, ticks=ticks, prices=prices, ats=ats)
    series.extend(block)
    return series


def lines(indicator):
    return [indicator.column(line).copy() for line in range(len(indicator._columns))]


def computed(text, *told):
    indicator = made(chosen(text))
    assert indicator.update(series_of(*told))
    return lines(indicator)


def same(one, other):
    return all(
        np.array_equal(a.view(np.uint64)[~np.isnan(a)], b.view(np.uint64)[~np.isnan(b)])
        and np.array_equal(np.isnan(a), np.isnan(b))
        for a, b in zip(one, other, strict=True)
    )


def plain_smoothed(values, n):
    """Wilder's mean as he says it: a plain mean, then (n - 1) parts of it and one of the new."""
    found = [math.nan] * len(values)
    for at in range(n - 1, len(values)):
        if at == n - 1:
            found[at] = sum(values[:n]) / n
        else:
            found[at] = (found[at - 1] * (n - 1) + values[at]) / n
    return found


def plain(text, ticks, prices, ats):
    """Return what the definition says, each value by itself."""
    told = chosen(text)
    n = int(told.values[0]) if told.values else 0
    prices, count = prices.tolist(), len(prices)
    match told.kind:
        case "sma":
            return [[math.fsum(prices[i - n + 1 : i + 1]) / n if i >= n - 1 else math.nan
                     for i in range(count)]]  # fmt: skip
        case "ema":
            part, found = 2 / (n + 1), prices[:1]
            for price in prices[1:]:
                found.append(part * price + (1 - part) * found[-1])
            return [found]
        case "bollinger":
            mean = plain(f"sma:{n}", ticks, np.array(prices), ats)[0]
            apart = [told.values[1] * float(np.std(prices[i - n + 1 : i + 1]))
                     if i >= n - 1 else math.nan for i in range(count)]  # fmt: skip
            return [mean, np.add(mean, apart).tolist(), np.subtract(mean, apart).tolist()]
        case "peak":
            return [[max(prices[: i + 1]) for i in range(count)]]
        case "drawdown":
            return [[100 * (prices[i] / max(prices[: i + 1]) - 1) for i in range(count)]]
        case "rsi":
            changes = np.diff(prices)
            gained = plain_smoothed(np.maximum(changes, 0).tolist(), n)
            lost = plain_smoothed(np.maximum(-changes, 0).tolist(), n)
            both = zip(gained, lost, strict=True)
            return [[math.nan, *(50.0 if up + down == 0 else 100 * up / (up + down)
                                 for up, down in both)]]  # fmt: skip
        case "atr":
            return [[plain_atr(ticks[: i + 1], prices[: i + 1], n, int(told.values[1]))
                     for i in range(count)]]  # fmt: skip
        case "volatility":
            squares = [math.nan] + [
                math.log(prices[i] / prices[i - 1]) ** 2 / int(ticks[i] - ticks[i - 1])
                for i in range(1, count)
            ]
            return [[100 * math.sqrt(math.fsum(squares[i - n + 1 : i + 1]) / n)
                     if i >= n else math.nan for i in range(count)]]  # fmt: skip
        case "tick-rate":
            window = round(told.values[0] * 1e9)
            times = np.maximum.accumulate(ats).tolist()
            return [[sum(times[i] - window < time for time in times[: i + 1]) / told.values[0]
                     if times[i] - times[0] >= window else math.nan
                     for i in range(count)]]  # fmt: skip
    raise AssertionError(text)


def plain_atr(ticks, prices, n, span):
    candles = {}
    for tick, price in zip(ticks.tolist(), prices, strict=True):
        candles.setdefault(tick // span, []).append(price)
    ranges, close = [], None
    for candle in candles.values():
        ends = candle if close is None else [*candle, close]
        ranges.append(max(ends) - min(ends))
        close = candle[-1]
    return plain_smoothed(ranges, n)[-1]


@pytest.mark.parametrize("text", SOME)
@settings(max_examples=15, deadline=None)
@given(told=rounds, later=rounds, cut=st.integers(1, 70))
def test_the_value_at_an_index_never_changes_when_later_ticks_come(text, told, later, cut):
    first = computed(text, *columns(told))
    assert same(first, [line[: len(told)] for line in computed(text, *columns(told + later))])
    part = told[:cut]
    assert same([line[: len(part)] for line in first], computed(text, *columns(part)))


@pytest.mark.parametrize("text", SOME)
@settings(max_examples=15, deadline=None)
@given(told=rounds)
def test_an_indicator_says_what_its_definition_says(text, told):
    ticks, prices, ats = columns(told)
    found, expected = computed(text, ticks, prices, ats), plain(text, ticks, prices, ats)
    scale = float(prices.max())
    for line, wanted in zip(found, expected, strict=False):
        if text.startswith("rsi"):
            # where hardly anything moved the share of what went up is not well determined
            assert np.allclose(line, wanted, rtol=0, atol=1e-4, equal_nan=True)
        else:
            assert np.allclose(line, wanted, rtol=1e-9, atol=1e-7 * scale, equal_nan=True)


@pytest.mark.parametrize("text", SOME)
@settings(max_examples=15, deadline=None)
@given(told=rounds, portions=st.lists(st.integers(1, 9), max_size=80))
def test_ticks_that_come_one_by_one_give_the_same_bits_as_all_at_once(text, told, portions):
    ticks, prices, ats = columns(told)
    series, indicator = RoundSeries(ROUND), made(chosen(text))
    begin = 0
    for portion in [*portions, len(told)]:
        part = slice(begin, begin + portion)
        series.extend(
            event(TickBlock, round_id=ROUND, ticks=ticks[part], prices=prices[part], ats=ats[part])
        )
        indicator.update(series)
        begin += portion
    assert same(lines(indicator), computed(text, ticks, prices, ats))


@pytest.mark.parametrize("name", COMPUTED)
def test_thousands_of_ticks_give_the_same_bits_in_any_portions(name):
    count = 3_000
    prices = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.02, count)))
    told = np.arange(count), prices, np.arange(count) * 250_000_000
    whole, parts, single = (made(usual(name)) for _ in range(3))
    series = series_of(*told)
    whole.update(series)
    while not parts.update(series, 700):
        pass
    growing = RoundSeries(ROUND)
    for tick, price in enumerate(prices.tolist()):
        growing.add(ticked(tick, price))
        single.update(growing)
    assert same(lines(whole), lines(parts))
    assert same(lines(whole), lines(single))


@pytest.mark.parametrize("name", COMPUTED)
def test_a_tick_that_is_filled_in_late_and_another_series_begin_everything_anew(name):
    prices = [1.0 + 0.1 * (tick % 7) + tick / 50 for tick in range(120)]
    series, indicator = RoundSeries(ROUND), made(usual(name))
    for tick, price in enumerate(prices):
        if tick != 30:
            series.add(ticked(tick, price))
    indicator.update(series)
    before = indicator.revision
    series.add(ticked(30, prices[30]))
    indicator.update(series)
    assert indicator.revision > before
    other = RoundSeries(ROUND)
    other.extend(event(TickBlock, round_id=ROUND, ticks=series.ticks.copy(),
                       prices=series.prices.copy(), ats=series.ats.copy()))  # fmt: skip
    fresh = made(usual(name))
    fresh.update(other)
    assert same(lines(indicator), lines(fresh))
    indicator.update(other)
    assert same(lines(indicator), lines(fresh))


@pytest.mark.parametrize("name", COMPUTED)
@settings(max_examples=10, deadline=None)
@given(prices=st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=60))
def test_an_indicator_survives_every_price_that_a_series_takes(name, prices):
    """N28: the largest and the smallest floats raise nothing and shift no column."""
    count = len(prices)
    indicator = made(usual(name))
    series = series_of(np.arange(count), np.array(prices), np.arange(count) * 10**8)
    indicator.update(series)
    kept = len(series)
    assert [len(line) for line in lines(indicator)] == [kept] * len(lines(indicator))


def test_a_spike_leaves_no_trace_once_it_is_out_of_the_window():
    prices = np.array([1.0] * 10 + [9e11] + [1.0] * 60)
    told = np.arange(len(prices)), prices, np.arange(len(prices))
    mean, upper, lower = computed("bollinger:20,2", *told)
    assert mean[40:].tolist() == upper[40:].tolist() == lower[40:].tolist() == [1.0] * 31


@pytest.mark.parametrize("seeds", [1, 5])
def test_smoothing_over_many_blocks_is_the_plain_recursion(seeds):
    values = np.random.default_rng(8).random(2_000)
    found = Smoother(0.9, seeds).take(values)
    smoothed = float(np.mean(values[:seeds]))
    for at in range(seeds, len(values)):
        smoothed = 0.9 * smoothed + 0.1 * float(values[at])
        assert found[at] == pytest.approx(smoothed, rel=1e-12)


def test_every_kind_is_named_once_and_its_text_is_read_back():
    for name in KINDS:
        wanted = usual(name)
        assert checked(wanted) == wanted
        assert chosen(wanted.text()) == wanted
        assert wanted.title()
    assert Chosen("bollinger", (20.0, 2.5)).text() == "bollinger:20,2.5"


@pytest.mark.parametrize(
    "text",
    ["", "sma", "sma:", "sma:0", "sma:501", "sma:2.5", "sma:nan", "sma:inf", "sma:3,4", "none:3",
     "peak:1", "sma:x", "bollinger:20", "bollinger:20,0", "bollinger:20,2.25"],
)  # fmt: skip
def test_text_that_names_no_indicator_within_its_ranges_is_none(text):
    assert chosen(text) is None


@given(text=st.text(max_size=40))
def test_any_text_is_read_without_an_error(text):
    found = chosen(text)
    assert found is None or checked(found) == found
