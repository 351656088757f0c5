"""The part of the marks that moves with the candles: cost line, its shading, bands of bets."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from pyqtgraph.Qt import internals
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from replayer_qt.ui.chart.marks_placed import columns_of
from replayer_qt.ui.chart.marks_told import Bet, Cost, Outcome, Told
from replayer_qt.ui.chart.plan import Plan

_SHADE: Final = 44
_BAND: Final = 22
_DASH: Final = (5, 9)
"""How long a dash is, and how far one begins after another [length units]."""

Floats = NDArray[np.floating[Any]]
Numbers = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]


class MarksTrack:
    """Belongs to the chart's finished columns, so that a frame need not paint it again.

    Attributes:
        told: what is painted.
    """

    def __init__(self) -> None:
        self.told = Told()
        self._known: tuple[object, ...] = ()
        self._bands = self._spans = (np.empty(0, np.int64), np.empty(0, np.int64))
        self._rects = internals.PrimitiveArray(QRectF, 4)

    def look(self) -> object:
        """Return what its finished columns depend on."""
        return self.told.costs, self.told.bets

    def paint(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Paint the columns from `first` up to `end`, those that there are, in device pixels."""
        first, end = max(first, 0), min(end, plan.last + 1)
        if first >= end or plan.series is None:
            return
        self._place(plan)
        if self.told.costs:
            self._paint_costs(painter, plan, first, end)
        if self.told.bets:
            self._paint_bands(painter, plan, first, end)

    def rows(self, plan: Plan) -> tuple[int, int] | None:  # noqa: ARG002  # as every track
        """Return None: within its candle a tick changes nothing beyond the price's own rows."""
        return None

    def bands(self, plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last column of each bet."""
        self._place(plan)
        return self._bands

    def _place(self, plan: Plan) -> None:
        """Look up the columns; several times a frame they are asked for, and seldom are others."""
        told = self.told
        known = (told.bets, told.costs, plan.identity, plan.generation, plan.per, plan.count)
        if known != self._known:
            self._known = known
            self._bands, self._spans = band_columns(plan, told.bets), _spans(plan, told.costs)

    def _paint_bands(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        bets, height = self.told.bets, plan.room.plot_height
        begins, lasts = self._bands
        for place in np.flatnonzero((begins < end) & (lasts >= first)).tolist():
            left = plan.left_of(max(int(begins[place]), first))
            right = plan.left_of(min(int(lasts[place]) + 1, end))
            colour = faint(bet_colour(plan, bets[place]), _BAND)
            painter.fillRect(left, 0, right - left, height, colour)

    def _paint_costs(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Lines and shading in a few calls of Qt, however many steps the cost went in."""
        height = plan.room.plot_height
        level, is_open = np.full(end - first, np.nan), np.zeros(end - first, np.bool_)
        begins, untils = self._spans
        places = np.flatnonzero((begins < end) & (untils > first)).tolist()
        if not places:
            return
        if end - first == 1:
            self._paint_one(painter, plan, first, self.told.costs[places[-1]])
            return
        for place in places:
            within = slice(max(int(begins[place]) - first, 0), int(untils[place]) - first)
            level[within] = plan.row_of(self.told.costs[place].average)
            is_open[within] = self.told.costs[place].is_open
        self._dash(painter, plan, first, np.where((level >= 0) & (level <= height), level, np.nan))
        if is_open.any():
            self._shade(painter, plan, first, np.where(is_open, level, np.nan))

    def _paint_one(self, painter: QPainter, plan: Plan, column: int, cost: Cost) -> None:
        """One column, as it comes out among others, only quicker: each frame paints the newest."""
        height, unit = plan.room.plot_height, plan.room.unit
        level, left = plan.row_of(cost.average), plan.left_of(column)
        if 0 <= level <= height:
            long, every = (max(round(part * unit), 1) for part in _DASH)
            begin, end = column * plan.step, (column + 1) * plan.step
            for start in range(begin // every * every, end, every):
                shown = max(start, begin)
                wide = min(start + long, end) - shown
                line = max(1, round(unit))
                if wide > 0:
                    painter.fillRect(shown - plan.origin, level, wide, line, plan.palette.text)
        if cost.is_open:
            last = min((column + 1) * plan.per, plan.count) - 1
            row = plan.row_of(float(plan.candles.close[last]))
            brush = plan.palette.up if row < level else plan.palette.down
            box = (left, min(row, level), plan.step, abs(row - level))
            painter.fillRect(*box, faint(brush.color(), _SHADE))

    def _shade(self, painter: QPainter, plan: Plan, first: int, level: Floats) -> None:
        """As two outlines: many narrow boxes one can see through cost ten times as much."""
        known = np.flatnonzero(~np.isnan(level))
        begin, end = int(known[0]), int(known[-1]) + 1
        columns = np.arange(begin, end) + first
        last = np.minimum((columns + 1) * plan.per, plan.count) - 1
        rows = plan.scale.rows(plan.candles.close[last], plan.room.plot_height)
        level = np.where(np.isnan(level[begin:end]), rows, level[begin:end])
        edges = np.repeat(np.append(columns, columns[-1] + 1) * plan.step - plan.origin, 2)[1:-1]
        across = np.concatenate((edges, edges[::-1])).astype(np.float64)
        floor = np.repeat(level, 2)[::-1]
        painter.setPen(Qt.PenStyle.NoPen)
        for extreme, brush in ((np.minimum, plan.palette.up), (np.maximum, plan.palette.down)):
            down = np.concatenate((np.repeat(extreme(rows, level), 2), floor))
            painter.setBrush(QBrush(faint(brush.color(), _SHADE)))
            painter.drawPolygon(arrayToQPolygonF(across, down))

    def _dash(self, painter: QPainter, plan: Plan, first: int, level: Floats) -> None:
        """A column's dashes depend on nothing but the column."""
        long, every = (max(round(part * plan.room.unit), 1) for part in _DASH)
        left, right, step = first * plan.step, (first + len(level)) * plan.step, plan.step
        begun = np.arange(-(-left // every) * every, right, every)
        starts = np.union1d(np.arange(left, right, step), begun)
        widths = np.minimum(long - starts % every, step - starts % step)
        rows = level[starts // step - first]
        seen = (widths > 0) & ~np.isnan(rows)
        line = float(max(1, round(plan.room.unit)))
        self._fill(
            painter, plan.palette.text, starts[seen] - plan.origin, rows[seen], widths[seen], line
        )

    def _fill(
        self,
        painter: QPainter,
        colour: QColor,
        lefts: Numbers,
        tops: Floats,
        wide: Numbers | float,
        tall: Floats | float,
    ) -> None:
        if not len(lefts):
            return
        self._rects.resize(len(lefts))
        memory = self._rects.ndarray()
        memory[:, 0], memory[:, 1], memory[:, 2], memory[:, 3] = lefts, tops, wide, tall
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colour))
        painter.drawRects(*self._rects.drawargs())


def band_columns(plan: Plan, bets: tuple[Bet, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last column of each bet."""
    if not bets:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ticks = np.array([(bet.start, bet.end) for bet in bets], np.int64)
    columns = columns_of(plan, ticks.reshape(-1)).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def bet_colour(plan: Plan, bet: Bet) -> QColor:
    """Return a bet's colour; its shape and word say the same."""
    match bet.outcome:
        case Outcome.WON:
            return plan.palette.up.color()
        case Outcome.LOST:
            return plan.palette.down.color()
        case Outcome.OPEN:
            return plan.palette.last
        case Outcome.UNTOLD:
            return plan.palette.muted


def faint(colour: QColor, alpha: int) -> QColor:
    """Return a colour that lets what is below it through; `alpha` up to 255 lets nothing."""
    made = QColor(colour)
    made.setAlpha(alpha)
    return made


def _spans(plan: Plan, costs: tuple[Cost, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first column of each, and the one after its last."""
    if not costs:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ticks = np.array([(cost.first, cost.end or 0) for cost in costs], np.int64)
    columns = columns_of(plan, ticks.reshape(-1)).reshape(-1, 2)
    lasting = np.array([cost.end is None for cost in costs])
    begins = columns[:, 0]
    return begins, np.where(lasting, plan.last + 1, np.maximum(columns[:, 1], begins + 1))
