"""What there is to do when nothing is looked at: the first three actions, in the middle."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel, tip

_FIRST: Final = ("connect-practice", "connect-rugs", "open")
_CARD: Final = QSize(150, 96)
_ICON_PX: Final = 28


class Welcome(QFrame):
    """Covers `ground`; hidden as soon as there is a market to look at."""

    def __init__(self, ground: QWidget, actions: Mapping[str, RowAction]) -> None:
        super().__init__(ground)
        self._ground = ground
        self.setProperty("role", "welcome")
        self.setAccessibleName("Nothing is shown yet")
        self.buttons: list[tuple[QToolButton, RowAction]] = []  # bounded: _FIRST
        keeper = KeyKeeper(self, BUTTON_KEYS)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch()
        for name in _FIRST:
            action = actions[name]
            button = self._button(action)
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
        self._follow()

    def _button(self, action: RowAction) -> QToolButton:
        """A card that presses the action; it has words of its own, which an action would undo."""
        words = action.row.text.replace("&", "").rstrip("…")
        button = QToolButton()
        button.setProperty("role", "card")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setText(f"{words}\n{action.row.keys[0]}")
        button.setAccessibleName(words)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setMinimumSize(_CARD)
        button.clicked.connect(action.trigger)
        self.buttons.append((button, action))
        action.changed.connect(self._follow)
        return button

    @Slot()
    def _follow(self) -> None:
        for button, action in self.buttons:
            button.setIcon(action.icon())
            button.setEnabled(action.isEnabled())
            button.setToolTip(tip(action.row.tip))

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self.setGeometry(self._ground.rect())
        return super().eventFilter(watched, event)
