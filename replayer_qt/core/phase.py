"""The phases of a round, and how one message tells which it is."""

from enum import StrEnum
from typing import Final

from replayer_qt.core.statement import Statement


class Phase(StrEnum):
    """Where a round stands; a round passes them in the order in which they stand here."""

    UNKNOWN = "unknown"
    COOLDOWN = "cooldown"
    PRESALE = "presale"
    ACTIVE = "active"
    RUGGED = "rugged"


_ORDER: Final = tuple(Phase)


def phase_of(statement: Statement, previous: Phase) -> Phase:
    """Return the phase that a message states; what it leaves open is as it was.

    The messages that tell of the rug still call the round active, and those of the countdown
    state neither; so the order of the questions matters.
    """
    if statement.rugged:
        return Phase.RUGGED
    if statement.active:
        return Phase.ACTIVE
    if statement.presale:
        return Phase.PRESALE
    if statement.timer_ms:
        return Phase.COOLDOWN
    return previous


def may_follow(phase: Phase, previous: Phase) -> bool:
    """Return whether a round that stood at `previous` may stand at `phase` now.

    A round never goes back. It may skip phases, for messages get lost.

    >>> may_follow(Phase.ACTIVE, Phase.COOLDOWN), may_follow(Phase.ACTIVE, Phase.RUGGED)
    (True, False)
    """
    return _ORDER.index(phase) >= _ORDER.index(previous)
