"""What a statement proves to have been settled by the venue though nobody told of it."""

from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.adapters.brokers.picture import Picture, nine
from replayer_qt.adapters.brokers.words import BetEnd, OwnTrade
from replayer_qt.core.money import NOTHING, SIDE_BET_WINDOW, proceeds, side_bet_payout
from replayer_qt.core.orders import OrderSide
from replayer_qt.core.units import RoundId

_LOTS: Final = Decimal("20e-9")


class Rug(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a round, as the public heard it.

    Attributes:
        price: that every open position was sold at [multiplier].
    """

    round_id: RoundId
    tick: int
    price: Decimal


def settled_unheard(
    before: Picture, stated: Picture, rug: Rug | None, bet_round: RoundId | None
) -> tuple[BetEnd | OwnTrade, ...]:
    """Return the settlements that explain a statement exactly; none if they do not.

    Args:
        before: what the account was, with everything that was heard.
        stated: what the venue says that it is.
        rug: the newest round's end; None before the first.
        bet_round: the round of the open side bet.
    """
    sold = _sale(before, rug) if before.quantity > 0 and stated.quantity == 0 else None
    if stated.quantity != before.quantity and sold is None:
        return ()
    ends = _ends(before, rug, bet_round) if stated.bet is None else (None,)
    if stated.bet is not None and stated.bet != before.bet:
        return ()
    got = stated.cash - before.cash
    for end in ends:
        due = (sold.amount if sold else NOTHING) + (end.payout if end else NOTHING)
        if NOTHING <= nine(due) - got <= (_LOTS if sold else NOTHING):
            short = nine(due) - got
            words = (end, sold and msgspec.structs.replace(sold, amount=sold.amount - short))
            return tuple(word for word in words if word)
    return ()


def _sale(before: Picture, rug: Rug | None) -> OwnTrade | None:
    if rug is None:
        return None
    return OwnTrade(
        trade_id=f"{rug.round_id}-rug-stated",
        side=OrderSide.SELL,
        round_id=rug.round_id,
        tick=rug.tick,
        price=rug.price,
        quantity=before.quantity,
        amount=proceeds(before.quantity, rug.price),
    )


def _ends(before: Picture, rug: Rug | None, bet_round: RoundId | None) -> tuple[BetEnd | None, ...]:
    if before.bet is None or bet_round is None:
        return (None,)
    start, stake = before.bet
    end = start + SIDE_BET_WINDOW
    won = rug is not None and rug.round_id == bet_round and start <= rug.tick <= end
    return (
        BetEnd(
            round_id=bet_round,
            start=start,
            end=end,
            tick=rug.tick if rug is not None and won else end,
            stake=stake,
            payout=side_bet_payout(stake, won=won),
        ),
    )
