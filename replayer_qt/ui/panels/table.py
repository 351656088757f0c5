"""A dense, sortable, read-only table over a rows model."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from replayer_qt.core.units import StreamId
from replayer_qt.ui.lettering import factor, scaled
from replayer_qt.ui.models.rows import GROUP_ROLE, SORT_ROLE, RowsModel

Row = TypeVar("Row")

_LETTERED: Final = frozenset({QEvent.Type.FontChange, QEvent.Type.StyleChange})
_STREAMS_KEPT: Final = 4
_ROW_PX: Final = 21
_QUIET: Final = 170
_CENTRED: Final = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_FROM_TOP: Final = (
    Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
)
_FAINT: Final = 120
_CELL_PX: Final = 17
"""What padding and Qt's own margins take from a column's width [px]."""

_WHOLE_ROW: Final = (
    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
)
_PLAIN: Final = frozenset(
    {
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
        Qt.KeyboardModifier.ShiftModifier,
    }
)
BUTTON_KEYS: Final = frozenset({Qt.Key.Key_Space})
"""What presses a button."""

TABLE_KEYS: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
"""What moves in a table of rows; all else stays with the market, End leads back to live, say."""

CHOICE_KEYS: Final = (
    BUTTON_KEYS | TABLE_KEYS | {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End}
)
"""What chooses from a list."""


class KeyKeeper(QObject):
    """Lets the widget that has the focus keep the keys it moves and presses by.

    Without it the window's shortcuts would take Space from a button and Home from a table.

    Args:
        keys: the keys it keeps.
        letters: whether it keeps every key that writes something, too (a list one types into).
    """

    def __init__(self, parent: QObject, keys: frozenset[Qt.Key], *, letters: bool = False) -> None:
        super().__init__(parent)
        self._keys = keys
        self._letters = letters

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in _PLAIN
            writes = self._letters and event.text().isprintable() and bool(event.text())
            if plain and (writes or event.key() in self._keys):
                event.accept()
                return True
        return super().eventFilter(watched, event)


def is_parted(index: QModelIndex | QPersistentModelIndex) -> bool:
    """Return whether a line stands above the row; not in a table that is sorted otherwise."""
    model = index.model()
    if index.row() < 1 or (isinstance(model, QSortFilterProxyModel) and model.sortColumn() >= 0):
        return False
    before = model.index(index.row() - 1, index.column())
    return bool(before.data(GROUP_ROLE) != index.data(GROUP_ROLE))


class Table(QTableView):
    """Shows a `RowsModel`; sorted by a click on a header, by a third click as it came.

    Args:
        empty: what is said where no row is.

    Attributes:
        scrolls: whether it can be scrolled sideways while there are rows.
    """

    _letters = 0.0  # Qt may tell of a font before there is anything else

    def __init__(
        self,
        what: str,
        *,
        stretches: bool = True,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._empty = empty
        self.setAccessibleName(what)
        self.setObjectName(f"table-{what.lower()}")
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSortRole(SORT_ROLE)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self._proxy)
        # who asks a proxy for its source keeps that alive for ever
        self._source: RowsModel[Any] | None = None
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumSize(120, 60)
        down = self.verticalHeader()
        down.setVisible(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setStretchLastSection(stretches)
        across.setSortIndicatorClearable(True)
        across.setMinimumSectionSize(24)
        across.setAccessibleName(f"{what}: columns")
        self.setSortingEnabled(True)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.scrolls = True
        for changed in (self._proxy.rowsInserted, self._proxy.rowsRemoved, self._proxy.modelReset):
            changed.connect(self._fit_bar)
        self._fit_bar()
        self._letter()
        self.installEventFilter(KeyKeeper(self, TABLE_KEYS))

    def say_empty(self, text: str) -> None:
        """Say `text` where no row is."""
        if text != self._empty:
            self._empty = text
            self.viewport().update()

    @property
    def empty(self) -> str:
        """What is said where no row is; empty while there are rows."""
        return "" if self.model().rowCount() else self._empty

    def show_rows(self, rows: RowsModel[Any]) -> None:
        """Show another model; keeps filter and sorting."""
        if self._source is rows:
            return
        first = self._source is None
        self._proxy.setSourceModel(rows)
        self._source = rows
        if first:
            self._set_widths(rows)

    def keep_only(self, column: int, text: str) -> None:
        """Show the rows whose `column` contains `text`; all for an empty text."""
        self._proxy.setFilterKeyColumn(column)
        self._proxy.setFilterFixedString(text)

    def choose(self, key: Hashable | None) -> bool:
        """Choose the row of that key and bring it into sight; False, and none chosen, without."""
        rows, model = self._source, self.selectionModel()
        number = rows.number(key) if rows is not None and key is not None else None
        index = QModelIndex()
        if rows is not None and number is not None:
            index = self._proxy.mapFromSource(rows.index(number, 0))
        if not index.isValid():
            model.clearSelection()
            return False
        # the current one first: who hears that the selection changed asks for it
        model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(index, _WHOLE_ROW)
        self.scrollTo(index)
        return True

    def chosen(self) -> Any:
        """Return the row that is chosen; None for none, the uppermost of several."""
        rows, found = self._source, self.selectionModel().selectedRows()
        if rows is None or not found:
            return None
        return rows.row(self._proxy.mapToSource(found[0]).row())

    def _set_widths(self, rows: RowsModel[Any]) -> None:
        digit = self.fontMetrics().horizontalAdvance("0")
        for place, column in enumerate(rows.columns):
            self.setColumnWidth(place, digit * column.chars + _CELL_PX)

    @Slot()
    def _fit_bar(self) -> None:
        """Nothing can be scrolled to where nothing is, and the words need the room."""
        bars = Qt.ScrollBarPolicy
        is_there = self.scrolls and self._proxy.rowCount() > 0
        self.setHorizontalScrollBarPolicy(
            bars.ScrollBarAsNeeded if is_there else bars.ScrollBarAlwaysOff
        )

    def _letter(self) -> None:
        """Give rows and columns the room that letters of the chosen size need."""
        before, self._letters = self._letters, factor()
        if before == self._letters:
            return
        down, across = self.verticalHeader(), self.horizontalHeader()
        down.setMinimumSectionSize(scaled(_ROW_PX))
        down.setDefaultSectionSize(scaled(_ROW_PX))
        if before:
            for place in range(across.count()):
                wide = (across.sectionSize(place) - _CELL_PX) * self._letters / before
                across.resizeSection(place, round(wide) + _CELL_PX)

    def _paint_empty(self) -> None:
        """In the middle; from the top where there is too little room, so that its start is read."""
        painter = QPainter(self.viewport())
        colour = self.palette().color(QPalette.ColorRole.Text)
        colour.setAlpha(_QUIET)
        painter.setPen(colour)
        room = self.viewport().rect().adjusted(12, 2, -12, -2)
        whole = painter.boundingRect(room, _CENTRED, self.empty)
        fits = whole.height() <= room.height()
        painter.drawText(room, _CENTRED if fits else _FROM_TOP, self.empty)
        painter.end()

    # Qt's names from here on.

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        super().changeEvent(event)
        if event.type() in _LETTERED:
            self._letter()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self.empty:
            self._paint_empty()
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = self._proxy.rowCount()
        parted = [
            row
            for row in range(max(first, 0), last + 1 if last >= 0 else rows)
            if is_parted(self._proxy.index(row, 0))
        ]
        if not parted:
            return
        colour = self.palette().color(QPalette.ColorRole.Text)
        colour.setAlpha(_FAINT)
        painter = QPainter(self.viewport())
        for row in parted:
            painter.fillRect(0, self.rowViewportPosition(row), self.viewport().width(), 1, colour)
        painter.end()


class StreamRows(Generic[Row]):
    """One table's rows for each of the streams looked at lately; the oldest stream's go."""

    def __init__(self, make: Callable[[], RowsModel[Row]]) -> None:
        self._make = make
        self._colours: dict[str, str] = {}
        self._rows: OrderedDict[StreamId | None, RowsModel[Row]] = OrderedDict()

    def of(self, stream: StreamId | None) -> RowsModel[Row]:
        """Return the rows of a stream, made if they are not there."""
        rows = self._rows.get(stream)
        if rows is None:
            rows = self._rows[stream] = self._make()
            rows.set_colours(self._colours)
            if len(self._rows) > _STREAMS_KEPT:
                self._rows.popitem(last=False)
        self._rows.move_to_end(stream)
        return rows

    def set_colours(self, colours: dict[str, str]) -> None:
        """Colour every stream's rows."""
        self._colours = colours
        for rows in self._rows.values():
            rows.set_colours(colours)
