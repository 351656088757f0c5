"""How the session goes: the curve of its result, and the usual figures with their definitions."""

from decimal import Decimal
from functools import partial
from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from replayer_qt.core.account import Account, Closed
from replayer_qt.core.commands import GoTo
from replayer_qt.core.orders import Mode
from replayer_qt.core.state import Advance, MarketState
from replayer_qt.core.statistics import Statistics, curve, statistics_of
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.figure_rows import UNDEFINED, figure, figures, figures_of
from replayer_qt.ui.models.position_rows import price_now
from replayer_qt.ui.models.trade_rows import forced, kind_word
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.linked_table import LinkedTable
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.plain import PlainLabel
from replayer_qt.ui.plots.profit_curve import Mark, ProfitCurve
from replayer_qt.ui.status import Word
from replayer_qt.ui.theme import Theme

_TABLE_PX: Final = 232
_CELLS: Final = (
    ("result", "session", "+8.888888"),
    ("win_rate", "win rate", "88.8 %"),
    ("profit_factor", "profit factor", "88.88"),
    ("expectancy", "expectancy", "+8.888888"),
    ("max_drawdown", "max DD", "8.888888"),
    ("streak", "streak", "+8 lost"),
)


class StatisticsPanel(QWidget):
    """The most asked-for figures as cells, all of them as a table, the result as a curve.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, terms: str = "", parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            terms: what the results of a paper account rest on, in plain words.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.rows = figures()
        self.terms = PlainLabel(terms, role="muted", elide=Qt.TextElideMode.ElideRight)
        self.terms.setContentsMargins(6, 2, 6, 2)
        self.terms.hide()
        self._stream: StreamId | None = None
        self._account: Account | None = None
        self._is_curve_due = False
        self._seen: tuple[Decimal | None, int | None] = (None, None)
        self._told: Statistics | None = None
        self.cells = {
            name: Cell(caption, sample="+88.888888", least=least, points=9, mono=True)
            for name, caption, least in _CELLS
        }
        self.table = LinkedTable("Statistics", self.rows, [], empty=NOT_TRADED)
        self.table.scrolls = False
        self.curve = ProfitCurve()
        self.curve.chosen.connect(self._follow)
        top = QHBoxLayout()
        top.setSpacing(0)
        for cell in self.cells.values():
            top.addWidget(cell, stretch=1)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.table)
        both.addWidget(self.curve)
        both.setStretchFactor(1, 1)
        both.setSizes([_TABLE_PX, 1])
        both.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(both, stretch=1)
        layout.addWidget(self.terms)
        self._say(None)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.rows.set_colours(asdict(theme))
        self._seen = (None, -1)  # so that the next frame is said anew: money may be hidden now
        self._told = None
        self.curve.set_theme(theme)
        for cell in self.cells.values():
            cell.set_theme(theme)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the figures of the account that is looked at, at the frame's price."""
        state = advance.state
        trading, market = state.trading(), state.market()
        account = None if trading is None else trading.account
        self.terms.setVisible(trading is not None and trading.mode is Mode.PAPER)
        price = None if account is None else price_now(account, market)
        seen = None if account is None else rounds_seen(account, market)
        before, self._account, self._stream = self._account, account, state.shown
        if account is before and (price, seen) == self._seen:
            return
        self._seen = (price, seen)
        if account is None or before is None or account.closed is not before.closed:
            self._is_curve_due = True
            self._draw_curve()
        told = None if account is None else statistics_of(account, price, rounds_seen=seen)
        if told is None or told != self._told:  # without a position no price changes anything
            self._told = told
            self._say(told)

    def _draw_curve(self) -> None:
        """Draw it when it is seen: it is the one thing here that grows with the session."""
        if self._is_curve_due and self.isVisible():
            self._is_curve_due = False
            marks, start = _marks(self._account)
            closed = () if self._account is None else self._account.closed
            self.curve.show_marks(marks, start, partial(_described, closed))

    def _say(self, told: Statistics | None) -> None:
        self.rows.set_rows([] if told is None else list(figures_of(told))[::-1])
        for name, cell in self.cells.items():
            cell.say(_word(told, name))

    @Slot(int)
    def _follow(self, number: int) -> None:
        if self._account is not None and self._stream is not None:
            closed = self._account.closed[number]
            self.asked.emit(GoTo(stream=self._stream, round_id=closed.round_id, tick=closed.tick))

    # Qt's names from here on.

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._draw_curve()


def _described(closed: tuple[Closed, ...], number: int) -> str:
    one = closed[number]
    return f"{kind_word(one.kind, one.result + one.cost)} {fmt.signed_sol(one.result)}"


def rounds_seen(account: Account, market: MarketState | None) -> int | None:
    """Return how many rounds there were in the session; None before the first."""
    finished = 0 if market is None else market.finished
    return max(finished, account.round_count) or None


def _word(told: Statistics | None, name: str) -> Word:
    if told is None:
        return Word(text=fmt.NOTHING, colour="muted", tip=NOT_TRADED)
    shown = figure(told, name)
    colour = shown.colour or ("muted" if shown.text == UNDEFINED else "text")
    return Word(text=shown.text, colour=colour, tip=f"{shown.exact} - {shown.about}")


def _marks(account: Account | None) -> tuple[list[Mark], Decimal]:
    """The curve as results of the session, and where it begins."""
    if account is None or not account.closed:
        return [], Decimal(0)
    marks = [
        Mark(
            result=equity - account.session_opening,
            forced=forced(closed.kind) is not None,
        )
        for (_, equity), closed in zip(curve(account), account.closed, strict=True)
    ]
    return marks, marks[0].result - account.closed[0].result
