"""Opens tables of Binance's public archive: klines, trades and aggregated trades, packed or not."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.importers.public_archive import (
    Read,
    Unpacked,
    checksum_problem,
)
from replayer_qt.adapters.library.importers.public_rounds import cut, events_of_round
from replayer_qt.adapters.library.importers.public_rows import TableReader
from replayer_qt.adapters.library.importers.public_shapes import shape_of, symbol_in
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Event
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId

UNNAMED: Final = "UNNAMED"
"""The instrument of a table whose file does not tell it."""

_CHUNK: Final = 1024 * 1024
_LINES_LOOKED_AT: Final = 64


class PublicTable(msgspec.Struct, frozen=True, kw_only=True):
    """A public table, read: all of a recording but its events, and the rounds as columns."""

    recording: Recording
    rounds: tuple[RoundColumns, ...]


def kind_of_table(lines: Iterable[bytes]) -> str | None:
    """Return the format's name of the table that has such lines; None if they are of none."""
    for _, line in zip(range(_LINES_LOOKED_AT), lines, strict=False):
        shape = shape_of(line.removeprefix(b"\xef\xbb\xbf"))
        if shape is not None:
            return shape.kind.value
    return None


def kind_of_packed(read: Read) -> str | None:
    """Return the format's name of the table in a ZIP file; None if there is none in it."""
    return kind_of_table(next(Unpacked(read).chunks(), b"").split(b"\n"))


def read_table(path: Path, stream: StreamId, read: Read, *, packed: bool) -> PublicTable:
    """Return what a table holds, as columns; its recording has no events.

    Args:
        path: the file, for its name and the checksum beside it.
        stream: the stream of the rounds.
        read: gives the file's next bytes; empty at its end.
        packed: whether it is a ZIP file.

    Raises:
        OSError: the file cannot be read.
    """
    unpacked = Unpacked(read) if packed else None
    reader = TableReader()
    reader.read(_chunks(read) if unpacked is None else unpacked.chunks())
    problems = [] if unpacked is None else [f"the file: {what}" for what in unpacked.problems]
    wrong = checksum_problem(path)
    problems += [f"the file: {wrong}"] if wrong else []
    symbol = symbol_in(path.name) or symbol_in("" if unpacked is None else unpacked.name)
    rounds: tuple[RoundColumns, ...] = ()
    if reader.shape is not None:
        found = cut(reader.taken(), reader.shape.kind, symbol or UNNAMED, stream)
        rounds, problems = found.rounds, [*problems, *found.problems]
    for what in problems:
        reader.note(what)
    return PublicTable(
        recording=Recording(
            path=str(path),
            format="" if reader.shape is None else reader.shape.kind.value,
            events=(),
            lines=reader.lines,
            bad_lines=reader.bad_lines,
            recovered_lines=reader.recovered_lines,
            damage=tuple(reader.damage),
        ),
        rounds=rounds,
    )


def with_events(table: PublicTable) -> Recording:
    """Return the table as a recording of events; its ticks stand in blocks."""
    events = tuple(_events(table.rounds))
    return msgspec.structs.replace(table.recording, events=events)


def _events(rounds: Iterable[RoundColumns]) -> Iterator[Event]:
    for columns in rounds:
        yield from events_of_round(columns)


def _chunks(read: Read) -> Iterator[bytes]:
    while chunk := read(_CHUNK):
        yield chunk
