"""The rugs feed: a supervised Socket.IO connection as one stream of events."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator
from typing import Final

import msgspec

from replayer_qt.adapters.feeds.connection import Connection, Health, Loss
from replayer_qt.adapters.feeds.quarantine import Quarantine
from replayer_qt.adapters.feeds.rugs_account import Account, Login
from replayer_qt.adapters.feeds.rugs_frames import Frame
from replayer_qt.adapters.feeds.rugs_line import SocketLine
from replayer_qt.adapters.feeds.rugs_parse import RugsParser
from replayer_qt.core.commands import Command
from replayer_qt.core.events import (
    Event,
    EventsShed,
    FeedChanged,
    FeedMeasured,
    Link,
    PhaseChanged,
    PriceTicked,
    RawReceived,
    RoundOpened,
    RoundRugged,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import (
    NANOS_PER_MILLISECOND,
    NANOS_PER_SECOND,
    Moment,
    Nanos,
    StreamId,
)
from replayer_qt.ports import Clock

FRAMES_KEPT: Final = 8_192
MEASURED_EVERY: Final = 500 * NANOS_PER_MILLISECOND
_ALIVE: Final = (PriceTicked, TimerTicked, PhaseChanged, RoundOpened, RoundRugged)


class _Heard(msgspec.Struct, frozen=True, gc=False):
    line: SocketLine
    frame: Frame
    at: Nanos
    mono: Nanos


class RugsFeed:
    """Receives from a rugs server until closed, or refused for good.

    What is heard waits in a bounded queue, oldest shed first and told of; the library's callback
    only appends to it. Reading and parsing are done where the events are taken.
    """

    def __init__(
        self,
        url: str,
        stream: StreamId,
        clock: Clock,
        settings: FeedSettings,
        rng: random.Random,
        *,
        name: str = "rugs",
        login: Login | None = None,
    ) -> None:
        """Prepare; nothing is reached before `events` is iterated.

        Args:
            url: the server's address; https or wss, except on this machine.
            stream: the stream that the events are to name.
            clock: what time it is.
            settings: deadlines, waits and limits.
            rng: where the jitter comes from.
            name: for people and threads.
            login: the account to order with; None only reads, and sends nothing, ever.
        """
        self._url = url
        self._stream = stream
        self._clock = clock
        self._settings = settings
        self._name = name
        self._parser = RugsParser(stream, settings)
        self._account = (
            None if login is None else Account(stream, rng, login, self._parser.quarantine)
        )
        self._timer: asyncio.TimerHandle | None = None
        self._connection = Connection(
            self._dial, settings=settings, clock=clock, rng=rng, tell=self._tell
        )
        self._waiting: deque[_Heard | Event] = deque()  # bounded by _hear
        self._wake = asyncio.Event()
        self._supervising: asyncio.Task[Loss] | None = None
        self._shed: EventsShed | None = None
        self._running = False
        self._messages = 0
        self._ticks = 0
        self._filled = 0
        self._latency = 0
        self._measured_at: Nanos | None = None

    @property
    def name(self) -> str:
        """A short name for people and threads."""
        return self._name

    @property
    def stream(self) -> StreamId:
        """The stream that every event names."""
        return self._stream

    @property
    def quarantine(self) -> Quarantine:
        """What was refused."""
        return self._parser.quarantine

    @property
    def unknown(self) -> Counter[str]:
        """Events that are not read, by name."""
        return self._parser.unknown

    def health(self) -> Health:
        """Return what is known of the connection."""
        return self._connection.health()

    def steer(self, command: Command) -> None:
        """Send an approved order, or ask for the account; without an account obey nothing."""
        if self._account is not None:
            for event in self._account.steer(command, self._moment()):
                self.note(event)
            self._set_timer()

    def note(self, event: Event) -> None:
        """Yield `event`, too, among what happens."""
        self._waiting.append(event)
        self._wake.set()

    def finish(self) -> None:
        """Have `events` end by itself; called on the feed's loop, safe twice."""
        if self._supervising is not None and not self._supervising.cancelling():
            self._supervising.cancel()

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield what happens until closed; ends by itself only when refused for good."""
        self._supervising = running = asyncio.get_running_loop().create_task(
            self._connection.run(), name=f"{self._name}-connection"
        )
        running.add_done_callback(lambda _: self._wake.set())
        try:
            while True:
                for event in self._drain():
                    yield event
                if running.done():
                    if not running.cancelled():
                        running.result()
                    break
                self._set_timer()
                self._wake.clear()
                if not self._waiting:
                    await self._wake.wait()
            for event in (*self._drain(), *self._orders_linked(Link.OFF)):
                yield event
        finally:
            if self._timer is not None:
                self._timer.cancel()
            await _end(running)
            self._waiting.clear()

    # --- what comes in, on the library's callbacks: append and return

    def _dial(self) -> SocketLine:
        return SocketLine(self._url, settings=self._settings, hear=self._hear)

    def _hear(self, line: SocketLine, frame: Frame) -> None:
        if len(self._waiting) >= FRAMES_KEPT:
            self._shed_oldest()
        now, mono = self._clock.now(), self._clock.monotonic()
        self._waiting.append(_Heard(line, frame, now, mono))
        self._wake.set()

    def _tell(self, link: Link, reason: str, attempt: int, retry_at: Nanos | None) -> None:
        self.note(
            FeedChanged(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=self._stream,
                link=link,
                reason=reason,
                attempt=attempt,
                retry_at=retry_at,
            )
        )

    def _shed_oldest(self) -> None:
        kept = [item for item in self._waiting if not isinstance(item, _Heard)]
        heard = [item for item in self._waiting if isinstance(item, _Heard)]
        gone, stay = heard[: len(heard) // 4], heard[len(heard) // 4 :]
        self._waiting = deque([*kept, *stay])  # words about the connection are never shed
        if not gone:
            return
        before = self._shed
        self._shed = EventsShed(
            at=gone[-1].at,
            mono=gone[-1].mono,
            stream=self._stream,
            queue=self._name,
            count=len(gone) + (0 if before is None else before.count),
            first_at=gone[0].at if before is None else before.first_at,
            last_at=gone[-1].at,
        )

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())

    def _set_timer(self) -> None:
        """Have the loop look again when time alone decides something about an order."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_at = None if self._account is None else self._account.due_at
        if due_at is not None:
            wait_s = max(0.0, (due_at - self._clock.monotonic()) / NANOS_PER_SECOND)
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._wake.set)

    # --- what goes out

    def _drain(self) -> Iterator[Event]:
        if self._shed is not None:
            shed, self._shed = self._shed, None
            yield shed
        while self._waiting:
            item = self._waiting.popleft()
            if isinstance(item, _Heard):
                yield from self._read(item)
            else:
                yield item
                if isinstance(item, FeedChanged):  # in its place: what was heard before counts
                    yield from self._orders_linked(item.link)
                yield from self._measure(item.at, item.mono)
        if self._account is not None:
            yield from self._account.turn(self._moment())

    def _orders_linked(self, link: Link) -> Iterator[Event]:
        if self._account is not None:
            yield from self._account.linked(link, self._moment())

    def _read(self, heard: _Heard) -> Iterator[Event]:
        frame, at, mono = heard.frame, heard.at, heard.mono
        self._messages += 1
        account = self._account
        if account is not None and self._connection.is_current(heard.line):
            account.greet(heard.line, self._moment())
        if account is None or account.may_be_recorded(frame):
            yield RawReceived(at=at, mono=mono, stream=self._stream, data=frame.data)
        if frame.refused:
            self._parser.quarantine.refuse(frame.refused, frame.name, frame.data)
        elif frame.answers is not None:
            if account is None:  # we asked for nothing
                self._parser.quarantine.refuse("packet-type", frame.name, frame.data)
        else:
            told = self._parser.parse(frame.name, frame.payload, at=at, mono=mono)
            for event in told:
                self._count(event)
                if account is not None:
                    account.watch(event)
            if self._parser.held or any(isinstance(event, _ALIVE) for event in told):
                self._connection.advance(heard.line, running=self._running)
            self._latency = max(self._latency, self._clock.monotonic() - mono)
            yield from told
        if account is not None and not frame.refused:
            yield from account.hear(frame, Moment(at, mono))
        yield from self._measure(at, mono)

    def _count(self, event: Event) -> None:
        match event:
            case PriceTicked(origin=TickOrigin.LIVE):
                self._ticks += 1
                self._running = True
            case PriceTicked():
                self._filled += 1
            case PhaseChanged(phase=phase):
                self._running = phase is Phase.ACTIVE
            case RoundRugged():
                self._running = False
            case _:
                pass

    def _measure(self, at: Nanos, mono: Nanos) -> Iterator[Event]:
        if self._measured_at is not None and mono - self._measured_at < MEASURED_EVERY:
            return
        self._measured_at = mono
        health = self._connection.health()
        yield FeedMeasured(
            at=at,
            mono=mono,
            stream=self._stream,
            messages=self._messages,
            ticks=self._ticks,
            filled=self._filled,
            rejected=dict(self._parser.rejected + self._parser.refused),
            connects=health.connects,
            attempts=health.attempts,
            latency_ns=self._latency,
        )
        self._latency = 0


async def _end(running: asyncio.Task[Loss]) -> None:
    """Cancel once: a second time would interrupt the closing itself."""
    if not running.done() and not running.cancelling():
        running.cancel()
    await asyncio.wait((running,))
