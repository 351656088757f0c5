"""The rows of the Draw menu: tools, undoing, colours, and what drawings belong to."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.core.drawings import Hue, Shape
from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.view import View

_MENU: Final = "&Chart/&Draw"
_TOOLS: Final = (
    ("", "&Choose and move", "Esc", "Lay the tool down; take drawings by hand."),
    (Shape.LEVEL, "&Horizontal line", "Shift+H", "A line at one price."),
    (Shape.TREND, "&Trend line", "Shift+T", "A line from one place to another."),
    (Shape.RAY, "Ra&y", "Shift+Y", "A line from one place through another and on."),
    (Shape.BOX, "&Rectangle", "Shift+Q", "A box over ticks and prices."),
    (Shape.MEASURE, "&Measure", "Shift+U", "Ticks, time and share between two places."),
    (Shape.TEXT, "Te&xt…", "Shift+X", "Words at a place."),
)


def _holds(shape: str) -> Callable[[View], bool]:
    return lambda view: view.look.tool == shape


def _has_hue(hue: Hue) -> Callable[[View], bool]:
    return lambda view: view.look.hue == hue


def drawing_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    for shape, text, key, sentence in _TOOLS:
        yield ActionRow(
            name=f"draw-{shape or 'choose'}", menu=_MENU, text=text, keys=(key,), call="draw",
            tip=sentence, argument=str(shape), checked=_holds(str(shape)),
        )  # fmt: skip
    yield ActionRow(
        name="draw-undo", menu=_MENU, text="&Undo", keys=("Ctrl+Z",), rule=True,
        tip="Take back the last change to the drawings.", call="draw_undo",
    )  # fmt: skip
    yield ActionRow(
        name="draw-redo", menu=_MENU, text="Red&o", keys=("Ctrl+Shift+Z",),
        tip="Do again what was taken back.", call="draw_redo",
    )  # fmt: skip
    yield ActionRow(
        name="draw-delete", menu=_MENU, text="&Delete", keys=("Del",),
        tip="Delete the drawing that is chosen.", call="draw_delete",
    )  # fmt: skip
    yield ActionRow(
        name="draw-clear", menu=_MENU, text="Delete &all of this round",
        tip="Delete every drawing of this round; undo brings them back.", call="draw_clear",
    )  # fmt: skip
    yield ActionRow(
        name="draw-snap", menu=_MENU, text="&Snap to prices", rule=True,
        tip="Let prices close by draw the hand to them.", call="draw_snap",
        checked=lambda view: view.look.snap,
    )  # fmt: skip
    yield ActionRow(
        name="draw-venue-wide", menu=_MENU, text="On &every round of the venue",
        tip="Show what is chosen, and what is drawn next, on every round of its venue.",
        call="draw_venue_wide", checked=lambda view: view.look.venue_wide,
    )  # fmt: skip
    for hue in Hue:
        yield ActionRow(
            name=f"draw-{hue}", menu=f"{_MENU}/Co&lour", text=f"&{hue.capitalize()}",
            tip=f"Colour what is chosen, and what is drawn next, {hue}.", call="draw_hue",
            argument=str(hue), checked=_has_hue(hue),
        )  # fmt: skip
