"""Running sums over everything that was closed in a session: exact, and bounded for ever."""

from decimal import Decimal

import msgspec

from replayer_qt.core.money import NOTHING


class Tally(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Running sums over everything that was closed since the session began; exact and bounded.

    Attributes:
        wins: closed with a result above 0; losses below; evens exactly 0.
        gained: sum of the wins [SOL]; `lost` that of the losses, positive.
        best, worst: the largest and smallest single result [SOL].
        streak: wins in a row now, negative for losses; an even result ends a streak.
        longest_wins, longest_losses: the longest streaks.
        peak: the highest equity (opening cash + realised) seen [SOL].
        drawdown: the largest fall of the realised equity from its peak [SOL], positive.
        fallen_from: the peak that it fell from [SOL]; 0 while it never fell.
        fees: [SOL]; the venue takes none.
        bets, bets_won: side bets among what was closed, and those that were won.
        bets_gained: what won side bets brought beyond their stakes [SOL].
        bets_lost: the stakes of lost ones [SOL], positive.
    """

    wins: int = 0
    losses: int = 0
    evens: int = 0
    gained: Decimal = NOTHING
    lost: Decimal = NOTHING
    best: Decimal = NOTHING
    worst: Decimal = NOTHING
    streak: int = 0
    longest_wins: int = 0
    longest_losses: int = 0
    peak: Decimal = NOTHING
    drawdown: Decimal = NOTHING
    fallen_from: Decimal = NOTHING
    fees: Decimal = NOTHING
    bets: int = 0
    bets_won: int = 0
    bets_gained: Decimal = NOTHING
    bets_lost: Decimal = NOTHING

    @property
    def count(self) -> int:
        """How many things were closed."""
        return self.wins + self.losses + self.evens


def tallied(tally: Tally, result: Decimal, equity: Decimal, *, bet: bool) -> Tally:
    """Return the sums with one closed thing more.

    Args:
        tally: before.
        result: what it brought [SOL], signed.
        equity: the realised equity after it [SOL].
        bet: whether it was a side bet.
    """
    won, lost = result > NOTHING, result < NOTHING
    streak = tally.streak
    if won:
        streak = streak + 1 if streak > 0 else 1
    elif lost:
        streak = streak - 1 if streak < 0 else -1
    else:
        streak = 0
    first = not (tally.wins or tally.losses or tally.evens)
    higher = equity > tally.peak
    peak = equity if higher else tally.peak
    deeper = not higher and peak - equity > tally.drawdown
    return Tally(
        wins=tally.wins + won,
        losses=tally.losses + lost,
        evens=tally.evens + (not won and not lost),
        gained=tally.gained + result if won else tally.gained,
        lost=tally.lost - result if lost else tally.lost,
        best=result if first or result > tally.best else tally.best,
        worst=result if first or result < tally.worst else tally.worst,
        streak=streak,
        longest_wins=max(tally.longest_wins, streak),
        longest_losses=max(tally.longest_losses, -streak),
        peak=peak,
        drawdown=peak - equity if deeper else tally.drawdown,
        fallen_from=peak if deeper else tally.fallen_from,
        fees=tally.fees,
        bets=tally.bets + bet,
        bets_won=tally.bets_won + (bet and won),
        bets_gained=tally.bets_gained + result if bet and won else tally.bets_gained,
        bets_lost=tally.bets_lost - result if bet and lost else tally.bets_lost,
    )
