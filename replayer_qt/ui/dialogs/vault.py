"""Asks for the vault's passphrase: masked, and forgotten here as soon as it is given."""

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.vault import OpenVault, VaultTold
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.plain import PlainLabel

_LONGEST: Final = 1_024
_WIDTH_PX: Final = 460
_HINTS: Final = (
    Qt.InputMethodHint.ImhHiddenText
    | Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
)
_ASKING: Final = "Looking how the vault is…"
_MAKING: Final = "Making the key, which takes a moment…"


def vault_words(told: VaultTold) -> str:
    """Return how the vault is, for people.

    >>> vault_words(VaultTold(mode="passphrase", has_key=True, is_open=True))
    'The vault is open: old days of the audit trail are sealed.'
    """
    match told:
        case VaultTold(mode="off"):
            return (
                "The vault is off: what you do stays readable on this disk. Set library.vault to "
                "passphrase or keyring in the settings file."
            )
        case VaultTold(has_key=False):
            return "The vault has no key yet. Make one with app.py vault new-key."
        case VaultTold(mode="keyring"):
            return "The vault's key lies in this machine's keyring; no passphrase is needed."
        case VaultTold(is_open=True):
            return "The vault is open: old days of the audit trail are sealed."
        case _:
            return "The vault is closed: old days of the audit trail stay as they are until then."


class VaultDialog(QDialog):
    """One masked input; what becomes of it is said below, and a wrong one can be typed again.

    Signals:
        wanted: an `OpenVault`.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("The vault")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH_PX)
        self._told = VaultTold(mode="passphrase")
        self._waits = False
        self.how = PlainLabel(_ASKING, lines=2)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(_HINTS)
        self.line.setMaxLength(_LONGEST)
        self.line.setAccessibleName("The vault's passphrase")
        self.line.setPlaceholderText("Passphrase")
        self.keep = QCheckBox("&Keep it in this machine's keyring")
        self.keep.setToolTip("Else it is known until the program ends; it is never in a setting.")
        self.why = PlainLabel(role="muted", lines=3)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.open_ = self.buttons.addButton("&Open", QDialogButtonBox.ButtonRole.ActionRole)
        for button in self.buttons.findChildren(QPushButton):
            button.setAutoDefault(False)  # else Return would close it while the other is disabled
        self.open_.clicked.connect(self._ask)
        self.line.returnPressed.connect(self.open_.click)
        self.buttons.rejected.connect(self.reject)
        self.line.textChanged.connect(self._look)
        self.finished.connect(self.line.clear)
        column = QVBoxLayout(self)
        for part in (self.how, self.line, self.keep, self.why, self.buttons):
            column.addWidget(part)
        self._look()

    @Slot(object)
    def show_told(self, told: VaultTold) -> None:
        """Show how the vault is; a wrong passphrase stays, to be mended."""
        asked, self._waits, self._told = self._waits, False, told
        self.how.say(vault_words(told))
        if asked and told.is_open:
            self.line.clear()
        if not asked:
            self.keep.setChecked(told.is_kept)
        self._look()
        self.why.say(f"▲ {told.problem}" if told.problem else "")
        mark_bad(self.line, bad=asked and bool(told.problem) and not told.is_open)
        if self.line.isEnabled():
            self.line.selectAll()
            self.line.setFocus()

    @Slot()
    def _look(self) -> None:
        takes = self._told.mode == "passphrase" and not self._waits
        for part in (self.line, self.keep):
            part.setEnabled(takes)
        self.open_.setEnabled(takes and bool(self.line.text()))
        mark_bad(self.line, bad=False)

    @Slot()
    def _ask(self) -> None:
        self._waits = True
        self._look()
        self.why.say(_MAKING)
        self.wanted.emit(OpenVault(passphrase=self.line.text(), keep=self.keep.isChecked()))
