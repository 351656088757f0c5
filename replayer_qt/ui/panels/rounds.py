"""The rounds of the market that is looked at, newest first."""

from typing import Final

from msgspec.structs import asdict, replace
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replayer_qt.core.events import FairnessChecked
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.rows import RowsModel
from replayer_qt.ui.models.tables import rounds
from replayer_qt.ui.panels.table import StreamRows, Table
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.view import is_nothing_shown

NO_ROUNDS: Final = "No round was seen yet: connect to a venue, or open a recording."
NONE_HERE: Final = "No round was seen here yet: the next one will be the first."


class RoundsPanel(QWidget):
    """A table of rounds, kept up to date by frames."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._streams = StreamRows(rounds)
        self._shown: StreamId | None = None
        self._table = Table("Rounds", stretches=False, empty=NO_ROUNDS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)
        self._table.show_rows(self._streams.of(None))

    @property
    def rows(self) -> RowsModel[RoundState]:
        """The rows that are shown."""
        return self._streams.of(self._shown)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self._streams.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Bring every stream's rows up to date, and show those of the one looked at."""
        for market in advance.state.markets.values():
            known = [each for each in (market.previous, market.round) if each is not None]
            if known:
                self._streams.of(market.stream).upsert(known)
        for event in advance.events:
            if isinstance(event, FairnessChecked):
                self._judge(event)
        self._shown = advance.state.shown
        self._table.show_rows(self.rows)
        self._table.say_empty(NO_ROUNDS if is_nothing_shown(advance.state) else NONE_HERE)

    def _judge(self, event: FairnessChecked) -> None:
        """The verdict on a round that the state has let go already."""
        rows = self._streams.of(event.stream)
        known = rows.find(event.round_id)
        if known is not None:
            rows.upsert([replace(known, fairness=event.verdict)])
