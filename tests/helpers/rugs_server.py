"""A small server that speaks Engine.IO and Socket.IO by hand, so that it can also lie."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

OPEN = "0" + json.dumps(
    {"sid": "s", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 10**6}
)
ROUND = "20261121-0123456789abcdef"

Script = Callable[["Client"], Awaitable[None]]


class Client:
    """One connected client, on the server's side."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.received: list[str] = []

    async def say(self, *frames: str | bytes) -> None:
        """Send raw Engine.IO frames."""
        for frame in frames:
            if isinstance(frame, bytes):
                await self.socket.send_bytes(frame)
            else:
                await self.socket.send_str(frame)

    async def tick(self, tick: int, price: float | None = None, **more: Any) -> None:
        """Send one tick of the running round."""
        await self.say(event("gameStateUpdate", tick_state(tick, price, **more)))


class RugsServer:
    """Serves whoever comes with the script; counts what it saw.

    Set `script` to have the next clients treated otherwise; `answer` makes it refuse them.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.answer: web.Response | None = None
        self.accepted = 0
        self.refused = 0
        self.clients: list[Client] = []
        self.closed: list[int | None] = []
        self.frames: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        if self.answer is not None:
            self.refused += 1
            return web.Response(status=self.answer.status, headers=self.answer.headers)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.accepted += 1
        client = Client(socket)
        self.clients.append(client)
        script = asyncio.create_task(self._play(client))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    client.received.append(message.data)
                    self.frames.append(message.data)
        finally:
            self.clients.remove(client)
            self.closed.append(socket.close_code)
            script.cancel()
            await asyncio.gather(script, return_exceptions=True)
        return socket

    async def _play(self, client: Client) -> None:
        with contextlib.suppress(ConnectionError):
            await client.say(OPEN)
            while not client.received:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            await client.say('40{"sid":"y"}')
            await self.script(client)
            await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def rugs_server(script: Script) -> AsyncIterator[RugsServer]:
    """Serve on a free port of this machine until the block ends."""
    server = RugsServer(script)
    app = web.Application()
    app.router.add_get("/socket.io/", server.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        for client in list(server.clients):
            await client.socket.close()
        await runner.cleanup()


def event(name: str, *arguments: Any) -> str:
    """Return the Engine.IO frame of a Socket.IO event."""
    return "42" + json.dumps([name, *arguments])


def price_of(tick: int) -> float:
    """Return the price that a tick has unless a test says otherwise."""
    return 1.0 + tick / 1000


def tick_state(tick: int, price: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a gameStateUpdate in the shape of a tick."""
    price = price_of(tick) if price is None else price
    newest = range(max(0, tick - 4), tick + 1)
    return {
        "active": True,
        "price": price,
        "partialPrices": {
            "startTick": newest[0],
            "endTick": tick,
            "values": {str(one): price if one == tick else price_of(one) for one in newest},
        },
        "tradeCount": 3 * tick,
        "rugged": False,
        "tickCount": tick,
        "cooldownTimer": 0,
        "cooldownPaused": False,
        "allowPreRoundBuys": False,
        "gameId": ROUND,
        "connectedPlayers": 200,
        "provablyFair": {"serverSeedHash": "ab" * 32, "version": "v3"},
        **more,
    }


def countdown(timer_ms: int, **more: Any) -> dict[str, Any]:
    """Return a gameStateUpdate in the short shape of the countdown."""
    return {
        "gameId": ROUND,
        "cooldownTimer": timer_ms,
        "cooldownPaused": False,
        "allowPreRoundBuys": timer_ms <= 10_000,
        "connectedPlayers": 200,
        "provablyFair": {"serverSeedHash": "ab" * 32, "version": "v3"},
        **more,
    }


async def steady_ticks(client: Client) -> None:
    """A script: one tick each 10 ms, on and on."""
    tick = 0
    while True:
        await client.tick(tick)
        tick += 1
        await asyncio.sleep(0.01)


class ContinuedTicks:
    """A script that goes on where it stopped, whoever connects."""

    def __init__(self, every_s: float = 0.01) -> None:
        self.tick = 0
        self._every_s = every_s

    async def __call__(self, client: Client) -> None:
        while True:
            await client.tick(self.tick)
            self.tick += 1
            await asyncio.sleep(self._every_s)
