"""Until where a side bet of now would run, as an area over the chart."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from replayer_qt.core.library_figures import is_continuous
from replayer_qt.core.money import SIDE_BET_WINDOW
from replayer_qt.core.odds import BREAK_EVEN, WIN_CHANCE
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.track_styles import Shown

_LABEL: Final = f"{SIDE_BET_WINDOW} ticks"


class BetWindow:
    """Paints the window from the newest tick on; it is nothing while no round runs.

    Attributes:
        shown: how it looks; None while it is not wanted.
    """

    def __init__(self) -> None:
        self.shown: Shown | None = None

    def look(self, plan: Plan) -> object:
        """Return where it stands, and in what colour."""
        return (self.shown, self._ends(plan))

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it."""
        ends = self._ends(plan)
        if ends is None or self.shown is None:
            return
        room, unit = plan.room, plan.room.unit
        colour = self.shown.on(plan.palette.background)
        area = QColor(colour)
        area.setAlpha(28)
        left, right = max(ends[0], 0), min(ends[1], room.plot_width)
        if left >= right:
            return
        painter.fillRect(left, 0, right - left, room.plot_height, area)
        painter.setPen(QPen(colour, max(1, round(unit)), Qt.PenStyle.DashLine))
        if ends[1] < room.plot_width:
            painter.drawLine(ends[1], 0, ends[1], room.plot_height)
        face, pad = plan.letters.small, round(4 * unit)
        if right - left > face.width(_LABEL) + 2 * pad:
            face.draw(painter, left + pad, room.plot_height - face.height - pad, _LABEL)

    def _ends(self, plan: Plan) -> tuple[int, int] | None:
        newest = newest_tick(plan)
        if self.shown is None or newest is None:
            return None
        return plan.middle_of(newest), plan.middle_of(newest + SIDE_BET_WINDOW)


def newest_tick(plan: Plan) -> int | None:
    """Return the newest tick of a round that runs; None where none does, or nothing can rug."""
    series = plan.series
    over = plan.rug is not None or plan.timeline.by_time
    if series is None or not len(series) or over or plan.stream is None:
        return None
    return None if is_continuous(plan.stream) else int(series.ticks[-1])


def window_words(plan: Plan) -> str:
    """Return what a side bet of now would be, in one line."""
    newest = newest_tick(plan)
    if newest is None:
        return "Side bet: no round runs"
    return (
        f"A side bet of now runs to tick {newest + SIDE_BET_WINDOW:,}: {100 * WIN_CHANCE:.1f} % of"
        f" such bets win, {100 * BREAK_EVEN:.1f} % would break even"
    )
