"""What stands in place of the table while there are no rows: why, and what to do next."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from replayer_qt.ui.plain import PlainLabel


class Lack(StrEnum):
    """Why there are no rows."""

    LOADING = "loading"
    EMPTY = "empty"
    COMING = "coming"
    NO_MATCH = "no match"
    ERROR = "error"


_TITLES: Final = {
    Lack.LOADING: "Looking for rounds…",
    Lack.EMPTY: "No recordings yet",
    Lack.COMING: "Rounds are being read…",
    Lack.NO_MATCH: "No round matches",
    Lack.ERROR: "The library did not answer",
}
_HINTS: Final = {
    Lack.LOADING: "",
    Lack.EMPTY: "Import recordings, drop files or folders here, or record a venue.",
    Lack.COMING: "They are listed here as soon as the first ones are in.",
    Lack.NO_MATCH: "Take a filter away, or clear them all.",
    Lack.ERROR: "",
}


class StatePane(QFrame):
    """A title, a sentence and the buttons of the next step.

    Signals:
        files_wanted: files shall be chosen for an import.
        folder_wanted: a folder shall be chosen for an import.
        clear_wanted: the filters shall be cleared.
        again_wanted: it shall be asked again.
    """

    files_wanted = Signal()
    folder_wanted = Signal()
    clear_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "welcome")
        self.title = PlainLabel(role="title")
        self.hint = PlainLabel(role="muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.addStretch()
        for name, words, signal in (
            ("files", "Import &files…", self.files_wanted),
            ("folder", "Import f&older…", self.folder_wanted),
            ("clear", "Clear filters", self.clear_wanted),
            ("again", "&Try again", self.again_wanted),
        ):
            button = QPushButton(words)
            button.setAccessibleName(words.replace("&", "").rstrip("…"))
            button.clicked.connect(signal)
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch()
        column = QVBoxLayout(self)
        column.addStretch()
        column.addWidget(self.title, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.hint)
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch()
        self.lack = Lack.LOADING
        self.show_lack(Lack.LOADING)

    def show_lack(self, lack: Lack, why: str = "") -> None:
        """Say why there are no rows.

        Args:
            lack: the kind of reason.
            why: what went wrong, in plain words; empty for what is said anyway.
        """
        self.lack = lack
        self.title.say(_TITLES[lack])
        self.hint.say(why or _HINTS[lack])
        self.setAccessibleName(f"{_TITLES[lack]} {why or _HINTS[lack]}".strip())
        shown = {
            Lack.EMPTY: {"files", "folder"},
            Lack.NO_MATCH: {"clear"},
            Lack.ERROR: {"again", "clear"},
        }.get(lack, set())
        for name, button in self.buttons.items():
            button.setVisible(name in shown)
