"""The overview's finished picture: kept in a pixmap, patched at its end, seldom drawn anew."""

import math
from typing import Final

import msgspec
import numpy as np
from pyqtgraph import functions
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from replayer_qt.core.pyramid import Floats
from replayer_qt.ui.chart.overview_ground import (
    Ground,
    Outline,
    Shape,
    SoundShape,
    Stretch,
    holes,
    outline,
)
from replayer_qt.ui.theme import Theme, mixed

LANE: Final = 11
"""The upper rows, which the playhead's knob has for itself [px]."""
FOOT: Final = 3
_HEADROOM: Final = 1.08
_TINT: Final = 0.16
_EDGES: Final = 48
"""A polygon's time grows with the square of the edges that one row of pixels crosses."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """All that the picture is made from.

    Attributes:
        ground: what lies along the strip.
        shape: all of the round that is replayed; None where nothing is known of what comes.
        past: whether it is a recording's.
        width: of the widget [px].
        height: of the widget [px].
        unit: device pixels in a pixel.
    """

    ground: Ground
    theme: Theme
    width: int
    height: int
    shape: Shape | None = None
    past: bool = False
    unit: float = 1.0

    @property
    def scale(self) -> float:
        """Ticks in a pixel."""
        return self.ground.length / self.width


class OverviewPicture:
    """Ground, gaps and prices of a strip.

    Attributes:
        redraws: how often all of it was drawn.
        patches: how often only its end was.
    """

    def __init__(self) -> None:
        self.redraws = self.patches = 0
        self._known = QPixmap()
        self._ahead = QPixmap()
        self._look: tuple[object, ...] = ()
        self._shape: Shape | None = None
        self._sound: SoundShape | None = None
        self._range = (1.0, 1.0)
        self._drawn = 0.0

    def bring_up(self, scene: Scene) -> None:
        """Make the pictures show a scene, with as little work as that takes."""
        same_shape = self._shape is scene.shape
        if not same_shape:
            self._sound = None if scene.shape is None else SoundShape(scene.shape)
        self._fit(scene, same_shape=same_shape)
        look = (
            *_lie_of(scene.ground), scene.theme, scene.past, scene.width, scene.height, scene.unit,
            self._range,
        )  # fmt: skip
        if look != self._look or not same_shape:
            self._look, self._shape = look, scene.shape
            self._redraw(scene)
        elif scene.shape is None and scene.ground.stretches:
            self._patch(scene)

    def paint(self, painter: QPainter, x: float | None, size: tuple[int, int]) -> None:
        """Paint what is known up to `x` [px] and what lies ahead beyond it; None: all is known."""
        if x is None or self._ahead.isNull():
            painter.drawPixmap(0, 0, self._known)
            return
        for picture, left, right in ((self._known, 0.0, x), (self._ahead, x, float(size[0]))):
            painter.setClipRect(QRectF(left, 0, right - left, size[1]))
            painter.drawPixmap(0, 0, picture)
        painter.setClipping(False)

    def y_of(self, price: float, height: int) -> float:
        """Return the height of a price in the strip [px]."""
        return float(self._ys(np.array([price]), height)[0])

    def _fit(self, scene: Scene, *, same_shape: bool) -> None:
        """Have room for all prices but the rugs', which would press all others flat."""
        same = same_shape and self._look[:2] == _lie_of(scene.ground)
        if same and scene.shape is not None:
            return
        low, high = self._range
        lowest, highest = _extremes(scene.ground, self._sound)
        if not (same and low <= lowest and highest <= high):
            self._range = (lowest / _HEADROOM, highest * _HEADROOM)

    def _redraw(self, scene: Scene) -> None:
        self._known = _blank(scene)
        self._ahead = QPixmap() if scene.shape is None else _blank(scene)
        theme = scene.theme
        colours = (theme.past if scene.past else theme.live, theme.muted)
        for picture, colour in zip((self._known, self._ahead), colours, strict=True):
            if picture.isNull() or not scene.ground.stretches:
                continue
            painter = QPainter(picture)
            self._paint_strip(painter, scene, colour, (0, scene.width))
            painter.end()
        self._drawn = _end_of(scene.ground)
        self.redraws += 1

    def _patch(self, scene: Scene) -> None:
        end = _end_of(scene.ground)
        if end == self._drawn:
            return
        # from the newest tick that was drawn, which may be many pixels back
        left = max(math.floor((self._drawn - 1) / scene.scale) - 2, 0)
        right = min(math.ceil(end / scene.scale) + 2, scene.width)
        painter = QPainter(self._known)
        painter.setClipRect(left, 0, right - left, scene.height)
        painter.fillRect(left, 0, right - left, scene.height, QColor(scene.theme.background))
        colour = scene.theme.past if scene.past else scene.theme.live
        self._paint_strip(painter, scene, colour, (left, right))
        painter.end()
        self._drawn = end
        self.patches += 1

    def _paint_strip(
        self, painter: QPainter, scene: Scene, colour: str, strip: tuple[int, int]
    ) -> None:
        scale, height = scene.scale, scene.height
        left, right = (strip[0] - 2) * scale, (strip[1] + 2) * scale
        for stretch in scene.ground.stretches:
            begin, end = stretch.start, stretch.start + stretch.size
            if end < left or begin > right:
                continue
            parts = max(2, math.ceil((min(right, end) - max(left, begin)) / scale))
            if self._sound is None:
                line = outline(stretch, left, right, parts)
            else:
                line = self._sound.outline(stretch, parts)
            self._paint_line(painter, line, QColor(colour), scene)
            if stretch.start:
                edge = QColor(mixed(scene.theme.background, scene.theme.muted, 0.35))
                painter.fillRect(QRectF(begin / scale, LANE, 1, height - LANE), edge)
            if scene.shape is None:
                _paint_holes(painter, stretch, scene, left, right)

    def _paint_line(self, painter: QPainter, line: Outline, colour: QColor, scene: Scene) -> None:
        if not len(line.places):
            return
        height = scene.height
        xs = np.repeat(line.places / scene.scale, 2)
        ys = np.empty_like(xs)
        ys[::2], ys[1::2] = self._ys(line.highs, height), self._ys(line.lows, height)
        floor = float(height - FOOT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mixed(scene.theme.background, colour.name(), _TINT)))
        for first in range(0, max(len(xs) - 1, 1), _EDGES):
            part = slice(first, first + _EDGES + 1)
            painter.drawPolygon(_polygon(xs[part], ys[part], floor=floor))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1))
        moves = np.append((np.diff(xs) != 0) | (np.diff(ys) != 0), True)
        painter.drawPolyline(_polygon(xs[moves], ys[moves]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _ys(self, prices: Floats, height: int) -> Floats:
        low, high = (math.log(end) for end in self._range)
        share = (np.log(prices) - low) / max(high - low, 1e-9)
        room = height - LANE - FOOT - 2
        placed: Floats = LANE + 1 + room * (1 - share.clip(0.0, 1.0))
        return placed


def _polygon(xs: Floats, ys: Floats, *, floor: float | None = None) -> QPolygonF:
    """Return points as Qt takes them, closed along a floor if there is one; no point is made."""
    count = len(xs)
    polygon: QPolygonF = functions.create_qpolygonf(count + (0 if floor is None else 2))
    points = functions.ndarray_from_qpolygonf(polygon)
    points[:count, 0], points[:count, 1] = xs, ys
    if floor is not None:
        points[count:] = (xs[-1], floor), (xs[0], floor)
    return polygon


def _lie_of(ground: Ground) -> tuple[object, ...]:
    """Return what the picture of a strip depend on, but for what is appended to its end."""
    names = tuple((each.round_id, each.start, each.series.generation) for each in ground.stretches)
    return names, ground.length


def _extremes(ground: Ground, shape: SoundShape | None) -> tuple[float, float]:
    lows, highs = [], []
    newest = ground.stretches[-1] if ground.stretches else None
    if shape is not None and newest is not None:
        return shape.extremes()
    for each in ground.stretches:
        count = len(each.series)
        # a finished round's last tick is its rug's, and so may be a fall to a twentieth
        prices = each.series.prices
        fell = count > 1 and prices[-1] < prices[-2] / 20
        over = count > 1 and (fell or each is not newest)
        low, high = each.series.columns(0, count - 1 if over else count, 1)
        lows.append(float(low[0]))
        highs.append(float(high[0]))
    return (min(lows), max(highs)) if lows else (1.0, 1.0)


def _end_of(ground: Ground) -> float:
    if not ground.stretches:
        return 0.0
    last = ground.stretches[-1]
    return float(last.start + last.size)


def _blank(scene: Scene) -> QPixmap:
    size = (max(round(length * scene.unit), 1) for length in (scene.width, scene.height))
    picture = QPixmap(*size)
    picture.setDevicePixelRatio(scene.unit)
    picture.fill(QColor(scene.theme.background))
    return picture


def _paint_holes(
    painter: QPainter, stretch: Stretch, scene: Scene, left: float, right: float
) -> None:
    brush = QBrush(QColor(scene.theme.warning), Qt.BrushStyle.BDiagPattern)
    scale = scene.scale
    for begin, end in holes(stretch, left, right, scale):
        width = max((end - begin) / scale, 2.0)
        band = QRectF(begin / scale, LANE, width, scene.height - LANE - FOOT)
        painter.fillRect(band, QColor(scene.theme.background))
        painter.fillRect(band, brush)
