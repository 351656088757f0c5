"""The supervisor in virtual time: hours of refusals, flaps and silences in milliseconds."""

import asyncio
import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from replayer_qt.adapters.feeds.breaker import BreakerState
from replayer_qt.adapters.feeds.connection import Connection, Loss, Unreachable
from replayer_qt.core.events import Link
from replayer_qt.core.settings import FeedSettings
from tests.helpers.virtual_time import VirtualClock, run_virtually

TICK_S = 0.25


class World:
    """A venue that follows a plan: at each moment it is up, down, mute or a black hole."""

    def __init__(self, plan: Callable[[float], str], **settings) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.start = self.loop.time()
        self.told: list[tuple[float, Link, str, int, int | None]] = []
        self.dialled: list[float] = []
        self.lines: list[ScriptedLine] = []
        self.connection = Connection(
            lambda: ScriptedLine(self),
            settings=replace(FeedSettings(), **settings),
            clock=VirtualClock(self.loop),
            rng=random.Random(11),
            tell=lambda link, why, n, at: self.told.append((self.now(), link, why, n, at)),
        )

    def now(self) -> float:
        return self.loop.time() - self.start

    def links(self) -> list[Link]:
        return [one[1] for one in self.told]

    async def run_for(self, seconds: float) -> None:
        running = asyncio.create_task(self.connection.run())
        await asyncio.wait((running,), timeout=seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert all(line.closed for line in self.lines)
        assert asyncio.all_tasks() == {asyncio.current_task()}


class ScriptedLine:
    def __init__(self, world: World) -> None:
        self.world = world
        self.lost: asyncio.Future[Loss] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.ticking: asyncio.Task[None] | None = None
        world.lines.append(self)

    async def open(self) -> None:
        self.world.dialled.append(self.world.now())
        match self.world.plan(self.world.now()):
            case "down":
                raise Unreachable(Loss(reason="nothing listens at this address"))
            case "bug":
                raise KeyError("sid")
            case "hole":
                await asyncio.Event().wait()
            case "refused":
                raise Unreachable(Loss(reason="the server refuses this client (403)", final=True))
            case _:
                self.ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            plan = self.world.plan(self.world.now())
            if plan in {"down", "hole"}:
                self.lost.set_result(Loss(reason="the connection was lost"))
                return
            if plan == "up":
                self.world.connection.advance(self, running=True)
            await asyncio.sleep(TICK_S)

    async def close(self) -> None:
        self.closed = True
        if self.ticking is not None:
            self.ticking.cancel()


@pytest.mark.parametrize("answer", ["down", "hole"])
def test_a_server_that_is_away_for_ten_minutes_is_tried_thirty_times_at_most(answer):
    """S0-M1, S3-R1: default settings; the next attempt is told, and it recovers by itself."""

    async def body():
        world = World(lambda now: answer if now < 600 else "up")
        await world.run_for(800)
        tries = [at for at in world.dialled if at < 600]
        assert len(tries) <= 30
        assert world.told[-1][1] is Link.LIVE
        waits = [one for one in world.told if one[1] in {Link.WAITING, Link.BLOCKED}]
        assert all(one[4] is not None and one[2] for one in waits)

    run_virtually(body())


def test_thirty_tries_suffice_whatever_chance_says():
    """S0-M1: 200 other dice."""

    async def body():
        worst = 0
        for seed in range(200):
            world = World(lambda _: "down")
            world.connection._attempts._backoff._rng = random.Random(seed)
            await world.run_for(600)
            worst = max(worst, len(world.dialled))
        assert worst <= 30

    run_virtually(body())


def test_a_flapping_server_opens_the_breaker_and_a_stable_one_closes_it():
    """S2-M7, FAULTS N3: up 30 s, down 5 s, for an hour, then stable."""

    async def body():
        world = World(lambda now: "up" if now > 3600 or now % 35 < 30 else "down")
        await world.run_for(3600)
        assert world.connection.health().attempts <= 60 * 12
        made = world.dialled
        assert all(
            sum(at <= other < at + 300 for other in made) <= FeedSettings().attempts for at in made
        )
        world = World(lambda now: "up" if now > 600 or now % 5 < 2 else "down")
        await world.run_for(900)
        health = world.connection.health()
        assert health.breaker_opened >= 1
        assert Link.BLOCKED in world.links()
        assert (health.link, health.breaker) == (Link.LIVE, BreakerState.CLOSED)

    run_virtually(body())


def test_the_breaker_is_reported_as_it_was():
    """S4-O5, S4-O6, S4-O7, S4-O3: against a schedule that can be computed."""

    async def body():
        world = World(lambda _: "down", breaker_failures=3, breaker_open_s=60.0, backoff_cap_s=0.01)
        await world.run_for(200)
        health = world.connection.health()
        assert health.attempts == len(world.dialled) == 6
        assert health.breaker_opened == 4
        assert health.breaker_open_s == pytest.approx(200, rel=0.01)
        assert health.breaker is BreakerState.OPEN

    run_virtually(body())


def test_the_budget_holds_whatever_the_back_off_says():
    """S4-B1, S4-B1b: and the next attempt comes when the oldest leaves the window."""

    async def body():
        world = World(
            lambda _: "down",
            backoff_cap_s=0.01,
            breaker_failures=1000,
            attempts=20,
            attempts_window_s=100.0,
        )
        await world.run_for(1000)
        made = world.dialled
        assert len(made) > 150
        gaps = [later - earlier for earlier, later in zip(made, made[20:], strict=False)]
        assert min(gaps) >= 100.0 - 1e-6
        assert min(gaps) == pytest.approx(100.0, abs=0.02)
        assert any(one[2].endswith("too many attempts lately") for one in world.told)

    run_virtually(body())


def test_a_hundred_stalls_are_each_told_and_none_reconnects():
    """S4-1c: stale after 1.5 s, live with the next tick, on one and the same connection."""

    async def body():
        world = World(lambda now: "mute" if now % 10 > 7.9 else "up")
        await world.run_for(1000)
        assert world.connection.health().stale == 100
        assert world.links().count(Link.STALE) == 100
        assert world.connection.health().connects == 1

    run_virtually(body())


def test_a_stream_that_stays_mute_is_dialled_again_each_time():
    """S4-1c, S3-T6: stale at 1.5 s, given up at 3 s, a hundred times."""

    async def body():
        world = World(
            lambda now: "mute" if now % 60 > 50 else "up", breaker_failures=1000, attempts=10_000
        )
        await world.run_for(6000)
        dead = [one for one in world.told if one[1] is Link.WAITING and "no tick" in one[2]]
        stale = [one for one in world.told if one[1] is Link.STALE]
        assert len(dead) >= 100
        assert len(stale) >= 100
        for at, *_ in stale:
            assert 0 < at % 60 - 50 < 10

    run_virtually(body())


def test_a_connection_that_says_nothing_is_not_called_live():
    async def body():
        world = World(lambda _: "mute")
        await world.run_for(30)
        assert Link.LIVE not in world.links()
        assert any("nothing of use" in one[2] for one in world.told)

    run_virtually(body())


def test_a_refusal_for_good_ends_it():
    """FAULTS N13: 403 and 451 stop, and say so."""

    async def body():
        world = World(lambda _: "refused")
        loss = await world.connection.run()
        assert loss.final
        assert world.told[-1][1:3] == (Link.ENDED, "the server refuses this client (403)")
        assert len(world.dialled) == 1

    run_virtually(body())


def test_a_black_hole_is_left_at_the_deadline():
    """S2-H1, S1-N3: connect fails at its deadline and a retry is planned."""

    async def body():
        world = World(lambda _: "hole", connect_timeout_s=4.0)
        await world.run_for(4.001)
        at, link, why, attempt, retry_at = world.told[1]
        assert at == pytest.approx(4.0, abs=1e-6)
        assert (link, why, attempt) == (Link.WAITING, "no answer within 4 s", 1)
        assert retry_at is not None

    run_virtually(body())


def test_a_line_of_the_past_is_not_listened_to():
    """S1-C4: the generation that is over can neither revive nor prove a connection."""

    async def body():
        world = World(lambda now: "up" if now < 1 or now > 5 else "down")
        await world.run_for(3)
        told = len(world.told)
        world.connection.advance(world.lines[0], running=True)
        assert len(world.told) == told

    run_virtually(body())


def test_an_error_of_our_own_is_logged_once_and_tried_again(caplog):
    """S4-1b: counted, told, and the connection is made again with the usual waits."""

    async def body():
        world = World(lambda now: "bug" if now < 60 else "up")
        await world.run_for(300)
        health = world.connection.health()
        assert health.faults >= 3
        assert health.link is Link.LIVE
        assert any("error of this program (KeyError)" in one[2] for one in world.told)

    run_virtually(body())
    assert len(caplog.records) == 1


def test_errors_in_a_row_are_one_loss():
    """S4-1d: the first word counts."""

    async def body():
        world = World(lambda _: "up")
        running = asyncio.create_task(world.connection.run())
        await asyncio.sleep(1)
        line = world.lines[0]
        line.lost.set_result(Loss(reason="the connection was lost"))
        await asyncio.sleep(5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert world.connection.health().attempts == 2
        assert world.links().count(Link.WAITING) == 1

    run_virtually(body())


def test_stopping_is_quick_in_every_state():
    """S4-5: even when a line does not let go."""

    async def body():
        class Clinging(ScriptedLine):
            async def close(self) -> None:
                self.closed = True
                await asyncio.sleep(30)

        for plan in ("up", "down", "hole", "mute"):
            for after in (0.0, 0.1, 5.0):
                world = World(lambda _, plan=plan: plan)
                world.connection._dial = lambda world=world: Clinging(world)
                running = asyncio.create_task(world.connection.run())
                await asyncio.sleep(after)
                began = world.now()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                assert world.now() - began <= 1.0
                for line in world.lines:
                    if line.ticking is not None:
                        line.ticking.cancel()

    run_virtually(body())


def test_a_day_of_outages_always_ends_live():
    """S3-T6, S3-P5, S4-O1: 1 s, 10 s and 5 min; told within a second, over by itself."""

    async def body():
        outages = [(100.0, 1.0), (300.0, 10.0), (700.0, 300.0), (1500.0, 1.0)]
        world = World(lambda now: "down" if any(a <= now < a + d for a, d in outages) else "up")
        await world.run_for(2000)
        for begin, length in outages:
            back = [at for at, link, *_ in world.told if link is Link.LIVE and at > begin + 0.5]
            limit = 2.0 if length <= 1.0 else 130.0
            lost = [at for at, link, *_ in world.told if link is Link.WAITING and at >= begin]
            assert lost[0] - begin <= 1.0
            assert back
            assert back[0] - (begin + length) <= limit

    run_virtually(body())


class DeafLine:
    """Swallows every cancellation, as the library can while it connects and disconnects."""

    def __init__(self, deaf_s: float) -> None:
        self.lost: asyncio.Future[Loss] = asyncio.get_running_loop().create_future()
        self.opening = asyncio.Event()
        self._deaf_s = deaf_s

    async def open(self) -> None:
        self.opening.set()
        await self._be_deaf()

    async def close(self) -> None:
        await self._be_deaf()

    async def _be_deaf(self) -> None:
        until = asyncio.get_running_loop().time() + self._deaf_s
        while (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.sleep(left)
            except asyncio.CancelledError:
                continue


@pytest.mark.parametrize("deaf_s", [0.1, 5.0])
def test_stopping_does_not_depend_on_the_library_heeding_it(deaf_s):
    """S1-C5, S1-N3: one cancellation ends it, whatever becomes of it inside the library."""

    async def body() -> float:
        loop = asyncio.get_running_loop()
        lines: list[DeafLine] = []

        def dial() -> DeafLine:
            lines.append(DeafLine(deaf_s))
            return lines[-1]

        connection = Connection(
            dial,
            settings=FeedSettings(),
            clock=VirtualClock(loop),
            rng=random.Random(1),
            tell=lambda *_: None,
        )
        running = asyncio.create_task(connection.run())
        await asyncio.sleep(0)
        await lines[0].opening.wait()
        began = loop.time()
        running.cancel()
        await asyncio.wait((running,), timeout=60)
        assert running.cancelled()
        took = loop.time() - began
        await asyncio.sleep(20)  # the deaf ones end by themselves
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return took

    assert run_virtually(body()) <= 1.2
