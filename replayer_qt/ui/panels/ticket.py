"""The order ticket: what hands do, what would become of it, and why it can't be done."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ui.theme import DARK, Theme


class TicketPanel(QFrame):
    """Shows the account of the market that is looked at, and asks for orders.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us."""

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
