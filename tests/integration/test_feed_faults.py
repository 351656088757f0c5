"""A real client against real servers that fail, lie and hang: it always comes back."""

import asyncio
import contextlib
import gc
import itertools
import logging
import random
import time
from collections.abc import AsyncIterator

import psutil
import pytest
from aiohttp import web
from engineio import base_client

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.core.events import (
    EventsShed,
    FeedChanged,
    FeedMeasured,
    Link,
    PriceTicked,
    RawReceived,
    RoundOpened,
    TickOrigin,
    TradePrinted,
)
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import RUGS
from tests.helpers.chaos_proxy import ChaosProxy, chaos_proxy
from tests.helpers.listening import Heard, listening, quick_feed
from tests.helpers.rugs_server import (
    OPEN,
    ROUND,
    Client,
    ContinuedTicks,
    RugsServer,
    countdown,
    event,
    rugs_server,
    steady_ticks,
    tick_state,
)

MIXED_FAULTS = 40
"""Faults of the mixed run; the long runs take more."""


@pytest.fixture(autouse=True)
def quiet_server():
    """Keep the test server's own complaints about broken clients out of the log."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("aiohttp").setLevel(logging.NOTSET)


def resources() -> dict[str, int]:
    gc.collect()
    me = psutil.Process()
    return {
        "tasks": len(asyncio.all_tasks()),
        "files": me.num_fds(),
        "threads": me.num_threads(),
        "clients": len(base_client.connected_clients),
    }


@contextlib.asynccontextmanager
async def chaotic(seed: int = 1) -> AsyncIterator[tuple[RugsServer, ChaosProxy, Heard]]:
    """Listen to a server through a proxy that breaks things."""
    async with (
        rugs_server(ContinuedTicks()) as server,
        chaos_proxy(server.url, seed) as proxy,
        listening(quick_feed(proxy.url, seed)) as heard,
    ):
        yield server, proxy, heard


# --- receiving


async def test_what_a_server_says_arrives_raw_and_read_in_order():
    """S2-T3, S3-I2: a real server, the real client library."""

    async def script(client: Client) -> None:
        await client.say(event("gameStateUpdate", countdown(100)))
        for tick in range(200):
            await client.tick(tick, 1.0 + tick / 100)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: len(heard.ticks()) == 200)
        assert heard.ticks() == list(range(200))
        assert all(one.origin is TickOrigin.LIVE for one in heard.of(PriceTicked))
        raw = heard.of(RawReceived)
        assert len(raw) == 201
        assert raw[1].data == event("gameStateUpdate", tick_state(0, 1.0))[2:].encode()
        first_tick = next(e for e in heard.events if isinstance(e, PriceTicked))
        assert heard.events.index(raw[1]) < heard.events.index(first_tick)
        assert heard.links() == [Link.CONNECTING, Link.LIVE]
        assert server.frames == ["40{}"]  # a client that only reads says nothing more


async def test_one_address_is_one_connection_however_much_hangs_on_it():
    """S3-L2: server-side count."""
    async with rugs_server(steady_ticks) as server, listening(quick_feed(server.url)) as heard:
        await heard.ticks_on()
        assert (server.accepted, len(server.clients)) == (1, 1)


async def test_the_venues_origin_is_told_to_the_venue_alone():
    async with rugs_server(steady_ticks) as server:
        async with listening(quick_feed(server.url)) as heard:
            await heard.ticks_on()
        async with listening(quick_feed(server.url, rugs_url=f"{server.url}?v=1")) as heard:
            await heard.ticks_on()
    assert "Origin" not in server.headers[0]
    assert server.headers[1]["Origin"] == FeedSettings().rugs_origin


async def test_measurements_come_at_most_twice_a_second():
    """S4-O3: attempts and connects equal what the server counted."""
    async with rugs_server(ContinuedTicks(0.005)) as server:
        async with listening(quick_feed(server.url)) as heard:
            await heard.ticks_on(more=50)
            await server.clients[0].socket.close()
            await heard.until(lambda heard: heard.links().count(Link.LIVE) == 2)
            await heard.ticks_on(more=200)
        told = heard.of(FeedMeasured)
        gaps = [later.mono - one.mono for one, later in itertools.pairwise(told)]
        assert min(gaps) >= 500_000_000
        assert (told[-1].connects, told[-1].attempts) == (2, 2) == (server.accepted, 2)
        assert told[-1].messages > 100


async def test_a_callback_returns_at_once():
    """S4-1, S4-K5, N7: p99.9 of the library's callback is far below 10 ms; it only appends."""

    async def script(client: Client) -> None:
        for tick in range(2000):
            await client.tick(tick)

    took: list[float] = []
    async with rugs_server(script) as server:
        feed = quick_feed(server.url)
        hear = feed._hear

        def timed(*arguments):
            began = time.perf_counter()
            hear(*arguments)
            took.append(time.perf_counter() - began)

        feed._hear = timed
        async with listening(feed) as heard:
            await heard.until(lambda heard: len(heard.ticks()) == 2000, 20)
    took.sort()
    assert took[int(len(took) * 0.999)] < 0.010


