"""All bookmarks: go to one, change its note, delete it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.bookmarks import NOTE_LIMIT, Bookmark, DropBookmark
from replayer_qt.ui.models.bookmark_rows import NOTE, BookmarkRows
from replayer_qt.ui.plain import COVERED, KeptLine, PlainLabel
from replayer_qt.ui.privacy import covered, is_private

_HINT: Final = "Ctrl+B marks the tick that is seen."


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
        self._shown: tuple[Sequence[Bookmark], bool] | None = None
        self._rows = BookmarkRows(self)
        self._rows.asked.connect(self.asked)
        self.table = QTableView()
        self.table.setModel(self._rows)
        self.table.setItemDelegateForColumn(NOTE, _Notes(self.table))
        self.table.setAccessibleName("Bookmarks")
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        self.go, self.delete = QPushButton("Go there"), QPushButton("Delete")
        self.none = PlainLabel(_HINT, role="muted")
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
        self.table.selectionModel().currentRowChanged.connect(self._look)
        self.table.doubleClicked.connect(self._press)
        self.show_bookmarks(bookmarks)

    def show_bookmarks(self, bookmarks: Sequence[Bookmark]) -> None:
        """Show these, covered or not as they must be now; the same again changes nothing."""
        key = (bookmarks, is_private())
        if self._shown is not None and self._shown[0] is bookmarks and self._shown[1] is key[1]:
            return
        self._shown = key
        self._rows.show_bookmarks(bookmarks)
        count = self._rows.rowCount()
        if count and not self.table.selectionModel().hasSelection():
            self.table.selectRow(min(max(self.table.currentIndex().row(), 0), count - 1))
        self.table.viewport().update()
        self._look()

    def _chosen(self) -> Bookmark | None:
        return self._rows.bookmark(self.table.currentIndex().row())

    @Slot()
    def _look(self) -> None:
        chosen = self._chosen()
        self.go.setEnabled(chosen is not None)
        self.delete.setEnabled(chosen is not None)
        hides = chosen is not None and covered(chosen.note) != chosen.note
        self.none.say(COVERED if hides else _HINT)

    @Slot()
    def _go(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.wanted.emit(chosen)

    @Slot(QModelIndex)
    def _press(self, index: QModelIndex) -> None:
        if index.column() < NOTE:
            self._go()

    @Slot()
    def _delete(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.asked.emit(DropBookmark(round_id=chosen.round_id, tick=chosen.tick))


class _Notes(QStyledItemDelegate):
    """Edits notes in an input that hides money when it must not be seen any more."""

    def createEditor(
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        made = KeptLine(NOTE_LIMIT, parent=parent)
        made.setFrame(False)
        made.setAccessibleName("Note")
        return made
