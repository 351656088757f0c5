"""What was refused, and why: counts for ever, the newest few kept for a person to look at."""

from collections import Counter, deque
from typing import Final

import msgspec

HEAD_KEPT: Final = 4096
NAME_KEPT: Final = 64


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One message that was refused.

    Attributes:
        reason: a stable short name; see docs/feeds.md.
        name: the event's name as the server gave it, cut.
        size: length of the message [bytes].
        head: its first bytes.
    """

    reason: str
    name: str
    size: int
    head: bytes


class Quarantine:
    """Counts refusals by reason and keeps the newest; reasons are ours, so there are few.

    Attributes:
        counts: refusals by reason.
        kept: the newest refusals, oldest first.
    """

    def __init__(self, size: int) -> None:
        """Begin empty.

        Args:
            size: how many refusals are kept; 0 keeps none.
        """
        self.counts: Counter[str] = Counter()
        self.kept: deque[Refusal] = deque(maxlen=size)

    def refuse(self, reason: str, name: str, data: bytes) -> None:
        """Count and keep one refusal."""
        self.counts[reason] += 1
        self.kept.append(
            Refusal(reason=reason, name=name[:NAME_KEPT], size=len(data), head=data[:HEAD_KEPT])
        )
