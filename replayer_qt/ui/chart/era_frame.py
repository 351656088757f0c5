"""The frame of the chart that says whether prices are the market's now or the past."""

from typing import Final

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from replayer_qt.core.events import Link
from replayer_qt.core.state import State
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Face, Plan
from replayer_qt.ui.theme import DARK, Theme
from replayer_qt.ui.view import is_nothing_shown, is_replay_shown, replayed

_PAST: Final = "PAST"
_LIVE: Final = "LIVE"
_SHARE: Final = 0.6
"""Of the plot's width, for the words; the first one is there in any case."""
_DASHED: Final = (4.0, 2.0)
_DOTTED: Final = (1.0, 2.0)


class Era(msgspec.Struct, frozen=True):
    """What the frame says.

    Attributes:
        word: in its corner; empty without a frame.
        is_past: whether it is the past; then it is dashed, and a triangle points back.
        is_over: whether it is a round gone by that nothing moves; dotted then, with a square.
    """

    word: str = ""
    is_past: bool = False
    is_over: bool = False


OVER: Final = Era(f"{_PAST} · ROUND OVER", is_past=True, is_over=True)
"""What the frame says of an earlier round that stands there to be compared with."""


def era_of(state: State) -> Era:
    """Return what the frame says of a state: in words, so that colour is never alone."""
    if is_nothing_shown(state):
        return Era()
    if not is_replay_shown(state):
        return Era(_LIVE) if _is_live(state) else Era()
    market = replayed(state)
    at = None if market is None else market.replay
    if market is None or market.opened is None or market.opened.past_of is None:
        return Era(f"{_PAST} · REPLAY", is_past=True)
    back = " · End: back to live" if market.opened.past_of == state.live else ""
    if at is None or at.behind is None:
        return Era(f"{_PAST}{back}", is_past=True)
    return Era(f"{_PAST} · {fmt.behind(at.behind)}{back}", is_past=True)


def _is_live(state: State) -> bool:
    """Whether the market is heard now: a feed that connects or is stale tells an old price."""
    market = state.market()
    link = None if market is None else market.link
    return state.shown == state.live and link is not None and link.link is Link.LIVE


class EraFrame:
    """Painted over the chart: a line around it, and a corner with a shape and a word."""

    def __init__(self) -> None:
        """Begin without a frame."""
        self.era = Era()
        self._theme = DARK

    def say(self, era: Era) -> None:
        """Say what is looked at."""
        self.era = era

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme

    def look(self, _plan: Plan) -> object:
        """Return all that its picture depends on."""
        return self.era, self._theme

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it, in device pixels."""
        era = self.era
        if not era.word:
            return
        colour = QColor(self._theme.past if era.is_past else self._theme.live)
        self._paint_line(painter, plan, colour)
        face, unit = plan.letters.bold, plan.room.unit
        pad, mark = round(6 * unit), round(9 * unit)
        words = _fitting(era.word, face, round(_SHARE * plan.room.plot_width))
        width = face.width(words) + mark + 3 * pad
        height = face.height + pad
        box = QRect(plan.room.plot_width - width, 0, width, height)
        painter.fillRect(box, colour)
        ground = QColor(self._theme.background)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        self._paint_shape(painter, QRectF(box.left() + pad, (height - mark) / 2, mark, mark))
        painter.setPen(ground)
        face.draw(painter, box.left() + mark + 2 * pad, pad // 2, words)

    def _paint_line(self, painter: QPainter, plan: Plan, colour: QColor) -> None:
        thick = max(2, round((3 if self.era.is_past else 2) * plan.room.unit))
        pen = QPen(colour, thick)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if self.era.is_past:
            pen.setDashPattern(_DOTTED if self.era.is_over else _DASHED)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half, room = thick / 2, plan.room
        painter.drawRect(QRectF(half, half, room.plot_width - thick, room.plot_height - thick))

    def _paint_shape(self, painter: QPainter, box: QRectF) -> None:
        if not self.era.is_past:
            painter.drawEllipse(box)
            return
        if self.era.is_over:
            painter.drawRect(box)
            return
        tip = QPointF(box.left(), box.center().y())
        painter.drawPolygon(QPolygonF([box.topRight(), box.bottomRight(), tip]))


def _fitting(words: str, face: Face, room: int) -> str:
    """Return as many of the parts as there is room for, the first one at least."""
    while " · " in words and face.width(words) > room:
        words = words.rpartition(" · ")[0]
    return words
