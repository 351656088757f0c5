"""Reads a sound tick recording (variant A) of one round straight to columns, without its events.

It takes only files in which nothing is odd: every line as its recorder wrote it, times that never
go back by much, ticks that never do, one round. Of everything else it says nothing, and the reader
for all cases has to be asked; what it does say is what that one would say.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.library.eastern import behind_us, utc_date_of
from replayer_qt.adapters.library.importers.variant_a import TickLine
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Fairness
from replayer_qt.core.library_columns import NOT_TOLD
from replayer_qt.core.library_entries import ToldRound
from replayer_qt.core.soundness import PRICE_LIMIT, TICK_LIMIT
from replayer_qt.core.summary import RoundSummary
from replayer_qt.core.units import Nanos, RoundId, StreamId

QUICK_LIMIT: Final = 64 * 1024 * 1024
"""Longer files are not taken [bytes]."""

_START: Final = b'{"type": "tick", "timestamp": "'
_NAME: Final = b'", "game_id": "'
_TICK: Final = b'", "tick": '
_TIME: Final = len("2025-10-31T15:00:00.000000")
_MARKS_AT: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."))
_DATE: Final = 11
_NOUGHT: Final = b"00:00:00.000000"
_EIGHT: Final = np.dtype("<u8")
_UNITS_US: Final = (
    (11, 36_000_000_000),
    (12, 3_600_000_000),
    (14, 600_000_000),
    (15, 60_000_000),
    (17, 10_000_000),
    (18, 1_000_000),
    (20, 100_000),
    (21, 10_000),
    (22, 1_000),
    (23, 100),
    (24, 10),
    (25, 1),
)
_WORTH_US: Final = np.array([dict(_UNITS_US).get(at, 0) for at in range(_TIME)], np.float64)
_HIGHEST: Final = np.array([*[0] * _DATE, *b"\2\x09\0\5\x09\0\5\x09\0", *[9] * 6], np.uint8)
_BACK_US: Final = 1_000_000
_QUOTES: Final = 28
_LINE_LIMIT: Final = 65_536
_MARKS_MOST: Final = 16
_MARKS: Final = frozenset({"game_start", "game_end"})
_LATE_SNAPSHOT: Final = "RUG_EVENT_1"
_STALE_NS: Final = 900_000_000_000
_NAME_LIMIT: Final = 64
_LINE_BREAK, _OPEN, _CLOSE, _QUOTE = b'\n{}"'
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # compared with naive times only
_MICRO: Final = timedelta(microseconds=1)


class _Tick(msgspec.Struct, gc=False):
    """One line, but for what is told by its place in it; each member must be there."""

    tick: int
    price: float
    phase: Literal[
        "UNKNOWN", "COOLDOWN", "PRESALE", "GAME_ACTIVATION", "ACTIVE_GAMEPLAY", "RUG_EVENT_1"
    ]
    active: bool
    rugged: bool
    cooldown_timer: int
    trade_count: int


_TICKS: Final = msgspec.json.Decoder(_Tick)
_LINE: Final = msgspec.json.Decoder(TickLine)


class QuickTicks(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file: one round, and how many lines it took."""

    told: ToldRound
    lines: int


class _Odd(Exception):  # nothing failed: the file is for the other reader
    """There is something about the file that needs care."""


