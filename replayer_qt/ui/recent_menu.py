"""The menu of files that were opened lately."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from replayer_qt.ui.layout_memory import LayoutMemory
from replayer_qt.ui.plain import clean


class RecentMenu(QObject):
    """Fills a menu with recent files, newest first.

    Signals:
        chosen: a path [str] to open again.
    """

    chosen = Signal(str)

    def __init__(self, menu: QMenu, memory: LayoutMemory, parent: QObject) -> None:
        super().__init__(parent)
        self.menu = menu
        self._memory = memory
        menu.setToolTipsVisible(True)
        menu.triggered.connect(self._choose)
        self._list(memory.recent())

    def opened(self, paths: list[str]) -> None:
        """Put files on top of the list."""
        self._list(self._memory.opened(paths))

    def folder(self) -> str:
        """Return the folder of the newest file; empty when there is none."""
        recent = self._memory.recent()
        return str(Path(recent[0]).parent) if recent else ""

    def _list(self, paths: tuple[str, ...]) -> None:
        self.menu.clear()
        for path in paths:
            action = self.menu.addAction(clean(Path(path).name or path, 80).replace("&", "&&"))
            action.setData(path)
            action.setStatusTip(clean(path))
        self.menu.addSeparator()
        self.menu.addAction("&Clear this list")
        self.menu.setEnabled(bool(paths))

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        if action.data() is not None:
            self.chosen.emit(str(action.data()))
            return
        self._memory.forget_recent()
        self._list(())
