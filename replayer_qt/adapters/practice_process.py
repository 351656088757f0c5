"""The practice exchange as a child process, and the feed that hears it."""

import asyncio
import contextlib
import itertools
import logging
import random
import subprocess
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from msgspec.structs import replace

from replayer_qt.adapters.feeds.backoff import Backoff
from replayer_qt.adapters.feeds.rugs_account import Login
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.core.approval import Approval
from replayer_qt.core.commands import Chaos, Command
from replayer_qt.core.events import (
    Event,
    FeedChanged,
    Link,
    RoundRugged,
)
from replayer_qt.core.order_events import OrderExpired
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.settings import FeedSettings, PracticeSettings, Settings
from replayer_qt.core.units import NANOS_PER_SECOND, PRACTICE, Nanos, StreamId
from replayer_qt.ports import Clock

FAULTS_UNDER_WAY: Final = 16
"""Fault requests that may be under way at once; more are refused."""

WITHDRAWN_KEPT: Final = 64
"""Orders withdrawn while the exchange is being started, until that can be told."""

_CONTROL_S: Final = 2.0
_FAREWELLS_S: Final = (0.4, 0.2, 0.2)
"""How long a child may take after its input ends, after it is told to, after it is killed [s]."""

_POLL_S: Final = 0.01
_LINES_KEPT: Final = 20
_LINE_LIMIT: Final = 65_536

log = logging.getLogger(__name__)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchange says of itself once it listens.

    Attributes:
        url: where clients connect.
        control: where faults are switched.
        token: what the control channel asks for.
        seed: what the run was drawn from.
        pid: its process.
    """

    url: str
    control: str
    token: str
    seed: int
    pid: int


class NotStarted(Exception):
    """The exchange did not start; the text says why, in plain words."""


class PracticeProcess:
    """A child that ends with us: by its standard input, if by nothing else."""

    def __init__(self, command: Sequence[str]) -> None:
        """Prepare; `start` starts it.

        Args:
            command: the program and its arguments.
        """
        self._command = tuple(command)
        self._child: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._ended: asyncio.Future[None] | None = None
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)

    async def start(self, *, timeout_s: float) -> Ready:
        """Start the child and return where it listens.

        Raises:
            NotStarted: it could not be started, ended at once, or said nothing in time.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Ready | None] = loop.create_future()
        self._ended = ended = loop.create_future()

        def settle(ready: Ready | None) -> None:
            if not answer.done():
                answer.set_result(ready)
            if ready is None and not ended.done():
                ended.set_result(None)

        try:
            self._child = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program, some ms
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise NotStarted(f"it cannot be run: {error.strerror}") from error
        self._reader = threading.Thread(
            target=self._read, args=(self._child, loop, settle), name="practice-output", daemon=True
        )
        self._reader.start()
        try:
            async with asyncio.timeout(timeout_s):
                ready = await answer
        except TimeoutError:
            raise NotStarted(f"it said nothing for {timeout_s:g} s") from None
        if ready is None:
            last = self._said[-1] if self._said else "it said nothing"
            raise NotStarted(f"it ended at once: {last}")
        return ready

    async def stop(self) -> None:
        """End the child within a second, gently first; safe twice."""
        child, self._child = self._child, None
        if child is None:
            return
        try:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
            for insist, patience_s in zip(
                (None, child.terminate, child.kill), _FAREWELLS_S, strict=True
            ):
                if insist is not None:
                    insist()
                if await _gone(child, patience_s):
                    return
        finally:
            if child.poll() is None:
                child.kill()  # even if we ourselves were interrupted
                child.wait(_FAREWELLS_S[-1])
            if self._reader is not None:
                self._reader.join(timeout=_FAREWELLS_S[-1])

    def when_ended(self, call: Callable[[], None]) -> None:
        """Have `call` called on the loop when the child has ended, even if it already has."""
        if self._ended is not None:
            self._ended.add_done_callback(lambda _: call())

    def _read(
        self,
        child: "subprocess.Popen[bytes]",
        loop: asyncio.AbstractEventLoop,
        settle: Callable[[Ready | None], None],
    ) -> None:
        """On a thread of its own: a child whose output nobody reads would stand still."""
        output = child.stdout
        if output is None:
            return
        with output, contextlib.suppress(RuntimeError):  # the loop is over
            while line := output.readline(_LINE_LIMIT):
                ready = _ready(line)
                if ready is None:
                    self._said.append(line.decode(errors="replace").strip()[:200])
                else:
                    loop.call_soon_threadsafe(settle, ready)
            loop.call_soon_threadsafe(settle, None)


