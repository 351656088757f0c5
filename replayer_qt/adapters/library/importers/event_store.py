"""Opens a predecessor's event store: Parquet files of messages, of ticks or of its own doings (J).

One folder holds one kind of row, but every row says its own kind too, so a file may be mixed.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.feeds.rugs_parse import RugsParser
from replayer_qt.adapters.journal.sealed import is_packed, read_plain
from replayer_qt.adapters.library.importers.captures import last_argument
from replayer_qt.adapters.library.importers.round_lines import RoundLines
from replayer_qt.adapters.library.importers.stated import Stated, price_of, tick_of, times_ns
from replayer_qt.adapters.library.lines import DAMAGE_KEPT, LINE_LIMIT
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event
from replayer_qt.core.recording import Damage, Recording
from replayer_qt.core.units import Nanos, RoundId, StreamId

ROWS_LIMIT: Final = 5_000_000
"""Rows of one file that are read."""
UNPACKED_LIMIT: Final = 512 * 1024 * 1024
"""Of a packed file no more is unpacked: it is read from memory [bytes]."""

_COLUMNS: Final = (
    "ts",
    "doc_type",
    "seq",
    "direction",
    "raw_json",
    "game_id",
    "event_name",
    "price",
    "tick",
)
_TEXTS: Final = ("string", "large_string", "binary", "large_binary")
_BATCH: Final = 4_096
_THRIFT_LIMIT: Final = 16 * 1024 * 1024
_THRIFT_ITEMS: Final = 100_000
_NAMES_KEPT: Final = 16
_PARTITION: Final = "doc_type="


class _Raw(msgspec.Struct):
    """What a row keeps of a message; the tick's own members where it is one of those."""

    event: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    rugged: bool = False
    active: bool | None = None
    cooldown_timer: Stated = None


_RAW: Final = msgspec.json.Decoder(_Raw)


class _Row(msgspec.Struct):
    number: int
    at: Nanos
    doc_type: str
    seq: int
    sent: bool
    raw: str
    game_id: str
    event_name: str
    price: float
    tick: int


def is_event_store(path: Path) -> bool:
    """Return whether a Parquet file, packed or plain, has the columns of an event store.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: it is packed, and unpacks to absurd sizes.
    """
    import pyarrow as pa  # noqa: PLC0415  # takes long to load, and few files need it

    source = _source_of(path)
    try:
        with _opened(source) as file:
            names = set(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError):
        return False
    return "ts" in names and ("raw_json" in names or {"tick", "price"} <= names)


