"""What a message costs from socket to events, beside the bare library, in one run."""

import asyncio
import contextlib
import json
import logging
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import socketio
from aiohttp import WSMsgType, web
from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.rugs_frames import Frame
from replayer_qt.adapters.feeds.rugs_line import SocketLine
from replayer_qt.adapters.feeds.rugs_parse import STATE_EVENT, RugsParser
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.adapters.feeds.rugs_wire import GameState
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import PRACTICE, Nanos

MESSAGES: Final = 1_500
ROUNDS: Final = 5
PATIENCE_S: Final = 60.0

_OPEN: Final = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
_ROUND: Final = "20260101-0123456789abcdef"


def measure() -> list[Result]:
    """Return the figures of the feed; takes about ten seconds."""
    payloads = [json.dumps(_tick(tick), separators=(",", ":")).encode() for tick in range(MESSAGES)]
    return [*_decoding(payloads), *_receiving(payloads)]


# --- decoding


def _decoding(payloads: list[bytes]) -> list[Result]:
    bare = msgspec.json.Decoder(GameState)

    def to_events() -> None:
        parser = RugsParser(PRACTICE)
        for payload in payloads:
            parser.parse(STATE_EVENT, payload, at=Nanos(1), mono=Nanos(1))

    def to_struct() -> None:
        for payload in payloads:
            bare.decode(payload)

    def to_dicts() -> None:
        for payload in payloads:
            json.loads(payload)

    ours, typed, plain = _interleaved(to_events, to_struct, to_dicts)
    size = statistics.mean(map(len, payloads))
    each = f"{size / 1000:.1f} kB each"
    per_message = 1e6 / len(payloads)
    return [
        Result(name="feed decode to events", value=ours * per_message, unit="µs", note=each),
        Result(
            name="feed decode to events / bare typed decode",
            value=ours / typed,
            unit="x",
            budget=2.0,
            note=f"bare {typed * per_message:.1f} µs",
        ),
        Result(
            name="feed decode to events / json.loads",
            value=ours / plain,
            unit="x",
            note=f"json.loads {plain * per_message:.1f} µs",
        ),
    ]


