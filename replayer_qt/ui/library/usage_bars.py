"""Bars that show what uses the space: one a thing, its words beside it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from replayer_qt.core.library_answers import UsedSpace
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean, tip
from replayer_qt.ui.theme import DARK, Theme, mixed

BARS_MOST: Final = 24
"""Bars at most; the rest is one bar together."""

_ROW_PX: Final = 20
_NAME_PX: Final = 110
_SAID_PX: Final = 150
_HEAD_PX: Final = 20
_LEAST_PX: Final = 2.0
_NONE: Final = "nothing yet"
_LETTERS: Final = 40


def listed(things: Sequence[UsedSpace]) -> tuple[UsedSpace, ...]:
    """Return what gets a bar: the things as they come, and what is too much as one."""
    if len(things) <= BARS_MOST:
        return tuple(things)
    kept, rest = things[: BARS_MOST - 1], things[BARS_MOST - 1 :]
    others = UsedSpace(
        name=f"{len(rest):,} others",
        files=sum(each.files for each in rest),
        size=sum(each.size for each in rest),
        rounds=sum(each.rounds for each in rest),
    )
    return (*kept, others)


def words_of(thing: UsedSpace, whole: int) -> str:
    """Return everything that is known of a thing."""
    share = f", {thing.size / whole:.0%}" if whole > 0 else ""
    rounds = f", {thing.rounds:,} rounds" if thing.rounds else ""
    files = f"{thing.files:,} file{'' if thing.files == 1 else 's'}"
    return f"{clean(thing.name)}: {fmt.size(thing.size)}{share}, {files}{rounds}"


class UsageBars(QWidget):
    """One group of bars under a heading."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = heading
        self._theme = DARK
        self._things: tuple[UsedSpace, ...] = ()
        self._whole = 0
        self.setAccessibleName(heading)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def show_things(self, things: Sequence[UsedSpace], whole: int) -> None:
        """Show what each thing uses of the `whole` [bytes]."""
        self._things, self._whole = listed(things), whole
        self.setAccessibleDescription("; ".join(words_of(each, whole) for each in self._things))
        self.updateGeometry()
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(420, _HEAD_PX + _ROW_PX * max(1, len(self._things)) + 6)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(_NAME_PX + _SAID_PX + 40, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent):
            place = int((event.pos().y() - _HEAD_PX) // _ROW_PX)
            if 0 <= place < len(self._things):
                said = tip(words_of(self._things[place], self._whole))
                QToolTip.showText(event.globalPos(), said, self)
                return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        theme = self._theme
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(0, 0, self.width(), _HEAD_PX), left, self._heading)
        if not self._things:
            painter.drawText(QRectF(8, _HEAD_PX, self.width(), _ROW_PX), left, _NONE)
        most = max((each.size for each in self._things), default=1) or 1
        room = max(20, self.width() - _NAME_PX - _SAID_PX - 16)
        back, front = QColor(theme.raised), QColor(mixed(theme.practice, theme.surface, 0.25))
        for place, each in enumerate(self._things):
            top = _HEAD_PX + place * _ROW_PX
            name = QRectF(8, top, _NAME_PX - 8, _ROW_PX)
            painter.setPen(QColor(theme.text))
            shown = painter.fontMetrics().elidedText(
                clean(each.name, _LETTERS), Qt.TextElideMode.ElideMiddle, _NAME_PX - 12
            )
            painter.drawText(name, left, shown)
            track = QRectF(_NAME_PX, top + 4, room, _ROW_PX - 8)
            painter.fillRect(track, back)
            wide = max(_LEAST_PX, room * each.size / most) if each.size else 0
            painter.fillRect(QRectF(track.left(), track.top(), wide, track.height()), front)
            share = f"  {each.size / self._whole:.0%}" if self._whole > 0 else ""
            said = QRectF(track.right() + 8, top, _SAID_PX, _ROW_PX)
            painter.drawText(said, right, f"{fmt.size(each.size)}{share}")
        painter.end()
