"""How the charts of a window are arranged: which panes there are, the strip, the crosshair."""

from typing import Final

import msgspec

PANES_MOST: Final = 4

WINDOW: Final = "window"
"""What the window looks at."""
LIVE: Final = "live"
"""The running market."""
REPLAY: Final = "replay"
"""The recording that is open."""
BEFORE: Final = "before"
"""The round before the running one."""

_NAME_MOST: Final = 200
_STRIPS: Final = range(1, 100)


class Source(msgspec.Struct, frozen=True):
    """What a pane shows.

    Attributes:
        kind: `WINDOW`, `LIVE`, `REPLAY`, `BEFORE`; empty for the round that is named.
        stream: of that round.
        round_id: its name; it is kept though the round may be gone next time: the pane says so.
    """

    kind: str = WINDOW
    stream: str = ""
    round_id: str = ""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """One arrangement.

    Attributes:
        extra: what the panes beside the main chart show, in order; at most three.
        tabs: whether panes are tabs, not a grid.
        by_time: whether the crosshair is shared by time, not by tick.
        overview: whether the strip under the chart is wanted.
        by_session: whether that shows all rounds that are kept.
        strips: which part the strips of indicators have of chart and strips [%]; 0: the usual one.
    """

    extra: tuple[Source, ...] = ()
    tabs: bool = False
    by_time: bool = False
    overview: bool = True
    by_session: bool = False
    strips: int = 0


def written(arrangement: Arrangement) -> str:
    """Return an arrangement as a text that `read` understands."""
    return msgspec.json.encode(arrangement).decode()


def read(text: object) -> Arrangement:
    """Return what was written; the first arrangement for anything else."""
    try:
        known = msgspec.json.decode(text if isinstance(text, str) else "", type=Arrangement)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return Arrangement()
    extra = tuple(each for each in known.extra if _is_sound(each))
    strips = known.strips if known.strips in _STRIPS else 0
    return msgspec.structs.replace(known, extra=extra[: PANES_MOST - 1], strips=strips)


def _is_sound(source: Source) -> bool:
    if source.kind:
        return source.kind in {WINDOW, LIVE, REPLAY, BEFORE}
    return all(0 < len(name) <= _NAME_MOST for name in (source.stream, source.round_id))
