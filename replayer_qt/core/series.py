"""The ticks of one round in growing numpy columns, with a min/max pyramid over them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.pyramid import Pyramid
from replayer_qt.core.soundness import TICK_LIMIT, is_sound, sound
from replayer_qt.core.units import RoundId

_FIRST_CAPACITY: Final = 1024


class RoundSeries:
    """One round's ticks, prices and times, in the order of the ticks.

    The columns are read-only views, good until the next `add` or `extend`.

    Attributes:
        round_id: the round's name.
        generation: grows whenever something other than appending happened (a late fill); who
            keeps anything derived starts over when it changes.
    """

    def __init__(self, round_id: RoundId) -> None:
        self.round_id = round_id
        self.generation = 0
        self._size = 0
        self._newest = -1
        self._end = TICK_LIMIT
        self._ticks = np.empty(_FIRST_CAPACITY, np.int64)
        self._prices = np.empty(_FIRST_CAPACITY, np.float64)
        self._ats = np.empty(_FIRST_CAPACITY, np.int64)
        self._pyramid = Pyramid()
        self._look()

    def __len__(self) -> int:
        return self._size

    @property
    def ticks(self) -> NDArray[np.int64]:
        """Positions in the round, strictly rising; a view."""
        return self._seen_ticks[: self._size]

    @property
    def prices(self) -> NDArray[np.float64]:
        """Prices [multiplier], finite and above zero; a view."""
        return self._seen_prices[: self._size]

    @property
    def ats(self) -> NDArray[np.int64]:
        """When each was learned of [ns since the Unix epoch, UTC]; a view.

        A tick that was filled in later counts as learned of with its successor.
        """
        return self._seen_ats[: self._size]

    def add(self, tick: PriceTicked) -> None:
        """Add a tick: at the end in O(1), into a gap in O(n); a known one is passed over.

        So is one with a negative position, or a price that is not finite and above zero.
        """
        position, price = tick.tick, tick.price
        if not is_sound(position, price) or position > self._end:
            return
        if position <= self._newest:
            self._fill(position, price, tick.at)
            return
        at = self._size
        if at == len(self._ticks):
            self._make_room(at + 1)
        self._ticks[at] = position
        self._prices[at] = price
        self._ats[at] = tick.at
        self._size = at + 1
        self._newest = position

    def extend(self, block: TickBlock) -> None:
        """Add many ticks at once; means the same as adding them one by one."""
        keep = sound(block.ticks, block.prices) & (block.ticks <= self._end)
        ticks, prices, ats = block.ticks, block.prices, block.ats
        if not keep.all():
            ticks, prices, ats = ticks[keep], prices[keep], ats[keep]
        if not len(ticks):
            return
        if int(ticks[0]) > self._newest and bool((ticks[1:] > ticks[:-1]).all()):
            self._append(ticks, prices, ats)
            return
        for position, price, at in zip(ticks.tolist(), prices.tolist(), ats.tolist(), strict=True):
            if position > self._newest:
                self._append(*(np.array([value]) for value in (position, price, at)))
            else:
                self._fill(position, price, at)

    def end(self, tick: int) -> None:
        """Accept no position after `tick`, where the round was rugged; only the first call counts.

        One that comes before the newest position makes no sense, and changes nothing.
        """
        if self._end == TICK_LIMIT and tick >= self._newest:
            self._end = tick

    def find(self, tick: int) -> int | None:
        """Return the index of a position in the columns, or None if it is not known."""
        at = int(np.searchsorted(self.ticks, tick))
        return at if at < self._size and self._ticks[at] == tick else None

    def columns(
        self, first: int, last: int, count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return lowest and highest price of `count` equal parts of indexes `first` to `last`.

        As `Pyramid.columns`, which says where the parts begin and end.
        """
        prices = self.prices
        self._pyramid.grow(prices, prices)
        return self._pyramid.columns(prices, prices, first, last, count)

    def _append(
        self, ticks: NDArray[np.int64], prices: NDArray[np.float64], ats: NDArray[np.int64]
    ) -> None:
        end = self._size + len(ticks)
        self._make_room(end)
        new = slice(self._size, end)
        self._ticks[new] = ticks
        self._prices[new] = prices
        self._ats[new] = ats
        self._size = end
        self._newest = int(ticks[-1])

    def _fill(self, position: int, price: float, learned: int) -> None:
        at = int(np.searchsorted(self.ticks, position))
        if self._ticks[at] == position:
            return
        size = self._size
        self._make_room(size + 1)
        for column in (self._ticks, self._prices, self._ats):
            column[at + 1 : size + 1] = column[at:size]
        self._ticks[at] = position
        self._prices[at] = price
        self._ats[at] = min(learned, int(self._ats[at + 1]))
        self._size = size + 1
        self.generation += 1
        self._pyramid.cut(at)

    def _make_room(self, size: int) -> None:
        if size <= len(self._ticks):
            return
        capacity = len(self._ticks)
        while capacity < size:
            capacity *= 2
        self._ticks = np.concatenate((self._ticks, np.empty(capacity - len(self._ticks), np.int64)))
        self._prices = np.concatenate((self._prices, np.empty(capacity - len(self._prices))))
        self._ats = np.concatenate((self._ats, np.empty(capacity - len(self._ats), np.int64)))
        self._look()

    def _look(self) -> None:
        self._seen_ticks = self._ticks.view()
        self._seen_prices = self._prices.view()
        self._seen_ats = self._ats.view()
        for seen in (self._seen_ticks, self._seen_prices, self._seen_ats):
            seen.flags.writeable = False
