"""Whether a piece of evidence belongs to an order, and the fill that it proves."""

from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.adapters.brokers.picture import Picture, Prices, nine, share_of
from replayer_qt.adapters.brokers.words import BetEnd, OwnBet, OwnTrade
from replayer_qt.core.money import NOTHING, SIDE_BET_WINDOW, bought, proceeds
from replayer_qt.core.orders import Fill, OrderSide, Request
from replayer_qt.core.units import Nanos, RoundId

HOLDINGS_KEPT: Final = 64

_LOTS: Final = Decimal("20e-9")
"""The venue cuts off each lot of a sale: it may pay so much less than the sum [SOL]."""

_CUT: Final = Decimal("2e-9")
"""What a share of a holding may differ by, for the venue cuts off as well [units]."""

_Done = tuple[int, Decimal, Decimal, Decimal]


class Sent(msgspec.Struct, kw_only=True):
    """An order that left, and is not over.

    Attributes:
        sent: when it left [monotonic ns].
        tick: the newest tick of its round then; it cannot have been done before.
        sold: what a sale has sold, as the rug's own sale afterwards showed [units].
        until: the newest tick when patience ended; it was done by then, or never. None before.
        before: what the account was, with everything else that happened since.
        sure: whether `before` was borne out when it left, so that a statement can prove something.
        held: the holdings that a share of it may have been taken of [units].
        blurred: whether a trade of its side was heard meanwhile that may be its own after all.
        acked: whether the venue said that it was done.
        unknown: whether it was told that nobody knows.
        asked: how often a statement was asked for because of it.
        ask_at: when to ask next [monotonic ns].
    """

    request: Request
    sent: Nanos
    tick: int
    before: Picture
    held: list[Decimal]
    sure: bool
    sold: Decimal | None = None
    until: int | None = None
    blurred: bool = False
    acked: bool = False
    unknown: bool = False
    asked: int = 0
    ask_at: Nanos = Nanos(0)

    @property
    def may_be_undone(self) -> bool:
        """Whether a statement that shows no effect proves that it had none."""
        return self.sure and self.unknown and not self.acked and not self.blurred

    def moved(self, picture: Picture) -> None:
        """Take note that something else happened to the account."""
        self.before = picture
        self.hold(picture.quantity)

    def hold(self, quantity: Decimal) -> None:
        """Take note of a holding that a share may have been taken of [units]."""
        if quantity not in self.held:
            self.held = [*self.held[-HOLDINGS_KEPT + 1 :], quantity]


def may_make(order: Sent, trade: OwnTrade) -> bool:
    """Return whether a trade is of an order's side and round, and of its time."""
    request = order.request
    if trade.side is not request.side or trade.round_id != request.round_id:
        return False
    return order.tick <= trade.tick and (order.until is None or trade.tick <= order.until)


def is_trade_of(order: Sent, trade: OwnTrade) -> bool:
    """Return whether a trade does what the order asks for."""
    request = order.request
    if not may_make(order, trade):
        return False
    if request.amount is not None:
        return nine(trade.amount) == nine(request.amount)
    share = request.share or 0
    sold = nine(trade.quantity)
    return any(abs(share_of(held, share) - sold) <= _CUT for held in order.held if held)


def is_bet_of(order: Sent, bet: OwnBet | BetEnd) -> bool:
    """Return whether a side bet is the one that the order asks for."""
    request = order.request
    return (
        request.side is OrderSide.SIDE_BET
        and bet.round_id == request.round_id
        and bet.start >= max(order.tick, 0)
        and (order.until is None or bet.start <= order.until)
        and request.amount is not None
        and nine(bet.stake) == nine(request.amount)
    )


def fill_of_trade(trade: OwnTrade) -> Fill:
    """Return the fill that a trade is."""
    return Fill(
        fill_id=trade.trade_id,
        side=trade.side,
        round_id=trade.round_id,
        tick=trade.tick,
        price=trade.price,
        quantity=trade.quantity,
        amount=trade.amount,
    )


def fill_of_bet(order: Sent, bet: OwnBet | BetEnd, prices: Prices) -> Fill:
    """Return the fill that placing a side bet is."""
    stated = bet.price if isinstance(bet, OwnBet) else None
    known = stated or prices.at(bet.round_id, bet.start)
    return Fill(
        fill_id=f"{order.request.order_id}-bet",
        side=OrderSide.SIDE_BET,
        round_id=bet.round_id,
        tick=bet.start,
        price=known or Decimal(1),
        quantity=NOTHING,
        amount=bet.stake,
    )


