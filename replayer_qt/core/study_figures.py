"""What a study of rounds says: figures with intervals, what each rests on, what was left out."""

from decimal import Decimal

import msgspec

from replayer_qt.core.intervals import Estimate
from replayer_qt.core.units import StreamId


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Rounds that a figure does not rest on.

    Attributes:
        figure: which one: `peak`, `survival`, `side bets`, `volatility`, `returns`, `results`.
        why: in plain words.
        rounds: how many.
    """

    figure: str
    why: str
    rounds: int


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bin, or one place, with what was counted there and what was to be expected.

    Attributes:
        low: where the bin begins; the place itself where `high` is the same.
        high: where it ends; that end belongs to the next bin. None: it has no end.
        count: hits in it.
        estimate: the rate or share with its own interval.
        wide: the same with an interval that holds together with those of the other bars.
        theory: what the generator makes in the long run; None where there is no theory.
        theory_low: where a sample of this size from the generator begins to be unusual.
        theory_high: the upper end of that.
        undecided: tries whose outcome is not known; they are not in the estimate.
    """

    low: float
    high: float | None
    count: int
    estimate: Estimate
    wide: Estimate = Estimate()
    theory: float | None = None
    theory_low: float | None = None
    theory_high: float | None = None
    undecided: int = 0


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A curve with its band; all have one length.

    Attributes:
        xs: where it is told, ascending.
        ys: its height.
        lows: the band's lower edge.
        highs: the band's upper edge.
        theory: the generator's; empty where there is none.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    theory: tuple[float, ...] = ()


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """A quantile; `theory` is the generator's, None where there is none."""

    share: float
    estimate: Estimate
    theory: float | None = None


class PeakStudy(msgspec.Struct, frozen=True, kw_only=True):
    """How high rounds go; of crash rounds known whole.

    Attributes:
        n: rounds.
        bars: shares of rounds, by peak [multiplier], in bins of a logarithmic scale.
        distribution: share of rounds with a peak up to x, with the DKW band.
        quantiles: of the peak, each with the interval of order statistics.
        reached: share of rounds that reach a multiplier, with Wilson's interval.
        fits: whether the band holds the generator's distribution everywhere; None without one.
    """

    n: int
    bars: tuple[Bar, ...]
    distribution: Curve
    quantiles: tuple[Quantile, ...]
    reached: tuple[Bar, ...]
    fits: bool | None = None


class RugStudy(msgspec.Struct, frozen=True, kw_only=True):
    """When rounds end; of crash rounds known from their beginning to the rug.

    Attributes:
        n: rounds.
        bars: shares of rounds, by the tick of the rug, with Wilson's interval.
        quantiles: of the rug's tick.
    """

    n: int
    bars: tuple[Bar, ...]
    quantiles: tuple[Quantile, ...]


class SurvivalStudy(msgspec.Struct, frozen=True, kw_only=True):
    """How long rounds live; Kaplan and Meier's estimate.

    Attributes:
        n: rounds.
        rugs: rounds whose rug is shown.
        censored: rounds whose recording ends before their rug.
        late: rounds whose recording begins after their first tick.
        curve: share of rounds that live beyond a tick, log-log interval at each one.
        median: the tick that half of the rounds live beyond.
    """

    n: int
    rugs: int
    censored: int
    late: int
    curve: Curve
    median: Estimate


class HazardStudy(msgspec.Struct, frozen=True, kw_only=True):
    """How likely the next tick is the rug, by age.

    Attributes:
        n: rounds.
        ticks: ticks at which a rug could have come.
        bars: rugs a tick, by age [ticks], each with Wilson's interval.
        overall: rugs a tick over all ages.
        flat: whether no bar contradicts the overall rate, their intervals holding together.
        fits: whether overall and each bar agree with the generator's chance, likewise.
    """

    n: int
    ticks: int
    bars: tuple[Bar, ...]
    overall: Estimate
    flat: bool
    fits: bool


class SideBetStudy(msgspec.Struct, frozen=True, kw_only=True):
    """What side bets would have brought, one a round at each of some ticks.

    Attributes:
        n: rounds.
        bars: bets won as a share, by the tick of entry, with Wilson's interval; `low` is the tick.
        overall: bets won of all of these.
        expected: what a bet brings, as a share of its stake, from `overall`.
        break_even: the share at which a bet costs nothing.
        theory: the share that the generator makes.
        theory_expected: what a bet brings by the generator; negative: the house's edge.
        beaten: entry ticks whose interval, holding together, is above break-even.
        fits: whether overall and each tick agree with the generator.
    """

    n: int
    bars: tuple[Bar, ...]
    overall: Estimate
    expected: Estimate
    break_even: float
    theory: float
    theory_expected: float
    beaten: tuple[int, ...]
    fits: bool


class VolatilityStudy(msgspec.Struct, frozen=True, kw_only=True):
    """How much prices move from tick to tick, as standard deviations of logarithmic returns.

    Attributes:
        kind: `crash` or `markets`.
        n: rounds.
        bars: shares of rounds, by their volatility.
        quantiles: of the rounds' volatility.
        mean: of the rounds' volatility, with Student's interval.
    """

    kind: str
    n: int
    bars: tuple[Bar, ...]
    quantiles: tuple[Quantile, ...]
    mean: Estimate


class ReturnStudy(msgspec.Struct, frozen=True, kw_only=True):
    """Returns from one tick to the next; of the rounds whose ticks were read.

    Attributes:
        kind: `crash` or `markets`.
        n: rounds.
        returns: how many.
        bars: shares of all returns, by size: logarithmic for crash rounds, in standard deviations
            of their own round for markets, where `theory` is the normal distribution's share.
        phases: standard deviation of returns by age [ticks]; crash rounds only.
    """

    kind: str
    n: int
    returns: int
    bars: tuple[Bar, ...]
    phases: tuple[Bar, ...] = ()


class ResultStudy(msgspec.Struct, frozen=True, kw_only=True):
    """What our own trading of these rounds brought.

    Attributes:
        n: rounds that were traded.
        total: their sum [SOL], exact.
        mean: a round's [SOL], with Student's interval.
        won: rounds that brought more than nothing, as a share.
        bars: shares of rounds, by result [SOL].
        sums: the sum so far, oldest round first; at most some hundred points.
    """

    n: int
    total: Decimal
    mean: Estimate
    won: Estimate
    bars: tuple[Bar, ...]
    sums: tuple[float, ...]


class FairnessCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many crash rounds were proved to be what their seed generates."""

    verified: int = 0
    failed: int = 0
    unrevealed: int = 0


class RoundStudy(msgspec.Struct, frozen=True, kw_only=True):
    """The statistics of a selection of rounds; a figure without enough rounds is None.

    Attributes:
        level: how often an interval holds what it is for.
        rounds: rounds of the selection.
        crash: of these, rounds of the crash game.
        markets: of these, segments of continuous markets.
        streams: where they were played, the most rounds first, at most some dozen.
        generator: rounds that the generator's figures rest on where no formula gives them.
        left_out: which rounds a figure does not rest on, and why.
        notes: what a reader should know before drawing a conclusion.
    """

    level: float
    rounds: int
    crash: int
    markets: int
    streams: tuple[tuple[StreamId, int], ...]
    generator: int
    fairness: FairnessCount
    peak: PeakStudy | None = None
    rug: RugStudy | None = None
    survival: SurvivalStudy | None = None
    hazard: HazardStudy | None = None
    side_bets: SideBetStudy | None = None
    volatility: tuple[VolatilityStudy, ...] = ()
    returns: tuple[ReturnStudy, ...] = ()
    results: ResultStudy | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
