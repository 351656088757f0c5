"""Keeps the window on its screen, frame included, however small the screen is."""

from typing import Final

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, QSize, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_FRAMED_MS: Final = 150
_NO_SCREEN: Final = frozenset({"offscreen", "minimal"})


def placed(wanted: QRect, frame: QMargins, room: QRect, least: QSize) -> QRect:
    """Return where a window goes so that it and its frame lie in `room`.

    It keeps size and place as far as there is room, and is never smaller than `least`; what does
    not fit even then begins at the upper left corner of the room, for there the title is.
    """
    inside = room.marginsRemoved(frame)
    width = max(min(wanted.width(), inside.width()), least.width())
    height = max(min(wanted.height(), inside.height()), least.height())
    left = max(min(wanted.x(), inside.x() + inside.width() - width), inside.x())
    top = max(min(wanted.y(), inside.y() + inside.height() - height), inside.y())
    return QRect(left, top, width, height)


class ScreenKeeper(QObject):
    """Fits a window to its screen once, when it is first shown."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    @Slot()
    def _fit(self) -> None:
        window = self._window
        if window.isMaximized() or window.isFullScreen() or not window.isVisible():
            return
        now, framed = window.geometry(), window.frameGeometry()
        frame = QMargins(
            now.left() - framed.left(),
            now.top() - framed.top(),
            framed.right() - now.right(),
            framed.bottom() - now.bottom(),
        )
        room = window.screen().availableGeometry()
        wanted = placed(now, frame, room, window.minimumSize())
        if wanted != now:
            window.setGeometry(wanted)

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Show:
            self._window.removeEventFilter(self)
            # a picture that nobody sees needs no screen, and Qt's screen for it is a small one
            if QGuiApplication.platformName() not in _NO_SCREEN:
                self._fit()
                # a window manager puts its frame around the window a moment later
                QTimer.singleShot(_FRAMED_MS, self._fit)
        return super().eventFilter(watched, event)
