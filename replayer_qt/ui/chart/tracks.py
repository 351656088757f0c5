"""An indicator's lines among the prices, painted with the finished candles."""

from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.spans import Ink, broken, rows_of, spans_of
from replayer_qt.ui.chart.study import Study


class StudyTrack:
    """Paints the lines of one study on the scale of the prices.

    The first line is the study's own; further ones, a band's edges, are broken where it is whole
    and whole where it is broken.

    Args:
        study: what is painted.
        ink: shared by all that are painted alike.
    """

    def __init__(self, study: Study, ink: Ink) -> None:
        self._study, self._ink = study, ink

    def look(self) -> object:
        """Return all that its finished columns depend on but the plan."""
        return self._study.look()

    def paint(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Paint the columns from `first` up to `end`."""
        shown = self._study.shown
        colour = shown.on(plan.palette.background)
        for number, line in enumerate(self._study.lines):
            spans = spans_of(plan, line, plan.scale, plan.room.plot_height, (first, end))
            if shown.dashed is (number == 0):
                spans = broken(spans, plan)
            self._ink.draw(painter, spans, colour)

    def rows(self, plan: Plan) -> tuple[int, int] | None:
        """Return the rows that its newest column touches; takes in what the plan shows more."""
        self._study.follow(plan)
        height = plan.room.plot_height
        found = [rows_of(plan, line, plan.scale, height) for line in self._study.lines]
        known = [rows for rows in found if rows is not None]
        if not known:
            return None
        return min(top for top, _ in known), max(bottom for _, bottom in known)
