"""Reads a sound journal of one round straight to columns, without an event for each tick.

It takes only journals that are byte for byte what their writer closed and tell of nothing odd. Of
everything else it says nothing, and the reader for all cases has to be asked; what it does say is
what that one would say.
"""

from operator import attrgetter
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.journal.screen import is_finite
from replayer_qt.adapters.journal.whole import sound_body
from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    FairnessChecked,
    FeedChanged,
    FeedMeasured,
    GapFound,
    PhaseChanged,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    SideBetPrinted,
    SideBetSettled,
    TradePrinted,
)
from replayer_qt.core.library_columns import NOT_TOLD, HeardTicks
from replayer_qt.core.library_entries import ToldRound, round_of_parts
from replayer_qt.core.library_hearing import LATEST_NS, jumps_in, within
from replayer_qt.core.units import RoundId, StreamId

_AFTERWARDS: Final = frozenset({SeedRevealed, FairnessChecked})
_NAMES: Final = {"at": "rx_wall_ns", "mono": "rx_mono_ns"}
_AT: Final = attrgetter("at")
_MONO: Final = attrgetter("mono")
_LIVE: Final = "live"
_PLAIN_NAME: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.:"
)


class _Price(msgspec.Struct, gc=False, tag_field="ev", tag="PriceTicked", rename=_NAMES):
    """A `PriceTicked`, but for the names in it, which are the same in all lines."""

    at: int
    mono: int
    tick: int
    price: float
    origin: Literal["live", "partial", "snapshot", "history", "seed"] = _LIVE
    trade_count: int | None = None


class _Timer(msgspec.Struct, gc=False, tag_field="ev", tag="TimerTicked", rename=_NAMES):
    """A `TimerTicked`, but for the names in it; what it tells is not needed, yet must be there."""

    at: int
    mono: int
    remaining_ms: int
    paused: bool = False


_LEAN: Final = frozenset({_Price, _Timer})
_Line = (
    _Price
    | _Timer
    | RoundOpened
    | PhaseChanged
    | RoundRugged
    | GapFound
    | TradePrinted
    | SideBetPrinted
    | SideBetSettled
    | SeedRevealed
    | FairnessChecked
    | FeedChanged
    | FeedMeasured
)
_LINES: Final[msgspec.json.Decoder[_Line]] = msgspec.json.Decoder(_Line, strict=False)


class QuickJournal(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a journal: one round, how many lines it took, and how it ended."""

    told: ToldRound
    lines: int
    ended: str


def read_journal_quickly(data: bytes, stream: StreamId | None) -> QuickJournal | None:
    """Return the round in a journal, or None where it needs care; never raises.

    Args:
        data: all of it.
        stream: what the round shall name; None for what its events do.
    """
    try:
        return _read(data, stream)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None


def _read(data: bytes, stream: StreamId | None) -> QuickJournal | None:
    found = sound_body(data)
    if found is None:
        return None
    first, last, footer = found
    lines = _LINES.decode_lines(memoryview(data)[first:last])
    prices = [line for line in lines if type(line) is _Price]
    others: list[Event] = [line for line in lines if type(line) not in _LEAN]  # type: ignore[misc]  # the rest are events
    if len(lines) != footer.n or not prices or not all(map(is_finite, others)):
        return None
    names = _names_in(data)
    if names is None or not _names_all(data, names, others, len(lines)):
        return None
    if stream not in {None, names[0]}:  # its trades would have to be named anew, too
        return None
    mine = [event for event in others if _is_of(event, names[1])]
    timed = lines
    if len(mine) < len(others) or not _AFTERWARDS.isdisjoint(map(type, mine)):
        timed = [line for line in lines if type(line) in _LEAN or _is_timed(line, names[1])]
    ats, monos = list(map(_AT, timed)), list(map(_MONO, timed))
    told = round_of_parts(
        names[0],
        names[1],
        _heard(prices),
        mine,
        (within(ats[0]), within(ats[-1]), jumps_in(ats, monos)),
    )
    return None if told is None else QuickJournal(told=told, lines=footer.n + 2, ended=footer.end)


def _names_in(data: bytes) -> tuple[StreamId, RoundId] | None:
    """Return the stream and the round that the first price names, if both are plain text."""
    line = data[(start := data.find(b'"ev":"PriceTicked"')) : data.find(b"\n", start)]
    _, _, rest = line.partition(b'"src":"')
    stream, between, rest = rest.partition(b'","round_id":"')
    name, ended, _ = rest.partition(b'",')
    try:
        names = stream.decode("ascii"), name.decode("ascii")
    except UnicodeDecodeError:
        return None
    is_plain = between and ended and all(names) and _PLAIN_NAME.issuperset("".join(names))
    return (StreamId(names[0]), RoundId(names[1])) if is_plain else None


def _names_all(
    data: bytes, names: tuple[StreamId, RoundId], others: list[Event], count: int
) -> bool:
    """Whether every price and every countdown has just these names: each line has them once."""
    needle = b'"src":"%b","round_id":"%b",' % (names[0].encode(), names[1].encode())
    if any(event.stream != names[0] for event in others):
        return False
    theirs = sum(_is_of(event, names[1]) for event in others)
    wanted = count - len(others) + theirs
    return data.count(needle) == wanted


def _is_of(event: Event, name: RoundId) -> bool:
    return isinstance(event, ROUND_EVENTS) and event.round_id == name


def _is_timed(event: _Line, name: RoundId) -> bool:
    return isinstance(event, Event) and type(event) not in _AFTERWARDS and _is_of(event, name)


def _heard(lines: list[_Price]) -> HeardTicks:
    size = len(lines)
    prices = np.fromiter([line.price for line in lines], np.float64, size)
    if not np.isfinite(prices).all():
        raise ValueError("a price is no number")
    ats = np.fromiter([line.at for line in lines], np.int64, size)
    filled = np.zeros(size, np.bool_)
    if {line.origin for line in lines} != {_LIVE}:
        filled = np.fromiter([line.origin != _LIVE for line in lines], np.bool_, size)
    return HeardTicks(
        ticks=np.fromiter([line.tick for line in lines], np.int64, size),
        prices=prices,
        ats=ats.clip(0, LATEST_NS),
        counts=_counts([line.trade_count for line in lines]),
        filled=filled,
    )


def _counts(told: list[int | None]) -> NDArray[np.int64]:
    counts = told if None not in told else [NOT_TOLD if one is None else one for one in told]
    return np.fromiter(counts, np.int64, len(counts)).clip(NOT_TOLD, LATEST_NS)
