"""What each figure of a study says, in plain words: never without its interval and its number."""

from collections.abc import Callable
from typing import Final

from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.intervals import Estimate, holds
from replayer_qt.core.study_figures import (
    HazardStudy,
    PeakStudy,
    Quantile,
    ResultStudy,
    ReturnStudy,
    RoundStudy,
    RugStudy,
    SideBetStudy,
    SurvivalStudy,
    VolatilityStudy,
)

Say = Callable[[float], str]

NOT_KNOWN: Final = "not known"


def percent(share: float) -> str:
    """Return a share as a percentage with three digits that count.

    >>> percent(0.18168), percent(0.0049), percent(1.0), percent(0.0), percent(-0.0916)
    ('18.2 %', '0.490 %', '100 %', '0 %', '-9.16 %')
    """
    value = share * 100
    size = abs(value)
    if size == 0:
        return "0 %"
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{places}f} %"


def signed_percent(share: float) -> str:
    """Return a share that may be a loss, its sign always told.

    >>> signed_percent(0.043), signed_percent(-0.0916)
    ('+4.30 %', '-9.16 %')
    """
    return f"+{percent(share)}" if share > 0 else percent(share)


def multiple(value: float) -> str:
    """Return a multiplier.

    >>> multiple(1.884), multiple(17.324), multiple(824.12), multiple(12345.6)
    ('1.88x', '17.3x', '824x', '12,346x')
    """
    places = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:,.{places}f}x"


def tick(value: float) -> str:
    """Return a position in a round.

    >>> tick(1158.0)
    '1,158'
    """
    return f"{value:,.0f}"


def money(value: float) -> str:
    """Return an amount with its sign [SOL].

    >>> money(0.0123456789), money(-1.5)
    ('+0.012346 SOL', '-1.500000 SOL')
    """
    return f"{value:+,.6f} SOL"


def spread(value: float) -> str:
    """Return a standard deviation of logarithmic returns, as a percentage.

    >>> spread(0.0743), spread(0.000123)
    ('7.43 %', '0.0123 %')
    """
    return f"{value * 100:#.3g}".rstrip(".") + " %"


def interval(estimate: Estimate, say: Say) -> str:
    """Return the interval in words.

    >>> interval(Estimate(value=0.5, low=0.25, high=None, n=3), percent)
    '25.0 % or more'
    """
    if estimate.low is not None and estimate.high is not None:
        return f"{say(estimate.low)} to {say(estimate.high)}"
    if estimate.low is not None:
        return f"{say(estimate.low)} or more"
    if estimate.high is not None:
        return f"{say(estimate.high)} or less"
    return "too few to bound it"


def told(estimate: Estimate, say: Say) -> str:
    """Return a figure with its interval in words.

    >>> told(Estimate(value=0.5, low=0.25, high=0.75, n=3), percent)
    '50.0 % (25.0 % to 75.0 %)'
    """
    if estimate.value is None:
        return f"{NOT_KNOWN} ({interval(estimate, say)})" if estimate.n else NOT_KNOWN
    return f"{say(estimate.value)} ({interval(estimate, say)})"


def level_words(study: RoundStudy) -> str:
    """Return how sure the intervals are.

    >>> from replayer_qt.core.study_figures import FairnessCount
    >>> level_words(RoundStudy(level=0.95, rounds=0, crash=0, markets=0, streams=(), generator=0,
    ...     fairness=FairnessCount()))
    '95 % intervals'
    """
    return f"{study.level * 100:g} % intervals"


def peak_words(found: PeakStudy) -> str:
    """Say how high rounds go."""
    median = _median(found.quantiles)
    text = f"Half of the rounds peak above {_beside(median, multiple)}."
    if found.fits is None:
        return text
    return text + (
        " Nowhere does the distribution leave the generator's by more than chance allows."
        if found.fits
        else " Somewhere the distribution leaves the generator's by more than chance allows."
    )


def reached_words(found: PeakStudy) -> str:
    """Say how many rounds reach twice their first price."""
    double = next(bar for bar in found.reached if bar.low == 2.0)
    theory = "" if double.theory is None else f"; the generator: {percent(double.theory)}"
    return (
        f"{told(double.estimate, percent)} of rounds reach 2x{theory}. "
        "Each interval holds on its own, not all of them at once."
    )


def rug_words(found: RugStudy) -> str:
    """Say when rounds end."""
    return f"Half of the rounds end by tick {_beside(_median(found.quantiles), tick)}."


