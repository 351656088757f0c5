"""The price axis: total for every float, exact where it is read."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.ui.chart.scale import PriceScale, fitted, label, nice

anything = st.floats(allow_nan=True, allow_infinity=True)
prices = st.floats(1e-6, 1e6)


@given(lo=anything, hi=anything, log=st.booleans(), price=anything, most=st.integers(1, 40))
def test_every_float_has_a_place_on_some_scale(lo, hi, log, price, most):
    """N28: the chart survives every float."""
    scale = fitted(lo, hi, log=log)
    assert scale.lo < scale.hi
    assert math.isfinite(scale.lo)
    assert math.isfinite(scale.hi)
    row = scale.row(price, 600)
    assert -5000 <= row <= 6000
    assert scale.rows(np.array([price]), 600)[0] == row
    ticks = scale.ticks(most)
    assert len(ticks) <= most
    assert all(scale.lo < tick < scale.hi for tick in ticks)
    assert all(len(label(tick, scale.hi - scale.lo)) < 30 for tick in ticks)


@given(lo=prices, factor=st.floats(1.0, 1000.0), log=st.booleans())
def test_what_is_fitted_is_seen_and_fills_half_the_height(lo, factor, log):
    scale = fitted(lo, lo * factor, log=log)
    top, bottom = scale.row(lo * factor, 1000), scale.row(lo, 1000)
    assert 0 <= top <= bottom <= 1000
    if factor > 1.01:
        assert bottom - top > 500


@given(lo=prices, factor=st.floats(1.1, 1000.0), log=st.booleans(), row=st.integers(0, 799))
def test_a_row_and_its_price_belong_together(lo, factor, log, row):
    scale = fitted(lo, lo * factor, log=log)
    assert abs(scale.row(scale.price(row + 0.5, 800), 800) - row) <= 1


def test_equal_factors_are_equal_distances_on_a_logarithmic_axis():
    scale = PriceScale(0.1, 100.0, log=True)
    rows = [scale.row(price, 900) for price in (100, 10, 1, 0.1)]
    assert rows == pytest.approx([0, 300, 600, 900], abs=1)
    assert PriceScale(0.0, 10.0).row(5.0, 900) == 450


def test_lines_stand_at_round_prices():
    assert PriceScale(0.9, 2.1).ticks(6) == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8, 2.0], abs=0.21)
    assert [nice(raw) for raw in (0.011, 0.2, 3.0, 70)] == [0.02, 0.2, 5.0, 100.0]
    assert PriceScale(0.5, 200.0, log=True).ticks(9) == [1, 2, 5, 10, 20, 50, 100]
