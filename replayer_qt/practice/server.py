"""The practice exchange: plays its script to everybody who connects, on this machine only."""

import asyncio
import itertools
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec
from aiohttp import web

from replayer_qt.core.errors import UserFacingError
from replayer_qt.practice.control import control_app
from replayer_qt.practice.door import LOOPBACK, Door, our_host_only
from replayer_qt.practice.events import scheduled_royale
from replayer_qt.practice.faults import Fault, StreamFaults, is_rug
from replayer_qt.practice.hall import QUEUE_EASY, Hall
from replayer_qt.practice.house import Era
from replayer_qt.practice.order_desk import OrderDesk
from replayer_qt.practice.order_faults import Mishap
from replayer_qt.practice.pace import Pace
from replayer_qt.practice.rounds import Round
from replayer_qt.practice.sabotage import Sabotage
from replayer_qt.practice.script import Script, Step

NEW_YEAR_2026_MS: Final = 1_767_225_600_000
ROUNDS_KEPT: Final = 2_000
HOPELESSLY_LATE_S: Final = 1.0
EASE_S: Final = 1.0


class AddressRefused(UserFacingError):
    """The exchange was asked to listen where it must not, or cannot."""

    code = "address-refused"
    exit_code = 2


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a practice exchange is run.

    Attributes:
        seed: draws rounds, players and timings.
        speed: how much faster than the real one [x].
        rounds: ends after so many finished rounds; None goes on for ever.
        port: where it listens; 0 takes a free one.
        host: must be 127.0.0.1.
        start_ms: its clock at the start [ms since the Unix epoch, UTC]. The date is part of each
            round's name, and the name of its prices: the same seed and start give the same rounds.
        era: the generation of the protocol.
        lead_in_ms: how much of the countdown comes before the first round [ms].
        cash: what every account begins with [SOL].
    """

    seed: int = 1
    speed: float = 1.0
    rounds: int | None = None
    port: int = 0
    host: str = LOOPBACK
    start_ms: int = NEW_YEAR_2026_MS
    era: Era = Era.E2
    lead_in_ms: int = 2_000
    cash: Decimal = Decimal(10)


class PracticeExchange:
    """A crash game on loopback, with the venue's own protocol and no money.

    Lives on the loop that starts it.

    Attributes:
        token: what the control channel asks for.

    Raises:
        AddressRefused: the options name another host than 127.0.0.1.
    """

    def __init__(self, options: Options) -> None:
        if options.host != LOOPBACK:
            raise AddressRefused(
                f"The practice exchange does not listen on {options.host}.",
                remedy=f"It serves this machine only: leave the host at {LOOPBACK}.",
            )
        self.token = secrets.token_urlsafe(24)
        self._options = options
        self._hall = Hall(options.seed)
        self._faults = StreamFaults()
        self._pace = Pace(options.speed, options.start_ms)
        self._desk = OrderDesk(self._hall, self._pace, options.seed, options.cash)
        self._sabotage = Sabotage(self._hall, self._faults)
        app = web.Application(middlewares=[our_host_only, self._sabotage.at_the_door])
        self._hall.attach(app)
        self._door = Door(app, options.port)
        self._side_door = Door(control_app(self), 0)
        self._ended: deque[Round] = deque(maxlen=ROUNDS_KEPT)
        self._rounds_over = 0
        self._playing: asyncio.Task[None] | None = None

    @property
    def speed(self) -> float:
        """How much faster than the real one [x]; may be changed at any time."""
        return self._pace.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._pace.speed = speed

    @property
    def url(self) -> str:
        """Where clients connect; known once it has started."""
        return self._door.url

    @property
    def control_url(self) -> str:
        """Where faults are switched; known once it has started."""
        return self._side_door.url

    async def start(self) -> None:
        """Listen, and begin to play.

        Raises:
            AddressRefused: the port is taken.
        """
        try:
            await self._door.open()
            await self._side_door.open()
        except OSError as error:
            await self.stop()
            raise AddressRefused(
                f"The practice exchange cannot listen on port {self._options.port}: {error}.",
                remedy="Choose another port, or 0 for a free one.",
            ) from error
        # the first message is ready before the first client is told where to come
        steps = self._script().steps()
        opening = next(steps)
        self._hall.scene = opening.scene
        self._desk.before(opening)
        self._playing = asyncio.get_running_loop().create_task(
            self._play(itertools.chain((opening,), steps))
        )

    async def stop(self) -> None:
        """End all connections and listen no more, within a second; safe twice."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        await self._sabotage.clear()
        await self._desk.close()
        self._hall.hang_up()
        await self._door.close()
        await self._side_door.close()
        await self._hall.close()

    async def over(self) -> None:
        """Wait until the rounds asked for are over.

        Raises:
            Exception: whatever ended the play before.
        """
        if self._playing is not None:
            await asyncio.shield(self._playing)

    def inflict(self, fault: Fault) -> None:
        """Switch a fault on; those that last go on by themselves."""
        if isinstance(fault, Mishap):
            self._desk.inflict(fault)
        else:
            self._sabotage.carry_out(fault, self._door)

    async def clear(self) -> None:
        """Switch every fault off."""
        self._desk.clear()
        await self._sabotage.clear()

    def truth(self) -> list[Round]:
        """Return the newest finished rounds, oldest first; at most 2,000."""
        return list(self._ended)

    def accounts(self, token: str | None = None) -> dict[str, Any]:
        """Return every account, or that of `token`, with the newest of what it did, as sent."""
        members = self._desk.members
        return {"accounts": members.report(token), "dealt": members.dealt}

    def ready(self) -> dict[str, object]:
        """Return what a parent process is told: the addresses, the token, the seed, the pid."""
        return {
            "url": self.url,
            "control": self.control_url,
            "token": self.token,
            "seed": self._options.seed,
            "pid": os.getpid(),
        }

    def status(self) -> dict[str, Any]:
        """Return what goes on, in numbers."""
        hall, scene = self._hall, self._hall.scene
        return {
            **self.ready(),
            "speed": self.speed,
            "clients": len(hall.clients),
            "accepted": hall.accepted,
            "refused": self._sabotage.refused,
            "cut": hall.cut,
            "received": hall.received,
            "waiting": hall.waiting,
            "rounds": self._rounds_over,
            "round_id": scene.round.round_id if scene else None,
            "tick": scene.tick if scene else None,
            "active": scene.active if scene else None,
            "timer_ms": scene.timer_ms if scene else None,
            "sent": dict(hall.sent),
            "accounts": sum(1 for _ in self._desk.members),
            "dealt": self._desk.members.dealt,
            "faults": self._sabotage.active | self._desk.faults.active,
        }

    def _script(self) -> Script:
        options = self._options
        return Script(
            seed=options.seed,
            start_ms=options.start_ms,
            era=options.era,
            lead_in_ms=options.lead_in_ms,
            royale=scheduled_royale(options.seed, options.start_ms),
        )

    async def _play(self, steps: Iterator[Step]) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for step in steps:
            due += step.delay_ms / 1000 / self._pace.speed
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._ease()
            due = max(due, loop.time() - HOPELESSLY_LATE_S)
            self._pace.advance(step.delay_ms)
            if is_rug(step.event, step.args):
                await self._desk.settle(step.scene)
            self._say(step)
            if step.ended is not None and self._ends_with(step.ended):
                break
        await self._drain()

    def _say(self, step: Step) -> None:
        hall, desk = self._hall, self._desk
        hall.scene = step.scene
        desk.before(step)
        if not hall.mute:
            args, unheard = desk.public(step)
            hall.broadcast(step.event, self._faults.pass_on(step.event, args), but=unheard)
        desk.after(step)

    def _ends_with(self, game: Round) -> bool:
        self._ended.append(game)
        self._rounds_over = game.number + 1
        return self._options.rounds is not None and self._rounds_over >= self._options.rounds

    async def _ease(self) -> None:
        """Give slow clients up to a second to read, rather than lose them at a high speed."""
        hall = self._hall
        await _while(lambda: hall.waiting > QUEUE_EASY and hall.taps.flowing.is_set())

    async def _drain(self) -> None:
        await _while(lambda: self._hall.waiting > 0)


async def _while(lasting: Callable[[], bool]) -> None:
    """Wait as long as `lasting` holds, at most a second."""
    loop = asyncio.get_running_loop()
    until = loop.time() + EASE_S
    while lasting() and loop.time() < until:  # noqa: ASYNC110  (the queues tell nobody)
        await asyncio.sleep(0.005)
