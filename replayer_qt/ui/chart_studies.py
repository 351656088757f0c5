"""The indicators of the window's chart: where they stand, how they are chosen and kept."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from replayer_qt.core.indicators.survival import table_of
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import JobEnded
from replayer_qt.core.library_requests import Study
from replayer_qt.core.state import Advance
from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.ui.chart.studies import Studies
from replayer_qt.ui.chart.track_styles import Shown, all_shown, text_of
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.view import Look

SURVIVAL_TICKET: Final = -2
"""The ticket of the study that the survival clock goes by."""

_CHART_SHARE: Final = 3
_STRIPS_SHARE: Final = 2


class ChartStudies(QObject):
    """Connects the indicators with the chart, and keeps what a person chose.

    Args:
        chart: the chart.
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.

    Signals:
        asked: the library's survival study, once the clock is shown with a market.

    Attributes:
        studies: the indicators.
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
        self._choose, self._look = choose, look
        self._was_asked = False
        self.studies = Studies(chart.extras, self)
        chart.planned.connect(self.studies.show_plan)
        chart.pointed.connect(self.studies.show_pointed)
        self.studies.lagging.connect(chart.refresh)
        self._chart = chart
        self.studies.pane.crossed.connect(self._point)

    def place(self, column: QVBoxLayout) -> None:
        """Put the legend above the chart, the first in a column, and the strips below it."""
        column.insertWidget(0, self.studies.legend)
        column.setStretch(1, _CHART_SHARE)
        column.insertWidget(2, self.studies.pane, stretch=_STRIPS_SHARE)

    def begin(self) -> None:
        """Show what was shown last."""
        self.studies.show(all_shown(self._look().indicators))

    def take(self, advance: Advance) -> None:
        """Hear what happened, before the chart shows it."""
        self.studies.take(advance.events)
        if not self._was_asked and advance.state.shown is not None and self._shows_clock():
            self._was_asked = True
            self.asked.emit(Study(ticket=SURVIVAL_TICKET, query=RoundQuery()))

    @Slot(object)
    def take_answer(self, answer: object) -> None:
        """Take what the library says of how long rounds live; what is none of it is passed over."""
        if not isinstance(answer, JobEnded) or answer.ticket != SURVIVAL_TICKET:
            return
        if isinstance(answer.outcome, RoundStudy):
            self.studies.set_survival(table_of(answer.outcome.survival))

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.studies.set_theme(theme)

    def choose(self) -> None:
        """Let a person add, remove and set indicators."""
        dialog = IndicatorsDialog(self.studies.shown, self.studies.legend.window())
        dialog.changed.connect(self._take)
        dialog.open()

    @Slot(int)
    def _point(self, candle: int) -> None:
        plan = self._chart.plan
        if plan is None or not 0 <= candle < plan.count:
            self._chart.point_away()
            return
        row = plan.row_of(float(plan.candles.close[candle]))
        x = plan.left_of(candle // plan.per) + plan.step // 2
        self._chart.point_at(x, min(max(row, 0), plan.room.plot_height - 1))

    def _shows_clock(self) -> bool:
        return any(one.chosen.kind == "survival" for one in self.studies.shown)

    @Slot(object)
    def _take(self, wanted: tuple[Shown, ...]) -> None:
        self.studies.show(wanted)
        self._choose(indicators=text_of(self.studies.shown))
