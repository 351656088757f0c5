"""Names for layouts: one to save the present one under, and a list to use, rename and delete."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.ui.plain import NAME_KEPT, KeptLine, PlainLabel, bare, clean, fill


class NameDialog(QDialog):
    """Asks for a layout's name.

    Args:
        taken: the names there are; saving under one of them replaces it.

    Signals:
        named: the name.
    """

    named = Signal(str)

    def __init__(self, taken: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save layout")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._taken = frozenset(taken)
        self.line = KeptLine(NAME_KEPT)
        self.line.setAccessibleName("Name of the layout")
        self.line.textChanged.connect(self._look)
        self.why = PlainLabel(role="muted")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._tell)
        layout = QVBoxLayout(self)
        layout.addWidget(PlainLabel("Name of this layout of panels and charts:"))
        layout.addWidget(self.line)
        layout.addWidget(self.why)
        layout.addWidget(buttons)
        self.setMinimumWidth(340)
        self._look()

    @Slot()
    def _look(self) -> None:
        name = bare(self.line.text(), NAME_KEPT)
        self.save.setEnabled(bool(name))
        self.why.say("There is one of that name; it will be replaced." if name in self._taken else
                     "" if name else "Enter a name.")  # fmt: skip

    @Slot()
    def _tell(self) -> None:
        self.named.emit(bare(self.line.text(), NAME_KEPT))


class LayoutsDialog(QDialog):
    """The saved layouts; a name is changed where it stands.

    Signals:
        used: the name of the layout to use.
        renamed: the old and the new name.
        deleted: the name of the layout to forget.
    """

    used = Signal(str)
    renamed = Signal(str, str)
    deleted = Signal(str)

    def __init__(self, names: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Layouts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget()
        self.list.setAccessibleName("Saved layouts")
        self.name = KeptLine(NAME_KEPT)
        self.name.setAccessibleName("New name of the layout")
        self.use = QPushButton("Use")
        self.rename = QPushButton("Rename")
        self.delete = QPushButton("Delete")
        self.empty = PlainLabel("No layout was saved yet: View, Layouts, Save layout.")
        self.list.currentItemChanged.connect(self._look)
        self.list.itemActivated.connect(self._use)
        self.name.textChanged.connect(self._judge)
        self.use.clicked.connect(self._use)
        self.rename.clicked.connect(self._rename)
        self.delete.clicked.connect(self._delete)
        row = QHBoxLayout()
        for part in (self.name, self.rename, self.delete, self.use):
            row.addWidget(part)
        layout = QVBoxLayout(self)
        layout.addWidget(self.empty)
        layout.addWidget(self.list)
        layout.addLayout(row)
        self.show_names(names)

    def show_names(self, names: Iterable[str], chosen: str = "") -> None:
        """List these names."""
        self.list.clear()
        for each in names:
            item = QListWidgetItem(clean(each, NAME_KEPT))
            item.setData(Qt.ItemDataRole.UserRole, each)
            self.list.addItem(item)
            if each == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0 and self.list.count():
            self.list.setCurrentRow(0)
        self.empty.setVisible(not self.list.count())
        self._look()

    def chosen(self) -> str:
        """Return the name that is chosen; empty for none."""
        row = self.list.currentRow()
        return "" if row < 0 else self._names()[row]

    def _names(self) -> list[str]:
        role = Qt.ItemDataRole.UserRole
        return [str(self.list.item(row).data(role)) for row in range(self.list.count())]

    @Slot()
    def _look(self) -> None:
        fill(self.name, self.chosen(), NAME_KEPT)
        self.use.setEnabled(bool(self.chosen()))
        self.delete.setEnabled(bool(self.chosen()))
        self._judge()

    @Slot()
    def _judge(self) -> None:
        name = bare(self.name.text(), NAME_KEPT)
        self.rename.setEnabled(bool(name and self.chosen()) and name not in self._names())

    @Slot()
    def _use(self) -> None:
        if self.chosen():
            self.used.emit(self.chosen())

    @Slot()
    def _rename(self) -> None:
        self.renamed.emit(self.chosen(), bare(self.name.text(), NAME_KEPT))

    @Slot()
    def _delete(self) -> None:
        self.deleted.emit(self.chosen())
