"""A trader's diary: every closed trade with a note and tags of one's own."""

from collections import OrderedDict
from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from replayer_qt.core.account import Closed
from replayer_qt.core.commands import Command, GoTo
from replayer_qt.core.order_events import TradeNoted
from replayer_qt.core.state import Advance
from replayer_qt.core.trade_commands import NoteTrade
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.trade_rows import Noted, journal
from replayer_qt.ui.panels.linked_table import LinkedTable, Verb
from replayer_qt.ui.panels.open_orders import small_button
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.plain import KeptLine, SearchLine, bare, fill
from replayer_qt.ui.theme import Theme

NO_TRADES: Final = "No closed trades in this session yet."
NONE_FOUND: Final = "No trade has these words in its note or tags."

_NOTES_KEPT: Final = 10_000
_NOTE_LONG: Final = 1_000
_TAGS_LONG: Final = 120
_TAGS_MOST: Final = 12


class JournalPanel(QWidget):
    """A table of closed trades; note and tags of the chosen one are written below it.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = journal()
        self._closed: tuple[Closed, ...] = ()
        self._notes: OrderedDict[str, TradeNoted] = OrderedDict()  # bounded by _fold
        self._edited: str | None = None
        self.table = LinkedTable(
            "Journal", self.rows, [Verb(text="&Go to its end", wish=_place)], empty=NOT_TRADED
        )
        self.table.asked.connect(self.asked)
        self.table.pointed.connect(self._edit)
        self.filter = SearchLine("Filter trades by note or tag", "Find…")
        self.filter.textChanged.connect(self._show_rows)
        self.tags = _line("Tags of the chosen trade", "tags, …", _TAGS_LONG)
        self.note = _line("Note of the chosen trade", "what you saw, what you learned", _NOTE_LONG)
        self.save = small_button("Save note", "Keep note and tags with this trade (Enter).")
        self.save.clicked.connect(self._save)
        for line in (self.tags, self.note):
            line.returnPressed.connect(self._save)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 2)
        foot.addWidget(self.filter, stretch=2)
        foot.addWidget(self.tags, stretch=2)
        foot.addWidget(self.note, stretch=4)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.table, stretch=1)
        layout.addLayout(foot)
        self._edit()

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self.rows.set_colours(asdict(theme))

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show the closed trades of the market that is looked at, with what was written to them."""
        noted = [event for event in advance.events if isinstance(event, TradeNoted)]
        for event in noted:
            self._fold(event)
        trading = advance.state.trading()
        closed = () if trading is None else trading.account.closed
        changed = closed is not self._closed
        self.table.stream, self._closed = advance.state.shown, closed
        if trading is None:
            self.table.say_empty(NOT_TRADED)
        else:
            self.table.say_empty(NONE_FOUND if self.filter.text() else NO_TRADES)
        if changed or noted:
            self._show_rows()

    def choose(self, trade_id: str | None) -> bool:
        """Choose a trade, unless a person is writing to another; return whether it was."""
        return not self._is_written_to() and self.table.choose(trade_id)

    def _fold(self, event: TradeNoted) -> None:
        self._notes[event.trade_id] = event
        self._notes.move_to_end(event.trade_id)
        if len(self._notes) > _NOTES_KEPT:
            self._notes.popitem(last=False)

    def _noted(self, closed: Closed) -> Noted:
        known = self._notes.get(closed.trade_id)
        if known is None:
            return Noted(closed=closed)
        return Noted(closed=closed, note=known.note, tags=known.tags)

    @Slot()
    def _show_rows(self) -> None:
        words = self.filter.text().casefold().split()
        rows = [self._noted(closed) for closed in self._closed]
        self.rows.set_rows([row for row in rows if _has(row, words)] if words else rows)
        if self.filter.text() and self._closed:
            self.table.say_empty(NONE_FOUND)
        self._edit()

    @Slot()
    def _edit(self) -> None:
        """Put the chosen trade's words into the inputs, unless a person is writing to it."""
        row = self.table.current()
        chosen = row.closed.trade_id if isinstance(row, Noted) else None
        for part in (self.tags, self.note, self.save):
            part.setEnabled(chosen is not None)
        if chosen == self._edited and self._is_written_to():
            return
        self._edited = chosen
        fill(self.tags, "" if chosen is None else ", ".join(row.tags), _TAGS_LONG)
        fill(self.note, "" if chosen is None else row.note, _NOTE_LONG)
        self.note.setCursorPosition(0)
        for line in (self.tags, self.note):
            line.setModified(False)

    def _is_written_to(self) -> bool:
        return self.tags.isModified() or self.note.isModified()

    @Slot()
    def _save(self) -> None:
        if self._edited is None:
            return
        for line in (self.tags, self.note):
            line.setModified(False)
        self.asked.emit(
            NoteTrade(
                trade_id=self._edited,
                note=bare(self.note.text(), _NOTE_LONG),
                tags=tags_of(self.tags.text()),
            )
        )


def _place(stream: StreamId | None, row: Noted) -> Command | None:
    if stream is None:
        return None
    return GoTo(stream=stream, round_id=row.closed.round_id, tick=row.closed.tick)


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags that a person typed: parted by commas, each once, twelve at most.

    >>> tags_of(" late, FOMO ,late,, ")
    ('late', 'FOMO')
    """
    found = (bare(part, _TAGS_LONG) for part in text.split(","))
    return tuple(dict.fromkeys(part for part in found if part))[:_TAGS_MOST]


def _has(row: Noted, words: list[str]) -> bool:
    text = " ".join((*row.tags, row.note)).casefold()
    return all(word in text for word in words)


def _line(what: str, hint: str, longest: int) -> KeptLine:
    made = KeptLine(longest)
    made.setAccessibleName(what)
    made.setPlaceholderText(hint)
    return made
