"""A numpy column that grows at its end."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_FIRST_CAPACITY: Final = 1024


class Column:
    """Numbers of one kind; adding some costs amortised O(1) each.

    Args:
        kind: float64, or int64 for times.
    """

    def __init__(self, kind: type[np.float64 | np.int64] = np.float64) -> None:
        self._room: NDArray[Any] = np.empty(_FIRST_CAPACITY, kind)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def seen(self) -> NDArray[Any]:
        """What is in it; a read-only view, good until the next `add`."""
        view = self._room[: self._size]
        view.flags.writeable = False
        return view

    def add(self, values: NDArray[Any]) -> None:
        """Add values at the end."""
        end = self._size + len(values)
        self.make_room(end)
        self._room[self._size : end] = values
        self._size = end

    def make_room(self, size: int) -> None:
        """Have room for so many values at once, which spares moving those that are there."""
        if size > len(self._room):
            larger = np.empty(max(size, 2 * len(self._room)), self._room.dtype)
            larger[: self._size] = self._room[: self._size]
            self._room = larger

    def cut(self, size: int) -> None:
        """Keep the first `size` values only."""
        self._size = min(self._size, max(size, 0))
