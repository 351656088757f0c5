"""A real Socket.IO client that trades on the practice exchange and keeps what it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import socketio

from replayer_qt.practice.server import Options, PracticeExchange

SOL = "So11111111111111111111111111111111111111112"
TRACE = {"__trace": True, "traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}
PRIVATE = {
    "playerUpdate", "gameStatePlayerUpdate", "usernameStatus", "currentSidebet",
    "currentSidebetResult",
}  # fmt: skip


@contextlib.asynccontextmanager
async def exchange(**options: Any) -> AsyncIterator[PracticeExchange]:
    """Run a practice exchange in the test's own loop; its first round lasts 481 ticks."""
    running = PracticeExchange(Options(**{"seed": 13, "speed": 20, **options}))
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def until(condition: Callable[[], Any], limit_s: float = 15.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Trader:
    """One connection. `heard` holds every event in order: its name, then its arguments."""

    def __init__(self, token: str = "ann") -> None:  # noqa: S107
        self.token = token
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[Any, ...]] = []
        self.client.on("*", self._hear)

    async def _hear(self, event: str, *args: Any) -> None:
        self.heard.append((event, *args))

    async def connect(self, url: str) -> None:
        """Connect, and log in if there is a token."""
        await self.client.connect(url, transports=["websocket"], wait_timeout=20)
        if self.token:
            await self.login()

    async def login(self) -> None:
        """Log in, and wait for what that is answered with."""
        names = len(self.all("usernameStatus"))
        await self.client.emit("authenticate", (TRACE, {"token": self.token}))
        await until(lambda: len(self.all("usernameStatus")) > names)

    async def order(self, event: str, *, timeout: float = 10.0, **payload: Any) -> Any:  # noqa: ASYNC109
        """Send an order and return its acknowledgement, which `heard` holds, too, as "ack".

        Raises:
            TimeoutError: none came.
        """
        answered = asyncio.get_running_loop().create_future()

        def hear(*args: Any) -> None:
            self.heard.append(("ack", *args))
            if not answered.done():
                answered.set_result(args[0] if args else None)

        await self.client.emit(event, (TRACE, payload), callback=hear)
        return await asyncio.wait_for(answered, timeout)

    async def buy(self, amount: Any, **more: Any) -> Any:
        """Buy for `amount`."""
        return await self.order("buyOrder", amount=amount, **more)

    async def sell(self, percentage: Any = 100, **more: Any) -> Any:
        """Sell a part of the position."""
        return await self.order("sellOrder", percentage=percentage, **more)

    async def bet(self, amount: Any, **more: Any) -> Any:
        """Bet that the rug comes soon."""
        return await self.order("requestSidebet", amount=amount, coinAddress=SOL, xPayout=5, **more)

    def all(self, event: str) -> list[Any]:
        """Return the payloads of every event of that name."""
        return [args[-1] for name, *args in self.heard if name == event]

    def last(self, event: str) -> Any:
        """Return the newest payload of that name."""
        return self.all(event)[-1]

    def own_trades(self) -> list[Any]:
        """Return the payloads of the trades that are this account's."""
        me = self.last("usernameStatus")["id"]
        return [one for one in self.all("standard/newTrade") if one["playerId"] == me]


@contextlib.asynccontextmanager
async def trading(
    token: str = "ann",  # noqa: S107
    *,
    pace: float = 4.0,
    **options: Any,
) -> AsyncIterator[tuple[PracticeExchange, Trader]]:
    """Run an exchange and one trader who has logged in and heard the round's first tick.

    The first round lasts 481 ticks; from its start on, time runs `pace` times as fast.
    """
    async with exchange(**options) as running, trader(running, token) as one:
        await until(lambda: running.status()["active"])
        running.speed = pace
        await until(lambda: any(map(runs, one.all("gameStateUpdate"))))
        yield running, one


def runs(state: Any) -> bool:
    """Return whether a `gameStateUpdate` is a tick of a running round."""
    return bool(state.get("active") and "tradeCount" in state)


@contextlib.asynccontextmanager
async def trader(running: PracticeExchange, token: str = "ann") -> AsyncIterator[Trader]:  # noqa: S107
    """Connect a trader and log it in."""
    one = Trader(token)
    try:
        await one.connect(running.url)
        yield one
    finally:
        await one.client.shutdown()
