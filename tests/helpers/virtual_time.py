"""An asyncio loop whose time passes at once whenever nothing is left to do."""

import asyncio
import heapq
from collections.abc import Coroutine
from typing import Any

from replayer_qt.core.units import Nanos

EPOCH_NS = 1_700_000_000_000_000_000


class VirtualLoop(asyncio.SelectorEventLoop):
    """Hours pass in milliseconds; for code that waits for time alone, not for sockets."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual_now = 1_000.0

    def time(self) -> float:
        return self._virtual_now

    def _run_once(self) -> None:
        scheduled = self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            gone = heapq.heappop(scheduled)
            gone._scheduled = False
            self._timer_cancelled_count -= 1
        if not self._ready and scheduled:  # type: ignore[attr-defined]
            self._virtual_now = max(self._virtual_now, scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


class VirtualClock:
    """The clock port on a virtual loop's time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> Nanos:
        return Nanos(EPOCH_NS + self.monotonic())

    def monotonic(self) -> Nanos:
        return Nanos(round(self._loop.time() * 1e9))


def run_virtually(body: Coroutine[Any, Any, Any]) -> Any:
    """Run `body` on a virtual loop of its own and return what it returns."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(body)
