"""The window: takes frames in, lets wishes out, and decides nothing."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QToolBar, QVBoxLayout, QWidget

from replayer_qt.core.commands import OpenRecordings
from replayer_qt.core.orders import OrderId
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, State
from replayer_qt.ports import Clock
from replayer_qt.ui import choices
from replayer_qt.ui.action_table import ACTIONS
from replayer_qt.ui.actions import ActionSet, add_menu_below, fill_menus, fill_tool_bar
from replayer_qt.ui.appearance import Appearance
from replayer_qt.ui.arming import NO_ACCOUNT, REPLAYED, account_badge
from replayer_qt.ui.assets import app_icon
from replayer_qt.ui.chart.drawing_book import DrawingStore
from replayer_qt.ui.chart_desk import ChartDesk
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.dialogs.about import AboutDialog
from replayer_qt.ui.dialogs.files import ask_for_files, ask_for_folder
from replayer_qt.ui.dialogs.jump import JumpDialog
from replayer_qt.ui.dialogs.shortcuts import ShortcutSheet
from replayer_qt.ui.docking import Docking
from replayer_qt.ui.layout_memory import LayoutMemory, LayoutStore
from replayer_qt.ui.layouts import Layouts
from replayer_qt.ui.notice_bar import NoticeBar
from replayer_qt.ui.notices import Notices
from replayer_qt.ui.panel_set import Panel, make_panels, widget_of, wishes_of
from replayer_qt.ui.panels.status_strip import StatusStrip
from replayer_qt.ui.panels.transport import Transport
from replayer_qt.ui.panels.welcome import Welcome
from replayer_qt.ui.placing import ScreenKeeper
from replayer_qt.ui.recent_menu import RecentMenu
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.trade_desk import TradeDesk
from replayer_qt.ui.vault_actions import VaultDoor
from replayer_qt.ui.view import View, is_nothing_shown

_SIZE: Final = (1280, 800)
_LEAST: Final = (640, 480)
_DROPPED_MOST: Final = 1_000


class MainWindow(QMainWindow):
    """A function of frames.

    Args:
        new_order_id: makes a name for each order that hands ask for, unique for ever;
            without it no order is asked for.
        drawings: keeps what is drawn on charts; without it that lasts as long as the round.

    Signals:
        asked: a command; whether it is obeyed shows in a later frame.
        closed: the window was closed by a person, and its layout is kept.
        library_wanted: the library's window shall be shown, or come to the front.
        themed: the theme [Theme] that windows beside this one shall have.
    """

    asked = Signal(object)
    closed = Signal()
    library_wanted = Signal()
    themed = Signal(object)
    _prices = Signal(object)
    _frame = Signal(object)

    def __init__(
        self,
        settings: Settings,
        *,
        version: str,
        layout_store: LayoutStore,
        chart: Chart,
        clock: Clock | None = None,
        new_order_id: Callable[[], OrderId] | None = None,
        drawings: DrawingStore | None = None,
    ) -> None:
        super().__init__()
        self._version = version
        self._settings = settings
        self._memory = LayoutMemory(layout_store)
        self._advance: Advance | None = None
        self._look = choices.as_chosen(settings, self._memory)
        self.chart_desk = ChartDesk(
            chart,
            choose=self._choose,
            look=lambda: self._look,
            clock=clock,
            drawings=drawings,
            parent=self,
        )
        self.chart_widget = self.chart_desk.widget
        self.appearance = Appearance(
            look=lambda: self._look, choose=self._choose, redress=self._dress_up
        )
        self.appearance.dress_application()  # before there are widgets: later takes longer
        self.setWindowTitle("Replayer")
        self.setWindowIcon(app_icon())
        self.setObjectName("replayer")
        self.setMinimumSize(*_LEAST)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._verbs: dict[str, Callable[..., object]] = {
            "open_files": self.open_files,
            "open_folder": self.open_folder,
            "show_library": self.show_library,
            "ask_tick": self.ask_tick,
            "close": self.close,
            "toggle_dock": self.toggle_dock,
            "reset_layout": self.reset_layout,
            "toggle_full_screen": self.toggle_full_screen,
            "show_shortcuts": self.show_shortcuts,
            "show_about": self.show_about,
            "toggle_dry_run": self.toggle_dry_run,
        }
        self.actions_ = ActionSet(ACTIONS, self._view(), self)
        self.notices = Notices(self)
        self.trade_desk = TradeDesk(
            self,
            settings,
            actions=self.actions_.actions,
            ground=self.chart_widget,
            clock=clock,
            new_order_id=new_order_id,
        )
        self._verbs |= self.trade_desk.verbs() | self.chart_desk.verbs()
        self.vault = VaultDoor(self)
        self._verbs |= self.appearance.verbs() | self.vault.verbs()
        self._build(clock)
        self._connect()
        self._dress_up()

    # --- frames in

    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us, everywhere at once."""
        self.show_prices(advance)
        self.show_rest(advance)

    @Slot(object)
    def show_prices(self, advance: Advance) -> None:
        """Show where `advance` leaves us in what shows prices; all else follows."""
        self._advance = advance
        self._prices.emit(advance)

    @Slot(object)
    def show_rest(self, advance: Advance) -> None:
        """Show where `advance` leaves us in all else."""
        self._advance = advance
        self._frame.emit(advance)
        self.welcome.setVisible(is_nothing_shown(advance.state))
        self.setWindowTitle(self._title())
        self._refresh()

    @property
    def theme(self) -> Theme:
        """The theme that is used."""
        return self.appearance.theme

    # --- what the actions call

    def open_files(self) -> None:
        """Ask for recordings and open them."""
        ask_for_files(self, self.recent.folder(), self.open_paths)

    def open_folder(self) -> None:
        """Ask for a folder and open the recordings in it."""
        ask_for_folder(self, self.recent.folder(), self.open_paths)

    def open_paths(self, paths: list[str]) -> None:
        """Ask for the replay of files or folders, and remember them."""
        if paths:
            self.recent.opened(paths)
            self.asked.emit(OpenRecordings(paths=tuple(paths)))

    def show_library(self) -> None:
        """Ask for the library's window."""
        self.library_wanted.emit()

    def ask_tick(self) -> None:
        """Ask for a tick of the replayed round and go there."""
        market = self._state().market()
        if market is None or market.replay is None:
            return
        shape = self.transport.scrubber.shape
        known = -1 if market.round is None else market.round.tick
        told = market.replay.length - 1 if shape is None else int(shape.ticks[-1])
        dialog = JumpDialog(max(0, known), max(known, told), self)
        dialog.asked.connect(self.asked)
        dialog.open()

    def toggle_dock(self, name: str) -> None:
        """Open or close a panel."""
        self.docking.toggle(name)

    def reset_layout(self) -> None:
        """Put every panel and chart back where it was at first, and forget where it was."""
        self._memory.forget_layout()
        self.docking.put_back()
        self.layouts.put_back()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or leave it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._set_look(full_screen=self.isFullScreen())

    def toggle_dry_run(self) -> None:
        """Show over the chart what the trading keys would do, or show it no more."""
        self._set_look(dry_run=not self._look.dry_run)
        self.trade_desk.show_dry_run(shown=self._look.dry_run)

    def show_shortcuts(self) -> None:
        """Show every action with its key."""
        ShortcutSheet(self.actions_.rows, self).open()

    def show_about(self) -> None:
        """Show versions and licences."""
        AboutDialog(self._version, self).open()

    # --- how it is made

    def _build(self, clock: Clock | None) -> None:
        self.strip = StatusStrip(clock)
        self.transport = Transport(self.actions_.actions)
        # one of the two: both show the round and where the replay stands in it
        self.chart_desk.overview.seen.connect(self.transport.scrubber.setHidden)
        self.panels: dict[str, Panel] = {
            "ticket": self.trade_desk.ticket, **make_panels(self.notices, self._settings)
        }  # fmt: skip
        self._ground = QWidget()
        column = QVBoxLayout(self._ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.notice_bar = NoticeBar()
        column.addWidget(self.trade_desk.killed)
        column.addWidget(self.trade_desk.drift)
        column.addWidget(self.chart_desk.ground, stretch=1)
        column.addWidget(self.notice_bar)
        column.addWidget(self.transport)
        self.setCentralWidget(self._ground)
        self._add_bars()
        self.welcome = Welcome(self.chart_widget, self.actions_.actions)
        self.menus = fill_menus(self.menuBar(), self.actions_.actions)
        self.trade_desk.watch_menus(self.menus)
        below = add_menu_below(self.actions_.actions["open-folder"], "Open &recent")
        self.recent = RecentMenu(below, self._memory, self)
        self.docking = Docking(
            self, {name: widget_of(panel) for name, panel in self.panels.items()}
        )
        self.layouts = Layouts(
            self,
            self.docking,
            self._memory,
            arrange=self.chart_desk.arrange,
            arranged=lambda: self._look.arrangement,
            menu=add_menu_below(self.actions_.actions["layouts"], "Sa&ved layouts"),
        )
        self._verbs |= self.layouts.verbs()
        self.closed.connect(self.layouts.keep)
        self._keeper = ScreenKeeper(self)
        self.resize(*_SIZE)
        if not (self._settings.window.restore_layout and self.docking.restore(self._memory)):
            self.docking.put_back()

    def _add_bars(self) -> None:
        parts = (("bar-actions", "Actions"), ("bar-status", "Status"), ("bar-account", "Account"))
        bars = {}
        for name, title in parts:
            bar = bars[name] = QToolBar(title, self)
            bar.setObjectName(name)
            bar.setMovable(False)
            bar.toggleViewAction().setEnabled(False)
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
            self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
            if name != parts[-1][0]:
                self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        fill_tool_bar(bars["bar-actions"], self.actions_.actions)
        bars["bar-status"].addWidget(self.strip)
        bars["bar-account"].addWidget(self.trade_desk.bar)

    def _connect(self) -> None:
        # by a signal, so that one that fails does not keep the frame from the others
        self._prices.connect(self.chart_desk.show_prices)
        # what the ticket asks before the ticket, and the desk after it, which shows its words
        self._frame.connect(self.trade_desk.preview.show_frame)
        parts: list[Panel] = [self.chart_desk, self.strip, self.transport, *self.panels.values()]
        parts.append(self.trade_desk)
        for part in parts:
            self._frame.connect(part.show_frame)
        for panel in self.panels.values():
            wishes = wishes_of(panel)
            if wishes is not None:
                wishes.connect(self.asked)
        self.actions_.asked.connect(self.asked)
        self.actions_.called.connect(self._call)
        self.transport.asked.connect(self.asked)
        self.trade_desk.asked.connect(self.asked)
        self.trade_desk.done.connect(self.chart_desk.take_focus)
        self.transport.done.connect(self.chart_desk.take_focus)
        self.notices.told.connect(self.notice_bar.tell)
        self.notices.over.connect(self.notice_bar.take_back)
        self.notices.cleared.connect(self.notice_bar.clear)
        self.docking.changed.connect(self._note_docks)
        self.recent.chosen.connect(self._open_recent)
        self.chart_desk.asked.connect(self.asked)
        self.chart_desk.told.connect(self.notices.notify)
        self.chart_desk.begin()
        self.layouts.begin(restore=self._settings.window.restore_layout)
        self.chart_desk.marks.link(self.panels, self.docking)
        self._note_docks()

    def _dress_up(self) -> None:
        theme = self.appearance.dress_application()
        self.actions_.set_theme(theme)
        self.chart_desk.set_theme(theme)
        self.strip.set_theme(theme)
        self.transport.set_theme(theme)
        self.trade_desk.set_theme(theme)
        self.notice_bar.set_theme(theme)
        for panel in self.panels.values():
            panel.set_theme(theme)
        self.themed.emit(theme)
        if self._advance is not None:
            newest = replace(self._advance, events=())
            self._prices.emit(newest)
            self._frame.emit(newest)

    # --- small things

    def _state(self) -> State:
        return State() if self._advance is None else self._advance.state

    def _view(self) -> View:
        return View(state=self._state(), look=self._look)

    def _set_look(self, **changes: object) -> None:
        self._look = replace(self._look, **changes)
        self._refresh()

    def _choose(self, **changes: object) -> None:
        self._set_look(**changes)
        for name in changes:
            choices.keep(self._settings, self._memory, name, self._look)

    def _title(self) -> str:
        if is_nothing_shown(self._state()):
            return "Replayer"
        status, money = self.strip.status, account_badge(self._state())
        told = {status.badge.word, NO_ACCOUNT.word, REPLAYED.word}
        where = status.badge.word if money.word in told else f"{status.badge.word} · {money.word}"
        killed = "KILLED · " if self._state().kill.on else ""
        return f"{killed}{where} {status.venue.text} - Replayer"

    def _refresh(self) -> None:
        self.actions_.refresh(self._view())

    @Slot(str, object)
    def _call(self, verb: str, argument: object) -> None:
        method = self._verbs[verb]
        method() if argument is None else method(argument)

    @Slot(str)
    def _open_recent(self, path: str) -> None:
        self.open_paths([path])

    @Slot()
    def _note_docks(self) -> None:
        self._set_look(docks=self.docking.open_names())

    # Qt's names from here on.

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        self.docking.keep(self._memory)
        self.trade_desk.close()
        super().closeEvent(event)
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        urls = event.mimeData().urls()[:_DROPPED_MOST]
        self.open_paths([url.toLocalFile() for url in urls if url.isLocalFile()])
        event.acceptProposedAction()
