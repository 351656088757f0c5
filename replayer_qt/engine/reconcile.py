"""Compares our ledger with the venue's word, field by field; the venue's word wins."""

from decimal import Decimal
from typing import Final

from replayer_qt.core.account import Account
from replayer_qt.core.money import NOTHING, Holding, floor9
from replayer_qt.core.order_events import AccountStated, Difference, Rebaselined, StatedBet
from replayer_qt.core.orders import OrderState
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import NANOS_PER_SECOND, Moment, Nanos, RoundId

PATIENCE_NS: Final = NANOS_PER_SECOND
"""How long a difference must last to be called drift: the venue's words overtake each other."""

UNKNOWN_PATIENCE_NS: Final = 10 * NANOS_PER_SECOND
"""The same while only orders of unknown fate may explain it: evidence may still prove one."""

CUT_OFF: Final = Decimal("0.000000004")
"""What cutting off each of several lots may take from a basis [SOL]; measured, as for sales."""

_BEYOND_MONEY: Final = Decimal(10**15)


def is_sound(stated: AccountStated) -> bool:
    """Return whether every number of a statement can be a number of money."""
    bet = stated.bet
    told = (stated.cash, stated.quantity, stated.average, None if bet is None else bet.stake)
    return all(
        value is None or (value.is_finite() and abs(value) < _BEYOND_MONEY) for value in told
    )


def differences(account: Account, stated: AccountStated) -> tuple[Difference, ...]:
    """Return every stated number that our ledger has otherwise.

    What is not stated is not compared. Of one and the same lot the venue shows the price as its
    average, or what the basis makes of it: averages agree if they mean the same basis to within
    `CUT_OFF`.
    """
    found: list[Difference] = []
    holding = account.holding
    if stated.cash is not None and stated.cash != account.cash:
        found.append(Difference(field="cash", ours=account.cash, theirs=stated.cash))
    if stated.quantity is not None and stated.quantity != holding.quantity:
        found.append(Difference(field="quantity", ours=holding.quantity, theirs=stated.quantity))
    if stated.average is not None and not _means_the_same(stated.average, holding):
        found.append(
            Difference(field="average", ours=floor9(holding.average), theirs=floor9(stated.average))
        )
    if stated.bets_stated:
        ours = NOTHING if account.bet is None else account.bet.stake
        theirs = NOTHING if stated.bet is None else stated.bet.stake
        if ours != theirs:
            found.append(Difference(field="side bet", ours=ours, theirs=theirs))
    return tuple(found)


def _means_the_same(average: Decimal, holding: Holding) -> bool:
    ours, theirs = floor9(holding.average), floor9(average)
    return ours == theirs or abs(ours - theirs) * holding.quantity <= CUT_OFF < holding.quantity


def patience(trading: Trading) -> Nanos | None:
    """Return how long a difference must last to be called drift [ns].

    None while an order is under way that is certain to be heard of: it may explain the difference.
    """
    ways = {order.state for order in trading.book.open if order.is_under_way}
    if ways - {OrderState.UNKNOWN}:
        return None
    return Nanos(UNKNOWN_PATIENCE_NS if ways else PATIENCE_NS)


def cash_drift(found: tuple[Difference, ...]) -> Decimal:
    """Return by how much the cash differs [SOL], positive."""
    return sum((abs(one.ours - one.theirs) for one in found if one.field == "cash"), NOTHING)


def accepted(
    trading: Trading,
    stated: AccountStated,
    reason: str,
    moment: Moment,
    running: RoundId | None = None,
) -> Rebaselined:
    """Return the entry that sets our ledger to the venue's word; what is not stated stays.

    Args:
        trading: the account.
        stated: the venue's word.
        reason: in plain words.
        moment: when.
        running: the round that what is held now must be of, where the venue does not say.
    """
    account = trading.account
    holding = account.holding
    quantity = holding.quantity if stated.quantity is None else stated.quantity
    average = holding.average if stated.average is None else stated.average
    bet = stated.bet
    if not stated.bets_stated and account.bet is not None:
        ours = account.bet
        bet = StatedBet(start=ours.start, end=ours.end, stake=ours.stake)
    return Rebaselined(
        at=moment.at,
        mono=moment.mono,
        stream=trading.stream,
        cash=account.cash if stated.cash is None else stated.cash,
        quantity=quantity,
        average=average if quantity else NOTHING,
        bet=bet,
        reason=reason,
        round_id=stated.round_id or running,
    )
