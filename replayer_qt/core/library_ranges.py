"""Ranges of numbers and dates as people type them, and back: `>10`, `2..50`, `2025-10`."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from replayer_qt.core.library import Range
from replayer_qt.core.units import NANOS_PER_SECOND

Told = tuple[float, float]
"""What one number or date means: from, up to, both included."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = (1, 1, 1, 0, 0, 0)
_LENGTHS: Final = MappingProxyType(
    {3: timedelta(days=1), 5: timedelta(minutes=1), 6: timedelta(seconds=1)}
)
_DAY_NS: Final = 86_400 * NANOS_PER_SECOND
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?x?", re.ASCII | re.IGNORECASE)
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?Z?",
    re.ASCII | re.IGNORECASE,
)


def number_range(sign: str, text: str) -> Range | None:
    """Return the range that a sign and a number, or two numbers, mean; None if they mean none.

    Args:
        sign: one of `:`, `=`, `<`, `<=`, `>`, `>=`.
        text: a number, or two joined by `..` of which one may be missing.
    """
    return _range(sign, text, _number)


def whole_range(sign: str, text: str) -> Range | None:
    """Return the same for whole numbers: above 200 begins at 201."""
    found = _range(sign, text, _number)
    if found is None or sign not in {"<", ">"}:
        return found
    low, high = found.low, found.high
    return Range(
        low=None if low is None else float(math.floor(math.nextafter(low, -math.inf)) + 1),
        high=None if high is None else float(math.ceil(math.nextafter(high, math.inf)) - 1),
    )


def date_range(sign: str, text: str) -> Range | None:
    """Return the range of times that dates mean [ns since the Unix epoch, UTC].

    A year, a month, a day, a minute or a second is all of it.

    Args:
        sign: as in `number_range`.
        text: a date, or two joined by `..` of which one may be missing.
    """
    return _range(sign, text, _date)


def narrowed(one: Range, other: Range) -> Range:
    """Return what is in both ranges."""
    lows = [each.low for each in (one, other) if each.low is not None]
    highs = [each.high for each in (one, other) if each.high is not None]
    return Range(low=max(lows, default=None), high=min(highs, default=None))


def number_words(key: str, bounds: Range, *, is_whole: bool = False) -> list[str]:
    """Return what one would type for a range of numbers, or of whole numbers."""
    low, high = _finite(bounds.low), _finite(bounds.high)
    below = None if low is None or is_whole else _shorter(low, -math.inf)
    above = None if high is None or is_whole else _shorter(high, math.inf)
    lower = f"{key}>={number_text(low)}" if low is not None else ""
    upper = f"{key}<={number_text(high)}" if high is not None else ""
    lower = f"{key}>{number_text(below)}" if below is not None else lower
    upper = f"{key}<{number_text(above)}" if above is not None else upper
    if low is not None and high is not None and below is None and above is None and low <= high:
        only = low == high
        return [f"{key}:{number_text(low)}" + ("" if only else f"..{number_text(high)}")]
    return [word for word in (lower, upper) if word]


def date_words(key: str, bounds: Range) -> list[str]:
    """Return what one would type for a range of times."""
    low, high = _finite(bounds.low), _finite(bounds.high)
    begin = None if low is None else _date_text(low, is_end=False)
    end = None if high is None else _date_text(high, is_end=True)
    if begin and end and low is not None and high is not None and low <= high:
        return [f"{key}:{begin}" if begin == end else f"{key}:{begin}..{end}"]
    words = (f"{key}>={begin}" if begin else "", f"{key}<={end}" if end else "")
    return [word for word in words if word]


def number_text(number: float) -> str:
    """Return a number as short as it can be said exactly.

    >>> number_text(200.0), number_text(0.01)
    ('200', '0.01')
    """
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    return repr(float(number))


def _range(sign: str, text: str, read: Callable[[str], Told | None]) -> Range | None:
    first, dots, last = text.partition("..")
    if dots:
        return _from_to(first, last, read) if sign in {":", "="} else None
    told = read(text)
    if told is None:
        return None
    begin, end = told
    match sign:
        case ">":
            return Range(low=math.nextafter(end, math.inf))
        case ">=":
            return Range(low=begin)
        case "<":
            return Range(high=math.nextafter(begin, -math.inf))
        case "<=":
            return Range(high=end)
        case _:
            return Range(low=begin, high=end)


def _from_to(first: str, last: str, read: Callable[[str], Told | None]) -> Range | None:
    begin = read(first) if first else None
    end = read(last) if last else None
    if (first and begin is None) or (last and end is None) or not (begin or end):
        return None
    if begin and end and begin[0] > end[1]:
        return None
    return Range(low=begin[0] if begin else None, high=end[1] if end else None)


def _number(text: str) -> Told | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.rstrip("xX"))
    return (number, number) if math.isfinite(number) else None


def _date(text: str) -> Told | None:
    if text.startswith("@"):
        return _number(text[1:])
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    parts, fraction = found.groups()[:6], found[7]
    year, month, day, hour, minute, second = (
        int(part or first) for part, first in zip(parts, _FIRST, strict=True)
    )
    try:
        begin = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        end = _after(begin, sum(part is not None for part in parts))
    except (ValueError, OverflowError):
        return None
    at = _nanos(begin)
    if fraction is None:
        return float(at), math.nextafter(float(_nanos(end)), -math.inf)
    at += int(fraction.ljust(9, "0"))
    width = 10 ** (9 - len(fraction))
    return float(at), float(at) if width == 1 else math.nextafter(float(at + width), -math.inf)


def _after(begin: datetime, parts: int) -> datetime:
    """The moment after the year, month, day, minute or second that begins then."""
    if parts == 1:
        return begin.replace(year=begin.year + 1)
    if parts == 2:
        return (begin + timedelta(days=31)).replace(day=1)
    return begin + _LENGTHS[parts]


def _nanos(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * NANOS_PER_SECOND + since.microseconds * 1_000


def _date_text(at: float, *, is_end: bool) -> str:
    """A day where it begins, or ends, with one; else the moment to the nanosecond."""
    edge = math.nextafter(at, math.inf) if is_end else at
    if edge % _DAY_NS == 0:
        day = _moment(int(edge) // _DAY_NS - is_end, 0)
        if day is not None:
            return f"{day.year:04}-{day.month:02}-{day.day:02}"
    days, rest = divmod(int(at), _DAY_NS)
    moment = _moment(days, rest // NANOS_PER_SECOND)
    if moment is None or int(at) != at:
        return f"@{at!r}"
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}.{rest % NANOS_PER_SECOND:09}"


def _moment(days: int, seconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(days=days, seconds=seconds)
    except OverflowError:
        return None


def _finite(bound: float | None) -> float | None:
    return bound if bound is not None and math.isfinite(bound) else None


def _shorter(bound: float, way: float) -> float | None:
    """The number next to it, if that is what somebody typed with `<` or `>`."""
    beside = math.nextafter(bound, way)
    if not math.isfinite(beside) or len(number_text(beside)) >= len(number_text(bound)):
        return None
    return beside
