"""One indicator with a scale of its own, in step with the chart's columns."""

import math
from typing import Final

from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.scale import Marks, PriceScale, fitted
from replayer_qt.ui.chart.spans import Ink, broken, spans_of
from replayer_qt.ui.chart.study import Study

_ROWS_APART: Final = 26


class Strip:
    """Lays one study over some rows, and paints any columns of it.

    Attributes:
        study: what is painted.
        scale: of its values; as the visible columns need it, but for those of the rug.
        marks: the rows and values that get a line and a label.
    """

    def __init__(self, study: Study, ink: Ink) -> None:
        self.study = study
        self.scale = PriceScale(0.0, 1.0)
        self.marks: Marks = ()
        self._ink = ink

    def fit(self, plan: Plan, height: int) -> None:
        """Take in what `plan` shows more, and find the scale for so many rows [device px]."""
        self.study.follow(plan)
        bounds = self.study.kind.bounds
        scale = PriceScale(*bounds) if bounds is not None else self._fitted(plan)
        if self.study.kind.levels and bounds is not None:
            levels = self.study.kind.levels
            self.marks = tuple((scale.row(level, height), level) for level in levels)
        else:
            self.marks = scale.marks(height, _ROWS_APART * plan.room.unit)
        self.scale = scale

    def look(self) -> object:
        """Return all that its finished columns depend on but the plan and its rows."""
        return (self.study.look(), self.scale)

    def paint_ground(
        self, painter: QPainter, plan: Plan, across: tuple[int, int], top: int
    ) -> None:
        """Paint the lines behind it between two places, on rows from `top` on [device px]."""
        left, right = across
        line = max(1, round(plan.room.unit))
        for row, _ in self.marks:
            painter.fillRect(left, top + row, right - left, line, plan.palette.grid)
        painter.fillRect(left, top, right - left, line, plan.palette.edge)

    def paint(
        self, painter: QPainter, plan: Plan, columns: tuple[int, int], top: int, height: int
    ) -> None:
        """Paint columns, from the first up to the second, on rows from `top` on [device px]."""
        shown = self.study.shown
        spans = spans_of(plan, self.study.lines[0], self.scale, height, columns)
        if shown.dashed:
            spans = broken(spans, plan)
        painter.translate(0, top)
        self._ink.draw(painter, spans, shown.on(plan.palette.background))
        painter.translate(0, -top)

    def _fitted(self, plan: Plan) -> PriceScale:
        first = max(plan.origin // plan.step, 0)
        end = min((plan.room.plot_width - 1 + plan.origin) // plan.step + 1, plan.last + 1)
        if plan.rug is not None:
            # the fall to the rug would flatten all that came before
            end = min(end, max(plan.rug // plan.per, first + 1))
        low, high = self.study.lines[0].span(first * plan.per, end * plan.per)
        if not (math.isfinite(low) and math.isfinite(high)):
            return PriceScale(0.0, 1.0)
        return fitted(low, high)


def number(value: float) -> str:
    """Return a value for a strip's axis.

    >>> number(0.25), number(-40.0), number(0.0)
    ('0.25', '-40', '0')
    """
    return f"{round(value, 9) + 0.0:.5g}"
