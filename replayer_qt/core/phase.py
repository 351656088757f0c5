"""The phases of a round, and how one message tells which it is."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a round stands; a round passes them in the order in which they stand here."""

    UNKNOWN = "unknown"
    COOLDOWN = "cooldown"
    PRESALE = "presale"
    ACTIVE = "active"
    RUGGED = "rugged"
