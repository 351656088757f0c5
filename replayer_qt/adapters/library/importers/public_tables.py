"""Opens tables of Binance's public archive: klines, trades and aggregated trades, packed or not."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from replayer_qt.adapters.journal.sealed import damage_of, open_plain
from replayer_qt.adapters.library.importers.public_archive import (
    ZIP_MAGIC,
    PackedTable,
    checksum_problem,
)
from replayer_qt.adapters.library.importers.public_rounds import cut, events_of_round
from replayer_qt.adapters.library.importers.public_rows import TableReader
from replayer_qt.adapters.library.importers.public_shapes import Kind, shape_of, symbol_in
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Event
from replayer_qt.core.recording import Recording
from replayer_qt.core.summary import RoundSummary, summarise
from replayer_qt.core.units import StreamId, stream_of, venue_of

VENUE: Final = "binance"
"""The venue's part of the streams' names."""
TABLES: Final = frozenset(kind.value for kind in Kind)
"""The formats' names."""
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


def kind_of_packed(head: bytes) -> str | None:
    """Return the format's name of the table in a ZIP file that begins so; None if it has none."""
    return kind_of_table(next(PackedTable((head,)).chunks(), b"").split(b"\n"))


def stream_named_in(path: Path) -> StreamId | None:
    """Return the stream of a public table, as its name or the name of what is packed in it tells.

    A table that tells neither is of `binance/unnamed`. None for everything else.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: it is packed, and unpacks to absurd sizes.
    """
    symbol = symbol_in(path.name)
    if symbol is None:
        with open_plain(path) as file:
            head = file.read(_CHUNK)
        if head.startswith(ZIP_MAGIC):
            unpacked = PackedTable((head,))
            kind = kind_of_table(next(unpacked.chunks(), b"").split(b"\n"))
            symbol = symbol_in(unpacked.name) if kind else None
        else:
            kind = kind_of_table(head.split(b"\n"))
        if kind is None:
            return None
    return stream_of(VENUE, (symbol or UNNAMED).lower())


def read_table(path: Path, stream: StreamId) -> PublicTable:
    """Return what a table holds, as columns; its recording has no events.

    Args:
        path: the file: a table, or a ZIP file with one; packed once more or not.
        stream: the stream of the rounds.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: it is packed, and unpacks to absurd sizes.
    """
    reader = TableReader()
    with open_plain(path) as file:
        head = file.read(_CHUNK)
        chunks = _chunks(head, file)
        unpacked = None
        if head.startswith(ZIP_MAGIC):
            unpacked = PackedTable(chunks)
            chunks = unpacked.chunks()
        reader.read(chunks)
        torn = damage_of(file)
    problems = [] if unpacked is None else [f"the file: {what}" for what in unpacked.problems]
    wrong = checksum_problem(path)
    problems += [f"the file: {wrong}"] if wrong else []
    rounds: tuple[RoundColumns, ...] = ()
    if reader.shape is not None:
        symbol = _symbol(path, "" if unpacked is None else unpacked.name, stream)
        found = cut(reader.taken(), reader.shape.kind, symbol, stream)
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
            damage=(*torn, *reader.damage),
        ),
        rounds=rounds,
    )


def with_events(table: PublicTable) -> Recording:
    """Return the table as a recording of events; its ticks stand in blocks."""
    events = tuple(_events(table.rounds))
    return msgspec.structs.replace(table.recording, events=events)


def summaries_of(recording: Recording) -> tuple[RoundSummary, ...]:
    """Return what a table's rounds are, one by one: millions of ticks at once need gigabytes."""
    parts = groupby(recording.events, key=lambda event: getattr(event, "round_id", ""))
    return tuple(found for _, part in parts for found in summarise(part))


def _events(rounds: Iterable[RoundColumns]) -> Iterator[Event]:
    for columns in rounds:
        yield from events_of_round(columns)


def _symbol(path: Path, member: str, stream: StreamId) -> str:
    told = symbol_in(path.name) or symbol_in(member)
    if told is None and venue_of(stream) == VENUE:
        told = stream.partition("/")[2].upper()
    return told or UNNAMED


def _chunks(head: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield head
    while chunk := file.read(_CHUNK):
        yield chunk
