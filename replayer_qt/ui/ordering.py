"""What hands have set before they ask: amount and share; and the orders made of that."""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.money import decimal_of
from replayer_qt.core.orders import OrderId, OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import MANUAL, Buy, OrderCommand, PlaceSideBet, Sell
from replayer_qt.core.trading import Trading

SHARES: Final = (10, 25, 50, 100)
"""What the game's own page offers to sell [percent]."""

_AT_START: Final = frozenset({Phase.PRESALE, Phase.COOLDOWN, Phase.UNKNOWN})


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is not asked for yet.

    Attributes:
        amount: of a buy or a side bet [SOL]; None while what is entered can't be used.
        reason: why it can't, in plain words.
        share: how much a sale sells [percent, 1 to 100].
    """

    amount: Decimal | None = None
    reason: str = "enter an amount"
    share: int = 100


def price_now(shown: RoundState | None) -> Decimal | None:
    """Return the price an order would see [multiplier]; 1 before the first tick."""
    if shown is None or shown.rug_tick is not None:
        return None
    if shown.price is None:
        return Decimal(1) if shown.phase in _AT_START else None
    return decimal_of(shown.price)


def order_of(
    state: State,
    draft: Draft,
    side: OrderSide,
    *,
    key: OrderId,
    origin: Origin = Origin.HAND,
    confirmed: bool = False,
) -> OrderCommand | None:
    """Return the wish for what is drafted; None where there is no account or no amount.

    It names what was seen when it was made, so that a price that jumped since can refuse it.
    """
    market, trading = state.market(), state.trading()
    if market is None or trading is None:
        return None
    if side is OrderSide.SELL:
        wish: OrderCommand = Sell(stream=trading.stream, key=key, share=draft.share)
    elif draft.amount is None:
        return None
    elif side is OrderSide.BUY:
        wish = Buy(stream=trading.stream, key=key, amount=draft.amount)
    else:
        wish = PlaceSideBet(stream=trading.stream, key=key, amount=draft.amount)
    shown = market.round
    return replace(
        wish,
        origin=origin,
        confirmed=confirmed,
        seen_round=None if shown is None else shown.round_id,
        seen_tick=None if shown is None else shown.tick,
        seen_price=price_now(shown),
    )


def request_of(state: State, trading: Trading, draft: Draft, side: OrderSide) -> Request:
    """Return the request that the wish would become now, to ask the gate about it beforehand."""
    market = state.market()
    shown = None if market is None else market.round
    selling = side is OrderSide.SELL
    return Request(
        order_id=OrderId("preview"),
        stream=trading.stream,
        mode=trading.mode,
        side=side,
        amount=None if selling else draft.amount,
        share=draft.share if selling else None,
        round_id=None if shown is None else shown.round_id,
        tick=-1 if shown is None else shown.tick,
        price=price_now(shown),
        origin=Origin.HAND,
        strategy_id=MANUAL,
    )
