"""Asks whether a file that is there already may be replaced."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replayer_qt.ui.plain import PlainLabel


class ReplaceDialog(QDialog):
    """One sentence and two buttons, of which Enter presses the harmless one.

    Signals:
        agreed: the path [str] that may be replaced.
    """

    agreed = Signal(str)

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Replace the file?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._path = path
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.replace = buttons.addButton("Replace", QDialogButtonBox.ButtonRole.AcceptRole)
        self.replace.setAutoDefault(False)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._agree)
        words = PlainLabel(f"{path} is there already.")
        words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(PlainLabel("What is in it now would be lost."))
        layout.addWidget(buttons)
        self.setMinimumWidth(420)

    @Slot()
    def _agree(self) -> None:
        self.agreed.emit(self._path)
