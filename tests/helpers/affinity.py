"""A guard in every test with Qt: what belongs to the window is touched on the main thread alone."""

import functools
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QStatusBar, QTextEdit, QWidget

from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.desk import Desk
from replayer_qt.runtime.engine_host import EngineHost

GUARDED: dict[type, tuple[str, ...]] = {
    QWidget: (
        "update", "repaint", "show", "hide", "setEnabled", "setToolTip", "setStyleSheet",
        "setWindowTitle", "resize", "move", "setLayout", "addAction", "raise_", "grab",
        "setPalette", "setFocus",
    ),
    QLabel: ("setText", "setPixmap", "clear"),
    QAbstractButton: ("setText", "setChecked", "setIcon"),
    QTextEdit: ("setPlainText", "append", "clear"),
    QStatusBar: ("showMessage",),
    QAction: ("setText", "setEnabled", "setChecked", "setVisible", "trigger"),
    QAbstractItemModel: (
        "beginInsertRows", "beginRemoveRows", "beginResetModel", "beginMoveRows",
    ),
    Engine: ("handle", "show", "attach", "drop"),
    EngineHost: ("show", "attach", "drop"),
    Desk: ("close",),
}  # fmt: skip
"""Methods that Qt does not call itself: one that is replaced must not look like an override."""


class TouchedElsewhere(Exception):
    """Something of the window was touched on another thread than the main one."""


def install(hits: list[str]) -> None:
    """Have each guarded method raise, and add to `hits`, on any thread but the main one."""
    main = threading.main_thread().ident
    for kind, names in GUARDED.items():
        for name in names:
            setattr(kind, name, _guarded(kind, name, main, hits))


def _guarded(kind: type, name: str, main: int | None, hits: list[str]) -> Callable[..., Any]:
    original = getattr(kind, name)

    @functools.wraps(original)
    def guarded(self: Any, *arguments: Any, **named: Any) -> Any:
        if threading.get_ident() != main:
            hits.append(f"{type(self).__name__}.{name} on {threading.current_thread().name}")
            raise TouchedElsewhere(hits[-1])
        return original(self, *arguments, **named)

    return guarded
