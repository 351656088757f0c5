"""Writes rows as Parquet: one file, or one for each venue and day in folders that say which."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import msgspec

from replayer_qt.adapters.journal.layout import safe_name
from replayer_qt.adapters.library.export_rows import (
    ROWS,
    Exported,
    RoundRow,
    What,
    pieces,
    rug_marks,
)
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.units import NANOS_PER_SECOND, StreamId, venue_of

OPEN_MOST: Final = 8
"""Partitions that are written at the same time; one more closes the one not used for longest."""
NO_DATE: Final = "__HIVE_DEFAULT_PARTITION__"
"""The day of rounds that do not tell when they were, as other programs name it."""

_PLACES: Final = (38, 18)
_TEXTS: Final = ("venue", "stream", "round_id", "fairness", "quality")


class ParquetTable:
    """One Parquet file, zstd-packed, written a row group at a time."""

    def __init__(self, file: BinaryIO, what: What, *, partitioned: bool = False) -> None:
        """Begin.

        Args:
            file: where it goes; stays open.
            what: ticks or rounds.
            partitioned: leave the venue out, which the folder's name says.
        """
        # half a second that only an export needs
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415

        self._arrow = pa
        self._what = what
        schema = _tick_schema(pa) if what == "ticks" else _round_schema(pa)
        if partitioned:
            schema = schema.remove(schema.get_field_index("venue"))
        self._schema = schema
        self._waiting: list[Any] = []  # bounded by ROWS rows
        self._rows = 0
        self._writer = parquet.ParquetWriter(file, schema, compression="zstd")
        self._is_open = True

    def add(self, exported: Exported) -> None:
        """Write a round; raises OSError."""
        if exported.columns is not None:
            for piece in pieces(exported.columns):
                self._put(self._ticks(piece), len(piece.ticks))
        if exported.row is not None:
            self._put(_members(exported.row), 1)

    def close(self) -> None:
        """Write what waits, and the file's end; safe twice."""
        if self._is_open:
            self._is_open = False
            try:
                self._flush()
            finally:
                self._writer.close()

    def _put(self, item: Any, count: int) -> None:
        self._waiting.append(item)
        self._rows += count
        if self._rows >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        pa = self._arrow
        if self._what == "ticks":
            table = pa.Table.from_batches(self._waiting, self._schema)
        else:
            table = pa.Table.from_pylist(self._waiting, self._schema)
        self._waiting, self._rows = [], 0
        self._writer.write_table(table, row_group_size=2 * ROWS)

    def _ticks(self, columns: RoundColumns) -> Any:
        pa = self._arrow
        count = len(columns.ticks)
        unknown = columns.ats == 0
        arrays: Mapping[str, Any] = {
            "venue": _repeated(pa, venue_of(columns.stream), count),
            "stream": _repeated(pa, columns.stream, count),
            "round_id": _repeated(pa, columns.round_id, count),
            "tick": pa.array(columns.ticks),
            "price": pa.array(columns.prices),
            "at": pa.array(columns.ats, pa.timestamp("ns", "UTC"), mask=unknown),
            "at_ns": pa.array(columns.ats, mask=unknown),
            "trade_count": pa.array(columns.counts, mask=columns.counts < 0),
            "is_rug": pa.array(rug_marks(columns)),
        }
        wanted = [arrays[name] for name in self._schema.names]
        return pa.RecordBatch.from_arrays(wanted, schema=self._schema)


class PartitionedTable:
    """A folder of Parquet files, `venue=.../date=.../part-N.parquet`; the day is the round's."""

    def __init__(self, make: Callable[[str], BinaryIO], what: What) -> None:
        """Begin.

        Args:
            make: opens a new file by its path below the folder; it is closed here.
            what: ticks or rounds.
        """
        self._make = make
        self._what = what
        # bounded by OPEN_MOST
        self._open: OrderedDict[str, tuple[ParquetTable, BinaryIO]] = OrderedDict()
        self._parts: dict[str, int] = {}  # bounded by the venues' days

    def add(self, exported: Exported) -> None:
        """Write a round; raises OSError."""
        folder = _folder_of(exported)
        if folder not in self._open:
            while len(self._open) >= OPEN_MOST:
                _end(*self._open.popitem(last=False)[1])
            number = self._parts.get(folder, 0)
            self._parts[folder] = number + 1
            file = self._make(f"{folder}/part-{number}.parquet")
            self._open[folder] = (ParquetTable(file, self._what, partitioned=True), file)
        self._open.move_to_end(folder)
        self._open[folder][0].add(exported)

    def close(self) -> None:
        """End all files; safe twice."""
        with ExitStack() as stack:
            while self._open:
                stack.callback(_end, *self._open.popitem()[1])


def _end(table: ParquetTable, file: BinaryIO) -> None:
    with file:
        table.close()


def _folder_of(exported: Exported) -> str:
    stream, at = "", 0
    if exported.columns is not None:
        stream = exported.columns.stream
        known = exported.columns.ats[exported.columns.ats > 0]
        at = int(known[0]) if len(known) else 0
    elif exported.row is not None:
        stream, at = exported.row.stream, exported.row.begun_at_ns or 0
    day = f"{datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC):%Y-%m-%d}" if at else NO_DATE
    return f"venue={safe_name(venue_of(StreamId(stream)))}/date={day}"


def _repeated(pa: Any, text: str, count: int) -> Any:
    return pa.repeat(pa.scalar(text, pa.string()), count)


def _members(row: RoundRow) -> dict[str, Any]:
    told = msgspec.structs.asdict(row)
    for name in ("begun_at", "ended_at"):
        told[name] = told[f"{name}_ns"]
    return told


def _tick_schema(pa: Any) -> Any:
    return pa.schema(
        [
            *(pa.field(name, pa.string(), nullable=False) for name in _TEXTS[:3]),
            pa.field("tick", pa.int64(), nullable=False),
            pa.field("price", pa.float64(), nullable=False),
            pa.field("at", pa.timestamp("ns", "UTC")),
            pa.field("at_ns", pa.int64()),
            pa.field("trade_count", pa.int64()),
            pa.field("is_rug", pa.bool_(), nullable=False),
        ]
    )


def _round_schema(pa: Any) -> Any:
    money = pa.decimal128(*_PLACES)
    types = {
        "begun_at": pa.timestamp("ns", "UTC"),
        "ended_at": pa.timestamp("ns", "UTC"),
        "rugged": pa.bool_(),
        "bookmarked": pa.bool_(),
        "rug_price": pa.float64(),
        "peak": pa.float64(),
        "volatility": pa.float64(),
        "volume": money,
        "result": money,
        "tags": pa.list_(pa.string()),
        "note": pa.string(),
        **dict.fromkeys(_TEXTS, pa.string()),
    }
    return pa.schema(
        [pa.field(name, types.get(name, pa.int64())) for name in RoundRow.__struct_fields__]
    )
