"""Every notice since the start, newest first."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from replayer_qt.core.state import Advance
from replayer_qt.ui.notices import Notices
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper, Table
from replayer_qt.ui.theme import Theme

NO_NOTICES: Final = "Nothing to tell: problems and questions will stand here."


class NoticeList(QWidget):
    """A table of notices that outlives the stack over the chart."""

    def __init__(self, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        table = Table("Notices", empty=NO_NOTICES)
        table.show_rows(notices.rows)
        clear = QPushButton("Clear")
        clear.setAccessibleName("Clear all notices")
        clear.setToolTip("Forget every notice.")
        clear.installEventFilter(KeyKeeper(clear, BUTTON_KEYS))
        clear.clicked.connect(notices.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(table)
        layout.addWidget(clear)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Let the notices hear what happened; their table shows itself."""
        self._notices.show_frame(advance)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells by meaning."""
        self._notices.rows.set_colours(asdict(theme))
