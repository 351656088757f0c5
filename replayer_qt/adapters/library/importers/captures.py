"""Captures of a venue's messages, in the three shapes that public tools wrote them."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.feeds.rugs_parse import RugsParser
from replayer_qt.adapters.library.eastern import utc_ns
from replayer_qt.adapters.library.lines import LINE_LIMIT, Records, whole_objects
from replayer_qt.core.events import Event
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import Nanos, StreamId


class CaptureLine(msgspec.Struct):
    """One captured message; `ts` and `event` are variants C and D, the longer names E."""

    ts: str = ""
    timestamp: str = ""
    event: str = ""
    event_type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    direction: str = "received"
    raw: str | None = None


_DECODER: Final = msgspec.json.Decoder(CaptureLine)
_RECORD: Final = re.compile(r'\{\s*"(?:seq|ts|timestamp)"\s*:')
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
    parser = RugsParser(stream)
    events: list[Event] = []
    times = utc_ns([line.ts or line.timestamp for line in lines])
    for line, at in zip(lines, times, strict=True):
        name, payload = _message(line)
        if payload:
            events += parser.parse(name, payload, at=at, mono=Nanos(0))
    return Recording(
        path=str(path),
        format=kind,
        events=tuple(events),
        lines=records.lines,
        bad_lines=records.bad_lines,
        recovered_lines=records.recovered_lines,
        damage=tuple(records.damage),
    )


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
    name = line.event or line.event_type
    data = bytes(line.data)
    if data.startswith(b"["):
        arguments = _ARGUMENTS.decode(data)
        return name, bytes(arguments[-1]) if arguments else b""
    return name, b"" if data == b"null" else data


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
