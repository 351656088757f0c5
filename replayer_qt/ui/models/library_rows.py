"""Rows of a library of any size: only numbers are kept of them all, words of those in sight."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from replayer_qt.core.library import LibraryRound, SortBy
from replayer_qt.ui import fmt
from replayer_qt.ui.models.library_columns import COLUMNS, RoundColumn
from replayer_qt.ui.plain import tip

Index = QModelIndex | QPersistentModelIndex

PAGE: Final = 64
"""Rows that are read at once, at least."""
ROWS_KEPT: Final = 2_048
"""Rows that are known at once; those that were looked at longest ago go."""
WAITING: Final = "…"
"""What a cell says until its row is known."""

_NO_FLAGS: Final = Qt.ItemFlag.NoItemFlags
_FLAGS: Final = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
)
_ROOT: Final = QModelIndex()
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LibraryRows(QAbstractTableModel):
    """All rounds of an answer by their numbers; what is in sight is read page by page.

    Attributes:
        catalogue: the name of the catalogue that gave the numbers.

    Signals:
        wanted: numbers [tuple of int] of rounds whose rows shall be read.
        renumbered: a number means another round than before: the catalogue was made anew, and
            nothing that was known by number holds.
    """

    wanted = Signal(object)
    renumbered = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[RoundColumn, ...] = COLUMNS
        self._ids: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._known: OrderedDict[int, tuple[LibraryRound, list[str]]] = OrderedDict()
        self._fresh: set[int] = set()  # bounded by _known
        self._asked: set[int] = set()  # bounded by what `look_at` asks for at once
        self._seen = (0, -1)
        self._sorted = (SortBy.BEGUN, True)
        self.catalogue = ""

    def show_sort(self, sort: SortBy, *, descending: bool) -> None:
        """Mark the column that the rows are sorted by."""
        if (sort, descending) != self._sorted:
            self._sorted = (sort, descending)
            last = len(self.columns) - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The numbers of all rounds, in the order of the rows."""
        return self._ids

    def show_ids(self, ids: Sequence[int], catalogue: str = "") -> None:
        """Show other rounds; what is known of them stays, and is read again when looked at.

        Args:
            ids: their numbers.
            catalogue: the name of the one that gave them; of another one nothing is known.
        """
        is_other = bool(self.catalogue) and catalogue != self.catalogue
        self.catalogue = catalogue
        if is_other:
            self._known.clear()
        made = np.asarray(ids, dtype=np.int64)
        made.flags.writeable = False
        self.beginResetModel()
        self._ids = made
        self._fresh.clear()
        self._asked.clear()
        self.endResetModel()
        if is_other:
            self.renumbered.emit()

    def put(self, rows: Iterable[LibraryRound]) -> None:
        """Know these rows, in place of what was known of them."""
        read = tuple(rows)
        is_other = any(self._is_other(row) for row in read)
        if is_other:
            self._known.clear()
            self._fresh.clear()
        for row in read:
            self._known[row.id] = (row, [])
            self._known.move_to_end(row.id)
            self._fresh.add(row.id)
            self._asked.discard(row.id)
        while len(self._known) > ROWS_KEPT:
            gone, _ = self._known.popitem(last=False)
            self._fresh.discard(gone)
        first, last = self._seen
        if last >= first and len(self._ids):
            last = min(last, len(self._ids) - 1)
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
        if is_other:
            self.renumbered.emit()

    def renew(self, rows: Iterable[LibraryRound]) -> None:
        """Know these rows as far as they are known already; there may be very many of them."""
        known = self._known
        self.put([row for row in rows if row.id in known])

    def check(self, ids: Iterable[int]) -> None:
        """Have what is known of these rounds read again, wherever they are in the table."""
        known = self._known
        wanted = tuple(one for one in ids if one in known)
        if wanted:
            self._asked.update(wanted)
            self.wanted.emit(wanted)

    def _is_other(self, row: LibraryRound) -> bool:
        before = self._known.get(row.id)
        if before is None:
            return False
        was, now = before[0].entry, row.entry
        return (was.round_id, was.stream) != (now.round_id, now.stream)

    def look_at(self, first: int, last: int) -> None:
        """Ask for what is not known of the rows from `first` to `last`, and a page around them."""
        self._seen = (max(first, 0), last)
        low = max(first - PAGE, 0) // PAGE * PAGE
        high = min((last + PAGE) // PAGE * PAGE + PAGE, len(self._ids))
        near = self._ids[low:high].tolist()
        ids = tuple(one for one in near if one not in self._fresh and one not in self._asked)
        if ids:
            self._asked = set(ids) | (self._asked & set(near))
            self.wanted.emit(ids)

    def row(self, number: int) -> LibraryRound | None:
        """Return the row at `number`, 0 being the uppermost; None while it is not known."""
        return self.known(int(self._ids[number])) if 0 <= number < len(self._ids) else None

    def known(self, number: int) -> LibraryRound | None:
        """Return what is known of the round of that number; None if nothing is."""
        found = self._known.get(number)
        return None if found is None else found[0]

    def words(self, number: int) -> list[str] | None:
        """Return the words of all cells of a row; None while it is not known."""
        found = self._known.get(int(self._ids[number]))
        if found is None:
            return None
        row, words = found
        if not words:
            words.extend(column.text(row) for column in self.columns)
        return words

    def forget_words(self) -> None:
        """Ask the columns for their words anew: money may be hidden by now, or shown."""
        for _, words in self._known.values():
            words.clear()

    def place_of(self, number: int) -> int:
        """Return the row of the round of that number; -1 if it is not shown."""
        found = np.flatnonzero(self._ids == number)
        return int(found[0]) if len(found) else -1

    # Qt's names from here on.

    def rowCount(self, parent: Index = _ROOT) -> int:
        # the collector may have emptied this object while Qt still asks it
        return 0 if parent.isValid() else len(getattr(self, "_ids", ()))

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(getattr(self, "columns", ()))

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else _NO_FLAGS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            words = self.words(index.row())
            return WAITING if words is None else words[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = self.words(index.row())
            told = "still being read" if words is None else words[index.column()] or fmt.NOTHING
            return f"{column.title}: {told}"
        if role == Qt.ItemDataRole.ToolTipRole:
            row = self.row(index.row())
            if row is None:
                return None
            told = column.text(row) if column.tip is None else column.tip(row)
            return tip(told) if told else None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        sort, descending = self._sorted
        if role == Qt.ItemDataRole.DisplayRole:
            sign = ("▴", "▾")[descending] if column.sort is sort else ""
            return f"{column.title} {sign}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.about)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        return None
