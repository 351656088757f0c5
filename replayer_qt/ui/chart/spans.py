"""A line as vertical spans, one for each pixel column: the same wherever it is drawn from.

Qt's own lines come out differently by a pixel where they are clipped or moved; these do not, so
that a patched picture is the same as a new one.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from replayer_qt.core.indicators.per_candle import CandleLine
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.scale import PriceScale

Floats = NDArray[np.float64]


class Spans(msgspec.Struct, frozen=True):
    """Vertical spans, a pixel wide each, or two where pixels are small.

    Attributes:
        lefts: where they stand, their right pixel where there are two [device px].
        tops: where they begin.
        talls: how long they are, 1 or more.
        wide: how wide they are [device px].
    """

    lefts: Floats
    tops: Floats
    talls: Floats
    wide: int


class Ink:
    """Keeps the buffer from which Qt draws spans; it grows to the widest view and no further."""

    def __init__(self) -> None:
        self._rects = internals.PrimitiveArray(QRectF, 4)

    def draw(self, painter: QPainter, spans: Spans, colour: QColor) -> None:
        """Draw spans."""
        count = len(spans.lefts)
        if not count:
            return
        if count == 1:  # each frame paints the newest
            left, top, tall = int(spans.lefts[0]), int(spans.tops[0]), int(spans.talls[0])
            painter.fillRect(left - (spans.wide - 1), top, spans.wide, tall, colour)
            return
        self._rects.resize(count)
        array = self._rects.ndarray()
        array[:, 0], array[:, 1], array[:, 2], array[:, 3] = (
            spans.lefts - (spans.wide - 1),
            spans.tops,
            spans.wide,
            spans.talls,
        )
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QBrush(colour))
        painter.drawRects(*self._rects.drawargs())


def spans_of(
    plan: Plan, line: CandleLine, scale: PriceScale, height: int, columns: tuple[int, int]
) -> Spans:
    """Return a line's spans that end in the columns from the first up to the second.

    Args:
        plan: where columns stand.
        line: the line by candles.
        scale: laid over `height` rows.
        height: [device px].
        columns: the first, and the one after the last.
    """
    first, end = max(columns[0], 0), min(columns[1], plan.last + 1)
    if plan.step == 1 and end - first == 1:
        return _bar(plan, line, scale, height, first)
    found = _bars if plan.step == 1 else _slopes
    return found(plan, line, scale, height, first, end)


def thickness(plan: Plan) -> int:
    """Return how thick a line is [device px]."""
    return max(1, round(1.5 * plan.room.unit))


def broken(spans: Spans, plan: Plan) -> Spans:
    """Return the spans of a line with breaks, which move with its columns."""
    every = max(2, round(5 * plan.room.unit))
    keep = (spans.lefts + plan.origin) // every % 2 == 0
    return Spans(spans.lefts[keep], spans.tops[keep], spans.talls[keep], spans.wide)


def rows_of(spans: Spans) -> tuple[int, int] | None:
    """Return the first row that spans touch, and the one after the last; None without any."""
    if not len(spans.lefts):
        return None
    return int(spans.tops.min()), int((spans.tops + spans.talls).max())


def _bars(
    plan: Plan, line: CandleLine, scale: PriceScale, height: int, first: int, end: int
) -> Spans:
    """Each column from its lowest to its highest value, and on to the column before."""
    before = max(first - 1, 0)
    lows, highs = line.extremes(before, end, plan.per)
    known = np.isfinite(lows) & np.isfinite(highs)
    joined_lows, joined_highs = lows.copy(), highs.copy()
    both = known[1:] & known[:-1]
    np.minimum(lows[1:], highs[:-1], out=joined_lows[1:], where=both)
    np.maximum(highs[1:], lows[:-1], out=joined_highs[1:], where=both)
    skip = first - before
    keep = known[skip:]
    rows = scale.rows(np.concatenate((joined_highs[skip:], joined_lows[skip:])), height)
    tops, bottoms = rows.reshape(2, -1)
    lefts = np.arange(first, first + len(tops)).astype(np.float64) - plan.origin
    talls = bottoms - tops + thickness(plan)
    return Spans(lefts[keep], tops[keep], talls[keep], _width(plan))


def _bar(plan: Plan, line: CandleLine, scale: PriceScale, height: int, column: int) -> Spans:
    """One column, as it comes out among others, only quicker: each frame paints the newest."""
    before = max(column - 1, 0)
    lows, highs = (each.tolist() for each in line.extremes(before, column + 1, plan.per))
    if len(lows) <= column - before or not (math.isfinite(lows[-1]) and math.isfinite(highs[-1])):
        return Spans(np.empty(0), np.empty(0), np.empty(0), _width(plan))
    low, high = lows[-1], highs[-1]
    if len(lows) > 1 and math.isfinite(lows[0]) and math.isfinite(highs[0]):
        low, high = min(low, highs[0]), max(high, lows[0])
    top, bottom = scale.row(high, height), scale.row(low, height)
    spot = (column - plan.origin, top, bottom - top + thickness(plan))
    lefts, tops, talls = (np.array([value], np.float64) for value in spot)
    return Spans(lefts, tops, talls, _width(plan))


def _slopes(
    plan: Plan, line: CandleLine, scale: PriceScale, height: int, first: int, end: int
) -> Spans:
    """From the middle of each column's neighbour to its own, in whole pixels."""
    step, before = plan.step, max(first - 1, 0)
    values = line.last[before:end]
    rows = scale.rows(values, height)
    known = np.isfinite(values)
    starts, ends = rows[:-1], rows[1:]
    keep = known[1:] & known[:-1]
    parts = np.arange(step + 1) / step
    walk = np.floor(starts[keep, np.newaxis] + (ends - starts)[keep, np.newaxis] * parts + 0.5)
    tops = np.minimum(walk[:, 1:], walk[:, :-1])
    talls = np.abs(walk[:, 1:] - walk[:, :-1]) + thickness(plan)
    begins = np.flatnonzero(keep) + before
    middles = begins * step - plan.origin + step // 2 + 1
    lefts = (middles[:, np.newaxis] + np.arange(step)).astype(np.float64)
    return Spans(lefts.reshape(-1), tops.reshape(-1), talls.reshape(-1), _width(plan))


def _width(plan: Plan) -> int:
    # a span may reach into the column before, which is painted again with it, but no further
    return 2 if plan.room.unit >= 1.5 else 1
