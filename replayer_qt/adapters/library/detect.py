"""Tells by its content, never by its name, which format a file is in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.sealed import open_plain, read_info
from replayer_qt.adapters.library.importers.documents import document_in, kind_of_document
from replayer_qt.adapters.library.importers.event_store import is_event_store
from replayer_qt.adapters.library.importers.public_archive import ZIP_MAGIC
from replayer_qt.adapters.library.importers.public_shapes import shape_of
from replayer_qt.adapters.library.importers.public_tables import TABLES, kind_of_packed
from replayer_qt.adapters.library.importers.variant_a import SESSION_MARKS, recover
from replayer_qt.adapters.library.lines import blocks

LINES_LOOKED_AT: Final = 2_000
FORMATS: Final = frozenset({"journal", *"ABCDEFGHIJK", *TABLES})
"""What a recording's format can be."""

_PACKED_LOOKED_AT: Final = 1_048_576
_MARK: Final = b"\xef\xbb\xbf"
_PARQUET: Final = b"PAR1"
_HEAD: Final = 4_096
_ABSENT: Final = msgspec.Raw(b"")
_TICKS: Final = {"tick", "game_start", "game_end"}
_PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard"}
_KNOWN: Final = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"SQLite format 3": "a SQLite database",
    _PARQUET: "a Parquet table, but not a whole one of an event store",
    ZIP_MAGIC: "packed with ZIP, and no table of trades or klines is in it",
    b"\x7fELF": "a program",
}


class _Glance(msgspec.Struct):
    """The members by which formats differ."""

    type: msgspec.Raw = _ABSENT
    header: msgspec.Raw = msgspec.field(default=_ABSENT, name="_h")
    footer: msgspec.Raw = msgspec.field(default=_ABSENT, name="_f")
    ev: msgspec.Raw = _ABSENT
    event: msgspec.Raw = _ABSENT
    event_type: msgspec.Raw = _ABSENT
    about: msgspec.Raw = msgspec.field(default=_ABSENT, name="_metadata")
    demo_header: msgspec.Raw = msgspec.field(default=_ABSENT, name="_header")
    demo_footer: msgspec.Raw = msgspec.field(default=_ABSENT, name="_footer")
    action: msgspec.Raw = _ABSENT
    game_id: msgspec.Raw = _ABSENT
    tick: msgspec.Raw = _ABSENT
    price: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT
    source: msgspec.Raw = _ABSENT
    direction: msgspec.Raw = _ABSENT


_GLANCE: Final = msgspec.json.Decoder(_Glance)


def detect(path: Path) -> str | None:
    """Return `journal`, a variant's letter from `A` to `K`, a table's kind, or None.

    A file that we packed says so itself; one that others packed is told by its content. A session
    recording that begins with ticks is called `A`; its marks tell when it is read.

    Raises:
        OSError: the file cannot be read.
        RecordingUnreadable: it is packed, and unpacks to absurd sizes.
    """
    info = read_info(path)
    if info is not None and info.format in FORMATS:
        return info.format
    with open_plain(path) as file:
        head = file.read(_HEAD)
        if head.startswith(ZIP_MAGIC):
            return kind_of_packed(head + file.read(_PACKED_LOOKED_AT))
    if head.startswith(_PARQUET):
        return "J" if is_event_store(path) else None
    for line in _first_lines(path, head):
        kind = _kind_of(line)
        if kind is not None:
            return kind
    # what no line tells may be one document of many lines, or of one
    return kind_of_document(document_in(path)) if head.lstrip()[:1] == b"{" else None


def describe(first: bytes) -> str:
    """Return in plain words what a file that begins so seems to be."""
    if not first:
        return "it is empty"
    for magic, name in _PACKED.items():
        if first.startswith(magic):
            return f"it is packed with {name}"
    for magic, what in _KNOWN.items():
        if first.startswith(magic):
            return f"it is {what}"
    if b"\0" in first[:4096]:
        return "it is binary"
    if first.lstrip()[:1] in {b"{", b"["}:
        return "it is JSON, but of no recorder that we know"
    return "it is text, but no recording"


def _first_lines(path: Path, head: bytes) -> Iterator[bytes]:
    # nearly every file tells by its first line, which is in the head; then no more is read
    yield from (line for line in head.split(b"\n")[:-1] if line.strip())
    looked_at = 0
    for block in blocks(path):
        for line in block.data.split(b"\n"):
            if line.strip():
                yield line
                looked_at += 1
            if looked_at >= LINES_LOOKED_AT:
                return


def _kind_of(line: bytes) -> str | None:
    line = line.removeprefix(_MARK)
    if line[:1].isdigit():
        shape = shape_of(line)
        return shape.kind.value if shape is not None else None
    try:
        seen = _GLANCE.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        inside = recover(line[:65_536].decode("utf-8", "replace"))
        return "A" if any(record.type in _TICKS for record in inside) else None
    if any(map(bytes, (seen.ev, seen.header, seen.footer))):
        return "journal"
    if bytes(seen.type):
        return _kind_named(bytes(seen.type).strip(b'"').decode("utf-8", "replace"))
    if bytes(seen.data) and bytes(seen.event_type):
        return "E"
    if bytes(seen.data) and bytes(seen.event):
        return "D" if bytes(seen.source) or bytes(seen.direction) else "C"
    return _kind_untyped(seen)


def _kind_named(type_: str) -> str | None:
    if type_ in _TICKS:
        return "A"
    if type_ in SESSION_MARKS:
        return "B"
    return {"action": "H", "raw_event": "K"}.get(type_)


def _kind_untyped(seen: _Glance) -> str | None:
    if bytes(seen.demo_header) or bytes(seen.demo_footer):
        return "H"
    if bytes(seen.about):
        return "G"
    if bytes(seen.game_id) and bytes(seen.tick):
        return "I" if bytes(seen.action) else "G" if bytes(seen.price) else None
    return None
