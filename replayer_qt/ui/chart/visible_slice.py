"""The ticks in sight as a table: tick, time, price, and the candle that each belongs to."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.ui.chart.plan import Plan

_PRICES: Final = ("open", "high", "low", "close")


class Slice(msgspec.Struct, frozen=True):
    """Columns of one length, copied: what comes later does not change them.

    Attributes:
        names: of the columns.
        columns: whole numbers, prices [multiplier], and times [ns since the Unix epoch, UTC], which
            are those of type `datetime64`.
    """

    names: tuple[str, ...]
    columns: tuple[NDArray[np.generic], ...]

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def header(self) -> str:
        """The first line, with its end."""
        return ",".join(self.names) + "\n"

    def lines(self, first: int, end: int) -> str:
        """Return the rows from `first` up to `end`, each with its end; floats with every digit."""
        texts = [_texts(column[first:end]) for column in self.columns]
        return "".join(",".join(row) + "\n" for row in zip(*texts, strict=True))


def slice_of(plan: Plan) -> Slice:
    """Return what a frame has in sight: a row a tick, or a candle where it is bare candles.

    A candle that is cut by the edge is in it as a whole. The candle's values stand in each of its
    ticks' rows, unless prices are drawn as a line.
    """
    first, end = _seen(plan)
    if plan.series is None:
        return _of_candles(plan, first, end)
    candles, series = plan.candles, plan.series
    counts = candles.count[first:end]
    begin = int(np.searchsorted(series.ticks, candles.first_tick[first])) if end > first else 0
    rows = slice(begin, begin + int(counts.sum()))
    names: tuple[str, ...] = ("tick", "time_utc", "price")
    columns: list[NDArray[np.generic]] = [
        series.ticks[rows].copy(),
        series.ats[rows].astype("datetime64[ns]"),
        series.prices[rows].copy(),
    ]
    if not plan.line:
        names = (*names, "candle_first_tick", *_PRICES)
        columns.append(np.repeat(candles.first_tick[first:end], counts))
        columns += [np.repeat(getattr(candles, name)[first:end], counts) for name in _PRICES]
    return Slice(names, tuple(columns))


def span_of(plan: Plan) -> tuple[int, int] | None:
    """Return the first tick in sight and the first one of the last candle; None without any."""
    first, end = _seen(plan)
    if first >= end:
        return None
    ticks = plan.candles.first_tick
    return int(ticks[first]), int(ticks[end - 1])


def _seen(plan: Plan) -> tuple[int, int]:
    """Return the first candle in sight and the one after the last."""
    first = max(plan.origin // plan.step, 0) * plan.per
    after = (plan.origin + plan.room.plot_width - 1) // plan.step + 1
    return min(first, plan.count), max(min(after * plan.per, plan.count), min(first, plan.count))


def _of_candles(plan: Plan, first: int, end: int) -> Slice:
    candles = plan.candles
    begins = candles.start[first:end].astype("datetime64[ns]")
    prices = (getattr(candles, name)[first:end].copy() for name in _PRICES)
    return Slice(
        ("candle_first_tick", "time_utc", *_PRICES),
        (candles.first_tick[first:end].copy(), begins, *prices),
    )


def _texts(column: NDArray[np.generic]) -> list[str]:
    if column.dtype.kind == "M":
        moments = column.astype("datetime64[ns]")
        return [f"{text}Z" for text in np.datetime_as_string(moments, unit="ns").tolist()]
    return [repr(value) for value in column.tolist()]
