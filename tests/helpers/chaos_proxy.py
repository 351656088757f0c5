"""A TCP proxy that breaks what passes through it."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator
from typing import Literal

Mode = Literal["pass", "blackhole", "slow", "half", "flip", "garbage", "refuse", "flap"]


class ChaosProxy:
    """Passes bytes on to `target`, in its current `mode`; sockets can be cut at any time."""

    def __init__(self, target: int, seed: int = 1) -> None:
        self.mode: Mode = "pass"
        self.port = 0
        self.accepted = 0
        self._target = target
        self._rng = random.Random(seed)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, how: Literal["reset", "fin"] = "reset") -> None:
        """End every connection, with a reset or in order."""
        for writer in list(self._writers):
            if how == "reset":
                _reset(writer)
            else:
                writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.accepted += 1
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "refuse":
            _reset(writer)
            return
        if self.mode == "flap":
            await asyncio.sleep(self._rng.uniform(0, 0.03))
            _reset(writer)
            return
        if self.mode == "garbage":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<htm")
            await writer.drain()
            return
        upstream, up = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(up)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pipe(reader, up, spoil=False))
                both.create_task(self._pipe(upstream, writer, spoil=True))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(up)
            up.close()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, spoil: bool
    ) -> None:
        while data := await reader.read(65_536):
            while self.mode == "blackhole":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            if spoil and self.mode == "half":
                writer.write(data[: len(data) // 2])
                await writer.drain()
                raise ConnectionResetError
            if spoil and self.mode == "flip":
                spoiled = bytearray(data)
                spoiled[self._rng.randrange(len(spoiled))] ^= 1 << self._rng.randrange(8)
                data = bytes(spoiled)
            if spoil and self.mode == "slow":
                for byte in data[:400]:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.005)
                    if self.mode != "slow":
                        raise ConnectionResetError
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


def _reset(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        plug = writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


@contextlib.asynccontextmanager
async def chaos_proxy(url: str, seed: int = 1) -> AsyncIterator[ChaosProxy]:
    """Stand between a client and the server at `url`, until the block ends."""
    proxy = ChaosProxy(int(url.rpartition(":")[2]), seed)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.mode = "pass"  # what waits in another mode goes on, and finds its sockets closed
        proxy.cut()
        if proxy._tasks:
            await asyncio.wait(proxy._tasks, timeout=2)
        await server.wait_closed()
