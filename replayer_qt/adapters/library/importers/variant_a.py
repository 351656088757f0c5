"""Tick recordings of a predecessor, one JSON object a line: what they state, as events.

Its writers left traces: markers that look like ticks, defaults where nothing was stated, lines of
two writers in one, a label for the rug that is one message late. None of them becomes a tick.
"""

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.eastern import utc_date_of, utc_ns
from replayer_qt.adapters.library.importers.round_lines import RoundLines
from replayer_qt.adapters.library.lines import Records, whole_objects
from replayer_qt.core.events import Event
from replayer_qt.core.phase import Phase
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import Nanos, RoundId, StreamId

SESSION_MARKS: Final = frozenset({"session_start", "session_end", "game_complete"})
"""Marks that only session recordings (variant B) hold."""

_LATE_SNAPSHOT: Final = "RUG_EVENT_1"
_RECORD: Final = re.compile(r'\{\s*"type"\s*:\s*"')
_RECORD_LIMIT: Final = 65_536
_STALE_NS: Final = 900_000_000_000


class TickLine(msgspec.Struct, gc=False):
    """One line; what it does not state has the default."""

    type: str = ""
    timestamp: str = ""
    game_id: str = ""
    tick: int = -1
    price: float = math.nan
    phase: str = ""
    active: bool = False
    rugged: bool = False
    cooldown_timer: int = 0
    trade_count: int = 0


_DECODER: Final = msgspec.json.Decoder(TickLine)


def read_tick_lines(path: Path) -> Records[TickLine]:
    """Return the records of a file, of variant A or B.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(_DECODER, recover)
    records.read(path)
    return records


def recover(line: str) -> list[TickLine]:
    """Return the whole records that stand inside a line that is not one record.

    >>> [record.tick for record in recover('{"type": "ti{"type": "tick", "tick": 7}"}')]
    [7]
    """
    found: list[TickLine] = []
    for piece in whole_objects(line, _RECORD, longest=_RECORD_LIMIT):
        with suppress(msgspec.MsgspecError, ValueError):
            found.append(_DECODER.decode(piece))
    return found


def assemble(path: Path, stream: StreamId, records: Records[TickLine], *, kind: str) -> Recording:
    """Return the recording that the records make; rounds in order, ticks in order."""
    rounds: dict[str, RoundLines] = {}
    times = utc_ns([record.timestamp for record in records.found])
    for record, at in zip(records.found, times, strict=True):
        name = record.game_id
        lines = rounds.get(name)
        if lines is None:
            if not name:
                continue
            lines = rounds[name] = RoundLines(stream, RoundId(name), at)
        if record.type == "tick":
            count = record.trade_count if record.trade_count > 0 else None
            if record.rugged:
                _take_rug(lines, record, at, count)
            elif record.active:
                lines.tick(record.tick, record.price, at, count)
            elif record.cooldown_timer > 0:
                phase = Phase.PRESALE if record.phase == "PRESALE" else Phase.COOLDOWN
                lines.timer(record.cooldown_timer, phase, at)
    events: list[Event] = []
    for lines in rounds.values():
        events += lines.finish()
        for what in (*lines.damage, *_date_doubts(lines)):
            records.note(f"round {lines.round_id}: {what}")
    return Recording(
        path=str(path),
        format=kind,
        events=tuple(events),
        lines=records.lines,
        bad_lines=records.bad_lines,
        recovered_lines=records.recovered_lines,
        damage=tuple(records.damage),
    )


def _take_rug(lines: RoundLines, record: TickLine, at: Nanos, count: int | None) -> None:
    if record.phase == _LATE_SNAPSHOT:
        lines.rugged_somewhere(at)
    else:
        lines.rug(record.tick, record.price, at, count)


def _date_doubts(lines: RoundLines) -> Iterable[str]:
    """The name of a round begins with its UTC date, which shows whether we read the time right."""
    named = lines.round_id[:8]
    if not (named.isdigit() and len(named) == 8 and lines.opened_at > _STALE_NS):
        return
    # A round is named when its countdown begins, which may be on the day before its first record.
    days = {utc_date_of(at) for at in (lines.opened_at, lines.opened_at - _STALE_NS)}
    if named not in {f"{day:%Y%m%d}" for day in days}:
        yield "its times, read as US Eastern, disagree with the date in its name"
