"""Events to JSON and back; the JSON is a journal record without number and checksum."""

from typing import Final

import msgspec

from replayer_qt.core.events import Event, JournalEvent

_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")
_DECODER: Final[msgspec.json.Decoder[JournalEvent]] = msgspec.json.Decoder(
    JournalEvent, strict=False
)


def encode(event: Event) -> bytes:
    """Return the event as one JSON object without line breaks."""
    return _ENCODER.encode(event)


def decode(line: bytes) -> JournalEvent:
    """Return the event that `line` encodes; members that it does not know are passed over.

    Raises:
        msgspec.MsgspecError: the line is not JSON, or not an event of a kind we know.
    """
    return _DECODER.decode(line)