def _interleaved(*works: Callable[[], None]) -> list[float]:
    """Return each one's least CPU time [s]; taken in turns, so that a busy machine hits all."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            began = time.thread_time()
            work()
            best[at] = min(best[at], time.thread_time() - began)
    return best


# --- receiving


def _receiving(payloads: list[bytes]) -> list[Result]:
    frames = [f'42["{STATE_EVENT}",{payload.decode()}]' for payload in payloads]
    callbacks: list[float] = []
    with _server(frames) as url:

        def default() -> None:
            _run(_hear_by_default(url, len(frames)))

        def ours() -> None:
            _run(_hear(url, len(frames), callbacks))

        took, default_took = _interleaved(ours, default)
    callbacks.sort()
    per_message = 1e6 / len(frames)
    return [
        Result(name="feed receive and decode", value=took * per_message, unit="µs"),
        Result(
            name="feed receive and decode / default client",
            value=took / default_took,
            unit="x",
            budget=0.5,
            note=f"default client {default_took * per_message:.1f} µs",
        ),
        Result(
            name="feed callback p99.9",
            value=callbacks[int(len(callbacks) * 0.999)] * 1e3,
            unit="ms",
            budget=10.0,
        ),
    ]


def _run(body: Any) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(asyncio.wait_for(body, PATIENCE_S))


async def _hear(url: str, count: int, callbacks: list[float]) -> None:
    patient = replace(FeedSettings(), stale_s=60.0, reconnect_s=60.0, silent_s=60.0)
    feed = _Timed(url, patient, callbacks)
    told = feed.events()
    heard = 0
    async with contextlib.aclosing(told):
        async for event in told:
            heard += isinstance(event, PriceTicked)
            if heard == count:
                return


class _Timed(RugsFeed):
    """Notes how long each callback took."""

    def __init__(self, url: str, settings: FeedSettings, callbacks: list[float]) -> None:
        super().__init__(url, PRACTICE, SystemClock(), settings, random.Random(1))  # noqa: S311
        self._callbacks = callbacks

    def _hear(self, line: SocketLine, frame: Frame) -> None:
        began = time.perf_counter()
        super()._hear(line, frame)
        self._callbacks.append(time.perf_counter() - began)


async def _hear_by_default(url: str, count: int) -> None:
    quiet = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - in no tree
    client = socketio.AsyncClient(
        reconnection=False, handle_sigint=False, logger=quiet, engineio_logger=quiet
    )
    done = asyncio.Event()
    heard = 0

    def take(_payload: dict[str, Any]) -> None:
        nonlocal heard
        heard += 1
        if heard == count:
            done.set()

    client.on(STATE_EVENT, take)
    await client.connect(url, transports=["websocket"], wait_timeout=5)
    await done.wait()
    await client.disconnect()


# --- the server: says everything at once to whoever comes, on a thread of its own


@contextlib.contextmanager
def _server(frames: list[str]) -> Iterator[str]:
    ready, over = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(_OPEN)
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.startswith("40"):
                await socket.send_str('40{"sid":"y"}')
                for frame in frames:
                    await socket.send_str(frame)
        return socket

    async def body() -> None:
        app = web.Application()
        app.router.add_get("/socket.io/", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await asyncio.get_running_loop().run_in_executor(None, over.wait)
        await runner.cleanup()

    def run() -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(body())

    thread = threading.Thread(target=run, name="bench-server", daemon=True)
    thread.start()
    ready.wait(PATIENCE_S)
    try:
        yield found[0]
    finally:
        over.set()
        thread.join(PATIENCE_S)


# --- a message in the real shape and size


def _tick(tick: int) -> dict[str, Any]:
    rng = random.Random(tick)  # noqa: S311
    newest = range(max(0, tick - 4), tick + 1)
    return {
        "active": True,
        "price": _price(tick),
        "partialPrices": {
            "startTick": newest[0],
            "endTick": tick,
            "values": {str(one): _price(one) for one in newest},
        },
        "tradeCount": 3 * tick,
        "rugged": False,
        "tickCount": tick,
        "cooldownTimer": 0,
        "cooldownPaused": False,
        "pauseMessage": "",
        "allowPreRoundBuys": False,
        "averageMultiplier": 9.7615303000043,
        "count2x": 40,
        "count10x": 7,
        "count50x": 4,
        "count100x": 2,
        "leaderboard": [_row(rng, place) for place in range(1, 11)],
        "gameId": _ROUND,
        "connectedPlayers": 236,
        "rugpool": {"instarugCount": 2, "threshold": 10, "rugpoolAmount": 1.025240591000001},
        "rugRoyale": {
            "status": "SCHEDULED",
            "activeEventId": None,
            "currentEvent": None,
            "upcomingEvents": [_event(number) for number in range(6)],
            "events": [_event(number) for number in range(6)],
        },
        "provablyFair": {"serverSeedHash": "4f" * 32, "version": "v3"},
    }


def _price(tick: int) -> float:
    return 1.0 + 0.3 * random.Random(tick).random()  # noqa: S311


def _row(rng: random.Random, place: int) -> dict[str, Any]:
    pnl = rng.uniform(-1, 1)
    coin = {"address": "So11111111111111111111111111111111111111112", "ticker": "SOL"}
    return {
        "id": f"did:privy:cm{rng.getrandbits(96):024x}",
        "username": f"player{place}",
        "level": place,
        "pnl": pnl,
        "regularPnl": pnl,
        "sidebetPnl": 0,
        "shortPnl": 0,
        "sidebetActive": None,
        "sideBet": None,
        "shortPosition": None,
        "pnlPercent": pnl * 100,
        "hasActiveTrades": True,
        "positionQty": rng.uniform(0, 2),
        "avgCost": rng.uniform(1, 2),
        "totalInvested": rng.uniform(0, 3),
        "selectedCoin": {
            **coin,
            "name": "Solana",
            "max_bet": 5,
            "max_win": 60,
            "logoURI": "x" * 40,
        },
        "position": place,
    }


def _event(number: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "startTime": "2026-01-01T18:00:00.000Z",
        "endTime": "2026-01-01T18:30:00.000Z",
        "prepTimeMinutes": 10,
        "levelRequired": 5,
        "status": "SCHEDULED",
        "createdAt": "2025-12-31T09:00:00.000Z",
        "createdBy": "system",
    }
