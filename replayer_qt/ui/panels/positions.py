"""What is held, what it is worth now, and what the rug could take of it."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from replayer_qt.core.commands import Command, GoTo
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.position_rows import Position, positions, positions_of, unrealised
from replayer_qt.ui.panels.bet_bar import BetBar, countdown
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.linked_table import LinkedTable, Verb
from replayer_qt.ui.status import Word
from replayer_qt.ui.theme import Theme

NOT_TRADED: Final = "No account here: connect to a venue, or open a recording."

_CELLS: Final = (
    ("pnl", "open P&L"),
    ("units", "units"),
    ("average", "average"),
    ("price", "price"),
    ("value", "value"),
    ("risk", "at risk"),
    ("cash", "cash"),
    ("session", "session"),
    ("day", "today"),
    ("equity", "equity"),
)
_ACROSS: Final = 5


class PositionsPanel(QWidget):
    """The account of the market looked at, large; below it every market's.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = positions()
        self.cells = {name: _cell(caption) for name, caption in _CELLS}
        self.bet = BetBar()
        self.table = LinkedTable(
            "Positions",
            self.rows,
            [Verb(text="&Go to its first buy", wish=_first_buy)],
            empty=NOT_TRADED,
        )
        self.table.asked.connect(self.asked)
        grid = QGridLayout()
        grid.setSpacing(0)
        for number, cell in enumerate(self.cells.values()):
            cell.say(Word(text=fmt.NOTHING, colour="muted"))
            grid.addWidget(cell, *divmod(number, _ACROSS))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(grid)
        layout.addWidget(self.bet)
        layout.addWidget(self.table, stretch=1)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.rows.set_colours(asdict(theme))
        self.bet.set_theme(theme)
        for cell in self.cells.values():
            cell.set_theme(theme)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Value everything at the frame's prices."""
        state = advance.state
        told = positions_of(state)
        self.rows.set_rows(told)
        shown = next((one for one in told if one.stream == state.shown), None)
        for name, word in _words(shown).items():
            self.cells[name].say(word)
        self.bet.say(
            countdown(None, -1) if shown is None else countdown(shown.account.bet, shown.tick)
        )


def _cell(caption: str) -> Cell:
    return Cell(
        caption,
        sample="+8,888.888888",
        least="+8.888888",
        points=10,
        mono=True,
        elide=Qt.TextElideMode.ElideRight,
    )


def _first_buy(_shown: StreamId | None, row: Position) -> Command | None:
    account = row.account
    if account.round_id is None or account.since < 0:
        return None
    return GoTo(stream=row.stream, round_id=account.round_id, tick=account.since)


def _words(row: Position | None) -> dict[str, Word]:
    if row is None or not row.account.opened:
        return {name: Word(text=fmt.NOTHING, colour="muted", tip=NOT_TRADED) for name, _ in _CELLS}
    account, worth, holding = row.account, row.valuation, row.account.holding
    results = {"pnl": unrealised(row), "session": worth.result, "day": worth.day_result}
    amounts = {
        "units": (holding.quantity or None, "units held"),
        "value": (worth.value or None, "SOL a sale of all would bring now"),
        "risk": (account.at_risk, "SOL that the rug could take of what was paid"),
        "cash": (account.cash, "SOL of free money"),
        "equity": (worth.equity, "SOL: cash, holding and open stake"),
    }
    prices = {"average": holding.average or None, "price": row.price}
    made = {
        name: Word(text=fmt.sol(value), tip=f"{fmt.exact(value)} {what}")
        for name, (value, what) in amounts.items()
    }
    made |= {
        name: Word(
            text=fmt.signed_sol(value),
            colour=fmt.sign_colour(value) or "text",
            tip=f"{fmt.exact(value)} SOL, {_RESULTS[name]}",
        )
        for name, value in results.items()
    }
    made |= {
        name: Word(text=fmt.price(None if value is None else float(value)), tip=fmt.multiple(value))
        for name, value in prices.items()
    }
    return made


_RESULTS: Final = {
    "pnl": "value less cost, not certain before it is sold",
    "session": "realised since the session began, and open",
    "day": "realised in this UTC day, and open",
}
