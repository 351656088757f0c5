"""A study's numbers as rows of a table: one for each bar, point, quantile and figure."""

import csv
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from replayer_qt.core.intervals import Estimate
from replayer_qt.core.study_figures import Bar, Curve, Quantile, RoundStudy

HEADINGS: Final = (
    "figure", "series", "from", "to", "count", "n", "value", "low", "high", "theory",
    "low_together", "high_together",
)  # fmt: skip
"""What each column of a row is; `from` and `to` are where a bin lies."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table, in the order of `HEADINGS`; None is an empty cell."""

    figure: str
    series: str
    start: float | None = None
    end: float | None = None
    count: int | None = None
    n: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    theory: float | None = None
    low_together: float | None = None
    high_together: float | None = None


def rows_of(study: RoundStudy, figure: str = "") -> tuple[Row, ...]:
    """Return the rows of one figure, or of all; the first ones say what they rest on.

    Args:
        study: the study.
        figure: `peak`, `rug tick`, `survival`, `hazard`, `side bets`, `volatility`, `returns`,
            `results`; empty for all.
    """
    return tuple(row for row in _rows(study) if not figure or row.figure == figure)


def csv_of(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a heading; numbers are as exact as they are, cells may be empty."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(msgspec.structs.astuple(row) for row in rows)
    return "".join(lines.written)


class _Lines:
    """What a writer of CSV needs of a file."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> int:
        """Keep a piece of text."""
        self.written.append(text)
        return len(text)


def _rows(study: RoundStudy) -> Iterator[Row]:
    if (peak := study.peak) is not None:
        yield from _bars("peak", "share by peak", peak.bars)
        yield from _curve("peak", "share up to", peak.distribution, peak.n)
        yield from _quantiles("peak", peak.quantiles)
        yield from _bars("peak", "share that reaches", peak.reached)
    if (rug := study.rug) is not None:
        yield from _bars("rug tick", "share by rug tick", rug.bars)
        yield from _quantiles("rug tick", rug.quantiles)
    if (survival := study.survival) is not None:
        yield from _curve("survival", "share that lives beyond", survival.curve, survival.n)
        yield _figure("survival", "median", survival.median)
    if (hazard := study.hazard) is not None:
        yield from _bars("hazard", "rugs a tick by age", hazard.bars)
        yield _figure("hazard", "overall", hazard.overall)
    if (bets := study.side_bets) is not None:
        yield from _bars("side bets", "won by entry", bets.bars)
        yield _figure("side bets", "overall", bets.overall, bets.theory)
        yield _figure("side bets", "expected", bets.expected, bets.theory_expected)
    yield from _spread_rows(study)
    if (results := study.results) is not None:
        yield from _bars("results", "share by result", results.bars)
        yield _figure("results", "mean", results.mean)
        yield _figure("results", "won", results.won)


def _spread_rows(study: RoundStudy) -> Iterator[Row]:
    for told in study.volatility:
        yield from _bars("volatility", f"{told.kind}: share by volatility", told.bars)
        yield from _quantiles("volatility", told.quantiles, f"{told.kind}: ")
        yield _figure("volatility", f"{told.kind}: mean", told.mean)
    for found in study.returns:
        yield from _bars("returns", f"{found.kind}: share by return", found.bars)
        yield from _bars("returns", f"{found.kind}: volatility by age", found.phases)


def _bars(figure: str, series: str, bars: Sequence[Bar]) -> Iterator[Row]:
    for bar in bars:
        yield Row(
            figure=figure,
            series=series,
            start=bar.low,
            end=bar.high,
            count=bar.count,
            n=bar.estimate.n,
            value=bar.estimate.value,
            low=bar.estimate.low,
            high=bar.estimate.high,
            theory=bar.theory,
            low_together=bar.wide.low,
            high_together=bar.wide.high,
        )


def _curve(figure: str, series: str, curve: Curve, n: int) -> Iterator[Row]:
    for at, x in enumerate(curve.xs):
        yield Row(
            figure=figure,
            series=series,
            start=x,
            n=n,
            value=curve.ys[at],
            low=curve.lows[at],
            high=curve.highs[at],
            theory=curve.theory[at] if curve.theory else None,
        )


def _quantiles(figure: str, quantiles: Sequence[Quantile], kind: str = "") -> Iterator[Row]:
    for one in quantiles:
        yield _figure(figure, f"{kind}quantile {one.share:g}", one.estimate, one.theory)


def _figure(figure: str, series: str, told: Estimate, theory: float | None = None) -> Row:
    return Row(
        figure=figure,
        series=series,
        n=told.n,
        value=told.value,
        low=told.low,
        high=told.high,
        theory=theory,
    )
