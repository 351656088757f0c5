"""What a hostile or broken server might send: the texts behind the fault switches."""

from collections.abc import Mapping
from typing import Final

from replayer_qt.practice.wire import BINARY, TEXT, frame

# JSON texts, put where a price should be
PRICES: Final[Mapping[str, str]] = {
    "nan": "NaN",
    "inf": "Infinity",
    "-inf": "-Infinity",
    "overflow": "1e999",
    "negative": "-1.5",
    "zero": "0",
    "absurd": "1e300",
    "digits": "9" * 5_000,
    "string": '"1.5"',
    "wide": '"\uff11.\uff15"',
    "null": "null",
    "true": "true",
    "list": "[1.5]",
    "object": '{"price":1.5}',
}

NAMES: Final[Mapping[str, str]] = {
    "table": "<table><tr><td>" * 16 + "x",
    "image": '<img src="file:///etc/passwd">',
    "link": '<a href="file:///etc/passwd">click</a>',
    "control": "a\x00b\x07c\x1b[2J\x1b[31mred\x7f",
    "lines": "Bob\nERROR filled\r\nx\u2028y\u2029z",
    "bidi": "\u202egnp.exe\u202c\u2066abc\u2069",
    "long": "W" * 100_000,
    "combining": "a" + "\u0301" * 5_000,
    "surrogate": "@@surrogate@@",
    "empty": "",
}

# whole frames as they stand on the connection
_GARBAGE: Final[Mapping[str, bytes]] = {
    "text": frame(TEXT, b"garbage that is no packet"),
    "json": frame(TEXT, b'42["gameStateUpdate",{"active":tru'),
    "truncated": frame(TEXT, b'42["gameStateUpdate",{"gameId":"'),
    "number": frame(TEXT, b'42"gameStateUpdate"'),
    "object": frame(TEXT, b'42{"gameStateUpdate":1}'),
    "empty": frame(TEXT, b"42[]"),
    "nameless": frame(TEXT, b"42[null,{}]"),
    "type": frame(TEXT, b"9"),
    "packet": frame(TEXT, b"49[]"),
    "namespace": frame(TEXT, b'42/nowhere,["gameStateUpdate",{}]'),
    "ack": frame(TEXT, b"43999[{}]"),
    "utf8": frame(TEXT, b'42["gameStateUpdate","\xff\xfe\xc3"]'),
    "reserved": frame(TEXT, b"2", reserved=True),
    "opcode": frame(0xB, b"?"),
    "half": frame(TEXT, b"42[" + b" " * 60_000)[:100],
    "noise": bytes(range(255, 0, -7)),
}


def garbage(kind: str) -> bytes | None:
    """Return a malformed frame; None for a kind that is not known."""
    return _GARBAGE.get(kind)


def garbage_kinds() -> tuple[str, ...]:
    """Return the names of all kinds of malformed frames."""
    return tuple(_GARBAGE)


def bad_placeholder() -> bytes:
    """Return a binary event whose placeholder names an attachment that does not exist.

    It has made Socket.IO clients deaf for good, with the connection up.
    """
    announced = b'451-["gameStateUpdate",{"_placeholder":true,"num":7}]'
    return frame(TEXT, announced) + frame(BINARY, b"\x00\x01\x02")


def oversized(event: str, size: int) -> str:
    """Return a valid event packet of about `size` bytes."""
    return f'2["{event}",{{"gameId":"{"x" * size}"}}]'


def bomb(event: str, depth: int) -> str:
    """Return an event packet with arrays nested `depth` deep."""
    return f'2["{event}",{"[" * depth}{"]" * depth}]'


def spoil(packet: str) -> str:
    """Return `packet` with its marks replaced by what no encoder would write."""
    for kind, text in PRICES.items():
        packet = packet.replace(f'"{mark(kind)}"', text)
    return packet.replace("@@surrogate@@", "\\ud800")


def mark(kind: str) -> str:
    """Return the mark that `spoil` replaces by the price of this kind."""
    return f"@@{kind}@@"
