"""Notices as a short stack over the chart: five at most, the newest last, each dismissable."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from replayer_qt.core.program_events import Severity
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.plain import PlainLabel
from replayer_qt.ui.theme import DARK, Theme

STACK: Final = 5
_SHOWN_MS: Final = {Severity.INFO: 6_000, Severity.WARNING: 15_000}
_WIDTH: Final = 440
_MARGIN: Final = 10


class Toast(QFrame):
    """One notice on the stack.

    Signals:
        dismissed: itself, when a person or time puts it away.
    """

    dismissed = Signal(object)

    def __init__(self, notice: Notice, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme = theme
        self._what = PlainLabel()
        self._what.setWordWrap(True)
        self._remedy = PlainLabel(role="muted")
        self._remedy.setWordWrap(True)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName("Dismiss this notice")
        close.setToolTip("Dismiss; the Notices panel keeps it.")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self._dismiss)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._what)
        words.addWidget(self._remedy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 4, 6)
        layout.addLayout(words, stretch=1)
        layout.addWidget(close, alignment=Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._dismiss)
        self.notice = notice
        self.say(notice)

    def say(self, notice: Notice) -> None:
        """Show `notice`, which is the one before counted up."""
        self.notice = notice
        times = f"  (x{notice.count:,})" if notice.count > 1 else ""
        self._what.say(f"{notice.what}{times}")
        self._remedy.say(notice.remedy)
        self._remedy.setVisible(bool(notice.remedy))
        self.setAccessibleName(f"{notice.severity.value}: {notice.what}")
        if notice.severity in _SHOWN_MS:
            self._timer.start(_SHOWN_MS[notice.severity])

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    @Slot()
    def _dismiss(self) -> None:
        self._timer.stop()
        self.dismissed.emit(self)

    # Qt's names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        meaning = {Severity.INFO: "practice", Severity.WARNING: "warning"}
        colour = getattr(self._theme, meaning.get(self.notice.severity, "error"))
        painter = QPainter(self)
        painter.fillRect(1, 7, 4, self.height() - 14, QColor(colour))
        painter.end()


class NoticeBar(QWidget):
    """The stack, laid over `ground` and kept at its lower left corner."""

    def __init__(self, ground: QWidget) -> None:
        super().__init__(ground)
        self._ground = ground
        self.setAccessibleName("Notices")
        self._theme = DARK
        self.toasts: list[Toast] = []  # oldest first; bounded by STACK
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(5)
        ground.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        for toast in self.toasts:
            toast.set_theme(theme)

    @Slot(object)
    def tell(self, notice: Notice) -> None:
        """Put `notice` on the stack, or count up the one that says the same."""
        same = (notice.code, notice.what)
        for toast in self.toasts:
            if (toast.notice.code, toast.notice.what) == same:
                toast.say(notice)
                self._settle()
                return
        if len(self.toasts) >= STACK:
            self._drop(self.toasts[0])
        toast = Toast(notice, self._theme, self)
        toast.dismissed.connect(self._drop)
        self.toasts.append(toast)
        self._layout.addWidget(toast)
        toast.show()
        self._settle()

    @Slot()
    def clear(self) -> None:
        """Dismiss all."""
        for toast in tuple(self.toasts):
            self._drop(toast)

    @Slot(object)
    def _drop(self, toast: Toast) -> None:
        if toast in self.toasts:
            self.toasts.remove(toast)
            self._layout.removeWidget(toast)
            toast.hide()
            toast.deleteLater()
        self._settle()

    def _settle(self) -> None:
        ground = self._ground
        if not self.toasts:
            self.hide()
            return
        width = min(_WIDTH, ground.width() - 2 * _MARGIN)
        self.setFixedWidth(max(1, width))
        height = min(self._layout.heightForWidth(width), ground.height() - 2 * _MARGIN)
        self.setGeometry(_MARGIN, max(0, ground.height() - height - 3 * _MARGIN), width, height)
        self.show()
        self.raise_()

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)
