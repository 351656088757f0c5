"""The tape: trades of all players, as far as the venue shows them."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replayer_qt.core.events import Event, TradePrinted
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.rows import RowsModel
from replayer_qt.ui.models.tables import trades
from replayer_qt.ui.panels.table import StreamRows, Table
from replayer_qt.ui.plain import SearchLine
from replayer_qt.ui.theme import Theme

_PLAYER = 4

NO_TRADES: Final = "No trade of anybody was seen yet."
NO_SUCH_PLAYER: Final = "No trade of a player with these letters: clear the field below."


class TradesPanel(QWidget):
    """A bounded tape with a filter on the player's name.

    Signals:
        pointed: the trade that is chosen now; None for none.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._streams = StreamRows(trades)
        self._shown: StreamId | None = None
        self._table = Table("Trades", empty=NO_TRADES)
        self._filter = SearchLine("Filter trades by player", "Player contains…")
        self._filter.textChanged.connect(self._keep_only)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._table)
        layout.addWidget(self._filter)
        self._table.show_rows(self._streams.of(None))
        self._table.selectionModel().selectionChanged.connect(self._point)

    @property
    def rows(self) -> RowsModel[TradePrinted]:
        """The rows that are shown, before the filter."""
        return self._streams.of(self._shown)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self._streams.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Add the frame's trades; a rewind starts the tape of its stream anew."""
        fresh: dict[StreamId, list[TradePrinted]] = {}
        for event in advance.events:
            if isinstance(event, Rewound):
                self._streams.of(event.stream).clear()
                fresh[event.stream] = _trades(event.history)
            elif isinstance(event, TradePrinted):
                fresh.setdefault(event.stream, []).append(event)
        for stream, rows in fresh.items():
            self._streams.of(stream).upsert(rows)
        self._shown = advance.state.shown
        self._table.show_rows(self.rows)
        self._say_empty()

    def choose(self, trade: TradePrinted | None) -> bool:
        """Choose a trade and bring it into sight; False, and none chosen, without it."""
        return self._table.choose(None if trade is None else (trade.round_id, trade.trade_id))

    @Slot()
    def _point(self) -> None:
        self.pointed.emit(self._table.chosen())

    @Slot(str)
    def _keep_only(self, text: str) -> None:
        self._table.keep_only(_PLAYER, text)
        self._say_empty()

    def _say_empty(self) -> None:
        """A filter that hides every trade says so; it is not that there were none."""
        hides = bool(self._filter.text()) and self.rows.rowCount() > 0
        self._table.say_empty(NO_SUCH_PLAYER if hides else NO_TRADES)


def _trades(events: tuple[Event, ...]) -> list[TradePrinted]:
    return [event for event in events if isinstance(event, TradePrinted)]
