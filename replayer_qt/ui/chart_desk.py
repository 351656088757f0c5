"""Everything in the window that shows prices: the chart, and what stands around and on it."""

from collections.abc import Callable
from typing import cast

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ports import Clock
from replayer_qt.ui.arrangement import Arrangement
from replayer_qt.ui.chart.drawing_book import DrawingStore
from replayer_qt.ui.chart.era_frame import EraFrame
from replayer_qt.ui.chart.hud import Hud
from replayer_qt.ui.chart.overview import Overview
from replayer_qt.ui.chart.walk import PointWalk
from replayer_qt.ui.chart_export import ChartExport
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.chart_ground import ChartGround
from replayer_qt.ui.chart_studies import ChartStudies
from replayer_qt.ui.drawing_desk import DrawingDesk
from replayer_qt.ui.mark_desk import MarkDesk
from replayer_qt.ui.panes.pane_set import PaneSet
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.time_desk import TimeDesk
from replayer_qt.ui.view import Look


class ChartDesk(QObject):
    """Owns the parts that show prices; it decides nothing.

    Args:
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.

    Signals:
        asked: a command.
        told: a `Notice`.

    Attributes:
        chart: the main chart.
        widget: the main chart as a widget.
        indicators: what is computed from its prices.
        marks: what was done at them.
        overview: the strip under the chart.
        panes: the main chart and those beside it.
        hud: how the program itself does.
        walk: goes over the main chart's points by keys.
        ground: all of it, to be put into the window.
    """

    asked = Signal(object)
    told = Signal(object)

    def __init__(
        self,
        chart: Chart,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        clock: Clock | None = None,
        drawings: DrawingStore | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.chart = chart
        self.widget = cast("QWidget", chart)
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._choose, self._look = choose, look
        self.overview = Overview()
        self.ground = ChartGround(self.overview)
        self.panes = PaneSet(
            chart, choose=choose, arrangement=lambda: look().arrangement, prepare=self._prepare
        )
        self.panes.asked.connect(self.asked)
        self.ground.column.addWidget(self.panes, stretch=1)
        column = self.panes.main.column
        self.indicators = ChartStudies(chart, choose=choose, look=look, parent=self)
        self.indicators.place(column)
        self.indicators.asked.connect(self.asked)
        self.marks = MarkDesk(
            chart, choose=choose, look=look, charts=self.panes.charts, parent=self
        )
        self.marks.asked.connect(self.asked)
        self.era = EraFrame()
        chart.extras.add_decoration(self.era)
        self.time = TimeDesk(self.ground, choose=choose, look=look, parent=self)
        self.time.asked.connect(self.asked)
        self.hud = Hud(chart.refresh, frame_ms=chart.paint_ms, clock=clock, parent=self)
        chart.extras.add_decoration(self.hud)
        self.walk = PointWalk(chart, self.widget)
        chart.planned.connect(self.overview.show_plan)
        self.overview.wanted.connect(chart.show_span)
        self.overview.newest_wanted.connect(chart.follow)
        self.overview.asked.connect(self.asked)
        self.export = ChartExport(chart, self.ground, clock)
        self.export.told.connect(self.told)
        self.drawing = DrawingDesk(
            chart, choose=choose, look=look, clock=clock, store=drawings, parent=self
        )
        self.drawing.told.connect(self.told)
        chart.asked.connect(self.asked)
        chart.followed.connect(self._note_following)

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "set_style": self.set_style,
            "toggle_log_scale": self.toggle_log_scale,
            "set_ticks_per_candle": self.set_ticks_per_candle,
            "follow": self._follow_active,
            "zoom": self._zoom_active,
            "show_all": self._show_all_active,
            **self.panes.verbs(),
            "toggle_overview": self.toggle_overview,
            "toggle_overview_session": self.toggle_overview_session,
            "export_chart": self.export.ask,
            "copy_picture": self.export.copy_picture,
            "copy_values": self.export.copy_values,
            **self.drawing.verbs(),
            "toggle_hud": self.toggle_hud,
            **self.walk.verbs(),
            **self.time.verbs(),
            **self.marks.verbs(),
            "choose_indicators": self.indicators.choose,
        }

    def begin(self) -> None:
        """Show prices as they were looked at last."""
        self._prepare(self.chart)
        self.indicators.begin()
        QWidget.setTabOrder(self.widget, self.overview)  # the keys are the chart's at first
        self.marks.begin()

    @Slot(object)
    def show_prices(self, advance: Advance) -> None:
        """Show the prices where `advance` leaves us: what is watched, as soon as may be."""
        self.indicators.take(advance)
        self.marks.show_frame(advance)
        self.drawing.take(advance)
        self.era.show_state(advance.state)
        self.panes.show_frame(advance)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us in all else, which follows the prices."""
        self.hud.take(advance)
        self.overview.show_frame(advance)
        self.time.show_frame(advance)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.era.set_theme(theme)
        self.panes.set_theme(theme)
        self.indicators.set_theme(theme)
        self.overview.set_theme(theme)

    def set_style(self, style: str) -> None:
        """Draw prices as `candles` or as a `line`."""
        self._choose(style=style)
        for chart in self.panes.charts():
            chart.set_style(style)

    def toggle_log_scale(self) -> None:
        """Change between a linear and a logarithmic price axis."""
        log_scale = not self._look().log_scale
        self._choose(log_scale=log_scale)
        for chart in self.panes.charts():
            chart.set_log_scale(log_scale)

    def toggle_hud(self) -> None:
        """Say in a corner of the chart how the program itself does, or say it no more."""
        on = not self._look().hud
        self.hud.turn(on=on)
        self._choose(hud=on)

    def set_ticks_per_candle(self, ticks: int) -> None:
        """Make candles of so many ticks."""
        self._choose(ticks_per_candle=ticks)
        for chart in self.panes.charts():
            chart.set_ticks_per_candle(ticks)

    def arrange(self, arrangement: Arrangement) -> None:
        """Arrange the charts and the strip under them, and keep that."""
        self._choose(arrangement=arrangement)
        self.panes.bring_up()
        self.ground.want_overview(on=arrangement.overview)
        self.overview.set_by_session(on=arrangement.by_session)

    def toggle_overview(self) -> None:
        """Show the strip under the chart, or show it no more."""
        now = self._look().arrangement
        self.arrange(replace(now, overview=not now.overview))

    def toggle_overview_session(self) -> None:
        """Let the strip show all rounds that are kept, or the one that is looked at."""
        now = self._look().arrangement
        self.arrange(replace(now, by_session=not now.by_session))

    def _follow_active(self) -> None:
        self.panes.active.chart.follow()

    def _zoom_active(self, factor: float) -> None:
        self.panes.active.chart.zoom(factor)

    def _show_all_active(self) -> None:
        self.panes.active.chart.show_all()

    def _prepare(self, chart: Chart) -> None:
        look = self._look()
        chart.set_ticks_per_candle(look.ticks_per_candle)
        chart.set_style(look.style)  # a line's width follows from the candles'
        chart.set_log_scale(look.log_scale)
        self.marks.mark(chart)

    @Slot()
    def take_focus(self) -> None:
        """Let the keys belong to the chart."""
        self.widget.setFocus()

    @Slot(bool)
    def _note_following(self, following: bool) -> None:  # noqa: FBT001  # Qt's own
        self._choose(following=following)
