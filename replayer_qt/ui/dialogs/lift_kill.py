"""Asks for the word and the reason without which the kill switch is not lifted."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.trade_commands import LiftKill
from replayer_qt.core.trading import LIFT_WORD, Kill
from replayer_qt.ui.kill import killed_words
from replayer_qt.ui.plain import PlainLabel

_REASON_KEPT = 200


class LiftKillDialog(QDialog):
    """Two inputs; nothing can be pressed before both say something sound.

    Signals:
        asked: a `LiftKill`.
    """

    asked = Signal(object)

    def __init__(self, kill: Kill, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Lift the kill switch")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.typed, self.reason = QLineEdit(), QLineEdit()
        self.typed.setMaxLength(len(LIFT_WORD) * 2)
        self.typed.setAccessibleName(f"Type {LIFT_WORD}")
        self.typed.setPlaceholderText(LIFT_WORD)
        self.reason.setMaxLength(_REASON_KEPT)
        self.reason.setAccessibleName("Why it may be lifted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.lift = buttons.addButton("Lift", QDialogButtonBox.ButtonRole.AcceptRole)
        self.lift.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._ask)
        self.typed.textChanged.connect(self._look)
        self.reason.textChanged.connect(self._look)
        why = PlainLabel(killed_words(kill))
        why.setWordWrap(True)
        form = QFormLayout()
        form.addRow(PlainLabel(f"Type {LIFT_WORD}:"), self.typed)
        form.addRow(PlainLabel("Why it may be lifted:"), self.reason)
        layout = QVBoxLayout(self)
        layout.addWidget(why)
        layout.addWidget(PlainLabel("Nothing is armed by this: that is another step."))
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.setMinimumWidth(420)
        self._look()

    @Slot()
    def _look(self) -> None:
        sound = self.typed.text() == LIFT_WORD and bool(self.reason.text().strip())
        self.lift.setEnabled(sound)

    @Slot()
    def _ask(self) -> None:
        self.asked.emit(LiftKill(typed=self.typed.text(), reason=self.reason.text().strip()))
