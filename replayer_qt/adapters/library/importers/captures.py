"""Captures of a venue's messages, in the shapes that public tools wrote them."""

import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from replayer_qt.adapters.feeds.rugs_parse import RugsParser
from replayer_qt.adapters.library.importers.stated import Stated, times_ns
from replayer_qt.adapters.library.lines import LINE_LIMIT, Records, whole_objects
from replayer_qt.core.events import Event
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import Nanos, StreamId

REPEATS_KNOWN: Final = 65_536
"""Messages of a relay that are remembered, so that a repeated one is taken once."""


class Message(NamedTuple):
    """One message as it came: its name, its last argument, and when [ns, UTC]."""

    name: str
    payload: bytes | msgspec.Raw
    at: Nanos


class CaptureLine(msgspec.Struct):
    """One captured message; `ts` and `event` are variants C and D, the longer names E and K."""

    ts: Stated = ""
    timestamp: Stated = ""
    event: str = ""
    event_type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    direction: str = "received"
    raw: str | None = None


_RELAY: Final = "K"
_DECODER: Final = msgspec.json.Decoder(CaptureLine)
_RECORD: Final = re.compile(r'\{\s*"(?:seq|ts|timestamp|type|event_type)"\s*:')
_ARGUMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def read_capture(path: Path, stream: StreamId, *, kind: str) -> Recording:
    """Return what the messages in the file say; messages that the page sent are not the market's.

    Args:
        path: the file.
        stream: the stream that the events shall name.
        kind: the variant's letter.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(_DECODER, _recover)
    records.read(path)
    lines = [line for line in records.found if line.direction != "sent"]
    # the relay ran on a server; the other recorders on their makers' own machines
    stated = [line.ts or line.timestamp for line in lines]
    times = times_ns(stated, naive_is_utc=kind == _RELAY)
    messages = [Message(*_message(line), at) for line, at in zip(lines, times, strict=True)]
    kept = list(_each_once(messages)) if kind == _RELAY else messages
    repeats = len(messages) - len(kept)
    events = events_of(kept, stream)
    return Recording(
        path=str(path),
        format=kind,
        events=tuple(events),
        lines=records.lines,
        bad_lines=records.bad_lines,
        recovered_lines=records.recovered_lines,
        damage=tuple(records.damage),
        notes=(f"{repeats:,} messages came more than once and were taken once",) if repeats else (),
    )


def events_of(messages: Iterable[Message], stream: StreamId) -> list[Event]:
    """Return what messages say, one after another; one that makes no sense says nothing."""
    parser = RugsParser(stream)
    events: list[Event] = []
    for name, payload, at in messages:
        data = last_argument(bytes(payload))
        if data:
            events += parser.parse(name, data, at=at, mono=Nanos(0))
    return events


def last_argument(data: bytes) -> bytes:
    """Return the payload where a recorder kept all arguments; empty where there is none.

    >>> last_argument(b'[{"__trace": true}, {"id": 1}]'), last_argument(b"null")
    (b'{"id": 1}', b'')
    """
    if data.startswith(b"["):
        try:
            arguments = _ARGUMENTS.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return b""
        return bytes(arguments[-1]) if arguments else b""
    return b"" if data == b"null" else data


def _each_once(messages: Iterable[Message]) -> Iterable[Message]:
    """Pass each message once: the relay wrote down every copy that its listeners heard."""
    known: dict[bytes, None] = {}
    for message in messages:
        told = message.name.encode("utf-8", "replace") + b"\0" + bytes(message.payload)
        digest = blake2b(told, digest_size=16).digest()
        if digest in known:
            continue
        if len(known) >= REPEATS_KNOWN:
            del known[next(iter(known))]
        known[digest] = None
        yield message


def read_messages(path: Path) -> list[tuple[str, bytes]]:
    """Return every received message in the file: its name and its payload, as it came.

    Raises:
        OSError: the file cannot be read.
    """
    records = Records(_DECODER, _recover)
    records.read(path)
    return [_message(line) for line in records.found if line.direction != "sent"]


def named_message(frame: bytes) -> tuple[str, bytes]:
    """Return the name and the payload of a message as it came; empty where it has none."""
    arguments = _frame(frame.decode("utf-8", "replace"))
    return (_name(arguments[0]), bytes(arguments[-1])) if len(arguments) > 1 else ("", b"")


def _recover(line: str) -> list[CaptureLine]:
    found: list[CaptureLine] = []
    for piece in whole_objects(line, _RECORD, longest=LINE_LIMIT):
        with suppress(msgspec.MsgspecError, ValueError):
            found.append(_DECODER.decode(piece))
    return found


def _message(line: CaptureLine) -> tuple[str, bytes]:
    """Return the message's name and its payload: the last argument, whatever stands before it."""
    if line.raw:
        arguments = _frame(line.raw)
        if len(arguments) > 1:
            return _name(arguments[0]), bytes(arguments[-1])
    return line.event or line.event_type, last_argument(bytes(line.data))


def _frame(raw: str) -> list[msgspec.Raw]:
    """Return the arguments of a Socket.IO frame, `42["name",...]` with or without extras."""
    start = raw.find("[")
    try:
        return _ARGUMENTS.decode(raw[start:]) if start >= 0 else []
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []


def _name(encoded: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(encoded, type=str)
    except (msgspec.MsgspecError, ValueError):
        return ""
