"""Turns a study of rounds into plots; each names its rounds, its intervals and its theory."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from replayer_qt.core import study_words as words
from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.intervals import Estimate
from replayer_qt.core.study_figures import (
    Bar,
    Curve,
    HazardStudy,
    PeakStudy,
    ResultStudy,
    ReturnStudy,
    RoundStudy,
    RugStudy,
    SideBetStudy,
    SurvivalStudy,
    VolatilityStudy,
)
from replayer_qt.ui.plots.plot import (
    Axis,
    Ink,
    Layer,
    Level,
    Line,
    Mark,
    Marks,
    Place,
    Plot,
    Ribbon,
    Say,
)

FIGURES: Final = {
    "peak": "peak",
    "reached": "peak",
    "rug-tick": "rug tick",
    "survival": "survival",
    "hazard": "hazard",
    "side-bets": "side bets",
    "volatility-crash": "volatility",
    "volatility-markets": "volatility",
    "returns-crash": "returns",
    "returns-markets": "returns",
    "volatility-by-age": "returns",
    "results": "results",
    "results-sum": "results",
}
"""The figure that a plot's numbers belong to, by its key."""

_HEADROOM: Final = 1.08
_LEAST_SHARE: Final = 0.02
_LAST_WIDER: Final = 2


def plots_of(study: RoundStudy) -> tuple[Plot, ...]:
    """Return a plot of each figure that the study has, in the order of reading."""
    made: list[Plot] = []
    if study.peak is not None:
        made += [_peak(study, study.peak), _reached(study, study.peak)]
    if study.survival is not None:
        made.append(_survival(study, study.survival))
    if study.hazard is not None:
        made.append(_hazard(study, study.hazard))
    if study.side_bets is not None:
        made.append(_side_bets(study, study.side_bets))
    if study.rug is not None:
        made.append(_rug(study, study.rug))
    made += [_volatility(study, told) for told in study.volatility]
    for found in study.returns:
        made.append(_returns(study, found))
        if found.phases:
            made.append(_phases(study, found))
    if study.results is not None:
        made += [_results(study, study.results), _sums(study, study.results)]
    return tuple(made)


# --- each figure


def _peak(study: RoundStudy, found: PeakStudy) -> Plot:
    bars = _trimmed(found.bars)
    return Plot(
        key="peak",
        title="Peak",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.peak_words(found), "peak"),
        x=Axis(
            title="peak [multiplier], logarithmic",
            low=bars[0].low,
            high=_right(bars, log=True),
            say=_short_multiple,
            log=True,
        ),
        y=_shares(bars, "share of rounds"),
        layers=(
            *_expected(bars, log=True),
            Marks(name="share", marks=_marks(bars, log=True), bars=True),
        ),
        places=_places(bars, words.multiple, words.percent, log=True),
    )


def _reached(study: RoundStudy, found: PeakStudy) -> Plot:
    above = _mirrored(found.distribution)
    high = max(found.distribution.xs[-1], 2.0)
    layers: list[Layer] = [
        Ribbon(name="band (DKW)", ink=Ink.DATA, xs=above.xs, lows=above.lows, highs=above.highs),
        Line(name="share", ink=Ink.DATA, xs=above.xs, ys=above.ys),
    ]
    if above.theory:
        layers.append(Line(name="generator", ink=Ink.THEORY, xs=above.xs, ys=above.theory))
    return Plot(
        key="reached",
        title="Rounds that peak above x",
        rests_on=_rests_on(study, found.n, "band holds everywhere at once"),
        sentence=_said(study, words.reached_words(found), "peak"),
        x=Axis(
            title="x [multiplier], logarithmic", low=1, high=high, say=_short_multiple, log=True
        ),
        y=Axis(title="share", low=0, high=1, say=words.percent),
        layers=tuple(layers),
        places=_curve_places(above, words.multiple),
    )


def _survival(study: RoundStudy, found: SurvivalStudy) -> Plot:
    curve = found.curve
    theory = None
    if study.rug is not None:
        theory = next(one.theory for one in study.rug.quantiles if one.share == 0.5)
    return Plot(
        key="survival",
        title="Rounds that live beyond a tick",
        rests_on=_rests_on(study, found.n, "Kaplan-Meier, log-log interval at each tick"),
        sentence=_said(study, words.survival_words(found, theory), "survival"),
        x=Axis(title="tick", low=0, high=max(curve.xs[-1], 1.0), say=words.tick),
        y=Axis(title="share", low=0, high=1, say=words.percent),
        layers=(
            Ribbon(
                name="interval", ink=Ink.DATA, xs=curve.xs, lows=curve.lows, highs=curve.highs,
                stepped=True,
            ),
            Line(name="share", ink=Ink.DATA, xs=curve.xs, ys=curve.ys, stepped=True),
            Line(name="generator", ink=Ink.THEORY, xs=curve.xs, ys=curve.theory),
        ),
        places=_curve_places(curve, lambda x: f"beyond tick {words.tick(x)}"),
    )  # fmt: skip


