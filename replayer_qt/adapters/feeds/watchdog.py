"""Tells from what messages say, not from their bytes, whether a connection still lives."""

from enum import StrEnum

from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos


class Pulse(StrEnum):
    """How fresh a connection's content is."""

    FRESH = "fresh"
    STALE = "stale"
    """No tick for too long in a running round; it may yet come."""
    DEAD = "dead"
    """Nothing new for so long that only a new connection helps."""


class Watchdog:
    """Measures the age of the newest content: a tick, or a step of the countdown.

    A server that repeats itself, drips bytes or answers pings is not alive. It holds no clock,
    never fires by itself, and is as watchful after an alarm as before.
    """

    def __init__(self, settings: FeedSettings) -> None:
        self._stale = round(settings.stale_s * NANOS_PER_SECOND)
        self._reconnect = round(settings.reconnect_s * NANOS_PER_SECOND)
        self._silent = round(settings.silent_s * NANOS_PER_SECOND)
        self._running = False
        self._advanced = Nanos(0)

    def start(self, now: Nanos) -> None:
        """Begin to watch a new connection, from which nothing has come yet."""
        self._running = False
        self._advanced = now

    def advance(self, now: Nanos, *, running: bool) -> None:
        """Note that something new was said.

        Args:
            now: the time [monotonic ns].
            running: whether a round runs, so that ticks are due.
        """
        self._advanced = now
        self._running = running

    def pulse(self, now: Nanos) -> Pulse:
        """Return how fresh the connection is."""
        age = now - self._advanced
        if not self._running:
            return Pulse.DEAD if age >= self._silent else Pulse.FRESH
        if age >= self._reconnect:
            return Pulse.DEAD
        return Pulse.STALE if age >= self._stale else Pulse.FRESH

    def due(self, now: Nanos) -> Nanos:
        """Return when `pulse` can next change if nothing comes [monotonic ns]."""
        limits = (self._stale, self._reconnect) if self._running else (self._silent,)
        ahead = [self._advanced + limit for limit in limits if self._advanced + limit > now]
        # A round may start while the owner sleeps, and then the shorter limits hold.
        return Nanos(min([*ahead, now + self._stale]))

    def age_s(self, now: Nanos) -> float:
        """Return the age of the newest content [s]."""
        return (now - self._advanced) / NANOS_PER_SECOND

    @property
    def running(self) -> bool:
        """Whether a round runs, as far as this connection has said."""
        return self._running
