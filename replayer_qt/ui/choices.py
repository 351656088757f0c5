"""How the market is looked at, as a person last chose it; kept at each choice."""

from typing import Final

from msgspec.structs import replace

from replayer_qt.core.settings import Settings
from replayer_qt.ui.layout_memory import LayoutMemory
from replayer_qt.ui.theme import DARK, THEMES
from replayer_qt.ui.view import Look

_STYLES: Final = frozenset({"candles", "line"})
_TICKS: Final = range(1, 1_001)
_KEYS: Final = {
    "theme": "theme",
    "style": "chart/style",
    "log_scale": "chart/log-scale",
    "ticks_per_candle": "chart/ticks-per-candle",
    "indicators": "chart/indicators",
    "events": "replay/events",
}


def sound_theme(name: str) -> str:
    """Return `name` if there is such a theme, else the dark one's."""
    return name if name in THEMES else DARK.name


def as_set(settings: Settings) -> Look:
    """Return the look that the settings ask for."""
    return Look(
        theme=sound_theme(settings.window.theme),
        style=settings.chart.style,
        log_scale=settings.chart.log_scale,
        ticks_per_candle=settings.chart.ticks_per_candle,
    )


def as_chosen(settings: Settings, memory: LayoutMemory) -> Look:
    """Return the look that was chosen last, or that is set where nothing sound was chosen."""
    look = as_set(settings)
    theme, style, log, ticks, indicators, events = (
        memory.chosen(key, _text(getattr(look, name))) for name, key in _KEYS.items()
    )
    return replace(
        look,
        theme=sound_theme(theme),
        style=style if style in _STYLES else look.style,
        log_scale=log == "yes" if log in {"yes", "no"} else look.log_scale,
        ticks_per_candle=_number(ticks, look.ticks_per_candle),
        indicators=indicators,
        events=events,
    )


def keep(settings: Settings, memory: LayoutMemory, name: str, look: Look) -> None:
    """Keep the choice of `name`, an attribute of `look`; what is of the moment is not kept."""
    if name not in _KEYS:
        return
    setting, chosen = getattr(as_set(settings), name), getattr(look, name)
    memory.keep_chosen(_KEYS[name], _text(setting), _text(chosen))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(text: str, otherwise: int) -> int:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return wanted if wanted in _TICKS else otherwise
