"""The newest order's hops on a line, with the time that each took."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui.last_order import HopMark, LastOrder
from replayer_qt.ui.lettering import factor, lettered, scaled
from replayer_qt.ui.plain import clean, tip
from replayer_qt.ui.theme import DARK, Theme

_HEIGHT: Final = 62
_LINE_Y: Final = 28
_PAD: Final = 8
_DOT: Final = 4
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class HopStrip(QWidget):
    """A picture, not a sentence; why an order came to nothing stands above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._order: LastOrder | None = None
        self._small = lettered(self.font().family(), 7.5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Last order: none yet")

    @property
    def order(self) -> LastOrder | None:
        """What is shown."""
        return self._order

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._small = lettered(self.font().family(), 7.5)
        self.updateGeometry()
        self.update()

    def say(self, order: LastOrder | None) -> None:
        """Show an order; the same again costs nothing."""
        if order == self._order:
            return
        self._order = order
        words = "none yet" if order is None else _in_words(order)
        self.setAccessibleName(clean(f"Last order: {words}"))
        self.setToolTip(tip(words))
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(240, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(160, scaled(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small)
        order, theme = self._order, self._theme
        painter.setPen(QColor(theme.muted))
        head = "LAST ORDER" if order is None else f"LAST ORDER  {order.what}"
        painter.drawText(QPointF(_PAD, 12 * factor()), head)
        if order is None:
            painter.end()
            return
        if order.why:
            left = _PAD + painter.fontMetrics().horizontalAdvance(head) + 10
            room = self.width() - left - _PAD
            right = Qt.TextElideMode.ElideRight
            why = QFontMetrics(self._small).elidedText(clean(order.why), right, room)
            painter.setPen(QColor(getattr(theme, order.hops[-1].colour)))
            painter.drawText(QPointF(left, 12 * factor()), why)
        self._draw_hops(painter, order.hops)
        painter.end()

    def _draw_hops(self, painter: QPainter, hops: tuple[HopMark, ...]) -> None:
        theme, line, high = self._theme, scaled(_LINE_Y), scaled(12)
        step = (self.width() - 2 * _PAD) / max(5, len(hops))
        xs = [_PAD + step * (place + 0.5) for place in range(len(hops))]
        painter.setPen(QColor(theme.muted))
        painter.drawLine(QPointF(xs[0], line), QPointF(xs[-1], line))
        for x, hop in zip(xs, hops, strict=True):
            colour = QColor(getattr(theme, hop.colour))
            painter.setPen(colour)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, line), _DOT, _DOT)
            box = QRectF(x - step / 2, line + 6, step, high)
            painter.drawText(box, _CENTRE, hop.name)
            painter.setPen(QColor(theme.muted))
            painter.drawText(box.translated(0, high), _CENTRE, hop.when)


def _in_words(order: LastOrder) -> str:
    hops = ", ".join(f"{hop.name} {hop.when}".strip() for hop in order.hops)
    return f"{order.what}: {hops}. {order.every}".strip()
