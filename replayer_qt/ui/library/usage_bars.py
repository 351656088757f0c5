"""Bars that show what uses the space: one a thing, its words beside it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from replayer_qt.core.library_answers import UsedSpace
from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.plain import clean, tip
from replayer_qt.ui.theme import DARK, Theme, mixed

BARS_MOST: Final = 24
"""Bars at most; the rest is one bar together."""

_ROW_PX: Final = 20
_NAME_PX: Final = 110
_SAID_PX: Final = 130
_HEAD_PX: Final = 20
_LEAST_PX: Final = 2.0
_NONE: Final = "nothing yet"
_LETTERS: Final = 120


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


def share_text(part: int, whole: int) -> str:
    """Return a share of a positive whole in per cent.

    >>> share_text(1, 3), share_text(1, 1000), share_text(0, 5)
    ('33%', '<1%', '0%')
    """
    share = part / whole
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def bar_width(part: int, whole: int, room: float) -> float:
    """Return how wide a bar is whose full width is the whole; what is there is seen.

    >>> bar_width(50, 200, 100), bar_width(1, 10**9, 100), bar_width(0, 0, 100)
    (25.0, 2.0, 0.0)
    """
    if part <= 0:
        return 0.0
    return min(room, max(_LEAST_PX, room * part / whole)) if whole > 0 else _LEAST_PX


def words_of(thing: UsedSpace, whole: int) -> str:
    """Return everything that is known of a thing."""
    share = f", {share_text(thing.size, whole)}" if whole > 0 else ""
    rounds = f", {thing.rounds:,} rounds" if thing.rounds else ""
    files = f"{thing.files:,} file{'' if thing.files == 1 else 's'}"
    return f"{clean(thing.name)}: {fmt.size(thing.size)}{share}, {files}{rounds}"


class UsageBars(QWidget):
    """One group of bars under a heading."""

    def __init__(
        self, heading: str, *, name_px: int = _NAME_PX, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name_px = name_px
        self._heading = heading
        self._theme = DARK
        self._things: tuple[UsedSpace, ...] = ()
        self._whole = 0
        self.setAccessibleName(heading)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_things(self, things: Sequence[UsedSpace], whole: int) -> None:
        """Show what each thing uses; shares are of the `whole` [bytes], 0 for none."""
        self._things, self._whole = listed(things), whole
        self.setAccessibleDescription("; ".join(words_of(each, whole) for each in self._things))
        self.updateGeometry()
        self.update()

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(420, scaled(_HEAD_PX) + scaled(_ROW_PX) * max(1, len(self._things)) + 6)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(scaled(self._name_px) + scaled(_SAID_PX) + 40, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent):
            place = int((event.pos().y() - scaled(_HEAD_PX)) // scaled(_ROW_PX))
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
        painter.drawText(QRectF(0, 0, self.width(), scaled(_HEAD_PX)), left, self._heading)
        if not self._things:
            painter.drawText(
                QRectF(8, scaled(_HEAD_PX), self.width(), scaled(_ROW_PX)), left, _NONE
            )
        room = max(20, self.width() - scaled(self._name_px) - scaled(_SAID_PX) - 16)
        back, front = QColor(theme.raised), QColor(mixed(theme.practice, theme.surface, 0.25))
        for place, each in enumerate(self._things):
            top = scaled(_HEAD_PX) + place * scaled(_ROW_PX)
            name = QRectF(8, top, scaled(self._name_px) - 8, scaled(_ROW_PX))
            painter.setPen(QColor(theme.text))
            shown = painter.fontMetrics().elidedText(
                clean(each.name, _LETTERS), Qt.TextElideMode.ElideMiddle, scaled(self._name_px) - 16
            )
            painter.drawText(name, left, shown)
            track = QRectF(scaled(self._name_px), top + 4, room, scaled(_ROW_PX) - 8)
            painter.fillRect(track, back)
            wide = bar_width(each.size, self._whole, room)
            painter.fillRect(QRectF(track.left(), track.top(), wide, track.height()), front)
            share = f"  {share_text(each.size, self._whole)}" if self._whole > 0 else ""
            said = QRectF(track.right() + 8, top, scaled(_SAID_PX), scaled(_ROW_PX))
            painter.drawText(said, right, f"{fmt.size(each.size)}{share}")
        painter.end()
