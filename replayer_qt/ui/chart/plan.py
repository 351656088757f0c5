"""What one frame of the chart shows and where, decided once and then only painted."""

import enum
import math
from typing import Final

import msgspec
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText, QTransform

from replayer_qt.core.candles import CandleSeries
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import StreamId
from replayer_qt.ui.chart.palette import Palette
from replayer_qt.ui.chart.scale import PriceScale
from replayer_qt.ui.privacy import covered

_TEXTS_KEPT: Final = 256
_SMOOTH_FROM: Final = 2


class Standing(enum.Enum):
    """How the newest candle stands to the market.

    Attributes:
        NOW: it is the market's, or the replay's.
        OLD: it is the last one known; the market may be elsewhere.
        PAST: it is of a round gone by.
    """

    NOW = enum.auto()
    OLD = enum.auto()
    PAST = enum.auto()


class Room(msgspec.Struct, frozen=True):
    """How the widget's pixels are shared out.

    Attributes:
        width: of everything [device px].
        height: of everything [device px].
        unit: device pixels in a length unit.
        plot_width: of the part that prices are drawn in [device px]; the axis is right of it.
        plot_height: of that part [device px]; the axis is below it.
    """

    width: int
    height: int
    unit: float
    plot_width: int
    plot_height: int


class Face:
    """A font, how wide it is, and what was laid out in it; at most so much, then all anew."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.height = QFontMetrics(font).height()
        self._kept: dict[str, QStaticText] = {}

    def width(self, text: str) -> int:
        """Return how wide `text` is [px]."""
        return math.ceil(self._laid(text).size().width())

    def draw(self, painter: QPainter, x: int, y: int, text: str) -> None:
        """Draw `text`, letter by letter, in the painter's pen, its top left corner there [px]."""
        painter.setFont(self.font)
        painter.drawStaticText(x, y, self._laid(text))

    def _laid(self, text: str) -> QStaticText:
        text = covered(text)
        laid = self._kept.get(text)
        if laid is None:
            if len(self._kept) >= _TEXTS_KEPT:
                self._kept.clear()
            laid = self._kept[text] = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(QTransform(), self.font)
        return laid


