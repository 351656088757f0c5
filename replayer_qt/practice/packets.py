"""What clients send, read so that nothing in a message can break its being read."""

import json
from typing import Any, Final

from socketio import packet

UNREADABLE: Final = [""]
DIGITS: Final = 100


class Reader:
    """The JSON of what clients send; it takes the place of a module."""

    @staticmethod
    def loads(text: str) -> Any:
        """Return the value in `text`, or a message without a name if it holds none.

        Numbers of more than 100 digits become infinite.
        """
        try:
            return json.loads(text, parse_int=_integer)
        except (ValueError, RecursionError):
            return UNREADABLE

    @staticmethod
    def dumps(value: object, **how: Any) -> str:
        """Return `value` as JSON."""
        return json.dumps(value, **how)


class ClientPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A Socket.IO packet whose event is always a list that begins with something."""

    data: Any
    json = Reader

    def decode(self, encoded_packet: str) -> int:
        """Read a packet and return how many binary attachments follow it.

        Raises:
            ValueError: it is no packet.
        """
        attachments: int = super().decode(encoded_packet)
        if self.packet_type == packet.EVENT and not (isinstance(self.data, list) and self.data):
            self.data = UNREADABLE
        return attachments


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS else float("inf")
