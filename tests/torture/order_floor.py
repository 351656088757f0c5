"""Orders at random through the whole program, on an exchange that misbehaves at random.

Long runs: `python -m tests.torture.order_floor FOLDER ORDERS [SEED]` prints what came of them.
"""

import asyncio
import random
import sys
from collections import Counter
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec.structs import replace

from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.core.order_events import ArmState, OrderFilled, OrderRequested
from replayer_qt.core.orders import OrderId, OrderSide, OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import RiskSettings
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    AcknowledgeHalt,
    Arm,
    AskVenue,
    Buy,
    PlaceSideBet,
    Sell,
)
from replayer_qt.core.units import PRACTICE
from tests.helpers.exchange import practice_exchange
from tests.integration.test_socket_to_disk import until
from tests.integration.test_trading_floor import SETTINGS, Trader, trader

FREE = RiskSettings(
    duplicate_ms=0,
    orders_per_second=0,
    orders_per_minute=0,
    max_automated=0,
    max_daily_loss_sol=0,
    max_drawdown_sol=0,
    max_position_sol=0,
    max_exposure_sol=0,
    collar_percent=0,
    refuse_gapped=False,
    block_on_unknown=False,
    rejects_per_minute=0,
    kill_on_unknowns=0,
    kill_on_drift_sol=0,
)
"""Hardly any limit: what is looked for is what the venue's faults do to orders."""

_SIDES = {
    "buyOrder": OrderSide.BUY,
    "sellOrder": OrderSide.SELL,
    "requestSidebet": OrderSide.SIDE_BET,
}


class Outcome(msgspec.Struct, kw_only=True):
    """What came of a run.

    Attributes:
        ends: orders by the state that they are in.
        sent: orders that left.
        deals: what the exchange did for them.
        doubled: fills that stand twice.
        phantom: fills that the exchange does not know of.
        unseen: deals of the exchange that no fill and no unknown order stands for.
        cash: our ledger's cash, and the exchange's, after its last word was accepted.
        accepted: how often the venue's word had to be accepted by hand.
        damaged: places of the audit trail that are not as they were written.
    """

    ends: dict[str, int]
    sent: int
    deals: int
    doubled: int
    phantom: int
    unseen: int
    cash: tuple[str, str]
    accepted: int
    damaged: int


class Gambler:
    """Asks for one order after another, armed again whenever a fault disarmed it."""

    def __init__(self, hands: Trader, seed: int) -> None:
        self.hands = hands
        self.fills: list[OrderFilled] = []
        self.ends: dict[OrderId, OrderState] = {}
        self.sent = 0
        self.accepted = 0
        self._rng = random.Random(seed)
        hands.machine.host.advanced.connect(self._hear)

    def _hear(self, advance) -> None:
        for event in advance.events:
            if isinstance(event, OrderFilled):
                self.fills.append(event)
            if isinstance(event, OrderRequested):
                self.ends[event.order_id] = OrderState.REQUESTED
        trading = self.hands.trading
        for order in () if trading is None else (*trading.book.over[-20:], *trading.book.open):
            if order.order_id in self.ends:
                self.ends[order.order_id] = order.state

    async def gamble(self, orders: int) -> None:
        """Have so many orders decided upon, one in flight at a time."""
        for _ in range(orders):
            await self._ready()
            key = self._ask()
            order = self.hands.order(key)
            if order is None or order.is_over:
                continue
            self.sent += 1
            await until(lambda key=key: self._is_settled(key), within_s=60)

    def _is_settled(self, key: OrderId) -> bool:
        return self.ends[key] in {
            OrderState.FILLED,
            OrderState.REJECTED,
            OrderState.EXPIRED,
            OrderState.UNKNOWN,
        }

    async def _ready(self) -> None:
        while True:
            market, trading = self.hands.market, self.hands.trading
            under_way = any(one.state is not OrderState.UNKNOWN for one in trading.book.open)
            if trading.drift and not under_way:
                self.accepted += 1
                self.hands.door.obey(AcceptVenue(stream=PRACTICE))
            if trading.arming.state is ArmState.HALT:
                self.hands.door.obey(AcknowledgeHalt(stream=PRACTICE))
            if not trading.arming.is_armed:
                self.hands.door.obey(Arm(stream=PRACTICE))
            running = market.round is not None and market.round.phase in {
                Phase.PRESALE,
                Phase.ACTIVE,
            }
            if running and self.hands.trading.arming.is_armed:
                return
            await asyncio.sleep(0.005)

    def _ask(self) -> OrderId:
        holds = self.hands.trading.account.holding.quantity > 0
        active = self.hands.market.round.phase is Phase.ACTIVE
        kinds = [Buy, Buy, PlaceSideBet] + ([Sell] * 3 if holds and active else [])
        kind = self._rng.choice(kinds)
        if kind is Sell:
            return self.hands.ask(Sell, share=self._rng.choice((10, 25, 50, 100)))
        return self.hands.ask(kind, amount=Decimal(self._rng.randint(1, 20)).scaleb(-3))


