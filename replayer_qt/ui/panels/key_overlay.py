"""A sheet over the chart: what each trading key would do now. It sends nothing."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from replayer_qt.ui.assets import MONO
from replayer_qt.ui.lettering import lettered, scaled
from replayer_qt.ui.plain import clean
from replayer_qt.ui.theme import DARK, Theme
from replayer_qt.ui.ticket import ButtonWords, TicketWords
from replayer_qt.ui.trade_actions import ORDERS

_ROW_PX: Final = 34
_HEAD_PX: Final = 24
_WIDTH_PX: Final = 380
_KEY_PX: Final = 58
_MARGIN: Final = 10
_SEEN: Final = 235
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_MIDDLE: Final = Qt.AlignmentFlag.AlignCenter


class KeyOverlay(QWidget):
    """Stands in the chart's upper left corner; the mouse goes through it."""

    def __init__(self, ground: QWidget) -> None:
        super().__init__(ground)
        self._ground = ground
        self._theme = DARK
        self._armed = False
        self.lines: tuple[tuple[str, ButtonWords], ...] = ()
        self._letter()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("What trading keys would do")
        self.hide()
        ground.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._letter()
        self._place()
        self.update()

    def _letter(self) -> None:
        self._words, self._key = lettered(self.font().family(), 8), lettered(MONO, 8)

    def say(self, words: TicketWords, everything: ButtonWords, *, armed: bool) -> None:
        """Show what the ticket says its orders would do, and whether the keys are armed.

        Args:
            words: for the amount and share that are set.
            everything: for a sale of all.
            armed: whether the keys would do it.
        """
        by_name = {
            "buy": words.buy, "sell": words.sell, "sell-all": everything,
            "side-bet": words.side_bet,
        }  # fmt: skip
        lines = tuple((key, by_name[name]) for name, _, key, _, _ in ORDERS)
        if (lines, armed) != (self.lines, self._armed):
            self.lines, self._armed = lines, armed
            self._place()
            self.update()

    def _place(self) -> None:
        height = scaled(_HEAD_PX + _ROW_PX * len(self.lines)) + 6
        width = min(scaled(_WIDTH_PX), self._ground.width() - 2 * _MARGIN)
        self.setGeometry(_MARGIN, _MARGIN, max(width, 0), height)
        self.raise_()

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.surface)
        ground.setAlpha(_SEEN)
        painter.setPen(QColor(theme.muted))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(self._words)
        head = "Keys are armed: they would" if self._armed else "Dry run, keys are off: they would"
        painter.setPen(QColor(theme.warning if self._armed else theme.muted))
        painter.drawText(QRectF(10, 2, self.width() - 20, scaled(_HEAD_PX)), _LEFT, head)
        for row, (key, words) in enumerate(self.lines):
            self._draw_line(painter, scaled(_HEAD_PX + row * _ROW_PX), key, words)
        painter.end()

    def _draw_line(self, painter: QPainter, top: int, key: str, words: ButtonWords) -> None:
        theme = self._theme
        box = QRectF(10, top + 5, scaled(_KEY_PX), scaled(22))
        painter.setPen(QColor(theme.accent))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._key)
        painter.drawText(box, _MIDDLE, key)
        painter.setFont(self._words)
        left, high = scaled(_KEY_PX) + 20, scaled(16)
        room = self.width() - left - 8
        then = clean(words.then)
        fitted = QFontMetrics(self._words).elidedText(then, Qt.TextElideMode.ElideRight, room)
        allowed = words.usable and words.allowed
        painter.setPen(QColor(theme.text if allowed else theme.muted))
        painter.drawText(QRectF(left, top + 1, room, high), _LEFT, clean(words.what))
        painter.setPen(QColor(theme.muted if allowed else theme.error))
        painter.drawText(QRectF(left, top + 1 + scaled(14), room, high), _LEFT, fitted)