class Letters:
    """The chart's fonts for one size of pixels."""

    def __init__(self, base: QFont, unit: float, factor: float = 1.0) -> None:
        self.small = Face(_sized(base, 11 * unit * factor))
        self.bold = Face(_sized(base, 11 * unit * factor, bold=True))
        self.large = Face(_sized(base, 26 * unit * factor, bold=True))

    def room(self, width: int, height: int, unit: float) -> Room:
        """Return the shares of a widget of this size [device px]."""
        axis = self.bold.width("00.0000x") + round(14 * unit)
        below = self.small.height + round(8 * unit)
        axis, below = min(axis, width // 3), min(below, height // 3)
        return Room(width, height, unit, max(width - axis, 1), max(height - below, 1))


class Timeline(msgspec.Struct, frozen=True):
    """What the candles' positions mean.

    Attributes:
        by_time: whether candles are made by time, not by ticks.
        span: ticks, or nanoseconds, in a candle; 0 where candles are only counted.
    """

    by_time: bool = False
    span: int = 0

    def key(self, candles: CandleSeries, index: int) -> int:
        """Return which multiple of the span a candle begins at; beyond the ends it goes on."""
        count = len(candles)
        if not count or not self.span:
            return index
        column = candles.start if self.by_time else candles.first_tick
        inside = min(max(index, 0), count - 1)
        return int(column[inside]) // self.span + index - inside

    def marks(self, candles: CandleSeries, first: int, end: int, every: int) -> list[int]:
        """Return which candles from `first` up to `end` get a label, beyond the last as well.

        They are those that begin another `every` spans, unless one stands close before them.
        Whether a candle is one depends on its neighbours only, not on `first` and `end`.
        """
        if not self.span:
            return list(range(-(-first // every) * every, end, every))
        count, far = len(candles), first - every
        inside = slice(min(max(far, 0), count), min(max(end, 0), count))
        column = candles.start if self.by_time else candles.first_tick
        keys = np.concatenate(
            (
                np.arange(far, min(end, 0)) + self.key(candles, 0),
                column[inside] // self.span,
                np.arange(max(far, count), end) - count + self.key(candles, count),
            )
        )
        if self.by_time:
            keys -= self.key(candles, 0)
        begun = keys // every
        found = np.flatnonzero(begun[1:] != begun[:-1]) + 1
        apart = np.diff(found, prepend=-every) > every // 2
        return [index for index in (found[apart] + far).tolist() if index >= first]

    def label(self, candles: CandleSeries, index: int) -> str:
        """Return what stands below a candle: its first tick, or the time since the first."""
        key = self.key(candles, index)
        if not self.by_time:
            return f"{key * max(self.span, 1):,}"
        passed = (key - self.key(candles, 0)) * self.span // 1_000_000_000
        return f"{passed // 60}:{passed % 60:02}" if passed >= 0 else ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One frame.

    Attributes:
        candles: what is drawn; `count` of them, whatever is added later.
        generation: of the candles.
        identity: grows with each other series.
        step: width of a column [device px].
        per: candles in a column.
        origin: how far right of the first column's left edge the plot begins [device px].
        last: the newest column, which may still change; -1 when there is none.
        marks: the rows and prices that get a line and a label, rising prices.
        rug: the candle of the rug; None while there is none.
        line: whether prices are a line, not candles.
        blank: whether there is no market to draw axes for.
        standing: how the newest candle stands to the market.
        series: the ticks that the candles are made of; None for bare candles.
        stream: where they were heard; None for bare candles.
    """

    room: Room
    letters: Letters
    palette: Palette
    candles: CandleSeries
    generation: int
    identity: int
    count: int
    timeline: Timeline
    step: int
    per: int
    origin: int
    last: int
    scale: PriceScale
    marks: tuple[tuple[int, float], ...] = ()
    rug: int | None = None
    line: bool = False
    blank: bool = False
    standing: Standing = Standing.NOW
    series: RoundSeries | None = None
    stream: StreamId | None = None

    def look(self) -> tuple[object, ...]:
        """Return all that a finished column's picture depends on but its place and its candles."""
        return (
            self.room,
            self.palette.name,
            self.identity,
            self.generation,
            self.step,
            self.per,
            self.scale,
            self.rug,
            self.line,
            self.blank,
            self.timeline,
        )

    @property
    def is_smooth(self) -> bool:
        """Whether the line is drawn with soft edges."""
        return self.line and self.per == 1 and self.step >= _SMOOTH_FROM

    def left_of(self, column: int) -> int:
        """Return where a column begins [device px]."""
        return column * self.step - self.origin

    def middle_of(self, tick: int) -> int:
        """Return the middle of the column that a tick is in, or would be [device px]."""
        first = self.candles.first_tick
        at = int(np.searchsorted(first, tick, side="right")) - 1
        beyond = 0
        if self.count and at >= self.count - 1 and not self.timeline.by_time:
            beyond = (tick - int(first[self.count - 1])) // max(self.timeline.span, 1)
        return self.left_of((max(at, 0) + beyond) // self.per) + self.step // 2

    def tick_at(self, x: int) -> float:
        """Return the position in the round at a place [device px]; it goes on beyond the ends."""
        candle = (x + self.origin) / self.step * self.per
        if not self.count:
            return candle
        inside = min(max(int(candle), 0), self.count - 1)
        first = self.candles.first_tick
        span = (
            int(first[inside + 1]) - int(first[inside])
            if inside + 1 < self.count
            else max(self.timeline.span if not self.timeline.by_time else 1, 1)
        )
        return int(first[inside]) + (candle - inside) * span

    def row_of(self, price: float) -> int:
        """Return the row of a price [device px]."""
        return self.scale.row(price, self.room.plot_height)


def _sized(base: QFont, pixels: float, *, bold: bool = False) -> QFont:
    font = QFont(base)
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    return font
