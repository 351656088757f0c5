"""How marks are painted: shapes from an atlas in one call, strips, a ring, words."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap, QPolygonF

from replayer_qt.ui.chart.marks_placed import Placed, Shape
from replayer_qt.ui.chart.marks_told import Bet, Outcome
from replayer_qt.ui.chart.marks_track import MarksTrack, band_columns, bet_colour, faint
from replayer_qt.ui.chart.plan import Plan

LARGE: Final = 15
"""Height and width of an own mark with its rim [length units]; odd, so that it has a middle."""
SMALL: Final = 9
"""Those of another player's trade [length units]."""

_GAP: Final = 1
_FAINT: Final = 190
_WORDS_FROM: Final = 16
_FIELDS: Final = 10
_Points = tuple[tuple[float, float], ...]

_OUTLINES: Final[dict[Shape, _Points]] = {
    Shape.BUY: ((0.0, -0.42), (0.45, 0.4), (-0.45, 0.4)),
    Shape.SELL: ((0.0, 0.42), (0.45, -0.4), (-0.45, -0.4)),
    Shape.GOD: tuple(
        (0.48 * size * float(np.sin(turn)), -0.48 * size * float(np.cos(turn)))
        for turn, size in zip(np.arange(10) * np.pi / 5, (1.0, 0.55) * 5, strict=True)
    ),
    Shape.TRADE_UP: ((0.0, -0.5), (0.5, 0.4), (-0.5, 0.4)),
    Shape.TRADE_DOWN: ((0.0, 0.5), (0.5, -0.4), (-0.5, -0.4)),
}
"""Corners around the middle, in sizes."""


