"""The practice exchange as a child: started, heard, annoyed, restarted and always ended."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time

import psutil
import pytest

from replayer_qt.adapters import practice_process
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.rugs_account import Login
from replayer_qt.adapters.practice_process import (
    NotStarted,
    PracticeFeed,
    PracticeProcess,
    practice_command,
    slowed,
)
from replayer_qt.core.commands import Chaos, Disconnect
from replayer_qt.core.events import FeedChanged, Link, RoundRugged
from replayer_qt.core.order_events import OrderExpired, OrderFilled, OrderRejected
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.settings import FeedSettings, PracticeSettings, Settings
from replayer_qt.core.units import PRACTICE
from tests.helpers.dealer import Dealer
from tests.helpers.listening import QUICK, Heard, listening

SETTINGS = Settings(practice=PracticeSettings(seed=5, speed=20.0), feed=QUICK)


def practice_feed(settings: Settings = SETTINGS, login: Login | None = None) -> PracticeFeed:
    return PracticeFeed(settings, SystemClock(), random.Random(1), login=login)


class Children:
    """The processes that began since the test did: others may be there before, a server say."""

    def __init__(self) -> None:
        self._before = {child.pid for child in psutil.Process().children()}

    def __call__(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process().children():
            if child.pid not in self._before:
                found.append(child)
                with contextlib.suppress(psutil.NoSuchProcess):
                    found += child.children(recursive=True)
        return found


@pytest.fixture
def children() -> Children:
    return Children()


def program(*lines: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "\n".join(lines))


READY = 'import json,sys; print(json.dumps(dict(url="u",control="c",token="t",seed=1,pid=2)))'


async def test_a_round_is_heard_from_an_exchange_of_our_own(children):
    """S2-T3: the real protocol, a real process, nothing but this machine."""
    async with listening(practice_feed()) as heard:
        await heard.until(lambda heard: len(heard.ticks()) >= 20, 20)
        assert heard.of(FeedChanged)[0].reason == "starting the practice exchange"
        assert all(event.stream == PRACTICE for event in heard.events)
        assert len(children()) == 1
        await heard.until(lambda heard: heard.of(RoundRugged), 20)
    assert not children()


async def test_it_ends_within_a_second_of_being_left(children):
    """S1-V3: no process, no thread is left."""
    feed = practice_feed()
    events = feed.events()
    async for event in events:
        if isinstance(event, FeedChanged) and event.link is Link.LIVE:
            break
    began = time.monotonic()
    await events.aclose()
    assert time.monotonic() - began <= 1.0
    assert not children()


async def test_a_fault_is_asked_for_and_survived():
    """N7: the app's chaos menu speaks to the exchange, not to itself."""
    feed = practice_feed()
    async with listening(feed) as heard:
        await heard.until(lambda heard: Link.LIVE in heard.links(), 20)
        feed.steer(Chaos(fault="drop"))
        await heard.until(lambda heard: heard.links().count(Link.LIVE) == 2, 10)
        feed.steer(Chaos(fault="clear"))
        feed.steer(Disconnect())
        feed.steer(Chaos(fault="no such fault"))
        await heard.until(lambda heard: heard.of(ProblemRaised), 5)
        (told,) = heard.of(ProblemRaised)
        assert "no such fault" in told.what
        assert (told.code, told.remedy != "") == ("fault-refused", True)


async def test_an_exchange_that_dies_is_started_again(children):
    """S3-P5: it recovers by itself, and says what happened."""
    async with listening(practice_feed()) as heard:
        await heard.until(lambda heard: Link.LIVE in heard.links(), 20)
        (child,) = children()
        os.kill(child.pid, signal.SIGKILL)
        await heard.until(
            lambda heard: any("exchange ended" in event.reason for event in heard.of(FeedChanged)),
            5,
        )
        await heard.ticks_on(20)
        (other,) = children()
        assert other.pid != child.pid


