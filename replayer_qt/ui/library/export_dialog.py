"""Asks how rounds shall be exported: as what, in which shape, and where to."""

from typing import Final, Literal, cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library_requests import Export, ExportFormat
from replayer_qt.ui.plain import PlainLabel, fill

_FORMATS: Final = (
    ("parquet", "Parquet (.parquet)"),
    ("csv", "CSV (.csv)"),
    ("jsonl", "JSON lines (.jsonl)"),
)
_WHATS: Final = (("ticks", "Ticks, one row each"), ("rounds", "Rounds, one row each"))
_PATH_MOST: Final = 4_000


class ExportDialog(QDialog):
    """Format, rows, partitions and target.

    Signals:
        wanted: the job [Export].
    """

    wanted = Signal(object)

    def __init__(self, ids: tuple[int, ...], folder: str, parent: QWidget | None = None) -> None:
        """Prepare.

        Args:
            ids: the numbers of the rounds.
            folder: where the target is proposed; empty for nowhere.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._ids = ids
        self.format = _choice("Format", _FORMATS)
        self.what = _choice("Rows", _WHATS)
        self.partitioned = QCheckBox("One file for each venue and date, in a folder")
        self.target = QLineEdit()
        self.target.setAccessibleName("Target")
        self.target.setMaxLength(_PATH_MOST)
        if folder:
            fill(self.target, f"{folder.rstrip('/')}/rounds.parquet", _PATH_MOST)
        self.why = PlainLabel(role="muted")
        browse = QPushButton("&Browse…")
        browse.setProperty("role", "small")
        browse.clicked.connect(self._browse)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Export")
        self._lay_out(browse)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._tell)
        self.format.currentIndexChanged.connect(self._rename)
        self.partitioned.toggled.connect(self._rename)
        self.target.textChanged.connect(self._look)
        self._look()

    def job(self) -> Export:
        """Return what is asked for as it stands."""
        return Export(
            ids=self._ids,
            format=cast("ExportFormat", self.format.currentData()),
            target=self.target.text().strip(),
            what=cast("Literal['ticks', 'rounds']", self.what.currentData()),
            partitioned=self.partitioned.isChecked() and self.partitioned.isEnabled(),
        )

    def _lay_out(self, browse: QPushButton) -> None:
        place = QHBoxLayout()
        place.addWidget(self.target, stretch=1)
        place.addWidget(browse)
        form = QFormLayout()
        form.addRow("Format", self.format)
        form.addRow("Rows", self.what)
        form.addRow("", self.partitioned)
        form.addRow("Target", place)
        column = QVBoxLayout(self)
        count = len(self._ids)
        column.addWidget(PlainLabel(f"Export {count:,} round{'' if count == 1 else 's'}."))
        column.addLayout(form)
        column.addWidget(self.why)
        column.addWidget(self.buttons)

    @Slot()
    def _rename(self) -> None:
        """Give the target the ending of what it will be."""
        text = self.target.text().strip()
        endings = tuple(f".{name}" for name, _ in _FORMATS)
        bare = text.rpartition(".")[0] if text.endswith(endings) else text
        job = self.job()
        fill(
            self.target, bare if job.partitioned or not bare else f"{bare}.{job.format}", _PATH_MOST
        )
        self._look()

    @Slot()
    def _look(self) -> None:
        self.partitioned.setEnabled(self.format.currentData() == "parquet")
        missing = "" if self.target.text().strip() else "Say where to: a file, or a folder."
        self.why.say(missing)
        self.ok.setEnabled(not missing)

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self, "Export to", self.target.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._take)
        dialog.open()

    @Slot(str)
    def _take(self, path: str) -> None:
        fill(self.target, path, _PATH_MOST)

    @Slot()
    def _tell(self) -> None:
        self.wanted.emit(self.job())


def _choice(name: str, values: tuple[tuple[str, str], ...]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.view().setAccessibleName(name)
    for value, words in values:
        made.addItem(words, value)
    return made
