"""The one table of what can be done with selected rounds: menu, keys, tips, and when."""

from collections.abc import Iterator
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from replayer_qt.ui.plain import tip


class RowDeed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be done with the selected rounds.

    Attributes:
        name: a stable short name.
        text: its words in the menu.
        tip: one sentence on what it does.
        keys: its shortcuts, heard while the table has the focus.
        least: rounds that must be selected.
        most: rounds that may be selected; 0 is any number.
        lack: why it cannot be done at all; empty when it can.
        rule: whether a line stands above it.
    """

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    least: int = 1
    most: int = 0
    lack: str = ""
    rule: bool = False


DEEDS: Final = (
    RowDeed(name="open", text="&Open", keys=("Return", "Enter"),
            tip="Replay the round in the main window; several one after another."),
    RowDeed(name="play", text="&Play selection", keys=("Shift+Return", "Ctrl+Return"),
            tip="Replay the selected rounds one after another, in the order of the table."),
    RowDeed(name="playlist", text="Save play&list…", keys=("Ctrl+S",),
            tip="Keep the selected rounds, in this order, as a playlist."),
    RowDeed(name="backtest", text="&Use as backtest data", tip="Run a strategy on these rounds.",
            lack="Backtests are not in this release."),
    RowDeed(name="study", text="&Statistics of the selection", keys=("S",),
            tip="Distributions, survival, side bets and volatility of the selected rounds."),
    RowDeed(name="tags", text="&Tags…", keys=("T",), rule=True,
            tip="Put tags on the selected rounds, or take them off."),
    RowDeed(name="note", text="&Note…", keys=("N",), tip="Write a note on the selected rounds."),
    RowDeed(name="bookmark", text="&Bookmark", keys=("B",),
            tip="Set the selected rounds apart, or no more if all of them are."),
    RowDeed(name="verify", text="&Verify", keys=("V",), rule=True,
            tip="Read the files whole and check every line."),
    RowDeed(name="repair", text="&Repair", keys=("R",),
            tip="Check the files and mend what can be mended."),
    RowDeed(name="seal", text="S&eal", keys=("P",), tip="Pack the files, whatever their age."),
    RowDeed(name="export", text="E&xport…", keys=("Ctrl+E",),
            tip="Write the selected rounds as tables for other programs."),
    RowDeed(name="reveal", text="Reveal in &folder", keys=("F",), most=1, rule=True,
            tip="Open the folder of the round's file."),
    RowDeed(name="copy-path", text="&Copy path", keys=("Ctrl+C",),
            tip="Put the paths of the files on the clipboard."),
    RowDeed(name="trash", text="&Delete to trash…", keys=("Del",),
            tip="Put the files of the selected rounds into the trash."),
    RowDeed(name="all", text="Select &all", keys=("Ctrl+A",), least=0, rule=True,
            tip="Select every round that was found."),
    RowDeed(name="invert", text="&Invert selection", keys=("Ctrl+I",), least=0,
            tip="Select what is not selected."),
)  # fmt: skip
"""Everything that can be done, in the order of the menu."""


class RowActions(QObject):
    """The actions of the table's rows.

    Signals:
        wanted: the name [str] of a deed.
    """

    wanted = Signal(str)

    def __init__(self, table: QWidget) -> None:
        super().__init__(table)
        self.actions: dict[str, QAction] = {}
        self.menu = QMenu(table)
        self.menu.setAccessibleName("What to do with these rounds")
        self.menu.setToolTipsVisible(True)
        for deed, action in self._made():
            if deed.rule:
                self.menu.addSeparator()
            self.menu.addAction(action)
            table.addAction(action)
            self.actions[deed.name] = action
        self.show_count(0, 0)

    def _made(self) -> Iterator[tuple[RowDeed, QAction]]:
        for deed in DEEDS:
            action = QAction(deed.text, self)
            action.setObjectName(f"row-{deed.name}")
            action.setData(deed.name)
            action.setShortcuts([QKeySequence(key) for key in deed.keys])
            # letters shall do nothing while somebody types into a field
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(self._tell)
            yield deed, action

    def show_count(self, picked: int, shown: int) -> None:
        """Enable what can be done with so many selected rounds of those shown."""
        for deed in DEEDS:
            action = self.actions[deed.name]
            why = deed.lack or _lack(deed, picked, shown)
            action.setEnabled(not why)
            action.setToolTip(tip(f"{deed.tip} {why}".strip()))
            action.setStatusTip(f"{deed.tip} {why}".strip())

    @Slot()
    def _tell(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.wanted.emit(str(action.data()))


def _lack(deed: RowDeed, picked: int, shown: int) -> str:
    if not shown:
        return "There are no rounds."
    if picked < deed.least:
        return "Select a round first."
    return "Select one round only." if deed.most and picked > deed.most else ""