def _hazard(study: RoundStudy, found: HazardStudy) -> Plot:
    top = max([_top(bar.wide) for bar in found.bars] + [RUG_CHANCE])
    return Plot(
        key="hazard",
        title="Hazard: chance that a tick is the rug",
        rests_on=_rests_on(study, found.n, f"{found.ticks:,} ticks at risk, Wilson"),
        sentence=_said(study, words.hazard_words(found), "survival"),
        x=Axis(
            title="age [ticks]",
            low=0,
            high=max(found.bars[-1].high or 1, 2),
            say=words.tick,
        ),
        y=Axis(title="rugs a tick", low=0, high=top * _HEADROOM, say=words.percent),
        layers=(
            Level(name="generator", ink=Ink.THEORY, y=RUG_CHANCE),
            Marks(name="hazard; dotted: all hold together", marks=_marks(found.bars)),
        ),
        places=_places(found.bars, words.tick, words.percent, ticks=True),
    )


def _side_bets(study: RoundStudy, found: SideBetStudy) -> Plot:
    top = max([_top(bar.estimate) for bar in found.bars] + [found.break_even])
    last = found.bars[-1].low
    return Plot(
        key="side-bets",
        title="Side bets won, by tick of entry",
        rests_on=_rests_on(study, found.n, f"{found.overall.n:,} bets, Wilson"),
        sentence=_said(study, words.side_bet_words(found), "survival"),
        x=Axis(title="tick of entry", low=-20, high=last + 20, say=words.tick),
        y=Axis(title="share won", low=0, high=min(1.0, top * _HEADROOM), say=words.percent),
        layers=(
            Level(name=f"break-even {found.break_even:.0%}", ink=Ink.LIMIT, y=found.break_even),
            Level(name=f"generator {found.theory:.1%}", ink=Ink.THEORY, y=found.theory),
            Marks(name="won; dotted: all hold together", marks=_marks(found.bars)),
        ),
        places=tuple(_bet(bar) for bar in found.bars),
    )


def _rug(study: RoundStudy, found: RugStudy) -> Plot:
    bars = _trimmed(found.bars)
    return Plot(
        key="rug-tick",
        title="Tick of the rug",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.rug_words(found), "rug tick"),
        x=Axis(title="tick", low=bars[0].low, high=_right(bars), say=words.tick),
        y=_shares(bars, "share of rounds"),
        layers=(*_expected(bars), Marks(name="share", marks=_marks(bars), bars=True)),
        places=_places(bars, words.tick, words.percent, ticks=True),
    )


def _volatility(study: RoundStudy, found: VolatilityStudy) -> Plot:
    is_market = found.kind == "markets"
    bars = _trimmed(found.bars, both=True)
    return Plot(
        key=f"volatility-{found.kind}",
        title="Volatility of markets" if is_market else "Volatility of rounds",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.volatility_words(found), "volatility"),
        x=Axis(
            title="standard deviation of a step" + (", logarithmic" if is_market else ""),
            low=bars[0].low,
            high=_right(bars, log=is_market),
            say=words.spread,
            log=is_market,
        ),
        y=_shares(bars, "share of rounds"),
        layers=(
            *_expected(bars, log=is_market),
            Marks(name="share", marks=_marks(bars, log=is_market), bars=True),
        ),
        places=_places(bars, words.spread, words.percent, log=is_market),
    )


def _returns(study: RoundStudy, found: ReturnStudy) -> Plot:
    is_market = found.kind == "markets"
    say: Say = _deviations if is_market else words.signed_percent
    bars = found.bars[1:-1]
    return Plot(
        key=f"returns-{found.kind}",
        title="Returns of markets" if is_market else "Returns from tick to tick",
        rests_on=_rests_on(study, found.n, f"{found.returns:,} steps"),
        sentence=_said(study, words.return_words(found), "returns"),
        x=Axis(
            title="standard deviations" if is_market else "logarithmic return",
            low=bars[0].low,
            high=bars[-1].high or bars[-1].low,
            say=say,
        ),
        y=_shares(bars, "share of steps"),
        layers=(
            *_expected(bars, name="normal" if is_market else "generator"),
            Marks(name="share", marks=_marks(bars), bars=True),
        ),
        places=_places(bars, say, words.percent),
    )


def _phases(study: RoundStudy, found: ReturnStudy) -> Plot:
    tops = [_top(bar.estimate) for bar in found.phases]
    return Plot(
        key="volatility-by-age",
        title="Volatility by age",
        rests_on=_rests_on(study, found.n, "ratio over rounds"),
        sentence=_said(study, words.phase_words(found), "returns"),
        x=Axis(title="age [ticks]", low=0, high=_right(found.phases), say=words.tick),
        y=Axis(
            title="standard deviation", low=0, high=max([*tops, 0.01]) * _HEADROOM, say=words.spread
        ),
        layers=(
            *_expected(found.phases),
            Marks(name="volatility; dotted: all hold together", marks=_marks(found.phases)),
        ),
        places=_places(found.phases, words.tick, words.spread, ticks=True),
    )


