"""What an action is, and how the table of actions becomes menus, tool bar and shortcuts."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton

from replayer_qt.core.commands import Command
from replayer_qt.ui.assets import icon, inks_of
from replayer_qt.ui.plain import tip
from replayer_qt.ui.theme import Theme
from replayer_qt.ui.view import View

_ICON_PX: Final = 18


def always(_view: View) -> bool:
    """Return True: nothing stands against it."""
    return True


class ActionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a person can do, however they come to it.

    Attributes:
        name: a stable short name.
        menu: the menu it stands in, sub-menus after a slash.
        text: its words in the menu.
        tip: one sentence on what it does.
        keys: its shortcuts, the first one shown.
        icon: its picture's name; empty for none.
        ask: makes the command to ask for, or None where there is nothing to ask.
        call: the window's own verb instead of a command.
        argument: what the verb is called with; None for nothing.
        enabled: whether it can be done now.
        reason: why it cannot be done, where that is not plain to see.
        checked: whether it shows a tick; None for actions that never do.
        repeats: whether a key that is held down does it again and again.
        bar: which group of the tool bar it stands in; 0 for none.
        short: its words in the tool bar; empty for the icon alone.
        rule: whether a line stands above it in the menu.
        key_apart: whether its keys are heard elsewhere (the trading keys): the menu shows them,
            but it is not the menu item that they press.
    """

    name: str
    menu: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    ask: Callable[[View], Command | None] | None = None
    call: str = ""
    argument: object = None
    enabled: Callable[[View], bool] = always
    reason: str = ""
    checked: Callable[[View], bool] | None = None
    repeats: bool = False
    bar: int = 0
    short: str = ""
    rule: bool = False
    key_apart: bool = False


class RowAction(QAction):
    """The Qt action of one row.

    Signals:
        chosen: the row, when it was clicked or its key pressed.
    """

    chosen = Signal(object)

    def __init__(self, row: ActionRow, parent: QObject) -> None:
        shown = f"{row.text}\t{row.keys[0]}" if row.key_apart else row.text
        super().__init__(shown, parent)
        self.row = row
        self.setObjectName(f"action-{row.name}")
        self.setAutoRepeat(row.repeats)
        self.setCheckable(row.checked is not None)
        if not row.key_apart:
            self.setShortcuts([QKeySequence(key) for key in row.keys])
        words = f"{row.tip} {row.reason}".strip()
        key = f" ({row.keys[0]})" if row.keys else ""
        self.setToolTip(tip(f"{row.text.replace('&', '').rstrip('.…')}{key}: {words}"))
        self.setStatusTip(words)
        self.triggered.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.row)


class ActionSet(QObject):
    """All actions of a window, made from the table.

    Signals:
        asked: a command.
        called: the name of a window's verb and its argument.
    """

    asked = Signal(object)
    called = Signal(str, object)

    def __init__(self, rows: Iterable[ActionRow], view: View, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._inks: tuple[str, ...] = ()
        self.actions: dict[str, RowAction] = {}
        for row in rows:
            action = RowAction(row, self)
            action.chosen.connect(self._do)
            self.actions[row.name] = action
        self.refresh(view)

    @property
    def rows(self) -> tuple[ActionRow, ...]:
        """The rows, in the table's order."""
        return tuple(action.row for action in self.actions.values())

    def refresh(self, view: View) -> None:
        """Enable, disable, tick and untick every action as `view` says."""
        self._view = view
        for action in self.actions.values():
            row = action.row
            enabled = row.enabled(view)
            if enabled != action.isEnabled():
                action.setEnabled(enabled)
            if row.checked is not None:
                action.setChecked(row.checked(view))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours; where they have the same ones, nothing is done."""
        inks = inks_of(theme)
        if inks == self._inks:
            return
        self._inks = inks
        for action in self.actions.values():
            if action.row.icon:
                action.setIcon(icon(action.row.icon, theme))

    @Slot(object)
    def _do(self, row: ActionRow) -> None:
        if row.enabled(self._view):
            command = None if row.ask is None else row.ask(self._view)
            if command is not None:
                self.asked.emit(command)
            if row.call:
                self.called.emit(row.call, row.argument)
        # Qt has toggled a checkable action by itself; only the state may do that.
        if row.checked is not None:
            self.actions[row.name].setChecked(row.checked(self._view))


def fill_menus(bar: QMenuBar, actions: Mapping[str, RowAction]) -> dict[str, QMenu]:
    """Put every action into its menu.

    Returns:
        The menus by their path, sub-menus included.
    """
    menus: dict[str, QMenu] = {}
    for action in actions.values():
        menu = _menu(bar, menus, action.row.menu)
        if action.row.rule:
            menu.addSeparator()
        menu.addAction(action)
    return menus


def add_menu_below(action: RowAction, title: str) -> QMenu:
    """Add a menu right below `action`, in the menu that it was put into."""
    above = next(owner for owner in action.associatedObjects() if isinstance(owner, QMenu))
    rows = above.actions()
    made = QMenu(title, above)
    at = rows.index(action) + 1
    if at < len(rows):
        above.insertMenu(rows[at], made)
    else:
        above.addMenu(made)
    return made


def _menu(bar: QMenuBar, menus: dict[str, QMenu], path: str) -> QMenu:
    if path not in menus:
        above, _, title = path.rpartition("/")
        menu = _menu(bar, menus, above).addMenu(title) if above else bar.addMenu(title)
        menu.setToolTipsVisible(True)
        menu.setObjectName(f"menu-{path}")
        menus[path] = menu
    return menus[path]


def fill_tool_bar(bar: QToolBar, actions: Mapping[str, RowAction]) -> None:
    """Put the actions that belong there into the tool bar, group by group."""
    chosen = sorted((a for a in actions.values() if a.row.bar), key=lambda action: action.row.bar)
    bar.setIconSize(QSize(_ICON_PX, _ICON_PX))
    group = chosen[0].row.bar if chosen else 0
    for action in chosen:
        if action.row.bar != group:
            bar.addSeparator()
            group = action.row.bar
        bar.addAction(action)
        button = bar.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setAccessibleName(action.row.text.replace("&", ""))
            if action.row.short:
                action.setIconText(action.row.short)
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
