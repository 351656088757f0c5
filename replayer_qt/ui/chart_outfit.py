"""What every chart of the window has on it and around it, the first one like the others."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QPainter

from replayer_qt.core.state import Advance
from replayer_qt.ports import Clock
from replayer_qt.ui.chart.drawing_book import DrawingStore
from replayer_qt.ui.chart.hud import Hud
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.chart_studies import ChartStudies
from replayer_qt.ui.drawing_desk import DrawingDesk
from replayer_qt.ui.mark_desk import MarkDesk
from replayer_qt.ui.panes.pane import Pane
from replayer_qt.ui.panes.pane_set import PaneSet
from replayer_qt.ui.view import Look


class ChartOutfit(QObject):
    """Puts indicators, marks, frame, figures and drawings on each pane, always the same.

    Signals:
        asked: a command.
        told: a `Notice`.

    Attributes:
        indicators: what is computed of each chart's prices.
        marks: what was done at them.
        drawing: what a person draws over them.
    """

    asked = Signal(object)
    told = Signal(object)

    def __init__(
        self,
        panes: PaneSet,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        hud: Hud,
        clock: Clock | None,
        drawings: DrawingStore | None,
        parent: QObject,
    ) -> None:
        """Prepare.

        Args:
            panes: where the charts are.
            choose: keeps what a person chose of the `Look`, by its names.
            look: returns how the market is looked at now.
            hud: how the program itself does.
            clock: when something was told.
            drawings: keeps what is drawn.
            parent: owns this object.
        """
        super().__init__(parent)
        self._panes, self._hud = panes, hud

        def main() -> Chart:
            return panes.main.chart

        def active() -> Chart:
            return panes.active.chart

        self.indicators = ChartStudies(choose=choose, look=look, main=main, parent=self)
        self.marks = MarkDesk(choose=choose, look=look, main=main, active=active, parent=self)
        self.drawing = DrawingDesk(
            choose=choose, look=look, active=active, clock=clock, store=drawings, parent=self
        )
        self.indicators.asked.connect(self.asked)
        self.indicators.changed.connect(self._fit_all)
        self.marks.asked.connect(self.asked)
        self.drawing.told.connect(self.told)

    def take(self, advance: Advance) -> None:
        """Hear what happened, before the charts show it."""
        self.indicators.take(advance)
        self.marks.show_frame(advance)
        self.drawing.take(advance)

    def put_on(self, pane: Pane) -> None:
        """Give a pane all that a chart has."""
        chart = pane.chart
        self.indicators.put_on(chart, pane.column, pane.body)
        self.marks.put_on(chart)
        chart.extras.add_decoration(pane.era)
        chart.extras.add_decoration(_OnActive(self._hud, pane))
        self.drawing.put_on(chart)
        pane.crossed.connect(self.indicators.of(chart).show_tick)
        pane.resized.connect(self._fit)
        self._fit(pane)

    def take_off(self, pane: Pane) -> None:
        """Forget a pane that is closed."""
        self.indicators.take_off(pane.chart)
        self.marks.take_off(pane.chart)
        self.drawing.take_off(pane.chart)

    @Slot(object)
    def _fit(self, pane: Pane) -> None:
        studies = self.indicators.of(pane.chart)
        studies.fit(pane.room_for(studies.wish))
        pane.share_out()

    @Slot()
    def _fit_all(self) -> None:
        for pane in self._panes.panes:
            self._fit(pane)


class _OnActive:
    """Paints the figures of the program on the pane that keys belong to, and on no other."""

    def __init__(self, hud: Hud, pane: Pane) -> None:
        self._hud, self._pane = hud, pane

    def look(self, plan: Plan) -> object:
        """Return all that its picture depends on."""
        return self._hud.look(plan) if self._pane.is_active else None

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it, in device pixels."""
        if self._pane.is_active:
            self._hud.paint(painter, plan)
