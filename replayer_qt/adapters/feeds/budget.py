"""At most so many attempts in any window of time, whatever else is decided."""

from collections import deque

from replayer_qt.core.units import Nanos


class AttemptBudget:
    """Remembers the attempts of the newest window; no window of its length ever holds more."""

    def __init__(self, *, attempts: int, window: Nanos) -> None:
        """Begin with an unspent budget.

        Args:
            attempts: most attempts in a window.
            window: its length [ns].
        """
        self._window = window
        self._made: deque[Nanos] = deque(maxlen=attempts)

    def free_at(self, now: Nanos) -> Nanos:
        """Return when an attempt may be made: `now`, or when the oldest leaves the window."""
        if len(self._made) < (self._made.maxlen or 0):
            return now
        return max(now, Nanos(self._made[0] + self._window))

    def spend(self, now: Nanos) -> None:
        """Note an attempt made `now` [monotonic ns]."""
        self._made.append(now)
