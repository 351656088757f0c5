"""What became of each file of a job, to be looked through and copied."""

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library_answers import FileReport, JobEnded
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.linked_table import LinkedTable
from replayer_qt.ui.plain import PlainLabel, SearchLine, clean, copy
from replayer_qt.ui.theme import Theme

LISTED_MOST: Final = 100_000
"""Files that are listed; what is beyond is counted in the heading."""

_ALL: Final = -1
_COLOURS: Final = {
    "damaged": "warning", "failed": "error", "repaired": "practice", "imported": "live",
}  # fmt: skip


def report_columns() -> list[Column[FileReport]]:
    """Return the columns of a list of files."""
    return [
        Column(title="File", chars=30, text=lambda file: clean(fmt.file_name(file.path)),
               tip=lambda file: file.path, plain=lambda file: clean(file.path, 4_000)),
        Column(title="Outcome", chars=10, text=lambda file: clean(file.outcome, 20),
               colour=lambda file: _COLOURS.get(file.outcome)),
        Column(title="Format", chars=8, text=lambda file: clean(file.format, 20) or fmt.NOTHING),
        Column(title="Rounds", chars=7, text=lambda file: fmt.count(file.rounds),
               number=lambda file: file.rounds),
        Column(title="Best copy", chars=8, text=lambda file: fmt.count(file.better),
               number=lambda file: file.better,
               about="Rounds of it that are the best copy now."),
        Column(title="Ticks", chars=9, text=lambda file: fmt.count(file.ticks),
               number=lambda file: file.ticks),
        Column(title="Bad lines", chars=8, text=lambda file: fmt.count(file.bad_lines),
               number=lambda file: file.bad_lines,
               colour=lambda file: "warning" if file.bad_lines else None),
        Column(title="Recovered", chars=9, text=lambda file: fmt.count(file.recovered_lines),
               number=lambda file: file.recovered_lines,
               about="Whole records found inside bad lines."),
        Column(title="What is wrong", chars=40, text=_wrong, tip=_wrong),
    ]  # fmt: skip


def details(file: FileReport) -> str:
    """Return everything that is known of a file, a line for each thing."""
    lines = [clean(file.path, 4_000)]
    if file.problem:
        lines.append(clean(file.problem))
    lines.extend(clean(each) for each in file.damage)
    return "\n".join(lines)


class ReportDialog(QDialog):
    """A table of files, with the words of the chosen one below it."""

    def __init__(self, ended: JobEnded, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 560)
        self._files = ended.files[:LISTED_MOST]
        numbered = {id(file): number for number, file in enumerate(self._files)}
        self.rows: RowsModel[FileReport] = RowsModel(
            report_columns(), key=lambda file: numbered[id(file)], kept=LISTED_MOST, parent=self
        )
        self.rows.set_colours(
            {name: getattr(theme, name) for name in theme.__struct_fields__ if name != "name"}
        )
        self.table = LinkedTable("Files", self.rows, (), empty="There is no such file in it.")
        self.table.pointed.connect(self._tell)
        self.search = SearchLine("Filter the files", "Filter…")
        self.search.textChanged.connect(self._filter)
        self.only = QCheckBox("&Only what is wrong")
        self.only.toggled.connect(self._list)
        self.told = QPlainTextEdit()
        self.told.setReadOnly(True)
        self.told.setAccessibleName("The chosen file")
        self._lay_out(ended)
        self._list()

    def _lay_out(self, ended: JobEnded) -> None:
        heading = PlainLabel(f"{ended.title}: {ended.said or ended.problem or ended.state.value}")
        heading.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.search, stretch=1)
        row.addWidget(self.only)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.table)
        parts.addWidget(self.told)
        parts.setSizes([360, 120])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        button = buttons.addButton("Copy &all", QDialogButtonBox.ButtonRole.ActionRole)
        button.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(heading)
        column.addLayout(row)
        column.addWidget(parts, stretch=1)
        column.addWidget(buttons)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.table.keep_only(_ALL, text)

    @Slot()
    def _list(self) -> None:
        only = self.only.isChecked()
        shown = [file for file in self._files if not only or _is_wrong(file)]
        self.rows.clear()
        self.rows.set_rows(shown[::-1])  # the model's newest is its uppermost

    @Slot(object)
    def _tell(self, file: FileReport | None) -> None:
        self.told.setPlainText("" if file is None else details(file))

    @Slot()
    def _copy(self) -> None:
        copy("\n\n".join(f"{file.outcome}: {details(file)}" for file in self._files))


def _is_wrong(file: FileReport) -> bool:
    return bool(file.problem or file.damage or file.bad_lines) or file.outcome in {
        "failed", "damaged",
    }  # fmt: skip


def _wrong(file: FileReport) -> str:
    return clean(file.problem or "; ".join(file.damage[:3]))
