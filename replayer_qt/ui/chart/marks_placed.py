"""Where marks stand on the chart: placed once for a look, thinned where they crowd, found again."""

import enum
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.account import Entry, EntryKind
from replayer_qt.ui.chart.marks_tape import RoundTrades
from replayer_qt.ui.chart.marks_told import God
from replayer_qt.ui.chart.plan import Plan

_CELL: Final = 6
_OWN_CELL: Final = 3
_IN_A_COLUMN: Final = 4
_ROWS: Final = 1 << 20

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Shape(enum.IntEnum):
    """What a mark looks like; its place in the atlas."""

    BUY = 0
    SELL = 1
    RUG = 2
    GOD = 3
    TRADE_UP = 4
    TRADE_DOWN = 5


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """Marks with their places, from left to right.

    Attributes:
        xs: middles, from the first column's left edge [device px], rising; panning changes nothing.
        rows: rows of their prices [device px].
        shapes: the `Shape` of each.
        items: which of the marks that were placed each one is.
        crowds: how many marks each one stands for, itself included.
        order: all that were placed, those that one mark stands for beside one another.
        ends: where in `order` each mark stands; what it stands for comes right before it.
    """

    xs: Ints
    rows: Floats
    shapes: Ints
    items: Ints
    crowds: Ints
    order: Ints
    ends: Ints

    def group(self, at: int) -> list[int]:
        """Return all that one of the marks stands for, the newest or largest last."""
        end = int(self.ends[at]) + 1
        return [int(item) for item in self.order[end - int(self.crowds[at]) : end]]

    def place(self, item: int) -> int | None:
        """Return the mark that stands for an item, itself or another; None where none does."""
        at = np.flatnonzero(self.order == item)
        if not len(at):
            return None
        ends, before = self.ends, self.ends - self.crowds
        found = np.flatnonzero((before < at[0]) & (at[0] <= ends))
        return int(found[0]) if len(found) else None

    def seen(self, plan: Plan, margin: int) -> slice:
        """Return which of them are in sight, or `margin` [px] beyond an edge at most."""
        return self.between(plan.origin, plan.origin + plan.room.plot_width, margin)

    def between(self, left: int, right: int, margin: int) -> slice:
        """Return which stand between two places [px], or `margin` [px] beyond at most."""
        first, end = np.searchsorted(self.xs, (left - margin, right + margin))
        return slice(int(first), int(end))

    def nearest(self, plan: Plan, x: int, y: int, drop: Floats, reach: int) -> int | None:
        """Return the mark nearest to a place [px], `reach` away at most either way; None if none.

        Args:
            plan: the frame.
            x: from the left edge.
            y: from the upper edge.
            drop: how far below its price's row the middle of each shape stands.
            reach: how far away it may be.
        """
        near = self.seen(plan, reach)
        aside = np.abs(self.xs[near] - plan.origin - x)
        height = plan.room.plot_height
        above = np.abs(np.clip(self.rows[near] + drop[self.shapes[near]], 0, height) - y)
        inside = np.flatnonzero((aside <= reach) & (above <= reach))
        if not len(inside):
            return None
        # the newest of equals lies on top
        best = inside[::-1][np.argmin((aside[inside] + above[inside])[::-1])]
        return int(near.start) + int(best)


NOWHERE: Final = Placed(
    xs=np.empty(0, np.int64),
    rows=np.empty(0),
    shapes=np.empty(0, np.int64),
    items=np.empty(0, np.int64),
    crowds=np.empty(0, np.int64),
    order=np.empty(0, np.int64),
    ends=np.empty(0, np.int64),
)


