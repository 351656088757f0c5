"""The fields that narrow a query down: what they say of it, and what they make of it."""

from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.library import Range, RoundQuery
from replayer_qt.core.library_ranges import date_range
from replayer_qt.ui import fmt

_MOST: Final = 1e15


class RangeField(msgspec.Struct, frozen=True, kw_only=True):
    """Two inputs for one range of a query.

    Attributes:
        name: the query's attribute.
        title: the words before it.
        about: one sentence on it.
        hints: what stands in the two inputs while they are empty.
        is_date: whether days are typed, not numbers.
        is_money: whether amounts are typed, which can be hidden.
    """

    name: str
    title: str
    about: str
    hints: tuple[str, str] = ("from", "to")
    is_date: bool = False
    is_money: bool = False


FIELDS: Final = (
    RangeField(name="begun", title="Date", about="The day it began, in UTC.", is_date=True,
               hints=("from 2026-01-31", "to")),
    RangeField(name="peak", title="Peak", about="The highest price before the rug, as 2.5."),
    RangeField(name="ticks", title="Length", about="Ticks of the round."),
    RangeField(name="rug", title="Rug tick", about="The tick of the rug."),
    RangeField(name="rug_price", title="Rug price", about="The price at the rug."),
    RangeField(name="result", title="Result", about="What our own trading brought, in SOL.",
               is_money=True),
)  # fmt: skip
"""The ranges, in the order in which they stand below one another."""


class Unreadable(msgspec.Struct, frozen=True):
    """A text that is no limit, and why."""

    why: str


def limit_of(text: str, *, is_date: bool, is_high: bool) -> float | Unreadable | None:
    """Return the limit that was typed; None for an empty text.

    >>> limit_of(" 2.5x ", is_date=False, is_high=False), limit_of("1,000", is_date=False,
    ...     is_high=True), limit_of("", is_date=False, is_high=True)
    (2.5, 1000.0, None)
    >>> limit_of("abc", is_date=False, is_high=True)
    Unreadable(why='type a number, as 2.5')
    >>> limit_of("2026-02-30", is_date=True, is_high=False)
    Unreadable(why='type a day, as 2026-01-31')
    """
    bare = text.strip()
    if not bare:
        return None
    if is_date:
        return _day_limit(bare, is_high=is_high)
    try:
        value = float(bare.rstrip("xX").replace(",", ""))
    except ValueError:
        return Unreadable("type a number, as 2.5")
    return value if abs(value) <= _MOST else Unreadable("that is too large")


def _day_limit(text: str, *, is_high: bool) -> float | Unreadable:
    meant = date_range(":", text)
    limit = None if meant is None else meant.high if is_high else meant.low
    return Unreadable("type a day, as 2026-01-31") if limit is None else limit


def limit_text(value: float | None, *, is_date: bool) -> str:
    """Return what one would type for a limit.

    >>> limit_text(2.5, is_date=False), limit_text(1000.0, is_date=False), limit_text(None,
    ...     is_date=True)
    ('2.5', '1000', '')
    """
    if value is None:
        return ""
    if is_date:
        shown = fmt.exact_time(int(value))[:10]
        return "" if shown == fmt.NOTHING else shown
    return f"{value:.12g}"  # above ten begins a hair beside it, which nobody typed


def range_of(query: RoundQuery, field: RangeField) -> Range:
    """Return what a query says of a field."""
    found: Range = getattr(query, field.name)
    return found


def with_range(query: RoundQuery, field: RangeField, wanted: Range) -> RoundQuery:
    """Return the query with another range for a field."""
    return replace(query, **{field.name: wanted})


def toggled(values: tuple[str, ...], value: str, *, on: bool) -> tuple[str, ...]:
    """Return values with one of them in it, or not, in the order of the alphabet.

    >>> toggled(("b",), "a", on=True), toggled(("a", "b"), "a", on=False)
    (('a', 'b'), ('b',))
    """
    return tuple(sorted({*values, value} if on else {*values} - {value}))


def is_narrow(query: RoundQuery) -> bool:
    """Return whether a query leaves any round out."""
    plain = RoundQuery(sort=query.sort, descending=query.descending, limit=query.limit)
    return query != plain


def cleared(query: RoundQuery) -> RoundQuery:
    """Return the query that leaves nothing out, sorted as this one."""
    return RoundQuery(sort=query.sort, descending=query.descending)
