"""The two themes: semantic colours, one name for each meaning."""

from typing import Final

import msgspec


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Colours by meaning, as `#rrggbb`.

    Attributes:
        background: behind the chart.
        surface: behind panels.
        raised: behind buttons and headers.
        text: words and numbers.
        muted: words that matter less; still readable on each surface.
        grid: the chart's lines.
        up: a price that rose.
        down: a price that fell.
        rug: the end of a round.
        live: the running market.
        past: a recording.
        practice: the practice exchange.
        accent: what is chosen, and the last price's line.
        warning: something a person should know.
        error: something that failed.
    """

    name: str
    background: str
    surface: str
    raised: str
    text: str
    muted: str
    grid: str
    up: str
    down: str
    rug: str
    live: str
    past: str
    practice: str
    accent: str
    warning: str
    error: str


DARK: Final = Theme(
    name="dark",
    background="#0e1116",
    surface="#161b22",
    raised="#21262d",
    text="#e6edf3",
    muted="#9aa7b4",
    grid="#242b33",
    up="#3fb6a8",
    down="#ff8c5a",
    rug="#ff5470",
    live="#4ade80",
    past="#c4a1ff",
    practice="#5cc8ff",
    accent="#ffd166",
    warning="#ffb454",
    error="#ff7b72",
)

LIGHT: Final = Theme(
    name="light",
    background="#ffffff",
    surface="#f6f8fa",
    raised="#e7ebef",
    text="#15191e",
    muted="#4d5866",
    grid="#e2e6ea",
    up="#00796b",
    down="#b84300",
    rug="#b00028",
    live="#1a7f37",
    past="#6f42c1",
    practice="#005cc5",
    accent="#7a5200",
    warning="#8a5000",
    error="#b3261e",
)
