"""The quick way to read a journal that is byte for byte what its writer closed."""

import math
from typing import Final

import msgspec
from crc32c import crc32c

from replayer_qt.adapters.journal.format import (
    RECOVERED,
    Footer,
    is_sound,
    read_footer,
    read_header,
)
from replayer_qt.adapters.journal.screen import is_finite
from replayer_qt.core.events import (
    EventsShed,
    JournalEvent,
    PriceTicked,
    TimerTicked,
)

WHOLE_LIMIT: Final = 128 * 1024 * 1024
"""The largest file that is read in one piece [bytes]."""

_EVENTS: Final[msgspec.json.Decoder[JournalEvent]] = msgspec.json.Decoder(
    JournalEvent, strict=False
)
_ENDS: Final = frozenset({"closed", "continued", "stopped", RECOVERED})


def read_whole(data: bytes) -> tuple[list[JournalEvent], str] | None:
    """Return the events of a journal that there is nothing to be said about, and how it ended.

    One checksum over the whole file stands for those of its lines. Where it fails, or the file
    tells of losses, None is returned: the careful reader then says what there is to say. Never
    raises.
    """
    try:
        found = sound_body(data)
        if found is None:
            return None
        first, last, footer = found
        events = _EVENTS.decode_lines(memoryview(data)[first:last])
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
        return None
    plain = len(events) == footer.n and all(map(_is_plain, events))
    return (events, footer.end) if plain else None


def sound_body(data: bytes) -> tuple[int, int, Footer] | None:
    """Return where a journal's records begin and end, but for the last line break; its footer.

    None unless header, footer and the checksum over everything are sound, and it ended well.

    Raises:
        msgspec.MsgspecError: header or footer are none.
    """
    head = data.find(b"\n") + 1
    foot = data.rfind(b"\n", 0, -1) + 1
    if not (0 < head <= foot and data.endswith(b"\n")):
        return None
    if not (is_sound(data[: head - 1]) and is_sound(data[foot:-1])):
        return None
    footer = read_footer(data[foot:-1])
    read_header(data[: head - 1])
    if footer.end not in _ENDS or crc32c(memoryview(data)[:foot]) != footer.crc:
        return None
    return head, foot - 1, footer


def _is_plain(event: JournalEvent) -> bool:
    if type(event) is PriceTicked:
        return math.isfinite(event.price)
    if isinstance(event, TimerTicked):
        return True
    return not isinstance(event, EventsShed) and is_finite(event)