def columns_of(plan: Plan, ticks: Ints) -> Ints:
    """Return the column that each tick is in, or would be; as `Plan.middle_of`."""
    first = plan.candles.first_tick[: plan.count]
    at = np.searchsorted(first, ticks, side="right") - 1
    beyond = np.zeros_like(at)
    if plan.count and not plan.timeline.by_time:
        past = at >= plan.count - 1
        span = max(plan.timeline.span, 1)
        beyond[past] = (ticks[past] - int(first[plan.count - 1])) // span
    return np.asarray((np.maximum(at, 0) + beyond) // plan.per, np.int64)


def unsettled(plan: Plan, newest: int) -> int:
    """Return how many candles there are while another may move a mark at `newest`; -1 after."""
    if not plan.count:
        return 0
    sure = int(plan.candles.first_tick[plan.count - 1])
    sure += 0 if plan.timeline.by_time else max(plan.timeline.span, 1)
    return plan.count if newest >= sure else -1


class Own(msgspec.Struct, frozen=True):
    """Own fills and god candles in columns, whatever the chart shows; fills come first.

    Attributes:
        ticks: in the round.
        prices: [multiplier].
        shapes: the `Shape` of each.
    """

    ticks: Ints
    prices: Floats
    shapes: Ints

    @property
    def newest(self) -> int:
        """The highest tick of all; -1 without any."""
        return int(self.ticks.max()) if len(self.ticks) else -1


def own_of(fills: Sequence[Entry], gods: Sequence[God]) -> Own:
    """Return own fills and god candles in columns."""
    marks: tuple[Entry | God, ...] = (*fills, *gods)
    return Own(
        np.array([one.tick for one in marks], np.int64),
        np.array([float(one.price) for one in marks]),
        np.array([_SHAPES[one.kind] for one in fills] + [Shape.GOD] * len(gods), np.int64),
    )


def place_own(plan: Plan, own: Own) -> Placed:
    """Place own fills and god candles; none is lost: those of one spot are one mark with a count.

    Items count through fills first, then god candles.
    """
    if not (len(own.ticks) and plan.count):
        return NOWHERE
    shapes = own.shapes
    xs, rows = _spots(plan, own.ticks, own.prices)
    cell = max(round(_OWN_CELL * plan.room.unit), 1)
    cells = _cells(xs, rows // cell, shapes)
    return _merged(np.argsort(cells, kind="stable"), cells, xs, rows, shapes)


def place_trades(plan: Plan, known: RoundTrades | None, least: float) -> Placed:
    """Place other players' trades of `least` [SOL] or more.

    Of those that crowd in a spot the largest stays and counts the others, and of the spots of a
    narrow column the largest few. What stays does not depend on where one looks.
    """
    if known is None or not len(known) or not plan.count:
        return NOWHERE
    chosen = np.flatnonzero(known.amounts >= least)
    if not len(chosen):
        return NOWHERE
    xs, rows = _spots(plan, known.ticks[chosen], known.prices[chosen])
    shapes = Shape.TRADE_DOWN - known.upwards[chosen]
    cell = max(round(_CELL * plan.room.unit), 1)
    across = xs // max(plan.step, cell)
    cells, amounts = _cells(across, rows // cell, shapes), known.amounts[chosen]
    merged = _merged(np.lexsort((amounts, cells)), cells, xs, rows, shapes)
    by_size = np.lexsort((-amounts[merged.items], across[merged.items]))
    columns = across[merged.items][by_size]
    begins = np.searchsorted(columns, columns, side="left")
    kept = np.sort(by_size[np.arange(len(by_size)) - begins < _IN_A_COLUMN])
    kept = kept[np.argsort(merged.xs[kept], kind="stable")]
    return Placed(
        xs=merged.xs[kept],
        rows=merged.rows[kept],
        shapes=merged.shapes[kept],
        items=chosen[merged.items[kept]],
        crowds=merged.crowds[kept],
        order=chosen[merged.order],
        ends=merged.ends[kept],
    )


_SHAPES: Final = {
    EntryKind.BUY: Shape.BUY,
    EntryKind.SELL: Shape.SELL,
    EntryKind.RUG: Shape.RUG,
}


def _spots(plan: Plan, ticks: Ints, prices: Floats) -> tuple[Ints, Floats]:
    rows = plan.scale.rows(prices, plan.room.plot_height)
    return columns_of(plan, ticks) * plan.step + plan.step // 2, rows


def _cells(across: Ints, down: Floats, shapes: Ints) -> Ints:
    """Number the cells so that they rise from left to right."""
    below = down.astype(np.int64) + _ROWS // 2
    return np.asarray((across * _ROWS + below) * len(Shape) + shapes, np.int64)


def _merged(order: Ints, cells: Ints, xs: Ints, rows: Floats, shapes: Ints) -> Placed:
    """Keep the last of each run of equal cells in `order`, with the length of its run."""
    ordered = cells[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(order) - 1)
    items = order[ends]
    return Placed(
        xs=xs[items],
        rows=rows[items],
        shapes=shapes[items],
        items=items,
        crowds=np.diff(ends, prepend=-1),
        order=order,
        ends=ends,
    )
