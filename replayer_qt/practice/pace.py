"""The exchange's own time, which runs faster than the real one."""

import asyncio


class Pace:
    """Where the exchange's clock stands, and how fast it runs.

    Attributes:
        speed: how much faster than the real one [x]; may be changed at any time.
    """

    def __init__(self, speed: float, start_ms: float) -> None:
        self.speed = speed
        self._stood_ms = float(start_ms)
        self._since_s: float | None = None

    def advance(self, step_ms: float) -> None:
        """Note that a moment which is `step_ms` [ms] after the one before is now."""
        self._stood_ms += step_ms
        self._since_s = asyncio.get_running_loop().time()

    def now_ms(self) -> int:
        """Return the exchange's time [ms since the Unix epoch, UTC]."""
        if self._since_s is None:
            return int(self._stood_ms)
        passed_s = asyncio.get_running_loop().time() - self._since_s
        return int(self._stood_ms + passed_s * 1000 * self.speed)

    async def wait(self, duration_ms: float) -> None:
        """Wait for a time of the exchange's clock [ms]."""
        await asyncio.sleep(duration_ms / 1000 / self.speed)
