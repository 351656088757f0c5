"""The vault in the File menu: its row, and who shows its dialog."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.vault import AskVault, VaultTold
from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.dialogs.vault import VaultDialog


def vault_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    yield ActionRow(
        name="vault", menu="&File", text="Open the &vault…", keys=("Ctrl+Alt+V",),
        tip="Give the passphrase under which files of your own actions are sealed.",
        call="open_vault",
    )  # fmt: skip


class VaultDoor(QObject):
    """Shows the vault's dialog, and passes wishes and answers on; it keeps neither.

    Signals:
        wanted: an `AskVault` or an `OpenVault`: for the vault alone, and nobody who writes wishes
            down.
    """

    wanted = Signal(object)

    def __init__(self, ground: QWidget) -> None:
        """Show dialogs over `ground`."""
        super().__init__(ground)
        self._ground = ground
        self.dialog: VaultDialog | None = None

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what the actions call."""
        return {"open_vault": self.open}

    @Slot()
    def open(self) -> None:
        """Show the dialog, or bring it to the front."""
        if self.dialog is None:
            self.dialog = VaultDialog(self._ground)
            self.dialog.wanted.connect(self.wanted)
            self.dialog.finished.connect(self._forget)
            self.wanted.emit(AskVault())
        self.dialog.open()
        self.dialog.raise_()

    @Slot(object)
    def show_told(self, told: VaultTold) -> None:
        """Take in how the vault is."""
        if self.dialog is not None:
            self.dialog.show_told(told)

    @Slot()
    def _forget(self) -> None:
        self.dialog = None
