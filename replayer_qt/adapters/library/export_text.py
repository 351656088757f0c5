"""Writes rows as CSV for spreadsheets and as JSON lines for programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import repeat
from typing import BinaryIO, Final, cast

import msgspec

from replayer_qt.adapters.library.export_rows import (
    Exported,
    RoundRow,
    TickRow,
    What,
    pieces,
    tick_rows,
    told_in,
)
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.units import venue_of

_FLAGS: Final = ("false", "true")

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell's text begins with it."""


class CsvTable:
    """A CSV file (RFC 4180, UTF-8, a header line first); what is not known is an empty cell."""

    def __init__(self, file: BinaryIO, what: What) -> None:
        """Write the header; raises OSError."""
        self._file = file
        names = TickRow.__struct_fields__ if what == "ticks" else RoundRow.__struct_fields__
        self._put([names])

    def add(self, exported: Exported) -> None:
        """Write a round; raises OSError."""
        if exported.columns is not None:
            for piece in pieces(exported.columns):
                self._put(_lines(piece))
        if exported.row is not None:
            self._put([map(_cell, msgspec.structs.astuple(exported.row))])

    def close(self) -> None:
        """Write what waits; the file stays open."""
        self._file.flush()

    def _put(self, rows: Iterable[Iterable[object]]) -> None:
        # a call on the file for each row is what takes the time
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "backslashreplace"))


class JsonTable:
    """JSON lines: one object a row; what is not known is null, amounts are texts."""

    def __init__(self, file: BinaryIO) -> None:
        """Take the file; nothing is written yet."""
        self._file = file
        self._encoder = msgspec.json.Encoder()

    def add(self, exported: Exported) -> None:
        """Write a round; raises OSError."""
        for rows in _rows(exported):
            self._file.write(self._encoder.encode_lines(rows))

    def close(self) -> None:
        """Write what waits; the file stays open."""
        self._file.flush()


def _rows(exported: Exported) -> Iterable[Sequence[TickRow | RoundRow]]:
    if exported.columns is not None:
        yield from tick_rows(exported.columns)
    if exported.row is not None:
        yield (exported.row,)


def _lines(piece: RoundColumns) -> Iterable[tuple[object, ...]]:
    # a million rows: their texts are the same, and looked at once
    whose = (venue_of(piece.stream), piece.stream, piece.round_id)
    *numbers, rugs = told_in(piece)
    flags = map(_FLAGS.__getitem__, cast("Iterable[bool]", rugs))
    return zip(*(repeat(_cell(text)) for text in whose), *numbers, flags, strict=False)


def _cell(value: object) -> object:
    match value:
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case bool():
            return _FLAGS[value]
        case tuple():
            return _cell("; ".join(value))
        case Decimal():
            return f"{value:f}"
        case _:
            return value
