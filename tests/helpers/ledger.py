"""Makes the events of accounts, and a venue that keeps its own books and tells of them."""

import random
from decimal import Decimal
from typing import Any

from replayer_qt.core.account import Account
from replayer_qt.core.booking import fold_account
from replayer_qt.core.events import Event
from replayer_qt.core.money import (
    NOTHING,
    Holding,
    bought,
    decimal_of,
    floor9,
    proceeds,
    side_bet_payout,
    side_bet_wins,
    with_bought,
    with_sold,
)
from replayer_qt.core.order_events import (
    AccountOpened,
    Deposited,
    OrderFilled,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
)
from replayer_qt.core.orders import Fill, Mode, OrderId, OrderSide
from replayer_qt.core.units import RoundId
from tests.helpers.make import ROUND, event

DAY_NS = 86_400 * 1_000_000_000
ONE = Decimal(1)


def opening(
    cash: Decimal | str = "10", *, mode: Mode = Mode.PAPER, at: int = 0, **more: Any
) -> Any:
    return event(AccountOpened, at, mode=mode, cash=Decimal(cash), **more)


def filled(
    side: OrderSide,
    amount: Decimal | str,
    *,
    price: Decimal | float = ONE,
    quantity: Decimal | str | None = None,
    tick: int = 10,
    round_id: RoundId = ROUND,
    name: str = "order-1",
    at: int = 0,
) -> Any:
    paid, exact = Decimal(amount), price if isinstance(price, Decimal) else decimal_of(price)
    if quantity is None:
        quantity = NOTHING if side is OrderSide.SIDE_BET else bought(paid, exact)
    fill = Fill(
        fill_id=f"{name}/fill",
        side=side,
        round_id=round_id,
        tick=tick,
        price=exact,
        quantity=Decimal(quantity),
        amount=paid,
    )
    return event(OrderFilled, at, order_id=OrderId(name), fill=fill)


def buy(amount: Decimal | str = "0.1", **more: Any) -> Any:
    return filled(OrderSide.BUY, amount, **more)


def sale(quantity: Decimal | str, *, price: Decimal | float = ONE, **more: Any) -> Any:
    exact = price if isinstance(price, Decimal) else decimal_of(price)
    brought = more.pop("amount", None) or proceeds(Decimal(quantity), exact)
    return filled(OrderSide.SELL, brought, price=exact, quantity=quantity, **more)


def bet(stake: Decimal | str = "0.01", **more: Any) -> Any:
    return filled(OrderSide.SIDE_BET, stake, **more)


def rug(quantity: Decimal | str, *, price: float = 0.02, tick: int = 50, **more: Any) -> Any:
    sold = sale(quantity, price=price, tick=tick, **more)
    return event(PositionLiquidated, sold.at, fill=sold.fill)


def bet_end(
    *,
    start: int = 10,
    rug_tick: int | None = None,
    stake: Decimal | str = "0.01",
    round_id: RoundId = ROUND,
    at: int = 0,
) -> Any:
    won = rug_tick is not None and side_bet_wins(start, rug_tick)
    return event(
        SideBetClosed,
        at,
        round_id=round_id,
        start=start,
        end=start + 40,
        tick=rug_tick if won else start + 40,
        stake=Decimal(stake),
        payout=side_bet_payout(Decimal(stake), won=won),
    )


def deposit(amount: Decimal | str, *, at: int = 0) -> Any:
    return event(Deposited, at, amount=Decimal(amount), reason="asked for")


def rebaseline(
    cash: Decimal | str,
    *,
    quantity: str = "0",
    average: str = "0",
    bet: Any = None,
    at: int = 0,
    round_id: RoundId | None = None,
) -> Any:
    return event(
        Rebaselined,
        at,
        cash=Decimal(cash),
        quantity=Decimal(quantity),
        average=Decimal(average),
        bet=bet,
        round_id=round_id,
        reason="accepted",
    )


