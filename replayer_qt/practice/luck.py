"""Chance that can be repeated: one independent generator for each thing that is drawn."""

import random
import uuid
from typing import Final

from replayer_qt.core.units import RoundId

_PREFIX: Final = "practice"


def luck(*parts: object) -> random.Random:
    """Return a generator that depends on `parts` alone, on every machine and in every run.

    >>> luck(7, "round", 3).random() == luck(7, "round", 3).random()
    True
    """
    text = "/".join((_PREFIX, *(str(part) for part in parts)))
    return random.Random(text)  # noqa: S311  (play prices and play names, not secrets)


def hexadecimal(chance: random.Random, digits: int) -> str:
    """Return `digits` random hexadecimal digits."""
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def identifier(chance: random.Random) -> str:
    """Return a random UUID in its usual form."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def trace(chance: random.Random) -> dict[str, object]:
    """Return the trace object that the venue sends as first of two arguments."""
    parent = f"00-{hexadecimal(chance, 32)}-{hexadecimal(chance, 16)}-01"
    return {"__trace": True, "traceparent": parent}


def round_id(chance: random.Random, date: str) -> RoundId:
    """Return a new round's name; `date` is YYYYMMDD, UTC."""
    return RoundId(f"{date}-{hexadecimal(chance, 16)}")
