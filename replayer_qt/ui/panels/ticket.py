"""The order ticket: what hands do, what would become of it, and why it can't be done."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.orders import OrderId, OrderSide, Origin
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, State
from replayer_qt.ui.arming import read_arming
from replayer_qt.ui.last_order import read_last_order
from replayer_qt.ui.ordering import Draft, order_of
from replayer_qt.ui.panels.cash_out import CashOutEditor
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.hop_strip import HopStrip
from replayer_qt.ui.panels.mode_band import ModeBand
from replayer_qt.ui.panels.order_button import OrderButton
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.panels.ticket_inputs import AmountInput, ShareInput
from replayer_qt.ui.plain import PlainLabel, tip
from replayer_qt.ui.privacy import is_private
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.ticket import Gate, TicketWords, read_ticket

_WIDE_PX: Final = 560
_LEAST_PX: Final = 160
_CELLS: Final = (
    ("cash", "balance"), ("held", "position"),
    ("open_result", "unrealised"), ("day", "day"),
)  # fmt: skip


class TicketPanel(QScrollArea):
    """Shows the account of the market that is looked at, and asks for orders.

    It keeps nothing of the desk: only what hands have set and not asked for yet.

    Args:
        gate: asked beforehand, so that each button can say what it would do.
        new_order_id: makes a name for each order, unique for ever; without it nothing is asked.

    Signals:
        asked: a command.
        done: an input was finished; the keys belong to the chart again.
        drafted: amount or share was changed.
    """

    asked = Signal(object)
    done = Signal()
    drafted = Signal()

    def __init__(
        self,
        settings: Settings,
        *,
        gate: Gate,
        new_order_id: Callable[[], OrderId] | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ticket")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self._settings, self._gate, self._new_order_id = settings, gate, new_order_id
        self._state = State()
        self.words = TicketWords()
        self.draft = Draft()
        self.band = ModeBand()
        self.cells = {
            name: Cell(caption, sample="888.888888", least="8.888888", points=10, mono=True)
            for name, caption in _CELLS
        }
        self.amount, self.share = AmountInput(settings), ShareInput()
        self.buttons = {
            OrderSide.BUY: OrderButton("BUY", "up"),
            OrderSide.SELL: OrderButton("SELL", "down"),
            OrderSide.SIDE_BET: OrderButton("SIDE BET", "past"),
        }
        self.odds = PlainLabel(elide=Qt.TextElideMode.ElideRight, role="caption")
        self.cash_out = CashOutEditor()
        self.hops = HopStrip()
        self.again = self._make_again()
        self._parts = self._group_parts()
        page = QFrame()
        page.setProperty("role", "strip")
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(6, 6, 6, 6)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._is_wide: bool | None = None
        self._place_parts(wide=False)
        self.setWidget(page)
        self._fit()
        self._connect()
        self._draft()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.amount.set_private(on=is_private())
        self.band.set_theme(theme)
        self.hops.set_theme(theme)
        for cell in self.cells.values():
            cell.set_theme(theme)
        for button in self.buttons.values():
            button.set_theme(theme)
        self._fit()

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show where `advance` leaves us."""
        self._state = advance.state
        self._say()
        self.cash_out.show_events(advance.events)

    def order(
        self,
        side: OrderSide,
        *,
        origin: Origin = Origin.HAND,
        share: int | None = None,
        confirmed: bool = False,
    ) -> bool:
        """Ask for an order of what is drafted; `share` [percent] sells another one than that.

        Returns:
            Whether there was anything to ask for.
        """
        draft = self.draft if share is None else replace(self.draft, share=share)
        return self._ask(draft, side, origin=origin, confirmed=confirmed)

    # --- how it is made

    def _group_parts(self) -> tuple[QWidget, QWidget, QWidget]:
        numbers, hands, desk = QWidget(), QWidget(), QWidget()
        grid = QGridLayout(numbers)
        grid.setSpacing(0)
        for place, cell in enumerate(self.cells.values()):
            grid.addWidget(cell, place // 2, place % 2)
        column = QVBoxLayout(hands)
        column.setSpacing(5)
        column.addWidget(self.amount)
        column.addWidget(self.buttons[OrderSide.BUY])
        column.addWidget(self.share)
        column.addWidget(self.buttons[OrderSide.SELL])
        column.addWidget(self.buttons[OrderSide.SIDE_BET])
        column.addWidget(self.odds)
        column.addStretch()
        below = QVBoxLayout(desk)
        below.setSpacing(5)
        below.addWidget(self.cash_out)
        last = QHBoxLayout()
        last.setSpacing(4)
        last.addWidget(self.hops, stretch=1)
        last.addWidget(self.again, alignment=Qt.AlignmentFlag.AlignTop)
        below.addLayout(last)
        below.addStretch()
        for layout in (grid, column, below):
            layout.setContentsMargins(0, 0, 0, 0)
        return numbers, hands, desk

    def _place_parts(self, *, wide: bool) -> None:
        """One column beside the chart, two below it."""
        if wide == self._is_wide:
            return
        self._is_wide = wide
        numbers, hands, desk = self._parts
        for part in (self.band, *self._parts):
            self._grid.removeWidget(part)
        if wide:
            self._grid.addWidget(self.band, 0, 0, 1, 2)
            self._grid.addWidget(hands, 1, 0, 2, 1)
            self._grid.addWidget(numbers, 1, 1)
            self._grid.addWidget(desk, 2, 1)
        else:
            for row, part in enumerate((self.band, numbers, hands, desk)):
                self._grid.addWidget(part, row, 0, 1, 2)
        self._grid.setRowStretch(2 if wide else 3, 1)
        self._grid.setRowStretch(3 if wide else 2, 0)

    def _fit(self) -> None:
        """Be as wide as what is in it must be; its height can be scrolled."""
        layout = self._grid
        layout.invalidate()  # letters may be larger now
        self.setMinimumSize(layout.minimumSize().width(), _LEAST_PX)

    def _make_again(self) -> QPushButton:
        button = QPushButton("Send anyway")
        button.setProperty("role", "small")
        button.setAccessibleName("Send the order that looked like a duplicate")
        button.setToolTip(tip("It was refused because the same order went just before."))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.installEventFilter(KeyKeeper(button, BUTTON_KEYS))
        button.hide()
        return button

    def _connect(self) -> None:
        self.amount.changed.connect(self._draft)
        self.share.changed.connect(self._draft)
        self.amount.done.connect(self.done)
        self.cash_out.asked.connect(self.asked)
        self.cash_out.done.connect(self.done)
        self.buttons[OrderSide.BUY].clicked.connect(self._buy)
        self.buttons[OrderSide.SELL].clicked.connect(self._sell)
        self.buttons[OrderSide.SIDE_BET].clicked.connect(self._bet)
        self.again.clicked.connect(self._send_again)

    # --- what happens

    @Slot()
    def _draft(self) -> None:
        entered = self.amount.entered
        self.draft = Draft(amount=entered.value, reason=entered.reason, share=self.share.percent)
        self._say()
        self.drafted.emit()

    def _say(self) -> None:
        state = self._state
        self.words = words = read_ticket(state, self.draft, self._gate)
        arming = read_arming(state, self._settings.trading, None)
        trading = state.trading()
        self.amount.set_cash(None if trading is None else trading.account.cash)
        self.band.say(words.badge, arming.state)
        for name, cell in self.cells.items():
            cell.say(getattr(words, name))
        self.buttons[OrderSide.BUY].say(words.buy)
        self.buttons[OrderSide.SELL].say(words.sell)
        self.buttons[OrderSide.SIDE_BET].say(words.side_bet)
        self.odds.say(words.bet.text)
        self.cash_out.show_state(state)
        last = read_last_order(state)
        self.hops.say(last)
        self.again.setVisible(last is not None and last.again)

    @Slot()
    def _buy(self) -> None:
        self.order(OrderSide.BUY)

    @Slot()
    def _sell(self) -> None:
        self.order(OrderSide.SELL)

    @Slot()
    def _bet(self) -> None:
        self.order(OrderSide.SIDE_BET)

    @Slot()
    def _send_again(self) -> None:
        """The very order that was refused, under a new name."""
        last = self.hops.order
        if last is None or not last.again:
            return
        asked = last.order.request
        draft = Draft(amount=asked.amount, share=asked.share or 100)
        self._ask(draft, asked.side, origin=Origin.HAND, confirmed=True)

    def _ask(self, draft: Draft, side: OrderSide, *, origin: Origin, confirmed: bool) -> bool:
        if self._new_order_id is None:
            return False
        wish = order_of(
            self._state, draft, side, key=self._new_order_id(), origin=origin, confirmed=confirmed
        )
        if wish is not None:
            self.asked.emit(wish)
        return wish is not None

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._place_parts(wide=self.width() >= _WIDE_PX)
