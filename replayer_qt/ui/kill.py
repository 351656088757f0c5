"""The kill switch's key, its tray icon, and its words."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QMenu,
    QSystemTrayIcon,
    QWidget,
)

from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import Kill
from replayer_qt.core.trading import Kill as KillState
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean, tray_tip
from replayer_qt.ui.theme import DARK, Theme

KILL_KEYS: Final = ("Ctrl+K", "F12")
_TRAY_PX: Final = 32
_WATCHED: Final = frozenset({QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress})


class KillKey(QObject):
    """Hears the kill keys wherever the focus is: inputs, menus and modal dialogs included.

    A shortcut would not do: a modal dialog blocks those of its window. So it listens at whatever
    has the focus, and there alone: a filter on the application would cost every event.

    Signals:
        asked: a `Kill`.
    """

    asked = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._keys = {QKeySequence(key) for key in KILL_KEYS}
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def watch(self, widget: QWidget) -> None:
        """Listen at a widget that takes keys without having the focus, such as a menu."""
        widget.removeEventFilter(self)
        widget.installEventFilter(self)

    @Slot(QWidget, QWidget)
    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and old is not self._window and not isinstance(old, QMenu):
            old.removeEventFilter(self)
        if new is None or not self._is_ours(new):
            return
        self.watch(new)
        if isinstance(new, QComboBox):
            self.watch(new.view())

    def _is_ours(self, widget: QWidget) -> bool:
        above: QWidget | None = widget
        while above is not None and above is not self._window:
            above = above.parentWidget()
        return above is not None

    def _kills(self, event: QKeyEvent) -> bool:
        return QKeySequence(event.keyCombination()) in self._keys

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if not (event.type() in _WATCHED and isinstance(event, QKeyEvent) and self._kills(event)):
            return super().eventFilter(watched, event)
        event.accept()
        if event.type() is QEvent.Type.KeyPress and not event.isAutoRepeat():
            self.asked.emit(Kill(by="key"))
        return True


def killed_words(kill: KillState) -> str:
    """Return why all trading is stopped, by whom and since when."""
    if not kill.on:
        return "Trading is not stopped."
    since = f", {fmt.clock(kill.at)} UTC" if kill.at else ""
    who = f", by {clean(kill.by, 40)}" if kill.by else ""
    return f"■ KILL SWITCH ON: {clean(kill.reason) or 'no reason was given'}{who}{since}"


class KillTray(QObject):
    """An icon outside the window, where the desktop has a place for one.

    Signals:
        asked: a `Kill`.
        lifting: a person wants to lift it.
        wanted: a person wants to see the window.
    """

    asked = Signal(object)
    lifting = Signal()
    wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon = QSystemTrayIcon(self)
        self._theme = DARK
        self._state = State()
        self.menu = QMenu(parent)
        self.kill = self.menu.addAction("&Kill all trading")
        self.kill.triggered.connect(self._press)
        self.lift = self.menu.addAction("&Lift the kill switch…")
        self.lift.triggered.connect(self.lifting)
        self.menu.addSeparator()
        self.show_window = self.menu.addAction("&Show the window")
        self.show_window.triggered.connect(self.wanted)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activate)
        self.show_state(self._state)

    def show_state(self, state: State) -> None:
        """Show whether trading is stopped, possible or armed."""
        before, self._state = self._look(self._state), state
        if self.icon.icon().isNull() or before != self._look(state):
            colour, shape, said = self._look(state)
            self.icon.setIcon(_drawn(getattr(self._theme, colour), shape))
            tray_tip(self.icon, said)
        self.kill.setEnabled(not state.kill.on)
        self.lift.setEnabled(state.kill.on)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.icon.setIcon(QIcon())
        self.show_state(self._state)

    def _look(self, state: State) -> tuple[str, str, str]:
        if state.kill.on:
            return "error", "square", "Replayer: the kill switch is on"
        if any(each.arming.is_armed for each in state.accounts.values()):
            return "warning", "diamond", "Replayer: armed"
        return "live", "disc", "Replayer: not armed"

    @Slot()
    def _press(self) -> None:
        self.asked.emit(Kill(by="tray"))

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.wanted.emit()


def _drawn(colour: str, shape: str) -> QIcon:
    pixmap = QPixmap(_TRAY_PX, _TRAY_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    box = QRectF(5, 5, 22, 22)
    if shape == "disc":
        painter.drawEllipse(box)
    elif shape == "square":
        painter.drawRect(box)
    else:
        middle = box.center()
        corners = ((0, -12), (12, 0), (0, 12), (-12, 0))
        painter.drawPolygon([middle + QPointF(x, y) for x, y in corners])
    painter.end()
    return QIcon(pixmap)
