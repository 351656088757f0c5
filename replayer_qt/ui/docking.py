"""The docks around the chart: which there are, where they stand at first, and how that is kept."""

import itertools
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from replayer_qt.ui.action_table import DOCKS
from replayer_qt.ui.layout_memory import LayoutMemory

_NARROW_PX: Final = 1000
_SIDE_PX: Final = 496
_BELOW_PX: Final = 230
_SIDES: Final = frozenset(
    {Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea}
)


class Docking(QObject):
    """Owns the docks of a window; they stand below the chart while the window is narrow.

    Signals:
        changed: a dock was opened or closed.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._is_below = False
        self._beside: QByteArray | None = None
        self._side_px = _SIDE_PX
        self._fitting = QTimer(self)  # not while Qt lays the window out
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        window.installEventFilter(self)
        self.docks: dict[str, QDockWidget] = {}
        for name, title, tip in DOCKS:
            dock = QDockWidget(title, window)
            dock.setObjectName(f"dock-{name}")
            dock.setAccessibleName(title)
            dock.setAccessibleDescription(tip)
            dock.setWidget(panels[name])
            dock.toggleViewAction().toggled.connect(self._tell)
            dock.installEventFilter(self)
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
        narrow = self._is_below = self._is_narrow()
        self._beside = None
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
            self._stack()
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
        if not (self._window.restoreGeometry(geometry) and self._window.restoreState(docks)):
            return False
        if self._is_narrow() and self._at_the_side():
            self._move_below(docks)
        return True

    def keep(self, memory: LayoutMemory) -> None:
        """Keep where everything stands."""
        docks = self._window.saveState() if self._beside is None else self._beside
        memory.keep_layout(self._window.saveGeometry(), docks)

    def _is_narrow(self) -> bool:
        return self._window.width() < _NARROW_PX

    def _at_the_side(self) -> list[QDockWidget]:
        return [
            dock
            for dock in self.docks.values()
            if not dock.isFloating() and self._window.dockWidgetArea(dock) in _SIDES
        ]

    @Slot()
    def _fit(self) -> None:
        narrow = self._is_narrow()
        if narrow and not self._is_below and self._at_the_side():
            self._move_below(self._window.saveState())
        elif not narrow and self._is_below:
            self._move_back()

    def _note_width(self, dock: QObject) -> None:
        """Remember how wide a person made it; a narrow window squeezes it by itself."""
        if not self._is_narrow() and not self._is_below and dock in self._at_the_side():
            self._side_px = self.docks["rounds"].width()

    def _move_below(self, beside: QByteArray) -> None:
        opened = self.open_names()
        for dock in self._at_the_side():
            self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        self._stack()
        self._reopen(opened)
        self.docks["rounds"].raise_()
        self._beside, self._is_below = beside, True

    def _move_back(self) -> None:
        opened, beside, width = self.open_names(), self._beside, self._side_px
        self._beside, self._is_below = None, False
        if beside is None or not self._window.restoreState(beside):
            self.put_back()
        self._reopen(opened)
        # what was kept may have been squeezed already: Qt lays out before anyone hears of it
        sides = [dock for dock in self._at_the_side() if not dock.isHidden()]
        self._window.resizeDocks(sides, [width] * len(sides), Qt.Orientation.Horizontal)

    def _reopen(self, names: frozenset[str]) -> None:
        for name, dock in self.docks.items():
            dock.setVisible(name in names)

    def _stack(self) -> None:
        names = [name for name, _, _ in DOCKS]
        docks = [self.docks[name] for name in names if not self.docks[name].isFloating()]
        for before, dock in itertools.pairwise(docks):
            self._window.tabifyDockWidget(before, dock)
        if docks:
            self._window.resizeDocks(docks[:1], [_BELOW_PX], Qt.Orientation.Vertical)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Resize:
            if watched is not self._window:
                self._note_width(watched)
            elif self._is_narrow() != self._is_below:
                self._fitting.start(0)
        return super().eventFilter(watched, event)
