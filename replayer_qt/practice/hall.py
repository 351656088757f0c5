"""The clients of the exchange: who is connected, and what each of them is sent."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import msgspec
import socketio
from aiohttp import web
from engineio.packet import CLOSE, MESSAGE, Packet

from replayer_qt.core.settings import FeedSettings
from replayer_qt.practice.door import HOSTS
from replayer_qt.practice.events import greetings
from replayer_qt.practice.faults import STATE, encode
from replayer_qt.practice.luck import luck
from replayer_qt.practice.messages import Message, Scene, snapshot_message
from replayer_qt.practice.packets import ClientPacket
from replayer_qt.practice.wire import Taps, Wire

QUEUE_LIMIT: Final = 4_096
QUEUE_EASY: Final = 256
PING_INTERVAL_S: Final = 25
PING_TIMEOUT_S: Final = 20
STALE_SNAPSHOTS: Final = 0.3
PRIVATE: Final = frozenset(
    {"authenticate", "checkUsername", "buyOrder", "sellOrder", "requestSidebet"}
)
_WIRE: Final = web.RequestKey("wire", Wire)

Answer = Callable[[object], None]
Heard = Callable[["Client", str, tuple[object, ...], Answer], Awaitable[None]]


class Client(msgspec.Struct, kw_only=True):
    """One connection.

    Attributes:
        late: packets that it gets after the next message of the stream.
        token: the account that it belongs to; None for one who only watches.
    """

    sid: str
    eio_sid: str
    queue: asyncio.Queue[Packet | None]
    wire: Wire | None
    late: list[str]
    token: str | None = None


class Hall:
    """Everybody who listens; all of them are sent the same stream.

    A client that does not read is sent nothing more once 4,096 messages wait for it, and its
    connection is broken; `cut` counts such clients.

    Attributes:
        scene: what a newcomer is told; None before the first message.
        taps: what is done to every wire.
        sent: packets sent, by event.
        mute: whether all that is said is being thrown away; `broadcast` leaves that to its caller.
        dress: changes a message to what the accounts make of it.
        heard: is given what clients send about accounts.
    """

    def __init__(self, seed: int) -> None:
        self.scene: Scene | None = None
        self.taps = Taps()
        self.sent: Counter[str] = Counter()
        self.accepted = 0
        self.cut = 0
        self.received = 0
        self.mute = False
        self.dress: Callable[[Message, Scene], Message] = _as_it_is
        self.heard: Heard | None = None
        self._seed = seed
        self._clients: dict[str, Client] = {}
        self._wires: WeakValueDictionary[str, Wire] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sio = self._server()

    def attach(self, app: web.Application) -> None:
        """Serve Socket.IO as a part of `app`."""
        self._sio.attach(app)

    @property
    def clients(self) -> tuple[Client, ...]:
        """All connections, oldest first."""
        return tuple(self._clients.values())

    @property
    def waiting(self) -> int:
        """How many messages wait for the slowest client."""
        return max((client.queue.qsize() for client in self._clients.values()), default=0)

    def broadcast(self, event: str, packets: list[str], *, but: str | None = None) -> None:
        """Send packets to everybody, the account `but` left out; never waits."""
        for client in self.clients:
            if but is not None and client.token == but:
                continue
            for packet in packets:
                self._send(client, packet)
            if client.late and event == STATE:
                for packet in client.late:
                    self._send(client, packet)
                client.late.clear()
        self.sent[event] += len(packets)

    def tell(self, event: str, packets: list[str], *, to: str) -> None:
        """Send packets to every connection of the account `to`; never waits."""
        for client in self.clients:
            if client.token == to:
                self.send(event, packets, client)

    def send(self, event: str, packets: list[str], client: Client) -> None:
        """Send packets to one connection, if it is still up; never waits."""
        if self.mute or client.sid not in self._clients:
            return
        for packet in packets:
            self._send(client, packet)
        self.sent[event] += len(packets)

    def broadcast_raw(self, data: bytes) -> None:
        """Put bytes on every wire, as they are, between two frames."""
        for client in self.clients:
            if (wire := self.wire_of(client)) is not None:
                wire.send_raw(data)

    def wire_of(self, client: Client) -> Wire | None:
        """Return the client's WebSocket; None while it polls."""
        return client.wire or self._wires.get(client.eio_sid)

    def send_away(self, client: Client, *, by_engine: bool) -> None:
        """Disconnect a client by the protocol: Engine.IO's close, or Socket.IO's packet 41."""
        client.queue.put_nowait(Packet(CLOSE) if by_engine else Packet(MESSAGE, data="1"))

    def hang_up(self) -> None:
        """End every connection at once."""
        for client in self.clients:
            if (wire := self.wire_of(client)) is not None:
                wire.hang_up()

    async def close(self) -> None:
        """Wait until nothing of this hall runs any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._clients.clear()
        self._wires.clear()

    def _server(self) -> Any:
        logger = logging.getLogger("socketio.practice")
        logger.setLevel(logging.ERROR)
        server = socketio.AsyncServer(
            async_mode="aiohttp",
            serializer=ClientPacket,
            always_connect=True,  # the snapshot must not overtake the acceptance
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            cors_allowed_origins=_may_come,
            logger=logger,
            engineio_logger=logger,
        )
        server.on("connect", self._connect)
        server.on("disconnect", self._disconnect)
        server.on("ping", self._ping)
        server.on("*", self._hear)
        # the library tells no handler under which number an answer is awaited
        by_library = server._handle_event_internal  # noqa: SLF001  (no public door)
        server._handle_event_internal = partial(self._sort, by_library)  # noqa: SLF001
        engine = server.eio
        # the library neither keeps nor ends its own tasks
        engine.start_background_task = self._own
        wire = partial(Wire, self.taps, self._remember)
        engine._async = {**engine._async, "websocket": wire}  # noqa: SLF001  (no public door)
        return server

    def _own(self, target: Any, *args: object, **options: object) -> asyncio.Task[Any]:
        work: Coroutine[Any, Any, Any] = target(*args, **options)
        owner = getattr(getattr(target, "__self__", None), "sid", None)
        task = asyncio.get_running_loop().create_task(work, name=owner)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _remember(self, wire: Wire) -> None:
        eio_sid = wire.request.query.get("sid") if wire.request is not None else None
        if eio_sid:
            self._wires[eio_sid] = wire
        elif wire.request is not None:
            wire.request[_WIRE] = wire

    async def _connect(self, sid: str, environ: Mapping[str, Any], _auth: object) -> None:
        eio_sid: str = self._sio.manager.eio_sid_from_sid(sid, "/")
        client = Client(
            sid=sid,
            eio_sid=eio_sid,
            queue=self._sio.eio.sockets[eio_sid].queue,
            wire=environ["aiohttp.request"].get(_WIRE),
            late=[],
        )
        number, self.accepted = self.accepted, self.accepted + 1
        packets = self._welcome(number)
        # measured: the snapshot may come after a message that is newer than it
        if luck(self._seed, "snapshot", number).random() < STALE_SNAPSHOTS:
            client.late = packets
        else:
            for packet in packets:
                self._send(client, packet)
        self._clients[sid] = client

    def _welcome(self, number: int) -> list[str]:
        if self.scene is None:
            return []
        snapshot = self.dress(snapshot_message(self.scene, connecting=True), self.scene)
        told = [(STATE, (snapshot,)), *greetings(self._seed, number, self.scene.royale)]
        return [encode(message) for message in told]

    async def _disconnect(self, sid: str, _reason: object = None) -> None:
        client = self._clients.pop(sid, None)
        if client is None:
            return
        for task in tuple(self._tasks):
            # its next ping would sleep on for 25 seconds
            if task.get_name() == client.eio_sid and task is not asyncio.current_task():
                task.cancel()
        if self.wire_of(client) is None:
            # the library leaves a poll that is under way without an answer
            client.queue.put_nowait(None)

    async def _sort(
        self,
        by_library: Callable[..., Awaitable[None]],
        server: Any,
        sid: str,
        *rest: Any,
    ) -> None:
        _, data, _, number = rest
        event, *args = data
        client = self._clients.get(sid)
        if client is None:
            return
        if not isinstance(event, str) or not event:
            self._answer(client, number, {"success": False, "error": "Unreadable message"})
            return
        if event not in PRIVATE or self.heard is None:
            await by_library(server, sid, *rest)
            return
        self.received += 1
        await self.heard(client, event, tuple(args), partial(self._answer, client, number))

    def _answer(self, client: Client, number: int | None, payload: object) -> None:
        if number is not None:
            said = msgspec.json.encode([payload]).decode()
            self.send("ack", [f"3{number}{said}"], client)

    async def _ping(self, _sid: str, *_args: object) -> tuple[()]:
        return ()

    async def _hear(self, _event: str, _sid: str, *_args: object) -> None:
        self.received += 1

    def _send(self, client: Client, packet: str) -> None:
        if client.queue.qsize() >= QUEUE_LIMIT:
            self._cut(client)
            return
        client.queue.put_nowait(Packet(MESSAGE, data=packet))

    def _cut(self, client: Client) -> None:
        if self._clients.pop(client.sid, None) is None:
            return
        self.cut += 1
        if (wire := self.wire_of(client)) is not None:
            wire.reset()


def _as_it_is(message: Message, _scene: Scene) -> Message:
    return message


def _may_come(origin: str | None, _environ: Mapping[str, Any] | None = None) -> bool:
    """Let in programs, pages of this machine, and a feed that names the real venue's page."""
    if origin is None or origin == FeedSettings().rugs_origin:
        return True
    return urlsplit(origin).hostname in HOSTS
