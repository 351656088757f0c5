"""Which rows of the chart are to be painted anew after a frame: few of them, or all."""

import msgspec

from replayer_qt.ui.chart import overlay
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.chart.plan import Plan


class Frame(msgspec.Struct, frozen=True, eq=False):
    """What is shown, and what is said over it."""

    plan: Plan
    notes: Notes


class Unpainted:
    """Compares each frame with the one before; where only the newest column differs, says where.

    Rows that were asked for are remembered until they are painted, for a frame may come before.
    """

    def __init__(self) -> None:
        self._rows = self._waiting = (0, 0)
        self._looks: tuple[object, ...] = ()

    def rows(self, before: Frame, now: Frame, extras: Extras) -> tuple[int, int] | None:
        """Return the first row to paint and the one after the last [device px]; None for all."""
        plan, rows = now.plan, overlay.rows_of_last(now.plan, extras.tracks)
        self._rows = rows
        looks = extras.looks(plan)
        same, self._looks = looks == self._looks, looks
        only_last = (
            same
            and now.notes == before.notes
            and now.notes.pointer is None
            and (plan.origin, plan.last) == (before.plan.origin, before.plan.last)
            and plan.look() == before.plan.look()
        )
        if not only_last:
            self._waiting = rows
            return None
        self._waiting = (min(rows[0], self._waiting[0]), max(rows[1], self._waiting[1]))
        return self._waiting

    def painted(self) -> None:
        """Know that everything was painted."""
        self._waiting = self._rows
