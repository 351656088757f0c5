"""The docks around the chart: which there are, where they stand at first, and how that is kept."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from replayer_qt.ui.action_table import DOCKS
from replayer_qt.ui.layout_memory import LayoutMemory

_NARROW_PX: Final = 1000
_SIDE_PX: Final = 496
_BELOW_PX: Final = 230


class Docking(QObject):
    """Owns the docks of a window.

    Signals:
        changed: a dock was opened or closed.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self.docks: dict[str, QDockWidget] = {}
        for name, title, tip in DOCKS:
            dock = QDockWidget(title, window)
            dock.setObjectName(f"dock-{name}")
            dock.setAccessibleName(title)
            dock.setAccessibleDescription(tip)
            dock.setWidget(panels[name])
            dock.toggleViewAction().toggled.connect(self._tell)
            self.docks[name] = dock

    def open_names(self) -> frozenset[str]:
        """Return the names of the docks that are open, in sight or behind a tab."""
        return frozenset(name for name, dock in self.docks.items() if not dock.isHidden())

    def toggle(self, name: str) -> None:
        """Open or close a dock; what opens comes to the front."""
        dock = self.docks[name]
        opens = dock.isHidden()
        dock.setVisible(opens)
        if opens:
            dock.raise_()

    def put_back(self) -> None:
        """Place the docks as at first: beside the chart, or below it in a narrow window."""
        window = self._window
        narrow = window.width() < _NARROW_PX
        area = (
            Qt.DockWidgetArea.BottomDockWidgetArea
            if narrow
            else Qt.DockWidgetArea.RightDockWidgetArea
        )
        for dock in self.docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)
            window.addDockWidget(area, dock)
            dock.show()
        rounds, trades, feed, notices = (self.docks[name] for name, _, _ in DOCKS)
        if narrow:
            window.tabifyDockWidget(rounds, trades)
            window.tabifyDockWidget(trades, feed)
            window.tabifyDockWidget(feed, notices)
            window.resizeDocks([rounds], [_BELOW_PX], Qt.Orientation.Vertical)
        else:
            window.tabifyDockWidget(trades, feed)
            window.tabifyDockWidget(feed, notices)
            window.resizeDocks([rounds, trades], [_SIDE_PX, _SIDE_PX], Qt.Orientation.Horizontal)
            window.resizeDocks([rounds, trades], [1, 1], Qt.Orientation.Vertical)
            trades.raise_()
        rounds.raise_()

    def restore(self, memory: LayoutMemory) -> bool:
        """Bring back what was kept; False, and nothing changed, if there is nothing sound."""
        kept = memory.layout()
        if kept is None:
            return False
        geometry, docks = kept
        return self._window.restoreGeometry(geometry) and self._window.restoreState(docks)

    def keep(self, memory: LayoutMemory) -> None:
        """Keep where everything stands."""
        memory.keep_layout(self._window.saveGeometry(), self._window.saveState())

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()
