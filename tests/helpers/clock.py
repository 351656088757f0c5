"""A clock that stands still until it is told to move."""

from replayer_qt.core.units import Nanos


class SteppedClock:
    """Both clocks of the port, moved by hand."""

    def __init__(self, now: int = 1_700_000_000_000_000_000, mono: int = 1_000_000_000) -> None:
        self.wall = now
        self.mono = mono

    def now(self) -> Nanos:
        return Nanos(self.wall)

    def monotonic(self) -> Nanos:
        return Nanos(self.mono)

    def pass_s(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.wall += round(seconds * 1e9)
        self.mono += round(seconds * 1e9)

    def jump_wall_s(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a person or NTP would."""
        self.wall += round(seconds * 1e9)
