"""Recordings that are one JSON document: samples of messages (F), rounds and demonstrations (I)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.sealed import read_plain
from replayer_qt.adapters.library.importers.captures import Message, events_of
from replayer_qt.adapters.library.importers.names import stem_of
from replayer_qt.adapters.library.importers.presses import presses_in, recording_of_presses
from replayer_qt.adapters.library.importers.round_lines import RoundLines
from replayer_qt.adapters.library.importers.stated import Stated, price_of, times_ns
from replayer_qt.adapters.library.importers.torn_documents import (
    entries_inside,
    kind_of_torn,
    presses_inside,
    round_inside,
)
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import SeedRevealed
from replayer_qt.core.recording import Damage, Recording
from replayer_qt.core.summary import follows_rug_rule
from replayer_qt.core.units import Nanos, RoundId, StreamId

DOCUMENT_LIMIT: Final = 64 * 1024 * 1024
"""Larger documents are refused: one is read as a whole [bytes]."""

_TICK_NS: Final = 250_000_000
_VERSION: Final = "v3"
_LISTED: Final = 100


class _Meta(msgspec.Struct):
    game_id: str = ""
    start_time: Stated = None
    end_time: Stated = None
    duration_ticks: Stated = None
    server_seed_hash: str | None = None
    server_seed: str | None = None
    action_count: Stated = None


class _Round(msgspec.Struct):
    """A round's price list, by tick."""

    meta: _Meta
    prices: list[Stated]


class _About(msgspec.Struct):
    index: int = 0


class _Sample(msgspec.Struct):
    event_type: str
    data: msgspec.Raw
    about: _About = msgspec.field(name="_meta", default_factory=_About)
    timestamp_ms: Stated = None


class _Demonstration(msgspec.Struct):
    actions: list[msgspec.Raw]
    meta: _Meta = msgspec.field(default_factory=_Meta)
    game_id: str | None = None


_ROUND: Final = msgspec.json.Decoder(_Round)
_SAMPLE: Final = msgspec.json.Decoder(_Sample)
_DEMONSTRATION: Final = msgspec.json.Decoder(_Demonstration)
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def kind_of_document(data: bytes) -> str | None:
    """Return the letter of the variant that a JSON document is of, or None."""
    members = _members(data)
    if not members:
        return kind_of_torn(data)
    if "prices" in members and "meta" in members:
        return "I"
    if bytes(members.get("actions", b"")).startswith(b"["):
        return "I"
    if any(_is_sample(bytes(member)) for member in members.values()):
        return "F"
    return None


def document_in(path: Path) -> bytes:
    """Return the content of a file, packed or plain; empty where it is too large for a document.

    Raises:
        OSError: the file cannot be read.
    """
    if path.stat().st_size > DOCUMENT_LIMIT:
        return b""
    try:
        return read_plain(path, DOCUMENT_LIMIT)
    except RecordingUnreadable:
        return b""


def read_document(path: Path, data: bytes, stream: StreamId) -> Recording:
    """Return what a document holds.

    Args:
        path: where it was read from.
        data: its bytes.
        stream: the stream that the events shall name.

    Raises:
        RecordingUnreadable: its values make no sense.
    """
    members = _members(data)
    if not members:
        return _read_torn(path, data.decode("utf-8", "replace"), stream)
    try:
        if "prices" in members:
            return _read_round(path, _ROUND.decode(data), stream)
        if "actions" in members:
            told = _DEMONSTRATION.decode(data)
            presses, lost = presses_in([_decoded(entry) for entry in told.actions])
            named = told.game_id or told.meta.game_id
            return recording_of_presses(path, stream, presses, lost, named)
        return _read_samples(path, members, stream)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RecordingUnreadable(
            f"{path} was not read: its values make no sense ({error}).",
            remedy="Export it again from the program that wrote it.",
        ) from error


