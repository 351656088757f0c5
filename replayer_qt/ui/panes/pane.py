"""One chart with a line above it that says what it shows: live, past or nothing."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ui.arrangement import Source
from replayer_qt.ui.chart.shared_cross import SharedCross
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.panes.source_dialog import SourceDialog
from replayer_qt.ui.panes.sources import RoundMemory, badge_of, offered, seen_by, title_of
from replayer_qt.ui.panes.tag import Tag
from replayer_qt.ui.plain import PlainLabel, caption, tip
from replayer_qt.ui.theme import Theme


class Pane(QFrame):
    """A chart and its source.

    Signals:
        chosen: the pane, and the `Source` that it shall show.
        closed: the pane that shall be closed.

    Attributes:
        chart: the chart.
        source: what it shows.
        cross: the other panes' crosshair on it.
        column: what the chart stands in; the chart is its first.
        main: whether it is the window's own chart, which stays.
    """

    chosen = Signal(object, object)
    closed = Signal(object)

    def __init__(
        self, chart: Chart, source: Source, memory: RoundMemory, *, main: bool = False
    ) -> None:
        super().__init__()
        self.chart, self.source, self.main = chart, source, main
        self.cross = SharedCross()
        self._memory = memory
        self._newest: Advance | None = None
        self._keeper = KeyKeeper(self, BUTTON_KEYS)
        self.badge = Tag()
        self.title = PlainLabel(elide=Qt.TextElideMode.ElideRight, role="muted")
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._offer)
        self.head = QWidget()
        row = QHBoxLayout(self.head)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(6)
        row.addWidget(self.badge)
        row.addWidget(self.title, stretch=1)
        if not main:
            self.button = self._button("Choose…", "Choose what this chart shows")
            self.button.setMenu(self.menu)
            self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            row.addWidget(self.button)
            close = self._button("Close", "Close this chart")
            close.clicked.connect(self._close)
            row.addWidget(close)
        self.widget = cast("QWidget", chart)
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.column = QVBoxLayout()
        self.column.setSpacing(0)
        self.column.addWidget(self.widget, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addLayout(self.column, stretch=1)
        chart.extras.add_decoration(self.cross)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.badge.set_theme(theme)
        self.chart.set_theme(theme)

    def take(self, advance: Advance) -> None:
        """Show the newest state; nothing is drawn while the pane is out of sight."""
        self._newest = advance
        if self.isVisible() or self.main:
            self._show(advance)

    def show_source(self, source: Source) -> None:
        """Show something else from now on."""
        self.source = source
        if self._newest is not None:
            self._show(self._newest)

    def ask_source(self) -> None:
        """Ask what it shall show."""
        if self._newest is None:
            return
        dialog = SourceDialog(offered(self._newest, self._memory), self.source, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._choose)
        dialog.open()

    def point(self, place: tuple[int, int] | None, *, by_time: bool) -> None:
        """Show where another pane is pointed at: tick and time; None for nowhere."""
        if (place, by_time) != (self.cross.place, self.cross.by_time):
            self.cross.place, self.cross.by_time = place, by_time
            self.chart.refresh()

    def _show(self, advance: Advance) -> None:
        seen = seen_by(advance, self.source, self._memory)
        self.chart.show_frame(seen)
        if not self.head.isHidden():
            badge = badge_of(advance, self.source, seen)
            self.badge.say(badge)
            self.title.say(title_of(self.source, seen))

    def _button(self, words: str, name: str) -> QToolButton:
        button = QToolButton()
        caption(button, words)
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setToolTip(tip(name))
        button.installEventFilter(self._keeper)
        return button

    @Slot()
    def _offer(self) -> None:
        self.menu.clear()
        if self._newest is None:
            return
        for words, source in offered(self._newest, self._memory):
            action = self.menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(source == self.source)
            action.triggered.connect(self._choosing(source))

    def _choosing(self, source: Source) -> Callable[[], None]:
        return lambda: self.chosen.emit(self, source)

    @Slot(object)
    def _choose(self, source: Source) -> None:
        self.chosen.emit(self, source)

    @Slot()
    def _close(self) -> None:
        self.closed.emit(self)

    # Qt's names from here on.

    def showEvent(self, _event: object) -> None:  # noqa: D102
        if self._newest is not None:
            self._show(self._newest)
