"""The sheet of keys: every action of the table, with the key that does it."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.plain import SearchLine

_ALL = -1


class ShortcutSheet(QDialog):
    """A table of actions to search in."""

    def __init__(self, rows: Iterable[ActionRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(800, 640)
        self.model = RowsModel(
            columns=[
                Column(title="Key", chars=14, text=lambda row: " or ".join(row.keys)),
                Column(title="Action", chars=20, text=_words),
                Column(title="Menu", chars=14, text=lambda row: row.menu.replace("&", "")),
                Column(title="What it does", chars=40, text=lambda row: row.tip),
            ],
            key=lambda row: row.name,
            kept=1000,
            parent=self,
        )
        keyed = sorted(rows, key=lambda row: not row.keys)
        self.model.upsert(reversed(keyed))
        self._table = Table("Shortcuts")
        self._table.show_rows(self.model)
        search = SearchLine("Search actions", "Search…")
        search.textChanged.connect(self._search)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(search)
        layout.addWidget(self._table)
        layout.addWidget(buttons)

    @Slot(str)
    def _search(self, text: str) -> None:
        self._table.keep_only(_ALL, text)


def _words(row: ActionRow) -> str:
    return row.text.replace("&", "").rstrip("…")
