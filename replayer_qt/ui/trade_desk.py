"""Everything in the window that trades: ticket, arming bar, keys, banners and kill switch."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QMenu, QSystemTrayIcon, QWidget

from replayer_qt.core.arming import phrase_for
from replayer_qt.core.orders import OrderId, OrderSide, Origin
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, State
from replayer_qt.core.trade_commands import Arm
from replayer_qt.ports import Clock
from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.arming import arming_wish
from replayer_qt.ui.dialogs.lift_kill import LiftKillDialog
from replayer_qt.ui.dialogs.one_line import LineDialog, arming_of, deposit_of, renaming_of
from replayer_qt.ui.kill import KillKey, KillTray
from replayer_qt.ui.panels.arming_bar import ArmingBar
from replayer_qt.ui.panels.drift_banner import DriftBanner
from replayer_qt.ui.panels.key_overlay import KeyOverlay
from replayer_qt.ui.panels.kill import KillBanner, KillButton
from replayer_qt.ui.panels.ticket import TicketPanel
from replayer_qt.ui.preview import Preview
from replayer_qt.ui.theme import DARK, Theme
from replayer_qt.ui.ticket import read_ticket
from replayer_qt.ui.trade_actions import ORDERS
from replayer_qt.ui.trade_keys import TradeKeys

_TRAY_MS = 500


class TradeDesk(QObject):
    """Owns the trading parts of one window; it decides nothing.

    Args:
        ground: what the sheet of keys stands on: the chart.
        new_order_id: makes a name for each order, unique for ever;
            without it no order is asked for.

    Signals:
        asked: a command.
        done: an input was finished; the keys belong to the chart again.
    """

    asked = Signal(object)
    done = Signal()

    def __init__(
        self,
        window: QMainWindow,
        settings: Settings,
        *,
        actions: Mapping[str, RowAction],
        ground: QWidget,
        clock: Clock | None,
        new_order_id: Callable[[], OrderId] | None,
    ) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._state = State()
        self._theme = DARK
        self.preview = Preview(settings, clock)
        self.ticket = TicketPanel(settings, gate=self.preview, new_order_id=new_order_id)
        self.kill_button = KillButton()
        self.bar = ArmingBar(
            settings.trading, clock=clock, keys=actions["arm-keys"], kill=self.kill_button
        )
        self.killed, self.drift = KillBanner(), DriftBanner()
        self.kill_key = KillKey(window)
        self.keys = TradeKeys(window, actions, clock)
        self.overlay = KeyOverlay(ground)
        self.tray: KillTray | None = None
        self._connect()
        self._late = QTimer(self)  # a desktop may take its time to answer, and the window first
        self._late.setSingleShot(True)
        self._late.setInterval(_TRAY_MS)
        self._late.timeout.connect(self._look_for_tray)
        self._late.start()

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "order": self.order,
            "set_share": self.ticket.share.set_percent,
            "focus_amount": self.focus_amount,
            "lift_kill": self.lift_kill,
            "deposit": self.deposit,
            "arm": self.arm,
        }

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us; the ticket gets its frames from its dock."""
        state = self._state = advance.state
        self.bar.show_frame(advance)
        self.killed.show_kill(state.kill)
        self.kill_button.show_kill(state.kill)
        self.drift.show_state(state)
        self.keys.show_state(state)
        if self.tray is not None:
            self.tray.show_state(state)
        self._show_overlay()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.bar.set_theme(theme)
        self.overlay.set_theme(theme)
        if self.tray is not None:
            self.tray.set_theme(theme)

    def watch_menus(self, menus: Mapping[str, QMenu]) -> None:
        """Hear the kill keys while one of these menus is open, too."""
        for menu in menus.values():
            self.kill_key.watch(menu)

    def show_dry_run(self, *, shown: bool) -> None:
        """Show or hide what the trading keys would do."""
        self.overlay.setVisible(shown)
        self._show_overlay()

    def order(self, what: tuple[OrderSide, int | None], origin: Origin = Origin.HAND) -> None:
        """Ask for an order of a side, and for a sale of a share [percent] or of the ticket's."""
        side, share = what
        if not self.ticket.order(side, share=share, origin=origin):
            words = self.ticket.buttons[side].words
            self.bar.hint(f"{words.what}: {words.then}")

    def focus_amount(self) -> None:
        """Let a person type an amount."""
        self.ticket.amount.line.setFocus()
        self.ticket.amount.line.selectAll()

    @Slot()
    def lift_kill(self) -> None:
        """Ask for the word and the reason that lift the kill switch."""
        if self._state.kill.on:
            dialog = LiftKillDialog(self._state.kill, self._window)
            dialog.asked.connect(self.asked)
            dialog.open()

    @Slot()
    def arm(self) -> None:
        """Ask to arm, to disarm, or to take note of a halt; real money needs typed words."""
        wish, trading = arming_wish(self._state), self._state.trading()
        if wish is None or trading is None:
            return
        phrase = phrase_for(trading.mode, self._settings.risk) if isinstance(wish, Arm) else ""
        if not phrase:
            self.asked.emit(wish)
            return
        make = partial(arming_of, trading.stream, phrase)
        dialog = LineDialog("Arm real money", f"Type: {phrase}", make, parent=self._window)
        dialog.asked.connect(self.asked)
        dialog.open()

    def deposit(self) -> None:
        """Ask how much play money goes into a paper account, or out of it."""
        trading = self._state.trading()
        if trading is None:
            return
        make = partial(deposit_of, trading.stream)
        question = "Play money to put in [SOL]; with a minus, to take out:"
        dialog = LineDialog("Deposit play money", question, make, hides=True, parent=self._window)
        dialog.asked.connect(self.asked)
        dialog.open()

    @Slot()
    def rename_branch(self) -> None:
        """Ask for a name of the line of decisions that is followed."""
        trading = self._state.trading()
        if trading is None or trading.branches is None:
            return
        make = partial(renaming_of, trading.stream, trading.branches.names)
        title = "Rename this line of decisions"
        dialog = LineDialog(title, "Its name:", make, parent=self._window)
        dialog.asked.connect(self.asked)
        dialog.open()

    def close(self) -> None:
        """Take the icon away from the desktop."""
        self._late.stop()
        if self.tray is not None:
            self.tray.icon.hide()

    def show_tray(self) -> None:
        """Put the icon on the desktop; it goes with the window."""
        self.tray = KillTray(self._window)
        self.tray.asked.connect(self.asked)
        self.tray.lifting.connect(self.lift_kill)
        self.tray.wanted.connect(self._window.raise_)
        self.tray.set_theme(self._theme)
        self.tray.show_state(self._state)
        self.tray.icon.show()

    def _connect(self) -> None:
        for part in (self.bar, self.drift, self.kill_button, self.kill_key):
            part.asked.connect(self.asked)
        self.ticket.done.connect(self.done)
        self.ticket.drafted.connect(self._show_overlay)
        self.killed.lifting.connect(self.lift_kill)
        self.bar.arming.connect(self.arm)
        self.bar.branch.renaming.connect(self.rename_branch)
        self.keys.hinted.connect(self.bar.hint)
        self.keys.pressed.connect(self._obey_key)
        self.bar.counted.connect(self._show_overlay)

    @Slot(str)
    def _obey_key(self, name: str) -> None:
        what = next(order for row, _, _, order, _ in ORDERS if row == name)
        self.order(what, Origin.KEY)

    @Slot()
    def _show_overlay(self) -> None:
        if not self.overlay.isVisible():
            return
        every = replace(self.ticket.draft, share=100)
        everything = read_ticket(self._state, every, self.preview).sell
        self.overlay.say(self.ticket.words, everything, armed=self.keys.is_armed())

    @Slot()
    def _look_for_tray(self) -> None:
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.show_tray()
