"""Reads numbers and times the way foreign recorders state them; what is none becomes none."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from replayer_qt.adapters.library.eastern import utc_ns
from replayer_qt.core.units import Nanos

Stated = str | int | float | None
"""A number or a time as a file has it: JSON's own, or text."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_OFFSET: Final = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$")
_LATEST_S: Final = 4_000_000_000
_TICK_LIMIT: Final = 2**53


def price_of(value: object) -> float:
    """Return a price stated as a number or as its digits; NaN if it is neither.

    >>> price_of("1.25"), price_of(2), price_of("1_0"), price_of("nan"), price_of(True)
    (1.25, 2.0, nan, nan, nan)
    """
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return math.nan
    try:
        return float(value)
    except (OverflowError, ValueError):
        return math.nan


def tick_of(value: object) -> int:
    """Return a position stated as a number or as its digits; -1 if it is neither.

    >>> tick_of(7), tick_of("7"), tick_of(7.0), tick_of(7.5), tick_of(None)
    (7, 7, 7, -1, -1)
    """
    number = price_of(value)
    return int(number) if 0 <= number < _TICK_LIMIT and number == int(number) else -1


def times_ns(values: Sequence[Stated], *, naive_is_utc: bool = False) -> list[Nanos]:
    """Return times in UTC [ns since the Unix epoch]; never raises.

    Numbers are seconds, milliseconds or microseconds since the epoch, told apart by their size;
    texts are ISO 8601. What is no time has that of the nearest one before it, or of the first.

    Args:
        values: the times as they are stated.
        naive_is_utc: whether texts without an offset are UTC; else they are US Eastern.

    >>> times_ns([1_700_000_000, 1_700_000_000_000.0, "2023-11-14T22:13:20Z"])
    [1700000000000000000, 1700000000000000000, 1700000000000000000]
    """
    return utc_ns([_text_of(value, naive_is_utc=naive_is_utc) for value in values])


def _text_of(value: Stated, *, naive_is_utc: bool) -> str:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return f"{value}+00:00" if naive_is_utc and not _OFFSET.search(value) else value
    elif value is None or isinstance(value, bool):
        return ""
    seconds = price_of(value)
    while abs(seconds) > _LATEST_S and math.isfinite(seconds):
        seconds /= 1_000
    if not 0 < seconds <= _LATEST_S:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
