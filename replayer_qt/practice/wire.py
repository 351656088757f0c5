"""One client's WebSocket, with taps at the places where real networks break."""

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

CLOSE_PATIENCE_S: Final = 0.5
DRIP_PIECES_PER_S: Final = 20

TEXT: Final = 0x1
BINARY: Final = 0x2


class Taps:
    """What is done to every wire of an exchange.

    Attributes:
        bytes_per_s: how fast bytes drip out [bytes/s]; None is as fast as they can.
    """

    def __init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.bytes_per_s: float | None = None


class Wire:
    """A WebSocket of the Engine.IO server; it has the interface which that server asks for.

    Args:
        taps: shared by all wires.
        opened: told of this wire once it is open.
        handler: the server's coroutine for one connection.
        server: the Engine.IO server.
    """

    def __init__(
        self,
        taps: Taps,
        opened: Callable[["Wire"], None],
        handler: Callable[["Wire"], Awaitable[None]],
        server: Any,
    ) -> None:
        self._taps = taps
        self._opened = opened
        self._handler = handler
        self._socket = web.WebSocketResponse(
            max_msg_size=server.max_http_buffer_size, timeout=CLOSE_PATIENCE_S, compress=False
        )
        self.request: web.Request | None = None

    async def __call__(self, environ: Mapping[str, Any]) -> web.WebSocketResponse:
        """Answer the request in `environ` and serve it until it closes."""
        request: web.Request = environ["aiohttp.request"]
        self.request = request
        await self._socket.prepare(request)
        self._opened(self)
        await self._handler(self)
        return self._socket

    async def send(self, message: str | bytes) -> None:
        """Send one frame, when the taps let it through."""
        await self._taps.flowing.wait()
        if self._taps.bytes_per_s is not None:
            await self._drip(message, self._taps.bytes_per_s)
        elif isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_str(message)

    async def wait(self) -> str | bytes:
        """Return the next frame.

        Raises:
            OSError: the connection is over.
        """
        received = await self._socket.receive()
        if not isinstance(received.data, (str, bytes)):
            raise OSError("the client is gone")
        return received.data

    async def close(self) -> None:
        """Close the WebSocket; safe twice."""
        with contextlib.suppress(ConnectionError):
            await self._socket.close()

    def send_raw(self, data: bytes) -> None:
        """Put bytes on the connection as they are, between two frames."""
        transport = self._transport
        if transport is not None and not transport.is_closing():
            transport.write(data)

    def reset(self) -> None:
        """Break the connection at once, with a TCP reset."""
        transport = self._transport
        if transport is None:
            return
        connection = transport.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    def hang_up(self) -> None:
        """End the connection at once, with a TCP end."""
        transport = self._transport
        if transport is not None:
            transport.close()

    @property
    def _transport(self) -> asyncio.Transport | None:
        return self.request.transport if self.request is not None else None

    async def _drip(self, message: str | bytes, bytes_per_s: float) -> None:
        opcode = BINARY if isinstance(message, bytes) else TEXT
        content = message if isinstance(message, bytes) else message.encode()
        framed = frame(opcode, content)
        piece = max(1, int(bytes_per_s / DRIP_PIECES_PER_S))
        while framed and self._taps.bytes_per_s is not None:
            self.send_raw(framed[:piece])
            framed = framed[piece:]
            await asyncio.sleep(piece / bytes_per_s)
        self.send_raw(framed)


def frame(opcode: int, content: bytes, *, reserved: bool = False) -> bytes:
    """Return a whole WebSocket frame as a server sends it, unmasked.

    >>> frame(TEXT, b"2").hex()
    '810132'

    Args:
        opcode: the frame's kind.
        content: its payload.
        reserved: set the bits that nobody may set.
    """
    head = bytes([(0xF0 if reserved else 0x80) | opcode])
    size = len(content)
    if size < 126:
        return head + bytes([size]) + content
    if size < 1 << 16:
        return head + b"\x7e" + size.to_bytes(2, "big") + content
    return head + b"\x7f" + size.to_bytes(8, "big") + content
