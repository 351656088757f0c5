"""The practice exchange as a process of its own: says where it is, and ends when told to."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from replayer_qt.practice.server import Options, PracticeExchange

DONE: Final = 0
INTERRUPTED: Final = 130


def run_until_told(
    options: Options, *, ready: Callable[[Mapping[str, object]], None], parent: bool
) -> int:
    """Run an exchange until its rounds are over, a signal comes, or the parent is gone.

    Args:
        options: how it is run.
        ready: told the addresses once it listens.
        parent: end, too, when standard input is closed, as it is when the parent dies.

    Returns:
        the exit code: 0, or 130 when interrupted from the keyboard.

    Raises:
        AddressRefused: it cannot listen where the options say.
    """
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(_serve(options, ready, parent=parent))


async def _serve(
    options: Options, ready: Callable[[Mapping[str, object]], None], *, parent: bool
) -> int:
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    _listen_for_signals(told)
    if parent:
        _watch_standard_input(told)
    exchange = PracticeExchange(options)
    await exchange.start()
    over = asyncio.create_task(exchange.over())
    try:
        ready(exchange.ready())
        either: set[asyncio.Future[Any]] = {told, over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if over.done():
            over.result()
        return told.result() if told.done() else DONE
    finally:
        over.cancel()
        await exchange.stop()


def _tell(told: asyncio.Future[int], code: int) -> None:
    if not told.done():
        told.set_result(code)


def _listen_for_signals(told: asyncio.Future[int]) -> None:
    loop = asyncio.get_running_loop()
    codes = {signal.SIGTERM: DONE, signal.SIGINT: INTERRUPTED}
    for number, code in codes.items():
        if sys.platform == "win32":
            signal.signal(
                number, lambda *_, code=code: loop.call_soon_threadsafe(_tell, told, code)
            )
        else:
            loop.add_signal_handler(number, _tell, told, code)


def _watch_standard_input(told: asyncio.Future[int]) -> None:
    """A thread waits for the end of standard input: no loop can, on every system."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # reads the descriptor itself: a buffered reader would hold a lock when the program ends
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell, told, DONE)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