class Ink:
    """Paints marks in one palette and size of pixels; keeps the shapes as a picture."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._atlas = QPixmap()
        self._places = np.zeros((len(Shape), 4))
        self.drop = np.zeros(len(Shape))
        self._fragments = internals.PrimitiveArray(QPainter.PixmapFragment, _FIELDS)

    def prepare(self, plan: Plan) -> None:
        """Have the shapes in the plan's colours and size."""
        key = (plan.palette.name, plan.room.unit, plan.palette.up.color().rgb())
        if key == self._key:
            return
        self._key = key
        sides = [_side(shape, plan.room.unit) for shape in Shape]
        wide = sum(sides) + len(sides)
        self._atlas = QPixmap(wide, max(sides))
        self._atlas.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._atlas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)  # noqa: FBT003  # Qt's own
        left = 0
        for shape, side in zip(Shape, sides, strict=True):
            painter.resetTransform()
            painter.translate(left + side / 2, side / 2)
            _draw_shape(painter, plan, shape, side)
            self._places[shape] = left, 0, side, side
            self.drop[shape] = _drop(shape, side)
            left += side + 1
        painter.end()

    def shapes(self, painter: QPainter, plan: Plan, placed: Placed, seen: slice) -> None:
        """Paint some of the marks, in one call."""
        count = int(seen.stop - seen.start)
        if count <= 0:
            return
        self._fragments.resize(count)
        memory = self._fragments.ndarray()
        shapes = placed.shapes[seen]
        places = self._places[shapes]
        half = places[:, 2] / 2
        rows = placed.rows[seen] + self.drop[shapes]
        memory[:, 0] = placed.xs[seen] - plan.origin + 0.5
        within = np.minimum(np.maximum(np.floor(rows), half), plan.room.plot_height - half)
        memory[:, 1] = within
        memory[:, 1] += (places[:, 2] % 2) / 2 - memory[:, 1] % 1
        memory[:, 2:6] = places
        memory[:, 6:8] = 1.0
        memory[:, 8] = 0.0
        memory[:, 9] = 1.0
        first, many = self._fragments.drawargs()
        painter.drawPixmapFragments(first, many, self._atlas)

    def spot_of(self, plan: Plan, placed: Placed, at: int) -> tuple[int, int]:
        """Return the middle of a placed mark [device px]."""
        shape = int(placed.shapes[at])
        half = self._places[shape, 2] / 2
        row = float(placed.rows[at]) + self.drop[shape]
        return int(placed.xs[at]) - plan.origin, round(
            min(max(row, half), plan.room.plot_height - half)
        )

    def strips(
        self,
        painter: QPainter,
        plan: Plan,
        track: MarksTrack,
        words: Sequence[tuple[str, ...]],
    ) -> None:
        """Paint at the lower edge how each bet stands, in words where there is room.

        A bet that is won is a full strip, any other an empty one; what lies ahead is told of by a
        line at its last tick. `words` says of each bet how it stands, ever shorter.
        """
        unit, face, strip = plan.room.unit, plan.letters.small, strip_height(plan)
        line, top = _line(plan), plan.room.plot_height - strip
        bets = track.told.bets
        begins, lasts = track.bands(plan)
        lefts = np.maximum(begins * plan.step - plan.origin, 0)
        rights = np.minimum((lasts + 1) * plan.step - plan.origin, plan.room.plot_width)
        for place in np.flatnonzero(rights > lefts).tolist():
            bet, left, right = bets[place], int(lefts[place]), int(rights[place])
            colour, width = bet_colour(plan, bet), right - left
            painter.fillRect(left, top, width, strip, colour)
            if bet.outcome is not Outcome.WON and width > 2 * line:
                inner = (left + line, top + line, width - 2 * line, strip - 2 * line)
                painter.fillRect(*inner, plan.palette.background)
            if bet.outcome is Outcome.OPEN:
                painter.fillRect(right - line, 0, line, plan.room.plot_height, colour)
            if width < round(_WORDS_FROM * unit):
                continue
            room = width - round(6 * unit)
            text = next((one for one in words[place] if face.width(one) <= room), "")
            painter.setPen(plan.palette.on_colour if bet.outcome is Outcome.WON else colour)
            face.draw(painter, left + round(3 * unit), top + (strip - face.height) // 2, text)

    def ring(self, painter: QPainter, plan: Plan, x: int, y: int, size: int) -> None:
        """Paint a ring around what is chosen."""
        unit = plan.room.unit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)  # noqa: FBT003  # Qt's own
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(plan.palette.last, 2 * unit))
        painter.drawEllipse(QPointF(x + 0.5, y + 0.5), size * 0.75 * unit, size * 0.75 * unit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own

    def profit(self, painter: QPainter, plan: Plan, text: str, *, gains: bool) -> None:
        """Paint the open profit beside the newest price, on the rows that each tick repaints."""
        room, face = plan.room, plan.letters.bold
        row = plan.row_of(float(plan.candles.close[plan.count - 1]))
        row = min(max(row, 0), room.plot_height)
        pad = round(4 * room.unit)
        width, height = face.width(text) + 2 * pad, face.height + pad
        left = min(plan.left_of(plan.last + 1) + pad, room.plot_width - width - pad)
        above = row - height - _line(plan)
        top = above if above >= 0 else row + 2 * _line(plan)
        painter.fillRect(max(left, 0), top, width, height, plan.palette.veil)
        painter.setPen((plan.palette.up if gains else plan.palette.down).color())
        face.draw(painter, max(left, 0) + pad, top + pad // 2, text)

    def label(self, painter: QPainter, plan: Plan, x: int, y: int, lines: Sequence[str]) -> None:
        """Paint plain words in a box beside a place, inside the plot."""
        room, face, pad = plan.room, plan.letters.small, round(6 * plan.room.unit)
        width = max(face.width(line) for line in lines) + 2 * pad
        height = face.height * len(lines) + pad
        left = x + 2 * pad
        if left + width > room.plot_width:
            left = max(x - 2 * pad - width, 0)
        top = min(max(y - height // 2, 0), max(room.plot_height - height, 0))
        box = QRect(left, top, width, height)
        painter.fillRect(box, plan.palette.box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(plan.palette.edge, _line(plan)))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setPen(plan.palette.text)
        for number, line in enumerate(lines):
            face.draw(painter, left + pad, top + pad // 2 + number * face.height, line)


def band_box(plan: Plan, bet: Bet) -> QRect | None:
    """Return where a bet's band is in sight [device px]; None where it is not."""
    begins, lasts = band_columns(plan, (bet,))
    left, right = plan.left_of(int(begins[0])), plan.left_of(int(lasts[0]) + 1)
    left, right = max(left, 0), min(right, plan.room.plot_width)
    return QRect(left, 0, right - left, plan.room.plot_height) if left < right else None


def strip_height(plan: Plan) -> int:
    """Return how high the strip is in which bands say what they are [device px]."""
    return plan.letters.small.height + round(4 * plan.room.unit)


def _line(plan: Plan) -> int:
    return max(1, round(plan.room.unit))


def _side(shape: Shape, unit: float) -> int:
    size = SMALL if shape in {Shape.TRADE_UP, Shape.TRADE_DOWN} else LARGE
    return round(size * unit) | 1


def _drop(shape: Shape, side: int) -> float:
    """How far below the price's row a shape's middle stands: it points at the price."""
    if shape in {Shape.BUY, Shape.GOD}:  # above the top of a god candle the peak has its words
        return side / 2 + _GAP
    if shape is Shape.SELL:
        return -side / 2 - _GAP
    return -side * 1.25 if shape is Shape.RUG else 0.0


def _draw_shape(painter: QPainter, plan: Plan, shape: Shape, side: int) -> None:
    palette, rim = plan.palette, 1.2 * plan.room.unit
    if shape is Shape.RUG:
        arm = side * 0.3
        for width, colour in ((5.0, palette.background), (2.6, palette.rug)):
            pen = QPen(colour, width * plan.room.unit)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            for sign in (1, -1):
                painter.drawLine(QPointF(-arm, -sign * arm), QPointF(arm, sign * arm))
        return
    fills = {
        Shape.BUY: palette.up.color(),
        Shape.SELL: palette.down.color(),
        Shape.GOD: palette.last,
        Shape.TRADE_UP: faint(palette.up.color(), _FAINT),
        Shape.TRADE_DOWN: faint(palette.down.color(), _FAINT),
    }
    is_own = shape not in {Shape.TRADE_UP, Shape.TRADE_DOWN}
    inner = side - 2 * rim
    painter.setPen(QPen(palette.text if is_own else palette.background, rim))
    painter.setBrush(QBrush(fills[shape]))
    points = [QPointF(x * inner, y * inner) for x, y in _OUTLINES[shape]]
    painter.drawPolygon(QPolygonF(points))
