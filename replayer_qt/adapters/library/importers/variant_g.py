"""Recordings of a predecessor's sink: bare ticks between two lines about the file."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.importers.names import stem_of
from replayer_qt.adapters.library.importers.stated import Stated, price_of, tick_of
from replayer_qt.adapters.library.importers.variant_a import TickLine, assemble
from replayer_qt.adapters.library.lines import Records, whole_objects
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId

_RECORD: Final = re.compile(r'\{\s*"(?:game_id|tick|timestamp|_metadata)"\s*:')
_RECORD_LIMIT: Final = 65_536


class _About(msgspec.Struct, gc=False):
    game_id: str | None = None
    tick_count: int | None = None
    end_time: Stated = None


class _Line(msgspec.Struct, gc=False):
    """A tick, or a line about the file; what it does not state has the default."""

    about: _About | None = msgspec.field(default=None, name="_metadata")
    timestamp: Stated = ""
    game_id: str | None = None
    tick: Stated = None
    price: Stated = None
    phase: str = ""
    active: bool = False
    rugged: bool = False
    cooldown_timer: int = 0
    trade_count: int = 0


_DECODER: Final = msgspec.json.Decoder(_Line)


def read_sink(path: Path, stream: StreamId) -> Recording:
    """Return what the file holds; ticks that name no round belong to the one in its first line.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(_DECODER, _recover)
    records.read(path)
    about = [line.about for line in records.found if line.about is not None]
    ticks = [line for line in records.found if line.about is None]
    named = next((one.game_id for one in about if one.game_id), stem_of(path))
    for end in about:
        if end.tick_count is not None and end.tick_count != len(ticks):
            records.note(f"its last line counts {end.tick_count} records, {len(ticks)} are there")
    taken: Records[TickLine] = Records(msgspec.json.Decoder(TickLine))
    taken.found = [_as_tick(line, named) for line in ticks]
    taken.lines, taken.bad_lines = records.lines, records.bad_lines
    taken.recovered_lines, taken.damage = records.recovered_lines, records.damage
    return assemble(path, stream, taken, kind="G")


def _as_tick(line: _Line, named: str) -> TickLine:
    return TickLine(
        type="tick",
        timestamp=line.timestamp if isinstance(line.timestamp, str) else "",
        game_id=line.game_id or named,
        tick=tick_of(line.tick),
        price=price_of(line.price),
        phase=line.phase,
        active=line.active,
        rugged=line.rugged,
        cooldown_timer=line.cooldown_timer,
        trade_count=line.trade_count,
    )


def _recover(line: str) -> list[_Line]:
    found: list[_Line] = []
    for piece in whole_objects(line, _RECORD, longest=_RECORD_LIMIT):
        with suppress(msgspec.MsgspecError, ValueError):
            found.append(_DECODER.decode(piece))
    return found
