"""Everything in the window that shows prices: the charts, and what stands around and on them."""

from collections.abc import Callable
from typing import cast

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ports import Clock
from replayer_qt.ui.arrangement import Arrangement
from replayer_qt.ui.chart.drawing_book import DrawingStore
from replayer_qt.ui.chart.era_frame import EraFrame
from replayer_qt.ui.chart.hud import Hud
from replayer_qt.ui.chart.overview import Overview
from replayer_qt.ui.chart.overview_reader import SightReader
from replayer_qt.ui.chart.walk import PointWalk
from replayer_qt.ui.chart_export import ChartExport
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.chart_ground import ChartGround
from replayer_qt.ui.chart_outfit import ChartOutfit
from replayer_qt.ui.panes.pane import Pane
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
        outfit: what every chart has on it and around it.
        overview: the strip under the charts.
        panes: the main chart and those beside it.
        hud: how the program itself does, on the chart that keys belong to.
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
        self._choose, self._look = choose, look
        reader = SightReader()
        self.overview = Overview(reader=reader)
        self.ground = ChartGround(self.overview)
        self.panes = PaneSet(
            chart,
            choose=choose,
            arrangement=lambda: look().arrangement,
            reader=reader,
            equip=self._equip,
            strip=self._strip,
        )
        self.hud = Hud(self._refresh_active, frame_ms=self.panes.paint_ms, clock=clock, parent=self)
        self.outfit = ChartOutfit(
            self.panes,
            choose=choose,
            look=look,
            hud=self.hud,
            clock=clock,
            drawings=drawings,
            parent=self,
        )
        self.indicators, self.marks = self.outfit.indicators, self.outfit.marks
        self.drawing = self.outfit.drawing
        self.outfit.asked.connect(self.asked)
        self.outfit.told.connect(self.told)
        self.panes.asked.connect(self.asked)
        self.panes.activated.connect(self._turn_to)
        self.panes.begin()
        self.ground.column.addWidget(self.panes, stretch=1)
        self.time = TimeDesk(self.ground, choose=choose, look=look, parent=self)
        self.time.asked.connect(self.asked)
        chart.planned.connect(self.overview.show_plan)
        self.overview.wanted.connect(chart.show_span)
        self.overview.newest_wanted.connect(chart.follow)
        self.overview.asked.connect(self.asked)
        self.export = ChartExport(self._active_chart, self.ground, clock)
        self.export.told.connect(self.told)

    @property
    def walk(self) -> PointWalk:
        """Goes by keys over the points of the chart that keys belong to."""
        return self.panes.active.walk

    @property
    def era(self) -> EraFrame:
        """The frame of the main chart."""
        return self.panes.main.era

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "set_style": self.set_style,
            "toggle_log_scale": self.toggle_log_scale,
            "set_ticks_per_candle": self.set_ticks_per_candle,
            **self.panes.verbs(),
            "toggle_overview": self.toggle_overview,
            "toggle_overview_session": self.toggle_overview_session,
            "export_chart": self.export.ask,
            "copy_picture": self.export.copy_picture,
            "copy_values": self.export.copy_values,
            **self.drawing.verbs(),
            "toggle_hud": self.toggle_hud,
            **self.time.verbs(),
            **self.marks.verbs(),
            "choose_indicators": self.indicators.choose,
        }

    def begin(self) -> None:
        """Show prices as they were looked at last."""
        for pane in self.panes.panes:
            self._set_up(pane.chart)
        self.indicators.begin()
        QWidget.setTabOrder(self.widget, self.overview)  # the keys are the chart's at first
        self.marks.begin()

    @Slot(object)
    def show_prices(self, advance: Advance) -> None:
        """Show the prices where `advance` leaves us: what is watched, as soon as may be."""
        self.outfit.take(advance)
        self.panes.show_frame(advance)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us in all else, which follows the prices."""
        self.hud.take(advance)
        self.panes.show_rest(advance)
        self.overview.show_frame(advance)
        self.time.show_frame(advance)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
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
        self._place_strip()
        self.overview.set_by_session(on=arrangement.by_session)

    def toggle_overview(self) -> None:
        """Show the strip under the chart, or show it no more."""
        now = self._look().arrangement
        self.arrange(replace(now, overview=not now.overview))

    def toggle_overview_session(self) -> None:
        """Let the strip show all rounds that are kept, or the one that is looked at."""
        now = self._look().arrangement
        self.arrange(replace(now, by_session=not now.by_session))

    @Slot()
    def take_focus(self) -> None:
        """Let the keys belong to the chart that they belonged to last."""
        self.panes.active.widget.setFocus()

    def _active_chart(self) -> Chart:
        return self.panes.active.chart

    def _refresh_active(self) -> None:
        self._active_chart().refresh()

    def _equip(self, pane: Pane) -> None:
        self._set_up(pane.chart)
        self.outfit.put_on(pane)
        pane.chart.followed.connect(self._note_following)

    def _strip(self, pane: Pane) -> None:
        self.outfit.take_off(pane)

    def _set_up(self, chart: Chart) -> None:
        look = self._look()
        chart.set_ticks_per_candle(look.ticks_per_candle)
        chart.set_style(look.style)  # a line's width follows from the candles'
        chart.set_log_scale(look.log_scale)

    def _place_strip(self) -> None:
        """The strip is that of the main chart, and is there with it."""
        wanted = self._look().arrangement.overview
        self.ground.want_overview(on=wanted and not self.panes.main.isHidden())

    @Slot(object)
    def _turn_to(self, pane: Pane) -> None:
        self._choose(following=pane.following)
        self._place_strip()
        if self.hud.is_on:
            for each in self.panes.panes:
                each.chart.refresh()

    @Slot()
    def _note_following(self) -> None:
        self._choose(following=self.panes.active.following)
