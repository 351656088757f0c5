"""Orders, the open ones first; one whose fate nobody knows asks a person to resolve it."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from replayer_qt.core.commands import Command, GoTo
from replayer_qt.core.order_book import Order, OrderBook
from replayer_qt.core.orders import OrderState
from replayer_qt.core.state import Advance
from replayer_qt.core.trade_commands import AskVenue, CancelOrder, ResolveUnknown
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.order_rows import named, orders
from replayer_qt.ui.panels.linked_table import LinkedTable, Verb
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, tip
from replayer_qt.ui.theme import Theme

NO_ORDERS: Final = "No orders in this session yet."

_NO_BOOK: Final = OrderBook()

_WITHDRAWABLE: Final = frozenset({OrderState.REQUESTED, OrderState.GATED})


class OrdersPanel(QWidget):
    """A table of orders, and over it a question for each whose fate is not known.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = orders()
        self._book: OrderBook | None = None
        self._unknown: tuple[Order, ...] = ()
        self.question = UnknownBar()
        self.question.asked.connect(self.asked)
        self.table = LinkedTable(
            "Orders",
            self.rows,
            [
                Verb(text="&Go to its tick", wish=_place),
                Verb(text="&Withdraw it", wish=_withdrawal),
                Verb(text="Unknown: it &happened", wish=_it_happened),
                Verb(text="Unknown: it did &not", wish=_it_did_not),
                Verb(text="&Ask the venue", wish=_question),
            ],
            empty=NOT_TRADED,
        )
        self.table.asked.connect(self.asked)
        self.table.pointed.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.question)
        layout.addWidget(self.table, stretch=1)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self.rows.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the orders of the market that is looked at."""
        trading = advance.state.trading()
        self.table.say_empty(NOT_TRADED if trading is None else NO_ORDERS)
        book = _book(trading)
        if book is self._book:
            return
        self._book = book
        self.rows.set_rows((*book.over, *book.open))
        self._unknown = book.in_state(OrderState.UNKNOWN)
        self._choose()

    @Slot()
    def _choose(self) -> None:
        """The question is about the chosen order if that is unknown, else about the oldest."""
        row = self.table.current()
        chosen = row if row in self._unknown else next(iter(self._unknown), None)
        self.question.ask_about(chosen, len(self._unknown))


class UnknownBar(QFrame):
    """Asks what became of an order that nobody knows the fate of; hidden when there is none.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.setAccessibleName("Orders of unknown fate")
        self.order: Order | None = None
        self.words = PlainLabel()
        self.words.setWordWrap(True)
        self.happened = small_button(
            "It happened",
            "You saw that it was carried out: the account is set to the venue's last word.",
        )
        self.did_not = small_button(
            "It did not", "You are certain that it had no effect: what it reserved is free again."
        )
        self.ask = small_button(
            "Ask the venue", "Have the venue state the account anew, and compare."
        )
        self.happened.clicked.connect(self._it_happened)
        self.did_not.clicked.connect(self._it_did_not)
        self.ask.clicked.connect(self._ask_venue)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 2, 4, 2)
        line.setSpacing(4)
        line.addWidget(self.words, stretch=1)
        for button in (self.ask, self.happened, self.did_not):
            line.addWidget(button)
        self.hide()

    def ask_about(self, order: Order | None, count: int) -> None:
        """Ask about `order`, one of `count`; None asks nothing."""
        self.order = order
        self.setVisible(order is not None)
        if order is not None:
            more = f" (1 of {count})" if count > 1 else ""
            self.words.say(f"◆ UNKNOWN{more}: was {named(order)} carried out? {order.reason}")

    @Slot()
    def _it_happened(self) -> None:
        self._resolve(happened=True)

    @Slot()
    def _it_did_not(self) -> None:
        self._resolve(happened=False)

    @Slot()
    def _ask_venue(self) -> None:
        if self.order is not None:
            self.asked.emit(AskVenue(stream=self.order.request.stream))

    def _resolve(self, *, happened: bool) -> None:
        wish = None if self.order is None else resolved(self.order, happened=happened)
        if wish is not None:
            self.asked.emit(wish)


def resolved(order: Order, *, happened: bool) -> Command | None:
    """Return the wish to resolve an order; None for one whose fate is known."""
    if order.state is not OrderState.UNKNOWN:
        return None
    return ResolveUnknown(stream=order.request.stream, order_id=order.order_id, happened=happened)


def _book(trading: Trading | None) -> OrderBook:
    return _NO_BOOK if trading is None else trading.book


def _place(_shown: StreamId | None, order: Order) -> Command | None:
    fill, asked = order.fill, order.request
    if fill is not None:
        return GoTo(stream=asked.stream, round_id=fill.round_id, tick=fill.tick)
    if asked.round_id is None:
        return None
    return GoTo(stream=asked.stream, round_id=asked.round_id, tick=asked.tick)


def _it_happened(_shown: StreamId | None, order: Order) -> Command | None:
    return resolved(order, happened=True)


def _it_did_not(_shown: StreamId | None, order: Order) -> Command | None:
    return resolved(order, happened=False)


def _question(_shown: StreamId | None, order: Order) -> Command:
    return AskVenue(stream=order.request.stream)


def _withdrawal(_shown: StreamId | None, order: Order) -> Command | None:
    if order.state not in _WITHDRAWABLE:
        return None
    return CancelOrder(stream=order.request.stream, order_id=order.order_id)


def small_button(text: str, about: str) -> QPushButton:
    """Return a narrow button that keeps Space for itself; `about` is its tool tip."""
    made = QPushButton(text)
    made.setProperty("role", "small")
    made.setAccessibleName(text)
    made.setToolTip(tip(about))
    made.installEventFilter(KeyKeeper(made, BUTTON_KEYS))
    return made