# --- losing the connection


@pytest.mark.parametrize("how", ["reset", "fin"])
async def test_a_broken_connection_is_made_again(how):
    """FAULTS N1, S3-T6, S4-T4, N8: within 2 s, one handler set, the missed ticks are marked."""
    async with chaotic() as (server, proxy, heard):
        await heard.ticks_on()
        proxy.cut(how)
        await heard.until(lambda heard: heard.links().count(Link.LIVE) == 2, 2)
        await heard.ticks_on()
        assert len(server.clients) == 1
        assert heard.ticks() == sorted(set(heard.ticks()))
        assert heard.links()[:5] == [
            Link.CONNECTING,
            Link.LIVE,
            Link.WAITING,
            Link.CONNECTING,
            Link.LIVE,
        ]


@pytest.mark.parametrize("frame", ["41", "1", "44", '44{"message":"no"}'])
async def test_a_polite_goodbye_is_a_loss_like_any_other(frame):
    """FAULTS N2: the library alone would never come back."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        if server.accepted == 1:
            await client.tick(0)
            await client.say(frame)
        else:
            await ticks(client)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: heard.links().count(Link.LIVE) == 2, 3)
        assert server.accepted == 2


async def test_a_thousand_error_frames_are_one_reconnect():
    """S4-1d: in one second."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        if server.accepted == 1:
            await client.tick(0)
            await client.say(*["44"] * 500, *["41"] * 500)
        else:
            await ticks(client)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: heard.links().count(Link.LIVE) == 2, 3)
        await heard.ticks_on(more=20)
        assert server.accepted == 2
        assert heard.links().count(Link.WAITING) == 1


async def test_a_flapping_server_is_outlived():
    """FAULTS N3: connections of 0 to 30 ms, then a good one."""
    async with rugs_server(ContinuedTicks()) as server, chaos_proxy(server.url) as proxy:
        proxy.mode = "flap"
        async with listening(quick_feed(proxy.url)) as heard:
            await heard.until(lambda _: proxy.accepted >= 40)
            proxy.mode = "pass"
            await heard.ticks_on()
            assert len(server.clients) == 1


async def test_a_half_open_connection_is_noticed_by_the_age_of_its_data():
    """FAULTS N4, S2-H1: stale, then dialled again, though the socket is up."""
    async with chaotic() as (_, proxy, heard):
        await heard.ticks_on()
        proxy.mode = "blackhole"
        began = time.monotonic()
        await heard.until(lambda heard: Link.STALE in heard.links(), 2)
        await heard.until(lambda heard: Link.WAITING in heard.links(), 2)
        assert time.monotonic() - began < 2
        proxy.mode = "pass"
        await heard.ticks_on()


async def test_bytes_that_say_nothing_new_do_not_keep_a_connection_alive():
    """FAULTS N5: the same tick again and again, and pings, are not life."""

    async def script(client: Client) -> None:
        while True:
            await client.tick(7)
            await client.say("2")
            await asyncio.sleep(0.01)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: Link.STALE in heard.links(), 3)
        await heard.until(lambda _: server.accepted >= 2, 3)
        assert heard.ticks().count(7) == 1
        assert heard.ticks()[-1] == 7


async def test_a_slow_connection_is_left():
    """FAULTS N5: a byte each 5 ms never makes a message in time."""
    async with chaotic() as (_, proxy, heard):
        await heard.ticks_on()
        proxy.mode = "slow"
        await heard.until(lambda heard: Link.WAITING in heard.links(), 4)
        proxy.mode = "pass"
        await heard.ticks_on()


async def test_a_held_countdown_is_no_silence():
    """A venue that pauses between rounds says so, and is left alone."""

    async def script(client: Client) -> None:
        while True:
            await client.say(event("gameStateUpdate", countdown(9000, cooldownPaused=True)))
            await asyncio.sleep(0.05)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: len(heard.of(RawReceived)) > 30)
        assert server.accepted == 1


# --- hostile frames

