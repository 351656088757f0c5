"""One captioned value, painted letter by letter: no rich text, no layout per frame."""

from math import ceil
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui.assets import MONO
from replayer_qt.ui.lettering import factor, lettered, scaled
from replayer_qt.ui.plain import clean, tip
from replayer_qt.ui.status import Badge, Word
from replayer_qt.ui.theme import DARK, Theme

_PAD: Final = 6
_HEIGHT: Final = 40
_HOLLOW: Final = frozenset({"ring", "hexagon"})
_VCENTRE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class Cell(QWidget):
    """A caption above a value, both elided to the room there is.

    Its size follows a sample, not the value, so that nothing moves while numbers do.
    """

    def __init__(
        self,
        caption: str,
        *,
        sample: str,
        least: str,
        points: int = 9,
        mono: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._caption = caption
        self._elide = elide
        self._word = Word(text="")
        self._theme = DARK
        self._family = MONO if mono else self.font().family()
        self._samples, self._points = (sample, least), points
        self._letter()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption)

    @property
    def word(self) -> Word:
        """What the cell says now."""
        return self._word

    @property
    def caption(self) -> str:
        """What stands above the value now."""
        return self._word.caption or self._caption

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._letter()
        self.update()

    def _letter(self) -> None:
        """Make fonts as large as letters are, and the room that they need."""
        self._small = lettered(self.font().family(), 7.5)
        self._large = lettered(self._family, self._points)
        self._unit = factor()
        metrics, small = QFontMetricsF(self._large), QFontMetricsF(self._small)
        caption_px = small.horizontalAdvance(self._caption.upper())
        self._wide, self._narrow = (
            ceil(max(metrics.horizontalAdvance(text), caption_px)) + 2 * _PAD
            for text in self._samples
        )
        self.updateGeometry()

    def say(self, word: Word) -> None:
        """Show `word`; the same word again costs nothing."""
        if word == self._word:
            return
        self._word = word
        self.setAccessibleName(f"{self.caption}: {clean(word.text)}")
        self.setToolTip(tip(word.tip or word.text))
        self.update()

    def shown_text(self) -> str:
        """Return the value as it is drawn, elided."""
        room = self.width() - 2 * _PAD
        metrics = QFontMetrics(self._large)
        return metrics.elidedText(clean(self._word.text), self._elide, room)

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._wide, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._narrow, scaled(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setFont(self._small)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QPointF(_PAD, 13 * self._unit), self.caption.upper())
        painter.setFont(self._large)
        painter.setPen(QColor(getattr(self._theme, self._word.colour)))
        painter.drawText(QPointF(_PAD, 32 * self._unit), self.shown_text())
        painter.setPen(QColor(self._theme.grid))
        painter.drawLine(self.width() - 1, 9, self.width() - 1, self.height() - 9)
        painter.end()


class BadgeCell(QWidget):
    """LIVE, PAST, PRACTICE VENUE or what else there is: a word, a colour and a shape."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = Badge(word="OFFLINE", shape="ring", colour="muted")
        self._theme = DARK
        self._letter()
        self.setAccessibleName("Market: OFFLINE")

    @property
    def badge(self) -> Badge:
        """What the badge says now."""
        return self._badge

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._letter()
        self.update()

    def _letter(self) -> None:
        self._font = lettered(self.font().family(), 8.0)
        width = QFontMetrics(self._font).horizontalAdvance("PRACTICE VENUE") + 42
        self.setFixedSize(width, scaled(_HEIGHT))

    def say(self, badge: Badge) -> None:
        """Show `badge`."""
        if badge == self._badge:
            return
        self._badge = badge
        self.setAccessibleName(f"Market: {badge.word}")
        self.setToolTip(tip(badge.tip))
        self.update()

    # Qt's names from here on.

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme, self._badge.colour))
        hollow = self._badge.shape in _HOLLOW
        pill = QRectF(5.5, 7.5, self.width() - 11, self.height() - 15)
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
        painter.drawRoundedRect(pill, 6, 6)
        ink = colour if hollow else QColor(self._theme.background)
        painter.setPen(ink)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
        painter.setFont(self._font)
        words = painter.fontMetrics().horizontalAdvance(self._badge.word)
        left = (pill.width() - words + 16) / 2
        draw_shape(painter, self._badge.shape, QPointF(pill.left() + left - 11, pill.center().y()))
        painter.setPen(ink)
        painter.drawText(pill.adjusted(left, 0, 0, 0), _VCENTRE, self._badge.word)
        painter.end()


def draw_shape(painter: QPainter, shape: str, at: QPointF) -> None:
    """Draw a badge's shape around a point, with the painter's pen and brush."""
    if shape in {"disc", "ring"}:
        painter.drawEllipse(at, 4, 4)
        return
    points = {
        "diamond": ((0, -5), (5, 0), (0, 5), (-5, 0)),
        "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        "triangle": ((-5, 0), (4, -5), (4, 5)),
        "hexagon": ((-5, 0), (-2.5, -4.5), (2.5, -4.5), (5, 0), (2.5, 4.5), (-2.5, 4.5)),
    }[shape]
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in points]))
