"""Notices as a short stack below the chart: five at most, the newest last, each dismissable.

Below and not over it, for there is no corner of a chart where the newest price is never drawn.
"""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from replayer_qt.core.program_events import Severity
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.plain import PlainLabel, clean
from replayer_qt.ui.theme import DARK, Theme

STACK: Final = 5
_SHOWN_MS: Final = {Severity.INFO: 8_000, Severity.WARNING: 8_000}


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
        self._write(notice)
        if notice.severity in _SHOWN_MS:
            self._timer.start(_SHOWN_MS[notice.severity])

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours, and hide money where it must not be seen now."""
        self._theme = theme
        self._write(self.notice)
        self.update()

    def _write(self, notice: Notice) -> None:
        times = f"  (x{notice.count:,})" if notice.count > 1 else ""
        self._what.say(f"{notice.what}{times}")
        self._remedy.say(notice.remedy)
        self._remedy.setVisible(bool(notice.remedy))
        self.setAccessibleName(clean(f"{notice.severity.value}: {notice.what}"))

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
    """The stack; takes no room while it is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notices")
        self._theme = DARK
        self.toasts: list[Toast] = []  # oldest first; bounded by STACK
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 3, 4, 3)
        self._layout.setSpacing(3)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
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
                return
        if len(self.toasts) >= STACK:
            self._drop(self.toasts[0])
        toast = Toast(notice, self._theme, self)
        toast.dismissed.connect(self._drop)
        self.toasts.append(toast)
        self._layout.addWidget(toast)
        toast.show()
        self.show()

    @Slot(object)
    def take_back(self, notice: Notice) -> None:
        """Dismiss the notice that says the same as `notice`, if it is still there."""
        for toast in tuple(self.toasts):
            if (toast.notice.code, toast.notice.what) == (notice.code, notice.what):
                self._drop(toast)

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
        self.setVisible(bool(self.toasts))
