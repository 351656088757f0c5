"""The strips below the chart: indicators that have scales of their own, in the same columns."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.spans import Ink
from replayer_qt.ui.chart.strip import Strip, number
from replayer_qt.ui.chart.study import Study

STRIP_LEAST_PX: Final = 34
"""A strip is at least so high [px]."""


class StudyPane(QWidget):
    """Draws studies with each plan of a chart; hidden while there are none.

    The finished columns are kept in a pixmap that is scrolled and patched as the chart's own is.

    Signals:
        crossed: the mouse is over a candle, by its number, or over none of it, -1.

    Attributes:
        redraws: how often all of the pixmap was drawn.
        patches: how often it was moved and patched instead.
        pixmap: the finished columns, in device pixels.
    """

    crossed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.redraws = self.patches = 0
        self.pixmap = QPixmap()
        self._ink = Ink()
        self._strips: tuple[Strip, ...] = ()
        self._plan: Plan | None = None
        self._pointed: int | None = None
        self._look: tuple[object, ...] = ()
        self._origin, self._last = 0, -1
        self._seen: tuple[object, ...] = ()
        self.setAccessibleName("Indicators below the chart")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.hide()

    @property
    def strips(self) -> tuple[Strip, ...]:
        """What is drawn, from above."""
        return self._strips

    def show_studies(self, studies: Sequence[Study]) -> None:
        """Draw these from now on, each in a strip."""
        self._strips = tuple(Strip(study, self._ink) for study in studies)
        count = len(self._strips)
        if count:
            self.setMinimumHeight(count * STRIP_LEAST_PX)
        self.setVisible(count > 0)
        if self._plan is not None:
            self.show_plan(self._plan)

    @Slot(object)
    def show_plan(self, plan: Plan) -> None:
        """Show what the chart shows; asks for one repaint at most."""
        self._plan = plan
        if not self._strips:
            return
        for strip in self._strips:
            strip.fit(plan, self._tall())
        seen = (self._looks(plan), plan.origin, plan.last, plan.standing, self._pointed)
        if seen == self._seen and self._pointed is None:
            left = int(plan.left_of(plan.last - 1) / plan.room.unit)
            self.update(left, 0, self.width() - left, self.height())
        else:
            self.update()
        self._seen = seen

    def show_tick(self, tick: int | None) -> None:
        """Show the crosshair at a tick, or nowhere."""
        if tick != self._pointed:
            self._pointed = tick
            self.update()

    def words(self) -> tuple[str, ...]:
        """Return what each strip says at the crosshair, or else of the newest candle."""
        at = self._candle()
        return tuple(
            f"{strip.study.shown.chosen.title()} {strip.study.words(at)}" for strip in self._strips
        )

    def _candle(self) -> int:
        plan = self._plan
        if plan is None:
            return -1
        if self._pointed is None:
            return plan.count - 1
        return int(np.searchsorted(plan.candles.first_tick, self._pointed, side="right")) - 1

    def _tall(self) -> int:
        pixels = round(self.height() * float(self.devicePixelRatioF()))
        return max(pixels // max(len(self._strips), 1), 1)

    def _looks(self, plan: Plan) -> tuple[object, ...]:
        plain = (plan.room, plan.palette.name, plan.identity, plan.generation, plan.step, plan.per)
        return (*plain, self._tall(), *(strip.look() for strip in self._strips))

    # --- the finished columns

    def bring_up(self, plan: Plan) -> None:
        """Make the pixmap show a plan, with as little work as that takes."""
        look, moved = self._looks(plan), plan.origin - self._origin
        fits = look == self._look and abs(moved) < plan.room.plot_width
        if not fits or not plan.last >= self._last >= 0:
            self._redraw(plan)
        elif moved or plan.last > self._last:
            self._patch(plan, moved)
        self._look, self._origin, self._last = look, plan.origin, plan.last

    def forget(self) -> None:
        """Draw all of it at the next chance."""
        self._look = ()

    def _redraw(self, plan: Plan) -> None:
        size = (plan.room.plot_width, self._tall() * len(self._strips))
        if (self.pixmap.width(), self.pixmap.height()) != size:
            self.pixmap = QPixmap(*size)
        painter = QPainter(self.pixmap)
        self._paint_part(painter, plan, 0, size[0])
        painter.end()
        self.redraws += 1

    def _patch(self, plan: Plan, moved: int) -> None:
        width = right = plan.room.plot_width
        if moved:
            self.pixmap.scroll(-moved, 0, QRect(0, 0, width, self.pixmap.height()))
            right -= max(moved, 0)
        painter = QPainter(self.pixmap)
        if moved < 0:
            self._paint_part(painter, plan, 0, -moved)
        if plan.last > self._last:
            right = min(right, plan.left_of(self._last - 1))
        if right < width:
            self._paint_part(painter, plan, max(right, 0), width)
        painter.end()
        self.patches += 1

    def _paint_part(self, painter: QPainter, plan: Plan, left: int, right: int) -> None:
        tall = self._tall()
        first = (left + plan.origin) // plan.step - 1
        end = min((right - 1 + plan.origin) // plan.step + 2, plan.last)
        for number_, strip in enumerate(self._strips):
            top = number_ * tall
            painter.setClipRect(left, top, right - left, tall)
            painter.fillRect(left, top, right - left, tall, plan.palette.background)
            strip.paint_ground(painter, plan, (left, right), top)
            strip.paint(painter, plan, (first, end), top, tall)

    # --- each frame

    def _paint_newest(self, painter: QPainter, plan: Plan) -> None:
        tall = self._tall()
        for place, strip in enumerate(self._strips):
            box = QRect(0, place * tall, plan.room.plot_width, tall)
            painter.setClipRect(box, Qt.ClipOperation.ReplaceClip)
            strip.paint(painter, plan, (plan.last, plan.last + 1), box.y(), tall)
        painter.setClipping(False)

    def _paint_words(self, painter: QPainter, plan: Plan, right: int) -> None:
        room, palette, unit = plan.room, plan.palette, plan.room.unit
        small, bold, tall, at = plan.letters.small, plan.letters.bold, self._tall(), self._candle()
        pad = round(5 * unit)
        axis = QRect(room.plot_width, 0, right - room.plot_width, tall * len(self._strips) + tall)
        painter.fillRect(axis, palette.background)
        painter.fillRect(axis.x(), 0, max(1, round(unit)), axis.height(), palette.edge)
        for place, strip in enumerate(self._strips):
            top = place * tall
            colour = strip.study.shown.on(palette.background)
            title = strip.study.shown.chosen.title()
            wide = small.width(title) + 2 * pad
            painter.fillRect(0, top + 1, wide, small.height + pad, palette.veil)
            painter.setPen(colour)
            small.draw(painter, pad, top + 1 + pad // 2, title)
            painter.setPen(palette.text)
            said = strip.study.words(at)
            bold.draw(painter, room.plot_width + pad, top + 1, said)
            painter.setPen(palette.muted)
            for row, value in strip.marks:
                upper = row - small.height // 2
                if upper >= bold.height and upper + small.height <= tall:
                    small.draw(painter, room.plot_width + pad, top + upper, number(value))

    def _paint_cross(self, painter: QPainter, plan: Plan) -> None:
        if self._pointed is None:
            return
        x = plan.middle_of(self._pointed)
        if 0 <= x < plan.room.plot_width:
            painter.setPen(QPen(plan.palette.cross, max(1, round(plan.room.unit)),
                                Qt.PenStyle.DotLine))  # fmt: skip
            painter.drawLine(x, 0, x, self._tall() * len(self._strips))

    # Qt's names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        plan, unit = self._plan, float(self.devicePixelRatioF())
        if plan is None or not self._strips:
            painter.fillRect(event.rect(), self.palette().base())
            painter.end()
            return
        right, tall = round(self.width() * unit), round(self.height() * unit)
        self.bring_up(plan)
        painter.scale(1 / unit, 1 / unit)
        painter.fillRect(0, self.pixmap.height(), right, tall, plan.palette.background)
        painter.drawPixmap(0, 0, self.pixmap)
        if plan.last >= 0:
            self._paint_newest(painter, plan)
        self._paint_words(painter, plan, right)
        self._paint_cross(painter, plan)
        painter.end()
        self.setAccessibleDescription(", ".join(self.words()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseMoveEvent(event)
        plan = self._plan
        if plan is not None:
            x = round(event.position().x() * float(self.devicePixelRatioF()))
            column = (x + plan.origin) // plan.step
            inside = x < plan.room.plot_width and 0 <= column <= plan.last
            self.crossed.emit(column * plan.per if inside else -1)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.crossed.emit(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if self._plan is not None:
            self.show_plan(self._plan)
