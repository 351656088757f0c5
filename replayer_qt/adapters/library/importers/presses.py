"""Opens recordings of what a person pressed, of a demonstration or beside a round (H and I).

The presses are a person's own, and none of them is proof that an order was filled; so they become
no events, and are only counted. What the page showed at each press is a glimpse of the market.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.library.importers.glimpses import Glimpse, rounds_seen
from replayer_qt.adapters.library.importers.names import stem_of
from replayer_qt.adapters.library.importers.stated import Stated, price_of, tick_of, times_ns
from replayer_qt.adapters.library.lines import Records, whole_objects
from replayer_qt.core.recording import Damage, Recording
from replayer_qt.core.units import StreamId

PRESS_NAMES_KEPT: Final = 16
"""Kinds of presses that are counted apart; the others are counted together."""

_RECORD: Final = re.compile(
    r'\{\s*"(?:type|_header|_footer|action_id|action|game_id|timestamp|tick)"\s*:'
)
_RECORD_LIMIT: Final = 262_144
_ROUND_IN_NAME: Final = re.compile(r"game_[0-9]+_(?P<round>[0-9A-Za-z-]{4,64})")
_NAME_LIMIT: Final = 32


class _State(msgspec.Struct, gc=False):
    current_tick: Stated = None
    current_price: Stated = None
    tick: Stated = None
    price: Stated = None
    phase: str | None = None
    game_id: str | None = None


class _About(msgspec.Struct, gc=False):
    game_id: str | None = None
    start_time: Stated = None
    action_count: int | None = None


class Press(msgspec.Struct, kw_only=True):
    """One line of such a recording; what it does not state has the default."""

    type: str = ""
    header: _About | None = msgspec.field(default=None, name="_header")
    footer: _About | None = msgspec.field(default=None, name="_footer")
    category: str | None = None
    button: str | None = None
    action: str | None = None
    action_type: str | None = None
    timestamp_pressed: Stated = None
    timestamp_ms: Stated = None
    timestamp: Stated = None
    game_id: str | None = None
    tick: Stated = None
    price: Stated = None
    phase: str | None = None
    state_before: _State | None = None
    local_state: _State | None = None
    server_state: _State | None = None


_DECODER: Final = msgspec.json.Decoder(Press)


def read_presses(path: Path, stream: StreamId, *, kind: str) -> Recording:
    """Return what a file of one press a line shows of the market, and how many presses it holds.

    Args:
        path: the file.
        stream: the stream that the events shall name.
        kind: the variant's letter.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(_DECODER, _recover)
    records.read(path)
    presses = [one for one in records.found if one.header is None and one.footer is None]
    for end in records.found:
        if end.footer is not None and end.footer.action_count not in (None, len(presses)):
            counted = end.footer.action_count
            records.note(f"its last line counts {counted} presses, {len(presses)} are there")
    named = next((one.header.game_id for one in records.found if one.header), None)
    read = Recording(
        path=str(path),
        format=kind,
        events=(),
        lines=records.lines,
        bad_lines=records.bad_lines,
        recovered_lines=records.recovered_lines,
        damage=tuple(records.damage),
    )
    return _with_glimpses(read, presses, stream, named or round_in_name(path))


def presses_in(found: Sequence[object]) -> tuple[list[Press], int]:
    """Return the presses that a document's list holds, and how many of its entries are none."""
    presses: list[Press] = []
    for entry in found:
        with suppress(msgspec.ValidationError):
            presses.append(msgspec.convert(entry, Press))
    return presses, len(found) - len(presses)


def recording_of_presses(
    path: Path, stream: StreamId, presses: Sequence[Press], lost: int, named: str = ""
) -> Recording:
    """Return the recording that a document's presses make (variant I).

    Args:
        path: where the document was read from.
        stream: the stream that the events shall name.
        presses: what it holds.
        lost: entries of its list that are no presses.
        named: the round of presses that name none; empty: the one in the file's name.
    """
    damage = [Damage(line=0, offset=0, what=f"{lost} of its presses make no sense")] if lost else []
    read = Recording(
        path=str(path),
        format="I",
        events=(),
        lines=len(presses) + lost,
        bad_lines=lost,
        damage=tuple(damage),
    )
    return _with_glimpses(read, presses, stream, named or round_in_name(path))


def round_in_name(path: Path) -> str:
    """Return the round's name as the file's name has it, or that name itself.

    >>> round_in_name(Path("game_002_20251210-aabbccdd00112233.jsonl"))
    '20251210-aabbccdd00112233'
    """
    name = stem_of(path)
    found = _ROUND_IN_NAME.match(name)
    return found["round"] if found else name


def _with_glimpses(
    read: Recording, presses: Sequence[Press], stream: StreamId, named: str
) -> Recording:
    times = times_ns(
        [one.timestamp_pressed or one.timestamp_ms or one.timestamp for one in presses]
    )
    seen = [_glimpse(one, named) for one in presses]
    events, doubts = rounds_seen(zip(seen, times, strict=True), stream)
    doubted = tuple(Damage(line=0, offset=0, what=what) for what in doubts)
    return msgspec.structs.replace(
        read,
        events=tuple(events),
        damage=read.damage + doubted,
        notes=tuple(_counted(presses)),
    )


def _glimpse(press: Press, named: str) -> Glimpse:
    states = [one for one in (press.state_before, press.local_state, press.server_state) if one]
    ticks = [press.tick, *(stated for one in states for stated in (one.current_tick, one.tick))]
    prices = [press.price, *(stated for one in states for stated in (one.current_price, one.price))]
    return Glimpse(
        round_id=press.game_id or next((one.game_id for one in states if one.game_id), named),
        tick=tick_of(_first(ticks)),
        price=price_of(_first(prices)),
        phase=press.phase or next((one.phase for one in states if one.phase), ""),
    )


def _first(stated: Iterable[Stated]) -> Any:
    return next((one for one in stated if one is not None), None)


def _counted(presses: Iterable[Press]) -> list[str]:
    counts: Counter[str] = Counter()
    for press in presses:
        name = press.category or press.action or press.action_type or press.button or "?"
        name = name[:_NAME_LIMIT]
        known = name in counts or len(counts) < PRESS_NAMES_KEPT
        counts[name if known else "(other)"] += 1
    if not counts:
        return []
    told = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    return [f"{counts.total()} presses of a person, which are no part of the market: {told}"]


def _recover(line: str) -> list[Press]:
    found: list[Press] = []
    for piece in whole_objects(line, _RECORD, longest=_RECORD_LIMIT):
        with suppress(msgspec.MsgspecError, ValueError):
            found.append(_DECODER.decode(piece))
    return found
