"""The search box: the words of the library's language, completed as they are typed."""

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QToolButton, QWidget

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import Quality, SortBy
from replayer_qt.ui.plain import fill
from replayer_qt.ui.privacy import covered, is_private

LETTERS_KEPT: Final = 1_000
"""Longest text of the box [characters]."""
_TAGS_OFFERED: Final = 100
_WORDS: Final = (
    "peak>10", "peak:2..50", "length<200", "length>1000", "rug:40..", "rugprice<0.01",
    "date:", "result>0", "result<0", "volatility>0.05", "tag:", "-tag:",
    "is:bookmarked", "-is:bookmarked", "is:rugged", "-is:rugged",
    *(f"fairness:{each}" for each in Fairness),
    *(f"quality:{each}" for each in Quality),
    *(f"venue:{each}" for each in ("rugs", "practice", "binance")),
    "format:journal", "format:A", "format:B",
    *(f"sort:{each}" for each in SortBy),
    *(f"sort:-{each}" for each in SortBy),
)  # fmt: skip

_MONEY: Final = re.compile(r"result\s*[:<>=]", re.IGNORECASE)
"""A search for what was won or lost."""


class SearchBox(QLineEdit):
    """An input that offers the language's words.

    Signals:
        meant: the text [str] that a person typed or chose.
        left_down: the arrow down was pressed: on to the table.
    """

    meant = Signal(str)
    left_down = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Search rounds")
        self.setPlaceholderText("Search: words, peak>10, rug:40.., tag:moon, date:2026-01…")
        self.setClearButtonEnabled(True)
        self.setMaxLength(LETTERS_KEPT)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName("Clear the search")
        self._words = QStringListModel(list(_WORDS), self)
        self._offer = QCompleter(self._words, self)
        self._offer.setWidget(self)
        self._offer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._offer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._popup = QListView(self)
        self._offer.setPopup(self._popup)
        self._popup.setAccessibleName("Words of the search")
        self._offer.activated.connect(self._take)
        self.textEdited.connect(self._edited)
        self.textChanged.connect(self._note_cleared)
        self._silent = False

    def show_text(self, text: str) -> None:
        """Show the words of a query; nothing is told of it."""
        self._silent = True
        fill(self, text, LETTERS_KEPT)
        self._silent = False
        self.cover_money()

    @Slot()
    def cover_money(self) -> None:
        """Show a search for amounts of money as dots unless one types in it, or as it is."""
        text = self.text()
        tells = bool(_MONEY.search(text)) or covered(text) != text
        covers = is_private() and not self.hasFocus() and tells
        self.setEchoMode(self.EchoMode.Password if covers else self.EchoMode.Normal)

    def show_tags(self, tags: Sequence[str]) -> None:
        """Offer the tags in use, too."""
        kept = [_quoted(tag) for tag in tags[:_TAGS_OFFERED]]
        self._words.setStringList(
            [*_WORDS, *(f"tag:{tag}" for tag in kept), *(f"-tag:{tag}" for tag in kept)]
        )

    def word(self) -> str:
        """Return the word before the cursor."""
        before = self.text()[: self.cursorPosition()]
        return before.rpartition(" ")[2]

    @Slot(str)
    def _edited(self, text: str) -> None:
        self.meant.emit(text)
        word = self.word()
        self._offer.setCompletionPrefix(word)
        found = self._offer.completionCount()
        if word and found and self._offer.currentCompletion() != word:
            self._offer.complete()
        else:
            self._popup.hide()

    @Slot(str)
    def _note_cleared(self, text: str) -> None:
        """The button that clears it is no editing to Qt."""
        if not text and not self._silent:
            self.meant.emit("")

    @Slot(str)
    def _take(self, chosen: str) -> None:
        word = self.word()
        self.cursorBackward(True, len(word))  # noqa: FBT003  # Qt's own signature
        self._silent = True
        self.insert(chosen if chosen.endswith(":") else f"{chosen} ")
        self._silent = False
        self.meant.emit(self.text())

    # Qt's names from here on.

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        self.cover_money()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusOutEvent(event)
        self.cover_money()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Down and not self._popup.isVisible():
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        asks = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride
        if asks and self.text() and _is_escape(event):
            event.accept()  # it clears the search before it means anything to the window
            return True
        return super().event(event)


def _quoted(tag: str) -> str:
    """The tag as it must be typed where it would mean something else without quotes."""
    plain = not any(letter.isspace() or letter in ',"' for letter in tag)
    return tag if plain else '"' + tag.replace('"', '""') + '"'


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
