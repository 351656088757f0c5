"""The band that tells by word, colour and shape whose money the ticket spends."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui.arming import NO_ACCOUNT
from replayer_qt.ui.lettering import lettered, scaled
from replayer_qt.ui.panels.cell import draw_shape
from replayer_qt.ui.plain import tip
from replayer_qt.ui.status import Badge, Word
from replayer_qt.ui.theme import DARK, Theme

_HEIGHT: Final = 24
_PAD: Final = 10
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class ModeBand(QWidget):
    """As wide as the ticket; on its right how far it is armed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._badge = NO_ACCOUNT
        self._state = Word(text="")
        self._bold = lettered(self.font().family(), 9.5, bold=True)
        self.setAccessibleName(f"Money: {NO_ACCOUNT.word}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def badge(self) -> Badge:
        """Whose money."""
        return self._badge

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._bold = lettered(self.font().family(), 9.5, bold=True)
        self.updateGeometry()
        self.update()

    def say(self, badge: Badge, state: Word) -> None:
        """Show whose money it is and how far it is armed."""
        if (badge, state) == (self._badge, self._state):
            return
        self._badge, self._state = badge, state
        self.setAccessibleName(f"Money: {badge.word}, {state.text}")
        self.setToolTip(tip(badge.tip))
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(200, scaled(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme, self._badge.colour))
        hollow = self._badge.shape == "ring"
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
        painter.drawRect(box)
        ink = colour if hollow else QColor(self._theme.background)
        painter.setPen(ink)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
        draw_shape(painter, self._badge.shape, QPointF(_PAD + 5, box.center().y()))
        painter.setFont(self._bold)
        words = box.adjusted(_PAD + 18, 0, -_PAD, 0)
        painter.drawText(words, _LEFT, self._badge.word)
        painter.drawText(words, _RIGHT, self._state.text)
        painter.end()
