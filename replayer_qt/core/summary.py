"""What a recording holds, round by round: ticks, gaps, peak, rug, and whether it was fair."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import msgspec

from replayer_qt.core.events import (
    Event,
    Fairness,
    FairnessChecked,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickBlock,
)
from replayer_qt.core.fairness import Evidence, check, rug_price
from replayer_qt.core.phase import Phase
from replayer_qt.core.soundness import is_sound, sound
from replayer_qt.core.statement import FinishedRound
from replayer_qt.core.units import RoundId

TELLING: Final = frozenset(
    {
        PriceTicked,
        TickBlock,
        RoundOpened,
        RoundRugged,
        PhaseChanged,
        SeedRevealed,
        FairnessChecked,
    }
)
"""The types of events that make a summary; others change nothing in it."""


class RoundSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One round of a recording.

    Attributes:
        ticks: distinct price ticks from the first index to the rug, the rug tick included.
        first_index: position of the first tick; None without ticks.
        last_index: position of the last tick; None without ticks.
        rugged: whether the recording shows the round's end.
        rug_index: position of the rug; None where it is not shown.
        rug_price: price of the rug [multiplier].
        peak: highest price before the rug tick [multiplier]; None without ticks before it.
        gaps: first and last of each run of missing positions.
        fairness: whether the round is what its revealed seed generates.
    """

    round_id: RoundId
    ticks: int
    first_index: int | None
    last_index: int | None
    rugged: bool
    rug_index: int | None
    rug_price: float | None
    peak: float | None
    gaps: tuple[tuple[int, int], ...]
    fairness: Fairness


class _Told:
    """All that was told of one round."""

    def __init__(self) -> None:
        self.prices: dict[int, float] = {}
        self.rug: RoundRugged | None = None
        self.rugged = False
        self.seed_hash: str | None = None
        self.seed: SeedRevealed | None = None
        self.failed = False
        self.contradicted = False

    def learn(self, tick: int, price: float) -> None:
        if is_sound(tick, price) and self.prices.setdefault(tick, price) != price:
            self.contradicted = True

    def learn_block(self, block: TickBlock) -> None:
        keep = sound(block.ticks, block.prices)
        ticks, prices = block.ticks[keep], block.prices[keep]
        told = zip(ticks.tolist(), prices.tolist(), strict=True)
        if not self.prices and bool((ticks[1:] > ticks[:-1]).all()):
            self.prices = dict(told)
            return
        for tick, price in told:
            self.learn(tick, price)


def summarise(events: Iterable[Event], *, followed_only: bool = False) -> tuple[RoundSummary, ...]:
    """Return one summary for each round that the events tell of, in order of first mention.

    A price list that comes with a revealed seed counts as ticks of its round. Never raises.

    Args:
        events: what happened.
        followed_only: leave out rounds of which no tick was heard, only told of afterwards.
    """
    rounds: dict[RoundId, _Told] = {}
    for event in events:
        match event:
            case PriceTicked(round_id=name, tick=tick, price=price):
                rounds.setdefault(name, _Told()).learn(tick, price)
            case TickBlock(round_id=name):
                rounds.setdefault(name, _Told()).learn_block(event)
            case RoundOpened(round_id=name, seed_hash=seed_hash):
                told = rounds.setdefault(name, _Told())
                told.seed_hash = told.seed_hash or seed_hash
            case RoundRugged(round_id=name):
                told = rounds.setdefault(name, _Told())
                told.rug = told.rug or event
            case PhaseChanged(round_id=name, phase=phase):
                told = rounds.setdefault(name, _Told())
                told.rugged = told.rugged or phase is Phase.RUGGED
            case SeedRevealed(round_id=name):
                told = rounds.setdefault(name, _Told())
                told.seed = told.seed or event
            case FairnessChecked(round_id=name, verdict=verdict):
                told = rounds.setdefault(name, _Told())
                told.failed = told.failed or verdict is Fairness.FAILED
            case _:
                pass
    return tuple(
        _sum_up(name, told) for name, told in rounds.items() if told.prices or not followed_only
    )


def follows_rug_rule(prices: dict[int, float], rug_index: int) -> bool | None:
    """Return whether the rug price is what the prices before it say.

    None where they cannot say: a tick is missing between 0 and the rug, or none came before it.
    """
    if not rug_index or prices.keys() != set(range(rug_index + 1)):
        return None
    return rug_price([prices[tick] for tick in range(rug_index)]) == prices[rug_index]


def _sum_up(name: RoundId, told: _Told) -> RoundSummary:
    fairness = _judge(name, told)
    prices = dict(told.prices)
    rug_index, rug_at = (None, None) if told.rug is None else (told.rug.tick, told.rug.price)
    listed = None if told.seed is None else told.seed.prices
    if listed:
        for tick, price in enumerate(listed):
            prices.setdefault(tick, price)
        if rug_index is None:
            rug_index, rug_at = len(listed) - 1, listed[-1]
    known = sorted(prices)
    if rug_index is not None:
        known = known[: bisect_right(known, rug_index)]
    before = [prices[tick] for tick in known]
    if rug_index is not None and known[-1:] == [rug_index]:
        before.pop()
    return RoundSummary(
        round_id=name,
        ticks=len(known),
        first_index=known[0] if known else None,
        last_index=known[-1] if known else None,
        rugged=told.rugged or rug_index is not None,
        rug_index=rug_index,
        rug_price=rug_at,
        peak=max(before, default=None),
        gaps=_gaps(known, rug_index),
        fairness=fairness,
    )


def _gaps(known: list[int], rug_index: int | None) -> tuple[tuple[int, int], ...]:
    if known and known[-1] - known[0] < len(known) and rug_index in {None, known[-1]}:
        return ()
    ends = known if rug_index is None or rug_index in known[-1:] else [*known, rug_index + 1]
    return tuple((low + 1, high - 1) for low, high in pairwise(ends) if high > low + 1)


def _judge(name: RoundId, told: _Told) -> Fairness:
    if told.seed is None:
        return Fairness.FAILED if told.failed else Fairness.UNREVEALED
    finished = FinishedRound(
        round_id=name,
        seed=told.seed.seed,
        seed_hash=told.seed.seed_hash,
        version=told.seed.version,
        peak=told.seed.peak,
        prices=told.seed.prices,
    )
    heard = Evidence(
        seed_hash=told.seed_hash,
        prices=told.prices,
        rug_tick=None if told.rug is None else told.rug.tick,
    )
    verdict, _ = check(finished, heard)
    contradicted = told.contradicted and verdict is Fairness.VERIFIED
    return Fairness.FAILED if contradicted else verdict
