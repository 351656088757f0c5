"""Whether orders may leave: SAFE, READY, ARMED for a time, IN_FLIGHT, HALT."""

from typing import Final

import msgspec

from replayer_qt.core.events import Event
from replayer_qt.core.order_events import ArmState
from replayer_qt.core.units import Nanos

LONGEST_MINUTES: Final = 60.0
"""No setting and no person can arm for longer [min]."""

GREEN_S: Final = 10.0
"""How long all checks must have been green before arming for real money [s]."""


class Arming(msgspec.Struct, frozen=True, kw_only=True):
    """How far one account is from sending orders.

    Attributes:
        until: when arming ends by itself [monotonic ns].
        reason: why it stands as it does, in plain words.
        code: the reason's stable short name.
        green_since: since when all checks have been green [monotonic ns]; None while one is not.
    """

    state: ArmState = ArmState.SAFE
    until: Nanos | None = None
    reason: str = "every start begins safe"
    code: str = "start"
    green_since: Nanos | None = None

    @property
    def is_armed(self) -> bool:
        """Whether orders may leave."""
        return self.state in {ArmState.ARMED, ArmState.IN_FLIGHT}

    def is_armed_at(self, mono: Nanos) -> bool:
        """Return whether orders may leave at `mono` [monotonic ns]: armed, and not run out."""
        return self.is_armed and self.until is not None and mono < self.until


def fold_arming(arming: Arming, event: Event) -> Arming:
    """Return the arming after `event`."""
    raise NotImplementedError
