"""The time axis: which candles are seen and how wide they are, in whole pixels."""

import bisect
import math
from typing import Final

_WIDTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 60, 80, 100)
# Powers of two times 4 to 7: the blocks of the min/max pyramid divide them, so that a column's
# extremes are the same whichever columns are asked for together with it.
_CROWDS: Final = (2, 3, *(digit << power for power in range(30) for digit in (4, 5, 6, 7)))
RUNGS: Final = (*((1, crowd) for crowd in reversed(_CROWDS)), *((width, 1) for width in _WIDTHS))
"""Every width there is: (pixels a column, candles a column), the farthest view first."""
_LOGS: Final = tuple(math.log(step / per) for step, per in RUNGS)


class Viewport:
    """Where the eye is. Columns are counted from the first candle and are whole pixels wide.

    Since everything is whole, a picture moves by whole pixels and need not be drawn anew.

    Attributes:
        step: width of a column [px].
        per: candles in a column.
        origin: how far right of the first column's left edge the view begins [px].
        following: whether the newest candle is kept in sight.
    """

    def __init__(self) -> None:
        self.step, self.per = 10, 1
        self.origin = 0
        self.following = True
        self._width = 1
        self._count = 0
        self._unit = 1.0
        self._wanted: tuple[int, float] | None = None

    @property
    def last(self) -> int:
        """The column of the newest candle; -1 when there is none."""
        return (self._count - 1) // self.per if self._count else -1

    def settle(self, width: int, count: int, unit: float) -> None:
        """Take the room [px], the number of candles and the pixels per length unit; idempotent."""
        if unit != self._unit:
            self.step = max(1, round(self.step * unit / self._unit))
            self._unit = unit
        self._width, self._count = max(width, 1), count
        if self.following:
            self.origin = self._newest()
        else:
            self.origin = self._held(self.origin)

    def pan(self, pixels: int) -> None:
        """Look `pixels` further right; ends following."""
        self.following = False
        self.origin = self._held(self.origin + pixels)

    def follow(self) -> None:
        """Keep the newest candle in sight from now on."""
        self.following = True
        self.origin = self._newest()

    def zoom(self, factor: float, at: int | None = None) -> None:
        """Show fewer candles (factor above 1) or more; what is `at` [px] stays where it is.

        Each call goes one step at least; while following it is the newest candle that stays.
        """
        if not (0 < factor < math.inf) or factor == 1:
            return
        now = self._rung()
        wanted = self._nearest(self.step / self.per * min(max(factor, 1e-9), 1e9))
        wanted = max(wanted, now + 1) if factor > 1 else min(wanted, now - 1)
        self._take(min(max(wanted, 0), len(RUNGS) - 1), at)

    def rescale(self, ratio: float, count: int, middle: int | None) -> None:
        """Let `count` candles take the place of those that there were, `ratio` for each.

        What was in sight stays in sight, as nearly as there are widths, and exactly when the
        change is taken back; `middle` is the candle that comes to the middle unless the newest
        one is followed.
        """
        now, wanted = self._rung(), self._wanted
        density = self.step / self.per if wanted is None or wanted[0] != now else wanted[1]
        density /= ratio
        rung = self._nearest(density)
        self._wanted = (rung, density)
        self.step, self.per = RUNGS[rung]
        if middle is not None:
            self.origin = round((middle + 0.5) / self.per * self.step) - self._width // 2
        self.settle(self._width, count, self._unit)

    def candle_at(self, place: int) -> int:
        """Return the candle at a place [px], or where it would be."""
        return math.floor((place + self.origin) / self.step * self.per)

    def fit(self) -> None:
        """Show all candles, as large as they can be, and follow."""
        room = max(self._width - self._margin() - self._left(), 1)
        fits = [
            rung
            for rung, (step, per) in enumerate(RUNGS)
            if -(-self._count // per) * step <= room and step <= 24 * self._unit
        ]
        self.step, self.per = RUNGS[fits[-1] if fits else 0]
        self.follow()

    def show(self, first: int, last: int) -> None:
        """Show the candles from `first` to `last`, at the nearest width; ends following."""
        self.following = False
        self.step, self.per = RUNGS[self._nearest(self._width / max(last - first + 1, 1))]
        self.origin = self._held(round(first / self.per * self.step))

    def columns(self, left: int, right: int) -> tuple[int, int]:
        """Return the columns between two places [px]: the first, and the one after the last."""
        first = (left + self.origin) // self.step
        return first, (right - 1 + self.origin) // self.step + 1

    def left_of(self, column: int) -> int:
        """Return where a column begins [px]."""
        return column * self.step - self.origin

    def column_at(self, place: int) -> int:
        """Return the column at a place [px]."""
        return (place + self.origin) // self.step

    def _take(self, rung: int, at: int | None) -> None:
        place = self._width // 2 if at is None else at
        candle = (self.origin + place) / self.step * self.per
        self.step, self.per = RUNGS[rung]
        self.origin = round(candle / self.per * self.step) - place
        self.settle(self._width, self._count, self._unit)

    def _rung(self) -> int:
        return self._nearest(self.step / self.per)

    def _nearest(self, density: float) -> int:
        wanted = math.log(density)
        above = min(max(bisect.bisect_left(_LOGS, wanted), 1), len(_LOGS) - 1)
        return above if _LOGS[above] - wanted < wanted - _LOGS[above - 1] else above - 1

    def _newest(self) -> int:
        return max(self._right() - self._width + self._margin(), -self._left())

    def _right(self) -> int:
        return (self.last + 1) * self.step

    def _margin(self) -> int:
        return min(round(96 * self._unit), self._width // 4)

    def _left(self) -> int:
        return round(12 * self._unit)

    def _held(self, origin: int) -> int:
        """Some candle stays in sight, however far one pans."""
        keep = min(round(60 * self._unit), self._width // 2)
        return max(min(origin, self._right() - keep), keep - self._width)
