"""Text from outside is plain text: the one place that puts it on the screen."""

import html
import unicodedata
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSystemTrayIcon,
    QToolButton,
    QWidget,
)

from replayer_qt.ui.privacy import covered, is_private

NAME_KEPT: Final = 32
TEXT_KEPT: Final = 400
TIP_KEPT: Final = 200
COVERED: Final = "It tells an amount of money, which is hidden: show money to change it."
"""Why words that are kept can't be changed now."""
_FILLED: Final = 0.85
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = TEXT_KEPT) -> str:
    """Return `text` on one line, without control and direction characters, `limit` long at most.

    >>> clean("Bob" + chr(10) + "ERROR " + chr(0x202E) + "filled")
    'Bob ERROR filled'
    >>> clean("a" * 40, 5)
    'aaaa…'
    """
    return bare(covered(text), limit)


def bare(text: str, limit: int = TEXT_KEPT) -> str:
    """Return the same with its amounts of money: for what is kept, and covered when it is shown."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text.strip()  # nearly all of it: nothing to look at letter by letter
    head = text[: limit * 4]
    shown = "".join(" " if c in "\r\n\t\v\f" else c for c in head if _is_shown(c)).strip()
    cut = len(shown) > limit or len(text) > len(head)
    return shown[: limit - 1] + "…" if cut else shown


def _is_shown(character: str) -> bool:
    return character in "\r\n\t\v\f" or unicodedata.category(character) not in _HIDDEN


def name(text: str) -> str:
    """Return a player's name as it may be shown: cleaned, 32 characters at most."""
    return clean(text, NAME_KEPT)


def tip(text: str) -> str:
    """Return `text` for a tool tip: one line, cut at 200 characters, then escaped."""
    # Escaped text alone still looks rich to Qt; the span makes it so on purpose, and wraps it.
    return f"<span>{html.escape(clean(text, TIP_KEPT))}</span>"


def fill(line: QLineEdit, text: str, limit: int = TEXT_KEPT) -> None:
    """Put `text` into an input, which shows letters only; the same again costs nothing.

    Money in it stays, for what is in an input is kept: a `KeptLine` hides it where it must not be
    seen.
    """
    if line.text() != text:
        line.setText(bare(text, limit))
    if isinstance(line, KeptLine):
        line.cover_money()


def caption(button: QAbstractButton, text: str) -> None:
    """Write `text` on a button, which obeys nothing but `&`; the same again costs nothing."""
    shown = clean(text, NAME_KEPT).replace("&", "&&")
    if button.text() != shown:
        button.setText(shown)


def cover_told(widget: QWidget) -> None:
    """Hide the money in what a widget was told before: for eyes its tip, for ears its names."""
    if isinstance(widget, PlainLabel):
        widget.say_anew()
    if isinstance(widget, KeptLine):
        widget.cover_money()
    for told, tell in (
        (widget.toolTip(), widget.setToolTip),
        (widget.accessibleName(), widget.setAccessibleName),
        (widget.accessibleDescription(), widget.setAccessibleDescription),
    ):
        if told and covered(told) != told:
            tell(covered(told))


def copy(text: str) -> None:
    """Put a text on the clipboard, as a text and nothing else."""
    QGuiApplication.clipboard().setText(text)


def tray_tip(icon: QSystemTrayIcon, text: str) -> None:
    """Tell `text` at the desktop's own icon, which shows letters only."""
    icon.setToolTip(clean(text, TIP_KEPT))


class KeptLine(QLineEdit):
    """An input for words that are kept; where they tell money that must not be seen, it is dots.

    The words themselves are never changed by that, and nobody changes them blindly: they can be
    read only until money is shown.

    Args:
        limit: how long they may be [characters].
        hides: whether it is an amount, which can be typed unseen, whatever it is.

    Signals:
        covered: the words are hidden now, or are no more.
    """

    covered = Signal()

    def __init__(
        self, limit: int = TEXT_KEPT, *, hides: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hides = hides
        self.setMaxLength(limit)
        self.cover_money()

    @property
    def why_covered(self) -> str:
        """Why nothing can be typed now; empty if it can."""
        return COVERED if self.isReadOnly() else ""

    def cover_money(self) -> None:
        """Hide the words or show them, as it must be now."""
        covers = covered(self.text()) != self.text()
        dots = covers or (self._hides and is_private())
        self.setEchoMode(self.EchoMode.Password if dots else self.EchoMode.Normal)
        if covers != self.isReadOnly():
            self.setReadOnly(covers)
            self.setToolTip(self.why_covered)
            self.covered.emit()


class SearchLine(QLineEdit):
    """A short input with a button that clears it; both have names for screen readers."""

    def __init__(self, what: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(what)
        self.setPlaceholderText(hint)
        self.setClearButtonEnabled(True)
        self.setMaxLength(NAME_KEPT)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName("Clear this input")


class PlainLabel(QLabel):
    """A label that shows what it is told letter by letter, elided to the room it has.

    Args:
        lines: how many an elided text may take; the label keeps their height.
    """

    def __init__(
        self,
        text: str = "",
        *,
        role: str = "",
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
        lines: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setOpenExternalLinks(False)
        self._elide = elide
        self._whole, self._told = "", ("", TEXT_KEPT)
        self._lines = lines
        if lines > 1:
            self.setWordWrap(True)
        if role:
            self.setProperty("role", role)
        if elide is not Qt.TextElideMode.ElideNone:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.say(text)

    @property
    def whole(self) -> str:
        """The text before it was elided."""
        return self._whole

    def say(self, text: str, limit: int = TEXT_KEPT) -> None:
        """Show `text`; the same text again costs nothing."""
        self._told = (text, limit)
        shown = clean(text, limit)
        if shown == self._whole:
            return
        self._whole = shown
        self.setAccessibleName(shown)
        self._fit()

    def say_anew(self) -> None:
        """Show the same text as it may be seen now: money is hidden, or is no more."""
        self.say(*self._told)

    def _fit(self) -> None:
        if self._elide is Qt.TextElideMode.ElideNone:
            super().setText(self._whole)
            return
        # words that are too long for the end of a line leave some of it empty
        width = self.width() if self._lines == 1 else int(self.width() * self._lines * _FILLED)
        fitted = self.fontMetrics().elidedText(self._whole, self._elide, width)
        if fitted != self.text():
            super().setText(fitted)
            self.setToolTip(tip(self._whole) if fitted != self._whole else "")

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if self._elide is not Qt.TextElideMode.ElideNone:
            self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        hint = super().minimumSizeHint()
        return hint if self._elide is Qt.TextElideMode.ElideNone else QSize(0, hint.height())
