"""The control channel, and each fault switch as a raw client sees it."""

import asyncio
import contextlib
import io
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from replayer_qt.practice import hostile
from replayer_qt.practice.server import Options, PracticeExchange

LONG_FIRST_ROUND = 13  # a seed whose first round lasts 481 ticks


class Switches:
    """The control channel over HTTP, as any program would use it."""

    def __init__(self, exchange: PracticeExchange, session: aiohttp.ClientSession) -> None:
        self.exchange = exchange
        self.session = session

    async def ask(self, verb: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.exchange.token}", **headers}
        url = self.exchange.control_url + path
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        async with self.session.request(
            verb, url, data=io.BytesIO(data) if verb == "POST" else None, headers=headers
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else text

    async def fault(self, name: str, **members: Any) -> None:
        status, told = await self.ask("POST", "/fault", {"fault": name, **members})
        assert (status, told) == (200, {"ok": True})

    async def raw(self) -> aiohttp.ClientWebSocketResponse:
        """Connect by hand, up to Socket.IO's acceptance."""
        socket = await self.session.ws_connect(
            f"{self.exchange.url}/socket.io/?EIO=4&transport=websocket",
            max_msg_size=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=0.2),
        )
        assert (await socket.receive_str()).startswith('0{"sid"')
        await socket.send_str("40")
        assert (await socket.receive_str()).startswith('40{"sid"')
        return socket


@contextlib.asynccontextmanager
async def switches(**options: Any) -> AsyncIterator[Switches]:
    exchange = PracticeExchange(Options(**{"seed": LONG_FIRST_ROUND, "speed": 20, **options}))
    await exchange.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Switches(exchange, session)
    finally:
        await exchange.stop()


async def read_until(socket: aiohttp.ClientWebSocketResponse, found, limit_s: float = 10) -> Any:
    """Return the first message for which `found` holds."""
    async with asyncio.timeout(limit_s):
        while True:
            message = await socket.receive()
            if found(message):
                return message
            assert message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, message


async def silence(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Read until nothing has come for half a second."""
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(socket.receive(), 0.5)


def over(message: aiohttp.WSMessage) -> bool:
    return message.type in {
        aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR
    }  # fmt: skip


def text_with(part: str):
    return lambda message: message.type == aiohttp.WSMsgType.TEXT and part in message.data


@pytest.mark.parametrize("path", ["/status", "/rounds"])
async def test_the_token_opens_and_nothing_else_does(path):
    """S3-R3, N26: without the session's token nothing is told."""
    async with switches() as control:
        assert (await control.ask("GET", path))[0] == 200
        for wrong in ("Bearer ", "Bearer x", "", control.exchange.token + "x"):
            assert (await control.ask("GET", path, Authorization=wrong))[0] == 401


async def test_a_page_cannot_work_the_switches():
    """FAULTS S2: a foreign host name is answered 421, a request from a page 403."""
    async with switches() as control:
        assert (await control.ask("GET", "/status", Host="evil.test"))[0] == 421
        assert (await control.ask("GET", "/status", Origin="http://127.0.0.1"))[0] == 403
        assert (await control.ask("POST", "/fault", {"fault": "drop"}, Host="a.test:80"))[0] == 421


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fault", b"{"),
        ("/fault", b""),
        ("/fault", b'{"fault":"nothing"}'),
        ("/fault", b'{"fault":"price","kind":"strange"}'),
        ("/fault", b'{"fault":"garbage","kind":"strange"}'),
        ("/fault", b"\xff\xfe"),
        ("/fault", b"[" * 100_000),
        ("/speed", b'{"speed":0}'),
        ("/speed", b'{"speed":1e9}'),
        ("/speed", b'{"speed":"fast"}'),
    ],
)
async def test_a_bad_request_is_answered_with_the_reason(path, body):
    async with switches() as control:
        status, told = await control.ask("POST", path, body)
        assert status == 400
        assert told["error"]


async def test_an_endless_request_is_refused():
    async with switches() as control:
        status, _ = await control.ask("POST", "/fault", b"x" * 2_000_000)
        assert status == 413


async def test_the_status_says_what_goes_on():
    async with switches() as control:
        socket = await control.raw()
        await read_until(socket, text_with('"tickCount":5,'))
        await control.fault("skip", count=90_000)
        _, told = await control.ask("GET", "/status")
        assert told["clients"] == told["accepted"] == 1
        assert told["round_id"].startswith("20260101-")
        assert told["tick"] >= 5
        assert told["sent"]["gameStateUpdate"] > 5
        assert "skip" in told["faults"]
        assert (told["seed"], told["speed"]) == (LONG_FIRST_ROUND, 20)
        await control.ask("POST", "/clear")
        assert (await control.ask("GET", "/status"))[1]["faults"] == {}
        await socket.close()


async def test_time_runs_as_fast_as_asked_for():
    async with switches(speed=0.1) as control:
        assert (await control.ask("POST", "/speed", {"speed": 500}))[0] == 200
        assert (await control.ask("GET", "/status"))[1]["speed"] == 500