DEEP = "[" * 100_000 + "]" * 100_000
HOSTILE: list[tuple[str, list[str | bytes]]] = [
    ("truncated json", ['42["gameStateUpdate",{"price":1']),
    ("not json", ["42hello"]),
    ("event not list", ['42{"a":1}']),
    ("empty list", ["42[]"]),
    ("event name int", ['42[5,{"price":1}]']),
    ("unknown engine packet", ["9abc"]),
    ("empty frame", [""]),
    ("empty message", ["4"]),
    ("null message", ["4null"]),
    ("unknown socket packet", ["49[]"]),
    ("attachment never sent", ['451-["gameStateUpdate",{"_placeholder":true,"num":0}]']),
    ("binary without header", [b"\x00\xff\x01"]),
    ("attachment count huge", ['45999999999999-["x",{"_placeholder":true,"num":0}]']),
    ("attachment count of 200 digits", ["45" + "9" * 200 + '-["x",{}]']),
    ("placeholder out of range", ['451-["x",{"_placeholder":true,"num":77}]', b"abc"]),
    ("nested 100k", [f'42["gameStateUpdate",{DEEP}]']),
    ("nested 100k outside", [f"4{DEEP}"]),
    ("NaN", ['42["gameStateUpdate",{"price":NaN}]']),
    ("1e999", ['42["gameStateUpdate",{"price":1e999}]']),
    ("5000 digits", ['42["gameStateUpdate",{"tickCount":' + "9" * 5000 + "}]"]),
    ("lone surrogate", ['42["gameStateUpdate",{"u":"\\ud800"}]']),
    ("duplicate keys", ['42["gameStateUpdate",{"price":1,"price":2}]']),
    ("2 MB event", ['42["gameStateUpdate",{"x":"' + "a" * 2_000_000 + '"}]']),
    ("10 MB event", ['42["gameStateUpdate",{"x":"' + "a" * 10_000_000 + '"}]']),
    ("ack nobody waits for", ['43777["x"]']),
    ("ack asked for", ['427["x",1]']),
    ("other namespace", ['42/admin,["gameStateUpdate",{"price":1}]']),
    ("second open", [OPEN]),
    ("second connect", ["40[1,2]"]),
    ("library's own names", ['42["disconnect","x"]', '42["connect_error","x"]', '42["*",1]']),
]


@pytest.mark.parametrize(("name", "frames"), HOSTILE, ids=[name for name, _ in HOSTILE])
async def test_a_hostile_frame_is_survived(name, frames):
    """FAULTS N6, N7, N8; S0-H6: later ticks arrive, whether the connection lived or not."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        await client.tick(ticks.tick)
        if server.accepted == 1:
            await client.say(*frames)
        await ticks(client)

    async with rugs_server(script) as server:
        feed = quick_feed(server.url)
        async with listening(feed) as heard:
            await heard.until(lambda heard: len(heard.ticks()) >= 1)
            await heard.ticks_on(5, more=5)
        assert server.accepted <= 2


async def test_a_bad_binary_frame_makes_nobody_deaf():
    """FAULTS N6: the library waits for ever for the attachment; ours does not know them."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        await client.tick(ticks.tick)
        await client.say('451-["gameStateUpdate",{"_placeholder":true,"num":77}]', b"abc")
        await ticks(client)

    async with rugs_server(script) as server:
        feed = quick_feed(server.url)
        async with listening(feed) as heard:
            await heard.ticks_on(more=20)
        assert server.accepted == 1
        assert dict(feed.quarantine.counts) == {"packet-type": 1, "binary": 1}


async def test_ten_thousand_malformed_events_are_counted_and_the_connection_stays_up():
    """S0-H6: then the next valid tick is delivered."""
    rng = random.Random(6)
    bad = ['{"gameId":7}', "null", "[]", '{"price":NaN}', '{"gameId":""}', '"x"', "{", "1e999"]

    async def script(client: Client) -> None:
        await client.tick(0)
        for _ in range(10_000):
            await client.say(f'42["gameStateUpdate",{rng.choice(bad)}]')
        await client.tick(1)

    async with rugs_server(script) as server:
        feed = quick_feed(server.url, stale_s=30.0, reconnect_s=30.0, silent_s=30.0)
        async with listening(feed) as heard:
            await heard.until(lambda heard: heard.ticks() == [0, 1], 25)
        assert server.accepted == 1
        assert feed.quarantine.counts.total() == 10_000
        assert len(feed.quarantine.kept) == 100


