"""One chosen indicator over what a chart shows, kept up with each of its plans."""

import math

from replayer_qt.core.indicators.catalogue import KINDS, made
from replayer_qt.core.indicators.per_candle import CandleLine
from replayer_qt.core.indicators.volumes import VolumeBook
from replayer_qt.core.indicators.vwap import Vwap
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.track_styles import Shown


class Study:
    """Computes an indicator of the chart's ticks, and brings it to the chart's candles.

    Args:
        shown: which one, and how it looks.
        book: what was traded, for an average price that is weighted by it.

    Attributes:
        shown: as above.
        kind: what is known of its kind.
        lines: its lines, by candles.
        complete: whether all ticks are taken in; a long round is taken in by parts, a frame each.
    """

    def __init__(self, shown: Shown, book: VolumeBook) -> None:
        self.shown = shown
        self.kind = KINDS[shown.chosen.kind]
        self.lines = tuple(CandleLine() for _ in range(self.kind.lines))
        self.complete = True
        self._indicator = made(shown.chosen)
        self._book = book
        self._parts = 0
        self._turn = True

    def take_turn(self) -> None:
        """Let the next `follow` take in another part of a long round."""
        self._turn = True

    def follow(self, plan: Plan) -> None:
        """Take in what a plan shows more; a few µs where that is little or nothing."""
        indicator, series = self._indicator, plan.series
        if indicator is None or series is None:
            return
        if isinstance(indicator, Vwap) and plan.stream is not None:
            indicator.weigh_by(self._book.of(plan.stream, series.round_id))
        if self._turn or self.complete or not indicator.is_of(series):
            self.complete = self._turn = indicator.update(series)
            self._parts += not self.complete
        for number, line in enumerate(self.lines):
            values = indicator.column(number)
            line.update(values, indicator.revision, plan.candles, plan.count)

    def look(self) -> object:
        """Return all that its finished columns depend on but the plan."""
        revision = 0 if self._indicator is None else self._indicator.revision
        return (self.shown, revision, self._parts)

    def value(self, candle: int) -> float:
        """Return its first line's value at the end of a candle; NaN where there is none."""
        last = self.lines[0].last
        return float(last[candle]) if 0 <= candle < len(last) else math.nan

    def words(self, candle: int) -> str:
        """Return its value at the end of a candle, with its unit; a dash where there is none."""
        value = self.value(candle)
        if not math.isfinite(value):
            return "\N{EN DASH}"
        fine = 4 if self.kind.unit == "x" else 2
        digits = fine if abs(value) < 10 else 2 if abs(value) < 1_000 else 0
        return f"{value:,.{digits}f}{self.kind.unit}"
