"""The paper venue: fills orders at recorded or live prices, later and no better than a real one.

An order reaches it after the latency and is carried out at the first live tick from then on; in
the presale at 1.00. Every draw is made from the settings' seed and the order's name, so that the
same orders on the same ticks always end alike. No order is carried out at a price that only a rug
can have: nobody knows at that moment whether the round is over, and the rug follows at once.
"""

from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from replayer_qt.core.account import Account
from replayer_qt.core.money import (
    NOTHING,
    bought,
    decimal_of,
    floor9,
    proceeds,
    side_bet_payout,
    side_bet_wins,
)
from replayer_qt.core.order_events import (
    OrderFilled,
    OrderRejected,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import Fill, OrderId, OrderSide, Request
from replayer_qt.core.round import RoundState
from replayer_qt.core.settings import PaperSettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Moment, Nanos, RoundId, StreamId

RUG_SHARE: Final = 1.0 - 0.98
"""What the rug leaves of the lowest price of a round; no rug's price is above this."""

TOO_LATE: Final = "the round ended before it arrived"

_PRESALE_PRICE: Final = Decimal(1)
_DRAWS: Final = 2.0**64


class Pending(msgspec.Struct, frozen=True, gc=False):
    """An order on its way.

    Attributes:
        due: when it arrives, in the stream's time [ns since the Unix epoch, UTC].
    """

    request: Request
    due: Nanos


class PaperState(msgspec.Struct, frozen=True, gc=False):
    """Orders on their way, in the order in which they were sent."""

    pending: tuple[Pending, ...] = ()

    def without(self, pending: Pending) -> "PaperState":
        """Return the state without one of them."""
        return PaperState(tuple([other for other in self.pending if other is not pending]))


class Spot(msgspec.Struct, frozen=True, gc=False):
    """Where a fill can happen.

    Attributes:
        price: [multiplier]; None in the presale, where it is exactly 1.
    """

    round_id: RoundId
    tick: int
    price: float | None


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """When something happens, and to which stream."""

    stream: StreamId
    moment: Moment


def sent(state: PaperState, request: Request, at: Nanos, paper: PaperSettings) -> PaperState:
    """Return the state with one order more that left at `at` [ns since the Unix epoch, UTC]."""
    jitter = paper.latency_jitter_ms and int(
        _draw(paper.seed, request.order_id, "latency")
        * (paper.latency_jitter_ms * NANOS_PER_MILLISECOND)
    )
    due = Nanos(at + paper.latency_ms * NANOS_PER_MILLISECOND + jitter)
    return PaperState((*state.pending, Pending(request, due)))


def may_be_rug(price: float) -> bool:
    """Return whether a rug could have this price [multiplier].

    A rug's is 2 % of the round's lowest, and that is 1 at most.

    >>> may_be_rug(0.020000000000000018), may_be_rug(0.03)
    (True, False)
    """
    return price <= RUG_SHARE


def carried_out(
    pending: Pending, account: Account, spot: Spot, paper: PaperSettings, stamp: Stamp
) -> OrderFilled | OrderRejected:
    """Return what becomes of an order that arrived at `spot`."""
    request = pending.request
    if paper.reject_share and _draw(paper.seed, request.order_id, "reject") < paper.reject_share:
        return rejected(request, "the paper venue rejects a share of all orders", stamp)
    match request.side:
        case OrderSide.BUY:
            made = _bought(request, account, spot, paper)
        case OrderSide.SELL:
            made = _sold(request, account, spot, paper)
        case OrderSide.SIDE_BET:
            made = _bet(request, account, spot)
    if isinstance(made, str):
        return rejected(request, made, stamp)
    return OrderFilled(
        at=stamp.moment.at,
        mono=stamp.moment.mono,
        stream=stamp.stream,
        order_id=request.order_id,
        fill=made,
    )


def rejected(request: Request, reason: str, stamp: Stamp) -> OrderRejected:
    """Return the refusal of an order."""
    return OrderRejected(
        at=stamp.moment.at,
        mono=stamp.moment.mono,
        stream=stamp.stream,
        order_id=request.order_id,
        reason=reason,
    )


def liquidated(
    account: Account, tick: int, price: float, stamp: Stamp, *, seen: bool = True
) -> PositionLiquidated:
    """Return the rug's sale of all that is held.

    Args:
        account: holds something.
        tick: the rug's position, or the last one known.
        price: the rug's price [multiplier].
        stamp: when.
        seen: whether the rug was seen; the fill's name tells if it was not.
    """
    round_id = account.round_id or RoundId("")
    paid = decimal_of(price)
    quantity = account.holding.quantity
    return PositionLiquidated(
        at=stamp.moment.at,
        mono=stamp.moment.mono,
        stream=stamp.stream,
        fill=Fill(
            fill_id=f"{'rug' if seen else 'unseen-rug'}:{round_id}",
            side=OrderSide.SELL,
            round_id=round_id,
            tick=tick,
            price=paid,
            quantity=quantity,
            amount=proceeds(quantity, paid),
        ),
    )


def bet_closed(account: Account, rug_tick: int | None, stamp: Stamp) -> SideBetClosed | None:
    """Return how the open side bet ended; None when there is none.

    Args:
        account: may have a bet open.
        rug_tick: where the round ended; None where its end was not seen or came too late to win.
        stamp: when.
    """
    bet = account.bet
    if bet is None:
        return None
    # a bet covers the ticks after its own; one at the very tick of the rug came too late
    won = rug_tick is not None and rug_tick != bet.start and side_bet_wins(bet.start, rug_tick)
    return SideBetClosed(
        at=stamp.moment.at,
        mono=stamp.moment.mono,
        stream=stamp.stream,
        round_id=bet.round_id,
        start=bet.start,
        end=bet.end,
        tick=rug_tick if won and rug_tick is not None else bet.end,
        stake=bet.stake,
        payout=side_bet_payout(bet.stake, won=won),
    )


def unseen_rug(round_: RoundState | None) -> tuple[int, float]:
    """Return where and at what a round ended whose end was not seen, as far as can be known.

    The price is what the rug leaves of the lowest price that was seen: the true one is no higher.
    """
    if round_ is None or round_.price is None:
        return (-1 if round_ is None else round_.tick), RUG_SHARE
    if round_.rug_tick is not None and round_.rug_price is not None:
        return round_.rug_tick, round_.rug_price
    if may_be_rug(round_.price) and not round_.missing:
        return round_.tick, round_.price
    return round_.tick, min(1.0, round_.extremes.low) * RUG_SHARE


def _bought(request: Request, account: Account, spot: Spot, paper: PaperSettings) -> Fill | str:
    amount = request.amount
    if amount is None or amount > account.cash:
        return "not enough cash when it arrived"
    if account.holding.quantity and account.round_id != spot.round_id:
        return "what is held of another round is not settled"
    price = _PRESALE_PRICE if spot.price is None else _worse(request, spot.price, 1.0, paper)
    quantity = bought(amount, price)
    if not quantity:
        return "the amount buys nothing at this price"
    return _fill(request, spot, price, quantity, amount)


def _sold(request: Request, account: Account, spot: Spot, paper: PaperSettings) -> Fill | str:
    held = account.holding.quantity
    if not held or account.round_id != spot.round_id or spot.price is None:
        return "nothing was held any more when it arrived"
    share = request.share or 0
    quantity = held if share >= 100 else floor9(held * share / 100)
    if not quantity:
        return "the share is too small to be sold"
    price = _worse(request, spot.price, -1.0, paper)
    return _fill(request, spot, price, quantity, proceeds(quantity, price))


def _bet(request: Request, account: Account, spot: Spot) -> Fill | str:
    amount = request.amount
    if amount is None or amount > account.cash:
        return "not enough cash when it arrived"
    if account.bet is not None:
        return "a side bet is open"
    price = _PRESALE_PRICE if spot.price is None else decimal_of(spot.price)
    return _fill(request, spot, price, NOTHING, amount)


def _fill(request: Request, spot: Spot, price: Decimal, quantity: Decimal, amount: Decimal) -> Fill:
    return Fill(
        fill_id=f"{request.order_id}/fill",
        side=request.side,
        round_id=spot.round_id,
        tick=spot.tick,
        price=price,
        quantity=quantity,
        amount=amount,
    )


def _worse(request: Request, price: float, direction: float, paper: PaperSettings) -> Decimal:
    """The price with slippage against the trader: dearer to buy, cheaper to sell."""
    if not paper.slippage_bp:
        return decimal_of(price)
    slip = paper.slippage_bp / 10_000 * _draw(paper.seed, request.order_id, "slippage")
    return decimal_of(price * (1.0 + direction * slip))


def _draw(seed: int, order_id: OrderId, what: str) -> float:
    """A number from 0 to before 1 that is always the same for the same order."""
    digest = blake2b(f"{seed}/{what}/{order_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _DRAWS