def _read_torn(path: Path, text: str, stream: StreamId) -> Recording:
    if kind_of_torn(text.encode()) == "F":
        entries = {str(n): msgspec.Raw(e.encode()) for n, e in enumerate(entries_inside(text))}
        read, count = _read_samples(path, entries, stream), len(entries)
    elif '"prices"' in text:
        about, prices = round_inside(text)
        try:
            meta = msgspec.json.decode(about, type=_Meta)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            meta = _Meta()
        read = _read_round(path, _Round(meta, list(prices)), stream)
        count = len(prices)
    else:
        whole = [_decoded(msgspec.Raw(piece.encode())) for piece in presses_inside(text)]
        presses, lost = presses_in(whole)
        read, count = recording_of_presses(path, stream, presses, lost), len(presses)
    torn = Damage(line=1, offset=0, what="the document is torn", recovered=count)
    return msgspec.structs.replace(
        read,
        bad_lines=read.bad_lines + 1,
        recovered_lines=count,
        damage=(torn, *read.damage),
    )


# --- F: samples ----------------------------------------------------------------------------------


def _read_samples(path: Path, members: dict[str, msgspec.Raw], stream: StreamId) -> Recording:
    found: list[_Sample] = []
    damage: list[Damage] = []
    for name, member in members.items():
        try:
            found.append(_SAMPLE.decode(member))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            if not name.startswith("_") and len(damage) < _LISTED:
                what = f"the entry {name[:64]!r} is not a message"
                damage.append(Damage(line=0, offset=0, what=what))
    found.sort(key=lambda sample: sample.about.index)
    times = times_ns([sample.timestamp_ms for sample in found])
    # a sample's place in the list is the curator's; only its time tells what came first
    order = sorted(range(len(found)), key=times.__getitem__)
    messages = [Message(found[n].event_type, found[n].data, times[n]) for n in order]
    return Recording(
        path=str(path),
        format="F",
        events=tuple(events_of(messages, stream)),
        lines=len(members),
        bad_lines=len(damage),
        damage=tuple(damage),
    )


def _is_sample(data: bytes) -> bool:
    try:
        return bool(_SAMPLE.decode(data).event_type)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


# --- I: a round ----------------------------------------------------------------------------------


def _read_round(path: Path, told: _Round, stream: StreamId) -> Recording:
    meta = told.meta
    prices = [None if price is None else price_of(price) for price in told.prices]
    begun, ended = _times(meta, len(prices))
    name = RoundId(meta.game_id or stem_of(path))
    lines = RoundLines(stream, name, begun)
    step = (ended - begun) // max(1, len(prices)) if ended > begun else _TICK_NS
    for tick, price in enumerate(prices):
        if price is None:
            continue
        at = Nanos(begun + tick * step)
        if tick == len(prices) - 1 and _is_rug(prices):
            lines.rug(tick, price, at, None)
        else:
            lines.tick(tick, price, at, None)
    if meta.end_time is not None and not _is_rug(prices):
        lines.rugged_somewhere(ended)
    events = lines.finish()
    if meta.server_seed and meta.server_seed_hash:
        events.append(_seed(meta, name, stream, ended))
    return Recording(
        path=str(path),
        format="I",
        events=tuple(events),
        lines=len(prices),
        damage=tuple(
            Damage(line=0, offset=0, what=f"round {name}: {what}")
            for what in (*lines.damage[:_LISTED], *_doubts(meta, prices))
        ),
        notes=("the times of its ticks are spread evenly: its recorder kept none",),
    )


def _is_rug(prices: Sequence[float | None]) -> bool:
    """The list says nowhere whether its last price is the rug's; the venue's rule does."""
    known = {tick: price for tick, price in enumerate(prices) if price is not None}
    return len(prices) > 1 and follows_rug_rule(known, len(prices) - 1) is True


def _times(meta: _Meta, ticks: int) -> tuple[Nanos, Nanos]:
    begun, ended = times_ns([meta.start_time, meta.end_time])
    return begun, ended if ended > begun else Nanos(begun + ticks * _TICK_NS)


def _doubts(meta: _Meta, prices: Sequence[float | None]) -> list[str]:
    counted = meta.duration_ticks
    if isinstance(counted, int) and counted not in (len(prices), len(prices) - 1):
        return [f"it is said to have {counted} ticks, {len(prices)} are listed"]
    return []


def _seed(meta: _Meta, name: RoundId, stream: StreamId, at: Nanos) -> SeedRevealed:
    return SeedRevealed(
        at=at,
        mono=Nanos(0),
        stream=stream,
        round_id=name,
        seed=meta.server_seed or "",
        seed_hash=meta.server_seed_hash or "",
        version=_VERSION,
    )


def _members(data: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _MEMBERS.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}


def _decoded(entry: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(entry)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