def read_event_store(path: Path, stream: StreamId) -> Recording:
    """Return what the file holds of the market; what its own program did is only counted.

    Raises:
        RecordingUnreadable: its tables cannot be decoded.
        OSError: the file cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415  # takes long to load, and few files need it

    store = _Store(stream, _partition_of(path))
    source = _source_of(path)
    try:
        rows = sorted(_rows(source), key=lambda row: (row.at, row.seq, row.number))
    except (pa.ArrowException, LookupError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise RecordingUnreadable(
            f"{path} was not read: its table is damaged ({reason}).",
            remedy="Copy it again from where it was recorded.",
        ) from error
    for row in rows:
        store.take(row)
    if len(rows) >= ROWS_LIMIT:
        store.note(f"only its first {ROWS_LIMIT:,} rows were read")
    return store.recording(path, len(rows))


class _Store:
    """What the rows say, one after another."""

    def __init__(self, stream: StreamId, partition: str) -> None:
        self._stream = stream
        self._partition = partition
        self._parser = RugsParser(stream)
        self._events: list[Event] = []
        self._rounds: dict[str, RoundLines] = {}
        self._others: Counter[str] = Counter()
        self._bad = 0
        self._damage: list[Damage] = []

    def take(self, row: _Row) -> None:
        kind = row.doc_type or self._partition
        if kind == "game_tick" or (not kind and row.tick >= 0 and row.game_id):
            self._tick(row)
        elif kind == "ws_event" and not row.sent:
            self._message(row)
        else:
            known = kind in self._others or len(self._others) < _NAMES_KEPT
            self._others[kind[:32] if known else "(other)"] += 1

    def note(self, what: str, line: int = 0) -> None:
        if len(self._damage) < DAMAGE_KEPT:
            self._damage.append(Damage(line=line, offset=0, what=what))

    def recording(self, path: Path, rows: int) -> Recording:
        events = self._events
        for lines in self._rounds.values():
            events += lines.finish()
            for what in lines.damage:
                self.note(f"round {lines.round_id}: {what}")
        told = ", ".join(f"{count:,} {name or '?'}" for name, count in self._others.most_common())
        return Recording(
            path=str(path),
            format="J",
            events=tuple(events),
            lines=rows,
            bad_lines=self._bad,
            damage=tuple(self._damage),
            notes=(f"rows that are no part of the market: {told}",) if told else (),
        )

    def _message(self, row: _Row) -> None:
        if len(row.raw) > LINE_LIMIT:
            self._reject(row, f"a message of {len(row.raw):,} characters, more than is read")
            return
        told = _raw(row.raw)
        if told is None:
            self._reject(row, "a row whose message is not JSON")
            return
        name, data = told.event or row.event_name, bytes(told.data)
        data = last_argument(data if told.event or data != b"null" else row.raw.encode())
        if name and data:
            self._events += self._parser.parse(name, data, at=row.at, mono=Nanos(0))

    def _tick(self, row: _Row) -> None:
        if row.tick < 0 or not row.game_id or math.isnan(row.price):
            self._reject(row, "a tick without its round, position or price")
            return
        lines = self._rounds.get(row.game_id)
        if lines is None:
            lines = RoundLines(self._stream, RoundId(row.game_id), row.at)
            self._rounds[row.game_id] = lines
        told = (_raw(row.raw) if len(row.raw) <= LINE_LIMIT else None) or _Raw()
        if told.rugged:
            lines.rug(row.tick, row.price, row.at, None)
        elif told.active is not False and not price_of(told.cooldown_timer) > 0:
            lines.tick(row.tick, row.price, row.at, None)

    def _reject(self, row: _Row, what: str) -> None:
        self._bad += 1
        self.note(what, row.number)


def _source_of(path: Path) -> Any:
    """The path, or the content of a packed file: these tables are read from their end."""
    import pyarrow as pa  # noqa: PLC0415  # as above

    return pa.BufferReader(read_plain(path, UNPACKED_LIMIT)) if is_packed(path) else path


def _opened(source: Any, shared: Sequence[str] = ()) -> Any:
    """Open a table; of the `shared` columns equal texts are in memory once."""
    from pyarrow import parquet  # noqa: PLC0415  # as above

    return parquet.ParquetFile(
        source,
        thrift_string_size_limit=_THRIFT_LIMIT,
        thrift_container_size_limit=_THRIFT_ITEMS,
        page_checksum_verification=True,
        read_dictionary=list(shared) or None,
    )


def _texts_of(source: Any) -> list[str]:
    """Check how large a table says it is, and return which of its columns hold text."""
    with _opened(source) as file:
        size = _stated_size(file.metadata)
        if size > UNPACKED_LIMIT:
            raise ValueError(f"it unpacks to {size:,} bytes, more than {UNPACKED_LIMIT:,}")
        schema = file.schema_arrow
        return [one.name for one in schema if one.name in _COLUMNS and str(one.type) in _TEXTS]


def _rows(source: Any) -> Iterator[_Row]:
    number = 0
    with _opened(source, _texts_of(source)) as file:
        names = [name for name in file.schema_arrow.names if name in _COLUMNS]
        for batch in file.iter_batches(_BATCH, columns=names, use_threads=False):
            batch.validate(full=True)  # a damaged table may point beyond its own texts
            columns = {name: _values(batch.column(name)) for name in names}
            times = times_ns([_time(one) for one in columns["ts"]], naive_is_utc=True)
            for at, values in zip(times, zip(*columns.values(), strict=True), strict=True):
                number += 1
                yield _row(number, at, dict(zip(columns, values, strict=True)))
            if number >= ROWS_LIMIT:
                return


def _stated_size(metadata: Any) -> int:
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return sum(int(group.total_byte_size) for group in groups)


def _values(column: Any) -> list[Any]:
    """A column's values; a text that comes in many rows is in memory once."""
    found: list[Any]
    if not hasattr(column, "dictionary"):
        found = column.to_pylist()
        return found
    texts = column.dictionary.to_pylist()
    return [None if at is None else texts[at] for at in column.indices.to_pylist()]


def _row(number: int, at: Nanos, told: dict[str, Any]) -> _Row:
    return _Row(
        number=number,
        at=at,
        doc_type=_text(told.get("doc_type")),
        seq=tick_of(told.get("seq")),
        sent=told.get("direction") == "sent",
        raw=_text(told.get("raw_json")),
        game_id=_text(told.get("game_id")),
        event_name=_text(told.get("event_name")),
        price=price_of(told.get("price")),
        tick=tick_of(told.get("tick")),
    )


def _time(value: object) -> Stated:
    """A time as text or number; a column of times gives what has an ISO form."""
    if value is None or isinstance(value, str | int | float):
        return value
    iso = getattr(value, "isoformat", None)
    return str(iso()) if callable(iso) else None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _raw(text: str) -> _Raw | None:
    try:
        return _RAW.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _partition_of(path: Path) -> str:
    folder = next((part for part in reversed(path.parts) if part.startswith(_PARTITION)), "")
    return folder.removeprefix(_PARTITION)
