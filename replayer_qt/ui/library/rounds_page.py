"""The page of rounds: one query in three views, the table of its answer, the chosen round."""

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library import RoundQuery, SortBy
from replayer_qt.core.library_answers import (
    Answer,
    Marked,
    PlaylistSaved,
    Renumbered,
    RoundsFound,
    RowsRead,
    SearchesRead,
)
from replayer_qt.core.library_language import parse_query, query_text
from replayer_qt.core.library_requests import ReadRows, ReadSearches, Rebuild, Refresh
from replayer_qt.ui import fmt
from replayer_qt.ui.library.asking import Asking
from replayer_qt.ui.library.deeds import Deeds
from replayer_qt.ui.library.dialogs import ConfirmDialog
from replayer_qt.ui.library.filter_pane import FilterPane
from replayer_qt.ui.library.gathering import Gathering
from replayer_qt.ui.library.page_bar import PageBar
from replayer_qt.ui.library.preview import Preview
from replayer_qt.ui.library.query_fields import cleared, is_narrow
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.rounds_table import RoundsTable
from replayer_qt.ui.library.row_actions import RowActions
from replayer_qt.ui.library.state_pane import Lack, StatePane
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.plain import PlainLabel
from replayer_qt.ui.theme import Theme

_NARROW_PX: Final = 960
_PREVIEW_PX: Final = 190
_PANE_PX: Final = 240
_REBUILT: Final = (
    "Every file is read again; that may take some minutes for many.",
    "Nothing is lost: the catalogue is only a cache. Tags, notes and bookmarks stay.",
)


