"""Looks names up on a thread that nobody has to wait for."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

_Found = list[tuple[Any, ...]]


class PatientResolver(AbstractResolver):
    """The system's resolver, on a daemon thread for each look-up.

    The loop's own thread pool is joined when the loop ends: one look-up that hangs, as they do
    for half a minute without a network, would keep the program from stopping.
    """

    def __init__(self, look_up: Callable[..., Any] = socket.getaddrinfo) -> None:
        """Prepare.

        Args:
            look_up: the system's call.
        """
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; raises OSError. May be cancelled at any time."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def settle(found: _Found | None, error: OSError | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found or [])

        def work() -> None:
            found, failed = None, None
            try:
                found = self._look_up(host, port, family=family, type=socket.SOCK_STREAM)
            except OSError as error:
                failed = error
            try:
                loop.call_soon_threadsafe(settle, found, failed)
            except RuntimeError:
                return  # the loop is over: nobody wants to know

        threading.Thread(target=work, name="look-up", daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found_family, _, protocol, _, address in await answer
        ]

    async def close(self) -> None:
        """Nothing is held."""