async def test_a_message_of_ten_megabytes_closes_the_connection_and_is_counted():
    """FAULTS N8, S3-T7: code 1009, a new connection, and no more memory than the limit."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        await client.tick(ticks.tick)
        if server.accepted == 1:
            await client.say('42["gameStateUpdate",{"x":"' + "a" * 10_000_000 + '"}]')
        await ticks(client)

    async with rugs_server(script) as server:
        feed = quick_feed(server.url)
        async with listening(feed) as heard:
            await heard.until(lambda _: server.accepted == 2, 5)
            await heard.ticks_on()
            await heard.until(lambda _: 1009 in server.closed)
        assert feed.quarantine.counts["too-large"] == 1
        lost = [one.reason for one in heard.of(FeedChanged) if one.link is Link.WAITING]
        assert lost == ["a message was far too large"]


async def test_old_and_repeated_ticks_are_not_told():
    """FAULTS N10: by round and tick; a new round begins anew."""

    async def script(client: Client) -> None:
        for tick in (0, 1, 1, 2, 0, 3, 2, 3, 4):
            await client.tick(tick, 1.0 + tick)
        await client.say(event("gameStateUpdate", tick_state(5, 0.01, rugged=True)))
        other = {"gameId": "20261121-fedcba9876543210", "provablyFair": None}
        await client.say(event("gameStateUpdate", countdown(100, **other)))
        for tick in (0, 1):
            await client.tick(tick, 1.0 + tick, **other)

    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: heard.ticks()[-2:] == [0, 1] and len(heard.ticks()) == 8)
        assert heard.ticks() == [0, 1, 2, 3, 4, 5, 0, 1]
        assert len(heard.of(RoundOpened)) == 2


async def test_a_flood_is_heard_in_bounded_memory():
    """FAULTS N11: as fast as the server can; nothing lost, the loop keeps breathing."""
    count = 20_000

    async def script(client: Client) -> None:
        trade = {"gameId": ROUND, "type": "sell", "tickIndex": 1, "price": 1.5, "amount": 1}
        for number in range(count):
            await client.say(event("standard/newTrade", trade | {"id": str(number), "qty": 1}))

    before = psutil.Process().memory_info().rss
    async with rugs_server(script) as server:
        feed = quick_feed(server.url, silent_s=60.0, reconnect_s=60.0, stale_s=60.0)
        most, trades, shed = 0, 0, 0
        async with asyncio.timeout(30):
            events = feed.events()
            async with contextlib.aclosing(events):
                async for one in events:
                    trades += isinstance(one, TradePrinted)
                    shed += one.count if isinstance(one, EventsShed) else 0
                    most = max(most, len(asyncio.all_tasks()))
                    if trades + shed == count:
                        break
    assert most < 2_000
    assert shed == 0
    assert psutil.Process().memory_info().rss - before < 64 * 2**20


async def test_a_reader_that_stands_still_costs_a_count_and_no_memory():
    """S1-N4, S3-C1: the queue has a bound; the oldest are shed, and told of."""
    count = 30_000

    async def script(client: Client) -> None:
        await client.tick(0)
        for number in range(count):
            await client.say(f'42["other",{number}]')
        await client.tick(1)

    async with rugs_server(script) as server:
        feed = quick_feed(server.url, silent_s=60.0, reconnect_s=60.0, stale_s=60.0)
        events = feed.events()
        async with contextlib.aclosing(events), asyncio.timeout(30):
            async for one in events:
                if isinstance(one, PriceTicked):
                    break
            while feed._shed is None:  # noqa: ASYNC110 - the feed goes on by itself
                await asyncio.sleep(0.01)
            raw, shed = 0, 0
            async for one in events:
                raw += isinstance(one, RawReceived)
                shed += one.count if isinstance(one, EventsShed) else 0
                assert len(feed._waiting) <= 8_192 + 8
                if isinstance(one, PriceTicked):
                    break
        assert raw + shed == count + 1
        assert shed > 0


# --- connecting


async def test_a_server_that_accepts_and_never_answers_is_left_at_the_deadline():
    """S2-H1: the deadline, a planned retry, and the loop is free meanwhile."""
    holes: list[asyncio.StreamWriter] = []

    async def swallow(_reader, writer) -> None:
        holes.append(writer)
        await over.wait()

    over = asyncio.Event()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with listening(quick_feed(url, connect_timeout_s=0.3)) as heard:
        began = time.monotonic()
        await heard.until(lambda heard: Link.WAITING in heard.links(), 2)
        assert 0.25 < time.monotonic() - began < 1.0
        told = heard.of(FeedChanged)[-1]
        assert told.reason == "no answer within 0.3 s"
        assert told.retry_at is not None
        await heard.until(lambda _: len(holes) >= 3, 3)
    over.set()
    for writer in holes:
        writer.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("status", [401, 403, 451])
async def test_a_refusal_is_final_and_says_why(status):
    """FAULTS N13: tried once, told in plain words."""
    async with rugs_server(steady_ticks) as server:
        server.answer = web.Response(status=status)
        async with listening(quick_feed(server.url)) as heard:
            await heard.until(lambda heard: heard.ended, 3)
        told = heard.of(FeedChanged)[-1]
        assert told.link is Link.ENDED
        assert str(status) in told.reason
        assert server.refused == 1


async def test_a_server_that_is_too_busy_is_left_alone_as_long_as_it_asks():
    """FAULTS N13: 429 with Retry-After."""
    async with rugs_server(steady_ticks) as server:
        server.answer = web.Response(status=429, headers={"Retry-After": "20"})
        async with listening(quick_feed(server.url)) as heard:
            await heard.until(lambda heard: Link.WAITING in heard.links(), 3)
        told = heard.of(FeedChanged)[-1]
        assert told.retry_at is not None
        assert (told.retry_at - told.mono) / 1e9 == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize(
    ("url", "link", "reason"),
    [
        ("http://127.0.0.1:9", Link.WAITING, "nothing listens at this address"),
        (
            "http://example.invalid",
            Link.ENDED,
            "only this machine may be reached without encryption",
        ),
        ("ftp://127.0.0.1", Link.ENDED, "the address is not one"),
        ("not an address", Link.ENDED, "the address is not one"),
        ("http://127.0.0.1:99999", Link.ENDED, "the address is not one"),
    ],
)
async def test_an_address_that_cannot_be_reached_is_named_in_plain_words(url, link, reason):
    """FAULTS S12: wss only, except on this machine."""
    async with listening(quick_feed(url)) as heard:
        await heard.until(lambda heard: len(heard.of(FeedChanged)) >= 2, 3)
    assert (heard.of(FeedChanged)[1].link, heard.of(FeedChanged)[1].reason) == (link, reason)


@pytest.mark.parametrize("mode", ["garbage", "half", "refuse"])
async def test_garbage_while_connecting_is_survived(mode):
    """FAULTS N6: the library's own reconnection dies of it."""
    async with rugs_server(ContinuedTicks()) as server, chaos_proxy(server.url) as proxy:
        proxy.mode = mode
        async with listening(quick_feed(proxy.url)) as heard:
            await heard.until(lambda _: proxy.accepted >= 5, 5)
            proxy.mode = "pass"
            await heard.ticks_on()


