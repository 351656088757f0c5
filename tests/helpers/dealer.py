"""Trades over a rugs feed for a test, and keeps every word on each order."""

import itertools
from decimal import Decimal
from typing import Any

from replayer_qt.adapters.feeds.rugs_account import Login
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.core.events import PhaseChanged, PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.order_events import (
    AccountStated,
    OrderAcknowledged,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import OrderId, OrderSide
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import RoundId
from tests.helpers.approvals import approved
from tests.helpers.listening import Heard, quick_feed
from tests.helpers.orders import make_request

TOKEN = "secret-of-ann"  # noqa: S105
ENDS = (OrderFilled, OrderRejected, OrderExpired)


def trading_feed(
    url: str, *, token: str = TOKEN, gate: Any = None, patience_ms: int = 1_000, **settings: Any
) -> RugsFeed:
    """Return a feed with an account and little patience."""
    login = Login(token, gate or (lambda: False), patience_ms)
    return quick_feed(url, login=login, **settings)


class Dealer:
    """One person at the feed's order line."""

    def __init__(self, feed: RugsFeed, heard: Heard, name: str = "order") -> None:
        self.feed = feed
        self.heard = heard
        self._names = (f"{name}-{number}" for number in itertools.count(1))

    @property
    def round_id(self) -> RoundId | None:
        """The newest round."""
        opened = self.heard.of(RoundOpened)
        return opened[-1].round_id if opened else None

    @property
    def tick(self) -> int:
        """The newest tick of the newest round; -1 before the first."""
        ticks = [one for one in self.heard.of(PriceTicked) if one.round_id == self.round_id]
        return ticks[-1].tick if ticks else -1

    @property
    def phase(self) -> Phase | None:
        """The phase of the newest round."""
        if any(one.round_id == self.round_id for one in self.heard.of(RoundRugged)):
            return Phase.RUGGED
        told = [one for one in self.heard.of(PhaseChanged) if one.round_id == self.round_id]
        return told[-1].phase if told else None

    async def in_round(self, at_least: int = 1, within_s: float = 30.0) -> None:
        """Wait until a round runs and the account is known."""
        await self.heard.until(
            lambda heard: (
                self.phase is Phase.ACTIVE
                and self.tick >= at_least
                and bool(heard.of(AccountStated))
            ),
            within_s,
        )

    def send(self, **fields: Any) -> OrderId:
        """Approve an order for the running round; returns its name."""
        fields.setdefault("round_id", self.round_id)
        request = make_request(next(self._names), **fields)
        self.feed.steer(approved(request))
        return request.order_id

    def buy(self, amount: str = "0.01", **fields: Any) -> OrderId:
        return self.send(amount=amount, **fields)

    def sell(self, share: int = 100, **fields: Any) -> OrderId:
        return self.send(side=OrderSide.SELL, share=share, **fields)

    def bet(self, amount: str = "0.01", **fields: Any) -> OrderId:
        return self.send(side=OrderSide.SIDE_BET, amount=amount, **fields)

    def told(self, order_id: OrderId) -> list[OrderEvent]:
        """Return what was told of an order."""
        return [one for one in self.heard.of(OrderEvent) if one.order_id == order_id]

    def is_over(self, order_id: OrderId) -> bool:
        return any(isinstance(one, ENDS) for one in self.told(order_id))

    async def over(self, order_id: OrderId, within_s: float = 8.0) -> Any:
        """Wait for the end of an order and return it."""
        await self.heard.until(lambda _: self.is_over(order_id), within_s)
        return next(one for one in self.told(order_id) if isinstance(one, ENDS))

    async def settled(self, order_id: OrderId, within_s: float = 8.0) -> Any:
        """Wait until an order is over or unknown, and return the word that said so."""
        kinds = (*ENDS, OrderUnknown)
        await self.heard.until(
            lambda _: any(isinstance(one, kinds) for one in self.told(order_id)), within_s
        )
        return [one for one in self.told(order_id) if isinstance(one, kinds)][-1]

    def fills(self) -> list[OrderFilled]:
        return self.heard.of(OrderFilled)

    def cash_flow(self) -> Decimal:
        """Return what all that was told did to the cash [SOL]."""
        total = Decimal(0)
        for one in self.heard.of(OrderFilled):
            fill = one.fill
            total += fill.amount if fill.side is OrderSide.SELL else -fill.amount
        total += sum((one.fill.amount for one in self.heard.of(PositionLiquidated)), Decimal(0))
        total += sum((one.payout for one in self.heard.of(SideBetClosed)), Decimal(0))
        return total

    def is_acknowledged(self, order_id: OrderId) -> bool:
        return any(isinstance(one, OrderAcknowledged) for one in self.told(order_id))
