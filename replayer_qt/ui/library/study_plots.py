"""Turns a study of rounds into plots; each names its rounds, its intervals and its theory."""

from typing import Final

from replayer_qt.core import study_words as words
from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.study_figures import (
    Bar,
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
from replayer_qt.ui.library.study_layers import (
    curve_places,
    expected,
    marks,
    mirrored,
    places,
    right,
    shares,
    short_percent,
    top,
    trimmed,
)
from replayer_qt.ui.plots.plot import Axis, Ink, Layer, Level, Line, Marks, Place, Plot, Ribbon, Say
from replayer_qt.ui.privacy import hidden

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
        made += [_results(study, study.results), _sums(study.results)]
    return tuple(made)


# --- each figure


def _peak(study: RoundStudy, found: PeakStudy) -> Plot:
    bars = trimmed(found.bars)
    return Plot(
        key="peak",
        title="Peak",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.peak_words(found), "peak"),
        x=Axis(
            title="peak [multiplier], logarithmic",
            low=bars[0].low,
            high=right(bars, log=True),
            say=_short_multiple,
            log=True,
        ),
        y=shares(bars, "share of rounds"),
        layers=(
            *expected(bars, log=True),
            Marks(name="share", marks=marks(bars, log=True), bars=True),
        ),
        places=places(bars, words.multiple, words.percent, log=True),
    )


def _reached(study: RoundStudy, found: PeakStudy) -> Plot:
    above = mirrored(found.distribution)
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
        y=Axis(title="share", low=0, high=1, say=short_percent),
        layers=tuple(layers),
        places=curve_places(above, words.multiple),
    )


def _survival(study: RoundStudy, found: SurvivalStudy) -> Plot:
    curve = found.curve
    theory = None
    if study.rug is not None:
        theory = next(one.theory for one in study.rug.quantiles if one.share == 0.5)
    return Plot(
        key="survival",
        title="Rounds that live beyond a tick",
        rests_on=_rests_on(study, found.n, "Kaplan-Meier"),
        sentence=_said(study, words.survival_words(found, theory), "survival"),
        x=Axis(title="tick", low=0, high=max(curve.xs[-1], 1.0), say=words.tick),
        y=Axis(title="share", low=0, high=1, say=short_percent),
        layers=(
            Ribbon(
                name="interval", ink=Ink.DATA, xs=curve.xs, lows=curve.lows, highs=curve.highs,
                stepped=True,
            ),
            Line(name="share", ink=Ink.DATA, xs=curve.xs, ys=curve.ys, stepped=True),
            Line(name="generator", ink=Ink.THEORY, xs=curve.xs, ys=curve.theory),
        ),
        places=curve_places(curve, lambda x: f"beyond tick {words.tick(x)}"),
    )  # fmt: skip


def _hazard(study: RoundStudy, found: HazardStudy) -> Plot:
    tops = [top(bar.wide) for bar in found.bars]
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
        y=Axis(
            title="rugs a tick", low=0, high=max([*tops, RUG_CHANCE]) * _HEADROOM, say=short_percent
        ),
        layers=(
            Level(name="generator", ink=Ink.THEORY, y=RUG_CHANCE),
            Marks(name="hazard, dotted: together", marks=marks(found.bars)),
        ),
        places=places(found.bars, words.tick, words.percent, ticks=True),
    )


def _side_bets(study: RoundStudy, found: SideBetStudy) -> Plot:
    tops = [top(bar.estimate) for bar in found.bars]
    last = found.bars[-1].low
    return Plot(
        key="side-bets",
        title="Side bets won, by tick of entry",
        rests_on=_rests_on(study, found.n, f"{found.overall.n:,} bets, Wilson"),
        sentence=_said(study, words.side_bet_words(found), "survival"),
        x=Axis(title="tick of entry", low=-20, high=last + 20, say=words.tick),
        y=Axis(
            title="share won",
            low=0,
            high=min(1.0, max([*tops, found.break_even]) * _HEADROOM),
            say=short_percent,
        ),
        layers=(
            Level(name=f"break-even {found.break_even:.0%}", ink=Ink.LIMIT, y=found.break_even),
            Level(name=f"generator {found.theory:.1%}", ink=Ink.THEORY, y=found.theory),
            Marks(name="won, dotted: together", marks=marks(found.bars)),
        ),
        places=tuple(_bet(bar) for bar in found.bars),
    )


