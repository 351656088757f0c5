"""One Socket.IO connection, used once; its library's habits end here."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import socketio
from engineio import base_client

from replayer_qt.adapters.feeds.connection import Loss, Unreachable
from replayer_qt.adapters.feeds.reasons import loss_of
from replayer_qt.adapters.feeds.resolver import PatientResolver
from replayer_qt.adapters.feeds.rugs_client import RugsClient
from replayer_qt.adapters.feeds.rugs_frames import HEARD, Frame, RugsPacket
from replayer_qt.core.settings import FeedSettings

FRAME_ROOM: Final = 4096
"""What a frame may be longer than its payload: names, trace objects, packet types [bytes]."""

_GOODBYE_S: Final = 0.3
_TOO_BIG: Final = 1009
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

log = logging.getLogger(__name__)


class SocketLine:
    """A fresh client for one attempt; what it hears it hands over at once, and nothing else.

    Attributes:
        lost: done when the connection is over.
    """

    def __init__(
        self, url: str, *, settings: FeedSettings, hear: Callable[["SocketLine", Frame], None]
    ) -> None:
        """Prepare; nothing is opened yet. Call it on the loop that it is to live on.

        Args:
            url: the server's address, with its query.
            settings: limits, the deadline, and the Origin that the venue wants.
            hear: takes each frame, in order; must return quickly and not raise.
        """
        self.lost: asyncio.Future[Loss] = asyncio.get_running_loop().create_future()
        self._url = url
        self._settings = settings
        self._hear = hear
        self._closed = False
        self._session: aiohttp.ClientSession | None = None
        self._client: RugsClient | None = None

    async def open(self) -> None:
        """Connect; raises `Unreachable`."""
        refusal = _refusal(self._url)
        if refusal is not None:
            raise Unreachable(refusal)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PatientResolver(), force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._client = self._make_client(self._session)
        try:
            await self._client.connect(
                self._url,
                headers=self._headers(),
                transports=["websocket"],
                wait_timeout=self._settings.connect_timeout_s,
            )
        except Exception as error:  # the library raises what its parts do, even KeyError
            log.debug("no connection", exc_info=True)
            raise Unreachable(loss_of(error)) from error
        reading = self._client.eio.read_loop_task
        if self._client.eio.state != "connected" or reading is None:
            raise Unreachable(Loss(reason="the connection broke while it was being made"))
        # The end of the reading is the one sign of a loss that never fails to come.
        reading.add_done_callback(self._reading_ended)

    def put(self, packet: str) -> bool:
        """Queue one packet to be sent, at once; False if it certainly will not be."""
        if self._closed or self.lost.done() or self._client is None:
            return False
        return self._client.put(packet)

    async def close(self) -> None:
        """Say goodbye, briefly, and release everything; safe twice, from any state."""
        self._closed = True
        client, self._client = self._client, None
        session, self._session = self._session, None
        try:
            if client is not None and client.eio.state == "connected":
                async with asyncio.timeout(_GOODBYE_S):
                    await client.disconnect()
        except (TimeoutError, OSError, aiohttp.ClientError):
            log.debug("left without a goodbye")
        finally:
            if client is not None:
                await _let_go(client)
            if session is not None:
                await session.close()

    def _make_client(self, session: aiohttp.ClientSession) -> RugsClient:
        # Theirs write to stderr, and format each message where the root logger is at INFO. One of
        # our own that is in no tree concerns nobody else.
        silent = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001
        client = RugsClient(
            self._take,
            reconnection=False,
            handle_sigint=False,
            logger=silent,
            engineio_logger=silent,
            serializer=RugsPacket,
            http_session=session,
            websocket_extra_options={
                "max_msg_size": self._settings.snapshot_limit + FRAME_ROOM,
                "timeout": aiohttp.ClientWSTimeout(ws_close=_GOODBYE_S),
            },
        )
        client.on(HEARD, self._take)
        client.on("disconnect", self._disconnected)
        client.on("connect_error", self._refused)
        return client

    def _headers(self) -> dict[str, str]:
        ours = urlsplit(self._url).hostname == urlsplit(self._settings.rugs_url).hostname
        return {"Origin": self._settings.rugs_origin} if ours else {}

    def _take(self, frame: Frame) -> None:
        if not self._closed:
            self._hear(self, frame)

    def _disconnected(self, _reason: object = None) -> None:
        self._over()

    def _refused(self, *_data: object) -> None:
        self._lose(Loss(reason="the server ended the connection"))

    def _reading_ended(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled():
            reading.exception()  # told to nobody else; the loss is what matters
        self._over()

    def _over(self) -> None:
        if self.lost.done():
            return
        if self._client is not None and _close_code(self._client) == _TOO_BIG:
            self._take(Frame(name="", payload=b"", data=b"", refused="too-large"))
            self._lose(Loss(reason="a message was far too large"))
        self._lose(Loss(reason="the connection was lost"))

    def _lose(self, loss: Loss) -> None:
        if not self.lost.done():
            self.lost.set_result(loss)


def _refusal(url: str) -> Loss | None:
    try:
        parts = urlsplit(url)
        host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
    except ValueError:
        return Loss(reason="the address is not one", final=True)
    if scheme not in {"http", "https", "ws", "wss"} or not host:
        return Loss(reason="the address is not one", final=True)
    if scheme in {"http", "ws"} and host not in _LOOPBACK:
        return Loss(reason="only this machine may be reached without encryption", final=True)
    return None


def _close_code(client: socketio.AsyncClient) -> int | None:
    code = getattr(client.eio.ws, "close_code", None)
    return code if isinstance(code, int) else None


async def _let_go(client: socketio.AsyncClient) -> None:
    """Take from the library what it keeps of a client that ended in an unusual way."""
    tasks = [
        task
        for task in (client.eio.read_loop_task, client.eio.write_loop_task)
        if task is not None and not task.done()
    ]
    for task in tasks:
        task.cancel()
    if client.eio in base_client.connected_clients:
        base_client.connected_clients.remove(client.eio)
    client.handlers.clear()
    if tasks:
        await asyncio.wait(tasks, timeout=_GOODBYE_S)
