"""The marks of the charts with all that belongs to them: choices, keys, links to panels."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from replayer_qt.core.commands import GoTo
from replayer_qt.core.state import Advance, State
from replayer_qt.ui.chart.marks import Marks
from replayer_qt.ui.chart.marks_tape import TradeTape
from replayer_qt.ui.chart.marks_told import Mark, keys_of, tick_of
from replayer_qt.ui.chart.marks_words import summary_of
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.docking import Docking
from replayer_qt.ui.mark_links import MarkLinks
from replayer_qt.ui.view import Look

NO_FURTHER: Final = "There is no further mark of yours in this round."

_LEAST_SPAN: Final = 20


class MarkDesk(QObject):
    """Owns the marks and the tape of trades, and puts them on every chart.

    Args:
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.
        main: returns the window's own chart.
        active: returns the chart that keys belong to.

    Signals:
        asked: a command.

    Attributes:
        tape: other players' trades, for every chart that marks them.
        links: the links to the panels; None before there are panels.
        said: what was said last of a mark.
    """

    asked = Signal(object)

    def __init__(
        self,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        main: Callable[[], Chart],
        active: Callable[[], Chart],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choose, self._look, self._main, self._active = choose, look, main, active
        self._state = State()
        self.said = ""
        self.tape = TradeTape()
        self._of: dict[Chart, Marks] = {}  # bounded: one a chart
        self.links: MarkLinks | None = None

    @property
    def marks(self) -> Marks:
        """The marks of the window's own chart."""
        return self._of[self._main()]

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "toggle_own_marks": self.toggle_own,
            "toggle_trade_marks": self.toggle_trades,
            "set_trades_from": self.set_trades_from,
            "step_mark": self.step,
            "go_to_mark": self.go_to_chosen,
        }

    def begin(self) -> None:
        """Mark what was marked last."""
        for marks in self._of.values():
            self._set_up(marks)
        self._redraw()

    def put_on(self, chart: Chart) -> None:
        """Put marks on a chart, until they are taken off."""
        widget = cast("QWidget", chart)
        marks = self._of[chart] = self._set_up(Marks(self.tape, widget))
        marks.show_state(self._state)
        marks.add_to(chart.extras)
        widget.installEventFilter(marks)
        if chart is not self._main():
            marks.chosen.connect(self._choose_elsewhere)

    def take_off(self, chart: Chart) -> None:
        """Forget a chart that is closed: it may be gone before it is let go of everywhere."""
        marks = self._of.pop(chart, None)
        if marks is not None:
            cast("QWidget", chart).removeEventFilter(marks)

    def link(self, panels: Mapping[str, object], docking: Docking) -> None:
        """Let marks and rows lead to one another."""

        def raise_dock(name: str) -> None:
            dock = docking.docks[name]
            dock.show()
            dock.raise_()

        self.links = MarkLinks(
            self.marks, panels, redraw=self._redraw, raise_dock=raise_dock, parent=self
        )

    def show_frame(self, advance: Advance) -> None:
        """Take a frame; to be called before the chart takes it."""
        self._state = advance.state
        self.tape.take(advance)
        for marks in self._of.values():
            marks.show_state(advance.state)

    def toggle_own(self) -> None:
        """Mark own fills, bets and cost, or no more."""
        self._choose(own_marks=not self._look().own_marks)
        self.begin()

    def toggle_trades(self) -> None:
        """Mark other players' trades, or no more."""
        self._choose(trade_marks=not self._look().trade_marks)
        self.begin()

    def set_trades_from(self, least: float) -> None:
        """Mark other players' trades of `least` [SOL] or more."""
        self._choose(trades_from=least)
        self.begin()

    def step(self, by: int) -> None:
        """Choose the next own mark (1), or the one before (-1), and bring it into sight."""
        chart = self._active()
        marks = self._of[chart]
        mark = marks.step(by)
        self._say(chart, NO_FURTHER if mark is None else summary_of(mark))
        if mark is not None:
            _bring_into_sight(chart, tick_of(mark))
            self._choose_on(marks, mark)
            chart.refresh()

    def go_to_chosen(self) -> None:
        """Ask for the tick of the chosen mark."""
        place = self._of[self._active()].place()
        if place is not None:
            stream, round_id, tick = place
            self.asked.emit(GoTo(stream=stream, round_id=round_id, tick=tick))

    def _set_up(self, marks: Marks) -> Marks:
        look = self._look()
        marks.shows_own, marks.shows_trades = look.own_marks, look.trade_marks
        marks.least = look.trades_from
        return marks

    def _redraw(self) -> None:
        """The same is chosen everywhere."""
        for chart, marks in self._of.items():
            if marks is not self.marks:
                marks.choose(self.marks.key)
            chart.refresh()

    @Slot(object)
    def _choose_elsewhere(self, mark: Mark | None) -> None:
        marks = self.sender()
        if isinstance(marks, Marks):
            self._choose_on(marks, mark)

    def _choose_on(self, marks: Marks, mark: Mark | None) -> None:
        """Panels tell of the market that is looked at, and of no other's rows."""
        if marks is not self.marks:
            if marks.stream != self._state.shown:
                return
            self.marks.choose(None if mark is None else keys_of(mark)[0])
        if self.links is not None:
            self.links.show_rows(mark)
        self._redraw()

    def _say(self, chart: Chart, words: str) -> None:
        self.said = words
        widget = cast("QWidget", chart)
        widget.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def _bring_into_sight(chart: Chart, tick: int) -> None:
    plan = chart.plan
    if plan is None or 0 <= plan.middle_of(tick) < plan.room.plot_width:
        return
    span = max(plan.tick_at(plan.room.plot_width) - plan.tick_at(0), _LEAST_SPAN)
    chart.show_span(max(round(tick - span / 2), 0), round(tick + span / 2))
