"""What a value must be before it may come in, whoever asks."""

import math

import pytest

from replayer_qt.adapters.feeds.boundary import (
    LARGEST_PRICE,
    LARGEST_TICK,
    Refused,
    checked_price,
    checked_tick,
)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        (math.nan, "price-not-finite"),
        (math.inf, "price-not-finite"),
        (-math.inf, "price-not-finite"),
        (0.0, "price-not-positive"),
        (-0.0, "price-not-positive"),
        (-1.0, "price-not-positive"),
        (math.nextafter(LARGEST_PRICE, math.inf), "price-too-large"),
    ],
)
def test_a_price_that_is_none_is_refused_with_its_reason(price, reason):
    """N28, S2-M3, FAULTS N9: NaN above all, which is neither too small nor too large."""
    with pytest.raises(Refused) as caught:
        checked_price(price)
    assert caught.value.reason == reason


def test_the_edges_of_what_may_come_in_come_in():
    """S2-M3: valid neighbours are accepted."""
    assert checked_price(5e-324) == 5e-324
    assert checked_price(LARGEST_PRICE) == LARGEST_PRICE
    assert (checked_tick(0), checked_tick(LARGEST_TICK)) == (0, LARGEST_TICK)
    for tick, reason in ((-1, "tick-negative"), (LARGEST_TICK + 1, "tick-too-large")):
        with pytest.raises(Refused) as caught:
            checked_tick(tick)
        assert caught.value.reason == reason
