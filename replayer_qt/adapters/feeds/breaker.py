"""Stops trying for a while after too many failures in a row."""

from enum import StrEnum

from replayer_qt.core.units import Nanos


class BreakerState(StrEnum):
    """What a breaker lets through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One attempt is under way; it decides."""


class Breaker:
    """Closed until `failures` in a row, then open for `open_for`, then one attempt decides.

    Attributes:
        opened: how often it has opened.
    """

    def __init__(self, *, failures: int, open_for: Nanos) -> None:
        """Begin closed.

        Args:
            failures: failures in a row that open it.
            open_for: how long it stays open [ns].
        """
        self._limit = failures
        self._open_for = open_for
        self._failures = 0
        self._since = Nanos(0)
        self._open_before = 0
        self._state = BreakerState.CLOSED
        self.opened = 0

    @property
    def state(self) -> BreakerState:
        """What it lets through."""
        return self._state

    def free_at(self, now: Nanos) -> Nanos:
        """Return when an attempt may be made [monotonic ns]."""
        if self._state is BreakerState.OPEN:
            return max(now, Nanos(self._since + self._open_for))
        return now

    def begin(self, now: Nanos) -> None:
        """Note that an attempt is made: an open breaker becomes half open."""
        if self._state is BreakerState.OPEN:
            self._open_before += now - self._since
            self._state = BreakerState.HALF_OPEN

    def failed(self, now: Nanos) -> None:
        """Note a failure: the last straw, or the failure of the deciding attempt, opens it."""
        self._failures += 1
        if self._state is BreakerState.HALF_OPEN or self._failures >= self._limit:
            self._state = BreakerState.OPEN
            self._since = now
            self.opened += 1

    def succeeded(self) -> None:
        """Note a success: close, and forget the failures."""
        self._failures = 0
        self._state = BreakerState.CLOSED

    def open_ns(self, now: Nanos) -> int:
        """Return how long it has been open in all [ns]."""
        running = now - self._since if self._state is BreakerState.OPEN else 0
        return self._open_before + running
