"""The feed against the practice exchange: what is heard is what was played, whatever breaks."""

import asyncio
import gc
import logging
import threading

import psutil
import pytest
from engineio import base_client

from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    FeedMeasured,
    GapFound,
    Link,
    PriceTicked,
    RoundRugged,
)
from tests.helpers.chaos_proxy import chaos_proxy
from tests.helpers.exchange import RunningExchange, practice_exchange
from tests.helpers.listening import Heard, listening, quick_feed

CYCLES = 1_000


@pytest.fixture(autouse=True)
def quiet_http():
    """Keep the client library's complaints about broken peers out of the log."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("aiohttp").setLevel(logging.NOTSET)


def compare_with_truth(heard: Heard, exchange: RunningExchange) -> int:
    """Check every tick that was heard of finished rounds; return how many ticks there were."""
    truth = {one["round_id"]: one for one in exchange.rounds()}
    checked = 0
    for tick in heard.of(PriceTicked):
        if tick.round_id in truth:
            assert truth[tick.round_id]["prices"][tick.tick] == tick.price
            checked += 1
    for rug in heard.of(RoundRugged):
        if rug.round_id in truth:
            assert rug.tick == truth[rug.round_id]["rug_tick"]
    return checked


async def test_what_is_heard_is_what_was_played():
    """S2-T3, S3-I2: every tick of whole rounds, bit for bit, and every seed bears it out."""
    with practice_exchange(7, 40.0, 3) as exchange:
        async with listening(quick_feed(exchange.url)) as heard:
            await heard.until(lambda heard: len(heard.of(RoundRugged)) >= 2, 30)
            await heard.until(lambda heard: len(heard.of(FairnessChecked)) >= 2, 10)
            assert compare_with_truth(heard, exchange) > 0
        rugged = {one.round_id for one in heard.of(RoundRugged)}
        for name in rugged:
            ticks = [one.tick for one in heard.of(PriceTicked) if one.round_id == name]
            assert sorted(ticks) == list(range(max(ticks) + 1))
        assert {one.verdict for one in heard.of(FairnessChecked)} == {Fairness.VERIFIED}
        measured = heard.of(FeedMeasured)[-1]
        assert measured.rejected == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "drop"},
        {"name": "drop", "how": "end"},
        {"name": "polite"},
        {"name": "polite", "how": "engine"},
        {"name": "stall", "seconds": 0.4},
        {"name": "stall", "seconds": 1.0, "keep": False},
        {"name": "refuse", "seconds": 0.4},
        {"name": "blackhole", "seconds": 0.4},
        {"name": "binary"},
        {"name": "oversized"},
        {"name": "garbage"},
    ],
    ids=str,
)
async def test_no_fault_of_the_exchange_makes_a_tick_wrong_or_a_round_a_phantom(fault):
    """S3-T6, S4-T4, FAULTS N1, N2, N4, N6, N8: it recovers, and all that was heard is true."""
    with practice_exchange(11, 20.0) as exchange:
        async with listening(quick_feed(exchange.url)) as heard:
            await heard.until(lambda heard: len(heard.ticks()) > 5, 20)
            members = dict(fault)
            await asyncio.to_thread(exchange.fault, members.pop("name"), **members)
            if fault["name"] in {"refuse", "blackhole"}:
                await asyncio.to_thread(exchange.fault, "drop")
            rugs = len(heard.of(RoundRugged))
            await heard.until(lambda heard: len(heard.of(RoundRugged)) >= rugs + 1, 30)
            await heard.ticks_on(10)
            await heard.until(lambda heard: heard.links()[-1] in {Link.LIVE, Link.STALE}, 5)
            compare_with_truth(heard, exchange)
        holes = {one.round_id for one in heard.of(GapFound)}
        for rug in heard.of(RoundRugged)[1:]:
            ticks = [one.tick for one in heard.of(PriceTicked) if one.round_id == rug.round_id]
            whole = sorted(ticks) == list(range(rug.tick + 1))
            assert whole or rug.round_id in holes


def held() -> dict[str, int]:
    """Return what a connection could leave behind."""
    gc.collect()
    return {
        "tasks": len(asyncio.all_tasks()),
        "sockets": len(psutil.Process().net_connections()),
        "threads": threading.active_count(),
        "clients": len(base_client.connected_clients),
    }


async def drop_a_thousand_times(exchange: RunningExchange) -> None:
    feed = quick_feed(
        exchange.url,
        backoff_base_s=1e-4,
        backoff_cap_s=2e-4,
        healthy_after_s=0,
        stale_s=5,
        reconnect_s=9,
        silent_s=9,
    )
    async with chaos_proxy(exchange.url) as proxy:
        feed._url = proxy.url
        async with listening(feed) as heard:
            first: dict[str, int] = {}
            for cycle in range(1, CYCLES + 1):
                await heard.until(
                    lambda heard: heard.links()[-1:] == [Link.LIVE] and len(proxy._tasks) == 1, 10
                )
                first = first or held()
                heard.events.clear()
                proxy.cut()
                await heard.until(lambda _, cycle=cycle: proxy.accepted == cycle + 1, 10)
            await heard.ticks_on(10)
            await heard.until(lambda _: len(proxy._tasks) == 1)
            assert held() == first
            assert proxy.accepted == CYCLES + 1 == feed.health().connects
    async with asyncio.timeout(10):
        while (await asyncio.to_thread(exchange.status))["clients"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_thousand_drops_of_the_exchange_leave_what_the_first_left():
    """S0-C1, S1-C4, N7: time scaled up; handlers, tasks, threads, sockets, subscribers."""
    with (
        practice_exchange(3, 100.0) as exchange,
        asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
    ):
        runner.run(drop_a_thousand_times(exchange))
