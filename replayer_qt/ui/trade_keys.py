"""The trading keys: off until armed, deaf while a person types, and one order a press."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from replayer_qt.core.state import State
from replayer_qt.ports import Clock
from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.arming import are_keys_armed

_INPUTS = (QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit)
_ALWAYS = frozenset({"sell-all"})
"""Exits: what lessens the risk needs no armed keys, and no kill switch stands against it."""

_QUIET_NS: Final = 100_000_000


class TradeKeys(QObject):
    """Hears the keys of the rows whose keys are kept apart from their menu items.

    A key that is pressed within 100 ms of its last press or release counts as held, and asks for
    nothing: not every window system marks the repeats of a held key as such.

    Signals:
        pressed: the name of a row, to be done.
        hinted: why a key did nothing.
    """

    pressed = Signal(str)
    hinted = Signal(str)

    def __init__(
        self, window: QWidget, actions: Mapping[str, RowAction], clock: Clock | None
    ) -> None:
        super().__init__(window)
        self._clock = clock
        self._state = State()
        self._heard_at: dict[str, int] = {}  # bounded: one a trading key
        self._keys: dict[str, str] = {}
        for name, action in actions.items():
            for key in action.row.keys if action.row.key_apart else ():
                shortcut = QShortcut(QKeySequence(key), window)
                shortcut.setObjectName(name)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(self._hear)
                self._keys[name] = key.rpartition("+")[2]
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def show_state(self, state: State) -> None:
        """Know whether the keys are armed."""
        self._state = state

    def is_armed(self) -> bool:
        """Return whether the keys are armed at this moment."""
        now = None if self._clock is None else self._clock.monotonic()
        return are_keys_armed(self._state, now)

    @Slot()
    def _hear(self) -> None:
        name = self.sender().objectName()
        if self._is_held(self._keys[name]) or _is_typing():
            return
        if self._state.trading() is None:
            self.hinted.emit("nothing here can be traded")
        elif self.is_armed() or name in _ALWAYS:
            self.pressed.emit(name)
        else:
            self.hinted.emit("trading keys are off: Ctrl+E arms them (Shift+S always sells all)")

    def _is_held(self, key: str) -> bool:
        """Whether it was not quiet long enough; each press and release begins that anew."""
        if self._clock is None:
            return False
        before, now = self._heard_at.get(key), self._clock.monotonic()
        self._heard_at[key] = now
        return before is not None and now - before < _QUIET_NS

    @Slot(QWidget, QWidget)
    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        """Hear releases where the focus is, and there alone: not every event of the program."""
        if old is not None:
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            key = QKeySequence(event.key()).toString()
            if key in self._heard_at:
                self._is_held(key)
        return super().eventFilter(watched, event)


def _is_typing() -> bool:
    """Whether a key belongs to an input, to a cell that is being written, or to a dialog."""
    if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
        return True
    focused = QApplication.focusWidget()
    if isinstance(focused, QAbstractItemView):
        return focused.state() is QAbstractItemView.State.EditingState
    return isinstance(focused, _INPUTS)
