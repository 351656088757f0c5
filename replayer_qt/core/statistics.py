"""The figures of a session by their usual definitions; what is not defined is None, never 0."""

from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.account import Account, valued
from replayer_qt.core.money import NOTHING
from replayer_qt.core.units import Nanos

_HUNDRED: Final = Decimal(100)


class Statistics(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One session in figures; `DEFINITIONS` says what each is.

    A figure without a prefix is over everything that was closed, side bets included; those of
    `trade` and `bet` are over trades alone and over side bets alone. Money is in SOL, shares are
    in percent; None where a figure is not defined.
    """

    closed: int
    wins: int
    losses: int
    evens: int
    win_rate: Decimal | None
    profit_factor: Decimal | None
    expectancy: Decimal | None
    average_win: Decimal | None
    average_loss: Decimal | None
    best: Decimal | None
    worst: Decimal | None
    result: Decimal
    realised: Decimal
    unrealised: Decimal
    equity: Decimal
    day_result: Decimal
    max_drawdown: Decimal
    max_drawdown_percent: Decimal | None
    drawdown: Decimal
    streak: int
    longest_wins: int
    longest_losses: int
    fees: Decimal
    cut_off: Decimal
    exposure: Decimal | None
    rounds: int
    round_share: Decimal | None
    trades: int
    trades_won: int
    trades_lost: int
    trade_win_rate: Decimal | None
    trade_profit_factor: Decimal | None
    trade_expectancy: Decimal | None
    trades_result: Decimal
    bets: int
    bets_won: int
    bets_lost: int
    bet_win_rate: Decimal | None
    bet_profit_factor: Decimal | None
    bet_expectancy: Decimal | None
    bets_result: Decimal


DEFINITIONS: Final[dict[str, str]] = {
    "closed": "Sales, rugs and side bets that closed a position, a part of it, or a stake.",
    "wins": "Trades and side bets that brought more than they had cost.",
    "losses": "Trades and side bets that brought less than they had cost.",
    "evens": "Trades and side bets that brought exactly what they had cost.",
    "win_rate": "Wins as a share of everything closed, side bets included.",
    "profit_factor": "All gains divided by all losses, side bets included; 1 is break-even.",
    "expectancy": "The mean result of everything closed, side bets included.",
    "average_win": "What all wins gained, divided by their number, side bets included.",
    "average_loss": "What all losses lost, divided by their number, side bets included.",
    "best": "The largest result of one trade or side bet.",
    "worst": "The smallest result of one trade or side bet.",
    "result": "Realised in the session, side bets included, and unrealised at the newest price.",
    "realised": "What sales, rugs and side bets made certain in the session.",
    "unrealised": "What a sale of all now would bring, less what it had cost.",
    "equity": "Cash, the holding at the newest price, and the stake of an open side bet.",
    "day_result": "Result since midnight UTC, what is unrealised included.",
    "max_drawdown": "The largest fall of the realised equity from its highest, side bets included.",
    "max_drawdown_percent": "That fall as a share of the equity that it fell from.",
    "drawdown": "How far the equity is below its highest realised value now.",
    "streak": "Wins in a row now, negative for losses; side bets count too.",
    "longest_wins": "The most wins in a row, side bets included.",
    "longest_losses": "The most losses in a row, side bets included.",
    "fees": "What the venue took for its service; this one takes none.",
    "cut_off": "What buys paid beyond the counted cost, because units are cut off at nine places.",
    "exposure": "Cost of what is held and open stake, which a rug can take, as a share of equity.",
    "rounds": "Rounds in which something was bought, sold or bet.",
    "round_share": "Those as a share of all rounds seen in the session.",
    "trades": "Sales and rugs that closed a position or a part of it, without side bets.",
    "trades_won": "Trades without side bets that brought more than they had cost.",
    "trades_lost": "Trades without side bets that brought less than they had cost.",
    "trade_win_rate": "Trades won as a share of all trades, without side bets.",
    "trade_profit_factor": "Gains of trades divided by their losses, without side bets.",
    "trade_expectancy": "The mean result of a trade, without side bets.",
    "trades_result": "What trades gained, less what they lost, without side bets.",
    "bets": "Side bets that were decided.",
    "bets_won": "Side bets that paid.",
    "bets_lost": "Side bets whose stake was lost.",
    "bet_win_rate": "Side bets won, as a share of those decided; 20 % is break-even.",
    "bet_profit_factor": "What won side bets gained, divided by the lost stakes.",
    "bet_expectancy": "The mean result of a side bet alone.",
    "bets_result": "What side bets paid, less their stakes.",
}
"""What each figure means, in one sentence."""


def statistics_of(
    account: Account, price: Decimal | None, *, rounds_seen: int | None = None
) -> Statistics:
    """Return the figures of the account's session.

    Args:
        account: whose.
        price: the newest one [multiplier]; None values a holding at cost.
        rounds_seen: rounds that there were in the session; None where that is not known.
    """
    tally, now = account.tally, valued(account, price)
    bets_lost = tally.bets - tally.bets_won
    trades_won, trades_lost = tally.wins - tally.bets_won, tally.losses - bets_lost
    trades = trades_won + trades_lost + tally.evens
    gained, lost = tally.gained - tally.bets_gained, tally.lost - tally.bets_lost
    return Statistics(
        closed=tally.count,
        wins=tally.wins,
        losses=tally.losses,
        evens=tally.evens,
        win_rate=_percent(tally.wins, tally.count),
        profit_factor=_ratio(tally.gained, tally.lost),
        expectancy=_ratio(tally.gained - tally.lost, tally.count),
        average_win=_ratio(tally.gained, tally.wins),
        average_loss=_ratio(tally.lost, tally.losses),
        best=tally.best if tally.count else None,
        worst=tally.worst if tally.count else None,
        result=now.result,
        realised=account.session_result,
        unrealised=now.unrealised,
        equity=now.equity,
        day_result=now.day_result,
        max_drawdown=tally.drawdown,
        max_drawdown_percent=_percent(tally.drawdown, tally.fallen_from or tally.peak),
        drawdown=max(tally.peak - account.session_opening - now.result, NOTHING),
        streak=tally.streak,
        longest_wins=tally.longest_wins,
        longest_losses=tally.longest_losses,
        fees=tally.fees,
        cut_off=account.cut_off,
        exposure=_percent(account.at_risk, now.equity),
        rounds=account.round_count,
        round_share=None if rounds_seen is None else _percent(account.round_count, rounds_seen),
        trades=trades,
        trades_won=trades_won,
        trades_lost=trades_lost,
        trade_win_rate=_percent(trades_won, trades),
        trade_profit_factor=_ratio(gained, lost),
        trade_expectancy=_ratio(gained - lost, trades),
        trades_result=gained - lost,
        bets=tally.bets,
        bets_won=tally.bets_won,
        bets_lost=bets_lost,
        bet_win_rate=_percent(tally.bets_won, tally.bets),
        bet_profit_factor=_ratio(tally.bets_gained, tally.bets_lost),
        bet_expectancy=_ratio(tally.bets_gained - tally.bets_lost, tally.bets),
        bets_result=tally.bets_gained - tally.bets_lost,
    )


def curve(account: Account) -> tuple[tuple[Nanos, Decimal], ...]:
    """Return the realised equity [SOL] after each closed thing that is in memory, oldest first.

    Each with its wall time [ns since the Unix epoch, UTC]; the last one is the equity now. Of a
    long session only the newest part is in memory: the curve begins with it, at its true height.
    """
    equity = account.session_opening + account.session_result
    points: list[tuple[Nanos, Decimal]] = []
    for closed in reversed(account.closed):
        points.append((closed.at, equity))
        equity -= closed.result
    return tuple(reversed(points))


def _ratio(amount: Decimal, of: Decimal | int) -> Decimal | None:
    return amount / of if of else None


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return _HUNDRED * part / whole if whole > 0 else None
