"""A big button that says what it will do, or why it can't; painted letter by letter."""

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from replayer_qt.ui.lettering import lettered, scaled
from replayer_qt.ui.panels.table import BUTTON_KEYS, KeyKeeper
from replayer_qt.ui.plain import tip
from replayer_qt.ui.privacy import covered
from replayer_qt.ui.theme import DARK, Theme, faint, mixed
from replayer_qt.ui.ticket import ButtonWords

_HEIGHT: Final = 44
_PAD: Final = 8
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class OrderButton(QAbstractButton):
    """Filled when the gate would let its order pass, an outline when it would not.

    It takes the focus by Tab only: a Space that was meant for the replay must never buy.

    Args:
        colour: the meaning that colours it, a `Theme` attribute.
    """

    def __init__(self, name: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._colour = colour
        self._theme = DARK
        self.words = ButtonWords(what=name)
        self._letter()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setEnabled(False)
        self.installEventFilter(KeyKeeper(self, BUTTON_KEYS))

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self._letter()
        self.update()

    def _letter(self) -> None:
        self._large = lettered(self.font().family(), 11, bold=True)
        self._small = lettered(self.font().family(), 8)
        self.updateGeometry()

    def say(self, words: ButtonWords) -> None:
        """Show `words`; the same again costs nothing."""
        then, reasons = covered(words.then), covered(words.tip)
        words = replace(words, what=covered(words.what), then=then, tip=reasons)
        if words == self.words:
            return
        self.words = words
        self.setEnabled(words.usable)
        self.setAccessibleDescription(f"{words.what}: {words.then}")
        self.setToolTip(tip(f"{words.what}: {words.tip or words.then}"))
        self.update()

    def shown_lines(self) -> tuple[str, str]:
        """Return both lines as they are drawn, elided to the room there is."""
        room = self.width() - 2 * _PAD
        right = Qt.TextElideMode.ElideRight
        large, small = QFontMetrics(self._large), QFontMetrics(self._small)
        return (
            large.elidedText(self.words.what, right, room),
            small.elidedText(self.words.then, right, room),
        )

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(180, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(90, scaled(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        theme = self._theme
        filled = self.words.usable and self.words.allowed
        fill = getattr(theme, self._colour) if filled else theme.surface
        ink = theme.background if filled else getattr(theme, self._colour)
        if not self.words.usable:
            ink = faint(theme)
        if filled and (self.isDown() or self.underMouse()):
            fill = mixed(fill, theme.text, 0.18 if self.isDown() else 0.08)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        edge = theme.accent if self.hasFocus() else (fill if filled else ink)
        painter.setPen(QColor(edge))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(box, 6, 6)
        first, second = self.shown_lines()
        painter.setPen(QColor(ink))
        painter.setFont(self._large)
        painter.drawText(QRectF(0, scaled(3), self.width(), scaled(22)), _CENTRE, first)
        painter.setPen(QColor(ink if filled else theme.muted))
        painter.setFont(self._small)
        painter.drawText(QRectF(0, scaled(23), self.width(), scaled(16)), _CENTRE, second)
        painter.end()
