"""Any text as text that every database and encoder takes, and back again."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

Value = TypeVar("Value")

_ESCAPE: Final = "\ufdd0"
_ESCAPE_BYTES: Final = _ESCAPE.encode()
_AWKWARD: Final = re.compile("[\x00\ud800-\udfff\ufdd0]")
_ESCAPED: Final = re.compile("\ufdd0([0-9a-f]{4})")


def storable(text: str) -> str:
    """Return the text with what is no Unicode, and with zero bytes, spelled out.

    Names of files and of rounds may hold both; `unstored` gives back what they were.
    """
    if text.isascii() and "\0" not in text:
        return text
    return _AWKWARD.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", text)


def unstored(text: str) -> str:
    """Return what `storable` was given."""
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def folded(text: str) -> str:
    """Return the text as it is compared: in any case, and however its accents are spelled."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def to_json(value: object) -> bytes:
    """Return a value as JSON, whatever its texts hold; `from_json` gives it back."""
    try:
        told = msgspec.json.encode(value)
    except UnicodeEncodeError:
        told = _ESCAPE_BYTES
    if _ESCAPE_BYTES not in told:
        return told
    return msgspec.json.encode(_each_text(msgspec.to_builtins(value), storable))


def from_json(told: bytes, kind: type[Value]) -> Value:
    """Return the value of `to_json`.

    Raises:
        msgspec.MsgspecError: it is something else.
    """
    if _ESCAPE_BYTES not in told:
        return msgspec.json.decode(told, type=kind)
    return msgspec.convert(_each_text(msgspec.json.decode(told), unstored), kind)


def _each_text(value: object, change: Callable[[str], str]) -> object:
    """The same value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(each, change) for each in value]
    return value
