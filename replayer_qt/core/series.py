"""The ticks of one round in growing numpy columns, with a min/max pyramid over them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.units import RoundId

_FIRST_CAPACITY: Final = 1024


class RoundSeries:
    """One round's ticks, prices and times.

    Attributes:
        round_id: the round's name.
        generation: grows whenever something other than appending happened (a late fill); who
            keeps anything derived starts over when it changes.
    """

    def __init__(self, round_id: RoundId) -> None:
        self.round_id = round_id
        self.generation = 0
        self._size = 0
        self._ticks = np.empty(_FIRST_CAPACITY, np.int64)
        self._prices = np.empty(_FIRST_CAPACITY, np.float64)
        self._ats = np.empty(_FIRST_CAPACITY, np.int64)

    def __len__(self) -> int:
        return self._size

    @property
    def ticks(self) -> NDArray[np.int64]:
        """Positions in the round; a view."""
        return self._ticks[: self._size]

    @property
    def prices(self) -> NDArray[np.float64]:
        """Prices [multiplier]; a view."""
        return self._prices[: self._size]

    @property
    def ats(self) -> NDArray[np.int64]:
        """When each was learned of [ns since the Unix epoch, UTC]; a view."""
        return self._ats[: self._size]

    def add(self, tick: PriceTicked) -> None:
        """Add a tick: at the end in O(1), into a gap in O(n); a known one is passed over."""
        raise NotImplementedError

    def extend(self, block: TickBlock) -> None:
        """Add many ticks at the end at once."""
        raise NotImplementedError