async def test_the_truth_about_finished_rounds_is_told():
    async with switches(speed=200, rounds=2) as control:
        await asyncio.wait_for(control.exchange.over(), 30)
        _, told = await control.ask("GET", "/rounds")
        assert [one["round_id"] for one in told["rounds"]] == [
            game.round_id for game in control.exchange.truth()
        ]
        for one in told["rounds"]:
            assert len(one["prices"]) == one["rug_tick"] + 1
            assert len(one["seed"]) == 64


@pytest.mark.parametrize("how", ["reset", "end"])
async def test_a_dropped_connection_is_gone_and_a_new_one_is_served(how):
    """FAULTS N1: reset or end; the server is up again at once."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("drop", how=how)
        await read_until(socket, over)
        again = await control.raw()
        await read_until(again, text_with("gameStateUpdate"))
        await again.close()


async def test_a_polite_disconnect_is_a_packet_of_the_protocol():
    """FAULTS N2: Socket.IO's 41, after which nothing more comes."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("polite")
        await read_until(socket, lambda message: message.data == "41")
        await socket.close()


async def test_an_engine_close_is_a_packet_of_the_protocol():
    """FAULTS N2: Engine.IO's close."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("polite", how="engine")
        await read_until(socket, lambda message: message.data == "1" or over(message))
        await socket.close()


async def test_refusing_closes_the_door_for_a_while_and_keeps_who_is_inside():
    """FAULTS N3: new connections are refused, the old one goes on."""
    async with switches() as control:
        inside = await control.raw()
        await control.fault("refuse", seconds=0.5)
        with pytest.raises(aiohttp.ClientConnectorError):
            await control.raw()
        await read_until(inside, text_with("gameStateUpdate"))
        async with asyncio.timeout(5):
            while True:
                try:
                    outside = await control.raw()
                    break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.05)
        await outside.close()
        await inside.close()


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_refusing_can_answer_with_a_status(status):
    """FAULTS N13: the server answers, and says no."""
    async with switches() as control:
        await control.fault("refuse", seconds=30, status=status)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await control.raw()
        assert refused.value.status == status
        await control.ask("POST", "/clear")
        await (await control.raw()).close()
        assert (await control.ask("GET", "/status"))[1]["refused"] == 1


async def test_a_black_hole_accepts_and_never_answers():
    """S2-H1: the connection is made, nothing comes."""
    async with switches() as control:
        await control.fault("blackhole", seconds=30)
        host, port = control.exchange.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.5)
        writer.close()


async def test_a_stall_is_silence_then_a_burst():
    """FAULTS N4: the connection is up, nothing comes; then all that was missed."""
    async with switches() as control:
        socket = await control.raw()
        await read_until(socket, text_with('"tickCount":3,'))
        await control.fault("stall", seconds=30)
        await silence(socket)
        await control.ask("POST", "/clear")
        ticks = []
        async with asyncio.timeout(5):
            while len(ticks) < 15:
                message = await socket.receive()
                state = json.loads(message.data[2:])[-1]
                if state.get("tradeCount") is not None and state["active"]:
                    ticks.append(state["tickCount"])
        assert ticks == list(range(ticks[0], ticks[0] + 15))
        await socket.close()


async def test_a_stall_can_lose_what_was_missed():
    async with switches() as control:
        socket = await control.raw()
        await read_until(socket, text_with('"tickCount":3,'))
        await control.fault("stall", seconds=0.5, keep=False)
        ticks = [3]
        async with asyncio.timeout(8):
            while len(ticks) < 60:
                message = await socket.receive()
                state = json.loads(message.data[2:])[-1]
                if state.get("tradeCount") is not None and state["active"]:
                    ticks.append(state["tickCount"])
        assert any(b - a > 5 for a, b in itertools.pairwise(ticks))
        await socket.close()


async def test_a_slow_line_drips():
    """FAULTS N5: a message takes many pieces."""
    async with switches(speed=1) as control:
        socket = await control.raw()
        await read_until(socket, text_with("maintenanceUpdate"))
        await control.fault("slow", seconds=30, bytes_per_s=2_000)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await control.fault("oversized", size=2_000, event="slow")
        await read_until(socket, text_with('"slow"'))
        assert loop.time() - start > 0.5
        await socket.close()


@pytest.mark.parametrize("kind", hostile.garbage_kinds())
async def test_garbage_reaches_the_client_and_the_server_lives(kind):
    """FAULTS N6: a malformed frame, on the wire as it was written."""
    async with switches() as control:
        host, port = control.exchange.url.removeprefix("http://").split(":")
        reader, writer = await _by_hand(host, int(port))
        await control.fault("garbage", kind=kind)
        frame = hostile.garbage(kind)
        assert frame
        async with asyncio.timeout(10):
            seen = b""
            while frame not in seen:
                got = await reader.read(65_536)
                assert got
                seen = seen[-len(frame) :] + got
        writer.close()
        await (await control.raw()).close()


async def _by_hand(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x82\x00\x00\x00\x0040")  # a masked text frame: Socket.IO's connect
    await reader.readuntil(b"40{")
    return reader, writer


async def test_a_binary_event_has_a_placeholder_for_nothing():
    """FAULTS N6: the frame that makes clients deaf."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("binary")
        await read_until(socket, text_with('451-["gameStateUpdate",{"_placeholder":true,"num":7}]'))
        message = await read_until(socket, lambda one: one.type == aiohttp.WSMsgType.BINARY)
        assert message.data == b"\x00\x01\x02"
        await socket.close()