class RoundsPage(QWidget):
    """Asks for rounds and shows them; the search box, the fields and the header are one query.

    Attributes:
        query: what is asked for.

    Signals:
        asked: a command for the main window.
        studied: the query [RoundQuery] and the numbers [tuple of int] of rounds to be studied;
            without numbers all that the query means.
        files_wanted: files shall be chosen for an import.
        folder_wanted: a folder shall be chosen for an import.
    """

    asked = Signal(object)
    studied = Signal(object, object)
    files_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self.query = RoundQuery()
        self.found: RoundsFound | None = None
        self._asking = Asking(questions, lambda: self.query, self)
        self._reading: set[int] = set()  # bounded by what the table asks for at once
        self._pane_chosen = self._brings = self._to_first = False
        self.bar = PageBar(questions)
        self.table = RoundsTable()
        self.pane = FilterPane()
        self.preview = Preview(questions)
        self.lack = StatePane()
        self.actions_ = RowActions(self.table)
        self.gathering = Gathering(questions, self.table.rows.known, self)
        self.deeds = Deeds(self.table, questions, self.gathering, self)
        self.count = PlainLabel(role="muted")
        self.note = PlainLabel(role="muted", elide=Qt.TextElideMode.ElideRight)
        self._lay_out()
        self._connect()

    @property
    def catalogue(self) -> str:
        """The name of the catalogue whose rounds are shown; empty before there are any."""
        return self.table.rows.catalogue

    # --- what comes in

    def start(self) -> None:
        """Ask for the rounds, the saved searches and the tags in use."""
        self._asking.now()
        self._questions.ask_anew(ReadSearches())

    def refresh(self) -> None:
        """Ask again; what is in sight and selected stays."""
        self._asking.stays = True
        self._asking.now()
        self._questions.ask_anew(ReadSearches())

    def show_bringing(self, *, brings: bool) -> None:
        """Know whether a job brings rounds; while one does, it is asked again now and then."""
        self._brings = brings
        if self.lack.lack in {Lack.EMPTY, Lack.COMING}:
            self.lack.show_lack(Lack.COMING if brings else Lack.EMPTY)

    def show_more_came(self) -> None:
        """Know that a job brought something: it is asked again soon, once for all that came."""
        if self.isVisible():
            self._asking.more()

    def show_answer(self, answer: Answer) -> bool:
        """Take in an answer; True if it was waited for here."""
        self.gathering.show_answer(answer)
        self.preview.show_answer(answer)
        if isinstance(answer, Renumbered):
            self._reading.discard(answer.ticket)
            self.refresh()
            self.say(answer.problem)
            return True
        if self._asking.take(answer):
            self._show_found(answer)
            return True
        if answer.ticket in self._reading:
            self._reading.discard(answer.ticket)
            if isinstance(answer, RowsRead):
                self._show_rows(answer)
            return not answer.problem
        match answer:
            case SearchesRead(problem=""):
                self._show_searches(answer)
            case Marked(problem=""):
                self.table.rows.renew(answer.rows)
                self._show_current()
                self._questions.ask_anew(ReadSearches())
                self._asking.stays = True
                self._asking.soon()
            case PlaylistSaved(problem="", rounds=rounds, path=path):
                self.say(f"Saved a playlist of {rounds:,} rounds: {fmt.file_name(path)}")
            case _:
                return False
        return True

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours, and show amounts as they may be seen now."""
        self.table.set_theme(theme)
        self.preview.set_theme(theme)
        self.pane.redress()
        self.bar.search.cover_money()
        self._show_current()

    @Slot(str)
    def say(self, text: str) -> None:
        """Show one line of news."""
        self.note.say(text)

    def set_query(self, query: RoundQuery, *, at_once: bool = False) -> None:
        """Ask for another query, and show it everywhere."""
        self._show_query(query)
        self.pane.show_query(query)
        self.bar.search.show_text(query_text(query))
        self._show_problem("")
        self._ask_soon(at_once=at_once)

    # --- the query

    @Slot(str)
    def _read_search(self, text: str) -> None:
        parsed = parse_query(text)
        self._show_query(parsed.query)
        self.pane.show_query(parsed.query)
        self._show_problem("; ".join(parsed.problems))
        self._ask_soon()

    @Slot(object)
    def _read_pane(self, query: RoundQuery) -> None:
        self._show_query(query)
        self.bar.search.show_text(query_text(query))
        self._show_problem("")
        self._ask_soon()

    @Slot(object, bool)
    def _sort(self, sort: SortBy, descending: bool) -> None:  # noqa: FBT001  # as signalled
        self.set_query(replace(self.query, sort=sort, descending=descending), at_once=True)

    def _show_query(self, query: RoundQuery) -> None:
        self.query = query
        self.table.show_query(query)
        self.bar.saved.show_query(query)

    def _show_problem(self, text: str) -> None:
        mark_bad(self.bar.search, bad=bool(text))
        self.problem.say(f"▲ {text}" if text else "")
        self.problem.setVisible(bool(text))

    def _ask_soon(self, *, at_once: bool = False) -> None:
        self._asking.stays = self._to_first = False
        self.note.say("")
        if at_once:
            self._asking.now()
        else:
            self._asking.soon()

    @Slot()
    def clear_filters(self) -> None:
        """Leave nothing out."""
        self.set_query(cleared(self.query), at_once=True)

    @Slot()
    def look_for_new(self) -> None:
        """Have every folder looked through for new recordings."""
        self._questions.want(Refresh(everywhere=True))

    @Slot()
    def _ask_rebuild(self) -> None:
        dialog = ConfirmDialog("Make the catalogue anew", _REBUILT, "Make anew", self)
        dialog.confirmed.connect(self._rebuild)
        dialog.open()

    @Slot()
    def _rebuild(self) -> None:
        self._questions.want(Rebuild())

    # --- answers

    def _show_found(self, answer: Answer) -> None:
        if not isinstance(answer, RoundsFound) or answer.problem:
            self.lack.show_lack(Lack.ERROR, answer.problem)
            self.stack.setCurrentWidget(self.lack)
            self.count.say("")
            return
        self.found = answer
        stays = self._asking.stays
        self.table.show_ids(answer.ids, stay=stays, catalogue=answer.catalogue)
        self._asking.stays = False
        shown, total = len(answer.ids), answer.total
        self.count.say(f"{shown:,} of {total:,} rounds in {answer.took_ms:.0f} ms")
        if shown:
            self.stack.setCurrentWidget(self.table)
            self._pick_first()
        else:
            narrow = is_narrow(self.query) or total > 0
            none = Lack.COMING if self._brings else Lack.EMPTY
            self.lack.show_lack(Lack.NO_MATCH if narrow else none)
            self.stack.setCurrentWidget(self.lack)
        self._show_current()

    def _show_rows(self, answer: RowsRead) -> None:
        self.table.rows.put(answer.rows)
        self._show_current()

    def _show_searches(self, answer: SearchesRead) -> None:
        tags = [tag for tag, _ in answer.tags]
        self.bar.saved.show_searches(answer.searches)
        self.bar.search.show_tags(tags)
        self.pane.show_tags(answer.tags)
        self.deeds.show_tags(tags)

    @Slot()
    def _show_current(self) -> None:
        number = self.table.current_id()
        self.preview.show_round(number, self.table.rows.known(number), self.catalogue)

    @Slot()
    def _count_picked(self) -> None:
        picked = self.table.picked_count()
        self.actions_.show_count(picked, len(self.table.rows.ids))
        self.selected.say(f"{picked:,} selected" if picked > 1 else "")

    @Slot(int)
    def _tell_let_go(self, count: int) -> None:
        self.say(f"{count:,} rounds are selected no more: they lie too far apart in this order.")

    @Slot()
    def _tell_renumbered(self) -> None:
        self.gathering.cancel()
        self.say("The catalogue was made anew: nothing is selected any more.")

    @Slot(object)
    def _read_rows(self, ids: tuple[int, ...]) -> None:
        ticket = self._questions.ticket()
        self._reading = {ticket, *sorted(self._reading)[-8:]}
        self._questions.ask(ReadRows(ticket=ticket, ids=ids, catalogue=self.catalogue))

    @Slot(object)
    def _study(self, ids: tuple[int, ...]) -> None:
        self.studied.emit(self.query, ids)

    # --- how it is made

    def _lay_out(self) -> None:
        self.problem = PlainLabel(role="muted", elide=Qt.TextElideMode.ElideRight)
        self.problem.hide()
        self.selected = PlainLabel(role="muted")
        line = QHBoxLayout()
        line.setContentsMargins(10, 0, 10, 4)
        line.setSpacing(14)
        line.addWidget(self.count)
        line.addWidget(self.selected)
        line.addWidget(self.note, stretch=1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.lack)
        self.stack.setCurrentWidget(self.lack)
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.stack)
        self.down.addWidget(self.preview)
        self.down.setSizes([400, _PREVIEW_PX])
        self.down.setStretchFactor(0, 1)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(self.pane)
        self.across.addWidget(self.down)
        self.across.setSizes([_PANE_PX, 1_000])
        self.across.setStretchFactor(1, 1)
        self.across.setChildrenCollapsible(False)
        self.down.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 0)
        row.addWidget(self.problem)
        column.addLayout(row)
        column.addLayout(line)
        column.addWidget(self.across, stretch=1)

    def _connect(self) -> None:
        bar, table = self.bar, self.table
        bar.take_table(table, self.actions_.menu)
        bar.search.meant.connect(self._read_search)
        bar.search.left_down.connect(self._to_table)
        bar.saved.chosen.connect(self.set_query)
        bar.pane_wanted.connect(self._show_pane)
        bar.files_wanted.connect(self.files_wanted)
        bar.folder_wanted.connect(self.folder_wanted)
        bar.refresh_wanted.connect(self.look_for_new)
        bar.rebuild_wanted.connect(self._ask_rebuild)
        self.pane.changed.connect(self._read_pane)
        self.lack.files_wanted.connect(self.files_wanted)
        self.lack.folder_wanted.connect(self.folder_wanted)
        self.lack.clear_wanted.connect(self.clear_filters)
        self.lack.again_wanted.connect(self._asking.now)
        table.sorting.connect(self._sort)
        table.pointed.connect(self._show_current)
        table.picked.connect(self._count_picked)
        table.let_go.connect(self._tell_let_go)
        table.rows.renumbered.connect(self._tell_renumbered)
        table.rows.wanted.connect(self._read_rows)
        table.doubleClicked.connect(self.deeds.open)
        table.customContextMenuRequested.connect(self._pop_up)
        self.actions_.wanted.connect(self.deeds.do)
        self.deeds.asked.connect(self.asked)
        self.deeds.studied.connect(self._study)
        self.deeds.told.connect(self.say)
        self.gathering.told.connect(self.say)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, bar.search.setFocus)

    @Slot()
    def _to_table(self) -> None:
        self.table.setFocus()
        if self._asking.is_typed:
            self._asking.now()
        self._to_first = True
        if not self._asking.is_waiting:
            self._pick_first()

    def _pick_first(self) -> None:
        wanted, self._to_first = self._to_first, False
        if wanted and not self.table.picked_count() and len(self.table.rows.ids):
            self.table.selectRow(0)

    @Slot(object)
    def _pop_up(self, at: object) -> None:
        self.actions_.menu.popup(self.table.viewport().mapToGlobal(at))  # type: ignore[call-overload]

    @Slot(bool)
    def _show_pane(self, shown: bool) -> None:  # noqa: FBT001  # as signalled
        self._pane_chosen = True
        self.pane.setVisible(shown)

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if not self._pane_chosen:
            wide = self.width() >= _NARROW_PX
            self.pane.setVisible(wide)
            self.bar.show_pane_state(shown=wide)