async def gamble(folder: Path, orders: int, seed: int, *, share: float = 0.15) -> Outcome:
    """Trade, let everything settle, and compare with the exchange's own books."""
    with practice_exchange(seed, 20.0, None, "--cash", "1000") as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, folder, exchange.url, replace(SETTINGS, risk=FREE))
            await until(lambda: hands.trading is not None and hands.trading.stated is not None)
            gambler = Gambler(hands, seed)
            exchange.fault("order_chaos", share=share)
            await gambler.gamble(orders)
            exchange.clear()
            await _settled(gambler)
            books = exchange.ask("GET", "/accounts")["accounts"][0]
            ours = str(hands.trading.account.cash)
    outcome = _compared(gambler, books)
    outcome.cash = (ours, books["cash"])
    outcome.damaged = verify_trail(folder / "audit").damaged
    return outcome


async def _settled(gambler: Gambler) -> None:
    """Wait for a round's end, so that nothing is held, then for the venue's fresh word."""
    hands = gambler.hands
    began = hands.market.round.round_id
    await until(lambda: hands.market.round.round_id != began, within_s=60)
    before = hands.trading.stated
    hands.door.obey(AskVenue(stream=PRACTICE))
    await until(lambda: hands.trading.stated is not before and hands.trading.stated.fresh)
    hands.door.obey(AcceptVenue(stream=PRACTICE))


def _compared(gambler: Gambler, books) -> Outcome:
    deals = Counter(
        (_SIDES[deal["event"]], deal["round_id"], deal["tick"])
        for deal in books["deals"]
        if deal["event"] in _SIDES and not deal["by_hand"]
    )
    fills = Counter(
        (event.fill.side, event.fill.round_id, event.fill.tick) for event in gambler.fills
    )
    ends = Counter(state.value for state in gambler.ends.values())
    names = Counter(event.order_id for event in gambler.fills)
    unknown = ends.get(OrderState.UNKNOWN.value, 0)
    unseen = (deals - fills).total() - (fills - deals).total()
    return Outcome(
        ends=dict(ends),
        sent=gambler.sent,
        deals=deals.total(),
        doubled=sum(count - 1 for count in names.values()),
        phantom=max(0, fills.total() - deals.total()),
        unseen=max(0, unseen - unknown),
        cash=("", ""),
        accepted=gambler.accepted,
        damaged=0,
    )


def main(folder: str, orders: str, seed: str = "1") -> None:
    """Run, print the outcome."""
    import qasync
    from PySide6.QtWidgets import QApplication

    app = QApplication(["order-floor"])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        outcome = runner.run(gamble(Path(folder), int(orders), int(seed)))
    print(msgspec.json.format(msgspec.json.encode(outcome)).decode())  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
