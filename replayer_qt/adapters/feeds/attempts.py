"""When the next connection may be tried: back-off, budget and breaker asked together."""

import random

import msgspec

from replayer_qt.adapters.feeds.backoff import Backoff
from replayer_qt.adapters.feeds.breaker import Breaker, BreakerState
from replayer_qt.adapters.feeds.budget import AttemptBudget
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """When the next attempt is due, and what holds it back.

    Attributes:
        at: when it is due [monotonic ns].
        blocked: why it is held back beyond the back-off, in plain words; empty when it is not.
    """

    at: Nanos
    blocked: str = ""


class Attempts:
    """Decides when to try; holds no clock and does nothing by itself.

    Attributes:
        total: attempts made since the beginning.
        number: attempts since the last healthy connection.
    """

    def __init__(self, settings: FeedSettings, rng: random.Random) -> None:
        self._backoff = Backoff(
            base_s=settings.backoff_base_s, cap_s=settings.backoff_cap_s, rng=rng
        )
        self._budget = AttemptBudget(
            attempts=settings.attempts, window=_nanos(settings.attempts_window_s)
        )
        self._breaker = Breaker(
            failures=settings.breaker_failures, open_for=_nanos(settings.breaker_open_s)
        )
        self._not_before = Nanos(0)
        self.total = 0
        self.number = 0

    def turn(self, now: Nanos) -> Turn:
        """Return when the next attempt is due."""
        rested = max(now, self._not_before)
        closed = self._breaker.free_at(now)
        spared = self._budget.free_at(now)
        at = max(rested, closed, spared)
        if at == rested:
            return Turn(at=at)
        held = "too many failures in a row" if at == closed else "too many attempts lately"
        return Turn(at=at, blocked=held)

    def begin(self, now: Nanos) -> None:
        """Note that an attempt is made `now`."""
        self.total += 1
        self.number += 1
        self._budget.spend(now)
        self._breaker.begin(now)

    def failed(self, now: Nanos, *, at_least_s: float = 0.0) -> None:
        """Note that the attempt, or the connection that came of it, is over.

        Args:
            now: the time [monotonic ns].
            at_least_s: how long the server asked to be left alone [s].
        """
        self._breaker.failed(now)
        self._not_before = Nanos(now + _nanos(max(at_least_s, self._backoff.draw_s())))

    def healthy(self) -> None:
        """Note that a connection has proved itself: waits and failures begin again."""
        self._backoff.reset()
        self._breaker.succeeded()
        self.number = 0

    @property
    def breaker_state(self) -> BreakerState:
        """What the breaker lets through."""
        return self._breaker.state

    @property
    def breaker_opened(self) -> int:
        """How often the breaker has opened."""
        return self._breaker.opened

    def breaker_open_ns(self, now: Nanos) -> int:
        """Return how long the breaker has been open in all [ns]."""
        return self._breaker.open_ns(now)


def _nanos(seconds: float) -> Nanos:
    return Nanos(round(seconds * NANOS_PER_SECOND))