async def test_orders_go_through_the_practice_feed_and_its_faults_reach_them():
    """N7: the menu of faults speaks to the exchange of orders, too."""
    feed = practice_feed(login=Login("ann", lambda: False, 500))
    async with listening(feed) as heard:
        dealer = Dealer(feed, heard)
        await dealer.in_round()
        assert isinstance(await dealer.over(dealer.buy()), OrderFilled)
        feed.steer(Chaos(fault="reject"))
        await asyncio.sleep(0.2)
        await dealer.in_round()
        assert isinstance(await dealer.over(dealer.buy()), OrderRejected)


async def test_an_order_for_an_exchange_that_does_not_run_is_withdrawn():
    """FAULTS O7: proved not sent; told as soon as the feed speaks."""
    feed = practice_feed(login=Login("ann", lambda: False))
    dealer = Dealer(feed, Heard())
    order = dealer.buy(round_id="20261121-0123456789abcdef")
    async with listening(feed) as dealer.heard:
        withdrawn = await dealer.over(order, 20)
        assert isinstance(withdrawn, OrderExpired)
        assert "not running" in withdrawn.reason


def test_a_slow_exchange_gets_patience_in_proportion():
    login = Login("ann", lambda: False, 2_000)
    assert login.slowed(0.1).patience_ms == 20_000
    assert login.slowed(50.0).patience_ms == 2_000


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["import sys; print('no room left'); sys.exit(3)"], "it ended at once: no room left"),
        (["import sys; sys.stdin.read()"], "it said nothing for 0.5 s"),
        (["pass"], "it ended at once: it said nothing"),
    ],
)
async def test_an_exchange_that_does_not_start_says_why(lines, why, children):
    """S1-N3: the start has a deadline."""
    process = PracticeProcess(program(*lines))
    with pytest.raises(NotStarted, match=why):
        await process.start(timeout_s=5.0 if "ended" in why else 0.5)
    await process.stop()
    assert not children()


async def test_a_program_that_is_not_there_is_named(tmp_path):
    process = PracticeProcess([str(tmp_path / "nowhere")])
    with pytest.raises(NotStarted, match="cannot be run"):
        await process.start(timeout_s=1.0)
    await process.stop()


async def test_a_child_that_will_not_end_is_killed(children):
    """S1-H9: by its input, then by a signal, then for good; within a second, and twice."""
    process = PracticeProcess(
        program(
            "import signal, time",
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            READY,
            "sys.stdout.flush()",
            "time.sleep(60)",
        )
    )
    ready = await process.start(timeout_s=10.0)
    assert (ready.url, ready.token) == ("u", "t")
    began = time.monotonic()
    await process.stop()
    await process.stop()
    assert time.monotonic() - began <= 1.2
    assert not children()


async def test_a_talkative_child_does_not_stand_still():
    """FAULTS C10: what it prints is read to the end, and kept in bounds."""
    process = PracticeProcess(
        program(READY, "sys.stdout.write('x' * 99 + chr(10)) and None", "print('y' * 5_000_000)")
    )
    await process.start(timeout_s=10.0)
    ended = asyncio.Event()
    process.when_ended(ended.set)
    async with asyncio.timeout(10):
        await ended.wait()
    assert sum(len(line) for line in process._said) <= practice_process._LINES_KEPT * 200
    await process.stop()


async def test_a_start_that_is_given_up_leaves_no_child(children):
    feed = practice_feed()
    events = feed.events()
    assert (await anext(events)).link is Link.CONNECTING
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await anext(events)
    await events.aclose()
    assert not children()


def test_a_slow_exchange_is_given_more_time():
    usual = FeedSettings()
    assert slowed(usual, 2.0) == usual
    patient = slowed(usual, 0.1)
    assert patient.stale_s == pytest.approx(15.0)
    assert patient.connect_timeout_s == usual.connect_timeout_s


@pytest.mark.parametrize(("seed", "start", "given"), [(7, 0, "7"), (7, 2, "9"), (0, 3, "0")])
def test_each_start_has_a_seed_of_its_own(seed, start, given):
    command = practice_command(PracticeSettings(seed=seed), start)
    assert command[command.index("--seed") + 1] == given


def test_the_command_names_seed_and_speed():
    command = practice_command(PracticeSettings(seed=7, speed=2.5))
    assert command[0] == sys.executable
    assert command[-4:] == ("--seed", "7", "--speed", "2.5")
    assert "--parent" in command
