"""Where a drawing stands on one frame of the chart: how it is painted, and what the hand takes."""

import math
from typing import Final

import msgspec
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from replayer_qt.core.drawings import Anchor, Drawing, Hue, Shape
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Face, Plan

_COLOURS: Final = {
    Hue.ORANGE: "#e69f00",
    Hue.SKY: "#56b4e9",
    Hue.GREEN: "#009e73",
    Hue.RED: "#d55e00",
    Hue.PINK: "#cc79a7",
}
_FAR: Final = 1e6
_REACH: Final = 6.0
_HANDLE: Final = 7.0
_MARGIN: Final = 16.0
_BOXES: Final = frozenset({Shape.BOX, Shape.MEASURE})
_POINTS: Final = frozenset({Shape.LEVEL, Shape.TEXT})


class Grip(msgspec.Struct, frozen=True):
    """What of a drawing the hand moves: the tick or the price of either end.

    All four are moved by as much as the hand; a part of them goes where the hand is.
    """

    begin_tick: bool = False
    begin_price: bool = False
    end_tick: bool = False
    end_price: bool = False

    @property
    def is_all(self) -> bool:
        """Whether it is the drawing as a whole."""
        return self == ALL


ALL: Final = Grip(begin_tick=True, begin_price=True, end_tick=True, end_price=True)
_BEGIN: Final = Grip(begin_tick=True, begin_price=True)
_END: Final = Grip(end_tick=True, end_price=True)
_CORNERS: Final = (
    Grip(begin_tick=True, end_price=True),
    Grip(end_tick=True, begin_price=True),
)


def place(plan: Plan, anchor: Anchor) -> QPointF:
    """Return where an anchor is on a frame [device px]; near enough where it is far outside."""
    return QPointF(float(plan.middle_of(anchor.tick)), row(plan, anchor.price))


def paint(painter: QPainter, plan: Plan, drawing: Drawing) -> None:
    """Paint a drawing that is chosen, with its handles and words, in device pixels."""
    begin, end = place(plan, drawing.begin), place(plan, drawing.end)
    if not is_seen(plan, drawing, begin, end):
        return
    painter.save()
    painter.setClipRect(
        0, 0, plan.room.plot_width, plan.room.plot_height, Qt.ClipOperation.IntersectClip
    )
    paint_shape(painter, plan, drawing, begin, end)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, drawing.shape not in _BOXES)
    colour = _colour(plan, drawing.hue)
    painter.setPen(QPen(colour, max(1.0, 1.5 * plan.room.unit)))
    _paint_handles(painter, plan, drawing, colour)
    painter.restore()
    paint_words(painter, plan, drawing)


