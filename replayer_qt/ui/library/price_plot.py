"""The price of one round as a small plot, by a painter of its own: no scene, no items."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.core.columns import RoundColumns
from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.library.painting import draw_cross
from replayer_qt.ui.plain import clean
from replayer_qt.ui.theme import DARK, Theme

_PAD: Final = 8
_LABEL_PX: Final = 68
_TOP_PX: Final = 20
_FOOT_PX: Final = 18
_DOT: Final = 3.0
_CROSS: Final = 4.0
_LEAST: Final = 1e-9
_FLAT: Final = 1e-9
_STEPS: Final = (1.0, 2.0, 5.0)
_GRID_MOST: Final = 7
_GRID_LEAST: Final = 3
_CENTRED: Final = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


def outline(
    ticks: NDArray[np.int64], heights: NDArray[np.float64], columns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a line that looks the same on so many pixel columns.

    Returns:
        At most four points a column, from left to right: where they are [share of the width] and
        their heights; the lowest and the highest of each column are among them.
    """
    span = max(1, int(ticks[-1] - ticks[0]))
    shares = (ticks - ticks[0]) / span
    if len(ticks) <= columns * 2:
        return shares, heights
    place = np.minimum((shares * columns).astype(np.int64), columns - 1)
    begins = np.flatnonzero(np.r_[True, np.diff(place) > 0])
    ends = np.r_[begins[1:], len(ticks)] - 1
    low = np.minimum.reduceat(heights, begins)
    high = np.maximum.reduceat(heights, begins)
    corners = np.stack([heights[begins], low, high, heights[ends]], axis=1).ravel()
    return np.repeat((place[begins] + 0.5) / columns, 4), corners


class PricePlot(QWidget):
    """A line on a logarithmic scale, a dot at the peak, a cross at the rug, gaps left open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._round: RoundColumns | None = None
        self._heights: NDArray[np.float64] = np.empty(0)
        self._said = ""
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Price of the round")

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def say(self, text: str) -> None:
        """Show words in place of a round."""
        self._said, self._round, self._pointed = clean(text), None, None
        self.setAccessibleDescription(self._said)
        self.update()

    def show_round(self, columns: RoundColumns) -> None:
        """Draw a round; one without ticks says so."""
        sound = np.isfinite(columns.prices) & (columns.prices > _LEAST)
        if not sound.any():
            self.say("This round has no ticks.")
            return
        self._round, self._pointed, self._said = columns, None, ""
        self._heights = np.log(np.where(sound, columns.prices, _LEAST))
        self._heights[~sound] = self._heights[sound].min()
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """Return what the pointer, or else the round's peak, tells."""
        shown = self._round
        if shown is None:
            return self._said
        place = self._peak() if self._pointed is None else self._pointed
        told = self._told(place)
        if self._pointed is not None:
            return told
        rugs = rugs_of(shown)
        rug = f", {self._told(rugs[0])}" if rugs else ", end not recorded"
        return f"peak {told}{rug}"

    def _told(self, place: int) -> str:
        shown = self._round
        if shown is None:
            return ""
        rug = "rug " if int(shown.ticks[place]) == shown.rug_tick else ""
        price = fmt.price(float(shown.prices[place]))
        return f"{rug}{price} at tick {int(shown.ticks[place]):,}"

    def _peak(self) -> int:
        shown = self._round
        if shown is None:
            return 0
        return int(np.argmax(np.where(self._before_rug(), self._heights, -np.inf)))

    # --- where things are

    def _room(self) -> QRectF:
        return QRectF(
            _PAD,
            scaled(_TOP_PX),
            max(10, self.width() - _PAD - scaled(_LABEL_PX)),
            max(10, self.height() - scaled(_TOP_PX) - scaled(_FOOT_PX)),
        )

    def _bounds(self) -> tuple[float, float]:
        body = self._heights[self._before_rug()]
        low, high = float(body.min()), float(body.max())
        return (low, high) if high - low > _FLAT else (low - 0.5, high + 0.5)

    def _before_rug(self) -> NDArray[np.bool_]:
        """The rug is far below everything else: its price is told, and drawn at the lower edge."""
        shown = self._round
        if shown is None or shown.rug_tick is None:
            return np.ones(len(self._heights), dtype=bool)
        before: NDArray[np.bool_] = shown.ticks != shown.rug_tick
        return before if before.any() else ~before

    def _y(self, height: float, room: QRectF) -> float:
        low, high = self._bounds()
        share = max(0.0, (height - low) / (high - low))
        return room.bottom() - share * room.height()

    def _at(self, place: int, room: QRectF) -> QPointF:
        shown = self._round
        if shown is None:
            return room.center()
        span = max(1, int(shown.ticks[-1] - shown.ticks[0]))
        share = int(shown.ticks[place] - shown.ticks[0]) / span
        return QPointF(
            room.left() + share * room.width(), self._y(float(self._heights[place]), room)
        )

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(420, 150)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(160, 90)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        shown = self._round
        if shown is None:
            return
        room = self._room()
        share = min(1.0, max(0.0, (event.position().x() - room.left()) / room.width()))
        wanted = shown.ticks[0] + share * (shown.ticks[-1] - shown.ticks[0])
        place = int(np.searchsorted(shown.ticks, wanted))
        around = [each for each in (place - 1, place) if 0 <= each < len(shown.ticks)]
        self._pointed = min(around, key=lambda each: abs(float(shown.ticks[each]) - wanted))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._pointed = None
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        painter.setPen(QColor(self._theme.muted))
        if self._round is None:
            painter.drawText(self.rect().adjusted(12, 4, -12, -4), _CENTRED, self._said)
        else:
            room = self._room()
            self._paint_grid(painter, room)
            self._paint_line(painter, room)
            self._paint_marks(painter, room)
            painter.setPen(QColor(self._theme.text))
            wide, right = self.width() - 2 * _PAD, Qt.TextElideMode.ElideRight
            told = painter.fontMetrics().elidedText(self.words(), right, wide)
            painter.drawText(QPointF(_PAD, scaled(14)), told)
        painter.end()

    def _paint_grid(self, painter: QPainter, room: QRectF) -> None:
        low, high = self._bounds()
        side = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        line = painter.fontMetrics().height()
        for price in steps_between(math.exp(low), math.exp(high)):
            y = self._y(math.log(price), room)
            painter.setPen(QColor(self._theme.grid))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(self._theme.muted))
            box = QRectF(room.right() + 5, y - line / 2, scaled(_LABEL_PX) - 6, line)
            painter.drawText(box, side, fmt.price(price))
        shown = self._round
        if shown is not None:
            foot = QRectF(room.left(), room.bottom() + 2, room.width(), scaled(_FOOT_PX) - 2)
            painter.drawText(foot, side, f"tick {int(shown.ticks[0]):,}")
            right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
            painter.drawText(foot, right, f"{int(shown.ticks[-1]):,}")

    def _paint_line(self, painter: QPainter, room: QRectF) -> None:
        shown = self._round
        if shown is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.text), 1))
        before, low = self._before_rug(), self._bounds()[0]
        high = self._bounds()[1]
        span = max(1, int(shown.ticks[-1] - shown.ticks[0]))
        wide = max(1, int(room.width()))
        shares, heights = outline(shown.ticks[before], self._heights[before], wide)
        shares = shares * int(shown.ticks[before][-1] - shown.ticks[0]) / span
        xs = (room.left() + shares * room.width()).tolist()
        ys = (room.bottom() - (heights - low) / (high - low) * room.height()).tolist()
        points = [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]
        if len(points) == 1:
            painter.drawEllipse(points[0], _DOT, _DOT)
        else:
            painter.drawPolyline(QPolygonF(points))

    def _paint_marks(self, painter: QPainter, room: QRectF) -> None:
        shown, theme = self._round, self._theme
        if shown is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.up))
        painter.drawEllipse(self._at(self._peak(), room), _DOT, _DOT)
        for place in rugs_of(shown):
            painter.setPen(QPen(QColor(theme.rug), 1.4))
            if place:
                painter.drawLine(self._at(place - 1, room), self._at(place, room))
            draw_cross(painter, self._at(place, room), _CROSS)
        if self._pointed is not None:
            at = self._at(self._pointed, room)
            painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(at.x(), room.top()), QPointF(at.x(), room.bottom()))
            painter.drawLine(QPointF(room.left(), at.y()), QPointF(room.right(), at.y()))


