"""The real clock."""

import time

from replayer_qt.core.units import Nanos


class SystemClock:
    """The operating system's clocks."""

    def now(self) -> Nanos:
        """Return the wall time [ns since the Unix epoch, UTC]."""
        return Nanos(time.time_ns())

    def monotonic(self) -> Nanos:
        """Return a time that never goes back [ns]."""
        return Nanos(time.monotonic_ns())
