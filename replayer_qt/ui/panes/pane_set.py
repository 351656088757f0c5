"""Up to four charts in a grid or as tabs: one moment, one crosshair, each with its own source."""

from collections.abc import Callable
from typing import cast

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QGridLayout, QTabBar, QVBoxLayout, QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ui.arrangement import PANES_MOST, Arrangement, Source
from replayer_qt.ui.chart.overview import Overview
from replayer_qt.ui.chart.overview_reader import SightReader
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.panes.pane import Pane
from replayer_qt.ui.panes.sources import RoundMemory
from replayer_qt.ui.panes.turns import Turns
from replayer_qt.ui.plain import clean
from replayer_qt.ui.theme import DARK, Theme


class PaneSet(QWidget):
    """Owns the panes; the first is the window's own chart and stays.

    Args:
        chart: the window's own chart; the others are made by its class.
        choose: keeps what a person chose of the `Look`, by its names.
        arrangement: returns how the charts are arranged now.
        reader: knows the shapes of rounds that are replayed.
        equip: gives a new pane all that the first one has.
        strip: takes that away from a pane that is closed.

    Signals:
        asked: a command.
        activated: the pane that keys and menus belong to from now on.

    Attributes:
        panes: those that there are, the window's own first.
    """

    asked = Signal(object)
    activated = Signal(object)

    def __init__(
        self,
        chart: Chart,
        *,
        choose: Callable[..., None],
        arrangement: Callable[[], Arrangement],
        reader: SightReader,
        equip: Callable[[Pane], None],
        strip: Callable[[Pane], None],
    ) -> None:
        super().__init__()
        self._choose, self._arrangement = choose, arrangement
        self._reader, self._equip, self._strip = reader, equip, strip
        self._make = cast("Callable[[], Chart]", type(chart))
        self._memory = RoundMemory()
        self._theme = DARK
        self._advance: Advance | None = None
        self._place: tuple[int, int] | None = None
        self._pointer: object = None
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Charts")
        self.tabs.setDrawBase(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.currentChanged.connect(self._turn)
        self._grid = QGridLayout()
        self._grid.setSpacing(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addLayout(self._grid, stretch=1)
        self.main = self._active = Pane(chart, Source(), self._memory)
        self.panes: list[Pane] = []  # bounded: PANES_MOST
        self._turns = Turns(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow_focus)

    def begin(self) -> None:
        """Show the window's own chart."""
        self._adopt(self.main)
        self._arrange()

    @property
    def active(self) -> Pane:
        """The pane that keys and menus belong to: the one that had the focus last."""
        return self._active

    def charts(self) -> list[Chart]:
        """Return the charts of all panes."""
        return [pane.chart for pane in self.panes]

    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us, in every pane that is in sight."""
        self._advance = advance
        self._memory.hear(advance.state)
        self._turns.show(advance, self.panes, self._active)

    def show_rest(self, advance: Advance) -> None:
        """Show where `advance` leaves us in what follows the prices."""
        for pane in self.panes:
            pane.take_rest(advance)
        if self.tabs.isVisible():
            self._name_tabs()

    def paint_ms(self) -> float:
        """Return how long the last paintings of what is in sight took together [ms]."""
        held = self._turns.held
        shown = (pane for pane in self.panes if pane.moves and pane not in held)
        return sum(pane.chart.paint_ms() for pane in shown)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        for pane in self.panes:
            pane.set_theme(theme)

    def bring_up(self) -> None:
        """Make the panes what the arrangement says."""
        wanted = self._arrangement()
        for pane in self.panes[len(wanted.extra) + 1 :]:
            self._remove(pane)
        for place, source in enumerate(wanted.extra, start=1):
            if place == len(self.panes):
                overview = Overview(reader=self._reader)
                self._adopt(Pane(self._make(), source, self._memory, overview=overview))
            elif self.panes[place].source != source:
                self.panes[place].show_source(source)
        self._arrange()
        self._share()

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "add_pane": self.add,
            "close_pane": self.close_active,
            "next_pane": self.go_on,
            "choose_pane": self.choose_source,
            "toggle_pane_tabs": self.toggle_tabs,
            "toggle_cross_by_time": self.toggle_by_time,
            "follow": self.follow,
            "zoom": self.zoom,
            "show_all": self.show_all,
            "walk": self.walk,
            "walk_to": self.walk_to,
            "say_chart": self.say_chart,
        }

    # --- what the actions call

    def add(self) -> None:
        """Show one chart more; nothing happens when there are four."""
        extra = self._arrangement().extra
        if len(extra) < PANES_MOST - 1:
            self._set(extra=(*extra, Source()))
            self._go(len(self.panes) - 1)

    def close_active(self) -> None:
        """Close the pane that keys belong to; where that is the window's own, the last one."""
        active = self.active
        self._close(active if not active.main else self.panes[-1])

    def go_on(self) -> None:
        """Let the keys belong to the next pane."""
        self._go((self.panes.index(self.active) + 1) % len(self.panes))

    def choose_source(self) -> None:
        """Offer what the pane may show that keys belong to; the last one for the window's own."""
        active = self.active
        pane = active if not active.main else self.panes[-1]
        if not pane.main:
            pane.ask_source()

    def toggle_tabs(self) -> None:
        """Change between a grid and tabs."""
        self._set(tabs=not self._arrangement().tabs)

    def toggle_by_time(self) -> None:
        """Share the crosshair by time instead of by tick, or the other way round."""
        self._set(by_time=not self._arrangement().by_time)

    # --- the same, of the chart that keys belong to

    def follow(self) -> None:
        """Keep its newest price in sight."""
        self._active.chart.follow()

    def zoom(self, factor: float) -> None:
        """Show fewer of its candles (factor above 1) or more."""
        self._active.chart.zoom(factor)

    def show_all(self) -> None:
        """Show the whole of its round."""
        self._active.chart.show_all()

    def walk(self, columns: int) -> None:
        """Go so many of its points on, or back, and say what is there."""
        self._active.walk.walk(columns)

    def walk_to(self, end: str) -> None:
        """Go to its `first` point or to its `last` one."""
        self._active.walk.walk_to(end)

    def say_chart(self) -> None:
        """Say all of it in a few words."""
        self._active.walk.say_chart()

    # --- how it is done

    def _set(self, **changes: object) -> None:
        self._choose(arrangement=replace(self._arrangement(), **changes))
        self.bring_up()

    def _go(self, place: int) -> None:
        if self._arrangement().tabs:
            self.tabs.setCurrentIndex(place)
        self._activate(self.panes[place])
        self.panes[place].widget.setFocus()

    def _activate(self, pane: Pane) -> None:
        other, self._active = pane is not self._active, pane
        framed = len(self.panes) > 1 and not self._arrangement().tabs
        for each in self.panes:
            each.show_active(framed=framed, active=each is pane)
        if other:
            self.activated.emit(pane)

    @Slot(object, object)
    def _follow_focus(self, _before: object, now: object) -> None:
        if isinstance(now, QWidget):
            for pane in self.panes:
                if pane is now or pane.isAncestorOf(now):
                    self._activate(pane)

    def _adopt(self, pane: Pane) -> None:
        self.panes.append(pane)
        pane.chart.pointed.connect(self._pointed)
        pane.chosen.connect(self._choose_for)
        pane.closed.connect(self._close)
        pane.parted.connect(self._part)
        pane.chart.asked.connect(self.asked)
        self._equip(pane)
        if pane.overview is not None:
            pane.overview.asked.connect(self.asked)
            pane.set_theme(self._theme)
            if self._advance is not None:
                pane.take(self._advance)
                pane.take_rest(self._advance)

    def _remove(self, pane: Pane) -> None:
        self.panes.remove(pane)
        self._turns.forget(pane)
        self._strip(pane)
        if pane is self._active:
            self._activate(self.main)
        self._grid.removeWidget(pane)
        pane.hide()
        pane.deleteLater()

    @Slot(object)
    def _close(self, pane: Pane) -> None:
        if pane.main or pane not in self.panes:
            return
        extra = list(self._arrangement().extra)
        del extra[self.panes.index(pane) - 1]
        self._remove(pane)
        self._set(extra=tuple(extra))
        self.main.widget.setFocus()

    @Slot(object, object)
    def _choose_for(self, pane: Pane, source: Source) -> None:
        extra = list(self._arrangement().extra)
        extra[self.panes.index(pane) - 1] = source
        self._set(extra=tuple(extra))

    def _arrange(self) -> None:
        tabbed, many = self._arrangement().tabs, len(self.panes) > 1
        for pane in self.panes:
            self._grid.removeWidget(pane)
        if tabbed and many:
            for pane in self.panes:
                self._grid.addWidget(pane, 0, 0)
        else:
            for place, pane in enumerate(self.panes):
                last_alone = len(self.panes) == 3 and place == 2
                self._grid.addWidget(pane, place // 2, place % 2, 1, 2 if last_alone else 1)
        rows = 1 if tabbed else (len(self.panes) + 1) // 2
        columns = 1 if tabbed or not many else 2
        for number in range(2):
            self._grid.setRowStretch(number, int(number < rows))
            self._grid.setColumnStretch(number, int(number < columns))
        self.main.head.setVisible(many)
        self._fit_tabs(shown=tabbed and many)
        self._turn()
        self._activate(self.panes[max(self.tabs.currentIndex(), 0)] if tabbed else self._active)
        for pane in self.panes:
            pane.want_strip(on=self._arrangement().overview)
            pane.part(self._arrangement().strips)
        if self._advance is not None and many:
            self.main.take(self._advance)
            self.main.take_rest(self._advance)

    def _fit_tabs(self, *, shown: bool) -> None:
        while self.tabs.count() > len(self.panes):
            self.tabs.removeTab(self.tabs.count() - 1)
        while self.tabs.count() < len(self.panes):
            self.tabs.addTab("")
        self.tabs.setVisible(shown)
        self._name_tabs()

    def _name_tabs(self) -> None:
        for place, pane in enumerate(self.panes):
            words = f"{place + 1} {pane.badge.badge.word} {pane.title.whole}"
            shown = clean(words, 80).replace("&", "&&")
            if self.tabs.tabText(place) != shown:
                self.tabs.setTabText(place, shown)

    @Slot(int)
    def _part(self, share: int) -> None:
        """One parting of chart and strips for all panes."""
        self._choose(arrangement=replace(self._arrangement(), strips=share))
        for pane in self.panes:
            if pane is not self.sender():
                pane.part(share)

    @Slot()
    def _turn(self) -> None:
        tabbed = self._arrangement().tabs and len(self.panes) > 1
        current = max(self.tabs.currentIndex(), 0)
        for place, pane in enumerate(self.panes):
            pane.setVisible(not tabbed or place == current)
        if tabbed and current < len(self.panes):
            self._activate(self.panes[current])

    @Slot(object)
    def _pointed(self, pointed: object) -> None:
        self._pointer = self.sender()
        tick, time = getattr(pointed, "tick", None), getattr(pointed, "time", None)
        self._place = None if tick is None or time is None else (int(tick), int(time))
        self._share()

    def _share(self) -> None:
        by_time = self._arrangement().by_time
        for pane in self.panes:
            pane.point(None if pane.widget is self._pointer else self._place, by_time=by_time)
