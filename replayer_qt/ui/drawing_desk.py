"""What the Draw menu does: takes tools into the hand, and keeps what was drawn."""

from collections.abc import Callable
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from replayer_qt.core.drawings import TEXT_MOST, Anchor, Drawing, Hue, Reach, Shape
from replayer_qt.core.program_events import Severity
from replayer_qt.core.replay_events import ReplayShaped
from replayer_qt.core.state import Advance
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ports import Clock
from replayer_qt.ui.chart.drawing_book import DrawingBook, DrawingStore
from replayer_qt.ui.chart.drawing_tool import DrawingTool
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.drawing_shelf import DrawingShelf, Place
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.plain import bare
from replayer_qt.ui.view import Look


class DrawingDesk(QObject):
    """Owns the drawings of all charts and the hands that draw them.

    A tool is taken into the hand for every chart, and laid down once it was used on one. What is
    drawn on one chart is on every other that shows the same round.

    Signals:
        told: a `Notice` of what went wrong.
    """

    told = Signal(object)

    def __init__(
        self,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        active: Callable[[], Chart],
        clock: Clock | None,
        store: DrawingStore | None,
        parent: QObject,
    ) -> None:
        """Prepare.

        Args:
            choose: keeps what a person chose of the `Look`, by its names.
            look: returns how the market is looked at now.
            active: returns the chart that keys belong to.
            clock: when something was told.
            store: keeps the drawings; without one they are gone with the round.
            parent: owns this object.
        """
        super().__init__(parent)
        self._choose, self._look, self._active, self._clock = choose, look, active, clock
        self._shelf = DrawingShelf(store, self)
        self._shelf.failed.connect(self._tell)
        self._hands: dict[Chart, _Hand] = {}  # bounded: one for each chart of the window
        self._text_for: tuple[Chart, Anchor] | None = None
        self._recorded_as: dict[StreamId, tuple[RoundId, StreamId]] = {}  # of streams there are

    @property
    def tool(self) -> DrawingTool:
        """The hand on the chart that keys belong to."""
        return self._hands[self._active()].tool

    @property
    def book(self) -> DrawingBook:
        """The drawings of that chart."""
        return self.tool.book

    def put_on(self, chart: Chart) -> None:
        """Let a chart be drawn on."""
        book = self._shelf.lend(chart, None)
        tool = DrawingTool(
            chart, book, ask_text=partial(self._ask_text, chart), done=self._lay_down
        )
        self._hands[chart] = _Hand(chart, tool, self._shelf.lend, self._place_of, self)
        self._set_up(tool)
        held = self._look().tool
        tool.shape = Shape(held) if held else None
        tool.add_to(chart.extras)
        self._show_cursor(held)

    def take_off(self, chart: Chart) -> None:
        """Forget a chart that is closed; what was drawn on it is kept."""
        hand = self._hands.pop(chart, None)
        if hand is not None:
            hand.let_go()
            hand.deleteLater()
            self._shelf.give_back(chart)

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "draw": self.draw,
            "draw_undo": self.undo,
            "draw_redo": self.redo,
            "draw_delete": self.delete,
            "draw_clear": self.clear,
            "draw_hue": self.set_hue,
            "draw_snap": self.toggle_snap,
            "draw_venue_wide": self.toggle_venue_wide,
        }

    def take(self, advance: Advance) -> None:
        """Note which venue a replayed round is of: what was drawn for that one is shown there."""
        for event in advance.events:
            if isinstance(event, ReplayShaped):
                there = advance.state.markets
                known = {name: one for name, one in self._recorded_as.items() if name in there}
                of = event.recorded_as or event.stream
                self._recorded_as = {**known, event.stream: (event.round_id, of)}

    def draw(self, shape: str) -> None:
        """Take a shape into the hand; an empty text lays down whatever is in it."""
        for hand in self._hands.values():
            hand.tool.take(Shape(shape) if shape else None)
        self._choose(tool=shape)
        self._show_cursor(shape)
        if shape:
            cast("QWidget", self._active()).setFocus()

    def undo(self) -> None:
        """Take back the last change to the drawings of the chart that keys belong to."""
        self.book.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.book.redo()

    def delete(self) -> None:
        """Delete the drawing that is chosen."""
        self.tool.delete()

    def clear(self) -> None:
        """Delete every drawing of the round that is shown, those of its venue left alone."""
        kept = tuple(each for each in self.book.drawings if each.reach is Reach.VENUE)
        self.book.change("delete all", kept)

    def set_hue(self, hue: str) -> None:
        """Colour what is chosen and what is drawn next."""
        self._choose(hue=hue)
        self._set_all_up()
        self.tool.alter("colour", hue=Hue(hue))

    def toggle_snap(self) -> None:
        """Let prices close by draw the hand to them, or not."""
        self._choose(snap=not self._look().snap)
        self._set_all_up()

    def toggle_venue_wide(self) -> None:
        """Show what is chosen and what is drawn next on every round of the venue, or on its own."""
        self._choose(venue_wide=not self._look().venue_wide)
        self._set_all_up()
        self.tool.alter("where it is shown", reach=self.tool.reach)

    def _place_of(self, plan: Plan) -> Place | None:
        stream, series = plan.stream, plan.series
        if stream is None or series is None:
            return None
        round_id, recorded_as = self._recorded_as.get(stream, (series.round_id, stream))
        return (recorded_as if round_id == series.round_id else stream), series.round_id

    def _set_all_up(self) -> None:
        for hand in self._hands.values():
            self._set_up(hand.tool)

    def _set_up(self, tool: DrawingTool) -> None:
        look = self._look()
        tool.hue, tool.snaps = Hue(look.hue), look.snap
        tool.reach = Reach.VENUE if look.venue_wide else Reach.ROUND

    def _show_cursor(self, shape: str) -> None:
        cursor = Qt.CursorShape.CrossCursor if shape else Qt.CursorShape.ArrowCursor
        for chart in self._hands:
            cast("QWidget", chart).setCursor(cursor)

    def _lay_down(self) -> None:
        for hand in self._hands.values():
            if hand.tool.shape is not None:
                hand.tool.take(None)
        self._choose(tool="")
        self._show_cursor("")

    def _ask_text(self, chart: Chart, at: Anchor) -> None:
        self._text_for = (chart, at)
        dialog = QInputDialog(cast("QWidget", chart).window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Text on the chart")
        dialog.setLabelText(f"Words, {TEXT_MOST} letters at most:")
        dialog.textValueSelected.connect(self._add_text)
        dialog.open()

    @Slot(str)
    def _add_text(self, typed: str) -> None:
        words, wanted, self._text_for = bare(typed, TEXT_MOST), self._text_for, None
        hand = None if wanted is None else self._hands.get(wanted[0])
        if words and hand is not None and wanted is not None:
            at, tool = wanted[1], hand.tool
            told = Drawing(
                shape=Shape.TEXT, begin=at, end=at, hue=tool.hue, reach=tool.reach, text=words
            )
            tool.add(told)

    @Slot(str)
    def _tell(self, why: str) -> None:
        at = 0 if self._clock is None else self._clock.now()
        remedy = "See to the disk; what is on the chart stays until another round is shown."
        self.told.emit(
            Notice(
                code="drawings-not-kept",
                severity=Severity.WARNING,
                what=why,
                remedy=remedy,
                at=at,
            )
        )


class _Hand(QObject):
    """Keeps the tool of one chart at the book of what the chart shows."""

    def __init__(
        self,
        chart: Chart,
        tool: DrawingTool,
        lend: Callable[[object, Place | None], DrawingBook],
        place_of: Callable[[Plan], Place | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.tool = tool
        self._chart, self._lend, self._place_of = chart, lend, place_of
        self._is_moving = False
        tool.book.changed.connect(self._show_changed)
        chart.planned.connect(self._follow)

    def let_go(self) -> None:
        """Follow the chart no more: a book that is closed would have it lent another one."""
        self._chart.planned.disconnect(self._follow)
        self.tool.book.changed.disconnect(self._show_changed)

    @Slot(object)
    def _follow(self, plan: Plan) -> None:
        before, place = self.tool.book, self._place_of(plan)
        if place == before.place or self._is_moving:
            return
        self._is_moving = True  # what is closed and opened has the chart planned once more
        book = self._lend(self._chart, place)
        self._is_moving = False
        if book is not before:
            before.changed.disconnect(self._show_changed)
            book.changed.connect(self._show_changed)
            self.tool.use(book)

    @Slot()
    def _show_changed(self) -> None:
        self.tool.forget()
