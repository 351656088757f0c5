"""The one place that connects and closes: a supervisor of one connection after another.

```
          +-------------------------------------------------------------------+
          v                                                                   |
 OFF -> WAITING/BLOCKED -> CONNECTING -> LIVE <-> STALE -- lost, or dead -----+
            (turn due)         |  (content)   (no tick)                       |
                               +-- deadline, refusal, error, silence ---------+
                               +-- refused for good --> ENDED
```
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from replayer_qt.adapters.feeds.attempts import Attempts
from replayer_qt.adapters.feeds.breaker import BreakerState
from replayer_qt.adapters.feeds.watchdog import Pulse, Watchdog
from replayer_qt.core.events import Link
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos
from replayer_qt.ports import Clock

CLOSE_S: Final = 0.8
LET_GO_S: Final = 0.3

log = logging.getLogger(__name__)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Why a connection is over, or was never made.

    Attributes:
        reason: in plain words.
        final: whether trying again is of no use.
        at_least_s: how long the server asked to be left alone [s].
    """

    reason: str
    final: bool = False
    at_least_s: float = 0.0


class Unreachable(Exception):
    """A connection could not be made.

    Attributes:
        loss: why.
    """

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss.reason)
        self.loss = loss


class Line(Protocol):
    """One connection, used once: a new one is made for each attempt."""

    @property
    def lost(self) -> asyncio.Future[Loss]:
        """Done, once, when the connection is over."""
        ...

    async def open(self) -> None:
        """Connect; raises `Unreachable`. The caller sets the deadline."""
        ...

    async def close(self) -> None:
        """Release everything, whatever state it is in; safe twice. Nothing is heard after it."""
        ...


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor knows of its connection; for diagnostics.

    Attributes:
        age_s: age of the newest content on the monotonic clock [s].
        attempts: connections tried.
        connects: connections made.
        stale: how often the stream went stale.
        breaker_opened: how often the breaker opened.
        breaker_open_s: how long it was open in all [s].
        faults: connections that ended by an error of this program.
    """

    link: Link
    age_s: float
    attempts: int
    connects: int
    stale: int
    breaker: BreakerState
    breaker_opened: int
    breaker_open_s: float
    faults: int


Tell = Callable[[Link, str, int, Nanos | None], None]
"""Is told of each change: the state, why, which attempt, when the next one is due."""


class Connection:
    """Keeps one line open to a venue, by making a new one whenever the last one is over."""

    def __init__(
        self,
        dial: Callable[[], Line],
        *,
        settings: FeedSettings,
        clock: Clock,
        rng: random.Random,
        tell: Tell,
    ) -> None:
        """Prepare; `run` connects.

        Args:
            dial: makes a fresh line; called on the loop, must not wait.
            settings: deadlines, waits and limits.
            clock: what time it is.
            rng: where the jitter comes from.
            tell: is told of each change of state; must not raise.
        """
        self._dial = dial
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._attempts = Attempts(settings, rng)
        self._watchdog = Watchdog(settings)
        self._line: Line | None = None
        self._link = Link.OFF
        self._live_since: Nanos | None = None
        self._proved = False
        self._connects = 0
        self._stale = 0
        self._faults: Counter[str] = Counter()

    async def run(self) -> Loss:
        """Connect, watch and connect again, until cancelled or refused for good.

        Returns:
            Why there is no use in going on.
        """
        loss = Loss(reason="")
        while not loss.final:
            await self._wait_for_turn(loss)
            loss = await self._one_line()
            if not loss.final:
                self._attempts.failed(self._clock.monotonic(), at_least_s=loss.at_least_s)
        self._change(Link.ENDED, loss.reason)
        return loss

    def advance(self, line: Line, *, running: bool) -> None:
        """Note that `line` said something new; what a line of the past says is ignored.

        Args:
            line: who said it.
            running: whether a round runs, so that ticks are due.
        """
        if line is not self._line:
            return
        now = self._clock.monotonic()
        self._watchdog.advance(now, running=running)
        if self._live_since is None:
            self._live_since = now
        if self._link is not Link.LIVE:
            self._change(Link.LIVE)
        if not self._proved and now - self._live_since >= self._healthy_after:
            self._proved = True
            self._attempts.healthy()

    def is_current(self, line: Line) -> bool:
        """Return whether `line` is the one that is listened to."""
        return line is self._line

    def health(self) -> Health:
        """Return the state and the counts."""
        now = self._clock.monotonic()
        return Health(
            link=self._link,
            age_s=self._watchdog.age_s(now),
            attempts=self._attempts.total,
            connects=self._connects,
            stale=self._stale,
            breaker=self._attempts.breaker_state,
            breaker_opened=self._attempts.breaker_opened,
            breaker_open_s=self._attempts.breaker_open_ns(now) / NANOS_PER_SECOND,
            faults=self._faults.total(),
        )

    @property
    def _healthy_after(self) -> int:
        return round(self._settings.healthy_after_s * NANOS_PER_SECOND)

    async def _wait_for_turn(self, loss: Loss) -> None:
        turn = self._attempts.turn(self._clock.monotonic())
        if turn.at > self._clock.monotonic():
            reason = "; ".join(filter(None, (loss.reason, turn.blocked)))
            self._change(Link.BLOCKED if turn.blocked else Link.WAITING, reason, turn.at)
        while (ahead := turn.at - self._clock.monotonic()) > 0:  # noqa: ASYNC110 - may wake early
            await asyncio.sleep(ahead / NANOS_PER_SECOND)

    async def _one_line(self) -> Loss:
        self._attempts.begin(self._clock.monotonic())
        self._change(Link.CONNECTING)
        self._live_since, self._proved = None, False
        line = self._line = self._dial()
        try:
            await _open(line, self._settings.connect_timeout_s)
            self._connects += 1
            if self._live_since is None:  # the first words can come before `open` returns
                self._watchdog.start(self._clock.monotonic())
            return await self._watch(line)
        except TimeoutError:
            return Loss(reason=f"no answer within {self._settings.connect_timeout_s:g} s")
        except Unreachable as error:
            return error.loss
        except Exception as error:  # noqa: BLE001 - a bug must not end the watch over a market
            return self._own_fault(error)
        finally:
            self._line = None
            await _close(line)

    def _own_fault(self, error: Exception) -> Loss:
        """Counted each time, logged once for each kind."""
        kind = type(error).__name__
        if kind not in self._faults:
            log.error("the connection fell", exc_info=error)
        self._faults[kind] += 1
        return Loss(reason=f"an error of this program ({kind})")

    async def _watch(self, line: Line) -> Loss:
        while not line.lost.done():
            now = self._clock.monotonic()
            match self._watchdog.pulse(now):
                case Pulse.DEAD:
                    return Loss(reason=self._what_is_dead(now))
                case Pulse.STALE if self._link is Link.LIVE:
                    self._stale += 1
                    self._change(Link.STALE, f"no tick for {self._watchdog.age_s(now):.1f} s")
                case _:
                    pass
            ahead = (self._watchdog.due(now) - now) / NANOS_PER_SECOND
            await asyncio.wait((line.lost,), timeout=ahead)
        return line.lost.result()

    def _what_is_dead(self, now: Nanos) -> str:
        if self._live_since is None:
            return "connected, but nothing of use was said"
        what = "no tick" if self._watchdog.running else "nothing new"
        return f"{what} for {self._watchdog.age_s(now):.1f} s"

    def _change(self, link: Link, reason: str = "", retry_at: Nanos | None = None) -> None:
        self._link = link
        self._tell(link, reason, self._attempts.number, retry_at)


async def _open(line: Line, limit_s: float) -> None:
    """Open on a task of its own: what a library makes of being cancelled must not keep ours.

    Both the library's connect and its disconnect can swallow a cancellation.
    """
    opening = asyncio.create_task(line.open(), name="opening")
    try:
        await asyncio.wait((opening,), timeout=limit_s)
    finally:
        if not opening.done():
            opening.cancel()
            await asyncio.wait((opening,), timeout=LET_GO_S)
        opening.add_done_callback(_heed)
    if not opening.done() or opening.cancelled():
        raise TimeoutError
    opening.result()


async def _close(line: Line) -> None:
    """Bounded, also when told to stop meanwhile: a line that does not let go is let go of."""
    closing = asyncio.create_task(line.close(), name="closing")
    try:
        await asyncio.wait((closing,), timeout=CLOSE_S)
    except asyncio.CancelledError:
        await asyncio.wait((closing,), timeout=CLOSE_S)
        raise
    finally:
        closing.add_done_callback(_heed)
        if not closing.done():
            closing.cancel()
        if not line.lost.done():
            line.lost.cancel()


def _heed(task: asyncio.Task[None]) -> None:
    """Take the error of a task that nobody waits for any more."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.debug("%s failed", task.get_name(), exc_info=error)
