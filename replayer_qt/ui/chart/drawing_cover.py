"""Drawings that nobody moves, kept as pieces of picture that move with the candles."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from replayer_qt.core.drawings import Drawing, Drawings, Shape
from replayer_qt.ui.chart import drawing_shapes as shapes
from replayer_qt.ui.chart.changes import EVERYWHERE, Changes
from replayer_qt.ui.chart.marks_placed import columns_of, unsettled
from replayer_qt.ui.chart.plan import Plan

_WIDE: Final = 512
"""How wide a piece is [device px]: a line comes out the same in it, wherever that is shown."""
_SPARE_MOST: Final = 8

_Ends = tuple[Drawing, int, float, int, float]


class DrawingCover:
    """Paints drawings in pieces of a fixed place, each painted once for a look of the chart.

    Qt's soft lines differ by a shade where they are cut or moved; a piece is never cut but copied.

    Args:
        still: tells a number that grows with each change, and the drawings.

    Attributes:
        pieces: by their numbers from the first column's left edge; None where nothing is drawn.
    """

    def __init__(self, still: Callable[[], tuple[int, Drawings]]) -> None:
        self._still = still
        self._changes = Changes()
        self._known: tuple[object, ...] = ()
        self._newest = (-1, -1)
        self._ends: list[_Ends] = []  # bounded: the drawings
        self._spare: list[QPixmap] = []  # bounded: _SPARE_MOST
        self.pieces: dict[int, QPixmap | None] = {}  # bounded: those in sight, one at each side

    def look(self, plan: Plan) -> int:
        """Return a number that grows whenever the drawings or their places change."""
        version, drawings = self._still()
        if version != self._newest[0]:
            ticks = (max(one.begin.tick, one.end.tick) for one in drawings)
            self._newest = (version, max(ticks, default=-1))
        known = (plan.look(), version, unsettled(plan, self._newest[1]))
        if known != self._known:
            before, self._known = self._known, known
            ends = _placed(plan, drawings)
            # another candle came: it seldom moves what is drawn ahead of it
            if known[:2] != before[:2] or ends != self._ends:
                self._ends = ends
                self._let_go(list(self.pieces))
                self._changes.note(EVERYWHERE)
            if not ends:
                self._spare.clear()
        return self._changes.version

    def changed_from(self, version: int) -> int | None:
        """Return how far to the left the picture is another than it was at a version."""
        return self._changes.since(version)

    def paint(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint what is between two places [device px]."""
        if not self._ends:
            return
        for drawing, _, row, _, _ in self._ends:
            if drawing.shape is Shape.LEVEL:
                shapes.paint_level(painter, plan, drawing, (left, right), row)
        first, last = ((place + plan.origin) // _WIDE for place in (left, right - 1))
        for number in range(first, last + 1):
            piece = self._piece(plan, number)
            if piece is not None:
                painter.drawPixmap(number * _WIDE - plan.origin, 0, piece)

    def draw(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint the same as shapes and letters."""
        del left, right  # the painter is clipped to them
        self.look(plan)
        for ends in self._ends:
            shapes.paint_shape(painter, plan, ends[0], *_shifted(ends, plan.origin))

    def _piece(self, plan: Plan, number: int) -> QPixmap | None:
        if number not in self.pieces:
            sides = (plan.origin, plan.origin + plan.room.plot_width)
            first, last = (place // _WIDE for place in sides)
            self._let_go([at for at in self.pieces if not first - 1 <= at <= last + 1])
            self.pieces[number] = self._painted(plan, number)
        return self.pieces[number]

    def _let_go(self, numbers: Sequence[int]) -> None:
        """Painting over a piece is quicker than the system's handing out memory for another."""
        for number in numbers:
            piece = self.pieces.pop(number)
            if piece is not None and len(self._spare) < _SPARE_MOST:
                self._spare.append(piece)

    def _blank(self, height: int) -> QPixmap:
        piece = self._spare.pop() if self._spare else QPixmap()
        if piece.height() != height:
            piece = QPixmap(_WIDE, height)
        piece.fill(Qt.GlobalColor.transparent)
        return piece

    def _painted(self, plan: Plan, number: int) -> QPixmap | None:
        room = replace(plan.room, plot_width=_WIDE)
        part = replace(plan, room=room, origin=number * _WIDE)
        seen = []
        for ends in self._ends:
            places = _shifted(ends, part.origin)
            level = ends[0].shape is Shape.LEVEL
            if not level and shapes.is_seen(part, ends[0], *places):
                seen.append((ends[0], places))
        if not seen:
            return None
        piece = self._blank(room.plot_height)
        painter = QPainter(piece)
        for drawing, places in seen:
            shapes.paint_shape(painter, part, drawing, *places)
        painter.end()
        return piece


def _placed(plan: Plan, drawings: Drawings) -> list[_Ends]:
    """Return where their ends are, counted from the first column's left edge [device px]."""
    if not drawings:
        return []
    ticks = np.array([(one.begin.tick, one.end.tick) for one in drawings], np.int64).reshape(-1)
    middles: NDArray[np.int64] = columns_of(plan, ticks) * plan.step + plan.step // 2
    return [
        (one, begin, shapes.row(plan, one.begin.price), end, shapes.row(plan, one.end.price))
        for one, (begin, end) in zip(drawings, middles.reshape(-1, 2).tolist(), strict=True)
    ]


def _shifted(ends: _Ends, origin: int) -> tuple[QPointF, QPointF]:
    _, begin, begin_row, end, end_row = ends
    return QPointF(float(begin - origin), begin_row), QPointF(float(end - origin), end_row)
