"""Asks for one line of text, and makes a command of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replayer_qt.core.commands import Command
from replayer_qt.core.trade_commands import Arm, Deposit, RenameBranch
from replayer_qt.core.units import StreamId
from replayer_qt.ui.amount import read
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.plain import NAME_KEPT, KeptLine, PlainLabel, bare, fill

_MOST: Final = Decimal(1_000_000)
_LETTERS_KEPT: Final = 80


class LineDialog(QDialog):
    """One input and two buttons; what can't be meant can't be pressed, and it says why.

    Args:
        make: makes the command of a text, or the reason why there is none.
        begins: what stands in the input at first.
        limit: how much may be typed [characters].
        hides: whether an amount of money is typed, which is dots where it must not be seen.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(
        self,
        title: str,
        question: str,
        make: Callable[[str], Command | str],
        *,
        begins: str = "",
        limit: int = _LETTERS_KEPT,
        hides: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make = make
        self.line = KeptLine(limit, hides=hides)
        self.line.setAccessibleName(title)
        fill(self.line, begins, limit)
        self.line.selectAll()
        self.why = PlainLabel(role="muted")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._ask)
        self.line.textChanged.connect(self._look)
        self.line.covered.connect(self._look)
        layout = QVBoxLayout(self)
        layout.addWidget(PlainLabel(question))
        layout.addWidget(self.line)
        layout.addWidget(self.why)
        layout.addWidget(buttons)
        self.setMinimumWidth(340)
        self._look()

    @Slot()
    def _look(self) -> None:
        made = self._make(self.line.text())
        reason = made if isinstance(made, str) else ""
        self.ok.setEnabled(not reason)
        self.why.say(reason or self.line.why_covered)
        mark_bad(self.line, bad=bool(reason) and bool(self.line.text()))

    @Slot()
    def _ask(self) -> None:
        made = self._make(self.line.text())
        if not isinstance(made, str):
            self.asked.emit(made)


def deposit_of(stream: StreamId, text: str) -> Command | str:
    """Return the wish to put play money in, or with a minus to take it out; else the reason.

    >>> deposit_of(StreamId("a/b"), "-0.5").amount
    Decimal('-0.5')
    """
    typed = text.strip()
    entered = read(typed.removeprefix("-"), most=_MOST)
    if entered.value is None:
        return entered.reason
    return Deposit(stream=stream, amount=-entered.value if typed.startswith("-") else entered.value)


def renaming_of(stream: StreamId, taken: tuple[str, ...], text: str) -> Command | str:
    """Return the wish to name the line of decisions that is followed; else the reason.

    >>> renaming_of(StreamId("a/b"), ("main",), "main")
    'there is one of that name'
    """
    name = bare(text, NAME_KEPT)
    if not name:
        return "enter a name"
    if name in taken:
        return "there is one of that name"
    return RenameBranch(stream=stream, name=name)


def arming_of(stream: StreamId, phrase: str, text: str) -> Command | str:
    """Return the wish to arm real money, once the very words were typed; else the reason.

    >>> arming_of(StreamId("a/b"), "trade 1", "trade 2")
    'type it letter by letter'
    """
    if text.strip() != phrase:
        return "type it letter by letter"
    return Arm(stream=stream, phrase=text.strip())