def read_quickly(data: bytes, stream: StreamId) -> QuickTicks | None:
    """Return the round in a file's content, or None where the file needs care; never raises.

    Args:
        data: all of it.
        stream: what the round shall name.
    """
    try:
        return _read(data, stream)
    except (_Odd, msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None


def _read(data: bytes, stream: StreamId) -> QuickTicks:
    letters = np.frombuffer(data, np.uint8)
    starts, ends = _lines(letters)
    name = _name_in(data, starts)
    rows = _rows(letters, starts, len(_START) + _TIME + len(_NAME) + len(name) + len(_TICK))
    is_tick = _fits(rows, name)
    marks = np.flatnonzero(~is_tick).tolist()
    _demand(len(marks) <= _MARKS_MOST and len(marks) < len(starts))
    times = rows[:, len(_START) : len(_START) + _TIME].copy()
    first = 0
    for at in marks:
        mark = _mark(data[starts[at] : ends[at]], name)
        times[at] = np.frombuffer(mark.timestamp.encode("ascii"), np.uint8)
        first += at == first and not mark.game_id
    ats = _utc(times)
    found = _decoded(data, letters, starts, ends, marks)
    return QuickTicks(
        told=_round(stream, name, found, ats[is_tick], int(ats[first])), lines=len(starts)
    )


def _demand(holds: object) -> None:
    if not holds:
        raise _Odd


def _lines(letters: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each line begins and ends; each must be one object, with nothing around it."""
    size = len(letters)
    _demand(0 < size <= QUICK_LIMIT)
    breaks = np.flatnonzero(letters == _LINE_BREAK)
    if not len(breaks) or breaks[-1] != size - 1:
        breaks = np.append(breaks, size)
    starts = np.empty_like(breaks)
    starts[0] = 0
    np.add(breaks[:-1], 1, out=starts[1:])
    lengths = breaks - starts
    _demand(lengths.min() > 1 and lengths.max() < _LINE_LIMIT)
    _demand((letters[starts] == _OPEN).all() and (letters[breaks - 1] == _CLOSE).all())
    return starts, breaks


def _name_in(data: bytes, starts: NDArray[np.int64]) -> bytes:
    """Return the round's name in the first line that is a tick, if it is a plain one."""
    for start in starts[: _MARKS_MOST + 1].tolist():
        if data.startswith(_START, start):
            begins = start + len(_START) + _TIME + len(_NAME)
            name = data[begins : data.find(b'"', begins, begins + _NAME_LIMIT)]
            _demand(name.replace(b"-", b"").replace(b"_", b"").isalnum())
            return name
    raise _Odd


def _rows(letters: NDArray[np.uint8], starts: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Return how lines begin, some letters longer than `width`: eight can be compared at once."""
    width = -(-width // 8) * 8
    _demand(starts[-1] + width <= len(letters))
    windows = np.ndarray((len(letters) - width + 1, width), np.uint8, letters, strides=(1, 1))
    return windows[starts]


def _fits(rows: NDArray[np.uint8], name: bytes) -> NDArray[np.bool_]:
    """Return for each line whether it begins as a tick of this round does, whatever its time."""
    parts = (_START, bytes(_TIME), _NAME + name + _TICK)
    wanted = b"".join(parts)
    asked = b"".join((b"\xff" if part[0] else b"\0") * len(part) for part in parts)
    pad = rows.shape[1] - len(wanted)
    alike, mask = (np.frombuffer(told + bytes(pad), _EIGHT) for told in (wanted, asked))
    found: NDArray[np.bool_] = (rows.view(_EIGHT) & mask == alike).all(axis=1)
    return found


def _mark(line: bytes, name: bytes) -> TickLine:
    _demand(b"\\" not in line and not any(told in line for told in (b'"_', b'"ev"')))
    mark = _LINE.decode(line)
    _demand(mark.type in _MARKS and mark.game_id in {"", name.decode("ascii")})
    return mark


def _utc(times: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return times of one day, written alike, none far behind one before it [ns, UTC]."""
    first = times[0].tobytes().decode("ascii")
    _demand(all(first[at] == mark for at, mark in _MARKS_AT))
    # what is below its nought wraps round to a large number; marks and date are noughts
    digits = times - np.frombuffer(first[:_DATE].encode("ascii") + _NOUGHT, np.uint8)
    _demand((digits <= _HIGHEST).all())
    local = (digits.astype(np.float64) @ _WORTH_US).astype(np.int64)
    _demand((np.maximum.accumulate(local) - local).max() < _BACK_US)
    begun, ended = local.argmin(), local.argmax()
    behind = behind_us(*(_moment(times[at]) for at in (begun, ended)))
    _demand(behind is not None)
    midnight = _moment(times[0]).replace(hour=0, minute=0, second=0, microsecond=0) - _EPOCH
    return (local + (midnight // _MICRO + (behind or 0))) * 1_000


def _moment(time: NDArray[np.uint8]) -> datetime:
    return datetime.fromisoformat(time.tobytes().decode("ascii"))


def _decoded(
    data: bytes,
    letters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    marks: list[int],
) -> list[_Tick]:
    found: list[_Tick] = []
    quotes = 0
    for before, after in zip([-1, *marks], [*marks, len(starts)], strict=True):
        if after - before < 2:
            continue
        begins, stops = int(starts[before + 1]), int(ends[after - 1])
        some = _TICKS.decode_lines(memoryview(data)[begins:stops])
        _demand(len(some) == after - before - 1)
        found += some
        quotes += int(np.count_nonzero(letters[begins:stops] == _QUOTE))
    # a line that has all members has so many; with one more, a second name or time would be in it
    _demand(quotes == _QUOTES * len(found))
    return found


def _round(
    stream: StreamId, name: bytes, found: list[_Tick], times: NDArray[np.int64], begun_at: int
) -> ToldRound:
    first, lines, rug = _that_count(found)
    ticks = np.array([line.tick for line in lines], np.int64)
    prices = np.array([line.price for line in lines], np.float64)
    counts = np.array([line.trade_count for line in lines], np.int64)
    counts[counts <= 0] = NOT_TOLD
    ats = times[first : first + len(lines)]
    _demand(prices.min() > 0.0 and prices.max() < PRICE_LIMIT)
    steps = ticks[1:] - ticks[:-1]
    if not (steps > 0).all():
        _demand((steps >= 0).all() and (prices[1:] == prices[:-1])[steps == 0].all())
        once = np.concatenate((np.ones(1, np.bool_), steps > 0))
        ticks, prices, counts, ats = ticks[once], prices[once], counts[once], ats[once]
    _demand(ticks[0] >= 0 and ticks[-1] < TICK_LIMIT)
    rug_tick = None if rug is None else lines[rug].tick
    _demand(rug is None or ticks[-1] == rug_tick)
    for column in (ticks, prices, counts, ats):
        column.flags.writeable = False
    columns = RoundColumns(
        stream=stream,
        round_id=RoundId(name.decode("ascii")),
        ticks=ticks,
        prices=prices,
        ats=ats,
        counts=counts,
        rug_tick=rug_tick,
    )
    _demand(_date_agrees(columns.round_id, begun_at))
    return ToldRound(
        columns=columns,
        summary=_summary(columns),
        begun_at=Nanos(begun_at),
        ended_at=Nanos(int(ats[-1] if rug is None else times[first + rug])),
    )


def _that_count(found: list[_Tick]) -> tuple[int, list[_Tick], int | None]:
    """Return where the running round begins, its lines, and which of them shows its rug.

    They stand one after another. The label for the rug is one message late.
    """
    running = [line for line in found if line.active or line.rugged]
    rugged = [at for at, line in enumerate(running) if line.rugged]
    rug = next((at for at in rugged if running[at].phase != _LATE_SNAPSHOT), None)
    _demand(running and (rug is not None or not rugged))
    first = next(at for at, line in enumerate(found) if line is running[0])
    _demand(found[first + len(running) - 1] is running[-1])
    if rug is not None and len(rugged) > 1:
        _demand(rug == rugged[0] and rugged[-1] - rug == len(rugged) - 1 == len(running) - 1 - rug)
        del running[rug + 1 :]
    return first, running, rug


def _summary(columns: RoundColumns) -> RoundSummary:
    ticks, prices, rug_tick = columns.ticks, columns.prices, columns.rug_tick
    before = prices if rug_tick is None else prices[:-1]
    whole = int(ticks[-1]) - int(ticks[0]) < len(ticks)
    holes = [] if whole else np.flatnonzero(ticks[1:] - ticks[:-1] > 1).tolist()
    return RoundSummary(
        round_id=columns.round_id,
        ticks=len(ticks),
        first_index=int(ticks[0]),
        last_index=int(ticks[-1]),
        rugged=rug_tick is not None,
        rug_index=rug_tick,
        rug_price=None if rug_tick is None else float(prices[-1]),
        peak=float(before.max()) if len(before) else None,
        gaps=tuple((int(ticks[at]) + 1, int(ticks[at + 1]) - 1) for at in holes),
        fairness=Fairness.UNREVEALED,
    )


def _date_agrees(round_id: RoundId, begun_at: int) -> bool:
    """Whether the date in the round's name, if it has one, is that of its times."""
    named = round_id[:8]
    if not (named.isdigit() and len(named) == 8):
        return True
    return any(
        named == utc_date_of(at).isoformat().replace("-", "")
        for at in (begun_at, max(0, begun_at - _STALE_NS))
    )
