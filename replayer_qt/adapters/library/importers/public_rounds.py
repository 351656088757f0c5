"""Cuts a public table into rounds: an hour of trades, a day of klines, numbered from 0.

What is missing by the table's own numbers, or by the minutes of its klines, is a gap: the ticks
after it keep the position that they would have had.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.library.importers.public_rows import Rows
from replayer_qt.adapters.library.importers.public_shapes import Kind
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import (
    Event,
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    TickBlock,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId

GAP_LIMIT: Final = 1_000_000
"""More missing numbers than this are told, but count as one missing tick."""
GAPS_TOLD: Final = 1_000
"""Gaps of one round that are told one by one."""
ROUNDS_LIMIT: Final = 50_000
"""Rounds of one table; one with more is not what it seems."""
BLOCK_TICKS: Final = 16_384

_HOUR_NS: Final = 3_600 * NANOS_PER_SECOND
_DAY_NS: Final = 24 * _HOUR_NS
_YEAR_NS: Final = 366 * _DAY_NS
_NO_MONO: Final = Nanos(0)


class Cut(msgspec.Struct, frozen=True):
    """A table as rounds.

    Attributes:
        rounds: in the order of time; ticks ascending, each once.
        problems: what was put right or is missing, in plain words.
    """

    rounds: tuple[RoundColumns, ...]
    problems: tuple[str, ...]


class _Sorted(msgspec.Struct, frozen=True):
    rows: Rows
    segments: NDArray[np.int64]
    problems: list[str]


def cut(rows: Rows, kind: Kind, symbol: str, stream: StreamId) -> Cut:
    """Return the rounds of a table; never raises.

    Args:
        rows: the table's rows, in its order.
        kind: what kind of table it is.
        symbol: the instrument, for the rounds' names.
        stream: the stream of the rounds.
    """
    if not len(rows.keys):
        return Cut((), ())
    length, step = _length_of(rows, kind)
    ordered = _in_order(rows, length)
    problems = ordered.problems
    starts = np.flatnonzero(np.diff(ordered.segments, prepend=ordered.segments[0] - 1)).tolist()
    found: list[RoundColumns] = []
    before: tuple[int, int] | None = None
    for first, last in pairwise([*starts[:ROUNDS_LIMIT], len(ordered.segments)]):
        part = Rows(*(getattr(ordered.rows, name)[first:last] for name in Rows.__struct_fields__))
        segment = int(ordered.segments[first])
        named = _name_of(symbol, segment, length)
        if kind is not Kind.KLINES:
            ticks, said = _by_number(part.keys)
            told = None if before is None else int(part.keys[0]) - before[1] - 1
            said += _missing(told, "number", "before it")
        elif step:
            ticks, said = _by_time(part.keys, segment * length, step)
            told = None if before is None else (segment - before[0]) * (length // step)
            told = None if told is None or before is None else told + int(ticks[0]) - before[1] - 1
            said += _missing(told, "kline", "before it")
        else:
            ticks, said = np.arange(len(part.keys), dtype=np.int64), []
        before = segment, int(ticks[-1] if step else part.keys[-1])
        problems += [f"{named}: {what}" for what in said]
        found.append(_columns(part, ticks, RoundId(named), stream))
    if len(starts) > ROUNDS_LIMIT:
        problems.append(f"only its first {ROUNDS_LIMIT:,} rounds were read")
    return Cut(tuple(found), tuple(problems))


def events_of_round(columns: RoundColumns) -> Iterator[Event]:
    """Yield a round's events: its ticks in blocks, each gap before the tick that shows it.

    The last tick stands alone, for a block does not state how many trades there were.
    """
    stream, name, last = columns.stream, columns.round_id, len(columns.ticks) - 1
    opened = Nanos(int(columns.ats[0]))
    yield RoundOpened(at=opened, mono=_NO_MONO, stream=stream, round_id=name)
    yield PhaseChanged(at=opened, mono=_NO_MONO, stream=stream, round_id=name, phase=Phase.ACTIVE)
    holes = np.flatnonzero(np.diff(columns.ticks) > 1)[:GAPS_TOLD] + 1
    edges = sorted({0, last, *holes.tolist(), *range(0, last, BLOCK_TICKS)})
    shown = set(holes.tolist())
    for number, start in enumerate(edges):
        at = Nanos(int(columns.ats[start]))
        if start in shown:
            yield GapFound(
                at=at,
                mono=_NO_MONO,
                stream=stream,
                round_id=name,
                first=int(columns.ticks[start - 1]) + 1,
                last=int(columns.ticks[start]) - 1,
            )
        if start < last:
            part = slice(start, edges[number + 1])
            yield TickBlock(
                at=Nanos(int(columns.ats[part.stop - 1])),
                mono=_NO_MONO,
                stream=stream,
                round_id=name,
                ticks=columns.ticks[part],
                prices=columns.prices[part],
                ats=columns.ats[part],
            )
    yield PriceTicked(
        at=Nanos(int(columns.ats[last])),
        mono=_NO_MONO,
        stream=stream,
        round_id=name,
        tick=int(columns.ticks[last]),
        price=float(columns.prices[last]),
        trade_count=int(columns.counts[last]),
    )


def _length_of(rows: Rows, kind: Kind) -> tuple[int, int]:
    """How long a round is, and how long a kline [ns]; trades have no length of their own."""
    if kind is not Kind.KLINES:
        return _HOUR_NS, 0
    # a kline closes one unit of its clock before the next one opens
    spans = rows.ats - rows.keys
    step = int(np.median(spans)) // NANOS_PER_SECOND * NANOS_PER_SECOND + NANOS_PER_SECOND
    return (_DAY_NS, step) if step < _DAY_NS else (_YEAR_NS, 0)


def _in_order(rows: Rows, length: int) -> _Sorted:
    """Sort by round and number, and drop what comes twice."""
    problems: list[str] = []
    times = rows.keys if length != _HOUR_NS else rows.ats
    segments = _years(times) if length == _YEAR_NS else times // length
    same = segments[1:] == segments[:-1]
    again = same & (rows.keys[1:] == rows.keys[:-1])
    back = (segments[1:] < segments[:-1]) | (same & (rows.keys[1:] < rows.keys[:-1]))
    if not bool((back | again).any()):
        return _Sorted(rows, segments, problems)
    if bool(back.any()):
        times_back = int(np.count_nonzero(back))
        problems.append(f"its rows were out of order ({times_back:,} times) and were sorted")
    order = np.lexsort((rows.keys, segments))
    rows = Rows(*(getattr(rows, name)[order] for name in Rows.__struct_fields__))
    segments = segments[order]
    again = (segments[1:] == segments[:-1]) & (rows.keys[1:] == rows.keys[:-1])
    if bool(again.any()):
        same = again & (rows.ats[1:] == rows.ats[:-1]) & (rows.prices[1:] == rows.prices[:-1])
        twice, differing = int(np.count_nonzero(same)), int(np.count_nonzero(again & ~same))
        if twice:
            problems.append(f"{twice:,} of its rows came twice and were taken once")
        if differing:
            problems.append(
                f"{differing:,} of its rows have a number that another one has; the first counts"
            )
        keep = np.concatenate(([True], ~again))
        rows = Rows(*(getattr(rows, name)[keep] for name in Rows.__struct_fields__))
        segments = segments[keep]
    return _Sorted(rows, segments, problems)


def _years(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return times.astype("datetime64[ns]").astype("datetime64[Y]").astype(np.int64)


def _by_number(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's position by its number, and what is missing in plain words."""
    steps = np.diff(keys, prepend=keys[:1])
    return np.cumsum(np.where(steps > GAP_LIMIT, 2, steps)), _missing_in(keys, "number")