class PracticeFeed:
    """The rugs feed on an exchange of its own, which lives as long as somebody listens."""

    def __init__(
        self, settings: Settings, clock: Clock, rng: random.Random, *, login: Login | None = None
    ) -> None:
        """Prepare; the exchange is started when `events` is iterated.

        Args:
            settings: how it is run, and how it is connected to.
            clock: what time it is.
            rng: where jitter comes from.
            login: the account to order with; None only reads.
        """
        self._login = None if login is None else login.slowed(settings.practice.speed)
        self._settings = settings
        self._feed_settings = slowed(settings.feed, settings.practice.speed)
        self._clock = clock
        self._rng = rng
        self._backoff = Backoff(base_s=1.0, cap_s=30.0, rng=rng)
        self._feed: RugsFeed | None = None
        self._ready: Ready | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._withdrawn: deque[Event] = deque(maxlen=WITHDRAWN_KEPT)

    @property
    def name(self) -> str:
        """A short name for people and threads."""
        return "practice"

    @property
    def stream(self) -> StreamId:
        """The stream that every event names."""
        return PRACTICE

    def steer(self, command: Command) -> None:
        """Pass a `Chaos` on to the exchange, and orders to its feed; never raises, never waits."""
        if isinstance(command, Approval) and self._feed is None:
            self._withdraw(command)
            return
        if self._feed is not None:
            self._feed.steer(command)
        if not isinstance(command, Chaos) or self._ready is None:
            return
        if len(self._asking) >= FAULTS_UNDER_WAY:
            self._complain(command.fault, "too many are being asked for at once")
            return
        task = asyncio.get_running_loop().create_task(self._ask(self._ready, command.fault))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Start the exchange, yield what it says, start it again if it ends; end it at last."""
        try:
            for start in itertools.count():
                yield self._changed(Link.CONNECTING, "starting the practice exchange")
                process = PracticeProcess(practice_command(self._settings.practice, start))
                try:
                    self._ready = await process.start(
                        timeout_s=self._settings.practice.start_timeout_s
                    )
                    told = self._hear(process, self._ready)
                    async with contextlib.aclosing(told):
                        async for event in told:
                            if isinstance(event, RoundRugged):
                                self._backoff.reset()  # a whole round: it had started well
                            yield event
                    what = "the practice exchange ended"
                except NotStarted as failure:
                    what = f"the practice exchange did not start: {failure}"
                finally:
                    self._feed, self._ready = None, None
                    await process.stop()
                while self._withdrawn:
                    yield self._withdrawn.popleft()
                wait_s = self._backoff.draw_s()
                retry_at = self._clock.monotonic() + round(wait_s * NANOS_PER_SECOND)
                yield self._changed(Link.WAITING, what, Nanos(retry_at))
                await asyncio.sleep(wait_s)
        finally:
            for task in tuple(self._asking):
                task.cancel()
            if self._asking:
                await asyncio.wait(self._asking, timeout=_FAREWELLS_S[0])

    async def _hear(self, process: PracticeProcess, ready: Ready) -> AsyncGenerator[Event, None]:
        self._feed = feed = RugsFeed(
            ready.url,
            PRACTICE,
            self._clock,
            self._feed_settings,
            self._rng,
            name="practice",
            login=self._login,
        )
        while self._withdrawn:
            feed.note(self._withdrawn.popleft())
        process.when_ended(feed.finish)
        told = feed.events()
        async with contextlib.aclosing(told):
            async for event in told:
                yield event

    def _withdraw(self, approval: Approval) -> None:
        self._withdrawn.append(
            OrderExpired(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=PRACTICE,
                order_id=approval.order.order_id,
                reason="the practice exchange is not running",
            )
        )

    async def _ask(self, ready: Ready, fault: str) -> None:
        path, body = ("/clear", {}) if fault == "clear" else ("/fault", {"fault": fault})
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CONTROL_S)) as session,
                session.post(
                    ready.control + path,
                    json=body,
                    headers={"Authorization": f"Bearer {ready.token}"},
                ) as answer,
            ):
                if answer.status >= 400:
                    self._complain(fault, f"it answered {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._complain(fault, f"it could not be asked ({type(error).__name__})")

    def _complain(self, fault: str, why: str) -> None:
        if self._feed is not None:
            self._feed.note(
                ProblemRaised(
                    at=self._clock.now(),
                    mono=self._clock.monotonic(),
                    stream=PRACTICE,
                    code="fault-refused",
                    what=f"The practice exchange did not carry out {fault[:32]!r}: {why}.",
                    remedy="Choose another fault, or connect again.",
                    severity=Severity.WARNING,
                )
            )

    def _changed(self, link: Link, reason: str, retry_at: Nanos | None = None) -> FeedChanged:
        return FeedChanged(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=PRACTICE,
            link=link,
            reason=reason,
            retry_at=retry_at,
        )


def practice_command(settings: PracticeSettings, start: int = 0) -> tuple[str, ...]:
    """Return the command that starts the exchange as a child of ours.

    Args:
        settings: the seed and the speed.
        start: how often it was started before; each start has a seed of its own, for the rounds
            of a given seed were played already.
    """
    launcher = Path(__file__).parents[2] / "app.py"
    if getattr(sys, "frozen", False):
        program: tuple[str, ...] = (sys.executable,)
    elif launcher.is_file():
        program = (sys.executable, str(launcher))
    else:
        program = (sys.executable, "-m", "replayer_qt")
    seed = settings.seed + start if settings.seed else 0
    options = ("--port", "0", "--seed", str(seed), "--speed", str(settings.speed))
    return (*program, "practice", "--json", "--parent", *options)


def slowed(settings: FeedSettings, speed: float) -> FeedSettings:
    """Return settings as patient as an exchange that runs slower than the real one requires.

    Args:
        settings: the usual ones.
        speed: the exchange's [x].
    """
    if speed >= 1.0:
        return settings
    return replace(
        settings,
        stale_s=settings.stale_s / speed,
        reconnect_s=settings.reconnect_s / speed,
        silent_s=settings.silent_s / speed,
    )


def _ready(line: bytes) -> Ready | None:
    try:
        return msgspec.json.decode(line, type=Ready)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


async def _gone(child: "subprocess.Popen[bytes]", timeout_s: float) -> bool:
    deadline = asyncio.get_running_loop().time() + timeout_s
    while child.poll() is None:
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True
