"""Names of audit records: UUIDs of version 7, each larger than the one before."""

from collections.abc import Callable
from typing import Final

from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos

Entropy = Callable[[int], int]
"""Returns so many random bits, as `random.Random.getrandbits` does."""

_VARIANT: Final = 0b10 << 14
_ROOM: Final = 47
"""Random bits of the last group; the bit above them is kept for counting up [bits]."""
_ROOM_MASK: Final = (1 << _ROOM) - 1


class EventIds:
    """Makes names: the millisecond, 73 random bits, and within a millisecond a count upwards."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._ms = -1
        self._upper = b""
        self._lower = 0

    def next(self, at: Nanos) -> bytes:
        """Return the next name, in small hexadecimal digits with hyphens.

        Where the wall clock was set back, it goes on counting in the latest millisecond seen.
        """
        ms = at // NANOS_PER_MILLISECOND
        if ms > self._ms:
            self._ms = ms
            digits = b"%012x" % (ms & 0xFFFF_FFFF_FFFF)
            drawn = self._entropy(12 + 14 + _ROOM)  # at once: each draw may be a system call
            self._lower = drawn & _ROOM_MASK
            drawn >>= _ROOM
            groups = digits[:8], digits[8:], drawn >> 14, _VARIANT | drawn & 0x3FFF
            self._upper = b"%b-%b-7%03x-%04x-" % groups
        else:
            self._lower += 1
        return b"%b%012x" % (self._upper, self._lower)
