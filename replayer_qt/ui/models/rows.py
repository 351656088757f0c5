"""A generic table model: columns declared as data, frozen rows upserted by key, bounded."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from replayer_qt.ui.plain import tip

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

SORT_ROLE: Final = Qt.ItemDataRole.UserRole
GROUP_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ROOT: Final = QModelIndex()

_TINT: Final = 38

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Column(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """How one attribute of a row is shown.

    Attributes:
        title: the header, with the unit in brackets.
        text: the cell's text; must be clean already where a server wrote it.
        number: what to sort by; None sorts by the text. Numbers are set to the right.
        colour: the meaning (a `Theme` attribute) that colours the cell; None for plain text.
        tip: the tool tip's text; None for none.
        about: what the column means, for the header's tool tip.
        chars: how wide it is at first [digits].
        plain: what is copied: exact, without ornament; None copies the cell's text.
    """

    title: str
    text: Callable[[Row], str]
    number: Callable[[Row], float] | None = None
    colour: Callable[[Row], str | None] | None = None
    tip: Callable[[Row], str] | None = None
    about: str = ""
    chars: int = 8
    plain: Callable[[Row], str] | None = None

    def copied(self, row: Row) -> str:
        """Return what a copy of the cell holds."""
        return self.text(row) if self.plain is None else self.plain(row)


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Frozen rows, newest first, found again by their key; the oldest go when too many.

    Args:
        group: what neighbours have in common; a view draws a line where it changes.
        mark: the meaning that tints a whole row; None for a plain one.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        *,
        kept: int,
        group: Callable[[Row], str] | None = None,
        mark: Callable[[Row], str | None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._group = group
        self._mark = mark
        self._columns = tuple(columns)
        self._key = key
        self._kept = kept
        self._rows: list[Row] = []  # oldest first; bounded by _trim
        self._places: dict[Hashable, int] = {}
        self._gone = 0  # rows trimmed so far: a place is an index plus this
        self._colours: dict[str, QColor] = {}
        self._tints: dict[str, QColor] = {}

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """The declared columns."""
        return self._columns

    def set_colours(self, colours: dict[str, str]) -> None:
        """Colour cells by meaning; `colours` maps meanings to `#rrggbb`."""
        self._colours = {name: QColor(value) for name, value in colours.items()}
        self._tints = {name: _tinted(value) for name, value in colours.items()}
        if self._rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self._rows) - 1, len(self._columns) - 1)
            )

    def row(self, number: int) -> Row:
        """Return the row shown at `number`, 0 being the newest."""
        return self._rows[-1 - number]

    def find(self, key: Hashable) -> Row | None:
        """Return the row of that key; None if there is none."""
        place = self._places.get(key)
        return None if place is None else self._rows[place - self._gone]

    def number(self, key: Hashable) -> int | None:
        """Return the number at which the row of that key is shown; None if there is none."""
        place = self._places.get(key)
        return None if place is None else len(self._rows) - 1 - (place - self._gone)

    def upsert(self, rows: Iterable[Row]) -> None:
        """Replace rows whose key is known; put the others on top, the last one uppermost."""
        fresh: dict[Hashable, Row] = {}
        for row in rows:
            key = self._key(row)
            if key in self._places:
                self._replace(self._places[key] - self._gone, row)
            else:
                fresh[key] = row
        newest = list(fresh.items())[-self._kept :]
        if newest:
            self._put(newest)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show exactly `rows`, oldest first; what is shown already stays untouched.

        Cheap where only the newest rows changed, or the oldest are gone.
        """
        wanted = rows[-self._kept :]
        if not wanted:
            self.clear()
            return
        first = self._places.get(self._key(wanted[0]))
        self._trim(len(self._rows) if first is None else first - self._gone)
        alike = self._refresh(wanted)
        self._drop_newest(len(self._rows) - alike)
        fresh = [(self._key(row), row) for row in wanted[alike:]]
        if fresh:
            self._put(fresh)

    def _refresh(self, wanted: Sequence[Row]) -> int:
        """Bring rows up to date as far as the keys agree, and return how far that is."""
        for place, (row, before) in enumerate(zip(wanted, tuple(self._rows), strict=False)):
            if row is before:
                continue
            if self._key(row) != self._key(before):
                return place
            self._replace(place, row)
        return min(len(wanted), len(self._rows))

    def _drop_newest(self, excess: int) -> None:
        if excess <= 0:
            return
        self.beginRemoveRows(ROOT, 0, excess - 1)
        for row in self._rows[-excess:]:
            del self._places[self._key(row)]
        del self._rows[-excess:]
        self.endRemoveRows()

    def clear(self) -> None:
        """Show nothing."""
        if self._rows:
            self.beginResetModel()
            self._rows.clear()
            self._places.clear()
            self.endResetModel()

    def _replace(self, place: int, row: Row) -> None:
        before = self._rows[place]
        if before == row:
            return
        self._rows[place] = row
        changed = [
            at for at, each in enumerate(self._columns) if _seen(each, before) != _seen(each, row)
        ]
        if changed:  # views paint what they are told of, and a cell costs more than all of this
            number = len(self._rows) - 1 - place
            self.dataChanged.emit(self.index(number, changed[0]), self.index(number, changed[-1]))

    def _put(self, fresh: list[tuple[Hashable, Row]]) -> None:
        self._trim(len(self._rows) + len(fresh) - self._kept)
        self.beginInsertRows(ROOT, 0, len(fresh) - 1)
        for key, row in fresh:
            self._places[key] = len(self._rows) + self._gone
            self._rows.append(row)
        self.endInsertRows()

    def _trim(self, excess: int) -> None:
        if excess <= 0:
            return
        size = len(self._rows)
        self.beginRemoveRows(ROOT, size - excess, size - 1)
        for row in self._rows[:excess]:
            del self._places[self._key(row)]
        del self._rows[:excess]
        self._gone += excess
        self.endRemoveRows()

    # Qt's names from here on.

    def rowCount(self, parent: Index = ROOT) -> int:
        # the collector may have emptied this object while Qt still asks it
        return 0 if parent.isValid() else len(getattr(self, "_rows", ()))

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(getattr(self, "_columns", ()))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self._columns[index.column()], self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == GROUP_ROLE:
            return None if self._group is None else self._group(row)
        if role == SORT_ROLE:
            return column.text(row) if column.number is None else column.number(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column.number is None else _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            return self._colours.get(column.colour(row) or "")
        if role == Qt.ItemDataRole.BackgroundRole and self._mark is not None:
            return self._tints.get(self._mark(row) or "")
        if role == Qt.ItemDataRole.ToolTipRole and column.tip is not None:
            return tip(column.tip(row))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._columns[section].about) if self._columns[section].about else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self._columns[section].number is None else _RIGHT
        return None


def _seen(column: Column[Row], row: Row) -> tuple[str, float | None, str | None]:
    """Return what a view makes of a cell without being asked for its tool tip."""
    return (
        column.text(row),
        None if column.number is None else column.number(row),
        None if column.colour is None else column.colour(row),
    )


def _tinted(colour: str) -> QColor:
    made = QColor(colour)
    made.setAlpha(_TINT)
    return made
