"""Reads the rows of a public table into columns: whole blocks at once, bad ones line by line.

Memory stays bounded by the columns themselves: about forty bytes a row, whatever a row's length.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.library.importers.public_shapes import (
    COUNT_LIMIT,
    ROW_LIMIT,
    Kind,
    Row,
    Shape,
    is_header,
    row_of,
    rows_inside,
    shape_of,
)
from replayer_qt.adapters.library.lines import DAMAGE_KEPT, Block
from replayer_qt.core.recording import Damage
from replayer_qt.core.soundness import PRICE_LIMIT

ROWS_LIMIT: Final = 25_000_000
"""Rows of one table that are read; the archive's largest days stay below it."""
BLANK_LIMIT: Final = 16 * 1024 * 1024
"""A line longer than this ends the table: it is none [bytes]."""

_BLOCK: Final = 1024 * 1024
_PLAIN: Final = b"0123456789.,eE\nTtRrUuFfAaLlSs"
_MICROS_FROM: Final = 10**14
_EARLIEST_NS, _LATEST_NS = 10**18, 4 * 10**18


class Rows(msgspec.Struct, frozen=True):
    """Rows as columns; the members of `Row`, one array each."""

    keys: NDArray[np.int64]
    ats: NDArray[np.int64]
    prices: NDArray[np.float64]
    trades: NDArray[np.int32]


class TableReader:
    """Takes a table block by block.

    Attributes:
        shape: what its columns are; None until a row told.
        rows: rows that were read.
        lines: lines in it.
        bad_lines: lines that are no row.
        recovered_lines: whole rows found inside them.
        damage: each place that is not as it should be; the first thousand.
    """

    def __init__(self) -> None:
        self.shape: Shape | None = None
        self.rows = 0
        self.lines = 0
        self.bad_lines = 0
        self.recovered_lines = 0
        self.damage: list[Damage] = []
        self._parts: dict[str, list[NDArray[Any]]] = {name: [] for name in Rows.__struct_fields__}

    def read(self, chunks: Iterable[bytes]) -> None:
        """Take a whole table, as chunks of bytes of any length."""
        for block in line_blocks(chunks):
            if self.rows >= ROWS_LIMIT:
                self.note(f"only its first {ROWS_LIMIT:,} rows were read", line=block.line)
                return
            if block.skipped:
                self.note(f"a line of {block.skipped:,} bytes ends it", line=block.line)
                self.lines, self.bad_lines = self.lines + 1, self.bad_lines + 1
                return
            self._take(block)

    def taken(self) -> Rows:
        """Return all rows, in the order of the table; what was taken is given away."""
        return Rows(
            self._column("keys", np.int64),
            self._column("ats", np.int64),
            self._column("prices", np.float64),
            self._column("trades", np.int32),
        )

    def _column(self, name: str, kind: type[Any]) -> NDArray[Any]:
        """One after another, so that only one column is in memory twice."""
        parts, self._parts[name] = self._parts[name], []
        return np.concatenate([*parts, np.empty(0, kind)])

    def note(self, what: str, *, line: int = 0, offset: int = 0, recovered: int = 0) -> None:
        """List a place of damage, if there is room; `line` 0 is the table as a whole."""
        if len(self.damage) < DAMAGE_KEPT:
            self.damage.append(Damage(line=line, offset=offset, what=what, recovered=recovered))

    def _take(self, block: Block) -> None:
        self.lines += block.data.count(b"\n") + (not block.data.endswith(b"\n"))
        data = block.data
        if block.offset == 0:
            data = self._after_header(data)
        if self.shape is None:
            self.shape = _shape_in(data)
        found = None if self.shape is None else _at_once(data, self.shape)
        if found is None:
            found = self._one_by_one(block)
        if len(found.keys):
            for name, parts in self._parts.items():
                parts.append(getattr(found, name))
            self.rows += len(found.keys)

    @staticmethod
    def _after_header(data: bytes) -> bytes:
        first, _, rest = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        return rest if is_header(first) else data

    def _one_by_one(self, block: Block) -> Rows:
        found: list[Row] = []
        offset = block.offset
        for number, raw in enumerate(block.data.split(b"\n"), block.line):
            line = raw.removeprefix(b"\xef\xbb\xbf") if not offset else raw
            if line.strip() and not is_header(line):
                self._take_line(line, number, offset, found)
            offset += len(raw) + 1
        keys, ats, prices, counts = zip(*found, strict=True) if found else ((), (), (), ())
        return Rows(
            np.array(keys, np.int64),
            np.array(ats, np.int64),
            np.array(prices, np.float64),
            np.array(counts, np.int32),
        )

    def _take_line(self, line: bytes, number: int, offset: int, found: list[Row]) -> None:
        shape = self.shape or shape_of(line)
        self.shape = shape
        fitting = len(line) <= ROW_LIMIT and shape is not None
        row = row_of(line.strip().split(b","), shape) if fitting and shape else None
        if row is not None:
            found.append(row)
            return
        inside = rows_inside(line, shape) if fitting and shape else []
        found += inside
        self.bad_lines += 1
        self.recovered_lines += len(inside)
        what = "two rows in one line" if inside else "not a row of the table"
        self.note(what, line=number, offset=offset, recovered=len(inside))


