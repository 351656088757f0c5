"""Asks for the number of a tick to go to."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QSpinBox, QVBoxLayout, QWidget

from replayer_qt.core.commands import SeekTick
from replayer_qt.ui.plain import PlainLabel


class JumpDialog(QDialog):
    """One number and two buttons.

    Signals:
        asked: a `SeekTick`.
    """

    asked = Signal(object)

    def __init__(self, tick: int, last: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Jump to tick")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.tick = QSpinBox()
        self.tick.lineEdit().setTextMargins(5, 0, 0, 0)
        self.tick.setRange(0, max(0, last))
        self.tick.setValue(tick)
        self.tick.setAccessibleName("Tick")
        self.tick.selectAll()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._ask)
        layout = QVBoxLayout(self)
        layout.addWidget(PlainLabel(f"Tick of this round, 0 to {max(0, last):,}:"))
        layout.addWidget(self.tick)
        layout.addWidget(buttons)

    @Slot()
    def _ask(self) -> None:
        self.asked.emit(SeekTick(tick=self.tick.value()))
