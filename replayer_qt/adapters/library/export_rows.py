"""The rows of an export: what a tick and a round look like to other programs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import starmap
from typing import Final, Literal

import msgspec
import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import LibraryRound, RoundEntry
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, venue_of

What = Literal["ticks", "rounds"]

ROWS: Final = 65_536
"""Rows that are made at a time: the bound on an export's memory."""


class TickRow(msgspec.Struct, frozen=True, gc=False):
    """One tick.

    Attributes:
        tick: position in the round.
        price: [multiplier, or the quote asset].
        at: when it was learned of [ISO 8601, UTC, to the nanosecond]; None where it was not told.
        at_ns: the same [ns since the Unix epoch].
        trade_count: trades of the round so far; None where it was not told.
        is_rug: whether the round ended with it.
    """

    venue: str
    stream: str
    round_id: str
    tick: int
    price: float
    at: str | None
    at_ns: int | None
    trade_count: int | None
    is_rug: bool


class RoundRow(msgspec.Struct, frozen=True, kw_only=True):
    """One round; members as in a round's entry, and what a person noted on it.

    Attributes:
        begun_at: [ISO 8601, UTC]; None where it was not told.
        begun_at_ns: the same [ns since the Unix epoch].
        result: what our own trading of it brought [SOL]; None where there was none.
        tags: None where the round does not come from the library.
    """

    venue: str
    stream: str
    round_id: str
    begun_at: str | None
    begun_at_ns: int | None
    ended_at: str | None
    ended_at_ns: int | None
    ticks: int
    first_index: int | None
    last_index: int | None
    rugged: bool
    rug_index: int | None
    rug_price: float | None
    peak: float | None
    peak_index: int | None
    missing: int
    repaired: int
    clock_jumps: int
    trades: int
    volume: Decimal | None
    volatility: float | None
    fairness: str
    quality: str
    result: Decimal | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None
    bookmarked: bool | None = None


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """One round on its way out: its ticks, or its row, as was asked for."""

    columns: RoundColumns | None = None
    row: RoundRow | None = None


def round_row(entry: RoundEntry, known: LibraryRound | None = None) -> RoundRow:
    """Return a round's row; with what belongs to it where the library knows it."""
    marks = None if known is None else known.marks
    return RoundRow(
        venue=venue_of(entry.stream),
        stream=entry.stream,
        round_id=entry.round_id,
        begun_at=stamp(entry.begun_at) if entry.begun_at else None,
        begun_at_ns=entry.begun_at or None,
        ended_at=stamp(entry.ended_at) if entry.ended_at else None,
        ended_at_ns=entry.ended_at or None,
        ticks=entry.ticks,
        first_index=entry.first_index,
        last_index=entry.last_index,
        rugged=entry.rugged,
        rug_index=entry.rug_index,
        rug_price=entry.rug_price,
        peak=entry.peak,
        peak_index=entry.peak_index,
        missing=entry.missing,
        repaired=entry.repaired,
        clock_jumps=entry.clock_jumps,
        trades=entry.trades,
        volume=entry.volume,
        volatility=entry.volatility,
        fairness=entry.fairness.value,
        quality=entry.quality.value,
        result=None if known is None else known.result,
        tags=None if marks is None else marks.tags,
        note=None if marks is None else marks.note,
        bookmarked=None if marks is None else marks.bookmarked,
    )


def tick_rows(columns: RoundColumns) -> Iterator[list[TickRow]]:
    """Yield a round's ticks, `ROWS` at most at a time."""
    for piece in pieces(columns):
        yield _rows_of(piece)


def pieces(columns: RoundColumns) -> Iterator[RoundColumns]:
    """Yield a round in pieces of `ROWS` ticks at most; nothing for one without ticks."""
    for first in range(0, len(columns.ticks), ROWS):
        part = slice(first, first + ROWS)
        yield msgspec.structs.replace(
            columns,
            ticks=columns.ticks[part],
            prices=columns.prices[part],
            ats=columns.ats[part],
            counts=columns.counts[part],
        )


def rug_marks(columns: RoundColumns) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return for each tick whether it is the rug."""
    if columns.rug_tick is None:
        return np.zeros(len(columns.ticks), np.bool_)
    return np.asarray(columns.ticks == columns.rug_tick, np.bool_)


def stamp(at: Nanos | int) -> str:
    """Return a wall time as ISO 8601 with nanoseconds and the offset.

    >>> stamp(1_763_724_713_123_456_789)
    '2025-11-21T11:31:53.123456789+00:00'
    """
    return f"{_second(at // NANOS_PER_SECOND)}.{at % NANOS_PER_SECOND:09d}+00:00"


def _second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def told_in(columns: RoundColumns) -> tuple[Iterable[object], ...]:
    """Return the last six members of a piece's rows, one iterable for each."""
    ats = columns.ats.tolist()
    return (
        columns.ticks.tolist(),
        columns.prices.tolist(),
        _stamps(ats),
        (at or None for at in ats),
        (None if count < 0 else count for count in columns.counts.tolist()),
        rug_marks(columns).tolist(),
    )


def _rows_of(columns: RoundColumns) -> list[TickRow]:
    whose = (venue_of(columns.stream), columns.stream, columns.round_id)
    return list(starmap(partial(TickRow, *whose), zip(*told_in(columns), strict=True)))


def _stamps(ats: Sequence[int]) -> Iterator[str | None]:
    # ticks come several a second: most share their second's text with the one before
    second, text = -1, ""
    for at in ats:
        if not at:
            yield None
            continue
        if at // NANOS_PER_SECOND != second:
            second = at // NANOS_PER_SECOND
            text = _second(second)
        yield f"{text}.{at % NANOS_PER_SECOND:09d}+00:00"
