"""Writes rows as CSV for spreadsheets and as JSON lines for programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import BinaryIO, Final

import msgspec

from replayer_qt.adapters.library.export_rows import (
    Exported,
    RoundRow,
    TickRow,
    What,
    tick_rows,
)

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell's text begins with it."""


class CsvTable:
    """A CSV file (RFC 4180, UTF-8, a header line first); what is not known is an empty cell."""

    def __init__(self, file: BinaryIO, what: What) -> None:
        """Write the header; raises OSError."""
        self._text = io.TextIOWrapper(
            file, encoding="utf-8", errors="backslashreplace", newline="", write_through=True
        )
        self._table = csv.writer(self._text)
        self._table.writerow(
            TickRow.__struct_fields__ if what == "ticks" else RoundRow.__struct_fields__
        )

    def add(self, exported: Exported) -> None:
        """Write a round; raises OSError."""
        for rows in _rows(exported):
            self._table.writerows([_cell(value) for value in _values(row)] for row in rows)

    def close(self) -> None:
        """Write what waits, and let go of the file, which stays open; safe twice."""
        if not self._text.closed and self._text.buffer is not None:
            self._text.flush()
            self._text.detach()


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


def _values(row: TickRow | RoundRow) -> tuple[object, ...]:
    return msgspec.structs.astuple(row)


def _cell(value: object) -> object:
    match value:
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case bool():
            return "true" if value else "false"
        case tuple():
            return _cell("; ".join(value))
        case Decimal():
            return f"{value:f}"
        case _:
            return value
