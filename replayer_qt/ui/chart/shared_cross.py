"""What charts side by side share: where another one is pointed at, and where the clock stands."""

from typing import Final

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen

from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Plan

_PAD: Final = 5


class SharedCross:
    """A dashed line with the tick and the price there; while nobody points the clock's, dotted.

    Attributes:
        place: the tick and the time [ns since the Unix epoch, UTC] that are pointed at.
        by_time: whether it is the time that counts.
        clock: the tick at which the window's own round stands, on the chart of an earlier one;
            it is shown for as long as that one lived.
    """

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None
        self.by_time = False
        self.clock: int | None = None

    def look(self, plan: Plan) -> object:
        """Return all that its picture depends on."""
        tick = self._shown(plan)
        return None if tick is None else (tick, plan.middle_of(tick), self.place is None)

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it, in device pixels."""
        tick = self._shown(plan)
        if tick is None or plan.series is None:
            return
        x, room, face = plan.middle_of(tick), plan.room, plan.letters.small
        if not 0 <= x < room.plot_width:
            return
        points = self.place is not None
        style = Qt.PenStyle.DashLine if points else Qt.PenStyle.DotLine
        painter.setPen(QPen(plan.palette.cross, max(1, round(room.unit)), style))
        painter.drawLine(x, 0, x, room.plot_height)
        found = plan.series.find(tick)
        price = "" if found is None else f" · {fmt.price(float(plan.series.prices[found]))}"
        text, pad = f"tick {tick:,}{price}", round(_PAD * room.unit)
        width = face.width(text) + 2 * pad
        left = min(max(x - width // 2, 0), max(room.plot_width - width, 0))
        top = room.plot_height - face.height - 2 * pad
        painter.fillRect(QRect(left, top, width, face.height + 2 * pad), plan.palette.box)
        painter.setPen(plan.palette.text)
        face.draw(painter, left + pad, top + pad, text)

    def _shown(self, plan: Plan) -> int | None:
        if self.place is not None:
            return self.tick_on(plan)
        series, clock = plan.series, self.clock
        if series is None or clock is None or not len(series):
            return None
        return clock if clock <= int(series.ticks[-1]) else None

    def tick_on(self, plan: Plan) -> int | None:
        """Return the tick of the chart's round that is pointed at elsewhere."""
        if self.place is None or plan.series is None or not len(plan.series):
            return None
        tick, time = self.place
        if not self.by_time:
            return tick
        ats = plan.series.ats
        if not int(ats[0]) <= time <= int(ats[-1]):
            return None
        return int(plan.series.ticks[int(np.searchsorted(ats, time, side="right")) - 1])
