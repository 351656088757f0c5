"""US Eastern wall times without an offset, as some recorders wrote them, in UTC.

By the rule in force since 2007 and not by the time zone database, which Windows and small Linux
systems do not have.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.units import Nanos

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # compared with naive times only
_MICRO: Final = timedelta(microseconds=1)
_HOUR_US: Final = 3_600_000_000
_SLACK_NS: Final = 60_000_000_000
_SUNDAY: Final = 6
_LENGTH: Final = len("2025-10-31T15:00:00.000000")
_MARKS: Final = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "."}
_LATEST_NS: Final = 2**62


def utc_ns(texts: Sequence[str]) -> list[Nanos]:
    """Return times written in ISO 8601 in UTC [ns since the Unix epoch]; never raises.

    Times with an offset are taken by it, naive ones as US Eastern. In the hour that comes twice
    in autumn a time is the second one if the time before it says so. What is not a time, or of a
    year that no recording is of, has that of the nearest one before it, or of the first one; 0 if
    there is none.

    >>> utc_ns(["2025-11-02T00:30:00", "?", "2025-11-02T03:30:00"])
    [1762057800000000000, 1762057800000000000, 1762072200000000000]
    """
    if not texts:
        return []
    local = _local_us(texts)
    if local is not None and 0 <= local.min() <= local.max() < _LATEST_NS // 1_000:
        first, last = (_EPOCH + int(end) * _MICRO for end in (local.min(), local.max()))
        if _behind_us(first) == _behind_us(last + timedelta(hours=1)):
            found: list[Nanos] = ((local + _behind_us(first)) * 1_000).tolist()
            return found
    return _one_by_one(texts)


def behind_us(first: datetime, last: datetime) -> int | None:
    """Return how far behind UTC all naive times from `first` to `last` are [us].

    None where that changes in between, or an hour that comes twice is near.
    """
    behind = _behind_us(first)
    return behind if behind == _behind_us(last + timedelta(hours=1)) else None


def utc_date_of(at_ns: int) -> date:
    """Return the UTC date of a time [ns since the Unix epoch]."""
    return datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).date()


def _local_us(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Read all texts at once [us since the epoch]; None unless each is in the usual form."""
    if set(map(len, texts)) != {_LENGTH}:
        return None
    table = np.frombuffer("".join(texts).encode("ascii", "replace"), np.uint8)
    table = table.reshape(len(texts), _LENGTH)
    if any((table[:, at] != ord(mark)).any() for at, mark in _MARKS.items()):
        return None
    # with its marks and twenty digits a text is full: there is no room for an offset
    digits = np.count_nonzero((table - np.uint8(ord("0"))) <= 9)
    if digits != (_LENGTH - len(_MARKS)) * len(texts):
        return None
    try:
        return np.array(texts, "datetime64[us]").astype(np.int64)
    except ValueError:
        return None


def _one_by_one(texts: Sequence[str]) -> list[Nanos]:
    found: list[int] = []
    last = 0
    for text in texts:
        try:
            time = datetime.fromisoformat(text)
            at = _one(time)
        except (ValueError, OverflowError):
            at = -1
        if not 0 <= at < _LATEST_NS:
            found.append(last)
            continue
        twice = time.tzinfo is None and _behind_us(time) != _behind_us(time + timedelta(hours=1))
        if twice and last and at < last - _SLACK_NS:
            at += _HOUR_US * 1_000
        last = at
        found.append(at)
    first = next((at for at in found if at), 0)
    return [Nanos(at or first) for at in found]


def _one(time: datetime) -> int:
    if time.tzinfo is None:
        return (_micros(time) + _behind_us(time)) * 1_000
    return _micros(time.astimezone(UTC).replace(tzinfo=None)) * 1_000


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICRO


def _behind_us(time: datetime) -> int:
    """How far behind UTC the naive time is [us]; the earlier reading where there are two."""
    begins = _sunday(time.year, 3, nth=2) + timedelta(hours=2)
    ends = _sunday(time.year, 11, nth=1) + timedelta(hours=2)
    return 4 * _HOUR_US if begins <= time < ends else 5 * _HOUR_US


def _sunday(year: int, month: int, *, nth: int) -> datetime:
    first = datetime(year, month, 1)  # noqa: DTZ001  # compared with naive times only
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))
