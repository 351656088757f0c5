"""What the feed received, refused, filled in and shed, and how the program's parts are."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replayer_qt.core.events import EventsShed
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.tables import Fact, facts, health, parts
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.theme import Theme

NO_FEED: Final = "Nothing is received: connect to a venue."


class FeedPanel(QWidget):
    """A small table of a feed's health: the connected venue's, else the one looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = facts()
        self._names: list[str] = []
        self._shed: dict[StreamId, int] = {}  # bounded: one number a stream
        table = Table("Feed health", empty=NO_FEED)
        table.show_rows(self.rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(table)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self.rows.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the newest counts."""
        for event in advance.events:
            if isinstance(event, EventsShed):
                self._shed[event.stream] = self._shed.get(event.stream, 0) + event.count
        state = advance.state
        market = state.market() if state.live is None else state.markets.get(state.live)
        told = list(parts(state))
        if market is not None:
            told += health(market, self._shed.get(market.stream, 0))
        self._show(told)

    def _show(self, rows: list[Fact]) -> None:
        names = [row.name for row in rows]
        if names != self._names:
            self.rows.clear()
            self._names = names
        self.rows.upsert(rows)
