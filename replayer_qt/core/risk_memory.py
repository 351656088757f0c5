"""What the gate remembers of an account's past: times of orders, outcomes, streaks."""

import msgspec

from replayer_qt.core.events import Event
from replayer_qt.core.orders import OrderSide
from replayer_qt.core.units import Nanos


class Recent(msgspec.Struct, frozen=True):
    """An order that was allowed lately.

    Attributes:
        mono: when [monotonic ns].
        side, size: what it was: the amount [SOL] or share [percent] as text.
        automated: whether no person asked for it.
    """

    mono: Nanos
    side: OrderSide
    size: str
    automated: bool


class RiskMemory(msgspec.Struct, frozen=True, kw_only=True):
    """Bounded: what is older than a minute is let go.

    Attributes:
        recent: orders allowed in the last minute, oldest first (at most 600).
        automated_runs: automated orders executed since a person last re-enabled them.
        rejects: when orders were rejected in the last minute [monotonic ns] (at most 100).
        lost_at: when the last losing trade was closed [monotonic ns]; None: never.
        lost_tick: the tick it was closed at; -1: never, or in another round.
        orders: orders allowed since the session began.
        turnover: what buys and stakes since the session began came to, unknown ones included, as
            text [SOL].
    """

    recent: tuple[Recent, ...] = ()
    automated_runs: int = 0
    rejects: tuple[Nanos, ...] = ()
    lost_at: Nanos | None = None
    lost_tick: int = -1
    orders: int = 0
    turnover: str = "0"


def fold_memory(memory: RiskMemory, event: Event) -> RiskMemory:
    """Return the memory after `event`."""
    raise NotImplementedError
