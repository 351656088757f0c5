"""The theme's colours as the chart's brushes, pens and colours, made once a theme."""

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from replayer_qt.ui.theme import Theme, mixed

_FADED: Final = ("up", "down", "rug", "live", "accent", "warning")


class Palette:
    """What the chart paints with.

    Attributes:
        name: the theme's name; two palettes of one name paint alike.
    """

    def __init__(self, theme: Theme) -> None:
        self.name = theme.name
        ground = theme.background
        self.background = QColor(ground)
        self.veil = QColor(ground)
        self.veil.setAlpha(208)
        self.grid = QColor(theme.grid)
        self.one = QColor(mixed(ground, theme.muted, 0.55))
        self.edge = QColor(mixed(ground, theme.muted, 0.35))
        self.text = QColor(theme.text)
        self.muted = QColor(theme.muted)
        self.up = QBrush(QColor(theme.up))
        self.down = QBrush(QColor(theme.down))
        self.hollow = QBrush(QColor(mixed(ground, theme.up, 0.22)))
        self.line = QColor(theme.live)
        self.area = QBrush(QColor(mixed(ground, theme.live, 0.09)))
        self.before = QColor(mixed(ground, theme.practice, 0.05))
        self.after = QColor(mixed(ground, theme.rug, 0.09))
        self.gap = QBrush(QColor(mixed(ground, theme.warning, 0.4)), Qt.BrushStyle.BDiagPattern)
        self.last = QColor(theme.accent)
        self.last_line = QColor(mixed(ground, theme.accent, 0.5))
        self.rug = QColor(theme.rug)
        self.rug_line = QColor(mixed(ground, theme.rug, 0.6))
        self.cross = QColor(mixed(ground, theme.muted, 0.8))
        self.box = QColor(theme.raised)
        self.on_colour = QColor(ground)

    @classmethod
    def pair(cls, theme: Theme) -> "tuple[Palette, Palette]":
        """Return what the running round is painted with, and what one that is gone by is."""
        return cls(theme), cls(_faded(theme))

    def line_pen(self, width: float) -> QPen:
        """Return the pen of the price line, `width` wide [px]."""
        pen = QPen(self.line, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap if width > 1 else Qt.PenCapStyle.FlatCap)
        return pen


def _faded(theme: Theme) -> Theme:
    colours = {name: mixed(getattr(theme, name), theme.background, 0.65) for name in _FADED}
    return replace(theme, name=f"{theme.name}, faded", **colours)
