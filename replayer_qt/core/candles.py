"""Candles over the ticks of a round, by ticks or by time, kept up as ticks are added."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from replayer_qt.core.pyramid import Pyramid
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import Nanos

_FIRST_CAPACITY: Final = 256
_FEW: Final = 16
_NO_KEY: Final = -1


class CandleSeries:
    """Candles in growing columns; the last one may still change.

    The columns are read-only views, good until something is added.

    Attributes:
        generation: grows whenever a candle other than the last one changed; who keeps anything
            derived starts over when it does.
    """

    def __init__(self) -> None:
        self.generation = 0
        self._size = 0
        self._changed = 0
        self._pyramid = Pyramid()
        self._floats = np.empty((4, _FIRST_CAPACITY))
        self._ints = np.empty((3, _FIRST_CAPACITY), np.int64)
        self._look()

    @classmethod
    def of(
        cls,
        open: ArrayLike,  # noqa: A002  # the field's word
        high: ArrayLike,
        low: ArrayLike,
        close: ArrayLike,
    ) -> "CandleSeries":
        """Return candles with these prices, one tick each, a second apart."""
        candles = cls()
        prices = np.array([open, high, low, close], np.float64)
        size = prices.shape[1]
        candles._make_room(size)
        candles._floats[:, :size] = prices
        positions = np.arange(size, dtype=np.int64)
        candles._ints[:, :size] = positions, positions * 1_000_000_000, np.ones(size, np.int64)
        candles._size = size
        return candles

    def __len__(self) -> int:
        return self._size

    @property
    def open(self) -> NDArray[np.float64]:
        """First prices; a view."""
        return self._seen_floats[0, : self._size]

    @property
    def high(self) -> NDArray[np.float64]:
        """Highest prices; a view."""
        return self._seen_floats[1, : self._size]

    @property
    def low(self) -> NDArray[np.float64]:
        """Lowest prices; a view."""
        return self._seen_floats[2, : self._size]

    @property
    def close(self) -> NDArray[np.float64]:
        """Newest prices; a view."""
        return self._seen_floats[3, : self._size]

    @property
    def first_tick(self) -> NDArray[np.int64]:
        """Positions in the round of the first tick known of each; a view."""
        return self._seen_ints[0, : self._size]

    @property
    def start(self) -> NDArray[np.int64]:
        """When the first tick of each was learned of [ns since the Unix epoch, UTC]; a view."""
        return self._seen_ints[1, : self._size]

    @property
    def count(self) -> NDArray[np.int64]:
        """How many ticks are in each; a view."""
        return self._seen_ints[2, : self._size]

    def append(
        self,
        open: float,  # noqa: A002  # the field's word
        high: float,
        low: float,
        close: float,
    ) -> None:
        """Add a candle at the end; amortised O(1)."""
        at = self._size
        tick = 0 if at == 0 else int(self._ints[0, at - 1] + self._ints[2, at - 1])
        self._begin(open, tick, tick * 1_000_000_000)
        self._floats[1:, at] = high, low, close

    def amend_last(self, price: float) -> None:
        """Let the last candle have one more tick; O(1).

        Raises:
            IndexError: there is no candle.
        """
        at = self._size - 1
        if at < 0:
            raise IndexError("there is no candle to amend")
        floats = self._floats
        floats[1, at] = max(floats[1, at], price)
        floats[2, at] = min(floats[2, at], price)
        floats[3, at] = price
        self._ints[2, at] += 1
        self._changed = min(self._changed, at)

    def update(self) -> int:
        """Return the index of the first candle that changed since the last call; `len` if none."""
        changed, self._changed = min(self._changed, self._size), self._size
        return changed

    def columns(
        self, first: int, last: int, count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return lowest low and highest high of `count` parts of candles `first` to `last`.

        As `Pyramid.columns`, which says where the parts begin and end.
        """
        low, high = self.low, self.high
        self._pyramid.grow(low[:-1], high[:-1])  # the last one may still change
        return self._pyramid.columns(low, high, first, last, count)

    def _begin(self, price: float, tick: int, at: int) -> None:
        index = self._size
        self._make_room(index + 1)
        self._floats[:, index] = price
        self._ints[:, index] = tick, at, 1
        self._size = index + 1
        self._changed = min(self._changed, index)

    def _clear(self) -> None:
        self._size = 0
        self._changed = 0
        self._pyramid.cut(0)
        self.generation += 1

    def _make_room(self, size: int) -> None:
        old = self._floats.shape[1]
        if size <= old:
            return
        spare = max(size, 2 * old) - old
        self._floats = np.concatenate((self._floats, np.empty((4, spare))), axis=1)
        self._ints = np.concatenate((self._ints, np.empty((3, spare), np.int64)), axis=1)
        self._look()

    def _look(self) -> None:
        self._seen_floats = self._floats.view()
        self._seen_ints = self._ints.view()
        self._seen_floats.flags.writeable = False
        self._seen_ints.flags.writeable = False