def account_after(*events: Event, account: Account | None = None) -> Account:
    folded = Account() if account is None else account
    for one in events:
        folded = fold_account(folded, one)
    return folded


class House:
    """A venue that keeps its own books; what it tells is what an account is folded from."""

    def __init__(self, seed: int, *, cash: str = "10") -> None:
        self.rng = random.Random(seed)
        self.cash = Decimal(cash)
        self.put_in = Decimal(cash)
        self.holding = Holding()
        self.stake = NOTHING
        self.start = 0
        self.round = 0
        self.tick = 0
        self.at = self.rng.randrange(10**18)
        self.price = ONE
        self.number = 0

    def opened(self) -> Any:
        return opening(self.cash, at=self.at)

    @property
    def round_id(self) -> RoundId:
        return RoundId(f"round-{self.round}")

    def step(self) -> list[Any]:
        """Return what happens next: nothing, one thing, or all that a rug brings."""
        self.tick += self.rng.randrange(1, 12)
        self.at += self.rng.randrange(10**9)
        self.price = decimal_of(abs(self.rng.lognormvariate(0, 1)) + 0.0003)
        told: list[Any] = []
        if self.stake and self.tick > self.start + 40:
            told.append(self._bet_ends(None))
        told += self.rng.choice((self._buy, self._sell, self._bet, self._rug, self._deposit))()
        return told

    def _name(self) -> str:
        self.number += 1
        return f"order-{self.number}"

    def _buy(self) -> list[Any]:
        amount = floor9(self.cash * decimal_of(self.rng.random()) / 4)
        if not amount or not bought(amount, self.price):
            return []
        self.cash -= amount
        self.holding = with_bought(self.holding, amount, self.price)
        return [self._told(buy, amount, price=self.price)]

    def _sell(self) -> list[Any]:
        share = self.rng.choice((10, 25, 50, 100))
        quantity = floor9(self.holding.quantity * share / 100)
        if not quantity:
            return []
        # the venue pays some billionths less for merged lots
        brought = max(
            proceeds(quantity, self.price) - self.rng.randrange(5) * Decimal("1e-9"), NOTHING
        )
        if not brought:
            return []
        self.cash += brought
        self.holding = with_sold(self.holding, quantity)
        return [self._told(sale, quantity, price=self.price, amount=brought)]

    def _bet(self) -> list[Any]:
        stake = self.rng.choice((Decimal("0.001"), Decimal("0.02"), Decimal("0.5")))
        if self.stake or stake > self.cash:
            return []
        self.cash -= stake
        self.stake, self.start = stake, self.tick
        return [self._told(bet, stake, price=self.price)]

    def _rug(self) -> list[Any]:
        told: list[Any] = []
        if self.stake:
            told.append(self._bet_ends(self.tick))
        if self.holding.quantity:
            price = self.rng.random() / 50 + 0.0001
            told.append(
                rug(
                    self.holding.quantity,
                    price=price,
                    tick=self.tick,
                    round_id=self.round_id,
                    at=self.at,
                )
            )
            self.cash += told[-1].fill.amount
            self.holding = Holding()
        self.round += 1
        self.tick = 0
        return told

    def _deposit(self) -> list[Any]:
        amount = decimal_of(self.rng.randrange(-100, 300) / 1000)
        if not amount or self.cash + amount < 0:
            return []
        self.cash += amount
        self.put_in += amount
        return [deposit(amount, at=self.at)]

    def _bet_ends(self, rug_tick: int | None) -> Any:
        told = bet_end(
            start=self.start,
            rug_tick=rug_tick,
            stake=self.stake,
            round_id=self.round_id,
            at=self.at,
        )
        self.cash += told.payout
        self.stake = NOTHING
        return told

    def _told(self, kind: Any, what: Decimal, **more: Any) -> Any:
        return kind(
            what, tick=self.tick, round_id=self.round_id, name=self._name(), at=self.at, **more
        )
