"""What was bought, sold and bet, and what the rug sold: every fill of the market looked at."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replayer_qt.core.account import Entry
from replayer_qt.core.commands import Command, GoTo
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.trade_rows import FILL_KINDS, fills
from replayer_qt.ui.panels.linked_table import LinkedTable, Verb
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.theme import Theme

NO_FILLS: Final = "No trades in this session yet."


class FillsPanel(QWidget):
    """A table of fills, newest first.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = fills()
        self._entries: tuple[Entry, ...] = ()
        self.table = LinkedTable(
            "Fills", self.rows, [Verb(text="&Go to its tick", wish=place)], empty=NOT_TRADED
        )
        self.table.asked.connect(self.asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self.rows.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the fills of the market that is looked at."""
        trading = advance.state.trading()
        self.table.say_empty(NOT_TRADED if trading is None else NO_FILLS)
        self.table.stream = advance.state.shown
        entries = () if trading is None else trading.account.entries
        if entries is not self._entries:
            self._entries = entries
            self.rows.set_rows([entry for entry in entries if entry.kind in FILL_KINDS])


def place(stream: StreamId | None, entry: Entry) -> Command | None:
    """Return the wish to see an entry's tick; None for one that has none."""
    if stream is None or entry.round_id is None:
        return None
    return GoTo(stream=stream, round_id=entry.round_id, tick=entry.tick)
