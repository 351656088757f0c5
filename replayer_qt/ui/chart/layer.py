"""The finished part of the chart in a pixmap: scrolled and patched, seldom drawn anew."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from replayer_qt.ui.chart import scale as scales
from replayer_qt.ui.chart.decor import Cover, Track
from replayer_qt.ui.chart.pencil import Pencil
from replayer_qt.ui.chart.plan import Plan

_LABEL_EVERY: Final = 88

PaintPart = Callable[[QPainter, Plan, int, int], None]
"""Paints what is between two places [device px]."""


class HistoryLayer:
    """All but the newest column: ground, grid, axes, finished candles.

    One method paints any strip of it; drawing it anew is painting the widest strip, so that a
    patched picture and a new one are the same, pixel for pixel.

    Attributes:
        pixmap: the picture, in device pixels.
        redraws: how often all of it was drawn.
        patches: how often it was moved and patched instead.
    """

    def __init__(self, pencil: Pencil) -> None:
        self.pixmap = QPixmap()
        self.redraws = 0
        self.patches = 0
        self._pencil = pencil
        self._look: tuple[object, ...] = ()
        self._origin = 0
        self._last = -1
        self._ahead = 0
        self._tracks: tuple[Track, ...] = ()
        self._parts: tuple[PaintPart, ...] = ()
        self._versions: tuple[int, ...] = ()

    def forget(self) -> None:
        """Draw all of it at the next chance."""
        self._look = ()

    def bring_up(
        self, plan: Plan, tracks: Sequence[Track] = (), covers: Sequence[Cover] = ()
    ) -> None:
        """Make the pixmap show `plan`, tracks and covers, with as little work as that takes."""
        self._tracks = tuple(tracks)
        self._parts = tuple(cover.paint for cover in covers)
        versions = tuple(cover.look(plan) for cover in covers)
        changed = _changed_from(plan, covers, self._versions)
        look = (*plan.look(), *(track.look() for track in tracks))
        moved = plan.origin - self._origin
        ahead = plan.timeline.key(plan.candles, plan.count) - plan.count
        fits = look == self._look and abs(moved) < plan.room.plot_width
        fits = fits and len(versions) == len(self._versions)
        # labels ahead of the candles are foreseen; a gap proves them wrong
        if not fits or not plan.last >= self._last >= 0 or ahead != self._ahead:
            self._redraw(plan)
        elif moved or plan.last > self._last or changed < min(plan.room.plot_width, _end(plan)):
            # soft edges differ by a shade where they are drawn a pixel further
            self._redraw(plan) if plan.is_smooth else self._patch(plan, moved, changed)
        self._look, self._origin, self._last, self._ahead = look, plan.origin, plan.last, ahead
        self._versions = versions

    def paint(
        self,
        painter: QPainter,
        plan: Plan,
        tracks: Sequence[Track] = (),
        parts: Sequence[PaintPart] = (),
    ) -> None:
        """Paint what the pixmap would show, in device pixels, with a painter of anything else."""
        self._tracks, self._parts = tuple(tracks), tuple(parts)
        self._paint(painter, plan)
        painter.setClipping(False)

    def _paint(self, painter: QPainter, plan: Plan) -> None:
        room = plan.room
        painter.fillRect(0, 0, room.width, room.height, plan.palette.background)
        self._paint_strip(painter, plan, 0, room.plot_width)
        painter.setClipping(False)
        if not plan.blank and plan.last >= 0:
            _paint_price_axis(painter, plan)

    def _redraw(self, plan: Plan) -> None:
        room = plan.room
        if self.pixmap.width() != room.width or self.pixmap.height() != room.height:
            self.pixmap = QPixmap(max(room.width, 1), max(room.height, 1))
        painter = QPainter(self.pixmap)
        self._paint(painter, plan)
        painter.end()
        self.redraws += 1

    def _patch(self, plan: Plan, moved: int, changed: int) -> None:
        width = plan.room.plot_width
        right = min(max(changed, 0), width)
        if moved:
            self.pixmap.scroll(-moved, 0, QRect(0, 0, width, plan.room.height))
            # a label that the right edge would cut is left out, so one may come or go there
            right = min(right, width - max(moved, 0) - round(_LABEL_EVERY * plan.room.unit))
        painter = QPainter(self.pixmap)
        if moved < 0:
            self._paint_strip(painter, plan, 0, -moved)
        if plan.last > self._last:
            # a line's pen is wider than its place, so the column before is touched as well
            right = min(right, plan.left_of(self._last - 1))
        if right < width:
            self._paint_strip(painter, plan, max(right, 0), width)
        painter.end()
        self.patches += 1

    def _paint_strip(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        room = plan.room
        painter.setClipRect(left, 0, right - left, room.height)
        painter.fillRect(left, 0, right - left, room.height, plan.palette.background)
        if plan.blank:
            return
        _paint_phases(painter, plan, left, right)
        if plan.last < 0:
            return  # no price is known: lines and numbers would be invented
        _paint_grid(painter, plan, left, right)
        painter.setClipRect(left, 0, right - left, room.plot_height)
        first = (left + plan.origin) // plan.step - 1
        end = min((right - 1 + plan.origin) // plan.step + 2, plan.last)
        self._pencil.gaps(painter, plan, first, end)
        self._pencil.columns(painter, plan, first, end)
        for track in self._tracks:
            track.paint(painter, plan, first, end)
        right = min(right, _end(plan))
        if self._parts and left < right:
            painter.setClipRect(left, 0, right - left, room.plot_height)
            for part in self._parts:
                part(painter, plan, left, right)


def _end(plan: Plan) -> int:
    """Where the newest column begins: what covers it is painted in each frame."""
    return plan.left_of(plan.last)


def _changed_from(plan: Plan, covers: Sequence[Cover], versions: Sequence[int]) -> int:
    """Return from which place on [device px] covers are others than they were."""
    changed = plan.room.plot_width
    for cover, version in zip(covers, versions, strict=False):
        place = cover.changed_from(version)
        if place is not None:
            changed = min(changed, place - plan.origin)
    return changed


def _paint_phases(painter: QPainter, plan: Plan, left: int, right: int) -> None:
    """Shade what lies before the first tick and after the rug."""
    if plan.last < 0:
        return
    height = plan.room.plot_height
    begin = plan.left_of(0)
    if begin > left and plan.timeline.key(plan.candles, 0) <= 0:
        painter.fillRect(left, 0, min(begin, right) - left, height, plan.palette.before)
    if plan.rug is not None:
        end = max(plan.left_of(plan.rug // plan.per + 1), left)
        if end < right:
            painter.fillRect(end, 0, right - end, height, plan.palette.after)


def _paint_grid(painter: QPainter, plan: Plan, left: int, right: int) -> None:
    room, palette = plan.room, plan.palette
    line = max(1, round(room.unit))
    width = right - left
    for row, _ in plan.marks:
        painter.fillRect(left, row, width, line, palette.grid)
    every = _label_every(plan)
    face = plan.letters.small
    overhang = round(_LABEL_EVERY * room.unit / 2)
    density = plan.step / plan.per
    first = int((left - overhang + plan.origin) // density) - 1
    end = int((right + overhang + plan.origin) // density) + 2
    if plan.per > 1:
        marks = list(range(-(-first // every) * every, end, every))
    else:
        marks = plan.timeline.marks(plan.candles, first, end, every)
    painter.setPen(palette.muted)
    below = room.plot_height + (room.height - room.plot_height - face.height) // 2
    for index in marks:
        middle = plan.left_of(index // plan.per) + plan.step // 2
        if plan.timeline.key(plan.candles, index) < 0:
            continue
        painter.fillRect(middle, 0, line, room.plot_height, palette.grid)
        text = plan.timeline.label(plan.candles, index)
        half = face.width(text) // 2
        if middle + half < room.plot_width:
            face.draw(painter, middle - half, below, text)
    one = plan.scale.row(1.0, room.plot_height)
    if plan.scale.lo < 1.0 < plan.scale.hi:
        painter.fillRect(left, one, width, line, palette.one)
    painter.fillRect(left, room.plot_height, width, line, palette.edge)


def _label_every(plan: Plan) -> int:
    """Return how many candles are between two labels; the same wherever one looks."""
    wanted = _LABEL_EVERY * plan.room.unit / (plan.step / plan.per)
    return max(1, round(scales.nice(max(wanted, 1.0))))


def _paint_price_axis(painter: QPainter, plan: Plan) -> None:
    room, face = plan.room, plan.letters.small
    line = max(1, round(room.unit))
    painter.setClipRect(room.plot_width, 0, room.width - room.plot_width, room.height)
    painter.fillRect(room.plot_width, 0, line, room.height, plan.palette.edge)
    painter.setPen(plan.palette.muted)
    marks = plan.marks
    labels = scales.labels([price for _, price in marks], log=plan.scale.log)
    for at, (row, price) in enumerate(marks):
        top = row - face.height // 2
        if price < 0 or top < 0 or top + face.height > room.plot_height:
            continue
        text = labels[at]
        face.draw(painter, room.plot_width + round(7 * room.unit), top, text)
