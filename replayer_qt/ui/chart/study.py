"""One chosen indicator over what a chart shows, kept up with each of its plans."""

import math
from typing import Final

from replayer_qt.core.indicators.catalogue import KINDS, made
from replayer_qt.core.indicators.per_candle import CandleLine
from replayer_qt.core.indicators.volumes import VolumeBook
from replayer_qt.core.indicators.vwap import Vwap
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.track_styles import Shown

_AT_ONCE: Final = 4_096
"""Ticks that a frame takes in by itself."""
_FIRST: Final = 512
"""Of a longer round a frame takes in so many; the rest comes by parts."""
_PART: Final = 8_192


class Study:
    """Computes an indicator of the chart's ticks, and brings it to the chart's candles.

    Args:
        shown: which one, and how it looks.
        book: what was traded, for an average price that is weighted by it.

    Attributes:
        shown: as above.
        kind: what is known of its kind.
        lines: its lines, by candles.
        complete: whether all ticks are taken in; a long round is taken in by parts, see `go_on`.
    """

    def __init__(self, shown: Shown, book: VolumeBook) -> None:
        self.shown = shown
        self.kind = KINDS[shown.chosen.kind]
        self.lines = tuple(CandleLine() for _ in range(self.kind.lines))
        self.complete = True
        self._indicator = made(shown.chosen)
        self._book = book
        self._behind: Plan | None = None
        self._parts = 0
        self._lagging: list[int] = []  # bounded: the lines
        self._computed = True
        self._of: tuple[int, ...] = ()

    def go_on(self) -> None:
        """Take a step through a long round, a ms or two; does nothing where all is taken in.

        A part of the ticks is computed, and then each line is brought to the candles by itself:
        fresh memory comes to all of them at the same tick, and costs more than the numbers.
        """
        indicator, plan = self._indicator, self._behind
        if indicator is None or plan is None or plan.series is None:
            return
        if not self._lagging:
            self._computed = indicator.update(plan.series, _PART)
            self._lagging = list(range(len(self.lines)))
            return
        number = self._lagging.pop()
        before = len(self.lines[number])
        self._bring(number, plan)
        self._parts += _is_seen(plan, before - 1, len(self.lines[number]))
        if self._computed and not self._lagging:
            self._note(plan, complete=True)

    def follow(self, plan: Plan) -> None:
        """Take in what a plan shows more; a few µs where that is little or nothing."""
        indicator, series = self._indicator, plan.series
        if indicator is None or series is None:
            return
        if isinstance(indicator, Vwap) and plan.stream is not None:
            indicator.weigh_by(self._book.of(plan.stream, series.round_id))
        known = indicator.is_of(series)
        lacks = len(series) - len(indicator) if known else len(series)
        if lacks <= _AT_ONCE:
            self._note(plan, complete=indicator.update(series, _AT_ONCE))
        else:
            if not known:
                indicator.update(series, _FIRST)
            self._note(plan, complete=False)
        of = (indicator.revision, plan.identity, plan.generation)
        if self.complete or of != self._of:
            self._of = of
            self._bring_all(plan)

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

    def _note(self, plan: Plan, *, complete: bool) -> None:
        self.complete = complete
        self._behind = None if complete else plan

    def _bring_all(self, plan: Plan) -> None:
        for number in range(len(self.lines)):
            self._bring(number, plan)

    def _bring(self, number: int, plan: Plan) -> None:
        if self._indicator is not None:
            values, revision = self._indicator.column(number), self._indicator.revision
            self.lines[number].update(values, revision, plan.candles, plan.count)


def _is_seen(plan: Plan, first: int, end: int) -> bool:
    """Whether one of some candles is in sight."""
    left = plan.origin // plan.step * plan.per
    right = (plan.room.plot_width + plan.origin) // plan.step * plan.per + plan.per
    return first < right and end > left
