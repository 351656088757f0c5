"""Session recordings of a predecessor: the lines of variant A between the marks of a session.

Its `game_complete` marks hold what was known of the round before, and a seed cut to a third of its
length, so nothing is taken from them.
"""

from pathlib import Path

import msgspec

from replayer_qt.adapters.library.importers.variant_a import TickLine, assemble, recover
from replayer_qt.adapters.library.lines import Records
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId


def read_variant_b(path: Path, stream: StreamId) -> Recording:
    """Return what the file holds; ticks that name no round belong to the session's rounds in turn.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(msgspec.json.Decoder(TickLine), recover)
    records.read(path)
    records.found = _named(records.found, path.stem)
    return assemble(path, stream, records, kind="B")


def _named(records: list[TickLine], session: str) -> list[TickLine]:
    """Give ticks without a round's name one: a round ends when the rug is over."""
    number, ended = 1, False
    kept: list[TickLine] = []
    for record in records:
        if record.type != "tick":
            continue
        if not record.game_id:
            if ended and not record.rugged:
                number += 1
            ended = record.rugged
            record.game_id = f"{session}-{number}"
        kept.append(record)
    return kept
