"""Which line of decisions a replay follows, and the way to another one."""

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import ChooseBranch
from replayer_qt.core.trading import Branches
from replayer_qt.core.units import StreamId
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import caption, clean, name, tip

_LISTED: Final = 40


class BranchButton(QToolButton):
    """There while a replay is traded whose decisions were changed, or made again.

    Signals:
        asked: a `ChooseBranch`.
        renaming: a person wants to name the branch that is followed.
    """

    asked = Signal(object)
    renaming = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stream: StreamId | None = None
        self._branches = Branches()
        self.list = QMenu(self)
        self.list.aboutToShow.connect(self._list)
        self.list.triggered.connect(self._choose)
        self.setMenu(self.list)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Line of decisions")
        self.installEventFilter(KeyKeeper(self, BUTTON_KEYS))
        self.hide()

    def show_state(self, state: State) -> None:
        """Show the branch that is followed."""
        trading = state.trading()
        branches = None if trading is None else trading.branches
        self._stream = None if trading is None else trading.stream
        self._branches = Branches() if branches is None else branches
        self.setVisible(branches is not None and (len(branches.names) > 1 or branches.ahead > 0))
        caption(self, branch_words(self._branches))
        ahead = f"{self._branches.ahead} decisions lie ahead, and will be made again."
        self.setToolTip(tip(f"Follows “{self._branches.current}”. {ahead}"))

    @Slot()
    def _list(self) -> None:
        self.list.clear()
        for each in self._branches.names[-_LISTED:]:
            action = self.list.addAction(clean(each, 40).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(each == self._branches.current)
            action.setData(each)
        self.list.addSeparator()
        self.list.addAction("&Rename…")

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        if self._stream is None:
            return
        if action.data() is not None:
            self.asked.emit(ChooseBranch(stream=self._stream, branch=str(action.data())))
            return
        self.renaming.emit()


def branch_words(branches: Branches) -> str:
    """Return which branch is followed, and how much of it lies ahead.

    >>> branch_words(Branches(current="main", names=("main", "b"), ahead=3))
    'Branch: main +3'
    """
    ahead = f" +{branches.ahead}" if branches.ahead else ""
    return f"Branch: {name(branches.current)}{ahead}"
