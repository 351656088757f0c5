"""Asks what a chart shall show, by the keys alone."""

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from replayer_qt.ui.arrangement import Source
from replayer_qt.ui.plain import clean


class SourceDialog(QDialog):
    """A list and two buttons.

    Args:
        offered: words and source of all that it may show now.
        now: what it shows.

    Signals:
        chosen: the `Source`.
    """

    chosen = Signal(object)

    def __init__(
        self, offered: Iterable[tuple[str, Source]], now: Source, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("What this chart shows")
        self._sources: list[Source] = []  # bounded: what is offered
        self.list = QListWidget()
        self.list.setAccessibleName("What this chart shows")
        for words, source in offered:
            self._sources.append(source)
            self.list.addItem(clean(words))
            if source == now:
                self.list.setCurrentRow(self.list.count() - 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.list.itemActivated.connect(self.accept)
        self.accepted.connect(self._tell)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(buttons)

    @Slot()
    def _tell(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self.chosen.emit(self._sources[row])
