"""The sheet of words and keys: what can be typed into the search box, and what a key does."""

from typing import Final

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replayer_qt.core.library_language import LANGUAGE
from replayer_qt.ui.library.row_actions import DEEDS
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.plain import SearchLine

_ALL: Final = -1
KEYS: Final = (
    ("Ctrl+F", "To the search box; the arrow down leaves it for the table."),
    ("Ctrl+B", "Show or hide the filters."),
    ("Ctrl+D", "Save the search under a name."),
    ("Ctrl+O", "Import files."),
    ("Ctrl+Shift+O", "Import a folder."),
    ("F5", "Look everywhere for new recordings."),
    ("Esc", "Clear the search, give up what is being read, or cancel the job."),
    ("Ctrl+R", "List the files of the last job."),
    ("F1", "This sheet."),
)
"""The window's own keys; those of the rounds are in the table of deeds."""


class Line(msgspec.Struct, frozen=True):
    """One word or key.

    Attributes:
        where: `search` or `key`.
        what: the word, or the key.
        means: what it means, or does.
    """

    where: str
    what: str
    means: str


def lines() -> tuple[Line, ...]:
    """Return all words and keys, the words first."""
    words = (Line("search", word, meaning) for word, meaning in LANGUAGE)
    keys = (Line("key", key, meaning) for key, meaning in KEYS)
    deeds = (Line("key", " or ".join(deed.keys), deed.tip) for deed in DEEDS if deed.keys)
    return (*words, *keys, *deeds)


class Sheet(QDialog):
    """A table to look through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Words and keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        self.model: RowsModel[Line] = RowsModel(
            columns=[
                Column(title="Where", chars=8, text=lambda line: line.where),
                Column(title="What", chars=24, text=lambda line: line.what),
                Column(title="Means", chars=60, text=lambda line: line.means,
                       tip=lambda line: line.means),
            ],
            key=lambda line: (line.where, line.what),
            kept=200,
            parent=self,
        )  # fmt: skip
        self.model.upsert(reversed(lines()))
        self.table = Table("Words and keys")
        self.table.show_rows(self.model)
        search = SearchLine("Search words and keys", "Search…")
        search.textChanged.connect(self._search)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(search)
        column.addWidget(self.table)
        column.addWidget(buttons)

    @Slot(str)
    def _search(self, text: str) -> None:
        self.table.keep_only(_ALL, text)
