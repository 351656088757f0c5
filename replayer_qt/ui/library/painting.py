"""Paints the cells of the table of rounds: words, sparklines, badges, chips and stars."""

from collections import OrderedDict
from collections.abc import Sequence
from math import ceil
from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QStaticText,
    QTransform,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replayer_qt.core.library import LibraryRound, RoundEntry
from replayer_qt.ui.models.library_columns import Drawn, RoundColumn
from replayer_qt.ui.models.library_rows import WAITING, LibraryRows
from replayer_qt.ui.panels.cell import draw_shape
from replayer_qt.ui.plain import clean
from replayer_qt.ui.theme import DARK, Theme, mixed

Index = QModelIndex | QPersistentModelIndex

_TEXT: Final = Drawn.TEXT
_SPARK: Final = Drawn.SPARK
_PAD: Final = 6
_CROSS: Final = 2.5
_DOT: Final = 2.0
_CHIP_LETTERS: Final = 24
_SELECTED: Final = QStyle.StateFlag.State_Selected.value
_FOCUSED: Final = QStyle.StateFlag.State_HasFocus.value
_SPARKS_KEPT: Final = 512
_LAID_KEPT: Final = 4_096
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class RoundPainter(QStyledItemDelegate):
    """Paints each cell itself: a style sheet's way of doing it takes three times as long."""

    def __init__(self, rows: LibraryRows, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = rows
        self._sparks: OrderedDict[tuple[int, bytes, int, float], QPixmap] = OrderedDict()
        self._laid: OrderedDict[tuple[str, int], tuple[QStaticText, int, int]] = OrderedDict()
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._sparks.clear()
        self._laid.clear()  # letters may be larger now
        self._ink = {
            name: QColor(getattr(theme, name)) for name in theme.__struct_fields__ if name != "name"
        }
        self._band = QColor(mixed(theme.background, theme.surface, 0.7))
        self._chip = QColor(mixed(theme.raised, theme.accent, 0.18))

    def prepare(self, number: int, sizes: Sequence[QSize], table: QWidget) -> None:
        """Make ready what painting a row takes, so that scrolling to it is quick.

        Args:
            number: the row; one that is not known is passed over.
            sizes: of its cells; those of hidden columns are empty.
            table: whose font and screen it is painted with.
        """
        row, words = self._rows.row(number), self._rows.words(number)
        if row is None or words is None:
            return
        for column, size, text in zip(self._rows.columns, sizes, words, strict=True):
            if column.drawn is _SPARK and not size.isEmpty():
                self._spark_of(row, size, table.devicePixelRatioF(), table.font())
            elif column.drawn is _TEXT and not size.isEmpty():
                self._laid_out(text, size.width() - 2 * _PAD, table.font())

    # Qt's names from here on.

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        state: int = option.state.value
        number, place = index.row(), index.column()
        ink = self._ink
        if state & _SELECTED:
            painter.fillRect(rect, ink["raised"])
        elif number & 1:
            painter.fillRect(rect, self._band)
        if state & _FOCUSED:
            painter.setPen(ink["accent"])
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        column = self._rows.columns[place]
        row, words = self._rows.row(number), self._rows.words(number)
        if row is None or words is None:
            painter.setPen(ink["muted"])
            painter.drawText(rect.adjusted(_PAD, 0, -_PAD, 0), _LEFT, WAITING)
            return
        if column.drawn is _TEXT:
            colour = None if column.colour is None else column.colour(row)
            painter.setPen(ink[colour or "text"])
            room = rect.adjusted(_PAD, 0, -_PAD, 0)
            self._write(painter, room, words[place], _RIGHT if column.numeric else _LEFT)
        else:
            self._draw(painter, rect, column, row, words[place])

    def _write(self, painter: QPainter, room: QRect, words: str, side: int) -> None:
        text, spare, high = self._laid_out(words, room.width(), painter.font())
        left = room.left() + (max(0, spare) if side == _RIGHT else 0)
        painter.drawStaticText(left, room.top() + (room.height() - high) // 2, text)

    def _laid_out(self, words: str, width: int, font: QFont) -> tuple[QStaticText, int, int]:
        """Words are laid out once: that costs more than drawing them."""
        laid = self._laid.get((words, width))
        if laid is None:
            metrics, shown = QFontMetrics(font), words
            if metrics.horizontalAdvance(words) > width:
                shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
            text = QStaticText(shown)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            text.prepare(QTransform(), font)
            size = text.size()
            laid = (text, width - ceil(size.width()), ceil(size.height()))
            while len(self._laid) >= _LAID_KEPT:
                self._laid.popitem(last=False)
            self._laid[words, width] = laid
        return laid

    def _draw(
        self, painter: QPainter, rect: QRect, column: RoundColumn, row: LibraryRound, words: str
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        match column.drawn:
            case Drawn.SPARK:
                self._draw_spark(painter, rect, row)
            case Drawn.STAR:
                if row.marks.bookmarked:
                    painter.setPen(self._ink["accent"])
                    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), "★")
            case Drawn.CHIPS:
                self._draw_chips(painter, rect, row.marks.tags)
            case _:
                self._draw_badge(painter, rect, column, row, words)
        painter.restore()

    def _draw_spark(self, painter: QPainter, rect: QRect, row: LibraryRound) -> None:
        """A picture is kept of it: sixty-four points cost more than all the words of a row."""
        scale = painter.device().devicePixelRatio()
        drawn = self._spark_of(row, rect.size(), scale, painter.font())
        painter.drawPixmap(rect.topLeft(), drawn)

    def _spark_of(self, row: LibraryRound, size: QSize, scale: float, font: QFont) -> QPixmap:
        key = (row.id, row.entry.spark, size.width(), scale)
        drawn = self._sparks.get(key)
        if drawn is None:
            drawn = QPixmap(size * scale)
            drawn.setDevicePixelRatio(scale)
            drawn.fill(Qt.GlobalColor.transparent)
            inner = QPainter(drawn)
            inner.setFont(font)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            room = QRectF(0, 0, size.width(), size.height()).adjusted(_PAD, 4, -_PAD, -4)
            draw_spark(inner, room, row.entry, self._ink)
            inner.end()
            while len(self._sparks) >= _SPARKS_KEPT:
                self._sparks.popitem(last=False)
            self._sparks[key] = drawn
        return drawn

    def _draw_badge(
        self, painter: QPainter, rect: QRect, column: RoundColumn, row: LibraryRound, words: str
    ) -> None:
        if column.badge is None:
            return
        badge = column.badge(row)
        colour = self._ink[badge.colour]
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if badge.shape == "ring" else colour)
        centre = QPointF(rect.left() + _PAD + 5, rect.center().y() + 1)
        draw_shape(painter, badge.shape, centre)
        self._write(painter, rect.adjusted(_PAD + 15, 0, -2, 0), words, _LEFT)

    def _draw_chips(self, painter: QPainter, rect: QRect, tags: tuple[str, ...]) -> None:
        metrics = painter.fontMetrics()
        left, high = rect.left() + 4, metrics.height() + 2
        top = rect.top() + (rect.height() - high) // 2
        for place, tag in enumerate(tags):
            shown = clean(tag, _CHIP_LETTERS)
            width = metrics.horizontalAdvance(shown) + 10
            rest = f"+{len(tags) - place}"
            spare = metrics.horizontalAdvance(rest) + 6 if place + 1 < len(tags) else 0
            if left + width + spare > rect.right() and place:
                painter.setPen(self._ink["muted"])
                painter.drawText(QRect(left, top, rect.right() - left, high), _LEFT, rest)
                return
            chip = QRect(left, top, min(width, rect.right() - left - 2 - spare), high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._chip)
            painter.drawRoundedRect(chip, 4, 4)
            painter.setPen(self._ink["text"])
            self._write(painter, chip.adjusted(5, 0, -4, 0), shown, _LEFT)
            left += chip.width() + 4


