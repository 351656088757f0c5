"""Numbers and times as foreign recorders state them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.library.importers.stated import price_of, tick_of, times_ns

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)


@given(ANYTHING)
def test_whatever_is_stated_gives_a_number_or_none_and_never_an_error(value):
    assert isinstance(price_of(value), float)
    tick = tick_of(value)
    assert tick == -1 or 0 <= tick < 2**53
    (at,) = times_ns([value])
    assert 0 <= at < 2**62


@given(st.decimals(min_value="0.000001", max_value=10**12, places=9))
def test_digits_are_the_float_that_they_spell(value):
    assert price_of(str(value)) == float(value) or "E" in str(value)


@pytest.mark.parametrize(
    "stated",
    [1_754_600_400, 1_754_600_400_000, 1_754_600_400_000_000, "2025-08-07T21:00:00+00:00"],
)
def test_seconds_milliseconds_and_microseconds_are_told_apart_by_size(stated):
    assert times_ns([stated]) == [1_754_600_400 * 10**9]


def test_naive_times_are_eastern_unless_the_recorder_wrote_utc():
    naive = "2025-08-07T17:00:00"
    assert times_ns([naive]) == [1_754_600_400 * 10**9]
    assert times_ns([naive], naive_is_utc=True) == [(1_754_600_400 - 4 * 3600) * 10**9]


@pytest.mark.parametrize("value", ["", "nan", "inf", "1_000", "٣", " 1", "1 ", "0x1", "--1", True])
def test_what_is_no_number_is_none(value):
    assert math.isnan(price_of(value))
    assert tick_of(value) == -1