def proved(order: Sent, stated: Picture, prices: Prices) -> Fill | None:
    """Return the fill if a statement differs from before by exactly what the order does."""
    match order.request.side:
        case OrderSide.BUY:
            return _bought(order, stated, prices)
        case OrderSide.SELL:
            return _sold(order, stated, prices)
        case OrderSide.SIDE_BET:
            return _bet(order, stated, prices)


def is_undone(
    order: Sent, stated: Picture, as_of: Nanos, others: list[Sent], patience: Nanos
) -> bool:
    """Return whether a statement shows no effect, asked for so late that there will be none."""
    if not order.may_be_undone or as_of < order.sent + patience or stated != order.before:
        return False
    # what an order before it could do was done, and stated, when it was sent
    return not any(other is not order and other.sent + patience > order.sent for other in others)


def bought_before_rug(order: Sent, rug: OwnTrade, prices: Prices) -> Fill | None:
    """Return the fill if the rug sold exactly as much more as the order buys."""
    if order.request.side is not OrderSide.BUY or rug.round_id != order.request.round_id:
        return None
    return _purchase(order, nine(rug.quantity) - order.before.quantity, prices)


def sold_before_rug(order: Sent, rug: OwnTrade) -> Decimal | None:
    """Return what the order had sold, if the rug found exactly so much less [units]."""
    request = order.request
    if request.side is not OrderSide.SELL or rug.round_id != request.round_id:
        return None
    sold = order.before.quantity - nine(rug.quantity)
    due = share_of(order.before.quantity, request.share or 0)
    return sold if sold > 0 and abs(sold - due) <= _CUT else None


def _bought(order: Sent, stated: Picture, prices: Prices) -> Fill | None:
    before, amount = order.before, order.request.amount or NOTHING
    if stated.bet != before.bet or before.cash - stated.cash != nine(amount):
        return None
    return _purchase(order, stated.quantity - before.quantity, prices)


def _purchase(order: Sent, quantity: Decimal, prices: Prices) -> Fill | None:
    request = order.request
    if request.round_id is None or request.amount is None or quantity <= 0:
        return None
    for tick, price in prices.since(request.round_id, order.tick):
        if bought(request.amount, price) == quantity:
            return _stated(request, request.round_id, (tick, price, quantity, request.amount))
    return None


def _sold(order: Sent, stated: Picture, prices: Prices) -> Fill | None:
    before, request = order.before, order.request
    got = stated.cash - before.cash
    due = share_of(before.quantity, request.share or 0)
    quantity = order.sold
    if quantity is None and abs(before.quantity - due - stated.quantity) <= _CUT:
        quantity = before.quantity - stated.quantity
    if request.round_id is None or quantity is None or quantity <= 0:
        return None
    if stated.bet != before.bet:
        return None
    short = [
        (proceeds(quantity, price) - got, -tick, price)
        for tick, price in prices.since(request.round_id, order.tick)
    ]
    nearest = min((one for one in short if NOTHING <= one[0] <= _LOTS), default=None)
    if nearest is None:
        return None
    _, before_now, price = nearest
    return _stated(request, request.round_id, (-before_now, price, quantity, got))


def _bet(order: Sent, stated: Picture, prices: Prices) -> Fill | None:
    before, request = order.before, order.request
    amount = nine(request.amount or NOTHING)
    if before.bet is not None or stated.bet is None or request.round_id is None:
        return None
    start, stake = stated.bet
    proven = (
        stake == amount
        and start >= max(order.tick, 0)
        and before.cash - stated.cash == amount
        and stated.quantity == before.quantity
    )
    if not proven:
        return None
    end = start + SIDE_BET_WINDOW
    bet = OwnBet(round_id=request.round_id, start=start, end=end, stake=stake)
    return fill_of_bet(order, bet, prices)


def _stated(request: Request, round_id: RoundId, done: _Done) -> Fill:
    tick, price, quantity, amount = done
    return Fill(
        fill_id=f"{request.order_id}-stated",
        side=request.side,
        round_id=round_id,
        tick=tick,
        price=price,
        quantity=quantity,
        amount=amount,
    )
