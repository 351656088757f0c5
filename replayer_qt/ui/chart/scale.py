"""The price axis: which range is shown, where a price stands in it, and where the labels go."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Marks = tuple[tuple[int, float], ...]

_MOST: Final = 1e300
_LEAST: Final = 1e-300
_BEYOND: Final = 4096.0
_PAD: Final = 0.08


def nice(raw: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below `raw`.

    >>> nice(0.03), nice(1.0), nice(730)
    (0.05, 1.0, 1000.0)
    """
    if not (_LEAST <= raw <= _MOST):
        return _LEAST if raw < 1 else _MOST
    power = math.floor(math.log10(raw))
    for digit in (1, 2, 5):
        step = float(f"{digit}e{power}")
        if step >= raw * (1 - 1e-12):
            return step
    return float(f"1e{min(power + 1, 300)}")


class PriceScale(msgspec.Struct, frozen=True):
    """A range of prices and how it is laid over some pixels; equal values mean equal pictures.

    Attributes:
        lo: the price at the bottom edge.
        hi: the price at the top edge; above `lo`.
        log: whether equal distances are equal factors; then `lo` is above zero.
    """

    lo: float
    hi: float
    log: bool = False

    def rows(self, prices: Floats, height: int) -> Floats:
        """Return how far below the top edge each price stands [px], whole and within bounds.

        Total: what is not a number stands at the bottom edge, what is far away not much beyond it.
        """
        with np.errstate(all="ignore"):
            if self.log:
                top, bottom = math.log(self.hi), math.log(self.lo)
                placed = np.log(np.maximum(prices, _LEAST))
            else:
                top, bottom = self.hi, self.lo
                placed = prices
            rows = (top - placed) * (height / (top - bottom))
            rows = np.minimum(np.maximum(rows, -_BEYOND), height + _BEYOND)
            return np.floor(np.where(np.isnan(rows), height, rows))

    def row(self, price: float, height: int) -> int:
        """Return how far below the top edge a price stands [px]."""
        if math.isnan(price):
            return height
        if self.log:
            top, bottom = math.log(self.hi), math.log(self.lo)
            placed = math.log(max(price, _LEAST))
        else:
            top, bottom, placed = self.hi, self.lo, price
        row = (top - placed) * (height / (top - bottom))
        return math.floor(min(max(row, -_BEYOND), height + _BEYOND))

    def price(self, row: float, height: int) -> float:
        """Return the price that stands `row` below the top edge [px]."""
        share = row / max(height, 1)
        if self.log:
            top, bottom = math.log(self.hi), math.log(self.lo)
            return math.exp(min(max(top - share * (top - bottom), -690.0), 690.0))
        return self.hi - share * (self.hi - self.lo)

    def ticks(self, most: int) -> list[float]:
        """Return the prices that get a line and a label: round ones, `most` at most, rising."""
        most = max(most, 1)
        if self.log and self.hi / self.lo > 6:
            return self._decades(most)
        step = nice((self.hi - self.lo) / most)
        first = math.ceil(self.lo / step)
        found = [(first + i) * step for i in range(most + 2)]
        return [price for price in found if self.lo < price < self.hi][:most]

    def marks(self, height: int, apart: float) -> Marks:
        """Return rows and prices that get a line and a label, `apart` or more apart [px]."""
        prices = self.ticks(max(1, int(height / apart)))
        return tuple((self.row(price, height), price) for price in prices)

    def _decades(self, most: int) -> list[float]:
        low, high = math.floor(math.log10(self.lo)), math.ceil(math.log10(self.hi))
        for digits in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            every = 1 if len(digits) > 1 else max(1, math.ceil((high - low) / most))
            powers = range(max(low, -300), min(high, 300) + 1, every)
            if len(powers) * len(digits) > 8 * most:
                continue
            found = [float(f"{digit}e{power}") for power in powers for digit in digits]
            inside = [price for price in found if self.lo < price < self.hi]
            if len(inside) <= most:
                return inside
        return inside[:most]