async def test_nothing_is_reached_before_somebody_listens():
    """N21: a feed that was made has not connected."""
    async with rugs_server(steady_ticks) as server:
        feed = RugsFeed(server.url, RUGS, SystemClock(), FeedSettings(), random.Random(1))
        await asyncio.sleep(0.05)
        assert (server.accepted, server.refused) == (0, 0)
        assert feed.health().link is Link.OFF


# --- all together


async def chaos_run(faults: int, seed: int) -> None:
    rng = random.Random(seed)
    async with chaotic(seed) as (server, proxy, heard):
        await heard.ticks_on()
        settled = resources()
        for _ in range(faults):
            match rng.choice(
                ["reset", "fin", "41", "1", "garbage", "half", "blackhole", "flap", "slow",
                 "flip", "refuse", "binary", "bomb"]
            ):  # fmt: skip
                case "reset" | "fin" as how:
                    proxy.cut(how)
                case "41" | "1" as frame:
                    for client in list(server.clients):
                        with contextlib.suppress(ConnectionError):
                            await client.say(frame)
                case "binary":
                    for client in list(server.clients):
                        with contextlib.suppress(ConnectionError):
                            await client.say('451-["x",{"_placeholder":true,"num":9}]', b"x")
                case "bomb":
                    for client in list(server.clients):
                        with contextlib.suppress(ConnectionError):
                            await client.say(f'42["gameStateUpdate",{DEEP}]')
                case mode:
                    proxy.mode = mode
                    if mode in {"garbage", "half", "flap", "refuse"}:
                        proxy.cut()
                    await asyncio.sleep(rng.uniform(0.02, 0.2))
                    proxy.mode = "pass"
            await heard.ticks_on(5)
        await heard.ticks_on(more=20)
        after = resources()
        assert after["clients"] == 1
        assert after["threads"] <= settled["threads"]
        assert after["tasks"] <= settled["tasks"] + 2
        assert after["files"] <= settled["files"] + 2


async def test_mixed_faults_are_all_outlived():
    """FAULTS N1, N6, N9, N10; S3-P5: seeded; none leaves the feed deaf."""
    await chaos_run(MIXED_FAULTS, seed=2)
