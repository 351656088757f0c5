"""An indicator's lines among the prices, painted with the finished candles."""

from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.spans import Ink, Spans, broken, rows_of, spans_of
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
        self._newest: tuple[Plan | None, list[Spans]] = (None, [])

    def look(self) -> object:
        """Return all that its finished columns depend on but the plan."""
        return self._study.look()

    def paint(self, painter: QPainter, plan: Plan, first: int, end: int) -> None:
        """Paint the columns from `first` up to `end`."""
        colour = self._study.shown.on(plan.palette.background)
        known = first == plan.last and plan is self._newest[0]
        for spans in self._newest[1] if known else self._spans(plan, first, end):
            self._ink.draw(painter, spans, colour)

    def rows(self, plan: Plan) -> tuple[int, int] | None:
        """Return the rows that its newest column touches; takes in what the plan shows more."""
        self._study.follow(plan)
        spans = self._spans(plan, plan.last, plan.last + 1)
        self._newest = (plan, spans)
        known = [rows for rows in map(rows_of, spans) if rows is not None]
        if not known:
            return None
        return min(top for top, _ in known), max(bottom for _, bottom in known)

    def _spans(self, plan: Plan, first: int, end: int) -> list[Spans]:
        height, found = plan.room.plot_height, []
        for number, line in enumerate(self._study.lines):
            spans = spans_of(plan, line, plan.scale, height, (first, end))
            if self._study.shown.dashed is (number == 0):
                spans = broken(spans, plan)
            found.append(spans)
        return found