class Fitter:
    """Fits scales, and remembers the last one: most frames ask for the same again."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._found: tuple[PriceScale, Marks]

    def fit(  # what a scale and its labels depend on
        self,
        lo: float,
        hi: float,
        *,
        log: bool,
        height: int,
        apart: float,
    ) -> tuple[PriceScale, "Marks"]:
        """Return the scale for prices from `lo` to `hi`, and its marks on so many rows [px]."""
        key = (lo, hi, log, height, apart)
        if key != self._key:
            scale = fitted(lo, hi, log=log)
            self._key, self._found = key, (scale, scale.marks(height, apart))
        return self._found


def fitted(lo: float, hi: float, *, log: bool = False) -> PriceScale:
    """Return a scale on which prices from `lo` to `hi` are well seen.

    It depends on nothing but its arguments and changes rarely while they move: its edges are
    round. Total: any pair of floats gives a usable scale.
    """
    if math.isnan(lo) or math.isnan(hi):
        lo, hi = 0.95, 1.05
    lo, hi = min(lo, hi), max(lo, hi)
    return _fitted_log(lo, hi) if log else _fitted_linear(lo, hi)


def _fitted_linear(lo: float, hi: float) -> PriceScale:
    lo, hi = (min(max(price, -_MOST), _MOST) for price in (lo, hi))
    size = max(abs(lo), abs(hi))
    least = max(0.04 * size if lo == hi else 1e-4 * size, 1e-290)
    if hi - lo < least:
        middle = lo / 2 + hi / 2
        lo, hi = middle - least / 2, middle + least / 2
    span = hi - lo
    step = nice(span / 10)
    low = math.floor((lo - _PAD * span) / step) * step
    high = math.ceil((hi + _PAD * span) / step) * step
    if lo >= 0:
        low = max(low, -step / 4)
    return PriceScale(low, high) if low < high else PriceScale(lo - span, hi + span)


def _fitted_log(lo: float, hi: float) -> PriceScale:
    low, high = (math.log10(min(max(price, _LEAST), _MOST)) for price in (lo, hi))
    if high - low < 1e-4:
        middle = (low + high) / 2
        low, high = middle - 0.01, middle + 0.01
    span = high - low
    step = nice(span / 10)
    low = max(math.floor((low - _PAD * span) / step) * step, -305.0)
    high = min(math.ceil((high + _PAD * span) / step) * step, 305.0)
    return PriceScale(10.0**low, 10.0**high, log=True)


def labels(prices: Sequence[float], *, log: bool) -> list[str]:
    """Return what stands beside the lines of an axis, whose prices rise.

    >>> labels([0.1, 1.0, 10.0], log=True), labels([0.5, 1.0, 1.5], log=False)
    (['0.1x', '1.0x', '10x'], ['0.5x', '1.0x', '1.5x'])
    """
    steps = [after - before for before, after in pairwise(prices)]
    if not log:
        return [label(price, steps[0] if steps else 0.01) for price in prices]
    # the lowest has none below it: its own size says how fine it is
    return [label(price, step) for price, step in zip(prices, [*prices[:1], *steps], strict=False)]


def label(price: float, step: float) -> str:
    """Return a price for the axis, with as many decimals as neighbours `step` apart need.

    >>> label(1.25, 0.05), label(20, 5), label(1e9, 1e8), label(0.0001, 1e-5)
    ('1.25x', '20x', '1e+09x', '0.00010x')
    """
    size = abs(price)
    if not math.isfinite(price) or size >= 1e7 or 0 < size < 1e-5:
        return f"{price:.3g}x"
    decimals = 0 if step >= 1 or step <= 0 else min(6, math.ceil(-math.log10(step) - 1e-9))
    return f"{price:,.{decimals}f}x" if size < 1e5 else f"{price:.0f}x"
