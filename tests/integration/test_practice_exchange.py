"""The practice exchange with real clients on real sockets, in the test's own loop."""

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest
import socketio

from replayer_qt.core.errors import UserFacingError
from replayer_qt.practice.faults import Drop
from replayer_qt.practice.server import AddressRefused, Options, PracticeExchange

ANNOUNCED = [
    "goldenHourUpdate", "battleEventUpdate", "rugRoyaleUpdate", "sidebetEventUpdate",
    "battleEventUpdate", "maintenanceUpdate",
]  # fmt: skip


@contextlib.asynccontextmanager
async def running(**options) -> AsyncIterator[PracticeExchange]:
    exchange = PracticeExchange(Options(**{"seed": 5, "speed": 50, **options}))
    await exchange.start()
    try:
        yield exchange
    finally:
        await exchange.stop()


async def until(condition, limit_s: float = 15.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Listening:
    """A real Socket.IO client that keeps what it is told."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple] = []
        self.client.on("*", self._hear)

    async def _hear(self, event, *args) -> None:
        self.heard.append((event, *args))

    def states(self) -> list[dict]:
        return [args[0] for event, *args in self.heard if event == "gameStateUpdate"]

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_) -> None:
        await self.client.shutdown()

    async def connect(self, url: str, transport: str = "websocket") -> None:
        await self.client.connect(url, transports=[transport], wait_timeout=20)


async def test_a_real_client_hears_traced_events_with_two_arguments():
    """S2-T3, S3-I2: the real client library, a real socket, the venue's own packets."""
    async with running() as exchange, Listening() as one:
        await one.connect(exchange.url)
        await until(lambda: {"standard/newTrade", "newSideBet"} <= {e for e, *_ in one.heard})
        for event, *args in one.heard:
            if event in {"gameStateUpdate", "rugRoyaleUpdate"}:
                assert len(args) == 1
            else:
                assert len(args) == 2
                assert args[0]["__trace"] is True


async def test_a_newcomer_gets_a_snapshot_with_all_prices_and_the_announcements():
    async with running() as exchange, Listening() as one:
        await until(lambda: (exchange.status()["tick"] or 0) > 3)
        await one.connect(exchange.url)
        await until(lambda: len(one.heard) > 20)
        snapshot = next(state for state in one.states() if "gameHistory" in state)
        assert list(snapshot)[-2:] == ["prices", "provablyFair"]
        assert "partialPrices" not in snapshot
        assert len(snapshot["prices"]) == snapshot["tickCount"] + 1
        assert snapshot["prices"][0] == 1
        names = [event for event, *_ in one.heard]
        start = names.index("goldenHourUpdate")
        assert names[start : start + 6] == ANNOUNCED


async def test_the_snapshot_is_sometimes_older_than_the_stream():
    """FAULTS N10: the first tick may come before the snapshot, and be newer."""
    async with running(speed=1) as exchange, contextlib.AsyncExitStack() as stack:
        await until(lambda: exchange.status()["active"])
        clients = [await stack.enter_async_context(Listening()) for _ in range(12)]
        for one in clients:
            await one.connect(exchange.url)
        await until(lambda: all(len(one.heard) >= 8 for one in clients))
        first = [("gameHistory" in one.states()[0]) for one in clients]
        assert 0 < sum(first) < len(first)
        for one in clients:
            earlier, later = one.states()[:2]
            if "gameHistory" not in earlier:
                assert "gameHistory" in later
                assert later["tickCount"] <= earlier["tickCount"]


async def test_twenty_clients_hear_the_same_stream():
    async with running(rounds=1, speed=20) as exchange, contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Listening()) for _ in range(20)]
        await asyncio.gather(*(one.connect(exchange.url) for one in clients))
        await asyncio.wait_for(exchange.over(), 35)
        reveal = exchange.truth()[0]
        await until(lambda: all(_knows(one, reveal.seed) for one in clients))
        ticks = [
            [json.dumps(state) for state in one.states() if state.get("tickCount", 0) > 3]
            for one in clients
        ]
        assert len(ticks[0]) > 0
        assert all(_without_snapshots(own) == _without_snapshots(ticks[0]) for own in ticks)


def _knows(one: Listening, seed: str) -> bool:
    return any(
        state["gameHistory"][0]["provablyFair"]["serverSeed"] == seed
        for state in one.states()
        if "gameHistory" in state
    )


def _without_snapshots(states: list[str]) -> list[str]:
    return [
        state for state in states if '"prices":' not in state.replace('"prices": ', '"prices":')
    ]


async def test_what_was_heard_is_what_was_played():
    async with running(rounds=2, speed=100) as exchange, Listening() as one:
        await one.connect(exchange.url)
        await asyncio.wait_for(exchange.over(), 40)
        truth = exchange.truth()
        await until(lambda: _knows(one, truth[-1].seed))
        assert [game.number for game in truth] == [0, 1]
        last = truth[-1]
        heard = {
            state["tickCount"]: state["price"]
            for state in one.states()
            if state["gameId"] == last.round_id and "tradeCount" in state and state["active"]
        }
        assert heard == dict(list(enumerate(last.prices))[1:])


async def test_a_polling_client_is_served_too():
    async with running() as exchange, Listening() as one:
        await one.connect(exchange.url, "polling")
        await until(lambda: len(one.states()) > 5)


