"""The kill switch in the window: its red button, and the banner that is there while it is on."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from replayer_qt.core.trade_commands import Kill
from replayer_qt.core.trading import Kill as KillState
from replayer_qt.ui.kill import KILL_KEYS, killed_words
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, caption, tip


class KillButton(QToolButton):
    """Red, and always in the tool bar.

    Signals:
        asked: a `Kill`.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "kill")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(KeyKeeper(self, BUTTON_KEYS))
        self.clicked.connect(self._press)
        self._shown: bool | None = None
        self.show_kill(KillState())

    def show_kill(self, kill: KillState) -> None:
        """Show whether it is on; the same again costs nothing."""
        if kill.on is self._shown:
            return
        self._shown = kill.on
        caption(self, "KILLED" if kill.on else "KILL")
        self.setEnabled(not kill.on)
        said = "The kill switch is on." if kill.on else "Stop all trading, now, everywhere."
        self.setAccessibleName(said)
        self.setToolTip(tip(f"{said} ({KILL_KEYS[0]} or {KILL_KEYS[1]})"))

    @Slot()
    def _press(self) -> None:
        self.asked.emit(Kill(by="button"))


class KillBanner(QFrame):
    """There as long as the kill switch is on, and no longer.

    Signals:
        lifting: a person wants to lift it.
    """

    lifting = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "killed")
        self.words = PlainLabel(role="killed")
        self.words.setWordWrap(True)
        self.lift = QPushButton("Lift…")
        self.lift.setProperty("role", "small")
        self.lift.setAccessibleName("Lift the kill switch")
        self.lift.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.lift.installEventFilter(KeyKeeper(self.lift, BUTTON_KEYS))
        self.lift.clicked.connect(self.lifting)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self.words, stretch=1)
        row.addWidget(self.lift)
        self.hide()

    def show_kill(self, kill: KillState) -> None:
        """Say why, who and when; hide while it is off."""
        self.words.say(killed_words(kill))
        self.setAccessibleName(killed_words(kill))
        self.setVisible(kill.on)
