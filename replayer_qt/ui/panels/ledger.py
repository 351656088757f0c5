"""Every change of the cash, and the proof that they add up to it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import asdict
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from replayer_qt.core.account import Account, Entry, EntryKind
from replayer_qt.core.state import Advance
from replayer_qt.ui import fmt
from replayer_qt.ui.models.trade_rows import KINDS, ledger
from replayer_qt.ui.panels.fills import place
from replayer_qt.ui.panels.linked_table import LinkedTable, Verb
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.panels.table import CHOICE_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, tip
from replayer_qt.ui.theme import Theme

NO_ENTRIES: Final = "The ledger is empty: the account is not open yet."
NONE_OF_KIND: Final = "No entry of this kind."

_ALL: Final = "All entries"
_NO_ACCOUNT: Final = Account()
_NONE: Final = Decimal(0)


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger's last line says.

    Attributes:
        total: of the amounts that are shown [SOL].
        carried: the cash before the oldest entry that is kept [SOL].
        agrees: whether carried and all amounts make the cash, exactly.
    """

    count: int
    total: Decimal
    carried: Decimal
    cash: Decimal
    agrees: bool


def summed(account: Account, kind: EntryKind | None = None) -> Sum:
    """Return the sum over the entries of `kind` (None for all), and whether the ledger agrees."""
    entries = account.entries
    carried = entries[0].cash - entries[0].amount if entries else _NONE
    whole = sum((entry.amount for entry in entries), _NONE)
    shown = entries if kind is None else [one for one in entries if one.kind is kind]
    return Sum(
        count=len(shown),
        total=sum((entry.amount for entry in shown), _NONE),
        carried=carried,
        cash=account.cash,
        agrees=carried + whole == account.cash,
    )


class LedgerPanel(QWidget):
    """A table of entries with the running cash, a filter, and a sum that must equal the cash.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ledger()
        self._account = _NO_ACCOUNT
        self._kind: EntryKind | None = None
        self._traded = False
        self.table = LinkedTable(
            "Ledger", self.rows, [Verb(text="&Go to its tick", wish=place)], empty=NOT_TRADED
        )
        self.table.asked.connect(self.asked)
        self.filter = QComboBox()
        self.filter.setAccessibleName("Show entries of this kind only")
        self.filter.view().setAccessibleName("Kinds of entries")
        self.filter.addItem(_ALL, None)
        for kind, (words, _) in KINDS.items():
            self.filter.addItem(words, kind)
        self.filter.installEventFilter(KeyKeeper(self.filter, CHOICE_KEYS, letters=True))
        self.filter.currentIndexChanged.connect(self._keep_only)
        self.sum = PlainLabel(role="number")
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 2)
        foot.setSpacing(8)
        foot.addWidget(self.filter)
        foot.addWidget(self.sum, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.table, stretch=1)
        layout.addLayout(foot)
        self._say_sum()

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning, and say the sum as it may be seen."""
        self.rows.set_colours(asdict(theme))
        self._say_sum()

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the ledger of the market that is looked at."""
        trading = advance.state.trading()
        self.table.stream, self._traded = advance.state.shown, trading is not None
        account = _NO_ACCOUNT if trading is None else trading.account
        before, self._account = self._account, account
        self._say_empty()
        if account.entries is not before.entries or account.cash != before.cash:
            self._show_entries()

    @Slot()
    def _keep_only(self) -> None:
        chosen = self.filter.currentData()  # Qt gives back the enumeration's text
        self._kind = None if chosen is None else EntryKind(chosen)
        self._say_empty()
        self._show_entries()

    def _show_entries(self) -> None:
        self.rows.set_rows(self._kept(self._account.entries))
        self._say_sum()

    def _kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return entries if self._kind is None else [e for e in entries if e.kind is self._kind]

    def _say_empty(self) -> None:
        if not self._traded:
            self.table.say_empty(NOT_TRADED)
        else:
            self.table.say_empty(NO_ENTRIES if self._kind is None else NONE_OF_KIND)

    def _say_sum(self) -> None:
        told = summed(self._account, self._kind)
        if not self._account.opened and not told.count:
            self.sum.say("")
        elif not told.agrees:
            carried, cash = fmt.exact(told.carried), fmt.exact(told.cash)
            self.sum.say(f"✗ {carried} and the entries are not the cash {cash} SOL")
        elif self._kind is not None:
            self.sum.say(f"{told.count:,} entries: {fmt.signed_sol(told.total)} SOL")
        else:
            before = f"{fmt.exact(told.carried)} before, " if told.carried else ""
            self.sum.say(f"✓ {before}{told.count:,} entries = cash {fmt.exact(told.cash)} SOL")
        self.sum.setToolTip(
            tip(
                f"{fmt.exact(told.carried)} SOL before the first entry shown; the entries chosen"
                f" sum to {fmt.exact(told.total)} SOL; the cash is {fmt.exact(told.cash)} SOL."
            )
        )
