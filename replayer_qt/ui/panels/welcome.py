"""What there is to do when nothing is looked at: the first three actions, in the middle."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel

_FIRST: Final = ("connect-practice", "connect-rugs", "open")


class Welcome(QFrame):
    """Covers `ground`; hidden as soon as there is a market to look at."""

    def __init__(self, ground: QWidget, actions: Mapping[str, RowAction]) -> None:
        super().__init__(ground)
        self._ground = ground
        self.setProperty("role", "welcome")
        self.setAccessibleName("Nothing is shown yet")
        keeper = KeyKeeper(self, BUTTON_KEYS)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch()
        for name in _FIRST:
            action = actions[name]
            words = action.row.text.replace("&", "").rstrip("…")
            button = QToolButton()
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setDefaultAction(action)
            button.setText(f"{words}\n{action.row.keys[0]}")
            button.setAccessibleName(words)
            button.setMinimumSize(128, 76)
            button.installEventFilter(keeper)
            row.addWidget(button)
        row.addStretch()
        middle = Qt.AlignmentFlag.AlignHCenter
        layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(PlainLabel("No market yet", role="title"), alignment=middle)
        hint = "Connect to a venue, or drop recordings here. Nothing connects by itself."
        layout.addWidget(PlainLabel(hint, role="muted"), alignment=middle)
        layout.addSpacing(10)
        layout.addLayout(row)
        layout.addStretch()
        ground.installEventFilter(self)

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self.setGeometry(self._ground.rect())
        return super().eventFilter(watched, event)
