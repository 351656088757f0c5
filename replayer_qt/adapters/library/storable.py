"""Any text as text that every database and encoder takes, and back again."""

import re
from typing import Final

_ESCAPE: Final = "\ufdd0"
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
