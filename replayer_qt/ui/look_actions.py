"""The rows on how everything looks: theme, palette, letters, privacy, and walking the chart."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.theme import PALETTES
from replayer_qt.ui.view import View

_MENU: Final = "Vie&w"


def _looks(attribute: str, *, value: object) -> Callable[[View], bool]:
    return lambda view: bool(getattr(view.look, attribute) == value)


def theme_rows() -> Iterator[ActionRow]:
    """Yield the rows that choose colours, letters, and whether money is seen."""
    for theme in ("dark", "light"):
        yield ActionRow(
            name=f"theme-{theme}", menu=_MENU, text=f"{theme.capitalize()} theme",
            tip=f"Use the {theme} colours.", call="set_theme", argument=theme,
            checked=_looks("theme", value=theme),
        )  # fmt: skip
    yield ActionRow(
        name="theme-other", menu=_MENU, text="&Other theme", keys=("Ctrl+T",), icon="theme",
        tip="Change between dark and light.", call="toggle_theme",
    )  # fmt: skip
    for palette in PALETTES:
        up, _, down = palette.partition("-")
        yield ActionRow(
            name=f"palette-{palette}", menu=f"{_MENU}/Pa&lette",
            text=f"{up.capitalize()} up, {down} down",
            tip=f"What rises is {up}, what falls is {down}; shapes and signs stay.",
            call="set_palette", argument=palette, checked=_looks("palette", value=palette),
        )  # fmt: skip
    yield from _letter_rows()
    yield ActionRow(
        name="private", menu=_MENU, text="&Hide money", keys=("Ctrl+H",),
        tip="Show every amount of money as dots; prices stay.", call="toggle_private",
        checked=_looks("private", value=True),
    )  # fmt: skip


def chart_rows() -> Iterator[ActionRow]:
    """Yield the rows on how the chart tells more."""
    yield ActionRow(
        name="hud", menu="&Chart", text="How the pro&gram does", keys=("H",), rule=True,
        tip="Frame, gap, feed, decode and recorder times in a corner of the chart.",
        call="toggle_hud", checked=_looks("hud", value=True),
    )  # fmt: skip

    yield from _walk_rows()


def _walk_rows() -> Iterator[ActionRow]:
    menu = "&Chart/&Point by point"
    steps = (
        ("back", "&Back", "Alt+Left", "walk", -1, "The point before this one, in words."),
        ("on", "&On", "Alt+Right", "walk", 1, "The point after this one, in words."),
        ("first", "To the &first", "Alt+Home", "walk_to", "first", "The first point, in words."),
        ("last", "To the &newest", "Alt+End", "walk_to", "last", "The newest point, in words."),
    )
    for name, text, key, verb, argument, words in steps:
        yield ActionRow(
            name=f"walk-{name}", menu=menu, text=text, keys=(key,), tip=words, call=verb,
            argument=argument, repeats=verb == "walk",
        )  # fmt: skip
    yield ActionRow(
        name="say-chart", menu=menu, text="&Say the chart", keys=("Alt+Up",), call="say_chart",
        tip="All of the chart in a few words, for screen readers.",
    )  # fmt: skip


def _letter_rows() -> Iterator[ActionRow]:
    menu = f"{_MENU}/&Letters"
    yield ActionRow(
        name="letters-larger", menu=menu, text="&Larger", keys=("Ctrl+=", "Ctrl++"), repeats=True,
        tip="Larger letters everywhere.", call="grow_letters", argument=1,
    )  # fmt: skip
    yield ActionRow(
        name="letters-smaller", menu=menu, text="&Smaller", keys=("Ctrl+-",), repeats=True,
        tip="Smaller letters everywhere.", call="grow_letters", argument=-1,
    )  # fmt: skip
    yield ActionRow(
        name="letters-normal", menu=menu, text="&Normal", keys=("Ctrl+0",),
        tip="Letters as large as they were made.", call="reset_letters",
        checked=_looks("letters", value=100),
    )  # fmt: skip
