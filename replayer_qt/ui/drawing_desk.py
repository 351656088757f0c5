"""What the Draw menu does: takes tools into the hand, and keeps what was drawn."""

from collections.abc import Callable
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
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.plain import clean
from replayer_qt.ui.view import Look


class DrawingDesk(QObject):
    """Owns the drawings of one chart and the hand that draws them.

    Signals:
        told: a `Notice` of what went wrong.

    Attributes:
        book: the drawings.
        tool: the hand.
    """

    told = Signal(object)

    def __init__(
        self,
        chart: Chart,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        clock: Clock | None,
        store: DrawingStore | None,
        parent: QObject,
    ) -> None:
        """Prepare.

        Args:
            chart: what is drawn on.
            choose: keeps what a person chose of the `Look`, by its names.
            look: returns how the market is looked at now.
            clock: when something was told.
            store: keeps the drawings; without one they are gone with the round.
            parent: owns this object.
        """
        super().__init__(parent)
        self._chart, self._choose, self._look, self._clock = chart, choose, look, clock
        self._widget = cast("QWidget", chart)
        self.book = DrawingBook(store, self)
        self.tool = DrawingTool(chart, self.book, ask_text=self._ask_text, done=self._lay_down)
        self._text_at = Anchor(0, 1.0)
        self._recorded_as: dict[
            StreamId, tuple[RoundId, StreamId]
        ] = {}  # of streams that are there
        chart.extras.add_decoration(self.tool)
        chart.extras.add_tool(self.tool)
        chart.planned.connect(self._follow)
        self.book.changed.connect(self._show_changed)
        self.book.failed.connect(self._tell)

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "draw": self.draw,
            "draw_undo": self.book.undo,
            "draw_redo": self.book.redo,
            "draw_delete": self.tool.delete,
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
        self.tool.take(Shape(shape) if shape else None)
        self._choose(tool=shape)
        self._widget.setCursor(Qt.CursorShape.CrossCursor if shape else Qt.CursorShape.ArrowCursor)
        if shape:
            self._widget.setFocus()

    def clear(self) -> None:
        """Delete every drawing of the round that is shown, those of its venue left alone."""
        kept = tuple(each for each in self.book.drawings if each.reach is Reach.VENUE)
        self.book.change("delete all", kept)

    def set_hue(self, hue: str) -> None:
        """Colour what is chosen and what is drawn next."""
        self.tool.hue = Hue(hue)
        self.tool.alter("colour", hue=Hue(hue))
        self._choose(hue=hue)

    def toggle_snap(self) -> None:
        """Let prices close by draw the hand to them, or not."""
        self.tool.snaps = not self.tool.snaps
        self._choose(snap=self.tool.snaps)

    def toggle_venue_wide(self) -> None:
        """Show what is chosen and what is drawn next on every round of the venue, or on its own."""
        wide = not self._look().venue_wide
        self.tool.reach = Reach.VENUE if wide else Reach.ROUND
        self.tool.alter("where it is shown", reach=self.tool.reach)
        self._choose(venue_wide=wide)

    def _lay_down(self) -> None:
        self._choose(tool="")
        self._widget.setCursor(Qt.CursorShape.ArrowCursor)

    def _ask_text(self, at: Anchor) -> None:
        self._text_at = at
        dialog = QInputDialog(self._widget.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Text on the chart")
        dialog.setLabelText(f"Words, {TEXT_MOST} letters at most:")
        dialog.textValueSelected.connect(self._add_text)
        dialog.open()

    @Slot(str)
    def _add_text(self, typed: str) -> None:
        words, at = clean(typed, TEXT_MOST), self._text_at
        if words:
            tool = self.tool
            told = Drawing(
                shape=Shape.TEXT, begin=at, end=at, hue=tool.hue, reach=tool.reach, text=words
            )
            tool.add(told)

    @Slot(object)
    def _follow(self, plan: Plan) -> None:
        round_id = None if plan.series is None else plan.series.round_id
        stream = plan.stream
        if stream in self._recorded_as and self._recorded_as[stream][0] == round_id:
            stream = self._recorded_as[stream][1]
        self.book.open(stream, round_id)

    @Slot()
    def _show_changed(self) -> None:
        self.tool.forget()

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
