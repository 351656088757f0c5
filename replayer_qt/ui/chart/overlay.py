"""What is painted over the finished candles in each frame: newest candle, labels, crosshair."""

from collections.abc import Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygon, QPolygonF

from replayer_qt.ui import fmt
from replayer_qt.ui.chart.decor import Track
from replayer_qt.ui.chart.layer import PaintPart
from replayer_qt.ui.chart.pencil import Pencil, extremes
from replayer_qt.ui.chart.plan import Face, Plan, Standing

HINT: Final = "Latest \N{RIGHTWARDS ARROW}  F"


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What the overlay says besides the candles.

    Attributes:
        headline: large words in the middle; empty when there are none.
        detail: smaller words below them.
        peak: candle and price of the peak; None where it is not marked.
        rug: candle, price and tick of the rug; None while there is none.
        pointer: where the crosshair is [device px]; None when it is out.
        pointed: what stands below the crosshair, in words.
        hint: whether the way back to the newest candle is shown.
    """

    headline: str = ""
    detail: str = ""
    peak: tuple[int, float] | None = None
    rug: tuple[int, float, int] | None = None
    pointer: tuple[int, int] | None = None
    pointed: str = ""
    hint: bool = False


def paint_newest(
    painter: QPainter,
    plan: Plan,
    notes: Notes,
    pencil: Pencil,
    tracks: Sequence[Track] = (),
    parts: Sequence[PaintPart] = (),
) -> None:
    """Paint the newest column and what covers it, last price, peak and rug, in device pixels."""
    room = plan.room
    plot = QRect(0, 0, room.plot_width, room.plot_height)
    if plan.last >= 0:
        painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
        last_line = plan.scale.row(float(plan.candles.close[plan.count - 1]), room.plot_height)
        is_past, is_old = plan.standing is Standing.PAST, plan.standing is Standing.OLD
        if not is_past:
            line = plan.palette.edge if is_old else plan.palette.last_line
            painter.fillRect(0, last_line, room.plot_width, _line(plan), line)
        pencil.newest(painter, plan)
        for track in tracks:
            track.paint(painter, plan, plan.last, plan.last + 1)
        if plan.line and not is_past:
            _paint_dot(painter, plan, last_line)
        words = []
        if notes.peak is not None:
            words.append(_paint_peak(painter, plan, *notes.peak))
        if notes.rug is not None:
            words.append(_paint_rug(painter, plan, *notes.rug))
        _paint_parts(painter, plan, parts, plot, words)
        painter.setClipping(False)
        if not is_past:
            _paint_last_label(painter, plan, last_line)


def paint_words(painter: QPainter, plan: Plan, notes: Notes) -> None:
    """Paint the words and the crosshair, over everything else, in device pixels."""
    if notes.headline:
        _paint_headline(painter, plan, notes)
    if notes.pointer is not None:
        _paint_cross(painter, plan, notes, *notes.pointer)
    if notes.hint:
        _paint_hint(painter, plan)


def rows_of_last(plan: Plan, tracks: Sequence[Track] = ()) -> tuple[int, int]:
    """Return the first row that the newest column touches and the one after its last [px].

    The line of the last price and its label are in it, and where the column's line comes from.
    """
    if plan.last < 0:
        return 0, 0
    room, candles = plan.room, plan.candles
    lows, highs = extremes(plan, max(plan.last - 1, 0), plan.last + 1)
    low, high = float(lows[-1]), float(highs[-1])
    if plan.last > 0:
        before = float(candles.close[plan.last * plan.per - 1])
        low = min(low, before, float(highs[0]))
        high = max(high, before, float(lows[0]))
    # the label of a price beyond an edge stands at the edge
    top, bottom = (
        min(max(plan.scale.row(price, room.plot_height), 0), room.plot_height)
        for price in (high, low)
    )
    for rows in filter(None, (track.rows(plan) for track in tracks)):
        top, bottom = min(top, max(rows[0], 0)), max(bottom, min(rows[1], room.plot_height))
    spare = 2 * plan.letters.bold.height + round(4 * room.unit)
    return max(top - spare, 0), min(bottom + spare + 1, room.height)


def hint_box(plan: Plan) -> QRect:
    """Return where the way back to the newest candle is offered [device px]."""
    face, unit, room = plan.letters.bold, plan.room.unit, plan.room
    width, height = face.width(HINT) + round(20 * unit), face.height + round(10 * unit)
    right, bottom = room.plot_width - round(12 * unit), room.plot_height - round(12 * unit)
    return QRect(right - width, bottom - height, width, height)


def _paint_parts(
    painter: QPainter,
    plan: Plan,
    parts: Sequence[PaintPart],
    plot: QRect,
    words: Sequence[QRect],
) -> None:
    """Paint what covers the newest column and all right of it, and once more where words are."""
    edge = min(max(plan.left_of(plan.last), 0), plot.width())
    newest = QRect(edge, 0, plot.width() - edge, plot.height())
    finished = QRect(0, 0, edge, plot.height())
    for box in (newest, *(each & finished for each in words)):
        if parts and not box.isEmpty():
            painter.setClipRect(box)
            for part in parts:
                part(painter, plan, box.left(), box.left() + box.width())
    painter.setClipRect(plot)


def _line(plan: Plan) -> int:
    return max(1, round(plan.room.unit))


def _pill(painter: QPainter, plan: Plan, box: QRect, fill: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)  # noqa: FBT003  # Qt's own
    radius = 3 * plan.room.unit
    painter.drawRoundedRect(QRectF(box), radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own


def _say(painter: QPainter, face: Face, box: QRect, text: str, colour: QColor) -> None:
    painter.setPen(colour)
    x = box.x() + (box.width() - face.width(text)) // 2
    face.draw(painter, x, box.y() + (box.height() - face.height) // 2, text)


def _paint_dot(painter: QPainter, plan: Plan, row: int) -> None:
    x = plan.left_of(plan.last) + plan.step // 2 + 0.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)  # noqa: FBT003  # Qt's own
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(plan.palette.line))
    painter.drawEllipse(QPointF(x, row + 0.5), 3.5 * plan.room.unit, 3.5 * plan.room.unit)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own


def _axis_label(painter: QPainter, plan: Plan, row: int, text: str, fill: QColor) -> None:
    room, face = plan.room, plan.letters.bold
    height = face.height + round(4 * room.unit)
    top = min(max(row - height // 2, 0), room.height - height)
    box = QRect(room.plot_width + 1, top, room.width - room.plot_width - 2, height)
    _pill(painter, plan, box, fill)
    on = plan.palette.on_colour if fill is plan.palette.last else plan.palette.text
    _say(painter, face, box, text, on)


def _paint_last_label(painter: QPainter, plan: Plan, row: int) -> None:
    price = float(plan.candles.close[plan.count - 1])
    room, face = plan.room, plan.letters.bold
    near = face.height + round(2 * room.unit)
    for labelled, _ in plan.marks:
        if abs(labelled - row) < near:
            width = room.width - room.plot_width - 2
            top = labelled - face.height // 2
            painter.fillRect(room.plot_width + 2, top, width, face.height, plan.palette.background)
    shown = min(max(row, 0), plan.room.plot_height)
    is_old = plan.standing is Standing.OLD
    fill = plan.palette.box if is_old else plan.palette.last
    _axis_label(painter, plan, shown, fmt.price(price), fill)


def _paint_peak(painter: QPainter, plan: Plan, candle: int, price: float) -> QRect:
    """Paint it, and return where."""
    room, face, unit = plan.room, plan.letters.small, plan.room.unit
    x = plan.left_of(candle // plan.per) + plan.step // 2
    row = plan.scale.row(price, room.plot_height) - round(4 * unit)
    size = round(4 * unit)
    if not -size < x < room.plot_width + size:
        return QRect()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(plan.palette.text))
    painter.drawPolygon(
        QPolygon([QPoint(x - size, row - size), QPoint(x + size, row - size), QPoint(x, row)])
    )
    text = f"peak {fmt.price(price)}"
    width, gap, top = face.width(text), round(4 * unit), row - size - face.height
    left = x - width // 2
    if top < _corner(plan):
        top = _corner(plan)
        left = x - size - gap - width if x - size - 2 * gap > width else x + size + gap
    left = min(max(left, gap), room.plot_width - width - gap)
    painter.setPen(plan.palette.text)
    face.draw(painter, left, top, text)
    begin, end = min(left, x - size), max(left + width, x + size + 1)
    first, last = min(top, row - size), max(top + face.height, row + 1)
    return QRect(begin, first, end - begin, last - first)


def _corner(plan: Plan) -> int:
    """The height of a corner that may say what is looked at: live, or past [px]."""
    return plan.letters.bold.height + round(8 * plan.room.unit)


def _paint_rug(painter: QPainter, plan: Plan, candle: int, price: float, tick: int) -> QRect:
    """Paint it, and return where its words are."""
    room, face, unit = plan.room, plan.letters.bold, plan.room.unit
    x = plan.left_of(candle // plan.per) + plan.step // 2
    text = f"RUGGED {fmt.price(price)} at {tick:,}"
    width, height = face.width(text) + round(16 * unit), face.height + round(8 * unit)
    if not -width < x < room.plot_width + width:
        return QRect()
    pen = QPen(plan.palette.rug_line, _line(plan), Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawLine(x, 0, x, room.plot_height)
    row = min(max(plan.scale.row(price, room.plot_height), 0), room.plot_height)
    _paint_cross_out(painter, plan, x, row)
    left = x + round(10 * unit)
    if left + width > room.plot_width - round(4 * unit):
        left = x - round(10 * unit) - width
    top = row - height - round(10 * unit)
    top = min(max(top, round(30 * unit)), room.plot_height - height)
    box = QRect(max(left, 0), top, width, height)
    _pill(painter, plan, box, plan.palette.rug)
    _say(painter, face, box, text, plan.palette.on_colour)
    return box


def _paint_cross_out(painter: QPainter, plan: Plan, x: int, row: int) -> None:
    """A diamond with a cross in it: the rug is a shape before it is a colour."""
    size = 7 * plan.room.unit
    row_f = min(row, plan.room.plot_height - size - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)  # noqa: FBT003  # Qt's own
    painter.setBrush(QBrush(plan.palette.background))
    painter.setPen(QPen(plan.palette.rug, 1.6 * plan.room.unit))
    corners = ((0, -size), (size, 0), (0, size), (-size, 0))
    painter.drawPolygon(QPolygonF([QPointF(x + dx, row_f + dy) for dx, dy in corners]))
    arm = size * 0.35
    for sign in (1, -1):
        painter.drawLine(QPointF(x - arm, row_f - sign * arm), QPointF(x + arm, row_f + sign * arm))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own


def _paint_headline(painter: QPainter, plan: Plan, notes: Notes) -> None:
    room, unit = plan.room, plan.room.unit
    face = plan.letters.large
    if face.width(notes.headline) > room.plot_width:
        face = plan.letters.bold
    spare = _corner(plan) + round(10 * unit)
    middle = max(round(room.plot_height * 0.4) - face.height, spare)
    line = QRect(0, middle, room.plot_width, face.height)
    if plan.standing is Standing.PAST:
        wide = max(face.width(notes.headline), plan.letters.small.width(notes.detail))
        tall = face.height + plan.letters.small.height + round(26 * unit)
        left = (room.plot_width - wide) // 2 - round(20 * unit)
        box = QRect(left, middle - round(10 * unit), wide + round(40 * unit), tall)
        _pill(painter, plan, box, plan.palette.veil)
    _say(painter, face, line, notes.headline, plan.palette.text)
    if notes.detail:
        small = plan.letters.small
        below = QRect(0, middle + face.height + round(6 * unit), room.plot_width, small.height)
        _say(painter, small, below, notes.detail, plan.palette.muted)


def _paint_cross(painter: QPainter, plan: Plan, notes: Notes, x: int, y: int) -> None:
    room, palette, unit = plan.room, plan.palette, plan.room.unit
    column = (x + plan.origin) // plan.step
    middle = plan.left_of(column) + plan.step // 2
    pen = QPen(palette.cross, _line(plan), Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.drawLine(middle, 0, middle, room.plot_height)
    painter.drawLine(0, y, room.plot_width, y)
    price = plan.scale.price(y, room.plot_height)
    if price >= 0:
        _axis_label(painter, plan, y, fmt.price(price), palette.box)
    face = plan.letters.bold
    text = plan.timeline.label(plan.candles, column * plan.per)
    width = face.width(text) + round(12 * unit)
    left = min(max(middle - width // 2, 0), room.plot_width - width)
    box = QRect(left, room.plot_height + 1, width, room.height - room.plot_height - 2)
    _pill(painter, plan, box, palette.box)
    _say(painter, face, box, text, palette.text)
    if notes.pointed:
        small, pad = plan.letters.small, round(8 * unit)
        words = QRect(pad, pad, small.width(notes.pointed) + 2 * pad, small.height + pad)
        _pill(painter, plan, words, palette.box)
        _say(painter, small, words, notes.pointed, palette.text)


def _paint_hint(painter: QPainter, plan: Plan) -> None:
    box = hint_box(plan)
    _pill(painter, plan, box, plan.palette.box)
    _say(painter, plan.letters.bold, box, HINT, plan.palette.text)
