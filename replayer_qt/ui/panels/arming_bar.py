"""The bar that always says whose money it is, how far it is armed, and for how long."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from replayer_qt.core.settings import TradingSettings
from replayer_qt.core.state import Advance, State
from replayer_qt.ports import Clock
from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.arming import ArmingWords, read_arming
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.panels.branch_button import BranchButton
from replayer_qt.ui.panels.kill import KillButton
from replayer_qt.ui.panels.mode_band import ModeBand
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, caption, tip
from replayer_qt.ui.theme import Theme

_COUNT_MS: Final = 250
_HINT_MS: Final = 4_000
_BAND_PX: Final = 236
_WHY_PX: Final = 32


class ArmingBar(QFrame):
    """Stands above the chart, always; no dock can hide it.

    Args:
        clock: tells the time that is left; without one none is told.
        keys: the action that arms the trading keys.
        kill: the kill switch's button, which stands at the bar's end.

    Signals:
        asked: a command.
        arming: a person wants to arm, to disarm, or has read why it was halted.
        counted: an arming's time may have run out; what depends on it should look again.
    """

    asked = Signal(object)
    arming = Signal()
    counted = Signal()

    def __init__(
        self,
        settings: TradingSettings,
        *,
        clock: Clock | None,
        keys: RowAction,
        kill: KillButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAccessibleName("Account")
        self._settings, self._clock = settings, clock
        self._state = State()
        self.words = ArmingWords()
        self.band = ModeBand()
        self.band.setFixedWidth(scaled(_BAND_PX))
        self.button = QPushButton()
        self.button.setProperty("role", "small")
        self.button.setAccessibleName("Arm")
        self.button.setVisible(False)  # until there is something to arm
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.installEventFilter(KeyKeeper(self.button, BUTTON_KEYS))
        self.button.clicked.connect(self.arming)
        self.why = PlainLabel(elide=Qt.TextElideMode.ElideRight, lines=2, role="muted")
        self.why.setFixedHeight(scaled(_WHY_PX))
        self.branch = BranchButton()
        self.branch.asked.connect(self.asked)
        self.keys = QToolButton()
        self.keys.setCheckable(True)
        self.keys.setToolTip(tip(f"{keys.row.tip} ({keys.row.keys[0]})"))
        self.keys.clicked.connect(keys.trigger)
        self.keys.clicked.connect(self._say)  # a click ticks it by itself; only the state may
        self.keys.installEventFilter(KeyKeeper(self.keys, BUTTON_KEYS))
        self.keys.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.keys.setAccessibleName("Arm or disarm the trading keys")
        self._lay_out(kill)
        self._counting = QTimer(self)
        self._counting.setInterval(_COUNT_MS)
        self._counting.timeout.connect(self._count)
        self._hinting = QTimer(self)
        self._hinting.setSingleShot(True)
        self._hinting.setInterval(_HINT_MS)
        self._hinting.timeout.connect(self._say)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.band.set_theme(theme)
        self.band.setFixedWidth(scaled(_BAND_PX))
        self.why.setFixedHeight(scaled(_WHY_PX))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us."""
        self._state = advance.state
        self.branch.show_state(advance.state)
        self._say()
        if self.words.counts != self._counting.isActive():
            self._counting.start() if self.words.counts else self._counting.stop()

    @Slot(str)
    def hint(self, words: str) -> None:
        """Say something for some seconds, where a person looks for why nothing happened."""
        self._hinting.start()
        self.why.say(words)

    def _lay_out(self, kill: KillButton) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 0, 5, 0)
        row.setSpacing(7)
        row.addWidget(self.band)
        row.addWidget(self.button)
        row.addWidget(self.why, stretch=1)
        row.addWidget(self.branch)
        row.addWidget(self.keys)
        row.addWidget(kill)

    @Slot()
    def _count(self) -> None:
        self._say()
        self.counted.emit()

    @Slot()
    def _say(self) -> None:
        now = None if self._clock is None else self._clock.monotonic()
        self.words = words = read_arming(self._state, self._settings, now)
        self.band.say(words.badge, words.state)
        self.button.setVisible(bool(words.button))
        caption(self.button, words.button)
        self.button.setAccessibleName(words.button or "Arm")
        self.button.setToolTip(tip(f"{words.button}: {words.why}"))
        if not self._hinting.isActive():
            self.why.say(words.why)
        caption(self.keys, words.keys.text or "Keys off")
        self.keys.setChecked(bool(words.keys.text))
        self.keys.setEnabled(self._state.trading() is not None)
