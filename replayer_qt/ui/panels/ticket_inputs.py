"""What hands set on the ticket: an amount with the game's own buttons, and a share to sell."""

from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.money import NOTHING, decimal_of
from replayer_qt.core.settings import Settings
from replayer_qt.ui.amount import BUTTONS, LETTERS_KEPT, Entered, pressed, read, written
from replayer_qt.ui.ordering import SHARES
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.panels.table import BUTTON_KEYS, CHOICE_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, fill, tip

_TIPS: Final = {
    "X": "Clear the amount.",
    "1/2": "Half of it.",
    "X2": "Twice as much.",
    "MAX": "All the free money, or the largest order.",
}


def _small_button(words: str, name: str, sentence: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setProperty("role", "step")
    button.setAccessibleName(name)
    button.setToolTip(tip(sentence))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.installEventFilter(KeyKeeper(button, BUTTON_KEYS))
    return button


class AmountInput(QWidget):
    """A text that is read at each letter; a bad one has a red frame and says why.

    Signals:
        changed: it says something else now.
        done: Enter was pressed; that asks for nothing.
    """

    changed = Signal()
    done = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = decimal_of(settings.risk.min_order_sol)
        self._most = decimal_of(settings.risk.max_order_sol)
        self._cash = NOTHING
        self.entered = Entered(None)
        self.line = QLineEdit()
        self.line.setMaxLength(LETTERS_KEPT)
        self.line.setAccessibleName("Amount")
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.setProperty("role", "amount")
        self.line.textChanged.connect(self._read)
        self.line.returnPressed.connect(self.done)
        self.buttons: dict[str, QToolButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.line, 0, 0, 1, 5)  # first, for Tab goes in this order
        for place, words in enumerate(BUTTONS):
            button = _small_button(words, f"Amount {words}", _TIPS.get(words, f"{words} SOL."))
            button.setObjectName(words)
            button.clicked.connect(self._press)
            self.buttons[words] = button
            if place == 0:
                grid.addWidget(button, 0, 6)
            else:
                grid.addWidget(button, 1, place - 1)
        grid.addWidget(PlainLabel("SOL", role="muted"), 0, 5)
        fill(self.line, written(decimal_of(settings.trading.amount)))

    def set_private(self, *, on: bool) -> None:
        """Show what is entered as dots, or as it is."""
        modes = QLineEdit.EchoMode
        self.line.setEchoMode(modes.Password if on else modes.Normal)

    def set_cash(self, cash: Decimal | None) -> None:
        """Tell how much free money there is [SOL], for MAX."""
        self._cash = NOTHING if cash is None else cash

    @Slot()
    def _read(self) -> None:
        self.entered = read(self.line.text(), least=self._least, most=self._most)
        bad = self.entered.value is None
        mark_bad(self.line, bad=bad)
        said = self.entered.reason if bad else "Amount of a buy or a side bet [SOL]."
        self.line.setToolTip(tip(said))
        self.line.setAccessibleDescription(said)
        self.changed.emit()

    @Slot()
    def _press(self) -> None:
        button = self.sender().objectName()
        text = pressed(self.line.text(), button, cash=self._cash, most=self._most)
        fill(self.line, text)


class ShareInput(QWidget):
    """Four buttons and a slider for one whole percentage.

    Signals:
        changed: it is another share now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.buttons: dict[int, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(3)
        for share in SHARES:
            button = _small_button(f"{share}%", f"Sell {share} percent", f"Sell {share} %.")
            button.setCheckable(True)
            self._group.addButton(button, share)
            self.buttons[share] = button
            row.addWidget(button)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self.set_percent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(1, 100)
        self.slider.setValue(100)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName("Share to sell")
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setMinimumWidth(60)
        self.slider.installEventFilter(KeyKeeper(self.slider, CHOICE_KEYS))
        self.slider.valueChanged.connect(self._tell)
        row.addWidget(self.slider, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        self._tell()

    @property
    def percent(self) -> int:
        """The share to sell [percent, 1 to 100]."""
        return self.slider.value()

    @Slot(int)
    def set_percent(self, percent: int) -> None:
        """Choose a share [percent]."""
        self.slider.setValue(percent)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        for share, button in self.buttons.items():
            button.setChecked(share == self.percent)
        self.slider.setToolTip(tip(f"Sell {self.percent} %."))
        self.changed.emit()
