"""The indicators of the window's charts: where they stand, how they are chosen and kept."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from replayer_qt.core.indicators.survival import SurvivalTable
from replayer_qt.core.indicators.volumes import VolumeBook
from replayer_qt.core.state import Advance
from replayer_qt.ui.chart.studies import Studies
from replayer_qt.ui.chart.track_styles import Shown, all_shown, text_of
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.survival_asker import SurvivalAsker
from replayer_qt.ui.theme import DARK, Theme
from replayer_qt.ui.view import Look


class ChartStudies(QObject):
    """One choice of indicators for all charts of the window, each computed of its own prices.

    Args:
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.
        main: returns the window's own chart.

    Signals:
        asked: the library's survival study, while the clock is shown with a market.
        changed: other indicators are shown.

    Attributes:
        asker: asks for that study.
    """

    asked = Signal(object)
    changed = Signal()

    def __init__(
        self,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        main: Callable[[], Chart],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choose, self._look, self._main = choose, look, main
        self.asker = SurvivalAsker(self)
        self.asker.asked.connect(self.asked)
        self.asker.told.connect(self._set_survival)
        self._book = VolumeBook()
        self._table: SurvivalTable | None = None
        self._theme = DARK
        self._of: dict[Chart, Studies] = {}  # bounded: one for each chart of the window

    @property
    def studies(self) -> Studies:
        """The indicators of the window's own chart."""
        return self._of[self._main()]

    def of(self, chart: Chart) -> Studies:
        """Return the indicators of a chart."""
        return self._of[chart]

    def put_on(self, chart: Chart, column: QVBoxLayout, body: QSplitter) -> None:
        """Give a chart its legend, above all in a column, and its strips, below it in a body."""
        widget = cast("QWidget", chart)
        studies = self._of[chart] = Studies(chart.extras, widget, book=self._book)
        _Pointer(chart, studies, widget)
        chart.planned.connect(studies.show_plan)
        chart.pointed.connect(studies.show_pointed)
        studies.lagging.connect(chart.refresh)
        column.insertWidget(0, studies.legend)
        body.addWidget(studies.pane)
        studies.set_theme(self._theme)
        if self._table is not None:
            studies.set_survival(self._table)
        studies.show(all_shown(self._look().indicators))
        studies.changed.connect(self.changed)

    def take_off(self, chart: Chart) -> None:
        """Forget a chart that is closed."""
        self._of.pop(chart, None)

    def begin(self) -> None:
        """Show what was shown last."""
        self._show(all_shown(self._look().indicators))

    def take(self, advance: Advance) -> None:
        """Hear what happened, before the charts show it."""
        self._book.take(advance.events)
        self.asker.want(on=advance.state.shown is not None and self._shows_clock())

    @Slot(object)
    def take_answer(self, answer: object) -> None:
        """Take what the library says; how long rounds live is asked again where it changed."""
        self.asker.hear(answer)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        for studies in self._of.values():
            studies.set_theme(theme)

    def choose(self) -> None:
        """Let a person add, remove and set indicators."""
        dialog = IndicatorsDialog(self.studies.shown, self.studies.legend.window())
        dialog.changed.connect(self._take)
        dialog.open()

    def _shows_clock(self) -> bool:
        return any(one.chosen.kind == "survival" for one in self.studies.shown)

    @Slot(object)
    def _set_survival(self, table: SurvivalTable) -> None:
        self._table = table
        for studies in self._of.values():
            studies.set_survival(table)

    def _show(self, wanted: tuple[Shown, ...]) -> None:
        for studies in self._of.values():
            studies.show(wanted)

    @Slot(object)
    def _take(self, wanted: tuple[Shown, ...]) -> None:
        self._show(wanted)
        self._choose(indicators=text_of(self.studies.shown))


class _Pointer(QObject):
    """Puts the crosshair of a chart where the mouse is over its strips."""

    def __init__(self, chart: Chart, studies: Studies, parent: QObject) -> None:
        super().__init__(parent)
        self._chart = chart
        studies.pane.crossed.connect(self._point)

    @Slot(int)
    def _point(self, candle: int) -> None:
        plan = self._chart.plan
        if plan is None or not 0 <= candle < plan.count:
            self._chart.point_away()
            return
        row = plan.row_of(float(plan.candles.close[candle]))
        x = plan.left_of(candle // plan.per) + plan.step // 2
        self._chart.point_at(x, min(max(row, 0), plan.room.plot_height - 1))
