"""One chart with a line above it that says what it shows: live, past or nothing."""

from collections.abc import Callable
from typing import Final, cast

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ui.arrangement import Source
from replayer_qt.ui.chart.era_frame import EraFrame
from replayer_qt.ui.chart.overview import HEIGHT, Overview
from replayer_qt.ui.chart.shared_cross import SharedCross
from replayer_qt.ui.chart.walk import PointWalk
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.panes.body import Body
from replayer_qt.ui.panes.source_dialog import SourceDialog
from replayer_qt.ui.panes.sources import (
    Key,
    RoundMemory,
    badge_of,
    clock_of,
    era_in,
    key_of,
    lack_of,
    offered,
    seen_by,
    title_of,
)
from replayer_qt.ui.panes.tag import Tag
from replayer_qt.ui.plain import PlainLabel, caption, tip
from replayer_qt.ui.theme import DARK, Theme

STRIP_ROOM: Final = 320
"""A lower pane has no strip of its own under the chart [px]."""

CHART_ROOM: Final = 120
"""Strips of indicators leave the chart so much [px], or are not there."""

STRIPS_SHARE: Final = 40
"""The usual part of the body that strips of indicators have [%]."""

_EDGE: Final = 2
_ROOMY: Final = 2.5
"""Nobody needs strips so many times as high as they have to be, but who asks for that."""
_NARROW_PX: Final = 420
_CHOOSE: Final = ("Choose…", "…")
_CLOSE: Final = ("Close", "\N{MULTIPLICATION SIGN}")
"""In a narrow pane the words are left to what it shows."""


