"""Where the standing order that sells by itself is set, seen and taken away."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.events import Event
from replayer_qt.core.order_events import CashOutSet
from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import SetCashOut
from replayer_qt.core.trading import Trading
from replayer_qt.ui.amount import LETTERS_KEPT
from replayer_qt.ui.cash_out import EnteredCashOut, read_cash_out, told
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, clean, tip

_INPUTS: Final = (
    ("target", "target x", "Sell when the price reaches this."),
    ("stop", "stop x", "Sell when the price falls to this."),
    ("trail", "trail %", "Sell when the price has fallen so much from its highest since then."),
    ("after", "ticks", "Sell this many ticks after it was set."),
    ("share", "share %", "How much to sell; all of it when left empty."),
)


class CashOutEditor(QWidget):
    """Five short inputs and two buttons; the order itself is the desk's.

    Signals:
        asked: a `SetCashOut`.
        done: an input was finished; the keys belong to the chart again.
    """

    asked = Signal(object)
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trading: Trading | None = None
        self._entered = EnteredCashOut(None)
        self._ended = ""
        self.inputs: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3)
        grid.setVerticalSpacing(1)
        for column, (name, caption, sentence) in enumerate(_INPUTS):
            line = QLineEdit()
            line.setMaxLength(LETTERS_KEPT)
            line.setAccessibleName(f"Cash out: {caption}")
            line.setToolTip(tip(sentence))
            line.setMinimumWidth(40)
            line.textChanged.connect(self._read)
            line.returnPressed.connect(self._set)
            self.inputs[name] = line
            grid.addWidget(PlainLabel(caption, role="caption"), 0, column)
            grid.addWidget(line, 1, column)
        self.standing = PlainLabel(elide=Qt.TextElideMode.ElideRight, role="muted")
        self.set = self._button("Set", "Let the desk sell by itself.", self._set)
        self.remove = self._button("Remove", "Take the standing order away.", self._remove)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(PlainLabel("AUTO CASH-OUT", role="caption"), stretch=1)
        row.addWidget(self.set)
        row.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addLayout(grid)
        layout.addWidget(self.standing)
        self._read()

    def show_state(self, state: State) -> None:
        """Show the standing order of the account that is looked at."""
        before, self._trading = self._trading, state.trading()
        trading = self._trading
        if before is not None and (trading is None or trading.stream != before.stream):
            self._ended = ""
        self.remove.setEnabled(trading is not None and trading.cash_out is not None)
        self.set.setEnabled(self._entered.value is not None and trading is not None)
        self._say()

    def show_events(self, events: Iterable[Event]) -> None:
        """Take in why the standing order of the account that is looked at ended, if it did."""
        stream = None if self._trading is None else self._trading.stream
        for event in events:
            if isinstance(event, CashOutSet) and event.stream == stream:
                reason = clean(event.reason) or "removed"
                self._ended = "" if event.cash_out is not None else f"ended: {reason}"
                self._say()

    def _has_text(self) -> bool:
        return any(line.text() for line in self.inputs.values())

    def _button(self, words: str, sentence: str, slot: object) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("role", "small")
        button.setAccessibleName(f"{words} the cash-out")
        button.setToolTip(tip(sentence))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.installEventFilter(KeyKeeper(button, BUTTON_KEYS))
        button.clicked.connect(slot)
        return button

    @Slot()
    def _read(self) -> None:
        texts = {name: line.text() for name, line in self.inputs.items()}
        self._entered = entered = read_cash_out(texts)
        self._ended = ""
        for name, line in self.inputs.items():
            mark_bad(line, bad=name == entered.bad)
        self.set.setEnabled(entered.value is not None and self._trading is not None)
        self.set.setToolTip(tip(entered.reason or "Let the desk sell by itself."))
        self._say()

    def _say(self) -> None:
        """What is wrong with the entered one first, then the one that stands or stood."""
        stands = "" if self._trading is None else told(self._trading)
        if self._entered.bad:
            self.standing.say(self._entered.reason)
        elif stands:
            self.standing.say(stands)
        elif self._ended:
            self.standing.say(self._ended)
        elif self._has_text():
            self.standing.say(self._entered.reason or "not set yet")
        else:
            self.standing.say("none set")

    @Slot()
    def _set(self) -> None:
        value = self._entered.value
        if value is not None and self._trading is not None:
            self.asked.emit(SetCashOut(stream=self._trading.stream, cash_out=value))
            self.done.emit()

    @Slot()
    def _remove(self) -> None:
        if self._trading is not None:
            self.asked.emit(SetCashOut(stream=self._trading.stream, cash_out=None))
