"""Draws columns of candles and of the price line: a few calls of Qt for any number of them.

A candle opens with the first of its own ticks, not with the close before: each price drawn is one
that the venue sent, in the candle that it came in. Where prices jump from one candle to the next
the space between stays empty, for a line there would be read as a wick.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from replayer_qt.ui.chart.plan import Plan

Floats = NDArray[np.float64]

_Column = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]

_HOLLOW_FROM: Final = 5
_FEW: Final = 4
"""So many candles are drawn more quickly one by one than as arrays."""
_NEWEST: Final = 2
_LOOKED_THROUGH: Final = 4_096
"""So many candles are looked through more quickly than they are looked up."""


class Pencil:
    """Keeps the buffers from which Qt draws; they grow to the widest view and no further."""

    def __init__(self) -> None:
        self._rects = internals.PrimitiveArray(QRectF, 4)
        self._lines = internals.PrimitiveArray(QLineF, 4)

    def columns(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Draw the columns from `first` up to `end`, those that there are."""
        first, end = max(first, 0), min(end, plan.last + 1)
        if first >= end:
            return
        if plan.line:
            self._draw_line(painter, plan, first, end)
        elif plan.per > 1 or plan.step < 3:
            self._draw_bars(painter, plan, first, end)
        elif end - first <= _FEW:
            for at in range(first, end):
                _candle(painter, plan, at)
        else:
            self._draw_candles(painter, plan, first, end)

    def newest(self, painter: QPainter, plan: Plan) -> None:
        """Draw the newest column, as `columns` would, only quicker."""
        if plan.line:
            self.columns(painter, plan, plan.last, plan.last + 1)
            return
        if plan.per > 1 or plan.step < 3:
            _newest_bar(painter, plan)
        else:
            _candle(painter, plan, plan.last)

    def gaps(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Hatch the candles after which, or in which, ticks are missing."""
        first, end = max(first, 0), min(end, plan.last)
        if plan.per > 1 or plan.step < 2 or first >= end:
            return
        begins = plan.candles.first_tick[first : end + 1]
        missing = begins[1:] - begins[:-1] > plan.candles.count[first:end]
        if not missing.any():
            return
        lefts = (np.flatnonzero(missing) + first) * plan.step - plan.origin
        painter.setBrushOrigin(-plan.origin, 0)
        width, height = float(plan.step), float(plan.room.plot_height)
        zeros = np.zeros(len(lefts))
        self._fill(painter, plan.palette.gap, [(lefts, zeros, width, height)])
        painter.setBrushOrigin(0, 0)

    def _draw_candles(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        candles, height = plan.candles, plan.room.plot_height
        opens, closes = candles.open[first:end], candles.close[first:end]
        rows = plan.scale.rows(
            np.concatenate((opens, closes, candles.high[first:end], candles.low[first:end])), height
        ).reshape(4, -1)
        ups = closes >= opens
        wick = max(1.0, float(round(plan.room.unit)))
        body = _body(plan.step, int(wick))
        lefts = np.arange(first, end) * float(plan.step) - plan.origin
        tops = np.minimum(rows[0], rows[1])
        bodies = np.maximum(np.maximum(rows[0], rows[1]) - tops, wick)
        wicks = np.maximum(rows[3] - rows[2], wick)
        lefts += (plan.step - body) // 2
        middle = (body - wick) // 2
        for mask, brush in ((~ups, plan.palette.down), (ups, plan.palette.up)):
            if not mask.any():
                continue
            left, top, tall = lefts[mask], tops[mask], bodies[mask]
            parts = [(left + middle, rows[2][mask], wick, wicks[mask]), (left, top, body, tall)]
            self._fill(painter, brush, parts)
        if body >= _HOLLOW_FROM * wick:
            large = ups & (bodies >= 3 * wick)
            if large.any():
                inner = (lefts[large] + wick, tops[large] + wick)
                size = (body - 2 * wick, bodies[large] - 2 * wick)
                self._fill(painter, plan.palette.hollow, [(*inner, *size)])

    def _draw_bars(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        before = max(first - 1, 0)
        lows, highs = _joined(*extremes(plan, before, end))
        lows, highs = lows[first - before :], highs[first - before :]
        rows = plan.scale.rows(np.concatenate((highs, lows)), plan.room.plot_height).reshape(2, -1)
        per, count, candles = plan.per, plan.count, plan.candles
        ends = np.minimum(np.arange(first + 1, end + 1) * per, count) - 1
        ups = candles.close[ends] >= candles.open[first * per : count : per][: end - first]
        lefts = np.arange(first, end) * float(plan.step) - plan.origin
        tall = np.maximum(rows[1] - rows[0], 1.0)
        for mask, brush in ((~ups, plan.palette.down), (ups, plan.palette.up)):
            if mask.any():
                self._fill(painter, brush, [(lefts[mask], rows[0][mask], 1.0, tall[mask])])

    def _draw_line(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        height = plan.room.plot_height
        before = max(first - 1, 0)
        if plan.per > 1:
            lows, highs = _joined(*extremes(plan, before, end))
            lows, highs, before = lows[first - before :], highs[first - before :], first
            rows = plan.scale.rows(np.concatenate((highs, lows)), height).reshape(2, -1)
            lefts = np.arange(before, end) * float(plan.step) - plan.origin
            tall = np.maximum(rows[1] - rows[0], max(1.0, round(plan.room.unit)))
            brush = QBrush(plan.palette.line)
            self._fill(painter, brush, [(lefts, rows[0], 1.0, tall)])
            return
        rows = plan.scale.rows(plan.candles.close[before:end], height) + 0.5
        middles = np.arange(before, end) * float(plan.step) - plan.origin + plan.step // 2 + 0.5
        count = len(rows) - 1
        if count < 1:
            return
        self._lines.resize(count)
        array = self._lines.ndarray()
        array[:, 0], array[:, 1], array[:, 2], array[:, 3] = (
            middles[:-1],
            rows[:-1],
            middles[1:],
            rows[1:],
        )
        smooth = plan.is_smooth
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setPen(plan.palette.line_pen(1.6 * plan.room.unit if smooth else 1))
        painter.drawLines(*self._lines.drawargs())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003  # Qt's own

    def _fill(
        self,
        painter: QPainter,
        brush: QBrush,
        parts: Sequence[tuple[_Column, _Column, float | _Column, float | _Column]],
    ) -> None:
        count = len(parts[0][0])
        self._rects.resize(count * len(parts))
        array = self._rects.ndarray()
        for at, (left, top, width, height) in enumerate(parts):
            block = array[at * count : (at + 1) * count]
            block[:, 0], block[:, 1], block[:, 2], block[:, 3] = left, top, width, height
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(brush)
        painter.drawRects(*self._rects.drawargs())


def extremes(plan: Plan, first: int, end: int) -> tuple[Floats, Floats]:
    """Return lowest low and highest high of the columns `first` up to `end`."""
    per, candles = plan.per, plan.candles
    if per == 1:
        return candles.low[first:end].copy(), candles.high[first:end].copy()
    if end - first <= _NEWEST and per <= _LOOKED_THROUGH:
        return _newest(plan, first, end)
    whole = min(end, plan.count // per)
    lows, highs = candles.columns(first * per, whole * per, whole - first)
    if whole < end:
        low, high = candles.columns(whole * per, plan.count, 1)
        lows, highs = np.concatenate((lows, low)), np.concatenate((highs, high))
    return lows, highs


def _candle(painter: QPainter, plan: Plan, at: int) -> None:
    height, palette = plan.room.plot_height, plan.palette
    candles, row = plan.candles, plan.scale.row
    opened, closed = float(candles.open[at]), float(candles.close[at])
    start, end = row(opened, height), row(closed, height)
    wick = max(1, round(plan.room.unit))
    body = int(_body(plan.step, wick))
    left = plan.left_of(at) + (plan.step - body) // 2
    middle = left + (body - wick) // 2
    brush = palette.up if closed >= opened else palette.down
    high, low = row(float(candles.high[at]), height), row(float(candles.low[at]), height)
    top, tall = min(start, end), max(abs(start - end), wick)
    painter.fillRect(middle, high, wick, max(low - high, wick), brush)
    painter.fillRect(left, top, body, tall, brush)
    if closed >= opened and body >= _HOLLOW_FROM * wick and tall >= 3 * wick:
        inner = (left + wick, top + wick, body - 2 * wick, tall - 2 * wick)
        painter.fillRect(*inner, palette.hollow)


def _newest_bar(painter: QPainter, plan: Plan) -> None:
    at, height = plan.last, plan.room.plot_height
    lows, highs = (each.tolist() for each in extremes(plan, max(at - 1, 0), at + 1))
    low, high = lows[-1], highs[-1]
    if len(lows) > 1:
        low, high = min(low, highs[0]), max(high, lows[0])
    top, bottom = plan.scale.row(high, height), plan.scale.row(low, height)
    candles = plan.candles
    is_up = candles.close[plan.count - 1] >= candles.open[at * plan.per]
    brush = plan.palette.up if is_up else plan.palette.down
    painter.fillRect(plan.left_of(at), top, 1, max(bottom - top, 1), brush)


def _newest(plan: Plan, first: int, end: int) -> tuple[Floats, Floats]:
    per, count = plan.per, plan.count
    low, high = plan.candles.low[:count], plan.candles.high[:count]
    parts = [slice(at * per, (at + 1) * per) for at in range(first, end)]
    lows, highs = [low[part].min() for part in parts], [high[part].max() for part in parts]
    return np.array(lows, np.float64), np.array(highs, np.float64)


def _joined(lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
    """Each column reaches to the one before it, so that a jump leaves no hole."""
    joined_lows, joined_highs = lows.copy(), highs.copy()
    np.minimum(lows[1:], highs[:-1], out=joined_lows[1:])
    np.maximum(highs[1:], lows[:-1], out=joined_highs[1:])
    return joined_lows, joined_highs


def _body(step: int, wick: int) -> float:
    body = max(step - max(1, step // 5), 1)
    return float(body if (body - wick) % 2 == 0 else body - 1)