class Pane(QFrame):
    """A chart and its source, with all that stands around the chart.

    Signals:
        chosen: the pane, and the `Source` that it shall show.
        closed: the pane that shall be closed.
        resized: there is other room for what stands around the chart.
        crossed: the tick of its round that is pointed at in another pane, or None.
        parted: which part of the body [%] a person gave to what is below the chart.

    Attributes:
        chart: the chart.
        source: what it shows.
        cross: the other panes' crosshair on it.
        era: its frame.
        walk: goes over its points by keys.
        overview: the strip under it; None for the window's own chart, whose strip is the window's.
        column: what the body stands in; it is its first.
        body: the chart, and below it whatever is added.
        main: whether it is the window's own chart, which stays; it has no strip of its own.
        following: whether its newest candle is kept in sight.
    """

    chosen = Signal(object, object)
    closed = Signal(object)
    resized = Signal(object)
    parted = Signal(int)
    crossed = Signal(object)

    def __init__(
        self,
        chart: Chart,
        source: Source,
        memory: RoundMemory,
        *,
        overview: Overview | None = None,
    ) -> None:
        super().__init__()
        self.chart, self.source, self.overview = chart, source, overview
        self.main = overview is None
        self.setAccessibleName("Main chart" if self.main else "Chart beside it")
        self.widget = cast("QWidget", chart)
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cross, self.era = SharedCross(), EraFrame()
        self.walk = PointWalk(chart, self.widget)
        self.following = True
        self._memory = memory
        self._newest: Advance | None = None
        self._key: Key | None = None
        self._theme = DARK
        self._framed = self._is_active = False
        self._wants_strip, self._wish = True, 0
        self._share = 0
        self._keeper = KeyKeeper(self, BUTTON_KEYS)
        self.badge = Tag()
        self.title = PlainLabel(elide=Qt.TextElideMode.ElideMiddle, role="muted")
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._offer)
        self.head = self._make_head()
        self.column = QVBoxLayout()
        self.column.setSpacing(0)
        self.body = Body()
        self.body.addWidget(self.widget)
        self.body.resized.connect(self.share_out)
        self.body.splitterMoved.connect(self._note_parting)
        self.column.addWidget(self.body, stretch=1)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self.head)
        self._outer.addLayout(self.column, stretch=1)
        chart.extras.add_decoration(self.cross)
        chart.followed.connect(self._note_following)
        if overview is not None:
            self._add_overview(overview)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.badge.set_theme(theme)
        self.era.set_theme(theme)
        self.chart.set_theme(theme)
        if self.overview is not None:
            self.overview.set_theme(theme)
        self.update()

    def take(self, advance: Advance) -> None:
        """Show the newest state; nothing is looked at while the pane is out of sight."""
        self._newest = advance
        if not self.isHidden() if self.main else self.isVisible():
            self._show(advance)

    def take_rest(self, advance: Advance) -> None:
        """Show the newest state in the line above the chart, and in the strip under it."""
        if self.head.isHidden():
            return
        seen = seen_by(advance, self.source, self._memory)
        self.badge.say(badge_of(advance, self.source, seen))
        self.title.say(title_of(self.source, seen))
        if self.overview is not None and not self.overview.isHidden() and self.isVisible():
            self.overview.show_frame(seen)

    def show_source(self, source: Source) -> None:
        """Show something else from now on."""
        self.source, self._key = source, None
        if self._newest is not None:
            self._show(self._newest)
            self.take_rest(self._newest)

    def show_active(self, *, framed: bool, active: bool) -> None:
        """Say by a frame whether keys and menus belong to this pane; the only one needs none."""
        if (framed, active) == (self._framed, self._is_active):
            return
        self._framed, self._is_active = framed, active
        edge = _EDGE if framed else 0
        self._outer.setContentsMargins(edge, edge, edge, edge)
        self.update()

    @property
    def moves(self) -> bool:
        """Whether it is in sight and may look otherwise with each frame."""
        return self.isVisible() and (self._key is None or self.cross.clock is not None)

    @property
    def is_active(self) -> bool:
        """Whether keys and menus belong to this pane."""
        return self._is_active

    def want_strip(self, *, on: bool) -> None:
        """Have a strip under the chart, where there is room for it."""
        self._wants_strip = on
        self._settle()

    def room_for(self, wish: int) -> int:
        """Return how much height there is for strips of indicators that want so much [px].

        The strip under the chart gives way to them, and they give way to the chart.
        """
        self._wish = wish
        self._settle()
        strip = self.overview is not None and not self.overview.isHidden()
        return self.height() - self._head_px() - strip * HEIGHT - CHART_ROOM

    def part(self, share: int) -> None:
        """Give what is below the chart this part of the body [%]; 0 for the usual one."""
        self._share = share
        self.share_out()

    @Slot()
    def share_out(self) -> None:
        """Part the body anew: there is other room, or something else below the chart."""
        tall = max(self.body.height(), 1)
        usual = min(tall * STRIPS_SHARE // 100, round(_ROOMY * self._wish))
        strips = tall * self._share // 100 if self._share else usual
        self.body.setSizes([tall - strips, strips])

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
            plan = self.chart.plan
            self.crossed.emit(None if plan is None else self.cross.tick_on(plan))
            self.chart.refresh()

    def _show(self, advance: Advance) -> None:
        key = key_of(advance, self.source, self._memory)
        clock, before = None if key is None else clock_of(advance, key), self.cross.clock
        self.cross.clock = clock
        if key is not None and key.is_same(self._key):
            if clock != before:
                self.chart.refresh()
            return
        self._key = key
        seen = seen_by(advance, self.source, self._memory)
        self.era.say(era_in(self.source, seen))
        if not self.main:
            self.chart.say_when_empty(*lack_of(self.source))
        self.chart.show_frame(seen)

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(6)
        row.addWidget(self.badge)
        row.addWidget(self.title, stretch=1)
        if not self.main:
            self.button = self._button(_CHOOSE[0], "Choose what this chart shows")
            self.button.setMenu(self.menu)
            self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            self.button.setProperty("menus", True)  # noqa: FBT003  # Qt's own
            row.addWidget(self.button)
            self.close_button = self._button(_CLOSE[0], "Close this chart")
            self.close_button.clicked.connect(self._close)
            row.addWidget(self.close_button)
        return head

    def _add_overview(self, strip: Overview) -> None:
        self.chart.planned.connect(strip.show_plan)
        strip.wanted.connect(self.chart.show_span)
        strip.newest_wanted.connect(self.chart.follow)
        strip.hide()
        self._outer.addWidget(strip)

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

    @Slot()
    def _note_parting(self) -> None:
        sizes = self.body.sizes()
        self._share = min(max(round(100 * sizes[-1] / max(sum(sizes), 1)), 1), 99)
        self.parted.emit(self._share)

    @Slot(bool)
    def _note_following(self, following: bool) -> None:  # noqa: FBT001  # Qt's own
        self.following = following

    def _settle(self) -> None:
        if self.overview is None:
            return
        left = self.height() - self._head_px() - self._wish - HEIGHT
        fits = self._wants_strip and self.height() >= STRIP_ROOM and left >= CHART_ROOM
        if fits == self.overview.isHidden():
            self.overview.setVisible(fits)
            if self._newest is not None:
                self.take_rest(self._newest)

    def _head_px(self) -> int:
        return 0 if self.head.isHidden() else self.head.sizeHint().height()

    # Qt's names from here on.

    def showEvent(self, _event: object) -> None:  # noqa: D102
        if self._newest is not None:
            self._key = None
            self._show(self._newest)
            self.take_rest(self._newest)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._settle()
        if not self.main:
            narrow = self.width() < _NARROW_PX
            caption(self.button, _CHOOSE[narrow])
            caption(self.close_button, _CLOSE[narrow])
        self.resized.emit(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.widget.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if not self._framed:
            return
        colour = self._theme.accent if self._is_active else self._theme.grid
        painter = QPainter(self)
        pen = QPen(QColor(colour), _EDGE)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = _EDGE / 2
        painter.drawRect(QRectF(half, half, self.width() - _EDGE, self.height() - _EDGE))
        painter.end()
