"""Layouts by name: four that are built in, and those that a person saved."""

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from replayer_qt.ui.arrangement import Arrangement, read, written
from replayer_qt.ui.dialogs.layouts import LayoutsDialog, NameDialog
from replayer_qt.ui.docking import Docking
from replayer_qt.ui.layout_memory import LayoutMemory, NamedLayout
from replayer_qt.ui.layout_table import BUILT_IN


class Layouts(QObject):
    """Uses, saves, renames and deletes layouts.

    Args:
        window: its dialogs' parent.
        docking: places the panels.
        memory: where layouts are kept.
        arrange: arranges the charts.
        arranged: returns how they are arranged now.
        menu: lists the saved ones.
    """

    def __init__(
        self,
        window: QMainWindow,
        docking: Docking,
        memory: LayoutMemory,
        *,
        arrange: Callable[[Arrangement], None],
        arranged: Callable[[], Arrangement],
        menu: QMenu,
    ) -> None:
        super().__init__(window)
        self._window, self._docking, self._memory = window, docking, memory
        self._arrange, self._arranged = arrange, arranged
        self._menu = menu
        self._dialog: LayoutsDialog | None = None
        menu.triggered.connect(self._choose)
        self._list()

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "use_layout": self.use_built_in,
            "save_layout": self.ask_name,
            "show_layouts": self.show_list,
        }

    def begin(self, *, restore: bool) -> None:
        """Arrange the charts as they were, or as at first."""
        self._arrange(read(self._memory.charts()) if restore else Arrangement())

    @Slot()
    def keep(self) -> None:
        """Keep how the charts are arranged, for the next start."""
        self._memory.keep_charts(written(self._arranged()))

    def put_back(self) -> None:
        """Arrange the charts as at first: one, with its strip."""
        self._arrange(Arrangement())

    def use_built_in(self, name: str) -> None:
        """Use one of the built-in layouts."""
        for each in BUILT_IN:
            if each.name == name:
                self._docking.show_only(each.docks)
                self._arrange(each.charts)

    @Slot(str)
    def use(self, name: str) -> None:
        """Use a saved layout; one that is not sound (any more) changes nothing."""
        for each in self._memory.named():
            if each.name == name and self._docking.use(QByteArray(each.docks)):
                self._arrange(read(each.charts))

    @Slot(str)
    def save(self, name: str) -> None:
        """Keep the present layout under a name."""
        docks = bytes(self._docking.state().data())
        self._memory.keep_named(NamedLayout(name, docks, written(self._arranged())))
        self._list()

    @Slot(str, str)
    def rename(self, name: str, to: str) -> None:
        """Give a saved layout another name."""
        if self._memory.rename(name, to):
            self._list(to)

    @Slot(str)
    def delete(self, name: str) -> None:
        """Forget a saved layout."""
        self._memory.forget_named(name)
        self._list()

    def ask_name(self) -> None:
        """Ask for a name and keep the present layout under it."""
        dialog = NameDialog([each.name for each in self._memory.named()], self._window)
        dialog.named.connect(self.save)
        dialog.open()

    def show_list(self) -> None:
        """Show the saved layouts, to use, rename and delete them."""
        names = [each.name for each in self._memory.named()]
        dialog = self._dialog = LayoutsDialog(names, self._window)
        dialog.used.connect(self.use)
        dialog.renamed.connect(self.rename)
        dialog.deleted.connect(self.delete)
        dialog.destroyed.connect(self._forget_dialog)
        dialog.open()

    def _list(self, chosen: str = "") -> None:
        names = [each.name for each in self._memory.named()]
        self._menu.clear()
        for name in names:
            self._menu.addAction(name.replace("&", "&&")).setData(name)
        self._menu.setEnabled(bool(names))
        if self._dialog is not None:
            self._dialog.show_names(names, chosen)

    @Slot()
    def _forget_dialog(self) -> None:
        self._dialog = None

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.use(str(action.data()))