def draw_spark(painter: QPainter, room: QRectF, entry: RoundEntry, ink: dict[str, QColor]) -> None:
    """Draw a round's price: a line, a dot at the peak, a cross at the rug.

    The line touches the upper and the lower edge of `room`; `ink` has colours by their meanings.
    """
    heights = entry.spark
    if not heights:
        painter.setPen(ink["muted"])
        painter.drawText(room, _LEFT, "no ticks")
        return
    # the rug is far below everything, and would press the rest into a flat line
    body = heights[:-1] if entry.rugged and len(heights) > 1 else heights
    least, span = min(body), max(1, max(body) - min(body))
    step = room.width() / max(1, len(heights) - 1)
    scale = room.height() / span
    left, low = room.left(), room.bottom()
    points = [
        QPointF(left + n * step, low - (max(value, least) - least) * scale)
        for n, value in enumerate(heights)
    ]
    if len(body) < len(heights):
        points[-1].setY(low)
    painter.setPen(QPen(ink["muted"], 1))
    if not entry.rugged or len(points) == 1:
        painter.drawPolyline(QPolygonF(points))
    else:
        painter.drawPolyline(QPolygonF(points[:-1]))
        painter.setPen(QPen(ink["rug"], 1))
        painter.drawPolyline(QPolygonF(points[-2:]))
        draw_cross(painter, points[-1])
    top = heights.index(max(heights))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink["up"])
    painter.drawEllipse(points[top], _DOT, _DOT)


def draw_cross(painter: QPainter, at: QPointF, size: float = _CROSS) -> None:
    """Draw a cross, which stands for a rug, with the painter's pen."""
    for rise in (size, -size):
        painter.drawLine(at - QPointF(size, rise), at + QPointF(size, rise))
