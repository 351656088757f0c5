"""The docks around the chart: which there are, where they stand at first, and how that is kept."""

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from replayer_qt.ui.dock_table import ACCOUNT, DOCKS, MARKET, RIGHT
from replayer_qt.ui.layout_memory import LayoutMemory

_NARROW_PX: Final = 1000
_SIDE_PX: Final = 312
_BELOW_PX: Final = 200
_STACK_PX: Final = 342
_RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
_BELOW: Final = Qt.DockWidgetArea.BottomDockWidgetArea
_WIDTHS: Final = (468, 492)
"""Of the groups below the chart; a table of rounds takes so much."""
_SIDES: Final = frozenset(
    {Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea}
)


class Docking(QObject):
    """Owns the docks of a window; they stand below the chart while the window is narrow.

    Signals:
        changed: docks were opened or closed; told once where that is done to many at once.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._is_below = False
        self._beside: QByteArray | None = None
        self._side_px = _SIDE_PX
        self._moving = 0
        self._untold = False
        self._fitting = QTimer(self)  # not while Qt lays the window out
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        window.installEventFilter(self)
        self.docks: dict[str, QDockWidget] = {}
        # the ticket needs its height: it reaches from the bars to the window's lower edge
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        for row in DOCKS:
            dock = QDockWidget(row.title, window)
            dock.setObjectName(f"dock-{row.name}")
            dock.setAccessibleName(row.title)
            dock.setAccessibleDescription(row.tip)
            dock.setWidget(panels[row.name])
            dock.toggleViewAction().toggled.connect(self._tell)
            dock.installEventFilter(self)
            self.docks[row.name] = dock

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
        """Place the docks as at first, or all of them below the chart in a narrow window."""
        with self._all_at_once():
            self._put_back()

    def _put_back(self) -> None:
        window = self._window
        narrow = self._is_below = self._is_narrow()
        self._beside = None
        for dock in self.docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)
        if narrow:
            self._pile_up()
        else:
            self._spread()
        self._first_of_each()

    def show_only(self, names: tuple[str, ...]) -> None:
        """Place the docks as at first, but open these alone; the first ones come to the front."""
        with self._all_at_once():
            self._put_back()
            self._reopen(frozenset(names))
            for name in reversed(names):
                self.docks[name].raise_()

    def restore(self, memory: LayoutMemory) -> bool:
        """Bring back what was kept; False, and nothing changed, if there is nothing sound."""
        kept = memory.layout()
        if kept is None:
            return False
        geometry, docks = kept
        return self._window.restoreGeometry(geometry) and self.use(docks)

    def state(self) -> QByteArray:
        """Return where every dock stands, as `use` understands it."""
        return self._window.saveState() if self._beside is None else self._beside

    def use(self, docks: QByteArray) -> bool:
        """Place the docks as they stood; False, and nothing changed, if that is not sound."""
        with self._all_at_once():
            return self._use(docks)

    def _use(self, docks: QByteArray) -> bool:
        if not self._window.restoreState(docks):
            return False
        self._beside, self._is_below = None, False
        if self._is_narrow() and self._at_the_side():
            opened = self.open_names()
            self.put_back()  # what stood beside the chart can't be moved before it was laid out
            self._reopen(opened)
            self._beside = docks
        return True

    def keep(self, memory: LayoutMemory) -> None:
        """Keep where everything stands."""
        memory.keep_layout(self._window.saveGeometry(), self.state())

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
        with self._all_at_once():
            if narrow and not self._is_below and self._at_the_side():
                self._move_below(self._window.saveState())
            elif not narrow and self._is_below:
                self._move_back()

    def _note_width(self, dock: QObject) -> None:
        """Remember how wide a person made it; a narrow window squeezes it by itself."""
        if not self._is_narrow() and not self._is_below and dock in self._at_the_side():
            self._side_px = self.docks[DOCKS[0].name].width()

    def _move_below(self, beside: QByteArray) -> None:
        opened = self.open_names()
        for dock in self._at_the_side():
            self._window.addDockWidget(_BELOW, dock)
        self._stack()
        self._reopen(opened)
        self.docks[DOCKS[0].name].raise_()
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
        """Make all docks tabs of one another, below the chart."""
        docks = [dock for dock in self.docks.values() if not dock.isFloating()]
        for before, dock in itertools.pairwise(docks):
            self._window.tabifyDockWidget(before, dock)
        if docks:
            self._window.resizeDocks(docks[:1], [_STACK_PX], Qt.Orientation.Vertical)

    def _open_together(self, docks: list[QDockWidget], area: Qt.DockWidgetArea) -> None:
        """Place docks as tabs of one another; one by one, for Qt keeps bars of tabs it moved."""
        for place, dock in enumerate(docks):
            if place:
                self._window.tabifyDockWidget(docks[0], dock)
            else:
                self._window.addDockWidget(area, dock)
            dock.show()

    def _pile_up(self) -> None:
        """Make all docks tabs of one another, below the chart."""
        self._open_together(list(self.docks.values()), _BELOW)
        first = self.docks[DOCKS[0].name]
        self._window.resizeDocks([first], [_STACK_PX], Qt.Orientation.Vertical)

    def _spread(self) -> None:
        """Make those of a group tabs of one another, the groups beside one another."""
        window = self._window
        for group, area in ((RIGHT, _RIGHT), (ACCOUNT, _BELOW), (MARKET, _BELOW)):
            self._open_together(self._group(group), area)
        hands, below, beside = (self._group(group)[0] for group in (RIGHT, ACCOUNT, MARKET))
        window.resizeDocks([hands], [_SIDE_PX], Qt.Orientation.Horizontal)
        window.resizeDocks([below, beside], [_BELOW_PX, _BELOW_PX], Qt.Orientation.Vertical)
        window.resizeDocks([below, beside], _WIDTHS, Qt.Orientation.Horizontal)

    def _group(self, group: str) -> list[QDockWidget]:
        return [self.docks[row.name] for row in DOCKS if row.group == group]

    def _first_of_each(self) -> None:
        for group in (MARKET, ACCOUNT, RIGHT):
            for dock in self._group(group)[:1]:
                dock.raise_()

    @contextlib.contextmanager
    def _all_at_once(self) -> Iterator[None]:
        """Tell of all that is done meanwhile once: who hears of it looks at everything again."""
        self._moving += 1
        try:
            yield
        finally:
            self._moving -= 1
            if self._untold and not self._moving:
                self._untold = False
                self.changed.emit()

    @Slot()
    def _tell(self) -> None:
        if self._moving:
            self._untold = True
        else:
            self.changed.emit()

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Resize:
            if watched is not self._window:
                self._note_width(watched)
            elif self._is_narrow() != self._is_below:
                self._fitting.start(0)
        return super().eventFilter(watched, event)