def _by_time(keys: NDArray[np.int64], begun: int, step: int) -> tuple[NDArray[np.int64], list[str]]:
    """Return each kline's position by its time, and what is missing in plain words."""
    ticks = (keys - begun) // step
    if not bool((np.diff(ticks) > 0).all()):
        return np.arange(len(keys), dtype=np.int64), ["its klines are not of one length"]
    return ticks, _missing_in(ticks, "kline")


def _missing_in(numbers: NDArray[np.int64], what: str) -> list[str]:
    steps = np.diff(numbers)
    holes = int(np.count_nonzero(steps > 1))
    missing = int((steps[steps > 1] - 1).sum())
    return _missing(missing, what, f"in {holes:,} gaps" if holes > 1 else "in a gap")


def _missing(count: int | None, what: str, where: str) -> list[str]:
    if count is None or count <= 0:
        return []
    return [f"{count:,} {what}{'s are' if count > 1 else ' is'} missing {where}"]


def _columns(part: Rows, ticks: NDArray[np.int64], name: RoundId, stream: StreamId) -> RoundColumns:
    counts = np.cumsum(part.trades, dtype=np.int64)
    for column in (ticks, part.prices, part.ats, counts):
        column.flags.writeable = False
    return RoundColumns(
        stream=stream,
        round_id=name,
        ticks=ticks,
        prices=part.prices,
        ats=part.ats,
        counts=counts,
    )


def _name_of(symbol: str, segment: int, length: int) -> str:
    if length == _YEAR_NS:
        return f"{symbol}-{1970 + segment}"
    begun = datetime.fromtimestamp(segment * length // NANOS_PER_SECOND, UTC)
    return f"{symbol}-{begun:%Y-%m-%dT%H}" if length == _HOUR_NS else f"{symbol}-{begun:%Y-%m-%d}"