def line_blocks(chunks: Iterable[bytes]) -> Iterator[Block]:
    """Yield what chunks hold in blocks of whole lines; an endless line as a skipped one."""
    line, offset, begun = 1, 0, b""
    for chunk in chunks:
        begun += chunk
        if len(begun) < _BLOCK:
            continue
        end = begun.rfind(b"\n") + 1
        if end:
            yield Block(begun[:end], line, offset)
            line, offset = line + begun.count(b"\n", 0, end), offset + end
            begun = begun[end:]
        elif len(begun) > BLANK_LIMIT:
            yield Block(b"", line, offset, len(begun))
            return
    if begun:
        yield Block(begun, line, offset)


def _shape_in(data: bytes) -> Shape | None:
    for line in data[:65_536].split(b"\n"):
        shape = shape_of(line)
        if shape is not None:
            return shape
    return None


def _at_once(data: bytes, shape: Shape) -> Rows | None:
    """Decode a whole block; None unless each of its lines is one row that can be believed."""
    data = data.replace(b"\r\n", b"\n")
    if data.translate(None, _PLAIN):  # its idea of a number is wider than ours
        return None
    import pyarrow as pa  # noqa: PLC0415  # takes long to load, and few files need it
    import pyarrow.csv as table  # noqa: PLC0415

    names = [str(number) for number in range(len(shape.columns))]
    types = {"i": pa.int64(), "f": pa.float64(), "b": pa.bool_()}
    try:
        read = table.read_csv(
            pa.BufferReader(data),
            read_options=table.ReadOptions(use_threads=False, column_names=names),
            parse_options=table.ParseOptions(quote_char=False),
            convert_options=table.ConvertOptions(
                column_types=dict(zip(names, (types[k] for k in shape.columns), strict=True)),
                null_values=[],
                true_values=["True", "true", "TRUE"],
                false_values=["False", "false", "FALSE"],
            ),
        )
    except (pa.ArrowException, ValueError):
        return None
    return _checked(read, shape)


def _checked(read: Any, shape: Shape) -> Rows | None:
    if any(read.column(number).null_count for number in range(len(shape.columns))):
        return None
    keys = read.column(shape.key).to_numpy()
    ats = _ns(read.column(shape.at).to_numpy())
    prices = read.column(shape.price).to_numpy().copy()
    counts = [read.column(number).to_numpy() for number in shape.counts]
    count = counts[-1].copy() if counts else np.ones(len(keys), np.int64)
    if len(counts) > 1:
        count += 1 - counts[0]
    sound = (
        (count >= 0)
        & (count < COUNT_LIMIT)
        & (ats >= _EARLIEST_NS)
        & (ats < _LATEST_NS)
        & (prices > 0.0)
        & (prices < PRICE_LIMIT)
    )
    if shape.kind is Kind.KLINES:
        keys = _ns(keys)
        sound &= (keys >= _EARLIEST_NS) & (keys <= ats)
    else:
        sound &= (keys >= 0) & (keys < 10**18) & (count > 0)
    return Rows(keys.copy(), ats, prices, count.astype(np.int32)) if sound.all() else None


def _ns(stated: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the archive states as milliseconds or as microseconds; nonsense where it overflows."""
    scale = np.where(stated >= _MICROS_FROM, 1_000, 1_000_000)
    beyond = (stated < 0) | (stated >= _LATEST_NS // scale)
    found: NDArray[np.int64] = np.where(beyond, -1, stated) * scale
    return found
