"""A table whose rows can be copied, and lead to the recording at their tick."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from replayer_qt.core.commands import Command
from replayer_qt.core.units import StreamId
from replayer_qt.ui.models.rows import RowsModel
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.plain import copy

Row = TypeVar("Row")

_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_EDGE_PX: Final = 3
_HEAD_PX: Final = 18
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Verb(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """Something that can be asked for about a row.

    Attributes:
        text: what the menu says.
        wish: the command, made of the stream looked at and the row; None when it makes no sense
            for that row, which is then dim. A plain function: a method of the panel would make a
            circle, in which Python takes a model apart before Qt lets it go.
    """

    text: str
    wish: Callable[[StreamId | None, Row], Command | None]


class LinkedTable(Table):
    """A table with a menu for its rows; the first verb is also a double click's and Enter's.

    Attributes:
        stream: the one that is looked at; verbs are told of it.

    Signals:
        asked: a command that concerns a row.
        pointed: the row that is chosen now; None for none.
    """

    asked = Signal(object)
    pointed = Signal(object)

    def __init__(
        self,
        what: str,
        rows: RowsModel[Any],
        verbs: Sequence[Verb[Any]],
        *,
        empty: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(what, empty=empty, parent=parent)
        self.rows = rows
        self._verbs = tuple(verbs)
        self.stream: StreamId | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.show_rows(rows)
        self.doubleClicked.connect(self._follow)
        self.selectionModel().selectionChanged.connect(self._point)

    def current(self) -> Any:
        """Return the chosen row, the one that was chosen last if several are; None for none."""
        index = self.currentIndex()
        # a table that gets the focus has a current row that nobody chose, and that nobody sees
        return self._row(index) if self.selectionModel().isSelected(index) else None

    def menu(self) -> QMenu:
        """Return the menu of the current row; whoever shows it closes it."""
        row = self.current()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for verb in self._verbs:
            action = menu.addAction(verb.text)
            action.setData(verb)
            action.setEnabled(row is not None and verb.wish(self.stream, row) is not None)
            action.triggered.connect(self._choose)
        menu.addSeparator()
        chosen = menu.addAction("&Copy rows")
        chosen.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        chosen.setEnabled(self.selectionModel().hasSelection())
        chosen.triggered.connect(self.copy_rows)
        table = menu.addAction("Copy &table as CSV")
        table.setEnabled(self.model().rowCount() > 0)
        table.triggered.connect(self.copy_table)
        return menu

    @Slot()
    def copy_rows(self) -> None:
        """Put the chosen rows on the clipboard, exact, parted by tabs."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        lines = ["\t".join(self._cells(number)) for number in numbers]
        if lines:
            copy("\n".join(lines))

    @Slot()
    def copy_table(self) -> None:
        """Put every row that is shown on the clipboard as CSV with a header, exact."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.title for column in self.rows.columns])
        for number in range(self.model().rowCount()):
            writer.writerow(self._cells(number))
        copy(out.getvalue())

    def _cells(self, number: int) -> list[str]:
        row = self._row(self.model().index(number, 0))
        return [
            _harmless(column.copied(row)) if column.number is None else column.copied(row)
            for column in self.rows.columns
        ]

    def _row(self, index: QModelIndex) -> Any:
        return self.rows.row(self._proxy.mapToSource(index).row())

    def _ask(self, verb: Verb[Any]) -> None:
        row = self.current()
        wish = None if row is None else verb.wish(self.stream, row)
        if wish is not None:
            self.asked.emit(wish)

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        self._ask(action.data())  # type: ignore[attr-defined]  # only actions are connected

    @Slot()
    def _follow(self) -> None:
        if self._verbs:
            self._ask(self._verbs[0])

    @Slot()
    def _point(self) -> None:
        self.pointed.emit(self.current())

    def _set_widths(self, rows: RowsModel[Any]) -> None:
        super()._set_widths(rows)
        letters = self.horizontalHeader().fontMetrics()
        for place, column in enumerate(rows.columns):
            least = letters.horizontalAdvance(column.title) + _HEAD_PX
            self.setColumnWidth(place, max(self.columnWidth(place), least))

    # Qt's names from here on.

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Copy)
        ):
            event.accept()  # its own, not the chart's
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        elif event.key() in _ENTER and not event.isAutoRepeat():
            self._follow()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        at: QPoint = event.globalPos()
        self.menu().popup(at)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        marked = list(self._marked_rows())
        painter = QPainter(self.viewport())
        for top, colour in marked:  # a style sheet keeps Qt from painting an item's background
            painter.fillRect(0, top, self.viewport().width(), self.rowHeight(0), colour)
            painter.fillRect(0, top, _EDGE_PX, self.rowHeight(0), QColor(colour.name()))
        painter.end()

    def _marked_rows(self) -> Iterator[tuple[int, QColor]]:
        model = self.model()
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        for row in range(max(first, 0), (last if last >= 0 else model.rowCount() - 1) + 1):
            colour = model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole)
            if colour is not None:
                yield self.rowViewportPosition(row), colour


def _harmless(text: str) -> str:
    """A spreadsheet would take these for formulas, and some of the words are not ours."""
    return f"'{text}" if text.startswith(_FORMULA) else text
