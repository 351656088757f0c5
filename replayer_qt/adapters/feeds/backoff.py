"""How long to wait before the next attempt: full jitter below a bound that doubles."""

import random
from typing import Final

_LARGEST_EXPONENT: Final = 62


class Backoff:
    """Draws waits from U(0, min(cap, base x 2^n)), n counting the draws since the last reset.

    The cap bounds the interval that is drawn from, not the number drawn: many clients that lost
    the same server come back spread out, however long it was away.
    """

    def __init__(self, *, base_s: float, cap_s: float, rng: random.Random) -> None:
        """Prepare the first draw.

        Args:
            base_s: bound of the first draw [s].
            cap_s: largest bound [s].
            rng: where chance comes from.
        """
        self._base_s = base_s
        self._cap_s = cap_s
        self._rng = rng
        self._draws = 0

    @property
    def bound_s(self) -> float:
        """The bound of the next draw [s]."""
        return float(min(self._cap_s, self._base_s * 2 ** min(self._draws, _LARGEST_EXPONENT)))

    def draw_s(self) -> float:
        """Return how long to wait [s], and double the bound."""
        bound = self.bound_s
        self._draws += 1
        return self._rng.uniform(0.0, bound)

    def reset(self) -> None:
        """Begin again at the first bound."""
        self._draws = 0