async def test_an_upgrading_client_can_be_reset():
    async with running() as exchange, Listening() as one:
        await one.client.connect(exchange.url, wait_timeout=20)
        await until(lambda: one.client.transport() == "websocket" and len(one.states()) > 5)
        exchange.inflict(Drop())
        await until(lambda: not one.client.connected)


async def test_an_application_ping_is_acknowledged_with_nothing():
    async with running() as exchange, Listening() as one:
        await one.connect(exchange.url)
        assert await one.client.call("ping", {"lastPing": 12.5}, timeout=5) in ([], None, ())


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.2", ""],  # noqa: S104
)
def test_it_listens_on_nothing_but_loopback(host):
    """S3-R3, N26: another address is refused before anything is opened."""
    with pytest.raises(AddressRefused) as refused:
        PracticeExchange(Options(host=host))
    assert isinstance(refused.value, UserFacingError)
    assert "127.0.0.1" in refused.value.remedy
    assert refused.value.exit_code == 2


async def test_its_sockets_are_on_loopback():
    """S3-R3, N26: what the operating system says of the listening sockets."""
    own = psutil.Process()
    before = {one.laddr for one in own.net_connections() if one.status == psutil.CONN_LISTEN}
    async with running():
        now = {one.laddr for one in own.net_connections() if one.status == psutil.CONN_LISTEN}
        opened = now - before
        assert len(opened) == 2
        assert {address.ip for address in opened} == {"127.0.0.1"}


async def test_a_taken_port_is_said_in_plain_words():
    async with running() as exchange:
        port = int(exchange.url.rpartition(":")[2])
        second = PracticeExchange(Options(port=port))
        with pytest.raises(AddressRefused, match=str(port)):
            await second.start()


async def test_a_foreign_host_name_is_not_served():
    """FAULTS S2: a page that reaches us by DNS rebinding names its own host."""
    async with running() as exchange, aiohttp.ClientSession() as session:
        path = f"{exchange.url}/socket.io/?EIO=4&transport=polling"
        async with session.get(path, headers={"Host": "evil.test"}) as answer:
            assert answer.status == 421
        async with session.get(path) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.test", 400), ("http://127.0.0.1:8000", 200), ("https://rugs.fun", 200)],
)
async def test_foreign_pages_are_not_served(origin, status):
    """FAULTS S2: a browser tells which page asks."""
    async with running() as exchange, aiohttp.ClientSession() as session:
        path = f"{exchange.url}/socket.io/?EIO=4&transport=polling"
        async with session.get(path, headers={"Origin": origin}) as answer:
            assert answer.status == status


async def test_stopping_takes_less_than_a_second_and_leaves_nothing():
    """S1-V3: no task, no socket, in whatever state."""
    tasks, own = asyncio.all_tasks(), psutil.Process()
    gc.collect()
    files = own.num_fds()
    loop = asyncio.get_running_loop()
    for transport in ("websocket", "polling"):
        async with Listening() as one:
            exchange = PracticeExchange(Options(seed=5, speed=20))
            await exchange.start()
            await one.connect(exchange.url, transport)
            await until(lambda one=one: len(one.states()) > 3)
            before = loop.time()
            await exchange.stop()
            assert loop.time() - before < 1.0
            await exchange.stop()
            await until(lambda one=one: not one.client.connected)
    await until(lambda: asyncio.all_tasks() <= tasks)
    gc.collect()
    assert own.num_fds() <= files


async def test_a_client_that_does_not_read_is_cut_off():
    """S1-N4: what waits for one client is bounded; the others go on."""
    async with running(speed=1000) as exchange, Listening() as reader:
        await reader.connect(exchange.url)
        address = exchange.url.removeprefix("http://").split(":")
        stuck, writer = await asyncio.open_connection(address[0], int(address[1]), limit=1024)
        writer.write(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await writer.drain()
        await stuck.readuntil(b"\r\n\r\n")
        writer.write(b"\x81\x82\x00\x00\x00\x0040")  # a masked text frame: connect
        await writer.drain()
        await until(lambda: exchange.status()["clients"] == 2)
        for _ in range(400):
            # a flood that does not wait for slow readers, as the fault switch does
            exchange._hall.broadcast("flood", ['2["x",{"y":"' + "z" * 5_000 + '"}]'] * 20)
            await asyncio.sleep(0)
        await until(lambda: exchange.status()["clients"] < 2)
        assert exchange.status()["cut"] >= 1
        assert exchange.status()["waiting"] <= 4_096
        writer.close()


@pytest.mark.slow
async def test_a_thousand_connections_leave_the_exchange_as_it_was():
    """S0-C1: tasks, sockets and clients after a thousand connections are those after the first."""
    own = psutil.Process()
    async with running(speed=1) as exchange, aiohttp.ClientSession() as session:

        async def come_and_go() -> None:
            path = f"{exchange.url}/socket.io/?EIO=4&transport=websocket"
            async with session.ws_connect(path, max_msg_size=0) as socket:
                await socket.receive_str()
                await socket.send_str("40")
                await socket.receive_str()
                exchange.inflict(Drop())
                while not (await socket.receive()).type.name.startswith(("CLOS", "ERR")):
                    pass

        async def settled() -> tuple[int, int]:
            await until(lambda: exchange.status()["clients"] == 0)
            await asyncio.sleep(0.1)
            gc.collect()
            return len(asyncio.all_tasks()), own.num_fds()

        await come_and_go()
        before = await settled()
        for _ in range(999):
            await come_and_go()
        assert exchange.status()["accepted"] == 1000
        after = await settled()
        assert after[0] <= before[0]
        assert after[1] <= before[1]
