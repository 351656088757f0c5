"""Links marks of the chart with the rows of panels, both ways."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.account import Entry
from replayer_qt.core.events import TradePrinted
from replayer_qt.core.order_book import Order
from replayer_qt.ui.chart.marks import Marks
from replayer_qt.ui.chart.marks_told import Bet, Key, Mark, closed_by, entry_key, entry_of, keys_of
from replayer_qt.ui.models.trade_rows import Noted
from replayer_qt.ui.panels.fills import FillsPanel
from replayer_qt.ui.panels.ledger import LedgerPanel
from replayer_qt.ui.panels.open_orders import OrdersPanel
from replayer_qt.ui.panels.trade_journal import JournalPanel
from replayer_qt.ui.panels.trades import TradesPanel

_OWN: Final = ("fills", "orders", "journal", "ledger")


class MarkLinks(QObject):
    """A mark that is chosen chooses its rows; a row that is chosen highlights its mark.

    Args:
        marks: the main chart's.
        panels: by their docks' names.
        redraw: has the chart look at its marks again.
        raise_dock: brings a dock to the front, by its name.
    """

    def __init__(
        self,
        marks: Marks,
        panels: Mapping[str, object],
        *,
        redraw: Callable[[], None],
        raise_dock: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._marks, self._redraw, self._raise = marks, redraw, raise_dock
        self._fills = cast("FillsPanel", panels["fills"])
        self._orders = cast("OrdersPanel", panels["orders"])
        self._journal = cast("JournalPanel", panels["journal"])
        self._ledger = cast("LedgerPanel", panels["ledger"])
        self._trades = cast("TradesPanel", panels["trades"])
        self._panels = {name: cast("QWidget", panels[name]) for name in (*_OWN, "trades")}
        self._busy = False
        marks.chosen.connect(self.show_rows)
        for table in (self._fills.table, self._orders.table, self._ledger.table):
            table.pointed.connect(self._show_mark)
        self._journal.table.pointed.connect(self._show_mark)
        self._trades.pointed.connect(self._show_mark)

    @Slot(object)
    def show_rows(self, mark: Mark | None) -> None:
        """Choose the rows of a mark in every panel that has one, and none in the others.

        Where none of these panels is in sight, the first one comes to the front.
        """
        self._busy = True
        try:
            found = self._choose_rows(mark)
        finally:
            self._busy = False
        if found and not any(self._panels[name].isVisible() for name in found):
            self._raise(found[0])

    def _choose_rows(self, mark: Mark | None) -> list[str]:
        entry = mark if isinstance(mark, Entry) else None
        placed = entry
        if isinstance(mark, Bet):
            entry, placed = mark.closed or mark.placed, mark.placed
        account = self._marks.account
        closed = None if entry is None or account is None else closed_by(account, entry)
        told = {
            "fills": self._fills.table.choose(None if entry is None else entry.number),
            "orders": self._orders.table.choose(None if placed is None else placed.order_id),
            "journal": self._journal.choose(None if closed is None else closed.trade_id),
            "ledger": self._ledger.table.choose(None if entry is None else entry.number),
            "trades": self._trades.choose(mark if isinstance(mark, TradePrinted) else None),
        }
        return [name for name, chosen in told.items() if chosen]

    @Slot(object)
    def _show_mark(self, row: object) -> None:
        if not self._busy:
            self._marks.choose(self._key_of(row))
            self._redraw()

    def _key_of(self, row: object) -> Key | None:
        account = self._marks.account
        match row:
            case Entry():
                return entry_key(row)
            case TradePrinted():
                return keys_of(row)[0]
            case Order() if account is not None:
                done = (one for one in account.entries if one.order_id == row.order_id)
                entry = next(done, None)
            case Noted() if account is not None:
                entry = entry_of(account, row.closed)
            case _:
                return None
        return None if entry is None else entry_key(entry)