def _rug(study: RoundStudy, found: RugStudy) -> Plot:
    bars = trimmed(found.bars)
    return Plot(
        key="rug-tick",
        title="Tick of the rug",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.rug_words(found), "rug tick"),
        x=Axis(title="tick", low=bars[0].low, high=right(bars), say=words.tick),
        y=shares(bars, "share of rounds"),
        layers=(*expected(bars), Marks(name="share", marks=marks(bars), bars=True)),
        places=places(bars, words.tick, words.percent, ticks=True),
    )


def _volatility(study: RoundStudy, found: VolatilityStudy) -> Plot:
    is_market = found.kind == "markets"
    bars = trimmed(found.bars, both=True)
    return Plot(
        key=f"volatility-{found.kind}",
        title="Volatility of markets" if is_market else "Volatility of rounds",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.volatility_words(found), "volatility"),
        x=Axis(
            title="standard deviation of a step" + (", logarithmic" if is_market else ""),
            low=bars[0].low,
            high=right(bars, log=is_market),
            say=short_percent,
            log=is_market,
        ),
        y=shares(bars, "share of rounds"),
        layers=(
            *expected(bars, log=is_market),
            Marks(name="share", marks=marks(bars, log=is_market), bars=True),
        ),
        places=places(bars, words.spread, words.percent, log=is_market),
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
            say=_deviations if is_market else short_percent,
        ),
        y=shares(bars, "share of steps"),
        layers=(
            *expected(bars, name="normal" if is_market else "generator"),
            Marks(name="share", marks=marks(bars), bars=True),
        ),
        places=places(bars, say, words.percent),
    )


def _phases(study: RoundStudy, found: ReturnStudy) -> Plot:
    tops = [top(bar.estimate) for bar in found.phases]
    return Plot(
        key="volatility-by-age",
        title="Volatility by age",
        rests_on=_rests_on(study, found.n, "ratio over rounds"),
        sentence=_said(study, words.phase_words(found), "returns"),
        x=Axis(title="age [ticks]", low=0, high=right(found.phases), say=words.tick),
        y=Axis(
            title="standard deviation",
            low=0,
            high=max([*tops, 0.01]) * _HEADROOM,
            say=short_percent,
        ),
        layers=(
            *expected(found.phases),
            Marks(name="volatility, dotted: together", marks=marks(found.phases)),
        ),
        places=places(found.phases, words.tick, words.spread, ticks=True),
    )


def _results(study: RoundStudy, found: ResultStudy) -> Plot:
    bars = found.bars
    return Plot(
        key="results",
        title="Own results",
        rests_on=_rests_on(study, found.n),
        sentence=_said(study, words.result_words(found), "results"),
        x=Axis(
            title="result of a round [SOL]", low=bars[0].low, high=right(bars), say=_short_money
        ),
        y=shares(bars, "share of rounds"),
        layers=(Marks(name="share", marks=marks(bars), bars=True),),
        places=places(bars, words.money, words.percent),
    )


def _sums(found: ResultStudy) -> Plot:
    ys = (0.0, *found.sums)
    step = found.n / max(1, len(found.sums))
    xs = tuple(step * at for at in range(len(ys)))
    low, high = min(ys), max(ys)
    spare = (high - low) * 0.05 or 1e-6
    return Plot(
        key="results-sum",
        title="Own results, summed up",
        rests_on=f"n = {found.n:,} rounds; what was, no estimate",
        sentence="The sum of the selected rounds' results, the oldest first. It is a record of "
        "what was; it says nothing of what comes next.",
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


# --- words


def _rests_on(study: RoundStudy, n: int, more: str = "") -> str:
    rounds = "1 round" if n == 1 else f"{n:,} rounds"
    return f"n = {rounds}; {words.level_words(study)}{f'; {more}' if more else ''}"


def _said(study: RoundStudy, sentence: str, figure: str) -> str:
    left = sum(one.rounds for one in study.left_out if one.figure == figure)
    verb = "is" if left == 1 else "are"
    return f"{sentence} {left:,} of {study.rounds:,} rounds {verb} left out." if left else sentence


def _bet(bar: Bar) -> Place:
    undecided = f", {bar.undecided:,} undecided" if bar.undecided else ""
    told = words.told(bar.estimate, words.percent)
    return Place(
        bar.low,
        f"entry at {words.tick(bar.low)}: {told}; n = {bar.estimate.n:,} bets{undecided}",
    )


def _short_multiple(value: float) -> str:
    return f"{value:,.3g}x" if value < 1000 else f"{value:,.0f}x"


def _short_money(value: float) -> str:
    return hidden(f"{value:,.4g}")


def _deviations(value: float) -> str:
    return f"{value:+g}"