def survival_words(found: SurvivalStudy, theory: float | None) -> str:
    """Say how long rounds live.

    Args:
        found: the study.
        theory: the tick by which half of the generator's rounds are over; None if not known.
    """
    beside = "" if theory is None else f"; the generator: {tick(theory)}"
    cut = f" {found.censored:,} without a rug and {found.late:,} found running are allowed for."
    return (
        f"Half of the rounds are over by tick {told(found.median, tick)}{beside}."
        f"{cut if found.censored or found.late else ''}"
    )


def hazard_words(found: HazardStudy) -> str:
    """Say how likely the next tick is the rug, and whether age matters."""
    ages = f"{len(found.bars)} ages" if len(found.bars) != 1 else "one age"
    flat = (
        f"Flat within its interval: yes, none of {ages} contradicts one constant chance, "
        "which is no proof that there is none smaller than the intervals."
        if found.flat
        else f"Flat within its interval: no, of {ages} at least one contradicts a constant chance."
    )
    fits = "agrees" if found.fits else "does not agree"
    return (
        f"The next tick is the rug in {told(found.overall, percent)} of ticks; "
        f"that {fits} with the generator's {percent(RUG_CHANCE)}. {flat}"
    )


def side_bet_words(found: SideBetStudy) -> str:
    """Say what side bets would have brought."""
    ticks = f"{len(found.bars)} ticks of entry" if len(found.bars) != 1 else "one tick of entry"
    beaten = (
        f"Above break-even beyond chance: entry at {', '.join(map(tick, found.beaten))}."
        if found.beaten
        else f"None of {ticks} is above break-even beyond chance."
    )
    return (
        f"Of bets {told(found.overall, percent)} would have won; {percent(found.break_even)} is "
        f"break-even, the generator makes {percent(found.theory)}. A bet brings "
        f"{told(found.expected, signed_percent)} of its stake; by the generator "
        f"{signed_percent(found.theory_expected)}, the house's edge. {beaten}"
    )


def volatility_words(found: VolatilityStudy) -> str:
    """Say how much prices move."""
    what = "A round's price" if found.kind == "crash" else "A segment's price"
    return (
        f"{what} moves by {told(found.mean, spread)} a tick in the mean; "
        f"half of them by more than {_beside(_median(found.quantiles), spread)}."
    )


def return_words(found: ReturnStudy) -> str:
    """Say what returns look like, and of how many rounds."""
    text = f"{found.returns:,} steps of {found.n:,} rounds whose ticks were read; "
    if found.kind == "markets":
        return text + "in standard deviations of their own segment, beside the normal distribution."
    return text + "the fall to the rug is no step. Rounds, not steps, make the intervals."


def phase_words(found: ReturnStudy) -> str:
    """Say whether prices move more at one age than at another."""
    known = [bar for bar in found.phases if bar.theory is not None]
    apart = [bar for bar in known if not holds(bar.wide, bar.theory or 0.0)]
    if not known:
        return "Standard deviation of a step by age; there is nothing to compare it with."
    if not apart:
        return f"At none of {len(known)} ages do prices move unlike the generator's, beyond chance."
    ages = ", ".join(tick(bar.low) for bar in apart)
    return f"From tick {ages} on prices move unlike the generator's, beyond chance."


def result_words(found: ResultStudy) -> str:
    """Say what our own trading brought."""
    sign = "no more than chance can explain" if holds(found.mean, 0) else "more than chance does"
    rounds = "1 round" if found.n == 1 else f"{found.n:,} rounds"
    verdict = "" if found.mean.low is None else f"; the mean differs from nothing by {sign}"
    return (
        f"{rounds} brought {found.total:+,f} SOL together, {told(found.mean, money)} each in the "
        f"mean{verdict}. {told(found.won, percent)} of them brought more than nothing."
    )


def left_out_words(study: RoundStudy, figure: str) -> str:
    """Return which rounds a figure does not rest on, in one sentence; empty if on all of them.

    Args:
        study: all of it.
        figure: as in `LeftOut`.
    """
    found = [f"{one.rounds:,}: {one.why}" for one in study.left_out if one.figure == figure]
    return f"Left out - {'; '.join(found)}." if found else ""


def _beside(quantile: Quantile, say: Say) -> str:
    theory = "" if quantile.theory is None else f"; the generator: {say(quantile.theory)}"
    return f"{told(quantile.estimate, say)}{theory}"


def _median(quantiles: tuple[Quantile, ...]) -> Quantile:
    return next(one for one in quantiles if one.share == 0.5)
