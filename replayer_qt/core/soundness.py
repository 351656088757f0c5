"""What a tick must be like to be believed at all, whoever tells it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TICK_LIMIT: Final = 2**53
"""Positions are below this; beyond it a float64 no longer tells neighbours apart."""

PRICE_LIMIT: Final = 1e15
"""Prices are below this, in whatever unit the venue uses."""


def is_sound(tick: int, price: float) -> bool:
    """Return whether the position is not negative and the price finite and above zero.

    >>> is_sound(0, 1.0), is_sound(-1, 1.0), is_sound(3, float("nan")), is_sound(3, 0.0)
    (True, False, False, False)
    """
    return 0 <= tick < TICK_LIMIT and 0.0 < price < PRICE_LIMIT


def sound(ticks: NDArray[np.int64], prices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each tick whether `is_sound` holds."""
    return (ticks >= 0) & (ticks < TICK_LIMIT) & (prices > 0.0) & (prices < PRICE_LIMIT)
