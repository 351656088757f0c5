"""The curve of a session's result, trade by trade, with every fall from its peak shaded."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.theme import DARK, Theme

EMPTY: Final = "The curve begins with the first closed trade."

_PAD: Final = 8
_LABEL_PX: Final = 84
_HEAD_PX: Final = 20
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
_SHADE: Final = 60
_CROSS: Final = 3.5
_ZERO: Final = Decimal(0)
_FLAT: Final = 1e-9


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The result after one more closed trade.

    Attributes:
        result: of the session so far [SOL].
        forced: whether the rug closed it; marked by a cross.
    """

    result: Decimal
    forced: bool = False


class ProfitCurve(QWidget):
    """Paints the marks as one line; the pointer tells the nearest one.

    Signals:
        chosen: the number of the mark that was double-clicked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describe: Callable[[int], str] = str
        self._theme = DARK
        self._marks: tuple[Mark, ...] = ()
        self._start = _ZERO
        self._heights: list[float] = []
        self._peaks: list[float] = []
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Result of the session, trade by trade")

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is drawn."""
        return self._marks

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def show_marks(
        self,
        marks: Sequence[Mark],
        start: Decimal = _ZERO,
        describe: Callable[[int], str] = str,
    ) -> None:
        """Draw another curve; one without marks says that there is none yet.

        Args:
            marks: after each closed trade, oldest first.
            start: the result before them [SOL].
            describe: says what was closed at a mark's number; asked for one mark at a time.
        """
        self._marks, self._start, self._describe = tuple(marks), start, describe
        # only pixels are made of these; the words keep the exact numbers
        self._heights = [float(start), *(float(mark.result) for mark in self._marks)]
        self._peaks = list(accumulate(self._heights, max))
        self._pointed = None
        self.update()

    def words(self) -> str:
        """Return what the pointer, or else the curve's end, tells."""
        if not self._marks:
            return ""
        number = len(self._marks) if self._pointed is None else self._pointed
        if number == 0:
            return f"Start: {fmt.signed_sol(self._start)} SOL"
        result = fmt.signed_sol(self._marks[number - 1].result)
        return f"#{number} {self._describe(number - 1)} → {result} SOL"

    def _room(self) -> QRectF:
        top = scaled(_HEAD_PX)
        high = max(10, self.height() - top - _PAD)
        return QRectF(_PAD, top, max(10, self.width() - 2 * _PAD - scaled(_LABEL_PX)), high)

    def _place(self, number: int, value: float, room: QRectF) -> QPointF:
        low, high = min(self._heights), max(self._heights)
        share = 0.5 if high - low < _FLAT else (value - low) / (high - low)
        x = room.left() + room.width() * number / max(1, len(self._marks))
        return QPointF(x, room.bottom() - share * room.height())

    def _nearest(self, x: float) -> int:
        room = self._room()
        share = (x - room.left()) / room.width()
        return round(min(1.0, max(0.0, share)) * len(self._marks))

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(320, 150)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(180, 60)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pointed = self._nearest(event.position().x()) if self._marks else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._pointed = None
        self.update()
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        number = self._nearest(event.position().x()) if self._marks else 0
        if number:
            self.chosen.emit(number - 1)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        painter.setPen(QColor(self._theme.muted))
        if not self._marks:
            painter.drawText(self.rect().adjusted(8, 0, -8, 0), _WRAPPED, EMPTY)
        else:
            room = self._room()
            told = painter.fontMetrics().elidedText(
                self.words(), Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(QPointF(_PAD, scaled(14)), told)
            self._paint_curve(painter, room)
        painter.end()

    def _paint_curve(self, painter: QPainter, room: QRectF) -> None:
        theme = self._theme
        line = [self._place(n, value, room) for n, value in enumerate(self._heights)]
        tops = [self._place(n, value, room) for n, value in enumerate(self._peaks)]
        shade = QColor(theme.down)
        shade.setAlpha(_SHADE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF([*tops, *reversed(line)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.grid), 1, Qt.PenStyle.DashLine))
        zero = self._place(0, 0.0, room).y()
        if room.top() <= zero <= room.bottom():
            painter.drawLine(QPointF(room.left(), zero), QPointF(room.right(), zero))
        painter.setPen(QPen(QColor(theme.text), 1.2))
        painter.drawPolyline(QPolygonF(line))
        painter.setPen(QPen(QColor(theme.rug), 1.4))
        for number, mark in enumerate(self._marks, start=1):
            if mark.forced:
                _cross(painter, line[number])
        if self._pointed is not None:
            painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DotLine))
            x = line[self._pointed].x()
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        self._paint_labels(painter, room)

    def _paint_labels(self, painter: QPainter, room: QRectF) -> None:
        """The end's value, and the extremes where they do not touch it."""
        results = [self._start, *(mark.result for mark in self._marks)]
        last = self._place(len(self._marks), self._heights[-1], room).y()
        taken: list[float] = []
        colour = getattr(self._theme, fmt.sign_colour(results[-1]) or "text")
        told = (
            (results[-1], last, colour),
            (max(results), room.top(), self._theme.muted),
            (min(results), room.bottom(), self._theme.muted),
        )
        high = painter.fontMetrics().height()
        for value, y, ink in told:
            if all(abs(y - other) >= high for other in taken):
                taken.append(y)
                painter.setPen(QColor(ink))
                box = QRectF(room.right() + 6, y - high / 2, scaled(_LABEL_PX), high)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, fmt.signed_sol(value))


def _cross(painter: QPainter, at: QPointF) -> None:
    for rise in (_CROSS, -_CROSS):
        painter.drawLine(at - QPointF(_CROSS, rise), at + QPointF(_CROSS, rise))
