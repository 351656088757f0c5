"""The straight line from wall time to recording time that a replay runs on."""

import math

import msgspec

from replayer_qt.core.units import Nanos


class ReplayClock(msgspec.Struct, frozen=True, kw_only=True):
    """Where a replay stands at any moment.

    Every change of speed or position is a new line that starts where the old one was, so the
    clock is continuous except where `seek` breaks it on purpose. It never looks at a real clock:
    the caller says what time it is.

    Attributes:
        anchor_wall: where the line starts on the wall [ns].
        anchor_position: where it starts in the recording [ns].
        speed: recording seconds per wall second; 0 is paused. Finite.
    """

    anchor_wall: Nanos
    anchor_position: Nanos
    speed: float = 0.0

    def position(self, wall: Nanos) -> Nanos:
        """Return the place in the recording at a moment [ns].

        Before the anchor it stands still at the anchor: a clock that was set back plays nothing
        twice.
        """
        passed = max(0, wall - self.anchor_wall)
        return Nanos(self.anchor_position + round(passed * self.speed))

    def wall(self, position: Nanos) -> Nanos | None:
        """Return when `position` will be reached [ns], not a moment too soon; None while paused."""
        if self.speed <= 0:
            return None
        return Nanos(self.anchor_wall + math.ceil((position - self.anchor_position) / self.speed))

    def at_speed(self, speed: float, *, wall: Nanos) -> "ReplayClock":
        """Return the line that goes on from here at another speed."""
        return ReplayClock(anchor_wall=wall, anchor_position=self.position(wall), speed=speed)

    def seek(self, position: Nanos, *, wall: Nanos) -> "ReplayClock":
        """Return the line that goes on from another place at the same speed."""
        return ReplayClock(anchor_wall=wall, anchor_position=position, speed=self.speed)
