"""The speeds that a replay is offered at."""

import math
from typing import Final

SPEEDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1000.0, math.inf)
"""Recording seconds per second, the slowest first."""


def next_speed(speed: float, notches: int) -> float:
    """Return the speed so many places faster, or slower when negative.

    >>> next_speed(1.0, 1), next_speed(3.3, -1), next_speed(0.1, -5), next_speed(500.0, 9)
    (2.0, 2.0, 0.1, inf)
    """
    for _ in range(abs(notches)):
        if notches > 0:
            speed = next((s for s in SPEEDS if s > speed), SPEEDS[-1])
        else:
            speed = next((s for s in reversed(SPEEDS) if s < speed), SPEEDS[0])
    return speed
