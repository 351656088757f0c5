"""The price chart: candles or a line of one round, its cost the same however long it is."""

import math
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from replayer_qt.core.candles import CandleSeries, NanosPerCandle, TicksPerCandle
from replayer_qt.core.commands import SeekTick
from replayer_qt.core.state import Advance
from replayer_qt.core.units import Nanos
from replayer_qt.ui.chart import overlay
from replayer_qt.ui.chart.decor import Spot
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.hand import Hand
from replayer_qt.ui.chart.layer import HistoryLayer
from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.chart.pencil import Pencil
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.planner import Planner
from replayer_qt.ui.chart.steering import Steering
from replayer_qt.ui.chart.subject import Pointed, Subject
from replayer_qt.ui.chart.unpainted import Frame, Unpainted
from replayer_qt.ui.chart.viewport import Viewport
from replayer_qt.ui.theme import DARK, Theme

_PANNED_BY_KEY: Final = 10


class PriceChart(pg.GraphicsView):
    """Draws what the newest `Advance` shows.

    pyqtgraph's view, scene and view box are the frame and the mouse; the pixels come from layers
    of our own. A tick within its candle repaints some rows, a new candle moves the finished
    picture by a column, and only another view draws it anew.

    Signals:
        followed: whether the newest candle is kept in sight, when that changes.
        pointed: the `Pointed` under the crosshair, or None.
        asked: a command, such as going to the tick that was double-clicked.
        planned: the `Plan` of each frame, for what is drawn beside the chart.

    Attributes:
        frames_painted: how often something was painted.
        last_paint_ms: how long the last painting took [ms].
        extras: what others added.
    """

    followed = Signal(bool)
    pointed = Signal(object)
    asked = Signal(object)
    planned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frames_painted = 0
        self.last_paint_ms = 0.0
        self._subject = Subject()
        self._viewport = Viewport()
        self._planner = Planner(self._subject, self._viewport, DARK, self.font())
        self._unit = 1.0
        self._pencil = Pencil()
        self._layer = HistoryLayer(self._pencil)
        self._notes = Notes()
        self.extras = Extras(self.refresh)
        self._unpainted = Unpainted()
        self._was_pointed: Pointed | None = None
        self._held = self._waits = False
        self._hand = Hand()
        self.scene().addItem(self._hand)
        self._steering = Steering(self._hand, self._viewport, self.devicePixelRatioF)
        self._steering.moved.connect(self._moved)
        self._steering.zoomed.connect(self.refresh)
        self._hand.pressed.connect(self._press)
        self._plan = self._planned()
        self.setAccessibleName("Price chart")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)

    # --- what is shown

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the newest state; paints nothing itself, and asks for one repaint at most."""
        if self._subject.take(advance):
            self._set_following(on=True)
        self._refresh()

    def show_candles(self, candles: CandleSeries) -> None:
        """Chart candles that belong to no round; call again after adding to them."""
        if self._subject.candles is not candles:
            self._subject.take_bare(candles)
        self._refresh()

    def paint_ms(self) -> float:
        """Return how long the last painting took [ms]."""
        return self.last_paint_ms

    @property
    def tick_count(self) -> int:
        """How many ticks are in the candles that are drawn."""
        return int(self._subject.candles.count.sum())

    @property
    def candle_count(self) -> int:
        """How many candles are drawn from."""
        return self._plan.count

    @property
    def following(self) -> bool:
        """Whether the newest candle is kept in sight."""
        return self._viewport.following

    @property
    def plan(self) -> Plan:
        """What is shown, and where."""
        return self._plan

    @property
    def pointed_at(self) -> Pointed | None:
        """The candle under the crosshair; None while that is out."""
        return self._was_pointed

    def say_when_empty(self, headline: str, detail: str) -> None:
        """Say this, from the next frame on, where there is no market to chart."""
        self._subject.nothing = (headline, detail)

    @property
    def layer(self) -> HistoryLayer:
        """The finished part of the picture."""
        return self._layer

    @property
    def notes(self) -> Notes:
        """What is said over the candles."""
        return self._notes

    def view_box(self) -> pg.ViewBox:
        """Return pyqtgraph's view box with the range that is seen: candles, and price or its log10.

        It is brought up to date here only, for that costs more than a frame of the chart.
        """
        plan, room = self._plan, self._plan.room
        candle = plan.per / plan.step
        left, scale = plan.origin * candle, plan.scale
        low, high = (math.log10(end) if scale.log else end for end in (scale.lo, scale.hi))
        span = (left, left + room.plot_width * candle)
        self._hand.setRange(xRange=span, yRange=(low, high), padding=0)
        return self._hand

    # --- how it is shown

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._planner.set_theme(theme)
        self._refresh()
        self.viewport().update()  # words may be others, too: money is hidden, or is not

    def set_style(self, style: str) -> None:
        """Draw `candles`, or a `line` through every tick; the same ticks stay in sight."""
        line = style == "line"
        if line != self._planner.line:
            self._planner.line = line
            subject, middle = self._subject, self._plan.room.plot_width // 2
            known = subject.at(min(max(self._viewport.candle_at(middle), 0), self._plan.count - 1))
            ratio = subject.draw_each(on=line)
            at = None if known is None else subject.candle_of(known.tick)
            self._viewport.rescale(ratio, len(subject.candles), at)
        self._refresh()

    def set_log_scale(self, on: bool, /) -> None:  # noqa: FBT001  # a slot of a checkable action
        """Let equal distances be equal factors, or equal differences."""
        self._planner.log = on
        self._refresh()

    def set_ticks_per_candle(self, ticks: int, /) -> None:
        """Make candles of so many ticks."""
        self._subject.make_by(TicksPerCandle(max(ticks, 1)))
        self._refresh()

    def set_nanos_per_candle(self, nanos: int, /) -> None:
        """Make candles of so much time [ns]."""
        self._subject.make_by(NanosPerCandle(Nanos(max(nanos, 1))))
        self._refresh()

    def follow(self) -> None:
        """Keep the newest candle in sight."""
        self._set_following(on=True)
        self._refresh()

    def pan(self, candles: int) -> None:
        """Look so many candles further right; ends following."""
        self._steering.pan(round(candles * self._plan.step / self._plan.per))

    def zoom(self, factor: float, /) -> None:
        """Show fewer candles (factor above 1) or more."""
        self._viewport.zoom(factor)
        self._refresh()

    def show_all(self) -> None:
        """Show the whole round, and follow."""
        self._viewport.fit()
        self.followed.emit(True)  # noqa: FBT003  # Qt's own
        self._refresh()

    def show_span(self, first: int, last: int) -> None:
        """Show the ticks from `first` to `last`, as nearly as there are widths; ends following."""
        low, high = (self._subject.candle_of(tick) for tick in (first, max(last, first)))
        self._viewport.show(low, high)
        self.followed.emit(self._viewport.following)
        self._refresh()

    def spot(self, place: QPointF) -> Spot:
        """Return where a place of the widget [px] is on the chart."""
        at = (place * self._unit).toPoint()
        plan = self._plan
        price = plan.scale.price(at.y(), plan.room.plot_height)
        return Spot(at.x(), at.y(), plan.tick_at(at.x()), price)

    def point_at(self, x: int, y: int) -> None:
        """Put the crosshair at a place [device px], until the mouse has it."""
        self._planner.pointer = (x, y)
        self._refresh()

    def point_away(self) -> None:
        """Take the crosshair away."""
        self._planner.pointer = None
        self._refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again at what was added."""
        self._refresh()

    def hold(self, *, on: bool) -> None:
        """Let frames wait, while others have their turn; the newest one is shown when that ends."""
        self._held = on
        if self._waits and not on:
            self._refresh()

    # --- one frame

    def _refresh(self) -> None:
        self._subject.candles.update()
        self._waits = self._held
        if self._held:
            return
        before = Frame(self._plan, self._notes)
        plan = self._plan = self._planned()
        self._notes = self._planner.notes(plan, self._point(plan))
        rows = self._unpainted.rows(before, Frame(plan, self._notes), self.extras)
        if rows is None:
            self.viewport().update()
        else:
            self._update_rows(*rows)
        self.planned.emit(plan)

    def _update_rows(self, top: int, bottom: int) -> None:
        first = math.floor(top / self._unit)
        height = math.ceil(bottom / self._unit) - first
        self.viewport().update(0, first, self.viewport().width(), height)

    def _planned(self) -> Plan:
        self._unit = float(self.devicePixelRatioF())
        return self._planner.plan(self._pixels(), self._unit)

    def _point(self, plan: Plan) -> Pointed | None:
        pointed = self._planner.pointed(plan)
        if pointed != self._was_pointed:
            self._was_pointed = pointed
            self.pointed.emit(pointed)
        return pointed

    def _set_following(self, *, on: bool) -> None:
        was = self._viewport.following
        self._viewport.following = on
        if was != on:
            self.followed.emit(on)

    @Slot(bool)
    def _moved(self, followed: bool) -> None:  # noqa: FBT001  # Qt's own
        if followed:
            self.followed.emit(False)  # noqa: FBT003  # Qt's own
        self._refresh()

    # --- the mouse

    @Slot(QPointF, bool)
    def _press(self, place: QPointF, twice: bool) -> None:  # noqa: FBT001  # Qt's own
        at = (place * self._unit).toPoint()
        if self._notes.hint and overlay.hint_box(self._plan).contains(at):
            self.follow()
        elif twice and self._subject.can_seek:
            column = (at.x() + self._plan.origin) // self._plan.step
            known = self._subject.at(min(column * self._plan.per, self._plan.count - 1))
            if known is not None:
                self.asked.emit(SeekTick(tick=known.tick))

    # Qt's names from here on.

    def close(self) -> bool:  # noqa: D102
        return QWidget.close(self)  # pyqtgraph's own takes the viewport away, and crashes

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        took = QElapsedTimer()
        took.start()
        plan = self._plan
        if (plan.room.width, plan.room.height) != self._pixels():
            plan = self._plan = self._planned()
        extras = self.extras
        self._layer.bring_up(plan, extras.tracks, extras.covers)
        painter = QPainter(self.viewport())
        if self._unit == 1.0:
            dirty: QRect = event.rect()
            painter.drawPixmap(dirty, self._layer.pixmap, dirty)
        else:
            painter.scale(1 / self._unit, 1 / self._unit)
            painter.drawPixmap(0, 0, self._layer.pixmap)
        overlay.paint_newest(painter, plan, self._notes, self._pencil, extras.tracks, extras.parts)
        extras.paint(painter, plan)
        overlay.paint_words(painter, plan, self._notes)
        painter.end()
        self._unpainted.painted()
        self.frames_painted += 1
        self.last_paint_ms = took.nsecsElapsed() / 1e6

    def _pixels(self) -> tuple[int, int]:
        size, unit = self.viewport().size(), float(self.devicePixelRatioF())
        return max(round(size.width() * unit), 1), max(round(size.height() * unit), 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: D102
        super().resizeEvent(event)
        if hasattr(self, "_plan"):  # pyqtgraph calls this while it is made
            self._refresh()
            room = self._plan.room
            plot = QRectF(0, 0, room.plot_width / self._unit, room.plot_height / self._unit)
            self._hand.setGeometry(plot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        spot = self.spot(event.position())
        taken = self.extras.move(spot)
        at = (event.position() * self._unit).toPoint()
        room = self._plan.room
        inside = QRect(0, 0, room.plot_width, room.plot_height).contains(at)
        self._planner.pointer = (at.x(), at.y()) if inside else None
        if not taken:
            super().mouseMoveEvent(event)
        self._refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        spot = self.spot(event.position())
        if not (_is_left(event) and self.extras.press(spot)):
            super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        spot = self.spot(event.position())
        if not (_is_left(event) and self.extras.release(spot)):
            super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if not (_is_left(event) and self.extras.press(self.spot(event.position()))):
            super().mouseDoubleClickEvent(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.point_away()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps = {Qt.Key.Key_Left: -_PANNED_BY_KEY, Qt.Key.Key_Right: _PANNED_BY_KEY}
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in steps:
            self.pan(steps[Qt.Key(event.key())])
        else:
            event.ignore()


def _is_left(event: QMouseEvent) -> bool:
    return event.button() == Qt.MouseButton.LeftButton
