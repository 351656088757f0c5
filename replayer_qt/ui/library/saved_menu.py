"""The menu of saved searches: apply, save, rename, forget."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from replayer_qt.core.library import RoundQuery, SavedSearch
from replayer_qt.core.library_requests import ForgetSearch, SaveSearch
from replayer_qt.ui.library.dialogs import NameDialog
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.plain import NAME_KEPT, clean

SEARCHES_SHOWN: Final = 100
"""Saved searches that the menu lists."""


class SavedMenu(QToolButton):
    """A button with a menu.

    Signals:
        chosen: the query [RoundQuery] of a saved search.
    """

    chosen = Signal(object)

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._query = RoundQuery()
        self.searches: tuple[SavedSearch, ...] = ()
        self.setText("Saved")
        self.setAccessibleName("Saved searches")
        self.setToolTip("Saved searches: apply, save, rename, forget.")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("menus", True)  # noqa: FBT003  # Qt's own
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.saving = QAction("&Save this search…", self)
        self.saving.setShortcut(QKeySequence("Ctrl+D"))
        self.saving.triggered.connect(self.save)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)
        self._below = (
            (QMenu("&Rename", menu), self._rename),
            (QMenu("&Forget", menu), self._forget),
        )
        self.show_searches(())

    def show_query(self, query: RoundQuery) -> None:
        """Know what would be saved."""
        self._query = query

    def show_searches(self, searches: Sequence[SavedSearch]) -> None:
        """List the saved searches."""
        self.searches = tuple(searches[:SEARCHES_SHOWN])
        menu = self.menu()
        menu.clear()
        for search in self.searches:
            self._add(menu, search, self._apply)
        if not self.searches:
            menu.addAction("No search is saved yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.saving)
        for below, deed in self._below:
            below.clear()
            menu.addMenu(below)
            below.setEnabled(bool(self.searches))
            for search in self.searches:
                self._add(below, search, deed)

    @Slot()
    def save(self) -> None:
        """Ask for a name, and save the search under it."""
        self._ask_name("Save this search", "Its name; one of that name is replaced:", "")

    def _add(self, menu: QMenu, search: SavedSearch, deed: object) -> None:
        action = menu.addAction(clean(search.name, NAME_KEPT).replace("&", "&&"))
        action.setData(search.name)
        action.triggered.connect(deed)

    def _ask_name(self, title: str, question: str, before: str) -> None:
        dialog = NameDialog(title, question, before, self)
        dialog.named.connect(self._save_as)
        dialog.open()

    @Slot(str, str)
    def _save_as(self, name: str, before: str) -> None:
        query = self._query
        if before:
            kept = self._named(before)
            if kept is None or name == before:
                return
            query = kept.query
        saved = SavedSearch(name=name, query=query)
        self._questions.ask_anew(SaveSearch(search=saved))
        if before:
            self._questions.ask_anew(ForgetSearch(name=before))

    def _named(self, name: str) -> SavedSearch | None:
        return next((each for each in self.searches if each.name == name), None)

    def _said(self) -> str:
        action = self.sender()
        return str(action.data()) if isinstance(action, QAction) else ""

    @Slot()
    def _apply(self) -> None:
        search = self._named(self._said())
        if search is not None:
            self.chosen.emit(search.query)

    @Slot()
    def _rename(self) -> None:
        self._ask_name("Rename the search", "Its new name:", self._said())

    @Slot()
    def _forget(self) -> None:
        self._questions.ask_anew(ForgetSearch(name=self._said()))
