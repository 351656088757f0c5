"""Bars and curves of a study as layers of a plot, with what the pointer is told of each."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from replayer_qt.core import study_words as words
from replayer_qt.core.intervals import Estimate
from replayer_qt.core.study_figures import Bar, Curve
from replayer_qt.ui.plots.plot import Axis, Ink, Layer, Line, Mark, Place, Ribbon, Say

_HEADROOM: Final = 1.08
_LEAST_SHARE: Final = 0.02
_LAST_WIDER: Final = 2


def trimmed(bars: Sequence[Bar], *, both: bool = False) -> tuple[Bar, ...]:
    """Return the bars without the empty ones at the end, but one; or at both ends."""
    filled = [at for at, bar in enumerate(bars) if bar.count]
    if not filled:
        return tuple(bars)
    first = max(0, filled[0] - 1) if both else 0
    return tuple(bars[first : filled[-1] + 2])


def _end(bars: Sequence[Bar], at: int, *, log: bool) -> float:
    """Where a bar ends; one without an end is drawn somewhat wider than the one before it."""
    bar = bars[at]
    if bar.high is not None:
        return bar.high
    before = bars[at - 1] if at else None
    if log:
        return bar.low * ((bar.low / before.low) if before is not None else 2.0) ** _LAST_WIDER
    wide = bar.low - before.low if before is not None else abs(bar.low) or 1.0
    return bar.low + wide * (1 if before is None else _LAST_WIDER)


def right(bars: Sequence[Bar], *, log: bool = False) -> float:
    """Return where the last bar ends."""
    return max(_end(bars, len(bars) - 1, log=log), bars[0].low + 1e-12)


def marks(bars: Sequence[Bar], *, log: bool = False) -> tuple[Mark, ...]:
    """Return bars as marks with their whiskers."""
    return tuple(
        Mark(
            left=bar.low,
            right=_end(bars, at, log=log),
            y=bar.estimate.value,
            low=bar.estimate.low,
            high=bar.estimate.high,
            wide_low=bar.wide.low,
            wide_high=bar.wide.high,
        )
        for at, bar in enumerate(bars)
    )


def expected(
    bars: Sequence[Bar], *, log: bool = False, name: str = "generator"
) -> tuple[Layer, ...]:
    """Return the theory as a stepped line over bars, and what a sample of this size may be."""
    if not bars or any(bar.theory is None for bar in bars):
        return ()
    xs = (*(bar.low for bar in bars), _end(bars, len(bars) - 1, log=log))
    ys = [bar.theory or 0.0 for bar in bars]
    made: list[Layer] = []
    if all(bar.theory_low is not None for bar in bars):
        lows = [bar.theory_low or 0.0 for bar in bars]
        highs = [bar.theory_high or 0.0 for bar in bars]
        made.append(
            Ribbon(
                name="usual for it",
                ink=Ink.THEORY,
                xs=xs,
                lows=(*lows, lows[-1]),
                highs=(*highs, highs[-1]),
                stepped=True,
            )
        )
    made.append(Line(name=name, ink=Ink.THEORY, xs=xs, ys=(*ys, ys[-1]), stepped=True))
    return tuple(made)


def shares(bars: Iterable[Bar], title: str) -> Axis:
    """Return the axis for bars from 0 to their highest whisker."""
    tops = [max(top(bar.estimate), bar.theory_high or bar.theory or 0.0) for bar in bars]
    high = min(1.0, max([*tops, _LEAST_SHARE]) * _HEADROOM)
    return Axis(title=title, low=0, high=high, say=short_percent)


def top(estimate: Estimate) -> float:
    """Return the upper end of an interval, or else its value."""
    return estimate.high if estimate.high is not None else estimate.value or 0.0


def places(
    bars: Sequence[Bar], name: Say, say: Say, *, log: bool = False, ticks: bool = False
) -> tuple[Place, ...]:
    """Return what the pointer is told at each bar; `ticks` are told to the last one included."""
    made = []
    for at, bar in enumerate(bars):
        end = _end(bars, at, log=log)
        middle = math.sqrt(bar.low * end) if log else (bar.low + end) / 2
        where = f"{name(bar.low)} or more"
        if bar.high is not None:
            where = f"{name(bar.low)} to {name(bar.high - 1 if ticks else bar.high)}"
        theory = "" if bar.theory is None else f"; expected {say(bar.theory)}"
        made.append(
            Place(
                middle, f"{where}: {words.told(bar.estimate, say)}{theory}; n = {bar.estimate.n:,}"
            )
        )
    return tuple(made)


def curve_places(curve: Curve, where: Callable[[float], str]) -> tuple[Place, ...]:
    """Return what the pointer is told at each point of a curve."""
    made = []
    for at, x in enumerate(curve.xs):
        said = words.told(
            Estimate(value=curve.ys[at], low=curve.lows[at], high=curve.highs[at], n=1),
            words.percent,
        )
        theory = f"; generator {words.percent(curve.theory[at])}" if curve.theory else ""
        made.append(Place(x, f"{where(x)}: {said}{theory}"))
    return tuple(made)


def mirrored(curve: Curve) -> Curve:
    """Return the curve of the share above, from that of the share up to."""
    return Curve(
        xs=curve.xs,
        ys=tuple(1 - y for y in curve.ys),
        lows=tuple(1 - y for y in curve.highs),
        highs=tuple(1 - y for y in curve.lows),
        theory=tuple(1 - y for y in curve.theory),
    )


def short_percent(share: float) -> str:
    """Return a share for an axis, without decimals that are zero.

    >>> short_percent(0.2), short_percent(0.005), short_percent(-0.1)
    ('20 %', '0.5 %', '-10 %')
    """
    return f"{share * 100:.4g} %"
