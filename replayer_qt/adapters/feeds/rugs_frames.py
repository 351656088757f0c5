"""Reads Socket.IO frames into a name and bytes; a frame that makes no sense is refused by name.

The library's own packet class turns hostile frames into exceptions in tasks that nobody owns, and
waits for ever for binary attachments that never come. This one is total and knows no attachments:
the venue sends none. It is handed to the client as its serializer, which concerns that client
only; the library's `json` argument is one setting for the whole process.
"""

from typing import Any, Final

import msgspec
from socketio.packet import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Packet

HEARD: Final = "heard"
"""The one event that a client with this serializer ever triggers for a message. Its arguments:
the event's name (empty when refused), the payload, the frame, and why it was refused or empty."""

_ARGUMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_NAME: Final = msgspec.json.Decoder(str)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_MOST_ARGUMENTS: Final = 8
_LONGEST_ACK: Final = 20


class Frame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event as it came.

    Attributes:
        name: the event's name; empty when refused.
        payload: its last argument, JSON; empty when refused.
        data: the whole frame from its opening bracket, as it came.
        refused: why it was refused; empty when it was not.
        answers: the number of the request that it acknowledges; None for an event.
    """

    name: str
    payload: bytes
    data: bytes
    refused: str = ""
    answers: int | None = None


def read_event(data: bytes) -> Frame:
    """Return what `["name", ..., payload]` says; never raises.

    The payload is the last argument: some events carry a trace object before it.
    """
    try:
        arguments = _ARGUMENTS.decode(data)
        name = _NAME.decode(arguments[0]) if arguments else ""
    except RecursionError:
        return Frame(name="", payload=b"", data=data, refused="depth")
    except ValueError:  # msgspec's errors and UnicodeDecodeError
        return Frame(name="", payload=b"", data=data, refused="not-json")
    if not name or not 2 <= len(arguments) <= _MOST_ARGUMENTS:
        return Frame(name="", payload=b"", data=data, refused="not-an-event")
    return Frame(name=name, payload=bytes(arguments[-1]), data=data)


def event_of(rest: str) -> Frame:
    """Return what follows the type of an event's packet; never raises."""
    bracket = rest.find("[")
    if bracket == 0:
        return read_event(rest.encode())
    if rest.startswith("/"):
        return _refused("namespace", rest)
    # An acknowledgement asked for is not given: a client that only reads sends nothing.
    if not 0 < bracket <= _LONGEST_ACK or not rest[:bracket].isdecimal():
        return _refused("not-an-event", rest)
    return read_event(rest[bracket:].encode())


def answer_of(rest: str) -> Frame:
    """Return what follows the type of an acknowledgement's packet; never raises.

    The payload is its last argument, or empty where it has none.
    """
    bracket = rest.find("[")
    number = rest[: max(bracket, 0)]
    if not 0 < len(number) <= _LONGEST_ACK or not (number.isascii() and number.isdecimal()):
        return _refused("not-an-answer", rest)
    data = rest[bracket:].encode(errors="replace")
    try:
        arguments = _ARGUMENTS.decode(data)
    except RecursionError:
        return _refused("depth", rest)
    except ValueError:
        return _refused("not-json", rest)
    if len(arguments) > _MOST_ARGUMENTS:
        return _refused("not-an-answer", rest)
    payload = bytes(arguments[-1]) if arguments else b""
    return Frame(name="", payload=payload, data=data, answers=int(number))


class RugsPacket(Packet):  # type: ignore[misc]
    """A packet that never raises and never waits for attachments."""

    def __init__(
        self,
        packet_type: int = EVENT,
        data: object = None,
        namespace: str | None = None,
        id: int | None = None,  # noqa: A002 - the library's name
        binary: bool | None = None,  # noqa: FBT001 - the library's signature
        encoded_packet: object = None,
    ) -> None:
        super().__init__(packet_type, data, namespace, id, binary, encoded_packet)
        if packet_type == EVENT and self.data is None and not encoded_packet:
            self._take(_refused("empty", encoded_packet))

    def decode(self, encoded_packet: object) -> int:
        """Read a received frame; returns the number of attachments to wait for: none."""
        self.namespace = None
        self.data: object = None
        self.id = None
        if not isinstance(encoded_packet, str):
            binary = isinstance(encoded_packet, bytes | bytearray)
            self._take(_refused("binary" if binary else "not-an-event", encoded_packet))
            return 0
        kind, rest = encoded_packet[:1], encoded_packet[1:]
        if kind == str(EVENT):
            self._take(event_of(rest))
        elif rest.startswith("/"):
            self._take(_refused("namespace", encoded_packet))
        elif kind == str(ACK):
            self._take(answer_of(rest))
        elif kind in {str(CONNECT), str(DISCONNECT), str(CONNECT_ERROR)}:
            self.packet_type = int(kind)
            self.data = _object(rest)
        else:
            self._take(_refused("packet-type", encoded_packet))
        return 0

    def _take(self, frame: Frame) -> None:
        self.packet_type = EVENT
        self.data = [HEARD, frame]


def _refused(reason: str, data: object) -> Frame:
    if isinstance(data, str):
        data = data.encode(errors="replace")
    raw = bytes(data) if isinstance(data, bytes | bytearray) else repr(data)[:4096].encode()
    return Frame(name="", payload=b"", data=raw, refused=reason)


def _object(text: str) -> dict[str, Any] | None:
    try:
        return _OBJECT.decode(text) if text else None
    except (ValueError, RecursionError):
        return None
