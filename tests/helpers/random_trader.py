"""Trades at random over a feed, as the gate would let it, and compares with the exchange."""

import asyncio
import random
from collections import Counter
from decimal import Decimal
from typing import Any

from replayer_qt.core.events import Event, PhaseChanged, RoundOpened, RoundRugged
from replayer_qt.core.order_events import (
    AccountStated,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import Fill, OrderId, OrderSide
from replayer_qt.core.phase import Phase
from tests.helpers.dealer import Dealer

OPEN = (Phase.ACTIVE, Phase.PRESALE)
SIDES = {
    "buyOrder": OrderSide.BUY,
    "sellOrder": OrderSide.SELL,
    "requestSidebet": OrderSide.SIDE_BET,
}


class RandomTrader:
    """Sends one order after another; while one is unknown it waits for the venue, for a time."""

    def __init__(self, dealer: Dealer, seed: int, patience_s: float) -> None:
        self.dealer = dealer
        self.ids: list[OrderId] = []
        self.ends: dict[OrderId, str] = {}
        self._rng = random.Random(seed)
        self._patience_s = patience_s
        self._read = 0
        self._phase: Phase | None = None
        self._round: Any = None
        self._holds = False

    async def trade(self, count: int) -> None:
        """Send `count` orders and wait for what becomes of the last one."""
        for _ in range(count):
            while not self._may_trade():  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            self._order()
            await self._outcome(self.ids[-1])

    def unknown(self) -> list[OrderId]:
        """Return the orders of which nobody knows."""
        self._look()
        return [one for one in self.ids if self.ends.get(one) == "OrderUnknown"]

    async def _outcome(self, order_id: OrderId) -> None:
        deadline = asyncio.get_running_loop().time() + 4 * self._patience_s + 5
        while self.ends.get(order_id, "OrderUnknown") == "OrderUnknown":
            await asyncio.sleep(0.001)
            self._look()
            late = asyncio.get_running_loop().time() > deadline - 5
            if asyncio.get_running_loop().time() > deadline or (late and order_id in self.ends):
                break
        assert order_id in self.ends, f"nothing was told of {order_id}"

    def _may_trade(self) -> bool:
        self._look()
        return self._phase in OPEN and self._round is not None

    def _order(self) -> None:
        draw, fields = self._rng.random(), {"round_id": self._round}
        amount = f"0.0{self._rng.randint(11, 99)}"
        if draw < 0.15:
            self.ids.append(self.dealer.bet(amount, **fields))
        elif draw < 0.5 and self._holds:
            self.ids.append(self.dealer.sell(self._rng.choice([10, 25, 50, 100]), **fields))
        else:
            self.ids.append(self.dealer.buy(amount, **fields))

    def _look(self) -> None:
        events = self.dealer.heard.events
        while self._read < len(events):
            self._learn(events[self._read])
            self._read += 1

    def _learn(self, event: Event) -> None:
        match event:
            case RoundOpened():
                self._round, self._phase = event.round_id, None
            case PhaseChanged() if event.round_id == self._round:
                self._phase = event.phase
            case RoundRugged() if event.round_id == self._round:
                self._phase = Phase.RUGGED
            case AccountStated():
                self._holds = bool(event.quantity)
            case OrderFilled() | OrderRejected() | OrderExpired() | OrderUnknown():
                self.ends[event.order_id] = type(event).__name__
            case _:
                pass


def key_of_fill(fill: Fill) -> tuple[Any, ...]:
    """Return what a fill did, to be compared."""
    return (fill.side, fill.round_id, fill.tick, fill.amount, fill.quantity)


def key_of_deal(deal: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the exchange did, in the same way."""
    side = SIDES[deal["event"]]
    amount = deal["proceeds"] if side is OrderSide.SELL else deal["amount"]
    return (side, deal["round_id"], deal["tick"], Decimal(amount), Decimal(deal["quantity"]))


def check_against(account: dict[str, Any], trader: RandomTrader, opening: Decimal) -> None:
    """Raise unless all that was told is what the exchange did, once, and to the last digit."""
    deals = [deal for deal in account["deals"] if deal["event"] in SIDES]
    theirs = Counter(key_of_deal(deal) for deal in deals if not deal["by_hand"])
    ours = Counter(key_of_fill(one.fill) for one in trader.dealer.fills())
    assert ours - theirs == Counter(), "a fill that the exchange knows nothing of"
    unseen = list((theirs - ours).elements())
    unknown = trader.unknown()
    assert len(unseen) <= len(unknown), "a fill was lost"
    names = Counter(one.order_id for one in trader.dealer.fills())
    assert not names or max(names.values()) == 1, "an order was filled twice"
    assert {one.order_id for one in trader.dealer.heard.of(OrderEvent)} <= set(trader.ids)
    by_hand = sum((Decimal(deal["amount"]) for deal in deals if deal["by_hand"]), Decimal(0))
    missed = sum((one[3] if one[0] is OrderSide.SELL else -one[3] for one in unseen), Decimal(0))
    untold = settled(account) - heard_settled(trader.dealer)
    assert heard_settled(trader.dealer) - settled(account) == Counter(), "settled out of nothing"
    missed += sum((paid for _, _, paid in untold.elements()), Decimal(0))
    assert opening + trader.dealer.cash_flow() - by_hand + missed == Decimal(account["cash"])


def settled(account: dict[str, Any]) -> Counter[tuple[str, str, Decimal]]:
    """Return what the exchange settled by itself; a hushed account may not be told of it."""
    return Counter(
        (deal["event"], deal["round_id"], Decimal(deal["proceeds"]))
        for deal in account["deals"]
        if deal["event"] in {"rug", "payout"}
    )


def heard_settled(dealer: Dealer) -> Counter[tuple[str, str, Decimal]]:
    """Return what was told of that."""
    sold = [one.fill for one in dealer.heard.of(PositionLiquidated)]
    return Counter(
        [
            *(("rug", str(fill.round_id), fill.amount) for fill in sold),
            *(("payout", str(one.round_id), one.payout) for one in dealer.heard.of(SideBetClosed)),
        ]
    )
