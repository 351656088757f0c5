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
from replayer_qt.ui.chart.hand import Hand
from replayer_qt.ui.chart.layer import HistoryLayer
from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.chart.palette import Palette
from replayer_qt.ui.chart.pencil import Pencil
from replayer_qt.ui.chart.plan import Letters, Plan
from replayer_qt.ui.chart.scale import Fitter
from replayer_qt.ui.chart.subject import Pointed, Subject, in_words
from replayer_qt.ui.chart.viewport import Viewport
from replayer_qt.ui.theme import DARK, Theme

_PANNED_BY_KEY: Final = 10
_ROWS_APART: Final = 56


class PriceChart(pg.GraphicsView):
    """Draws what the newest `Advance` shows.

    pyqtgraph's view, scene and view box are the frame and the mouse; the pixels come from layers
    of our own. A tick within its candle repaints some rows, a new candle moves the finished
    picture by a column, and only another view draws it anew.

    Signals:
        followed: whether the newest candle is kept in sight, when that changes.
        pointed: the `Pointed` under the crosshair, or None.
        asked: a command, such as going to the tick that was double-clicked.

    Attributes:
        frames_painted: how often something was painted.
        last_paint_ms: how long the last painting took [ms].
    """

    followed = Signal(bool)
    pointed = Signal(object)
    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frames_painted = 0
        self.last_paint_ms = 0.0
        self._subject = Subject()
        self._viewport = Viewport()
        self._palettes = Palette.pair(DARK)
        self._letters = Letters(self.font(), 1.0)
        self._unit = 1.0
        self._line = False
        self._log = False
        self._pencil = Pencil()
        self._layer = HistoryLayer(self._pencil)
        self._notes = Notes()
        self._pointer: tuple[int, int] | None = None
        self._was_pointed: Pointed | None = None
        self._grip = 0
        self._turned = 0.0
        self._painted_rows = self._rows = (0, 0)
        self._fitter = Fitter()
        self._hand = Hand()
        self.scene().addItem(self._hand)
        self._hand.taken.connect(self._take)
        self._hand.dragged.connect(self._drag)
        self._hand.turned.connect(self._turn)
        self._hand.pushed.connect(self._push)
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
        self._palettes = Palette.pair(theme)
        self._refresh()

    def set_style(self, style: str) -> None:
        """Draw `candles`, or a `line` through every tick; the same ticks stay in sight."""
        line = style == "line"
        if line != self._line:
            self._line = line
            subject, middle = self._subject, self._plan.room.plot_width // 2
            known = subject.at(min(max(self._viewport.candle_at(middle), 0), self._plan.count - 1))
            ratio = subject.draw_each(on=line)
            at = None if known is None else subject.candle_of(known.tick)
            self._viewport.rescale(ratio, len(subject.candles), at)
        self._refresh()

    def set_log_scale(self, on: bool, /) -> None:  # noqa: FBT001  # a slot of a checkable action
        """Let equal distances be equal factors, or equal differences."""
        self._log = on
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

    def zoom(self, factor: float, /) -> None:
        """Show fewer candles (factor above 1) or more."""
        self._viewport.zoom(factor)
        self._refresh()

    def show_all(self) -> None:
        """Show the whole round, and follow."""
        self._viewport.fit()
        self.followed.emit(True)  # noqa: FBT003  # Qt's own
        self._refresh()

    def pan(self, candles: int) -> None:
        """Look so many candles further right; ends following."""
        self._pan_to(self._viewport.origin + round(candles * self._plan.step / self._plan.per))

    # --- one frame

    def _refresh(self) -> None:
        self._subject.candles.update()
        before, notes_before = self._plan, self._notes
        plan = self._plan = self._planned()
        notes = self._notes = self._noted(plan)
        rows = self._rows = overlay.rows_of_last(plan)
        only_last = (
            notes == notes_before
            and notes.pointer is None
            and (plan.origin, plan.last) == (before.origin, before.last)
            and plan.look() == before.look()
        )
        if only_last:
            top = min(rows[0], self._painted_rows[0])
            bottom = max(rows[1], self._painted_rows[1])
            self._update_rows(top, bottom)
            self._painted_rows = (top, bottom)
        else:
            self._painted_rows = rows
            self.viewport().update()

    def _update_rows(self, top: int, bottom: int) -> None:
        first = math.floor(top / self._unit)
        height = math.ceil(bottom / self._unit) - first
        self.viewport().update(0, first, self.viewport().width(), height)

    def _planned(self) -> Plan:
        unit = float(self.devicePixelRatioF())
        if unit != self._unit:
            self._unit, self._letters = unit, Letters(self.font(), unit)
        room = self._letters.room(*self._pixels(), unit)
        candles, view = self._subject.candles, self._viewport
        view.settle(room.plot_width, len(candles), unit)
        seen = view.columns(0, room.plot_width)
        extremes = self._subject.extremes(*seen, view.per)
        apart = _ROWS_APART * room.unit
        scale, marks = self._fitter.fit(
            *extremes, log=self._log, height=room.plot_height, apart=apart
        )
        rug = self._subject.rug()
        return Plan(
            room=room,
            letters=self._letters,
            palette=self._palettes[self._subject.is_past],
            candles=candles,
            generation=candles.generation,
            identity=self._subject.identity,
            count=len(candles),
            timeline=self._subject.timeline,
            step=view.step,
            per=view.per,
            origin=view.origin,
            last=view.last,
            scale=scale,
            marks=marks,
            rug=None if rug is None else rug[0],
            line=self._line,
            blank=self._subject.is_nothing,
            standing=self._subject.standing,
        )

    def _noted(self, plan: Plan) -> Notes:
        headline, detail = self._subject.words()
        peak = self._subject.peak()
        if peak is not None and peak[0] // plan.per >= plan.last:
            peak = None
        pointed = self._point(plan)
        return Notes(
            headline=headline,
            detail=detail,
            peak=peak,
            rug=self._subject.rug(),
            pointer=self._pointer if plan.count else None,
            pointed="" if pointed is None else in_words(pointed),
            hint=not self._viewport.following and plan.count > 0,
        )

    def _point(self, plan: Plan) -> Pointed | None:
        pointed = None
        if self._pointer is not None:
            column = (self._pointer[0] + plan.origin) // plan.step
            pointed = self._subject.at(column * plan.per)
        if pointed != self._was_pointed:
            self._was_pointed = pointed
            self.pointed.emit(pointed)
        return pointed

    def _set_following(self, *, on: bool) -> None:
        was = self._viewport.following
        self._viewport.following = on
        if was != on:
            self.followed.emit(on)

    def _pan_to(self, origin: int) -> None:
        was = self._viewport.following
        self._viewport.pan(origin - self._viewport.origin)
        if was:
            self.followed.emit(False)  # noqa: FBT003  # Qt's own
        self._refresh()

    # --- the mouse

    @Slot()
    def _take(self) -> None:
        self._grip = self._viewport.origin

    @Slot(float)
    def _drag(self, right: float) -> None:
        self._pan_to(self._grip - round(right * self._unit))

    @Slot(float, QPointF)
    def _turn(self, notches: float, place: QPointF) -> None:
        self._turned += notches
        if abs(self._turned) >= 0.5:
            turned, self._turned = max(min(self._turned, 8.0), -8.0), 0.0
            self._viewport.zoom(1.25**turned, round(place.x() * self._unit))
            self._refresh()

    @Slot(float)
    def _push(self, notches: float) -> None:
        self._pan_to(self._viewport.origin - round(notches * 60 * self._unit))

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
        self._layer.bring_up(plan)
        painter = QPainter(self.viewport())
        if self._unit == 1.0:
            dirty: QRect = event.rect()
            painter.drawPixmap(dirty, self._layer.pixmap, dirty)
        else:
            painter.scale(1 / self._unit, 1 / self._unit)
            painter.drawPixmap(0, 0, self._layer.pixmap)
        overlay.paint(painter, plan, self._notes, self._pencil)
        painter.end()
        self._painted_rows = self._rows
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
        at = (event.position() * self._unit).toPoint()
        room = self._plan.room
        inside = QRect(0, 0, room.plot_width, room.plot_height).contains(at)
        self._pointer = (at.x(), at.y()) if inside else None
        super().mouseMoveEvent(event)
        self._refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseDoubleClickEvent(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self._pointer = None
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps = {Qt.Key.Key_Left: -_PANNED_BY_KEY, Qt.Key.Key_Right: _PANNED_BY_KEY}
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in steps:
            self.pan(steps[Qt.Key(event.key())])
        else:
            event.ignore()
