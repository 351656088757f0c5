"""Paints a plot, the same on the screen, in a picture and in a drawing."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from replayer_qt.ui.plots.plot import Ink, Layer, Level, Line, Mark, Marks, Place, Plot, Ribbon
from replayer_qt.ui.plots.plot_scale import Scale, labelled
from replayer_qt.ui.privacy import covered
from replayer_qt.ui.theme import Theme

_PAD: Final = 10
_GAP: Final = 4
_SHADE: Final = 62
_BAR_SHADE: Final = 110
_DOT: Final = 3.4
_CAP: Final = 3.5
_SWATCH: Final = 18
_SENTENCE_LINES: Final = 5
_X_LABEL_PX: Final = 62
_Y_LABEL_PX: Final = 34
_WRAP: Final = int(
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE: Final = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
_STYLES: Final = {
    Ink.DATA: Qt.PenStyle.SolidLine,
    Ink.THEORY: Qt.PenStyle.DashLine,
    Ink.LIMIT: Qt.PenStyle.DotLine,
}


class PlotPainter:
    """One plot in one room; made anew for each painting.

    Attributes:
        scale: where the plot's numbers are.
    """

    def __init__(self, plot: Plot, room: QRectF, theme: Theme, font: QFont) -> None:
        """Lay it out.

        Args:
            plot: what is shown.
            room: where, titles and sentence included [pixels].
            theme: its colours.
            font: of its words.
        """
        self._plot, self._room, self._theme, self._font = plot, room, theme, font
        self._small = QFont(font)
        if font.pointSizeF() > 0:
            self._small.setPointSizeF(font.pointSizeF() * 0.9)
        self._bold = QFont(font)
        self._bold.setBold(True)
        self._high = QFontMetricsF(font).height()
        self._metrics = QFontMetricsF(self._small)
        self._line = self._metrics.height()
        self.scale = Scale(plot, self._canvas())

    def _canvas(self) -> QRectF:
        plot, room, line = self._plot, self._room, self._line
        width = room.width() - 2 * _PAD
        said = self._metrics.boundingRect(QRectF(0, 0, width, 1000), _WRAP, plot.sentence)
        self._said = min(said.height(), _SENTENCE_LINES * line) if plot.sentence else 0.0
        top = room.top() + _PAD + self._high + 2 * line + 5 * _GAP
        bottom = room.bottom() - _PAD - self._said - 2 * line - 3 * _GAP
        self._ys = labelled(plot.y, max(2, int((bottom - top) / _Y_LABEL_PX)))
        wide = max((self._metrics.horizontalAdvance(plot.y.say(y)) for y in self._ys), default=0)
        left = room.left() + _PAD + line + wide + 2 * _GAP
        canvas = QRectF(left, top, max(20.0, room.right() - _PAD - 8 - left), max(20, bottom - top))
        self._xs = labelled(plot.x, max(2, int(canvas.width() / _X_LABEL_PX)))
        return canvas

    def paint(self, painter: QPainter, pointed: Place | None = None) -> None:
        """Paint it.

        Args:
            painter: on what.
            pointed: the place whose words take the legend's room; None for the legend.
        """
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._room, QColor(self._theme.background))
        self._paint_words(painter, pointed)
        self._paint_axes(painter)
        painter.save()
        painter.setClipRect(self.scale.room.adjusted(-1, -1, 1, 1))
        for layer in self._plot.layers:
            self._paint_layer(painter, layer)
        if pointed is not None:
            painter.setPen(QPen(QColor(self._theme.accent), 1, Qt.PenStyle.DotLine))
            x = self.scale.x(pointed.x)
            room = self.scale.room
            painter.drawLine(QLineF(x, room.top(), x, room.bottom()))
        painter.restore()
        painter.restore()

    # --- words and axes

    def _paint_words(self, painter: QPainter, pointed: Place | None) -> None:
        room, theme, line = self._room, self._theme, self._line
        left, width = room.left() + _PAD, room.width() - 2 * _PAD
        top = room.top() + _PAD
        painter.setFont(self._bold)
        painter.setPen(QColor(theme.text))
        self._write(painter, QRectF(left, top, width - 60, self._high), self._plot.title)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.muted))
        top += self._high + _GAP
        self._write(painter, QRectF(left, top, width, line), self._plot.rests_on)
        top += line + _GAP
        if pointed is None:
            self._paint_legend(painter, QRectF(left, top, width, line))
        else:
            painter.setPen(QColor(theme.accent))
            self._write(painter, QRectF(left, top, width, line), pointed.words)
        painter.setPen(QColor(theme.text))
        said = QRectF(left, room.bottom() - _PAD - self._said, width, self._said + 2)
        painter.drawText(said, _WRAP, covered(self._plot.sentence))

    def _write(self, painter: QPainter, box: QRectF, words: str) -> None:
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(covered(words), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _LEFT, shown)

    def _paint_legend(self, painter: QPainter, box: QRectF) -> None:
        """Swatch and name of each layer, as far as there is room."""
        left = box.left()
        for layer in self._plot.layers:
            wide = self._metrics.horizontalAdvance(layer.name)
            if not layer.name or left + _SWATCH + _GAP + wide > box.right():
                continue
            swatch = QRectF(left, box.top() + 2, _SWATCH, box.height() - 4)
            self._paint_swatch(painter, swatch, layer)
            painter.setPen(QColor(self._theme.muted))
            room = QRectF(left + _SWATCH + _GAP, box.top(), wide + 4, box.height())
            painter.drawText(room, _LEFT, layer.name)
            left += _SWATCH + wide + 4 * _GAP

    def _paint_swatch(self, painter: QPainter, box: QRectF, layer: Layer) -> None:
        middle = box.center()
        match layer:
            case Ribbon(ink=ink):
                painter.fillRect(box, self._brush(ink))
            case Marks(bars=True):
                painter.fillRect(box, self._bar_brush())
            case Marks():
                painter.setPen(self._pen(Ink.DATA))
                painter.setBrush(self._colour(Ink.DATA))
                painter.drawLine(QLineF(middle.x(), box.top(), middle.x(), box.bottom()))
                painter.drawEllipse(middle, _DOT - 0.6, _DOT - 0.6)
            case Line(ink=ink) | Level(ink=ink):
                painter.setPen(self._pen(ink))
                painter.drawLine(QLineF(box.left(), middle.y(), box.right(), middle.y()))

    def _paint_axes(self, painter: QPainter) -> None:
        plot, scale, theme, line = self._plot, self.scale, self._theme, self._line
        room = scale.room
        painter.setFont(self._small)
        grid = QPen(QColor(theme.grid), 1)
        for y in self._ys:
            row = scale.y(y)
            painter.setPen(grid)
            painter.drawLine(QLineF(room.left(), row, room.right(), row))
            painter.setPen(QColor(theme.muted))
            box = QRectF(
                self._room.left() + _PAD,
                row - line / 2,
                room.left() - self._room.left() - _PAD - 5,
                line,
            )
            painter.drawText(box, _RIGHT, plot.y.say(y))
        taken = -1e9
        for x in self._xs:
            column, words = scale.x(x), plot.x.say(x)
            painter.setPen(grid)
            painter.drawLine(QLineF(column, room.top(), column, room.bottom()))
            wide = self._metrics.horizontalAdvance(words) + 2
            if column - wide / 2 > taken:
                painter.setPen(QColor(theme.muted))
                begin = min(column - wide / 2, self._room.right() - 4 - wide)
                box = QRectF(begin, room.bottom() + _GAP, wide, line)
                painter.drawText(box, _CENTRE, words)
                taken = column + wide / 2 + 6
        painter.setPen(QColor(theme.muted))
        painter.drawLine(QLineF(room.bottomLeft(), room.bottomRight()))
        under = QRectF(room.left(), room.bottom() + _GAP + line, room.width(), line)
        painter.drawText(under, _RIGHT, plot.x.title)
        painter.save()
        painter.translate(self._room.left() + _PAD, room.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, room.height(), line), _RIGHT, plot.y.title)
        painter.restore()

    # --- layers

    def _paint_layer(self, painter: QPainter, layer: Layer) -> None:
        match layer:
            case Ribbon():
                self._paint_ribbon(painter, layer)
            case Line():
                painter.setPen(self._pen(layer.ink))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(self._path(layer.xs, layer.ys, stepped=layer.stepped))
            case Level():
                painter.setPen(self._pen(layer.ink))
                row, room = self.scale.y(layer.y), self.scale.room
                painter.drawLine(QLineF(room.left(), row, room.right(), row))
            case Marks():
                for mark in layer.marks:
                    self._paint_mark(painter, mark, bars=layer.bars)

    def _paint_ribbon(self, painter: QPainter, layer: Ribbon) -> None:
        above = self._path(layer.xs, layer.highs, stepped=layer.stepped)
        below = self._path(layer.xs, layer.lows, stepped=layer.stepped)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush(layer.ink))
        painter.drawPolygon(QPolygonF([*above.toList(), *reversed(below.toList())]))

    def _path(self, xs: Sequence[float], ys: Sequence[float], *, stepped: bool) -> QPolygonF:
        points: list[QPointF] = []
        for x, y in zip(xs, ys, strict=True):
            point = self.scale.at(x, y)
            if stepped and points:
                points.append(QPointF(point.x(), points[-1].y()))
            points.append(point)
        return QPolygonF(points)

    def _paint_mark(self, painter: QPainter, mark: Mark, *, bars: bool) -> None:
        scale = self.scale
        left, right = scale.x(mark.left), scale.x(mark.right)
        middle = (left + right) / 2
        if bars:
            self._paint_bar(painter, left, right, mark.y)
        painter.setPen(QPen(self._colour(Ink.DATA), 1, Qt.PenStyle.DotLine))
        if not bars and mark.wide_low is not None and mark.wide_high is not None:
            low, high = scale.y(mark.wide_low), scale.y(mark.wide_high)
            painter.drawLine(QLineF(middle, low, middle, high))
        painter.setPen(QPen(QColor(self._theme.text) if bars else self._colour(Ink.DATA), 1.3))
        if mark.low is not None and mark.high is not None:
            low, high = scale.y(mark.low), scale.y(mark.high)
            painter.drawLine(QLineF(middle, low, middle, high))
            for row in (low, high):
                painter.drawLine(QLineF(middle - _CAP, row, middle + _CAP, row))
        if not bars and mark.y is not None:
            row = scale.y(mark.y)
            painter.drawLine(QLineF(left + 1, row, right - 1, row))
            painter.setBrush(self._colour(Ink.DATA))
            painter.drawEllipse(QPointF(middle, row), _DOT, _DOT)

    def _paint_bar(self, painter: QPainter, left: float, right: float, y: float | None) -> None:
        if y is None:
            return
        ground = self.scale.y(max(0.0, self._plot.y.low))
        bar = QRectF(left + 0.5, self.scale.y(y), max(1.0, right - left - 1), 0)
        bar.setBottom(ground)
        painter.fillRect(bar, self._bar_brush())

    # --- colours

    def _colour(self, ink: Ink) -> QColor:
        theme = self._theme
        return QColor({Ink.DATA: theme.practice, Ink.LIMIT: theme.warning}.get(ink, theme.text))

    def _pen(self, ink: Ink) -> QPen:
        return QPen(self._colour(ink), 1.5, _STYLES[ink])

    def _brush(self, ink: Ink) -> QBrush:
        colour = self._colour(ink)
        if ink is Ink.DATA:
            colour.setAlpha(_SHADE)
            return QBrush(colour)
        return QBrush(QColor(self._theme.muted), Qt.BrushStyle.BDiagPattern)

    def _bar_brush(self) -> QBrush:
        colour = self._colour(Ink.DATA)
        colour.setAlpha(_BAR_SHADE)
        return QBrush(colour)
