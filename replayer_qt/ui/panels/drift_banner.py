"""Says that ledger and venue differ, with both numbers, until they agree again."""

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import AcceptVenue, AskVenue
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, clean, tip

_SHOWN: Final = 2


class DriftBanner(QFrame):
    """There as long as they differ, and no longer.

    Signals:
        asked: an `AskVenue` or an `AcceptVenue`.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "drift")
        self._stream: StreamId | None = None
        self.words = PlainLabel(role="drift")
        self.words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.addWidget(self.words, stretch=1)
        self.ask = self._button("Ask again", "Have the venue state the account anew.", self._ask)
        self.accept = self._button(
            "Set to the venue's", "Book the difference as an entry of its own.", self._accept
        )
        row.addWidget(self.ask)
        row.addWidget(self.accept)
        self.hide()

    def show_state(self, state: State) -> None:
        """Say what differs in the account that is looked at; hide while nothing does."""
        trading = state.trading()
        self._stream = None if trading is None else trading.stream
        self.setVisible(trading is not None and bool(trading.drift))
        if trading is not None and trading.drift:
            self.words.say(drift_words(trading))
            self.words.setToolTip(tip(drift_words(trading)))

    def _button(self, words: str, sentence: str, slot: object) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("role", "small")
        button.setAccessibleName(words)
        button.setToolTip(tip(sentence))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.installEventFilter(KeyKeeper(button, BUTTON_KEYS))
        button.clicked.connect(slot)
        return button

    @Slot()
    def _ask(self) -> None:
        if self._stream is not None:
            self.asked.emit(AskVenue(stream=self._stream))

    @Slot()
    def _accept(self) -> None:
        if self._stream is not None:
            self.asked.emit(AcceptVenue(stream=self._stream))


def drift_words(trading: Trading) -> str:
    """Return what differs, with both numbers."""
    told = [
        f"{clean(each.field, 30)} ours {fmt.exact(each.ours)}, venue {fmt.exact(each.theirs)}"
        for each in trading.drift[:_SHOWN]
    ]
    more = len(trading.drift) - _SHOWN
    return f"▲ DRIFT: {' · '.join(told)}{f' and {more} more' if more > 0 else ''}"
