"""Paints what lies over the overview's picture: window, marks, playhead, and what is pointed at."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from replayer_qt.ui.chart.overview_marks import Mark
from replayer_qt.ui.chart.overview_picture import FOOT, LANE, Scene

_VEIL: Final = 150
_SIZE: Final = 4.0

Loop = tuple[float | None, float | None]
"""Where a loop begins and ends [ticks from the left end]; None for an end that is not set."""


def window(painter: QPainter, rect: QRectF, scene: Scene, *, focused: bool) -> None:
    """Paint the part that the chart shows as a handle, and a veil over the rest."""
    veil = QColor(scene.theme.surface)
    veil.setAlpha(_VEIL)
    top, height = rect.top(), rect.height()
    painter.fillRect(QRectF(0, top, rect.left(), height), veil)
    painter.fillRect(QRectF(rect.right(), top, scene.width - rect.right(), height), veil)
    accent = QColor(scene.theme.accent)
    painter.setPen(QPen(accent, 2 if focused else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    middle = rect.center().y()
    for x in (rect.left(), rect.right()):
        painter.fillRect(QRectF(x - 1.5, middle - 7, 3, 14), accent)


def loop(painter: QPainter, ends: Loop, scene: Scene) -> None:
    """Paint a bracket at each end of a loop that is set, and a band between the two."""
    first, last = (None if end is None else end / scene.scale for end in ends)
    colour, height = QColor(scene.theme.warning), float(scene.height - LANE)
    if first is not None and last is not None:
        band = QColor(colour)
        band.setAlpha(46)
        painter.fillRect(QRectF(first, LANE, last - first, height), band)
    for x, foot in ((first, 5.0), (last, -5.0)):
        if x is None:
            continue
        painter.fillRect(QRectF(x - 1, LANE, 2, height), colour)
        for y in (float(LANE), scene.height - 2.0):
            painter.fillRect(QRectF(min(x, x + foot), y, abs(foot), 2), colour)


def marks(painter: QPainter, shown: Iterable[Mark], scene: Scene) -> None:
    """Paint marks: each kind has a shape of its own, not a colour alone."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    theme, floor = scene.theme, scene.height - FOOT
    # the last is on top: what a person did or noted hides what only happened
    for mark in reversed(tuple(shown)):
        x = mark.place / scene.scale
        strokes = {
            "rug": (theme.rug, _cross(x, floor)),
            "trough": (theme.accent, _chevron(x, floor)),
            "lost": (theme.error, _parted(x, floor)),
        }.get(mark.kind)
        if strokes is not None:
            painter.setPen(QPen(QColor(strokes[0]), 1.6))
            painter.drawLines(strokes[1])
            continue
        colour, corners = {
            "peak": (theme.accent, _triangle(x, LANE + 1, up=False)),
            "buy": (theme.up, _triangle(x, floor, up=True)),
            "sell": (theme.down, _triangle(x, floor, up=False)),
            "bet": (theme.text, _diamond(x, floor - _SIZE)),
            "god": (theme.warning, _star(x, LANE + 1 + _SIZE)),
            "move": (theme.muted, _square(x, LANE + 4)),
            "bookmark": (theme.past, _flag(x, LANE, floor)),
        }[mark.kind]
        painter.setPen(QPen(QColor(theme.background), 1))
        painter.setBrush(QColor(colour))
        painter.drawPolygon(corners)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def playhead(painter: QPainter, x: float, scene: Scene) -> None:
    """Paint where the replay stands: a line through everything, its knob in the upper rows."""
    lane = QColor(scene.theme.raised)
    painter.fillRect(QRectF(0, 0, scene.width, LANE - 1), lane)
    past = QColor(scene.theme.past)
    painter.fillRect(QRectF(0, LANE - 4, x, 3), past)
    painter.setPen(QPen(past, 1.4))
    painter.drawLine(QPointF(x, LANE - 2), QPointF(x, scene.height))
    painter.setPen(QPen(QColor(scene.theme.background), 1))
    painter.setBrush(past)
    knob = [(x - 5, 0.5), (x + 5, 0.5), (x + 5, 6.0), (x, LANE), (x - 5, 6.0)]
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in knob]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def hover(painter: QPainter, x: float, words: str, scene: Scene, base: QFont) -> None:
    """Paint what is pointed at, in words."""
    theme = scene.theme
    painter.setPen(QPen(QColor(theme.muted), 1))
    painter.drawLine(QPointF(x, LANE), QPointF(x, scene.height))
    if not words:
        return
    font = QFont(base)
    font.setPixelSize(11)
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(words) + 12, metrics.height() + 4
    left = x + 8 if x + 8 + width < scene.width else max(x - 8 - width, 0.0)
    box = QRectF(left, LANE + 2, width, height)
    painter.fillRect(box, QColor(theme.raised))
    painter.setPen(QColor(theme.text))
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _triangle(x: float, y: float, *, up: bool) -> QPolygonF:
    """Return a triangle that stands on a row, or hangs with its point at it or from it."""
    foot, point = (y, y - 2 * _SIZE) if up else (y, y + 2 * _SIZE)
    if not up and y > 2 * LANE:
        foot, point = y - 2 * _SIZE, y
    return QPolygonF([QPointF(x - _SIZE, foot), QPointF(x + _SIZE, foot), QPointF(x, point)])


def _diamond(x: float, y: float) -> QPolygonF:
    corners = ((x - _SIZE, y), (x, y - _SIZE), (x + _SIZE, y), (x, y + _SIZE))
    return QPolygonF([QPointF(*corner) for corner in corners])


def _cross(x: float, floor: float) -> list[QLineF]:
    low, high = floor - 4 + _SIZE, floor - 4 - _SIZE
    slopes = [QLineF(x - _SIZE, low, x + _SIZE, high), QLineF(x - _SIZE, high, x + _SIZE, low)]
    return [QLineF(x, LANE, x, floor), *slopes]


def _chevron(x: float, floor: float) -> list[QLineF]:
    high = floor - 1.5 * _SIZE
    return [QLineF(x - _SIZE, high, x, floor), QLineF(x, floor, x + _SIZE, high)]


def _parted(x: float, floor: float) -> list[QLineF]:
    """Return a line with a hole in it, as of a cable that was cut."""
    third = (floor - LANE) / 3
    return [
        QLineF(x, LANE, x, LANE + third),
        QLineF(x - 3, LANE + third, x + 3, LANE + third),
        QLineF(x - 3, floor - third, x + 3, floor - third),
        QLineF(x, floor - third, x, floor),
    ]


def _star(x: float, y: float) -> QPolygonF:
    near, far = 1.5, _SIZE + 1
    corners = (
        (0.0, -far), (near, -near), (far, 0.0), (near, near),
        (0.0, far), (-near, near), (-far, 0.0), (-near, -near),
    )  # fmt: skip
    return QPolygonF([QPointF(x + right, y + down) for right, down in corners])


def _square(x: float, y: float) -> QPolygonF:
    corners = ((-2.5, -2.5), (2.5, -2.5), (2.5, 2.5), (-2.5, 2.5))
    return QPolygonF([QPointF(x + right, y + down) for right, down in corners])


def _flag(x: float, top: float, floor: float) -> QPolygonF:
    """Return a pennant on its pole, which stands on the floor."""
    corners = ((0, top), (7, top + 4), (1, top + 8), (1, floor), (-1, floor), (-1, top))
    return QPolygonF([QPointF(x + right, y) for right, y in corners])
