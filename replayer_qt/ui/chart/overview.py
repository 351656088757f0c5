"""The overview under the chart: all of the round or session, and the part that the chart shows."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.core.commands import GoTo, SeekTick, Step
from replayer_qt.core.state import Advance
from replayer_qt.ui import fmt
from replayer_qt.ui.chart import overview_paint as paint
from replayer_qt.ui.chart.overview_ground import Ground, Shape, Stretch
from replayer_qt.ui.chart.overview_hand import Grasp, Seeker, Window, dragged, grasp, kept_in
from replayer_qt.ui.chart.overview_marks import Mark
from replayer_qt.ui.chart.overview_picture import LANE, OverviewPicture, Scene
from replayer_qt.ui.chart.overview_reader import Sight, SightReader
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.theme import DARK, Theme

HEIGHT: Final = 54
_GRIP: Final = 5
_PLACED_MS: Final = 50
"""How long the handle may be behind a chart that moves [ms]."""
_NOTCH: Final = 120
_KNOB: Final = 9
_STEPS: Final = {
    Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1, Qt.Key.Key_PageUp: -1.0,
    Qt.Key.Key_PageDown: 1.0,
}  # fmt: skip
"""What part of its width the window moves by."""
_KEYS: Final = frozenset({*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return})


class Overview(QWidget):
    """A strip with the chart's window as a handle that is dragged and resized.

    In a replay the upper rows are the playhead's: pressing and dragging there seeks, and what lies
    ahead is dimmed. It costs the same however long the round is, and nothing while it is hidden.

    Args:
        reader: knows the shapes of rounds that are replayed, where others need them too.

    Signals:
        wanted: the first and the last tick that the chart shall show.
        newest_wanted: the chart shall follow the newest tick.
        asked: a command: a seek, or a round of the session to go to.
        seen: whether the strip is there to be seen; where it is not, the replay's bar has a slider.

    Attributes:
        picture: the finished picture.
        by_session: whether all rounds that are kept are shown, not one.
        hover: where the mouse is [px]; None when it is out.
    """

    wanted = Signal(int, int)
    newest_wanted = Signal()
    asked = Signal(object)
    seen = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, reader: SightReader | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview of the round")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.picture = OverviewPicture()
        self.by_session = False
        self.hover: float | None = None
        self._theme = DARK
        self._advance: Advance | None = None
        self._reader = SightReader() if reader is None else reader
        self._sight = Sight()
        self._plan: Plan | None = None
        self._window: Window | None = None
        self._turned = 0
        self._grasp: Grasp | None = None
        self._seeker = Seeker(self)
        self._seeker.asked.connect(self.asked)
        self._seen: tuple[object, ...] = ()
        self._shape: Shape | None = None
        self._placing = QTimer(self)
        self._placing.setSingleShot(True)
        self._placing.setInterval(_PLACED_MS)
        self._placing.timeout.connect(self._place_window)

    # --- what is shown

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us."""
        self._reader.hear(advance)
        self._advance = advance
        self.refresh()

    @Slot(object)
    def show_plan(self, plan: Plan) -> None:
        """Show which part the chart shows, soon: a chart that moves is not kept waiting."""
        self._plan = plan
        if self.isVisible() and not self._placing.isActive():
            self._placing.start()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def set_by_session(self, *, on: bool) -> None:
        """Show all rounds that are kept, or the one that the chart shows."""
        self.by_session = on
        self.setAccessibleName("Overview of the session" if on else "Overview of the round")
        self.refresh()

    @property
    def window_ticks(self) -> Window | None:
        """The part that the chart shows [ticks from the left end]; None without one."""
        self._catch_up()
        return self._window

    @property
    def head(self) -> float | None:
        """Where the replay stands [ticks from the left end]; None where none is shown."""
        sought = self._seeker.sought
        return self._sight.head if sought is None else sought

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is marked."""
        return self._sight.marks

    @property
    def ground(self) -> Ground:
        """What lies along the strip."""
        return self._sight.ground

    def x_of(self, place: float) -> float:
        """Return where a place [ticks from the left end] is on the widget [px]."""
        return place / self._sight.ground.length * self.width()

    def place_of(self, x: float) -> float:
        """Return which place [ticks from the left end] is at `x` [px]."""
        return x / max(self.width(), 1) * self._sight.ground.length

    def words(self) -> str:
        """Return what is said where the mouse is; empty when it is out."""
        if self.hover is None:
            return ""
        place = self.place_of(self.hover)
        near = self.place_of(_KNOB / 2)
        mark = min(self._sight.marks, key=lambda each: abs(each.place - place), default=None)
        if mark is not None and abs(mark.place - place) > near:
            mark = None
        at = place if mark is None else mark.place
        stretch = self._sight.ground.at(at)
        return "" if stretch is None else self._said(stretch, at, mark)

    def refresh(self) -> None:
        """Look at everything again; costs nothing while the strip is hidden."""
        advance = self._advance
        if advance is None or not self.isVisible():
            return
        self._sight = self._reader.read(advance, self._plan, by_session=self.by_session)
        self._place_window()

    def _catch_up(self) -> None:
        """Know what the chart shows at this moment."""
        if self._placing.isActive():
            self._place_window()

    @Slot()
    def _place_window(self) -> None:
        self._placing.stop()
        plan = self._plan
        stretch = self._sight.stretch
        series = None if plan is None else plan.series
        known = series is not None and series.round_id == self._sight.round_id
        if plan is None or stretch is None or not known or plan.last < 0:
            self._window = None
        elif self._grasp is None or self._grasp.part == "head":
            first, last = plan.tick_at(0), plan.tick_at(plan.room.plot_width)
            low, high = (stretch.place(tick) for tick in (first, last))
            end = stretch.start + stretch.size
            self._window = (max(low, stretch.start), min(max(high, low + 1), end))
        scene = self._scene()
        ends = tuple((each.round_id, each.size) for each in self._sight.ground.stretches[-1:])
        seen = (
            ends,
            scene.ground.length,
            self._window,
            self.head,
            self._sight.marks,
            self._sight.loop,
        )
        # a shape's columns cannot be compared with those of another
        if seen != self._seen or scene.shape is not self._shape:
            self._seen, self._shape = seen, scene.shape
            self._describe()
            self.update()

    def _scene(self) -> Scene:
        past = self._sight.head is not None
        return Scene(
            ground=self._sight.ground,
            theme=self._theme,
            width=max(self.width(), 1),
            height=self.height(),
            shape=self._sight.shape,
            past=past,
            unit=float(self.devicePixelRatioF()),
        )

    def _said(self, stretch: Stretch, place: float, mark: Mark | None) -> str:
        tick = stretch.tick(place)
        parts = [f"tick {tick:,}"]
        found = stretch.series.find(tick)
        if self.head is not None and place > self.head:
            parts.append("ahead")
        elif found is None:
            parts.append("missing")
        elif mark is None:
            parts.append(fmt.price(float(stretch.series.prices[found])))
        if mark is not None:
            parts.append(mark.words)
        if stretch.round_id != self._sight.round_id:
            parts.append(f"{fmt.round_name(stretch.round_id)}, double-click opens it")
        return " · ".join(parts)

    def _describe(self) -> None:
        stretch = self._sight.stretch
        said = "Nothing is shown."
        if stretch is not None and self._window is not None:
            first, last = (stretch.tick(place) for place in self._window)
            end = stretch.first + stretch.size - 1
            said = f"The chart shows ticks {first:,} to {last:,} of {end:,}."
        self.setAccessibleDescription(said)

    # --- what is done

    def _begin(self, x: float, y: float) -> None:
        self._catch_up()
        place, head = self.place_of(x), self.head
        if head is not None and y < LANE:
            self._grasp = Grasp("head", place, (head, head))
            self._move(place)
        elif self._window is not None:
            self._grasp = grasp(place, self._window, self.place_of(_GRIP))
            if self._grasp.jumped:
                self._move(place)

    def _move(self, place: float) -> None:
        stretch = self._sight.stretch
        if self._grasp is None or stretch is None:
            return
        if self._grasp.part == "head":
            self._seeker.point(stretch, place)
            self.update()
        else:
            self._ask_span(stretch, dragged(self._grasp, place, self.place_of(2)))

    def _ask_span(self, stretch: Stretch, window: Window) -> None:
        left, right = kept_in(window, stretch.start, stretch.start + stretch.size)
        self._window = (left, right)
        self.update()
        self.wanted.emit(stretch.tick(left), stretch.tick(right))

    def _open(self, place: float) -> None:
        """Go to a place: seek there in a replay, or open the round's recording there."""
        stretch = self._sight.ground.at(place)
        if stretch is None or self._sight.stream is None:
            return
        tick = stretch.tick(place)
        if self._sight.head is not None and stretch.round_id == self._sight.round_id:
            self.asked.emit(SeekTick(tick=tick))
        elif stretch.round_id != self._sight.round_id:
            self.asked.emit(GoTo(stream=self._sight.stream, round_id=stretch.round_id, tick=tick))

    def _step(self, key: Qt.Key, *, wider: bool) -> None:
        self._catch_up()
        stretch = self._sight.stretch
        if self._window is None or stretch is None:
            return
        left, right = self._window
        width = right - left
        if key == Qt.Key.Key_End:
            self.newest_wanted.emit()
        elif key == Qt.Key.Key_Return:
            self._open((left + right) / 2)
        elif key == Qt.Key.Key_Home:
            self._ask_span(stretch, (stretch.start, stretch.start + width))
        elif wider:
            # the chart has certain widths only: less than a quarter more may be the same again
            wide = width * (1 + 2.5 * _STEPS[key])
            self._ask_span(stretch, (left, left + max(wide, 2.0)))
        else:
            self._ask_span(stretch, (left + width * _STEPS[key], right + width * _STEPS[key]))

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(400, HEIGHT)

    def showEvent(self, _event: QEvent) -> None:  # noqa: D102
        self.seen.emit(True)  # noqa: FBT003  # Qt's own
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        if not event.spontaneous() and self.isHidden():
            self.seen.emit(False)  # noqa: FBT003  # Qt's own

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        if notches and self._sight.head is not None:
            fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.asked.emit(Step(ticks=-notches * (10 if fast else 1)))
        event.accept()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        override = event.type() is QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()  # the window's own keys would take them
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if _is_own(event):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            moves = event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}
            self._step(Qt.Key(event.key()), wider=shift and moves)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is Qt.MouseButton.LeftButton:
            self._begin(event.position().x(), event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.hover = event.position().x()
        if self._grasp is not None:
            self._move(self.place_of(self.hover))
        self.setCursor(self._cursor(event.position()))
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: D102
        held, self._grasp = self._grasp, None
        self._seeker.let_go()
        end = self._sight.ground.stretches[-1] if self._sight.ground.stretches else None
        if held is not None and held.part in {"whole", "right"} and end is not None:
            at_end = self._window is not None and self._window[1] >= end.start + end.size
            if at_end and end.round_id == self._sight.round_id:
                self.newest_wanted.emit()
        self._place_window()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is Qt.MouseButton.LeftButton and event.position().y() >= LANE:
            self._open(self.place_of(event.position().x()))

    def leaveEvent(self, _event: QEvent) -> None:  # noqa: D102
        self.hover = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        scene, head = self._scene(), self.head
        self.picture.bring_up(scene)
        painter = QPainter(self)
        x = None if head is None else self.x_of(head)
        self.picture.paint(painter, x, (self.width(), self.height()))
        if self._window is not None:
            left, right = (self.x_of(place) for place in self._window)
            rect = QRectF(left, LANE, max(right - left, 3.0), self.height() - LANE)
            paint.window(painter, rect, scene, focused=self.hasFocus())
        paint.loop(painter, self._sight.loop, scene)
        paint.marks(painter, self._sight.marks, scene)
        if x is not None:
            paint.playhead(painter, x, scene)
        if self.hover is not None:
            paint.hover(painter, self.hover, self.words(), scene, self.font())
        painter.end()

    def _cursor(self, at: QPointF) -> Qt.CursorShape:
        if self.head is not None and at.y() < LANE:
            return Qt.CursorShape.PointingHandCursor
        edges = () if self._window is None else tuple(map(self.x_of, self._window))
        if any(abs(at.x() - edge) <= _GRIP for edge in edges):
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.ArrowCursor


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key moves the window here; with Alt or Control it is somebody else's."""
    others = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
    return event.key() in _KEYS and not event.modifiers() & others
