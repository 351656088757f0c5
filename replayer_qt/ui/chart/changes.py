"""Remembers from which place on a picture that moves with the columns has changed."""

from collections import deque
from typing import Final

EVERYWHERE: Final = -(1 << 60)
"""A place left of everything."""

_KEPT: Final = 32


class Changes:
    """Counts changes, and knows how far to the left the newest of them reach.

    Places are counted from the first column's left edge [device px], so that they stay the same
    wherever one looks.

    Attributes:
        version: grows with each change.
    """

    def __init__(self) -> None:
        self.version = 0
        self._places: deque[int] = deque(maxlen=_KEPT)  # bounded: what is older is everywhere

    def note(self, place: int) -> None:
        """Count a change of all that is right of a place."""
        self.version += 1
        self._places.append(place)

    def since(self, version: int) -> int | None:
        """Return how far to the left changes reach since a version; None without any."""
        many = self.version - version
        if many <= 0:
            return None if many == 0 else EVERYWHERE
        newest = list(self._places)[-many:]
        return min(newest) if len(newest) == many else EVERYWHERE
