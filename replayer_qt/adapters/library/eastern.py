"""US Eastern wall times without an offset, as some recorders wrote them, in UTC.

By the rule in force since 2007 and not by the time zone database, which Windows and small Linux
systems do not have.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # compared with naive times only
_HOUR_US: Final = 3_600_000_000
_SUNDAY: Final = 6


def utc_ns(times: Sequence[datetime]) -> list[int]:
    """Return the times in UTC [ns since the Unix epoch].

    Times with an offset are taken by their offset, naive ones as US Eastern. In the hour that
    comes twice in autumn a time is the second one if the time before it says so.

    >>> utc_ns([datetime(2025, 11, 2, 0, 30), datetime(2025, 11, 2, 3, 30)])
    [1762057800000000000, 1762072200000000000]
    """
    if not times:
        return []
    if any(time.tzinfo is not None for time in times):
        return [_one(time) for time in times]
    lowest, highest = min(times), max(times)
    if _is_ambiguous(lowest, highest):
        return _one_by_one(times)
    local = np.array(times, dtype="datetime64[us]").astype(np.int64)
    result: list[int] = ((local + _behind_us(lowest)) * 1_000).tolist()
    return result


def utc_date_of(at_ns: int) -> date:
    """Return the UTC date of a time [ns since the Unix epoch]."""
    return datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).date()


def _one(time: datetime) -> int:
    if time.tzinfo is None:
        return (_micros(time) + _behind_us(time)) * 1_000
    return _micros(time.astimezone(UTC).replace(tzinfo=None)) * 1_000


def _one_by_one(times: Sequence[datetime]) -> list[int]:
    found: list[int] = []
    for time in times:
        at = _one(time)
        twice = _behind_us(time) != _behind_us(time + timedelta(hours=1))
        if twice and found and at < found[-1] - 1_800_000_000_000:
            at += _HOUR_US * 1_000
        found.append(at)
    return found


def _is_ambiguous(lowest: datetime, highest: datetime) -> bool:
    return _behind_us(lowest) != _behind_us(highest + timedelta(hours=1))


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _behind_us(time: datetime) -> int:
    """How far behind UTC the naive time is [us]; the earlier reading where there are two."""
    begins = _sunday(time.year, 3, nth=2) + timedelta(hours=2)
    ends = _sunday(time.year, 11, nth=1) + timedelta(hours=2)
    return 4 * _HOUR_US if begins <= time < ends else 5 * _HOUR_US


def _sunday(year: int, month: int, *, nth: int) -> datetime:
    first = datetime(year, month, 1)  # noqa: DTZ001  # compared with naive times only
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))
