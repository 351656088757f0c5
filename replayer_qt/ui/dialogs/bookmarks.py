"""All bookmarks: go to one, change its note, delete it."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.bookmarks import NOTE_LIMIT, Bookmark, DropBookmark, SetBookmark, tidied
from replayer_qt.core.commands import Command
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import PlainLabel, clean

_TITLES: Final = ("Round", "Tick", "Note")
_NO_EDIT: Final = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class BookmarksDialog(QDialog):
    """A table and two buttons; notes are changed in their cells.

    Signals:
        asked: a command.
        wanted: a `Bookmark` to go to.
    """

    asked = Signal(object)
    wanted = Signal(object)

    def __init__(self, bookmarks: Sequence[Bookmark], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bookmarks")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shown: tuple[Bookmark, ...] = ()
        self.table = QTableWidget(0, len(_TITLES))
        self.table.setAccessibleName("Bookmarks")
        self.table.setHorizontalHeaderLabels(list(_TITLES))
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.go, self.delete = QPushButton("Go there"), QPushButton("Delete")
        self.none = PlainLabel("Ctrl+B marks the tick that is seen.", role="muted")
        row = QHBoxLayout()
        row.addWidget(self.none, stretch=1)
        row.addWidget(self.go)
        row.addWidget(self.delete)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table)
        layout.addLayout(row)
        self.resize(520, 320)
        self.go.clicked.connect(self._go)
        self.delete.clicked.connect(self._delete)
        self.table.itemChanged.connect(self._rename)
        self.table.itemSelectionChanged.connect(self._look)
        self.table.cellDoubleClicked.connect(self._press)
        self.show_bookmarks(bookmarks)

    def show_bookmarks(self, bookmarks: Sequence[Bookmark]) -> None:
        """Show these; the same again changes nothing."""
        if tuple(bookmarks) == self._shown and self._shown:
            return
        at = self.table.currentRow()
        self._shown = tuple(bookmarks)
        self.table.blockSignals(True)  # noqa: FBT003  # Qt's own
        self.table.setRowCount(len(self._shown))
        for row, each in enumerate(self._shown):
            for column, text in enumerate((fmt.round_name(each.round_id), f"{each.tick:,}")):
                cell = QTableWidgetItem(clean(text, 64))
                cell.setFlags(_NO_EDIT)
                self.table.setItem(row, column, cell)
            self.table.setItem(row, 2, QTableWidgetItem(clean(each.note, NOTE_LIMIT)))
        self.table.blockSignals(False)  # noqa: FBT003
        if self._shown:
            self.table.selectRow(min(max(at, 0), len(self._shown) - 1))
        self._look()

    def _chosen(self) -> Bookmark | None:
        row = self.table.currentRow()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    @Slot()
    def _look(self) -> None:
        known = self._chosen() is not None
        self.go.setEnabled(known)
        self.delete.setEnabled(known)

    @Slot()
    def _go(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.wanted.emit(chosen)

    @Slot(int, int)
    def _press(self, _row: int, column: int) -> None:
        if column < 2:
            self._go()

    @Slot()
    def _delete(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._ask(DropBookmark(round_id=chosen.round_id, tick=chosen.tick))

    @Slot(QTableWidgetItem)
    def _rename(self, cell: QTableWidgetItem) -> None:
        if cell.column() != 2 or not 0 <= cell.row() < len(self._shown):
            return
        before = self._shown[cell.row()]
        after = tidied(replace(before, note=cell.text()))
        if after != before:
            self._ask(SetBookmark(bookmark=after))

    def _ask(self, command: Command) -> None:
        self.asked.emit(command)
