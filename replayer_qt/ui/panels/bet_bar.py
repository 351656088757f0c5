"""A bar that runs out: how many ticks an open side bet still has."""

from typing import Final

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.core.account import OpenBet
from replayer_qt.core.money import SIDE_BET_MULTIPLE, SIDE_BET_WINDOW
from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.plain import tip
from replayer_qt.ui.theme import DARK, Theme

_HEIGHT: Final = 20
_GROUND: Final = 70


class Countdown(msgspec.Struct, frozen=True, kw_only=True):
    """What the bar says.

    Attributes:
        share: what is left of the window, 0 to 1.
    """

    text: str
    share: float
    tip: str = ""


def countdown(bet: OpenBet | None, tick: int) -> Countdown:
    """Return what is left of `bet` when the round stands at `tick` (-1 before the first)."""
    if bet is None:
        return Countdown(text="No open side bet", share=0.0)
    left = max(0, bet.end - max(tick, bet.start))
    pays = bet.stake * SIDE_BET_MULTIPLE
    return Countdown(
        text=f"◆ Side bet {fmt.exact(bet.stake)} pays {fmt.exact(pays)} SOL"
        f" · {left} of {SIDE_BET_WINDOW} ticks left",
        share=min(1.0, left / SIDE_BET_WINDOW),
        tip=f"Won if the rug comes from tick {bet.start} to tick {bet.end}, both included.",
    )


class BetBar(QWidget):
    """Paints a countdown as a bar with its words on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self.countdown = countdown(None, -1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.countdown.text)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def say(self, told: Countdown) -> None:
        """Show `told`; the same again costs nothing."""
        if told == self.countdown:
            return
        self.countdown = told
        self.setAccessibleName(told.text)
        if told.tip:
            self.setToolTip(tip(told.tip))
        else:
            self.setToolTip("")
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(240, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(60, scaled(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        told, theme = self.countdown, self._theme
        room = QRectF(6, 2, self.width() - 12, self.height() - 4)
        if told.share:
            painter.fillRect(room, QColor(theme.raised))
            left = QColor(theme.accent)
            left.setAlpha(_GROUND)
            painter.fillRect(
                QRectF(room.topLeft(), QSize(1, 1)).adjusted(
                    0, 0, room.width() * told.share - 1, room.height() - 1
                ),
                left,
            )
        painter.setPen(QColor(theme.text if told.tip else theme.muted))
        words = painter.fontMetrics().elidedText(
            told.text, Qt.TextElideMode.ElideRight, int(room.width()) - 8
        )
        painter.drawText(room.adjusted(0 if not told.tip else 6, 0, 0, 0), _MIDDLE, words)
        painter.end()


_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
