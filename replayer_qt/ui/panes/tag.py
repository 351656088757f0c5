"""A small badge: what kind of market a pane shows, by word, colour and shape."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui.lettering import lettered, scaled
from replayer_qt.ui.panels.cell import draw_shape
from replayer_qt.ui.plain import tip
from replayer_qt.ui.status import Badge
from replayer_qt.ui.theme import DARK, Theme

_HEIGHT: Final = 20
_HOLLOW: Final = frozenset({"ring", "hexagon"})


class Tag(QWidget):
    """One badge on one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = Badge(word="OFFLINE", shape="ring", colour="muted")
        self._theme = DARK
        self._letter()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Shown: OFFLINE")

    @property
    def badge(self) -> Badge:
        """What it says."""
        return self._badge

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._letter()
        self.update()

    def _letter(self) -> None:
        self._font = lettered(self.font().family(), 7.5, bold=True)
        self.updateGeometry()

    def say(self, badge: Badge) -> None:
        """Show `badge`; the same again costs nothing."""
        if badge == self._badge:
            return
        self._badge = badge
        self.setAccessibleName(f"Shown: {badge.word}")
        self.setToolTip(tip(badge.tip))
        self.updateGeometry()
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(
            QFontMetrics(self._font).horizontalAdvance(self._badge.word) + 28, scaled(_HEIGHT)
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme, self._badge.colour))
        hollow = self._badge.shape in _HOLLOW
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)
        ink = colour if hollow else QColor(self._theme.background)
        painter.setPen(ink)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
        draw_shape(painter, self._badge.shape, QPointF(12, self.height() / 2))
        painter.setFont(self._font)
        room = QRectF(22, 0, self.width() - 24, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._badge.word)
        painter.end()