def paint_shape(
    painter: QPainter, plan: Plan, drawing: Drawing, begin: QPointF, end: QPointF
) -> None:
    """Paint what of a drawing moves with the candles, between its two ends [device px]."""
    colour, unit = _colour(plan, drawing.hue), plan.room.unit
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, drawing.shape not in _BOXES)
    painter.setPen(QPen(colour, max(1.0, 1.5 * unit)))
    match drawing.shape:
        case Shape.LEVEL:
            paint_level(painter, plan, drawing, (0, plan.room.plot_width), begin.y())
        case Shape.TREND:
            painter.drawLine(QLineF(begin, end))
        case Shape.RAY:
            painter.drawLine(QLineF(begin, _beyond(plan, begin, end)))
        case Shape.TEXT:
            face = plan.letters.bold
            at = begin.toPoint()
            face.draw(painter, at.x(), at.y() - face.height // 2, drawing.text)
        case _:
            _paint_box(painter, QRectF(begin, end).normalized(), colour)
            if drawing.shape is Shape.MEASURE:
                painter.drawLine(QLineF(begin, end))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own


def paint_level(
    painter: QPainter, plan: Plan, drawing: Drawing, across: tuple[int, int], at: float
) -> None:
    """Paint a level between two places, at a row [device px]."""
    thick = max(1, round(1.5 * plan.room.unit))  # a long soft line costs ten times a filled one
    left, right = across
    top = round(at) - thick // 2
    painter.fillRect(left, top, right - left, thick, _colour(plan, drawing.hue))


def paint_words(painter: QPainter, plan: Plan, drawing: Drawing) -> None:
    """Paint what a measure, or a level in sight, says of itself; others say nothing."""
    if drawing.shape is Shape.MEASURE:
        begin, end = place(plan, drawing.begin), place(plan, drawing.end)
        if is_seen(plan, drawing, begin, end):
            colour = _colour(plan, drawing.hue)
            _paint_words(painter, plan, end, measured(plan, drawing), colour)
    elif drawing.shape is Shape.LEVEL:
        at = round(row(plan, drawing.begin.price))
        if 0 <= at <= plan.room.plot_height:
            words = fmt.price(drawing.begin.price)
            _paint_price(painter, plan, at, words, _colour(plan, drawing.hue))


def row(plan: Plan, price: float) -> float:
    """Return the row of a price [device px], also far outside, so that lines keep their slope."""
    scale, height = plan.scale, plan.room.plot_height
    top, bottom, placed = scale.hi, scale.lo, price
    if scale.log:
        top, bottom = math.log(top), math.log(bottom)
        placed = math.log(max(price, 1e-12))
    return min(max((top - placed) * (height / (top - bottom)), -_FAR), _FAR)


def is_seen(plan: Plan, drawing: Drawing, begin: QPointF, end: QPointF) -> bool:
    """Return whether some of it may be in sight."""
    room, margin, shape = plan.room, _MARGIN * plan.room.unit, drawing.shape
    if shape is Shape.LEVEL:
        return True
    if shape is Shape.RAY:  # it goes on beyond its end
        ahead = end.x() >= begin.x()
        return begin.x() <= room.plot_width + margin if ahead else begin.x() >= -margin
    around = QRectF(begin, end).normalized()
    if shape is Shape.TEXT:
        around = QRectF(_text_box(plan, drawing))
    plot = QRectF(0, 0, room.plot_width, room.plot_height)
    # a box without height meets nothing, so it gets some
    return plot.intersects(around.adjusted(-margin, -margin, margin, margin))


def grip_at(plan: Plan, drawing: Drawing, x: int, y: int, *, chosen: bool) -> Grip | None:
    """Return what the hand takes at a place [device px]; None where it takes nothing.

    The handles can be taken where they are seen: on a drawing that is chosen.
    """
    at, reach = QPointF(x, y), _REACH * plan.room.unit
    if chosen:
        for corner, grip in _handles(plan, drawing):
            if QLineF(at, corner).length() <= reach + _HANDLE * plan.room.unit / 2:
                return grip
    return ALL if _distance(plan, drawing, at) <= reach else None


def measured(plan: Plan, drawing: Drawing) -> str:
    """Return what lies between the two ends: ticks, time and share.

    The time is the one at which the ticks were learned of; it is left open where one is not known.
    """
    begin, end = drawing.begin, drawing.end
    ticks = end.tick - begin.tick
    passed = "time not known"
    series = plan.series
    if series is not None:
        first, last = series.find(begin.tick), series.find(end.tick)
        if first is not None and last is not None:
            passed = f"{(int(series.ats[last]) - int(series.ats[first])) / 1e9:+,.2f} s"
    share = f"{end.price / begin.price - 1:+.2%}" if begin.price > 0 else fmt.NOTHING
    counted = f"{ticks:+,} tick{'' if abs(ticks) == 1 else 's'}"
    return f"{counted}   {passed}   {share}"


def _colour(plan: Plan, hue: Hue) -> QColor:
    return QColor(_COLOURS[hue]) if hue in _COLOURS else plan.palette.text


def _beyond(plan: Plan, begin: QPointF, end: QPointF) -> QPointF:
    """Where the line from one place through the other leaves the plot; no line goes on from it."""
    room, way, shares = plan.room, end - begin, [_FAR]
    for at, step, size in (
        (begin.x(), way.x(), room.plot_width),
        (begin.y(), way.y(), room.plot_height),
    ):
        if abs(step) >= 1:
            edge = size + _MARGIN if step > 0 else -_MARGIN
            shares.append((edge - at) / step)
    return end if len(shares) == 1 else begin + way * max(min(shares), 1.0)


def _text_box(plan: Plan, drawing: Drawing) -> QRect:
    at, face = place(plan, drawing.begin).toPoint(), plan.letters.bold
    return QRect(at.x(), at.y() - face.height // 2, face.width(drawing.text), face.height)


def _handles(plan: Plan, drawing: Drawing) -> list[tuple[QPointF, Grip]]:
    begin, end = place(plan, drawing.begin), place(plan, drawing.end)
    if drawing.shape in _POINTS:
        return []
    found = [(end, _END), (begin, _BEGIN)]
    if drawing.shape in _BOXES:
        found.append((QPointF(begin.x(), end.y()), _CORNERS[0]))
        found.append((QPointF(end.x(), begin.y()), _CORNERS[1]))
    return found


def _distance(plan: Plan, drawing: Drawing, at: QPointF) -> float:
    """How far a place is from what is painted of a drawing [device px]."""
    begin, end = place(plan, drawing.begin), place(plan, drawing.end)
    match drawing.shape:
        case Shape.LEVEL:
            return abs(at.y() - begin.y())
        case Shape.TREND:
            return _from_line(at, begin, end)
        case Shape.RAY:
            return _from_line(at, begin, _beyond(plan, begin, end))
        case Shape.TEXT:
            return 0.0 if _text_box(plan, drawing).contains(at.toPoint()) else math.inf
        case _:
            box = QRectF(begin, end).normalized()
            corners = [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]
            edges = zip(corners, corners[1:] + corners[:1], strict=True)
            return min(_from_line(at, one, other) for one, other in edges)


def _from_line(at: QPointF, begin: QPointF, end: QPointF) -> float:
    way, off = end - begin, at - begin
    length = QPointF.dotProduct(way, way)
    share = 0.0 if length == 0 else min(max(QPointF.dotProduct(off, way) / length, 0.0), 1.0)
    return QLineF(at, begin + way * share).length()


def _paint_box(painter: QPainter, box: QRectF, colour: QColor) -> None:
    ground = QColor(colour)
    ground.setAlpha(36)
    painter.fillRect(box, ground)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)


def _paint_handles(painter: QPainter, plan: Plan, drawing: Drawing, colour: QColor) -> None:
    size = _HANDLE * plan.room.unit
    painter.setBrush(plan.palette.background)
    shown = [corner for corner, _ in _handles(plan, drawing)]
    if drawing.shape is Shape.LEVEL:
        shown = [QPointF(plan.room.plot_width / 2, place(plan, drawing.begin).y())]
    for corner in shown:
        painter.drawRect(QRectF(corner.x() - size / 2, corner.y() - size / 2, size, size))
    if drawing.shape is Shape.TEXT:
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(_text_box(plan, drawing).adjusted(-3, -2, 3, 2))


def _paint_words(painter: QPainter, plan: Plan, end: QPointF, text: str, colour: QColor) -> None:
    face, unit, room = plan.letters.bold, plan.room.unit, plan.room
    pad = round(6 * unit)
    width, height = face.width(text) + 2 * pad, face.height + pad
    left = min(max(round(end.x()) - width // 2, 0), max(room.plot_width - width, 0))
    top = min(max(round(end.y()) - height - pad, 0), max(room.plot_height - height, 0))
    _paint_pill(painter, plan, QRect(left, top, width, height), (face, text, colour))


def _paint_price(painter: QPainter, plan: Plan, row: int, text: str, colour: QColor) -> None:
    face, unit, room = plan.letters.small, plan.room.unit, plan.room
    height = face.height + round(2 * unit)
    box = QRect(room.plot_width + 1, row - height // 2, room.width - room.plot_width - 2, height)
    _paint_pill(painter, plan, box, (face, text, colour))


def _paint_pill(painter: QPainter, plan: Plan, box: QRect, words: tuple[Face, str, QColor]) -> None:
    face, text, colour = words
    painter.fillRect(box, plan.palette.box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1))
    painter.drawRect(box)
    painter.setPen(plan.palette.text)
    left = box.left() + (box.width() - face.width(text)) // 2
    face.draw(painter, left, box.top() + (box.height() - face.height) // 2, text)
