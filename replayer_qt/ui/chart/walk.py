"""Walking over the chart's points by keys, each told in words to eyes and to screen readers."""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Plan

NOTHING: Final = "There is no price to walk over yet."


class Walked(Protocol):
    """What the walk needs of a chart."""

    @property
    def plan(self) -> Plan | None:
        """What is shown, and where."""
        ...

    def pan(self, candles: int) -> None:
        """Look so many candles further right."""
        ...

    def point_at(self, x: int, y: int) -> None:
        """Put the crosshair at a place [device px]."""
        ...


class PointWalk:
    """Moves the crosshair from column to column, and says what is there.

    What it says is the widget's accessible description, and is announced at once.

    Args:
        chart: what is walked over.
        widget: the same as a widget.

    Attributes:
        said: the newest words.
    """

    def __init__(self, chart: Walked, widget: QWidget) -> None:
        self._chart, self._widget = chart, widget
        self._at: tuple[int, int] | None = None
        self.said = ""

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {"walk": self.walk, "walk_to": self.walk_to, "say_chart": self.say_chart}

    def walk(self, columns: int) -> None:
        """Go so many columns on, or back; the first step is to the newest one."""
        plan = self._chart.plan
        if plan is None or plan.last < 0:
            self._say(NOTHING)
            return
        tick = self._tick(plan)
        at = plan.last if tick is None else _column_of(plan, tick) + columns
        self._go(plan, min(max(at, 0), plan.last))

    def walk_to(self, end: str) -> None:
        """Go to the `first` column or to the `last` one."""
        plan = self._chart.plan
        if plan is None or plan.last < 0:
            self._say(NOTHING)
            return
        self._go(plan, 0 if end == "first" else plan.last)

    def say_chart(self) -> None:
        """Say all of the chart in a few words."""
        plan = self._chart.plan
        self._say(NOTHING if plan is None or plan.last < 0 else summary(plan))

    def _tick(self, plan: Plan) -> int | None:
        """Return the tick that was walked to; None when that was in another series."""
        if self._at is None or self._at[0] != plan.identity:
            return None
        return self._at[1]

    def _go(self, plan: Plan, column: int) -> None:
        first = int(plan.candles.first_tick[column * plan.per])
        self._at = (plan.identity, first)
        x = plan.left_of(column) + plan.step // 2
        if not 0 <= x < plan.room.plot_width:
            self._chart.pan(round((x - plan.room.plot_width / 2) / plan.step * plan.per))
            plan = self._chart.plan or plan
            x = plan.left_of(column) + plan.step // 2
        end = min((column + 1) * plan.per, plan.count)
        row = plan.row_of(float(plan.candles.close[end - 1]))
        self._chart.point_at(x, min(max(row, 0), plan.room.plot_height - 1))
        self._say(point(plan, column))

    def _say(self, words: str) -> None:
        self.said = words
        self._widget.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, words))


def point(plan: Plan, column: int) -> str:
    """Return what a column shows, in words that can be listened to; the price comes first."""
    candles, first = plan.candles, column * plan.per
    end = min(first + plan.per, plan.count)
    start, close = float(candles.open[first]), float(candles.close[end - 1])
    low, high = float(candles.low[first:end].min()), float(candles.high[first:end].max())
    begun = int(candles.first_tick[first])
    parts = [f"{fmt.price(close)} at tick {begun:,}", _moved(start, close)]
    if low < high:
        parts.append(f"high {fmt.price(high)}, low {fmt.price(low)}")
    if plan.rug is not None and first <= plan.rug < end:
        parts.append("the round was rugged here")
    parts.append(f"{column + 1:,} of {plan.last + 1:,}")
    return ", ".join(parts) + "."


def summary(plan: Plan) -> str:
    """Return what the whole chart shows, in a few words."""
    candles, count = plan.candles, plan.count
    close = np.asarray(candles.close[:count])
    high, low = int(np.argmax(candles.high[:count])), int(np.argmin(candles.low[:count]))
    told = [
        f"{int(candles.count[:count].sum()):,} ticks",
        f"{fmt.price(float(close[-1]))} now",
        _moved(float(candles.open[0]), float(close[-1])),
        f"highest {fmt.price(float(candles.high[high]))} {_near(plan, high)}",
        f"lowest {fmt.price(float(candles.low[low]))} {_near(plan, low)}",
    ]
    if plan.rug is not None:
        told.append(f"rugged {_near(plan, plan.rug)}")
    return ", ".join(told) + "."


def _near(plan: Plan, candle: int) -> str:
    return f"near tick {int(plan.candles.first_tick[candle]):,}"


def _moved(start: float, close: float) -> str:
    change = close / start - 1 if start else 0.0
    if abs(change) < 0.00005:
        return "unchanged"
    return f"{'up' if change > 0 else 'down'} {abs(change):.2%}"


def _column_of(plan: Plan, tick: int) -> int:
    first = plan.candles.first_tick[: plan.count]
    return max(int(np.searchsorted(first, tick, side="right")) - 1, 0) // plan.per