def _results(study: RoundStudy, found: ResultStudy) -> Plot:
    bars = found.bars
    return Plot(
        key="results",
        title="Own results",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.result_words(found), "results"),
        x=Axis(
            title="result of a round [SOL]", low=bars[0].low, high=_right(bars), say=_short_money
        ),
        y=_shares(bars, "share of rounds"),
        layers=(Marks(name="share", marks=_marks(bars), bars=True),),
        places=_places(bars, words.money, words.percent),
    )


def _sums(study: RoundStudy, found: ResultStudy) -> Plot:
    ys = (0.0, *found.sums)
    step = found.n / max(1, len(found.sums))
    xs = tuple(step * at for at in range(len(ys)))
    low, high = min(ys), max(ys)
    spare = (high - low) * 0.05 or 1e-6
    return Plot(
        key="results-sum",
        title="Own results, summed up",
        rests_on=f"n = {found.n:,} rounds; what was, no estimate",
        sentence="The sum of the selected rounds' results, the oldest first. It is a record of what "
        "was; it says nothing of what comes next.",
        x=Axis(title="round", low=0, high=max(found.n, 1), say=words.tick),
        y=Axis(title="sum [SOL]", low=low - spare, high=high + spare, say=_short_money),
        layers=(
            Level(name="nothing", ink=Ink.LIMIT, y=0.0),
            Line(name="sum", ink=Ink.DATA, xs=xs, ys=ys, stepped=True),
        ),
        places=tuple(
            Place(x, f"after {words.tick(x)} rounds: {words.money(y)}")
            for x, y in zip(xs, ys, strict=True)
        ),
    )


# --- what they are made of


def _rests_on(study: RoundStudy, n: int, more: str = "") -> str:
    rounds = "1 round" if n == 1 else f"{n:,} rounds"
    return f"n = {rounds}; {words.level_words(study)}{f'; {more}' if more else ''}"


def _said(study: RoundStudy, sentence: str, figure: str) -> str:
    left = sum(one.rounds for one in study.left_out if one.figure == figure)
    return f"{sentence} {left:,} of {study.rounds:,} rounds are left out." if left else sentence


def _trimmed(bars: Sequence[Bar], *, both: bool = False) -> tuple[Bar, ...]:
    """Without the empty bins at the end, or at both; the theory's tail there is not drawn."""
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


def _right(bars: Sequence[Bar], *, log: bool = False) -> float:
    return max(_end(bars, len(bars) - 1, log=log), bars[0].low + 1e-12)


def _marks(bars: Sequence[Bar], *, log: bool = False) -> tuple[Mark, ...]:
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


def _expected(
    bars: Sequence[Bar], *, log: bool = False, name: str = "generator"
) -> tuple[Layer, ...]:
    """The theory as a stepped line over the bins, and what a sample of this size makes usual."""
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


def _shares(bars: Iterable[Bar], title: str) -> Axis:
    tops = [max(_top(bar.estimate), bar.theory_high or bar.theory or 0.0) for bar in bars]
    high = min(1.0, max([*tops, _LEAST_SHARE]) * _HEADROOM)
    return Axis(title=title, low=0, high=high, say=words.percent)


def _top(estimate: Estimate) -> float:
    return estimate.high if estimate.high is not None else estimate.value or 0.0


def _places(
    bars: Sequence[Bar], name: Say, say: Say, *, log: bool = False, ticks: bool = False
) -> tuple[Place, ...]:
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


def _curve_places(curve: Curve, where: Callable[[float], str]) -> tuple[Place, ...]:
    made = []
    for at, x in enumerate(curve.xs):
        said = words.told(
            Estimate(value=curve.ys[at], low=curve.lows[at], high=curve.highs[at], n=1),
            words.percent,
        )
        theory = f"; generator {words.percent(curve.theory[at])}" if curve.theory else ""
        made.append(Place(x, f"{where(x)}: {said}{theory}"))
    return tuple(made)


def _bet(bar: Bar) -> Place:
    undecided = f", {bar.undecided:,} undecided" if bar.undecided else ""
    told = words.told(bar.estimate, words.percent)
    return Place(
        bar.low,
        f"entry at {words.tick(bar.low)}: {told}; n = {bar.estimate.n:,} bets{undecided}",
    )


def _mirrored(curve: Curve) -> Curve:
    """The share above, from the share up to."""
    return Curve(
        xs=curve.xs,
        ys=tuple(1 - y for y in curve.ys),
        lows=tuple(1 - y for y in curve.highs),
        highs=tuple(1 - y for y in curve.lows),
        theory=tuple(1 - y for y in curve.theory),
    )


def _short_multiple(value: float) -> str:
    return f"{value:,.3g}x" if value < 1000 else f"{value:,.0f}x"


def _short_money(value: float) -> str:
    return f"{value:,.4g}"


def _deviations(value: float) -> str:
    return f"{value:+g}"
