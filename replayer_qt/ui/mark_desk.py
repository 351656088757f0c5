"""The marks of the main chart with all that belongs to them: choices, keys, links to panels."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from replayer_qt.core.commands import GoTo
from replayer_qt.core.state import Advance
from replayer_qt.ui.chart.marks import Marks
from replayer_qt.ui.chart.marks_tape import TradeTape
from replayer_qt.ui.chart.marks_told import tick_of
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.docking import Docking
from replayer_qt.ui.mark_links import MarkLinks
from replayer_qt.ui.view import Look

_LEAST_SPAN: Final = 20


class MarkDesk(QObject):
    """Owns the marks and the tape of trades, and puts them on the main chart.

    Args:
        chart: the main chart.
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.

    Signals:
        asked: a command.

    Attributes:
        tape: other players' trades, for every chart that marks them.
        marks: the main chart's marks.
        links: the links to the panels; None before there are panels.
    """

    asked = Signal(object)

    def __init__(
        self,
        chart: Chart,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chart, self._choose, self._look = chart, choose, look
        self.tape = TradeTape()
        self.marks = Marks(self.tape, self)
        self.links: MarkLinks | None = None
        self.marks.add_to(chart.extras)
        cast("QWidget", chart).installEventFilter(self.marks)

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
        look = self._look()
        marks = self.marks
        marks.shows_own, marks.shows_trades = look.own_marks, look.trade_marks
        marks.least = look.trades_from
        self._chart.refresh()

    def link(self, panels: Mapping[str, object], docking: Docking) -> None:
        """Let marks and rows lead to one another."""

        def raise_dock(name: str) -> None:
            dock = docking.docks[name]
            dock.show()
            dock.raise_()

        self.links = MarkLinks(
            self.marks, panels, redraw=self._chart.refresh, raise_dock=raise_dock, parent=self
        )

    def show_frame(self, advance: Advance) -> None:
        """Take a frame; to be called before the chart takes it."""
        self.tape.take(advance)
        self.marks.show_frame(advance)

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
        mark = self.marks.step(by)
        if mark is None:
            return
        self._bring_into_sight(tick_of(mark))
        if self.links is not None:
            self.links.show_rows(mark)
        self._chart.refresh()

    def go_to_chosen(self) -> None:
        """Ask for the tick of the chosen mark."""
        place = self.marks.place()
        if place is not None:
            stream, round_id, tick = place
            self.asked.emit(GoTo(stream=stream, round_id=round_id, tick=tick))

    def _bring_into_sight(self, tick: int) -> None:
        plan = self._chart.plan
        if plan is None or 0 <= plan.middle_of(tick) < plan.room.plot_width:
            return
        span = max(plan.tick_at(plan.room.plot_width) - plan.tick_at(0), _LEAST_SPAN)
        self._chart.show_span(max(round(tick - span / 2), 0), round(tick + span / 2))
