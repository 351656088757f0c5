"""All bookmarks as rows of a table, whose notes can be changed; a change moves few rows only."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from replayer_qt.core.bookmarks import NOTE_LIMIT, Bookmark, SetBookmark, tidied
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import bare, clean
from replayer_qt.ui.privacy import covered

NOTE: Final = 2
"""The column of the notes."""

_TITLES: Final = ("Round", "Tick", "Note")
_NO_EDIT: Final = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_NOWHERE: Final = QModelIndex()
_NAME_KEPT: Final = 64

_Index = QModelIndex | QPersistentModelIndex


class BookmarkRows(QAbstractTableModel):
    """Words are made when they are painted; a note that tells hidden money can't be changed.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Bookmark, ...] = ()

    def show_bookmarks(self, bookmarks: Sequence[Bookmark]) -> None:
        """Show these; only rows that are others now are touched."""
        before, after = self._shown, tuple(bookmarks)
        most = min(len(before), len(after))
        head = _alike(before, after, most)
        tail = _alike(before[::-1], after[::-1], most - head)
        gone, come = len(before) - head - tail, len(after) - head - tail
        kept = min(gone, come)
        if gone > kept:
            self.beginRemoveRows(_NOWHERE, head + kept, head + gone - 1)
            self._shown = (*before[: head + kept], *before[head + gone :])
            self.endRemoveRows()
        elif come > kept:
            self.beginInsertRows(_NOWHERE, head + kept, head + come - 1)
            self._shown = after
            self.endInsertRows()
        self._shown = after
        if kept:
            self.dataChanged.emit(self.index(head, 0), self.index(head + kept - 1, NOTE))

    def bookmark(self, row: int) -> Bookmark | None:
        """Return the bookmark of a row; None where there is none."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    # Qt's names from here on.

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.bookmark(index.row())
        if one is None:
            return None
        if role == Qt.ItemDataRole.EditRole and index.column() == NOTE:
            return bare(one.note, NOTE_LIMIT)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == NOTE:
            return clean(one.note, NOTE_LIMIT)
        told = fmt.round_name(one.round_id) if index.column() == 0 else f"{one.tick:,}"
        return clean(told, _NAME_KEPT)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        one = self.bookmark(index.row())
        if one is None or index.column() != NOTE or covered(one.note) != one.note:
            return _NO_EDIT
        return _NO_EDIT | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        before = self.bookmark(index.row())
        if before is None or role != Qt.ItemDataRole.EditRole:
            return False
        if not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        after = tidied(replace(before, note=bare(str(value), NOTE_LIMIT)))
        if after != before:
            self.asked.emit(SetBookmark(bookmark=after))
        return True


def _alike(one: Sequence[Bookmark], other: Sequence[Bookmark], most: int) -> int:
    """How many of the first are the same in both."""
    for at in range(most):
        if one[at] is not other[at] and one[at] != other[at]:
            return at
    return most
