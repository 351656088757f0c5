"""The two themes and their palettes: semantic colours, one name for each meaning."""

from typing import Final

import msgspec
from msgspec.structs import replace


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
    background="#0d1117",
    surface="#12171e",
    raised="#1d242d",
    text="#e6edf3",
    muted="#93a1b0",
    grid="#1f262e",
    up="#2ab19d",
    down="#fb9858",
    rug="#f84d71",
    live="#58e788",
    past="#a698ff",
    practice="#93c7ff",
    accent="#ffd166",
    warning="#ffb454",
    error="#ff7b72",
)

LIGHT: Final = Theme(
    name="light",
    background="#ffffff",
    surface="#f5f7f9",
    raised="#e6eaee",
    text="#15191e",
    muted="#4a5563",
    grid="#e2e6ea",
    up="#005648",
    down="#b62d00",
    rug="#8c0012",
    live="#1a7f37",
    past="#5d289b",
    practice="#0160ca",
    accent="#7a5200",
    warning="#8a5000",
    error="#b3261e",
)


THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT)}
"""Both themes, by name, in the palette that they begin with."""

_BLUE_ORANGE: Final = {
    "dark": {"up": "#3d7df2", "down": "#d66e1d"},
    "light": {
        "up": "#285aff",
        "down": "#cd3502",
        "rug": "#37081f",
        "live": "#0c3b1b",
        "past": "#521d9d",
        "practice": "#165869",
    },
}
_GREEN_RED: Final = {
    "dark": {"up": "#29b153", "down": "#fe292f", "rug": "#f63ab4"},
    "light": {"up": "#0e522e", "down": "#c81807", "rug": "#7a0050"},
}

OWN: Final = "teal-orange"
"""The palette that the themes begin with."""

PALETTES: Final = (OWN, "blue-orange", "orange-blue", "green-red", "red-green")
"""What rises and what falls, by the names of the two colours."""


def theme_of(name: str, palette: str = OWN) -> Theme:
    """Return a theme in a palette; a name that there is none of is the first one's.

    >>> theme_of("dark").up == DARK.up, theme_of("dark", "orange-blue").down
    (True, '#3d7df2')
    """
    theme = THEMES.get(name, DARK)
    if palette == OWN or palette not in PALETTES:
        return theme
    turned = palette in {"orange-blue", "red-green"}
    colours = (_BLUE_ORANGE if "blue" in palette else _GREEN_RED)[theme.name]
    made = replace(theme, name=f"{theme.name}, {palette}", **colours)
    return replace(made, up=made.down, down=made.up) if turned else made


def mixed(one: str, other: str, part: float) -> str:
    """Return `one` with `part` (0 to 1) of `other` in it; all as `#rrggbb`.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def faint(theme: Theme) -> str:
    """Return the colour of words on what cannot be pressed now."""
    return mixed(theme.muted, theme.surface, 0.4)
