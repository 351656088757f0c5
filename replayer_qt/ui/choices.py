"""How the market is looked at, as a person last chose it; kept at each choice."""

from typing import Final

from msgspec.structs import replace

from replayer_qt.core.settings import Settings
from replayer_qt.ui.layout_memory import LayoutMemory
from replayer_qt.ui.theme import DARK, OWN, PALETTES, THEMES
from replayer_qt.ui.view import Look

_STYLES: Final = frozenset({"candles", "line"})
_TICKS: Final = range(1, 1_001)
_LETTERS: Final = range(80, 201)
_AMOUNT_LONG: Final = 12
_AMOUNT_MOST: Final = 1_000.0
_KEYS: Final = {
    "theme": "theme",
    "style": "chart/style",
    "log_scale": "chart/log-scale",
    "ticks_per_candle": "chart/ticks-per-candle",
    "indicators": "chart/indicators",
    "events": "replay/events",
    "palette": "palette",
    "letters": "letters",
    "private": "private",
    "own_marks": "chart/own-marks",
    "trade_marks": "chart/trade-marks",
    "trades_from": "chart/trades-from",
}


def sound_theme(name: str) -> str:
    """Return `name` if there is such a theme, else the dark one's."""
    return name if name in THEMES else DARK.name


def sound_palette(name: str) -> str:
    """Return `name` if there is such a palette, else the first one's."""
    return name if name in PALETTES else OWN


def as_set(settings: Settings) -> Look:
    """Return the look that the settings ask for."""
    return Look(
        theme=sound_theme(settings.window.theme),
        style=settings.chart.style,
        log_scale=settings.chart.log_scale,
        ticks_per_candle=settings.chart.ticks_per_candle,
        palette=settings.window.palette,
        letters=settings.window.letters,
        private=settings.window.private,
        trades_from=settings.chart.trades_from_sol,
    )


def as_chosen(settings: Settings, memory: LayoutMemory) -> Look:
    """Return the look that was chosen last, or that is set where nothing sound was chosen."""
    look = as_set(settings)
    theme, style, log, ticks, indicators, events, palette, letters, private, *marks = (
        memory.chosen(key, _text(getattr(look, name))) for name, key in _KEYS.items()
    )
    return replace(
        look,
        theme=sound_theme(theme),
        style=style if style in _STYLES else look.style,
        log_scale=_truth(log, look.log_scale),
        ticks_per_candle=_number(ticks, look.ticks_per_candle, _TICKS),
        indicators=indicators,
        events=events,
        palette=sound_palette(palette),
        letters=_number(letters, look.letters, _LETTERS),
        private=_truth(private, look.private),
        own_marks=_truth(marks[0], look.own_marks),
        trade_marks=_truth(marks[1], look.trade_marks),
        trades_from=_amount(marks[2], look.trades_from),
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


def _truth(text: str, otherwise: bool) -> bool:  # noqa: FBT001  # a value, not a switch
    return text == "yes" if text in {"yes", "no"} else otherwise


def _amount(text: str, otherwise: float) -> float:
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= _AMOUNT_LONG
    return min(float(text), _AMOUNT_MOST) if plain else otherwise


def _number(text: str, otherwise: int, known: range) -> int:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return wanted if wanted in known else otherwise