async def test_an_oversized_event_is_ten_megabytes():
    """FAULTS N8, R13: one event of ten megabytes."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("oversized")
        message = await read_until(socket, lambda one: len(one.data) > 1_000_000)
        assert len(message.data) >= 10_000_000
        await socket.close()


@pytest.mark.parametrize("depth", [10_000, 100_000])
async def test_a_bomb_is_nested_as_deep_as_asked_for(depth):
    """FAULTS N7, S11: arrays in arrays."""
    async with switches() as control:
        socket = await control.raw()
        await control.fault("bomb", depth=depth)
        message = await read_until(socket, text_with("[" * 1_000))
        assert message.data.count("[") == depth + 1
        await socket.close()


async def test_a_flood_comes_at_its_rate_beside_the_stream():
    """FAULTS N11: a thousand events in a second, each with an id of its own."""
    async with switches(speed=1) as control:
        socket = await control.raw()
        await control.fault("flood", rate=1_000, seconds=1)
        ids, start = set(), asyncio.get_running_loop().time()
        async with asyncio.timeout(10):
            while len(ids) < 990:
                message = await socket.receive()
                if '"standard/newTrade"' in message.data:
                    ids.add(json.loads(message.data[2:])[-1]["id"])
        assert asyncio.get_running_loop().time() - start > 0.5
        await socket.close()


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ({"fault": "price", "kind": "nan"}, '"price":NaN'),
        ({"fault": "price", "kind": "overflow"}, '"price":1e999'),
        ({"fault": "price", "kind": "negative"}, '"price":-1.5'),
        ({"fault": "types"}, '"tickCount":"twelve"'),
        ({"fault": "hostile", "kind": "table"}, "<table><tr><td><table>"),
        ({"fault": "hostile", "kind": "bidi"}, "\u202e"),
        ({"fault": "mutate", "set": {"future": 1}}, '"future":1'),
        ({"fault": "lie"}, '"tickCount":90'),
    ],
)
async def test_what_is_switched_on_stands_on_the_wire(fault, part):
    """FAULTS N9, FAULTS N15, FAULTS N16: bad prices, types, names, fields and lies."""
    async with switches() as control:
        socket = await control.raw()
        await read_until(socket, text_with('"tickCount":3,'))
        await control.fault(fault.pop("fault"), **fault)
        await read_until(socket, text_with(part))
        await socket.close()


async def test_lost_doubled_and_swapped_messages_are_seen():
    """FAULTS N10: what the client must put right."""
    async with switches() as control:
        socket = await control.raw()
        await read_until(socket, text_with('"tickCount":3,'))
        await control.fault("skip", count=3)
        await control.fault("duplicate", count=40)
        await control.fault("reorder", count=1)
        ticks = [3]
        async with asyncio.timeout(10):
            while len(ticks) < 40:
                message = await socket.receive()
                state = json.loads(message.data[2:])[-1]
                if state.get("tradeCount") is not None and state["active"]:
                    ticks.append(state["tickCount"])
        steps = {b - a for a, b in itertools.pairwise(ticks)}
        assert 0 in steps
        assert max(steps) >= 4
        await socket.close()


@pytest.mark.parametrize("name", ["stall", "refuse", "blackhole", "slow"])
async def test_a_fault_asked_for_again_starts_anew(name):
    """The end of the first one must not undo the second."""
    async with switches() as control:
        await control.fault(name, seconds=0.2)
        await control.fault(name, seconds=30)
        await asyncio.sleep(0.4)
        assert (await control.ask("GET", "/status"))[1]["faults"] == {name: 0}
        taps = control.exchange._hall.taps
        undone = {
            "stall": taps.flowing.is_set(),
            "refuse": control.exchange._door._listener is not None,
            "blackhole": control.exchange._sabotage._open.is_set(),
            "slow": taps.bytes_per_s is None,
        }
        assert not undone[name]
        await control.ask("POST", "/clear")
        socket = await control.raw()
        await read_until(socket, text_with("gameStateUpdate"))
        await socket.close()


async def test_a_port_that_was_taken_meanwhile_is_said(caplog):
    """While the door is shut, another program may take the port: said, and survived."""
    async with switches() as control:
        port = int(control.exchange.url.rpartition(":")[2])
        await control.fault("refuse", seconds=0.2)
        thief = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
        async with asyncio.timeout(5):
            while "port" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        thief.close()
        await control.ask("POST", "/clear")
        assert str(port) in caplog.text
