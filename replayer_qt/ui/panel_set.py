"""The panels that stand in docks: all are made here, and each keeps to one small contract."""

from typing import Protocol, cast

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from replayer_qt.core.paper_terms import paper_terms
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance
from replayer_qt.ui.notices import Notices
from replayer_qt.ui.panels.feed import FeedPanel
from replayer_qt.ui.panels.fills import FillsPanel
from replayer_qt.ui.panels.ledger import LedgerPanel
from replayer_qt.ui.panels.notice_list import NoticeList
from replayer_qt.ui.panels.open_orders import OrdersPanel
from replayer_qt.ui.panels.positions import PositionsPanel
from replayer_qt.ui.panels.risk import RiskPanel
from replayer_qt.ui.panels.rounds import RoundsPanel
from replayer_qt.ui.panels.statistics import StatisticsPanel
from replayer_qt.ui.panels.trade_journal import JournalPanel
from replayer_qt.ui.panels.trades import TradesPanel
from replayer_qt.ui.theme import Theme


class Panel(Protocol):
    """What a dock holds; a widget. One that asks for something has a signal `asked`."""

    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us."""
        ...

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        ...


def make_panels(notices: Notices, settings: Settings) -> dict[str, Panel]:
    """Return the panels by their docks' names; the ticket is the trading desk's own."""
    return {
        "rounds": RoundsPanel(),
        "trades": TradesPanel(),
        "feed": FeedPanel(),
        "notices": NoticeList(notices),
        "positions": PositionsPanel(),
        "orders": OrdersPanel(),
        "fills": FillsPanel(),
        "ledger": LedgerPanel(),
        "statistics": StatisticsPanel(paper_terms(settings.paper)),
        "risk": RiskPanel(),
        "journal": JournalPanel(),
    }


def widget_of(panel: Panel) -> QWidget:
    """Return the panel as the widget that it is."""
    return cast("QWidget", panel)


def wishes_of(panel: Panel) -> SignalInstance | None:
    """Return the signal by which the panel asks for things; None for one that only shows."""
    return getattr(panel, "asked", None)
