"""How an indicator looks: its colour and its stroke, and how that is kept as text."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from PySide6.QtGui import QColor

from replayer_qt.core.indicators.catalogue import KINDS, MOST, Chosen, Place, chosen, usual

COLOURS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "blue": ("#6cb6ff", "#0059b3"),
        "amber": ("#f0b400", "#7d5200"),
        "violet": ("#c79bff", "#6a2bb5"),
        "grey": ("#c9d1d9", "#4a5563"),
        "pink": ("#ff9bd5", "#a8136f"),
        "sky": ("#84dcf5", "#00667d"),
    }
)
"""The colours that are offered: on a dark ground, and on a light one."""

_DASHED: Final = "dashed"
_BETWEEN: Final = ";"
_LONGEST: Final = 2_000


class Shown(msgspec.Struct, frozen=True):
    """An indicator as a person wants to see it; as text like `sma:20@blue,dashed`.

    Attributes:
        chosen: which one, with its parameters.
        colour: a name in `COLOURS`.
        dashed: whether its line is broken.
    """

    chosen: Chosen
    colour: str = "blue"
    dashed: bool = False

    def text(self) -> str:
        """Return it as text that `shown` understands."""
        return f"{self.chosen.text()}@{self.colour}{',' + _DASHED if self.dashed else ''}"

    def on(self, ground: QColor) -> QColor:
        """Return its colour on a ground, a dark or a light one."""
        dark, light = COLOURS[self.colour]
        return QColor(dark if ground.lightness() < 128 else light)


def shown(text: str) -> Shown | None:
    """Return what a text names; None where it names nothing that there is."""
    name, _, style = text.partition("@")
    colour, _, stroke = style.partition(",")
    found = chosen(name)
    if found is None or colour not in COLOURS or stroke not in {"", _DASHED}:
        return None
    return Shown(found, colour, stroke == _DASHED)


def all_shown(text: str) -> tuple[Shown, ...]:
    """Return all that a text names, `MOST` at most; what names nothing is passed over."""
    parts = text[:_LONGEST].split(_BETWEEN)
    found = (shown(part) for part in parts)
    return tuple(one for one in found if one is not None)[:MOST]


def text_of(every: Iterable[Shown]) -> str:
    """Return indicators as text that `all_shown` understands."""
    return _BETWEEN.join(one.text() for one in every)


def another(kind: str, beside: Iterable[Shown]) -> Shown:
    """Return an indicator of a kind with the usual parameters, in a colour not used beside it."""
    used = [one.colour for one in beside if _is_line(one)]
    colour = min(COLOURS, key=lambda name: (used.count(name), list(COLOURS).index(name)))
    return Shown(usual(kind), colour)


def _is_line(one: Shown) -> bool:
    return KINDS[one.chosen.kind].place is not Place.WORDS
