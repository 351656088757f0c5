"""The table of rounds: a hundred thousand rows, of which only those in sight are known."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QByteArray,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QSize,
    Qt,
    QTimer,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import QDrag, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from replayer_qt.core.library import RoundQuery, SortBy
from replayer_qt.ui.lettering import factor, scaled
from replayer_qt.ui.library.painting import RoundPainter
from replayer_qt.ui.models.library_rows import PAGE, LibraryRows
from replayer_qt.ui.theme import Theme

DRAGGED_MOST: Final = 500
"""Files that are dragged out at once."""
CHECKED_MOST: Final = 1_000
"""Selected rounds that are read again to learn whether their numbers still mean them."""
RUNS_KEPT: Final = 300
"""A selection in more pieces than these is let go when the rows change."""

_ROW_PX: Final = 26
_LOOK_MS: Final = 20
_PREPARED: Final = 4
_PAD_PX: Final = 14
_HIDDEN_AT_FIRST: Final = frozenset({"volatility", "volume"})
_FIRST_DOWN: Final = frozenset(SortBy) - {SortBy.ROUND, SortBy.QUALITY, SortBy.FAIRNESS}
"""Sorted from the largest at the first click."""

_REPLACE: Final = QItemSelectionModel.SelectionFlag.ClearAndSelect


class RoundsTable(QTableView):
    """Shows rounds by their numbers; selection and place survive other answers.

    Signals:
        sorting: a sort [SortBy] and whether it is descending, asked for by a header.
        pointed: the number of the current round; 0 for none.
        picked: other rounds are selected.
        let_go: so many rounds [int] are selected no more: they lie in too many pieces.
    """

    sorting = Signal(object, bool)
    pointed = Signal(int)
    picked = Signal()
    let_go = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Rounds")
        self.setObjectName("library-rounds")
        self.rows = LibraryRows(self)
        self._sort = (SortBy.BEGUN, True)
        self._painter = RoundPainter(self.rows, self)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._left: range = range(0)
        self._preparing = QTimer(self)
        self._preparing.setInterval(0)
        self._preparing.timeout.connect(self._prepare)
        self.setModel(self.rows)
        self.setItemDelegate(self._painter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumSize(160, 90)
        self._set_up_headers()
        self.verticalScrollBar().valueChanged.connect(self._look_soon)
        self.verticalScrollBar().rangeChanged.connect(self._look_soon)
        self.rows.dataChanged.connect(self._look_soon)
        self.rows.renumbered.connect(self._let_all_go)
        self.selectionModel().currentRowChanged.connect(self._point)
        self.selectionModel().selectionChanged.connect(self._tell_picked)

    def _set_up_headers(self) -> None:
        down = self.verticalHeader()
        down.setVisible(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across = self.horizontalHeader()
        across.setAccessibleName("Rounds: columns")
        across.setHighlightSections(False)
        across.setSectionsMovable(True)
        across.setSectionsClickable(True)
        across.setMinimumSectionSize(24)
        across.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # it would ask for the flags of every selected row, for each column, again and again
        across.setSelectionModel(QItemSelectionModel(self.rows, across))
        across.sectionClicked.connect(self._click_header)
        self._letters = factor()
        self._fit_rows()
        self.put_columns_back()

    def _fit_rows(self) -> None:
        down = self.verticalHeader()
        down.setMinimumSectionSize(scaled(_ROW_PX))
        down.setDefaultSectionSize(scaled(_ROW_PX))

    def _letter(self) -> None:
        """Give rows and columns the room that letters of the chosen size need."""
        before, self._letters = self._letters, factor()
        if before == self._letters:
            return
        self._fit_rows()
        across = self.horizontalHeader()
        for place in range(across.count()):
            wide = (across.sectionSize(place) - _PAD_PX) * self._letters / before
            across.resizeSection(place, round(wide) + _PAD_PX)

    # --- what is shown

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._painter.set_theme(theme)
        self._letter()
        self.rows.forget_words()
        self.viewport().update()

    def show_ids(self, ids: Sequence[int], *, stay: bool, catalogue: str = "") -> None:
        """Show other rounds; those that were selected stay so, as far as they are there.

        Args:
            ids: their numbers, as sorted.
            stay: whether what is in sight shall stay there; else the table begins at its top.
            catalogue: the name of the one that gave the numbers; of another one nothing stays.
        """
        if self.rows.catalogue not in {"", catalogue}:
            self.rows.show_ids(ids, catalogue)
            self.scrollToTop()
            self._look()
            return
        picked, current = self.picked_ids(), self.current_id()
        top = self.rowAt(0)
        bar = self.verticalScrollBar()
        anchor = int(self.rows.ids[top]) if stay and top >= 0 and bar.value() > 0 else 0
        self.rows.show_ids(ids, catalogue)
        self._pick(picked)
        if current:
            self._stand_on(self.rows.place_of(current))
        at = self.rows.place_of(anchor) if anchor else -1
        if at >= 0:
            bar.setValue(at)  # it counts rows
        elif not stay:
            self.scrollToTop()
        if stay and len(picked):
            self.rows.check(picked[:CHECKED_MOST].tolist())
        self._look()
        self.picked.emit()

    def show_sort(self, sort: SortBy, descending: bool) -> None:  # noqa: FBT001  # as signalled
        """Mark the column that the rounds are sorted by."""
        self._sort = (sort, descending)
        self.rows.show_sort(sort, descending=descending)

    def sort_by(self, sort: SortBy) -> None:
        """Ask for another order; the same column again turns it round."""
        before, descending = self._sort
        self.sorting.emit(sort, not descending if sort is before else sort in _FIRST_DOWN)

    def show_query(self, query: RoundQuery) -> None:
        """Mark how the rounds of a query are sorted."""
        self.show_sort(query.sort, query.descending)

    # --- what is selected

    def picked_count(self) -> int:
        """Return how many rounds are selected."""
        return sum(run.height() for run in self._runs())

    def picked_ids(self) -> NDArray[np.int64]:
        """Return the numbers of the selected rounds, in the order of the table."""
        runs = sorted((run.top(), run.bottom()) for run in self._runs())
        ids = self.rows.ids
        parts = [ids[top : bottom + 1] for top, bottom in runs]
        return np.concatenate(parts) if parts else ids[:0]

    def current_id(self) -> int:
        """Return the number of the current round; 0 for none."""
        row = self.currentIndex().row()
        return int(self.rows.ids[row]) if 0 <= row < len(self.rows.ids) else 0

    def invert(self) -> None:
        """Select what is not selected, and nothing else."""
        mask = np.ones(len(self.rows.ids), dtype=bool)
        for run in self._runs():
            mask[run.top() : run.bottom() + 1] = False
        self._pick(self.rows.ids[mask])

    def pick(self, ids: Sequence[int]) -> None:
        """Select the rounds of these numbers, as far as they are shown."""
        self._pick(np.asarray(ids, dtype=np.int64))

    def _runs(self) -> list[QItemSelectionRange]:
        chosen = self.selectionModel().selection()
        return [chosen.at(number) for number in range(chosen.count())]

    def _pick(self, ids: NDArray[np.int64] | Sequence[int]) -> None:
        places = np.flatnonzero(np.isin(self.rows.ids, ids)) if len(ids) else np.empty(0, int)
        cuts = np.flatnonzero(np.diff(places) > 1) + 1
        runs = np.split(places, cuts) if len(places) else []
        if len(runs) > RUNS_KEPT:  # Qt takes longer for each piece the more there are
            self.let_go.emit(len(places))
            runs = []
        wanted, last = QItemSelection(), len(self.rows.columns) - 1
        for run in runs:
            upper = self.rows.index(int(run[0]), 0)
            wanted.select(upper, self.rows.index(int(run[-1]), last))
        self.selectionModel().select(wanted, _REPLACE)

    @Slot()
    def _let_all_go(self) -> None:
        self.selectionModel().clear()
        self._look_soon()

    def _stand_on(self, row: int) -> None:
        index = self.rows.index(row, max(0, self.currentIndex().column()))
        if row >= 0:
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    # --- columns

    def put_columns_back(self) -> None:
        """Show the columns as at first."""
        across = self.horizontalHeader()
        digit = self.fontMetrics().horizontalAdvance("0")
        letters = across.fontMetrics()
        for place, column in enumerate(self.rows.columns):
            across.moveSection(across.visualIndex(place), place)
            title = letters.horizontalAdvance(column.title) + _PAD_PX + 14
            least = title if len(column.title) > 1 else 0
            across.resizeSection(place, max(digit * column.chars + _PAD_PX, least))
            across.setSectionHidden(place, column.name in _HIDDEN_AT_FIRST)

    def columns_state(self) -> QByteArray:
        """Return which columns are shown where, to be kept."""
        return self.horizontalHeader().saveState()

    def restore_columns(self, state: QByteArray) -> None:
        """Show the columns as they were kept; what makes no sense changes nothing."""
        before = self.horizontalHeader().saveState()
        good = self.horizontalHeader().restoreState(state)
        if not good or self.horizontalHeader().count() != len(self.rows.columns):
            self.horizontalHeader().restoreState(before)

    # --- dragging out

    def dragged(self) -> QMimeData:
        """Return the files of the selected rounds, as far as they are known, for a drop."""
        paths: dict[str, None] = {}
        for number in self.picked_ids()[:DRAGGED_MOST].tolist():
            row = self.rows.known(number)
            if row is not None:
                paths[row.file.path] = None
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in paths])
        return data

    # --- small things

    @Slot(int)
    def _click_header(self, place: int) -> None:
        sort = self.rows.columns[place].sort
        if sort is not None:
            self.sort_by(sort)

    @Slot()
    def _look_soon(self) -> None:
        if not self._looking.isActive():
            self._looking.start()

    @Slot()
    def _look(self) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        count = len(self.rows.ids)
        if count and first >= 0:
            last = count - 1 if last < 0 else last
            self.rows.look_at(first, last)
            self._left = range(max(0, first - PAGE), min(count, last + PAGE))
            self._preparing.start()

    @Slot()
    def _prepare(self) -> None:
        """Make a few rows ready, while nothing else happens."""
        now, self._left = self._left[:_PREPARED], self._left[_PREPARED:]
        if not now:
            self._preparing.stop()
            return
        hidden = self.isColumnHidden
        sizes = [
            QSize() if hidden(place) else QSize(self.columnWidth(place), scaled(_ROW_PX))
            for place in range(len(self.rows.columns))
        ]
        for number in now:
            if number < len(self.rows.ids):
                self._painter.prepare(number, sizes, self)

    @Slot()
    def _point(self) -> None:
        self.pointed.emit(self.current_id())

    @Slot()
    def _tell_picked(self) -> None:
        self.picked.emit()

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._look_soon()

    def moveCursor(  # noqa: D102, N802
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        actions = QAbstractItemView.CursorAction
        ends = {actions.MoveHome: 0, actions.MoveEnd: len(self.rows.ids) - 1}
        if action in ends and len(self.rows.ids):  # Qt would go to the ends of the row
            return self.rows.index(ends[action], max(0, self.currentIndex().column()))
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:  # noqa: D102, N802
        del search  # Qt would look through every row, of which hardly any is known

    def startDrag(self, _actions: Qt.DropAction) -> None:  # noqa: D102, N802
        data = self.dragged()
        if data.hasUrls():
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)
