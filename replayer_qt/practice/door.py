"""A loopback port with a web application behind it, which can be shut and opened again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

LOOPBACK: Final = "127.0.0.1"
HOSTS: Final = frozenset({LOOPBACK, "localhost"})
SHUTDOWN_S: Final = 0.3

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Listens on 127.0.0.1 and nowhere else.

    Attributes:
        port: where it listens; known once it is open.
    """

    def __init__(self, app: web.Application, port: int) -> None:
        self.port = port
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_S
        )
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where to knock."""
        return f"http://{LOOPBACK}:{self.port}"

    async def open(self) -> None:
        """Take connections; does nothing when it is open.

        Raises:
            OSError: the port is taken.
        """
        if self._runner.server is None:
            await self._runner.setup()
        server = self._runner.server
        if self._listener is None and server is not None:
            self._listener = await asyncio.get_running_loop().create_server(
                server, LOOPBACK, self.port
            )
            self.port = int(self._listener.sockets[0].getsockname()[1])

    def shut(self) -> None:
        """Take no new connections; those that are up go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def close(self) -> None:
        """End everything behind this door; safe twice."""
        self.shut()
        await self._runner.cleanup()


@web.middleware
async def our_host_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 421 to a request that names another host: a foreign page after DNS rebinding."""
    if request.url.host not in HOSTS:
        return web.Response(status=421, text="this host is not served here")
    return await handler(request)
