"""The shapes of the marks, kept with the finished columns: fills, god candles, others' trades."""

from collections.abc import Callable

import numpy as np
from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.changes import Changes
from replayer_qt.ui.chart.marks_ink import LARGE, Ink
from replayer_qt.ui.chart.marks_placed import NOWHERE, Placed
from replayer_qt.ui.chart.plan import Plan


class MarksCover:
    """Paints what the marks placed; knows which of it is another.

    Args:
        ink: paints the shapes.
        bring_up: has the marks placed as a plan needs them.

    Attributes:
        own: own fills and god candles.
        others: other players' trades, painted below.
    """

    def __init__(self, ink: Ink, bring_up: Callable[[Plan], None]) -> None:
        self.own = self.others = NOWHERE
        self._ink, self._bring_up = ink, bring_up
        self._changes = Changes()
        self._reach = LARGE

    def put_own(self, placed: Placed) -> None:
        """Have own marks somewhere else."""
        self._note(self.own, placed)
        self.own = placed

    def put_others(self, placed: Placed) -> None:
        """Have others' trades somewhere else."""
        self._note(self.others, placed)
        self.others = placed

    def seen(self, plan: Plan) -> int:
        """Return how many shapes are in sight."""
        if not plan.count or plan.series is None:
            return 0
        found = (placed.seen(plan, LARGE) for placed in (self.others, self.own))
        return sum(int(each.stop - each.start) for each in found)

    # --- the cover

    def look(self, plan: Plan) -> int:
        """Return a number that grows whenever the shapes or their places change."""
        self._reach = round(LARGE * plan.room.unit)
        self._bring_up(plan)
        return self._changes.version

    def changed_from(self, version: int) -> int | None:
        """Return how far to the left the shapes are others than they were at a version."""
        return self._changes.since(version)

    def paint(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint the shapes between two places [device px]."""
        if not plan.count or plan.series is None:
            return
        self._ink.prepare(plan)
        for placed in (self.others, self.own):
            within = placed.between(left + plan.origin, right + plan.origin, self._reach)
            self._ink.shapes(painter, plan, placed, within)

    def draw(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        """Paint the same for a picture."""
        self._bring_up(plan)
        self.paint(painter, plan, left, right)

    def _note(self, before: Placed, after: Placed) -> None:
        place = _difference(before, after)
        if place is not None:
            self._changes.note(place - self._reach)


def _difference(before: Placed, after: Placed) -> int | None:
    """Return the first place at which marks differ [device px]; None where they look the same."""
    if before is after:
        return None
    many = min(len(before.xs), len(after.xs))
    differs = (
        (before.xs[:many] != after.xs[:many])
        | (before.rows[:many] != after.rows[:many])
        | (before.shapes[:many] != after.shapes[:many])
    )
    found = np.flatnonzero(differs)
    if len(found):
        at = int(found[0])
        return int(min(before.xs[at], after.xs[at]))
    if len(before.xs) == len(after.xs):
        return None
    return int((before.xs if len(before.xs) > many else after.xs)[many])
