"""A slider with the whole round's price shape behind its handle."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from replayer_qt.core.replay_events import ReplayGrown, ReplayShaped
from replayer_qt.ui.theme import DARK, Theme

_MARGIN: Final = 8
_SEEK_MS: Final = 33
_EDGES: Final = 48
"""A polygon's time grows with the square of the edges that one row of pixels crosses."""


class Scrubber(QSlider):
    """Shows how far a replay has come, and asks for another place when dragged.

    Signals:
        sought: the share of the round that was pointed at, 0 to 1; at most one each 33 ms.
        stepped: ticks that the wheel was turned by, backwards when negative.
    """

    sought = Signal(float)
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName("Position in the round")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(46)
        self.setMouseTracking(True)
        self._theme = DARK
        self._shape: ReplayShaped | ReplayGrown | None = None
        self._curve: QPolygonF | None = None
        self._curve_for = QSize()
        self._pictures: tuple[QPixmap, QPixmap] | None = None
        self._pictured: tuple[object, ...] = ()
        self._loop: tuple[float | None, float | None] = (None, None)
        self._turned = 0
        self._dragged: float | None = None
        self._wanted: float | None = None
        self._pacer = QTimer(self)
        self._pacer.setSingleShot(True)
        self._pacer.setInterval(_SEEK_MS)
        self._pacer.timeout.connect(self._seek)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def set_shape(self, shape: ReplayShaped | ReplayGrown | None) -> None:
        """Draw another round's shape; None for none."""
        self._shape, self._curve, self._pictures = shape, None, None
        self.update()

    def set_place(self, position: int, length: int) -> None:
        """Move the handle, unless it is being dragged."""
        self.setRange(0, max(length, 1))
        self.setValue(position)

    def set_loop(self, start: int | None, end: int | None) -> None:
        """Show the ticks that a loop begins and ends at; None for none."""
        shape = self._shape
        last = 0 if shape is None or not len(shape.ticks) else int(shape.ticks[-1])
        ends = [None if at is None or last <= 0 else min(1.0, at / last) for at in (start, end)]
        if (ends[0], ends[1]) != self._loop:
            self._loop = (ends[0], ends[1])
            self.update()

    @property
    def shape(self) -> ReplayShaped | ReplayGrown | None:
        """The shape that is drawn."""
        return self._shape

    @property
    def share(self) -> float:
        """Where the handle is drawn, 0 to 1."""
        return self.value() / self.maximum() if self._dragged is None else self._dragged

    @Slot()
    def _seek(self) -> None:
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.sought.emit(wanted)
            self._pacer.start()

    def _point(self, x: float) -> None:
        self._dragged = min(1.0, max(0.0, (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)))
        self._wanted = self._dragged
        if not self._pacer.isActive():
            self._seek()
        self.update()

    def _x(self, share: float) -> float:
        return _MARGIN + share * (self.width() - 2 * _MARGIN)

    def _drawn_curve(self) -> QPolygonF | None:
        shape = self._shape
        if shape is None or len(shape.prices) < 2:
            return None
        if self._curve is None or self._curve_for != self.size():
            self._pictures = None
            heights = _heights(shape.prices, rugged=shape.rug_tick is not None)
            last = len(heights) - 1
            room = self.height() - 12
            stride = max(1, last // 1500)
            places = [*range(0, last, stride), last]
            self._curve = QPolygonF(
                [QPointF(self._x(i / last), 6 + room * (1 - heights[i])) for i in places]
            )
            self._curve_for = self.size()
        return self._curve

    def _drawn_pictures(self, curve: QPolygonF) -> tuple[QPixmap, QPixmap]:
        """Return what is played and what lies ahead; drawn once, for the handle alone moves."""
        unit = float(self.devicePixelRatioF())
        look = (self._theme.muted, self._theme.past, unit)
        if self._pictures is None or look != self._pictured:
            self._pictured = look
            self._pictures = (
                self._picture(curve, QColor(self._theme.past), unit),
                self._picture(curve, QColor(self._theme.muted), unit),
            )
        return self._pictures

    def _picture(self, curve: QPolygonF, colour: QColor, unit: float) -> QPixmap:
        picture = QPixmap(self.size() * unit)
        picture.setDevicePixelRatio(unit)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        ground = QColor(colour)
        ground.setAlpha(38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        points, floor = curve.toList(), float(self.height())
        for first in range(0, len(points) - 1, _EDGES):
            part = points[first : first + _EDGES + 1]
            ends = [QPointF(part[-1].x(), floor), QPointF(part[0].x(), floor)]
            painter.drawPolygon(QPolygonF([*part, *ends]))
        painter.setPen(QPen(colour, 1))
        painter.drawPolyline(curve)
        painter.end()
        return picture

    # Qt's names from here on.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is Qt.MouseButton.LeftButton:
            self._point(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._dragged is not None:
            self._point(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: D102
        self._dragged = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._turned / 120)
        self._turned -= notches * 120
        if notches:
            fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.stepped.emit(-notches * (10 if fast else 1))
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        at = self._x(self.share)
        curve = self._drawn_curve()
        if curve is None:
            painter.setPen(QPen(QColor(self._theme.muted), 1))
            middle = self.height() / 2
            painter.drawLine(QPointF(self._x(0), middle), QPointF(self._x(1), middle))
        else:
            self._paint_curve(painter, curve, at)
        self._paint_loop(painter)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.drawLine(QPointF(at, 2), QPointF(at, self.height() - 2))
        painter.setBrush(QColor(self._theme.accent))
        painter.drawRect(QRectF(at - 3, 1, 6, 5))
        painter.end()

    def _paint_loop(self, painter: QPainter) -> None:
        """A bracket at each end that is set, and a band between the two."""
        start, end = self._loop
        colour, floor = QColor(self._theme.warning), float(self.height() - 1)
        if start is not None and end is not None:
            band = QColor(colour)
            band.setAlpha(46)
            left, right = self._x(start), self._x(end)
            painter.fillRect(QRectF(left, 0, right - left, floor), band)
        painter.setPen(QPen(colour, 2))
        for share, foot in ((start, 5.0), (end, -5.0)):
            if share is not None:
                x = self._x(share)
                painter.drawPolyline(
                    [
                        QPointF(x + foot, 1),
                        QPointF(x, 1),
                        QPointF(x, floor),
                        QPointF(x + foot, floor),
                    ]
                )

    def _paint_curve(self, painter: QPainter, curve: QPolygonF, at: float) -> None:
        width = float(self.width())
        for picture, left, right in zip(
            self._drawn_pictures(curve), (0.0, at), (at, width), strict=True
        ):
            painter.setClipRect(QRectF(left, 0, right - left, self.height()))
            painter.drawPixmap(0, 0, picture)
        painter.setClipping(False)
        if self._shape is not None and self._shape.rug_tick is not None:
            painter.setPen(QPen(QColor(self._theme.rug), 2))
            x = self._x(1)
            painter.drawLine(QPointF(x, 4), QPointF(x, self.height() - 4))


def _heights(prices: NDArray[np.float64], *, rugged: bool) -> list[float]:
    """Prices on a logarithmic scale from 0 to 1; what cannot be scaled lies on the ground."""
    sound = np.where(np.isfinite(prices) & (prices > 0), prices, np.nan)
    if np.all(np.isnan(sound)):
        return [0.0] * len(prices)
    logs = np.log(sound)
    # The rug's own price lies so low that it would press all others flat.
    alive = logs[:-1] if rugged and not np.all(np.isnan(logs[:-1])) else logs
    low, high = float(np.nanmin(alive)), float(np.nanmax(alive))
    scaled = np.nan_to_num((logs - low) / max(high - low, 1e-9), nan=0.0).clip(0.0, 1.0)
    return [float(height) for height in scaled]
