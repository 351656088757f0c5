"""The row above the table: search, filters, saved searches, columns, selection, import."""

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from replayer_qt.core.library import SortBy
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.rounds_table import RoundsTable
from replayer_qt.ui.library.saved_menu import SavedMenu
from replayer_qt.ui.library.search_box import SearchBox


class PageBar(QWidget):
    """Buttons with menus; each thing in them has a key or a mnemonic.

    Signals:
        pane_wanted: whether the filters shall be shown [bool].
        files_wanted: files shall be chosen for an import.
        folder_wanted: a folder shall be chosen for an import.
        refresh_wanted: new recordings shall be looked for.
        rebuild_wanted: the catalogue shall be made anew.
    """

    pane_wanted = Signal(bool)
    files_wanted = Signal()
    folder_wanted = Signal()
    refresh_wanted = Signal()
    rebuild_wanted = Signal()

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = SearchBox()
        self.saved = SavedMenu(questions)
        self.filters = QToolButton()
        self.filters.setText("Filters")
        self.filters.setAccessibleName("Show the filters")
        self.filters.setToolTip("Show or hide the fields that narrow the rounds down (Ctrl+B).")
        self.filters.setShortcut(QKeySequence("Ctrl+B"))
        self.filters.setCheckable(True)
        self.filters.setChecked(True)
        self.filters.toggled.connect(self.pane_wanted)
        self.columns = _menu_button("Columns", "Which columns are shown, and the order of rows.")
        self.selection = _menu_button("Selection", "What to do with the selected rounds.")
        self.imports = _menu_button("Import", "Bring files or folders into the library.")
        menu = QMenu(self.imports)
        for words, key, signal in (
            ("Import &files…", "Ctrl+O", self.files_wanted),
            ("Import f&older…", "Ctrl+Shift+O", self.folder_wanted),
        ):
            action = menu.addAction(words)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(signal)
        menu.addSeparator()
        menu.addAction("&Look for new recordings\tF5").triggered.connect(self.refresh_wanted)
        menu.addAction("Make the catalogue &anew…").triggered.connect(self.rebuild_wanted)
        self.imports.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 2)
        row.setSpacing(4)
        row.addWidget(self.search, stretch=1)
        for button in (self.filters, self.saved, self.columns, self.selection, self.imports):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)

    def take_table(self, table: RoundsTable, menu: QMenu) -> None:
        """Offer the table's columns, and `menu` for its selection."""
        self._table = table
        self.selection.setMenu(menu)
        below = QMenu(self.columns)
        below.aboutToShow.connect(self._check_columns)
        order = below.addMenu("&Sort by")
        sorts = QActionGroup(order)
        for column in table.rows.columns:
            if column.sort is not None:
                chosen = order.addAction(column.title)
                chosen.setData(column.sort)
                chosen.triggered.connect(self._sort)
                sorts.addAction(chosen)
        below.addSeparator()
        self.shown: list[QAction] = []
        for place, column in enumerate(table.rows.columns):
            name = "Bookmark" if column.name == "bookmark" else column.title
            action = below.addAction(name)
            action.setCheckable(True)
            action.setData(place)
            action.toggled.connect(self._show_column)
            self.shown.append(action)
        below.addSeparator()
        below.addAction("&As at first").triggered.connect(self._put_back)
        self.columns.setMenu(below)
        self._check_columns()
        head = table.horizontalHeader()
        head.customContextMenuRequested.connect(self._pop_up)

    def show_pane_state(self, *, shown: bool) -> None:
        """Show whether the filters are shown."""
        with QSignalBlocker(self.filters):
            self.filters.setChecked(shown)

    @Slot()
    def _check_columns(self) -> None:
        for place, action in enumerate(self.shown):
            with QSignalBlocker(action):
                action.setChecked(not self._table.isColumnHidden(place))

    @Slot(bool)
    def _show_column(self, shown: bool) -> None:  # noqa: FBT001  # as signalled
        action = self.sender()
        if isinstance(action, QAction):
            self._table.setColumnHidden(int(action.data()), not shown)

    @Slot()
    def _sort(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._table.sort_by(SortBy(action.data()))

    @Slot()
    def _put_back(self) -> None:
        self._table.put_columns_back()

    @Slot(QPoint)
    def _pop_up(self, at: QPoint) -> None:
        self.columns.menu().popup(self._table.horizontalHeader().mapToGlobal(at))


def _menu_button(words: str, about: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setAccessibleName(about)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setProperty("menus", True)  # noqa: FBT003  # Qt's own
    return button
