"""The indicators that a person wants on one chart: tracks, strips, words, kept in step with it."""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from replayer_qt.core.events import Event
from replayer_qt.core.indicators.catalogue import MOST, Place
from replayer_qt.core.indicators.survival import SurvivalTable
from replayer_qt.core.indicators.volumes import VolumeBook
from replayer_qt.ui.chart.bet_window import BetWindow
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.spans import Ink
from replayer_qt.ui.chart.study import Study
from replayer_qt.ui.chart.study_legend import StudyLegend
from replayer_qt.ui.chart.study_pane import STRIP_LEAST_PX, StudyPane
from replayer_qt.ui.chart.subject import Pointed
from replayer_qt.ui.chart.track_styles import Shown
from replayer_qt.ui.chart.tracks import StudyTrack
from replayer_qt.ui.theme import Theme

LEGEND_LEAST_PX: Final = -30
"""Where there is less room than that for strips, there is none for the line above the chart."""

_SLICE_NS: Final = 2_000_000
"""How long a long round is taken in at a turn of the loop."""
_SHOWN_EVERY: Final = 8
"""How many turns there are for one picture of what is taken in so far."""


class Studies(QObject):
    """Owns them; the chart paints the tracks, the owner of the layout places the widgets.

    Args:
        extras: what was added to the chart.
        book: what was traded, where somebody else keeps it up to date for several charts.

    Signals:
        lagging: a long round is taken in by parts, and the chart shall look again.
        changed: others are shown now.

    Attributes:
        legend: to be put above the chart.
        pane: to be put below it.
    """

    lagging = Signal()
    changed = Signal()

    def __init__(
        self, extras: Extras, parent: QObject | None = None, *, book: VolumeBook | None = None
    ) -> None:
        super().__init__(parent)
        self.legend = StudyLegend()
        self.pane = StudyPane()
        self._extras = extras
        self._book = VolumeBook() if book is None else book
        self._room: int | None = None
        self._ink = Ink()
        self._studies: tuple[Study, ...] = ()
        self._tracks: tuple[StudyTrack, ...] = ()
        self._slices = 0
        self._laying_out = False
        self._window = BetWindow()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._go_on)
        extras.add_decoration(self._window)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What is shown, in order."""
        return tuple(study.shown for study in self._studies)

    @property
    def studies(self) -> tuple[Study, ...]:
        """What is computed, in order."""
        return self._studies

    def show(self, wanted: Sequence[Shown]) -> None:
        """Show these and no others, `MOST` at most; those that were shown go on as they are."""
        kept = {study.shown: study for study in self._studies}
        unique = tuple(dict.fromkeys(wanted))[:MOST]
        self._studies = tuple(kept.get(one) or Study(one, self._book) for one in unique)
        gone, ink = self._tracks, self._ink
        self._tracks = tuple(StudyTrack(study, ink) for study in self._placed(Place.PRICES))
        self._window.shown = next(
            (one.shown for one in self._studies if one.kind.name == "side-bet"), None
        )
        self._part()
        self._laying_out = True
        self._extras.swap_tracks(gone, self._tracks)
        self.changed.emit()
        if not all(study.complete for study in self._studies):
            self._soon.start()

    @property
    def wish(self) -> int:
        """How much height its strips want at least [px]."""
        return len(self._placed(Place.STRIP)) * STRIP_LEAST_PX

    def fit(self, room: int) -> None:
        """Give strips at most so much height [px]; those that have none are told of in words.

        Less than none, by far, is a chart that needs the height of the words, too.
        """
        self.legend.give_way(on=room < LEGEND_LEAST_PX)
        if room != self._room:
            self._room = room
            if self._part():
                self.lagging.emit()

    def take(self, events: Iterable[Event]) -> None:
        """Hear what happened: trades are the weights of an average price."""
        self._book.take(events)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.legend.set_theme(theme)

    def set_survival(self, table: SurvivalTable) -> None:
        """Let the survival clock go by a table."""
        self.legend.set_survival(table)

    @Slot(object)
    def show_plan(self, plan: Plan) -> None:
        """Show what the chart shows."""
        self.pane.show_plan(plan)
        self.legend.show_plan(plan)
        if not all(study.complete for study in self._studies):
            self._soon.start()

    @Slot(object)
    def show_pointed(self, pointed: Pointed | None) -> None:
        """Show the crosshair where the chart's is."""
        self.show_tick(None if pointed is None else pointed.tick)

    @Slot(object)
    def show_tick(self, tick: int | None) -> None:
        """Show the crosshair at a tick, or nowhere."""
        self.pane.show_tick(tick)
        self.legend.show_tick(tick)

    def _part(self) -> bool:
        """Part the strips that there is room for from the others; True if that changed."""
        strips = self._placed(Place.STRIP)
        if self._room is not None:
            strips = strips[: max(self._room, 0) // STRIP_LEAST_PX]
        before = [strip.study for strip in self.pane.strips]
        others = [one for one in self._studies if one not in strips]
        if before == strips and self.legend.studies == tuple(others):
            return False
        self.pane.show_studies(strips)
        self.legend.show_studies(others)
        return True

    @Slot()
    def _go_on(self) -> None:
        if self._laying_out:  # that frame has enough to do
            self._laying_out = False
            self._soon.start()
            return
        self._slices = (self._slices + 1) % _SHOWN_EVERY
        behind = [study for study in self._studies if not study.complete]
        if not behind or not self._slices:  # a slice and a picture are not for one turn
            self.lagging.emit()
            return
        took = QElapsedTimer()
        took.start()
        for study in behind:
            while not study.complete and took.nsecsElapsed() < _SLICE_NS:
                study.go_on()
        self._soon.start()

    def _placed(self, place: Place) -> list[Study]:
        return [study for study in self._studies if study.kind.place is place]
