"""The library's small dialogs: a name, tags, a note, and whether that is really meant."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library import NOTE_LIMIT, TAG_LIMIT
from replayer_qt.ui.plain import (
    COVERED,
    NAME_KEPT,
    KeptLine,
    PlainLabel,
    bare,
    caption,
    clean,
    fill,
)
from replayer_qt.ui.privacy import covered

_TAGS_LISTED: Final = 200
_TYPED_MOST: Final = 400
_OK: Final = QDialogButtonBox.StandardButton.Ok
_CANCEL: Final = QDialogButtonBox.StandardButton.Cancel


class _Asking(QDialog):
    """A dialog with two buttons, gone when it is closed."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(380)
        self.column = QVBoxLayout(self)
        self.buttons = QDialogButtonBox(_OK | _CANCEL)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.ok = self.buttons.button(_OK)


class NameDialog(_Asking):
    """Asks for a name.

    Signals:
        named: the name [str] that was typed, and the one before it [str].
    """

    named = Signal(str, str)

    def __init__(
        self, title: str, question: str, before: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._before = before
        self.line = KeptLine(NAME_KEPT)
        self.line.setAccessibleName(title)
        fill(self.line, before)
        self.line.selectAll()
        self.line.textChanged.connect(self._look)
        self.column.addWidget(PlainLabel(question))
        self.column.addWidget(self.line)
        self.column.addWidget(self.buttons)
        self.accepted.connect(self._tell)
        self._look()

    @Slot()
    def _look(self) -> None:
        self.ok.setEnabled(bool(bare(self.line.text(), NAME_KEPT)))

    @Slot()
    def _tell(self) -> None:
        self.named.emit(bare(self.line.text(), NAME_KEPT), self._before)


class TagsDialog(_Asking):
    """Asks for the tags of some rounds; a tag that only some of them have stays so.

    Signals:
        tagged: tags to add, and tags to drop [tuples of str].
    """

    tagged = Signal(object, object)

    def __init__(
        self,
        tagged: Sequence[tuple[str, ...]],
        in_use: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        """Prepare.

        Args:
            tagged: the tags of each of the rounds.
            in_use: tags of other rounds, which are offered.
            parent: Qt's owner.
        """
        super().__init__("Tags", parent)
        count = Counter(tag for tags in tagged for tag in tags)
        self._begun: dict[str, Qt.CheckState] = {}
        self.list = QListWidget()
        self.list.setAccessibleName("Tags of these rounds")
        for tag in list(dict.fromkeys([*sorted(count), *in_use]))[:_TAGS_LISTED]:
            self._begun[tag] = _share(count[tag], len(tagged))
            item = QListWidgetItem(clean(tag, TAG_LIMIT))
            item.setData(Qt.ItemDataRole.UserRole, tag)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(self._begun[tag])
            self.list.addItem(item)
        self.line = QLineEdit()
        self.line.setAccessibleName("New tags")
        self.line.setPlaceholderText("New tags, parted by commas")
        self.line.setMaxLength(_TYPED_MOST)
        many = f"{len(tagged):,} rounds" if len(tagged) != 1 else "this round"
        self.column.addWidget(PlainLabel(f"Tags of {many}:"))
        self.column.addWidget(self.line)
        self.column.addWidget(self.list)
        self.column.addWidget(self.buttons)
        self.list.setVisible(self.list.count() > 0)
        self.accepted.connect(self._tell)
        self.line.setFocus()

    @Slot()
    def _tell(self) -> None:
        add = {bare(tag, TAG_LIMIT) for tag in self.line.text().split(",")} - {""}
        drop: set[str] = set()
        for place in range(self.list.count()):
            item = self.list.item(place)
            tag = str(item.data(Qt.ItemDataRole.UserRole))
            state = item.checkState()
            if state is not self._begun[tag]:
                (add if state is Qt.CheckState.Checked else drop).add(tag)
        if add or drop:
            self.tagged.emit(tuple(sorted(add)), tuple(sorted(drop - add)))


class NoteDialog(_Asking):
    """Asks for a note; one that tells hidden money is shown covered, and can't be changed.

    Signals:
        noted: the note [str]; empty for none.
    """

    noted = Signal(str)

    def __init__(self, note: str, rounds: int, parent: QWidget | None = None) -> None:
        super().__init__("Note", parent)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Note")
        self.text.setPlainText(covered(note))
        self.text.setReadOnly(covered(note) != note)
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._look)
        self.left = PlainLabel(role="muted")
        several = f"It takes the place of the notes of {rounds:,} rounds. " if rounds > 1 else ""
        self.column.addWidget(PlainLabel(f"{several}Ctrl+Enter keeps it."))
        self.column.addWidget(self.text)
        self.column.addWidget(self.left)
        self.column.addWidget(self.buttons)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._keep)
        self.accepted.connect(self._tell)
        self._look()

    @Slot()
    def _keep(self) -> None:
        if self.ok.isEnabled():
            self.accept()

    @Slot()
    def _look(self) -> None:
        if self.text.isReadOnly():
            self.left.say(COVERED)
            self.ok.setEnabled(False)
            return
        length = len(self.text.toPlainText())
        self.left.say(f"{length:,} of {NOTE_LIMIT:,} letters")
        self.ok.setEnabled(length <= NOTE_LIMIT)

    @Slot()
    def _tell(self) -> None:
        self.noted.emit(self.text.toPlainText())


class ConfirmDialog(_Asking):
    """Asks whether that is really meant; Cancel is what Enter presses.

    Signals:
        confirmed: it is.
    """

    confirmed = Signal()

    def __init__(
        self, title: str, lines: Sequence[str], verb: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        for line in lines:
            label = PlainLabel(line)
            label.setWordWrap(True)
            self.column.addWidget(label)
        self.lines = tuple(lines)
        caption(self.ok, verb)
        self.ok.setProperty("role", "danger")
        self.ok.setAutoDefault(False)
        self.buttons.button(_CANCEL).setDefault(True)
        self.buttons.button(_CANCEL).setFocus()
        self.column.addWidget(self.buttons)
        self.accepted.connect(self.confirmed)


def _share(part: int, whole: int) -> Qt.CheckState:
    if part == 0:
        return Qt.CheckState.Unchecked
    return Qt.CheckState.Checked if part == whole else Qt.CheckState.PartiallyChecked