class TicksPerCandle(msgspec.Struct, frozen=True):
    """Candles of equally many positions; candle `k` holds the positions from `k * ticks` on.

    Attributes:
        ticks: positions in a candle, 1 or more.
    """

    ticks: int


class NanosPerCandle(msgspec.Struct, frozen=True):
    """Candles of equally long times, aligned to the epoch.

    Attributes:
        nanos: length of a candle [ns], 1 or more.
    """

    nanos: Nanos


class Candles(CandleSeries):
    """Candles of a round. What no tick is known of has no candle: gaps are not filled.

    Time never runs back: a tick that was learned of earlier than the candle before it began
    belongs to that candle.
    """

    def __init__(self, series: RoundSeries, *, by: TicksPerCandle | NanosPerCandle) -> None:
        super().__init__()
        self._series = series
        self._by_tick = isinstance(by, TicksPerCandle)
        self._span = max(1, by.ticks if isinstance(by, TicksPerCandle) else by.nanos)
        self._taken = 0
        self._key = _NO_KEY
        self._series_generation = series.generation

    def update(self) -> int:
        """Take in what the series has more, and return the first candle that changed since."""
        series = self._series
        if self._series_generation != series.generation or len(series) < self._taken:
            self._clear()
            self._series_generation = series.generation
            self._taken, self._key = 0, _NO_KEY
        fresh = len(series) - self._taken
        if fresh > _FEW:
            self._take_many()
        elif fresh:
            self._take_few()
        self._taken = len(series)
        return super().update()

    def _take_few(self) -> None:
        new = slice(self._taken, None)
        ticks, prices, ats = (
            column[new].tolist()
            for column in (self._series.ticks, self._series.prices, self._series.ats)
        )
        for tick, price, at in zip(ticks, prices, ats, strict=True):
            key = (tick if self._by_tick else at) // self._span
            if key > self._key or not self._size:
                self._begin(price, tick, at)
                self._key = key
            else:
                self.amend_last(price)

    def _take_many(self) -> None:
        new = slice(self._taken, None)
        ticks, prices, ats = (
            self._series.ticks[new],
            self._series.prices[new],
            self._series.ats[new],
        )
        keys = np.maximum.accumulate((ticks if self._by_tick else ats) // self._span)
        if self._size:
            same = int(np.searchsorted(keys, self._key, side="right"))
            self._amend_many(prices[:same])
            ticks, prices, ats, keys = ticks[same:], prices[same:], ats[same:], keys[same:]
        if not len(keys):
            return
        begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        ends = np.concatenate((begins[1:], [len(keys)]))
        size = self._size + len(begins)
        self._make_room(size)
        added = slice(self._size, size)
        self._floats[0, added] = prices[begins]
        self._floats[1, added] = np.maximum.reduceat(prices, begins)
        self._floats[2, added] = np.minimum.reduceat(prices, begins)
        self._floats[3, added] = prices[ends - 1]
        self._ints[:, added] = ticks[begins], ats[begins], ends - begins
        self._changed = min(self._changed, self._size)
        self._size = size
        self._key = int(keys[-1])

    def _amend_many(self, prices: NDArray[np.float64]) -> None:
        if len(prices):
            self.amend_last(float(prices.max()))
            self.amend_last(float(prices.min()))
            self.amend_last(float(prices[-1]))
            self._ints[2, self._size - 1] += len(prices) - 3
