"""Finds ticks in the lines of one frame of a packed recording, whoever wrote them."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import is_sound
from replayer_qt.core import codec
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.units import RoundId

_OURS: Final = re.compile(
    rb'^\{"seq":\d+,"ev":"PriceTicked",.*?"round_id":("(?:[^"\\]|\\.)*"),"tick":(\d{1,18}),.*$',
    re.MULTILINE,
)
_TEXT: Final = msgspec.json.Decoder(str)


def tick_spans(content: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield each round that has ticks in some lines of a journal, its first and its last tick."""
    spans: dict[bytes, tuple[int, int]] = {}
    for found in _OURS.finditer(content):
        tick = int(found[2])
        low, high = spans.get(found[1], (tick, tick))
        spans[found[1]] = (min(low, tick), max(high, tick))
    for name, (low, high) in spans.items():
        try:
            yield _TEXT.decode(name), low, high
        except (msgspec.MsgspecError, ValueError):
            continue


def tick_in(content: bytes, round_id: RoundId | None, tick: int) -> PriceTicked | None:
    """Return the first sound record of a tick in some lines of a journal, if there is one."""
    for line in _lines_with(content, b'"tick":%d,' % tick):
        if not (line.startswith(b'{"seq":') and is_sound(line)):
            continue
        try:
            event = codec.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        if not isinstance(event, PriceTicked) or event.tick != tick:
            continue
        if round_id in {None, event.round_id}:
            return event
    return None


def _lines_with(content: bytes, wanted: bytes) -> Iterator[bytes]:
    end = 0
    while (at := content.find(wanted, end)) >= 0:
        begin = content.rfind(b"\n", 0, at) + 1
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        yield content[begin:end]