def rugs_of(shown: RoundColumns) -> list[int]:
    """Return the place of the rug among the ticks; none where it is not recorded."""
    if shown.rug_tick is None:
        return []
    return [int(place) for place in np.flatnonzero(shown.ticks == shown.rug_tick)]


def steps_between(low: float, high: float) -> list[float]:
    """Return round prices between two, seven at most, for the lines of a grid.

    >>> steps_between(0.9, 6.0), steps_between(1.0, 1.04)
    ([1.0, 2.0, 5.0], [1.0, 1.01, 1.02, 1.03, 1.04])
    """
    least = math.floor(math.log10(max(low, _LEAST)))
    most = math.ceil(math.log10(max(high, _LEAST)))
    found = [
        step * 10.0**power
        for power in range(least, most + 1)
        for step in _STEPS
        if low <= step * 10.0**power <= high
    ]
    if len(found) < _GRID_LEAST:
        return even_steps(low, high)
    return found if len(found) <= _GRID_MOST else found[:: math.ceil(len(found) / _GRID_MOST)]


def even_steps(low: float, high: float) -> list[float]:
    """Return round prices at even distances between two that lie close together.

    >>> even_steps(1.04, 1.48)
    [1.1, 1.2, 1.3, 1.4]
    """
    span = high - low
    if span <= low * _FLAT:
        return []
    power = 10.0 ** math.floor(math.log10(span))
    step = next(each * power for each in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if span / power / each < 7)
    first = math.ceil(low / step)
    # a whole number of steps, so that rounding does not add up
    made = [round(n * step, 12) for n in range(first, math.floor(high / step) + 1)]
    return [each for each in made if low <= each <= high][:_GRID_MOST]
