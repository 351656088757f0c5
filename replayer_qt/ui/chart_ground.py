"""What the chart and the strips below it stand on; they give way where there is little room."""

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

ROOM: Final = 300
"""A lower ground than this is the chart's alone [px]."""


class ChartGround(QWidget):
    """A column; the overview at its foot is there when it is wanted and the chart has its room.

    Attributes:
        column: where parts are added, above the overview.
    """

    def __init__(self, overview: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overview = overview
        self._wanted = True
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.column = QVBoxLayout()
        self.column.setSpacing(0)
        outer.addLayout(self.column, stretch=1)
        outer.addWidget(overview)

    def want_overview(self, *, on: bool) -> None:
        """Show the overview wherever there is room for it, or nowhere."""
        self._wanted = on
        self._settle()

    def _settle(self) -> None:
        self._overview.setVisible(self._wanted and self.height() >= ROOM)

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._settle()
