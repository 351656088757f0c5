"""The faults of the connection itself: breaking, refusing, stalling, flooding, injecting."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from aiohttp import web

from replayer_qt.practice.door import Door, Handler
from replayer_qt.practice.events import trade_printed
from replayer_qt.practice.faults import (
    Binary,
    Blackhole,
    Bomb,
    Drop,
    Flood,
    Garbage,
    Oversized,
    Polite,
    Refuse,
    Slow,
    Stall,
    StreamFaults,
    WireFault,
    encode,
)
from replayer_qt.practice.hall import QUEUE_EASY, Hall
from replayer_qt.practice.hostile import bad_placeholder, bomb, garbage, oversized
from replayer_qt.practice.luck import identifier, luck, trace
from replayer_qt.practice.players import Player, Trade

FLOOD_TURN_S: Final = 0.005
KNOCK_S: Final = 0.1
KNOCKS: Final = 5

log = logging.getLogger(__name__)


class Sabotage:
    """Carries out what the fault switches ask for.

    Attributes:
        refused: how many connections were refused or left without an answer.
    """

    def __init__(self, hall: Hall, faults: StreamFaults) -> None:
        self.refused = 0
        self._hall = hall
        self._faults = faults
        self._status: int | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._timed: dict[str, asyncio.Task[None]] = {}
        self._flooded = 0

    @property
    def active(self) -> dict[str, int]:
        """What is switched on; the number counts messages, and is 0 for what ends with time."""
        return self._faults.active | dict.fromkeys(self._timed, 0)

    @web.middleware
    async def at_the_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Keep connections out while that is asked for."""
        if self._status is not None:
            self.refused += 1
            return web.Response(status=self._status, text="not now")
        if not self._open.is_set():
            self.refused += 1
            await self._open.wait()
            return web.Response(status=503)
        return await handler(request)

    def carry_out(self, fault: WireFault, door: Door) -> None:
        """Do what `fault` says; those that last go on by themselves."""
        match fault:
            case Drop(how=how):
                self._drop(how)
            case Polite(how=how):
                for client in self._hall.clients:
                    self._hall.send_away(client, by_engine=how == "engine")
            case Refuse() | Blackhole() | Stall() | Slow() | Flood():
                self._begin(fault, self._lasting(fault, door))
            case Garbage() | Binary() | Oversized() | Bomb():
                self._inject(fault)
            case _:
                self._faults.switch_on(fault)

    def _lasting(
        self, fault: Refuse | Blackhole | Stall | Slow | Flood, door: Door
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        match fault:
            case Refuse(seconds=seconds, status=None):
                return partial(self._shut, door, seconds)
            case Refuse(seconds=seconds, status=status):
                return partial(self._turn_away, seconds, status)
            case Blackhole(seconds=seconds):
                return partial(self._swallow, seconds)
            case Stall(seconds=seconds, keep=keep):
                return partial(self._stall, seconds, keep=keep)
            case Slow(seconds=seconds, bytes_per_s=rate):
                return partial(self._drip, seconds, rate)
            case Flood(rate=rate, seconds=seconds):
                return partial(self._flood, rate, seconds)

    async def clear(self) -> None:
        """End every fault."""
        for packet in self._faults.clear():
            self._hall.broadcast("held", [packet])
        tasks = tuple(self._timed.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, fault: WireFault, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        name = str(fault.__struct_config__.tag)
        before = self._timed.get(name)
        task = asyncio.get_running_loop().create_task(_in_turn(before, work))
        self._timed[name] = task
        task.add_done_callback(lambda done: self._end(name, done))

    def _end(self, name: str, task: asyncio.Task[None]) -> None:
        if self._timed.get(name) is task:
            del self._timed[name]

    def _drop(self, how: str) -> None:
        for client in self._hall.clients:
            if (wire := self._hall.wire_of(client)) is not None:
                if how == "reset":
                    wire.reset()
                else:
                    wire.hang_up()

    def _inject(self, fault: Garbage | Binary | Oversized | Bomb) -> None:
        match fault:
            case Garbage(kind=kind):
                self._hall.broadcast_raw(garbage(kind) or b"")
            case Binary():
                self._hall.broadcast_raw(bad_placeholder())
            case Oversized(event=event, size=size):
                self._hall.broadcast("oversized", [oversized(event, size)])
            case Bomb(event=event, depth=depth):
                self._hall.broadcast("bomb", [bomb(event, depth)])

    async def _shut(self, door: Door, seconds: float) -> None:
        door.shut()
        try:
            await asyncio.sleep(seconds)
        finally:
            await _reopen(door)

    async def _turn_away(self, seconds: float, status: int | None) -> None:
        self._status = status
        try:
            await asyncio.sleep(seconds)
        finally:
            self._status = None

    async def _swallow(self, seconds: float) -> None:
        self._open.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._open.set()

    async def _stall(self, seconds: float, *, keep: bool) -> None:
        self._hall.mute = not keep
        self._hall.taps.flowing.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._hall.mute = False
            self._hall.taps.flowing.set()

    async def _drip(self, seconds: float, bytes_per_s: float) -> None:
        self._hall.taps.bytes_per_s = bytes_per_s
        try:
            await asyncio.sleep(seconds)
        finally:
            self._hall.taps.bytes_per_s = None

    async def _flood(self, rate: int, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        start, sent = loop.time(), 0
        while sent < rate * seconds:
            wanted = int(min(rate * (loop.time() - start), rate * seconds)) - sent
            # beyond what the clients read, TCP holds the flood back, as it would a real one
            room = max(0, QUEUE_EASY * 4 - self._hall.waiting)
            batch = min(wanted, room)
            self._hall.broadcast("standard/newTrade", [self._trade() for _ in range(batch)])
            sent += batch
            if loop.time() - start > 2 * seconds:
                return
            await asyncio.sleep(FLOOD_TURN_S)

    def _trade(self) -> str:
        self._flooded += 1
        scene = self._hall.scene
        if scene is None:
            return encode(("standard/newTrade", ({},)))
        chance = luck("flood", self._flooded)
        player: Player = chance.choice(scene.crowd)
        trade = Trade(
            trade_id=identifier(chance),
            player=0,
            buys=True,
            tick=scene.tick,
            price=scene.price,
            amount=player.stake,
            units=player.stake,
        )
        payload = trade_printed(trade, scene.round.round_id, player)
        return encode(("standard/newTrade", (trace(chance), payload)))


async def _in_turn(
    before: asyncio.Task[None] | None, work: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Do `work` once the fault of the same name has been undone, whose place it takes."""
    if before is not None:
        before.cancel()
        await asyncio.wait({before})
    await work()


async def _reopen(door: Door) -> None:
    """Open the door again; a program that took the port meanwhile gets a moment to let go."""
    for _ in range(KNOCKS):
        try:
            await door.open()
        except OSError as error:
            log.info("port %s is taken: %s", door.port, error)
            await asyncio.sleep(KNOCK_S)
        else:
            return
    log.error("The practice exchange takes no new connections: port %s is taken.", door.port)
