"""What became of each file of a job, to be looked through and copied."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Slot
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
from replayer_qt.ui.library.turns import Turns
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.linked_table import LinkedTable
from replayer_qt.ui.plain import PlainLabel, SearchLine, clean, copy
from replayer_qt.ui.theme import Theme

LISTED_MOST: Final = 1_000
"""Files that are listed at once, the wrong ones first; all of them are looked through."""
LETTERS_MOST: Final = 20_000_000
"""Letters that are copied at most."""

_STEP: Final = 200
_SIZE: Final = (860, 560)
_EDGE_PX: Final = 24
_FOUND: Final = "found"
_COLOURS: Final = {
    "damaged": "warning", "failed": "error", "repaired": "practice", "imported": "live",
}  # fmt: skip


def report_columns(outcome: Callable[[FileReport], str]) -> list[Column[FileReport]]:
    """Return the columns of a list of files; `outcome` puts what became of one into a word."""
    return [
        Column(title="File", chars=30, text=lambda file: clean(fmt.file_name(file.path)),
               tip=lambda file: file.path, plain=lambda file: clean(file.path, 4_000)),
        Column(title="Outcome", chars=10, text=outcome,
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

    def __init__(
        self,
        ended: JobEnded,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        is_look: bool = False,
    ) -> None:
        """Build it.

        Args:
            ended: the job; its files are read here, never changed.
            theme: the colours.
            parent: the window it belongs to.
            is_look: whether the job looked for files that are in the library already: what is
                told as imported was found then.
        """
        super().__init__(parent)
        self.setWindowTitle("Report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_room_for(self, parent))
        self._files = ended.files
        # no method of its own: the table would keep this dialog alive, and it the table
        self._outcome = partial(_outcome, {"imported": _FOUND} if is_look else {})
        self.rows: RowsModel[FileReport] = RowsModel(
            report_columns(self._outcome), key=id, kept=LISTED_MOST, parent=self
        )
        self.rows.set_colours(
            {name: getattr(theme, name) for name in theme.__struct_fields__ if name != "name"}
        )
        self.table = LinkedTable("Files", self.rows, (), empty="There is no such file in it.")
        self.table.pointed.connect(self._tell)
        self.search = SearchLine("Filter the files", "Filter…")
        self.search.textChanged.connect(self._list)
        self.only = QCheckBox("&Only what is wrong")
        self.only.toggled.connect(self._list)
        self.count = PlainLabel(role="muted")
        self.told = QPlainTextEdit()
        self.told.setReadOnly(True)
        self.told.setAccessibleName("The chosen file")
        self.listing, self.copying = Turns(self), Turns(self)
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
        column.addWidget(self.count)
        column.addWidget(parts, stretch=1)
        column.addWidget(buttons)

    @Slot()
    def _list(self) -> None:
        self.count.say("Looking through the files…")
        self.listing.run(self._listed(self.search.text().casefold(), only=self.only.isChecked()))

    def _listed(self, text: str, *, only: bool) -> Iterator[None]:
        """List what is meant of all files, the wrong ones first; a step is some files."""
        wrong: list[FileReport] = []  # both are bounded by the files of the report
        right: list[FileReport] = []
        for at in range(0, len(self._files), _STEP):
            for file in self._files[at : at + _STEP]:
                if _is_wrong(file):
                    if self._is_meant(file, text):
                        wrong.append(file)
                elif not only and self._is_meant(file, text):
                    right.append(file)
            yield
        shown = (*wrong[:LISTED_MOST], *right[: max(0, LISTED_MOST - len(wrong))])
        self.rows.clear()
        self.rows.set_rows(shown[::-1])  # the model's newest is its uppermost
        found = len(wrong) + len(right)
        left = f"; the first {len(shown):,} of them are listed" if found > len(shown) else ""
        self.count.say(f"{found:,} of {len(self._files):,} files, {len(wrong):,} wrong{left}.")

    def _is_meant(self, file: FileReport, text: str) -> bool:
        if not text:
            return True
        words = (file.path, self._outcome(file), file.format, file.problem, *file.damage)
        return any(text in each.casefold() for each in words)

    @Slot(object)
    def _tell(self, file: FileReport | None) -> None:
        self.told.setPlainText("" if file is None else details(file))

    @Slot()
    def _copy(self) -> None:
        self.copying.run(self._copied())

    def _copied(self) -> Iterator[None]:
        """Copy what is known of all files; a step is some of them."""
        parts: list[str] = []  # bounded by the files, and by LETTERS_MOST
        letters = 0
        for at in range(0, len(self._files), _STEP):
            for file in self._files[at : at + _STEP]:
                parts.append(f"{self._outcome(file)}: {details(file)}")
                letters += len(parts[-1])
            if letters > LETTERS_MOST:
                parts.append(f"…and {len(self._files) - len(parts):,} more files.")
                break
            yield
        copy("\n\n".join(parts))


def _room_for(dialog: QDialog, parent: QWidget | None) -> QSize:
    """As large as it is meant to be, but no larger than its screen, nor wider than its window."""
    room = dialog.screen().availableSize() - QSize(_EDGE_PX, 2 * _EDGE_PX)
    if parent is not None:
        room.setWidth(min(room.width(), parent.window().width()))
    return QSize(*_SIZE).boundedTo(room)


def _outcome(words: Mapping[str, str], file: FileReport) -> str:
    return clean(words.get(file.outcome, file.outcome), 20)


def _is_wrong(file: FileReport) -> bool:
    return bool(file.problem or file.damage or file.bad_lines) or file.outcome in {
        "failed", "damaged",
    }  # fmt: skip


def _wrong(file: FileReport) -> str:
    return clean(file.problem or "; ".join(file.damage[:3]))
