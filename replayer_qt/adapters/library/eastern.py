"""US Eastern wall times without an offset, as some recorders wrote them, in UTC.

By the rule in force since 2007 and not by the time zone database, which Windows and small Linux
systems do not have.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # compared with naive times only
_HOUR_US: Final = 3_600_000_000
_SLACK_NS: Final = 60_000_000_000
_SUNDAY: Final = 6
_LENGTH: Final = len("2025-10-31T15:00:00.000000")
_MARKS: Final = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "."}


def utc_ns(texts: Sequence[str]) -> list[int]:
    """Return times written in ISO 8601 in UTC [ns since the Unix epoch]; never raises.

    Times with an offset are taken by it, naive ones as US Eastern. In the hour that comes twice
    in autumn a time is the second one if the time before it says so. What is not a time has that
    of the nearest one before it, or of the first one; 0 if there is none.

    >>> utc_ns(["2025-11-02T00:30:00", "?", "2025-11-02T03:30:00"])
    [1762057800000000000, 1762057800000000000, 1762072200000000000]
    """
    if not texts:
        return []
    local = _local_us(texts)
    if local is not None:
        first, last = (_EPOCH + timedelta(microseconds=int(end)) for end in _ends(local))
        if _behind_us(first) == _behind_us(last + timedelta(hours=1)):
            found: list[int] = ((local + _behind_us(first)) * 1_000).tolist()
            return found
    return _one_by_one(texts)


def utc_date_of(at_ns: int) -> date:
    """Return the UTC date of a time [ns since the Unix epoch]."""
    return datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).date()


def _ends(values: NDArray[np.int64]) -> tuple[int, int]:
    return int(values.min()), int(values.max())


def _local_us(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Read all texts at once [us since the epoch]; None unless each is in the usual form."""
    letters = "".join(texts).encode("ascii", "replace")
    if len(letters) != _LENGTH * len(texts) or len(set(map(len, texts))) > 1:
        return None
    table = np.frombuffer(letters, np.uint8).reshape(len(texts), _LENGTH)
    if any((table[:, at] != ord(mark)).any() for at, mark in _MARKS.items()):
        return None
    digits = np.delete(table, list(_MARKS), axis=1) - np.uint8(48)
    if (digits > 9).any():
        return None
    weights = 10 ** np.arange(5, -1, -1)
    clock = digits[:, 8:14] @ weights
    if (clock // 10_000 > 23).any() or (clock // 100 % 100 > 59).any() or (clock % 100 > 59).any():
        return None
    days, which = np.unique(digits[:, :8] @ (10 ** np.arange(7, -1, -1)), return_inverse=True)
    begins = [_midnight_us(int(day)) for day in days]
    if None in begins:
        return None
    seconds = clock // 10_000 * 3_600 + clock // 100 % 100 * 60 + clock % 100
    midnights = np.array(begins, np.int64)[which.reshape(-1)]
    read: NDArray[np.int64] = midnights + seconds * 1_000_000 + digits[:, 14:] @ weights
    return read


def _midnight_us(day: int) -> int | None:
    try:
        return _micros(datetime(day // 10_000, day // 100 % 100, day % 100))  # noqa: DTZ001
    except ValueError:
        return None


def _one_by_one(texts: Sequence[str]) -> list[int]:
    found: list[int] = []
    last = 0
    for text in texts:
        try:
            time = datetime.fromisoformat(text)
            at = _one(time)
        except (ValueError, OverflowError):
            found.append(last)
            continue
        twice = time.tzinfo is None and _behind_us(time) != _behind_us(time + timedelta(hours=1))
        if twice and last and at < last - _SLACK_NS:
            at += _HOUR_US * 1_000
        last = at
        found.append(at)
    first = next((at for at in found if at), 0)
    return [at or first for at in found]


def _one(time: datetime) -> int:
    if time.tzinfo is None:
        return (_micros(time) + _behind_us(time)) * 1_000
    return _micros(time.astimezone(UTC).replace(tzinfo=None)) * 1_000


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
