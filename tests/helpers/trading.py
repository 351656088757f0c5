"""An engine with one account and a market that is moved by hand."""

import itertools
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from replayer_qt.core.account import Account
from replayer_qt.core.approval import Approval
from replayer_qt.core.commands import Command
from replayer_qt.core.events import (
    Event,
    FeedChanged,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.order_book import Order
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    KillSwitched,
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRejected,
)
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.settings import PaperSettings, RiskSettings, Settings, TradingSettings
from replayer_qt.core.trade_commands import Buy, PlaceSideBet, Sell, TradeCommand
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import PRACTICE, RUGS, Moment, Nanos, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.make import ROUND

START = 1_795_000_000 * 1_000_000_000
"""Some moment in the middle of a UTC day [ns since the Unix epoch]."""

MS = 1_000_000
REPLAY = StreamId("replay/1")
AT_ONCE = PaperSettings(latency_ms=0, latency_jitter_ms=0)
FREE = RiskSettings(
    duplicate_ms=0, orders_per_second=0, orders_per_minute=0, max_daily_loss_sol=0,
    max_drawdown_sol=0, max_automated=0,
)  # fmt: skip
"""Hardly any limit."""


class Floor:
    """Engine, account, market and clock; every step of a test is one call.

    Attributes:
        told: every event that came out of the engine.
        approvals: every ticket that was handed out for a venue.
        audited: whether orders are released as soon as they are gated, as on a quick disk.
    """

    def __init__(
        self,
        *,
        stream: StreamId = RUGS,
        mode: Mode = Mode.PAPER,
        cash: str = "10",
        paper: PaperSettings = AT_ONCE,
        risk: RiskSettings | None = None,
        trading: TradingSettings | None = None,
        first: dict[str, Any] | None = None,
    ) -> None:
        """Open an account; a venue's opens with its first statement."""
        self.stream, self.mode = stream, mode
        self.settings = Settings(
            paper=replace(paper, cash=float(cash)),
            risk=RiskSettings() if risk is None else risk,
            trading=TradingSettings() if trading is None else trading,
        )
        self.engine = Engine(settings=self.settings)
        self.told: list[Event] = []
        self.approvals: list[Approval] = []
        self.audited = True
        self.at = START
        self.round_id = ROUND
        self.number = -1
        self._keys = itertools.count(1)
        if stream == REPLAY:
            self.happen(ReplayOpened, source="a.jsonl", damage=(), rounds=())
        elif mode is Mode.PAPER:
            self.happen(AccountOpened, mode=mode, cash=Decimal(cash))
        else:
            self.stated(cash, **(first or {}))
        if stream != REPLAY:
            self.happen(FeedChanged, link=Link.LIVE)

    # --- what there is

    @property
    def moment(self) -> Moment:
        """Now; the monotonic clock began at 0."""
        return Moment(Nanos(self.at), Nanos(self.at - START + 1))

    @property
    def trading(self) -> Trading:
        """The account and its orders."""
        return self.engine.state.accounts[self.stream]

    @property
    def account(self) -> Account:
        """The account."""
        return self.trading.account

    def order(self, key: str) -> Order:
        """Return an order by its name."""
        found = self.trading.book.find(OrderId(key))
        assert found is not None
        return found

    def of(self, *kinds: type[Any]) -> list[Any]:
        """Return what was told of these kinds."""
        return [event for event in self.told if isinstance(event, kinds)]

    def fills(self) -> list[OrderFilled]:
        """Return every fill of an order."""
        return self.of(OrderFilled)

    def refusals(self) -> list[str]:
        """Return the code of each refusal by the gate."""
        return [one.verdict.code for one in self.of(OrderGated) if not one.verdict.allowed]

    def ends(self) -> list[str]:
        """Return why orders were rejected or expired."""
        return [one.reason for one in self.of(OrderRejected, OrderExpired)]

    # --- what happens

    def event(self, kind: type[Any], **fields: Any) -> Any:
        """Return an event of now."""
        return kind(at=self.moment.at, mono=self.moment.mono, stream=self.stream, **fields)

    def take(self, *events: Event) -> tuple[Event, ...]:
        """Let the engine handle events; what stands sells by itself as soon as it may."""
        told = self.engine.handle(events).events
        self.told += told
        if self.audited and any(isinstance(one, OrderGated) for one in told):
            self.release_all()
        return told

    def happen(self, kind: type[Any], **fields: Any) -> tuple[Event, ...]:
        """Let one event happen now."""
        return self.take(self.event(kind, **fields))

    def wait(self, ms: float) -> None:
        """Let time pass, for the clock alone."""
        self.at += round(ms * MS)

    def turn(self) -> None:
        """Let the engine notice the time."""
        advance = self.engine.pass_time(self.moment)
        self.told += () if advance is None else advance.events

    def announce(self, round_id: str | None = None, *, presale: bool = True) -> None:
        """Open a round; by default its presale has begun."""
        self.round_id = RoundId(round_id or self.round_id)
        self.number = -1
        self.happen(RoundOpened, round_id=self.round_id)
        if presale:
            self.happen(PhaseChanged, round_id=self.round_id, phase=Phase.PRESALE)
            self.happen(TimerTicked, round_id=self.round_id, remaining_ms=9_900)

    def begin(self, round_id: str | None = None) -> None:
        """Open a round and start it, with its tick 0."""
        self.announce(round_id)
        self.start()

    def start(self) -> None:
        """Start the announced round."""
        self.happen(PhaseChanged, round_id=self.round_id, phase=Phase.ACTIVE)
        self.tick(1.0)

    def tick(self, price: float, *, ms: float = 250, **fields: Any) -> tuple[Event, ...]:
        """Let the next price come, some time after the one before."""
        self.wait(ms)
        self.number = fields.pop("tick", self.number + 1)
        return self.happen(
            PriceTicked, round_id=self.round_id, tick=self.number, price=price, **fields
        )

    def ticks(self, *prices: float) -> None:
        """Let prices come."""
        for price in prices:
            self.tick(price)

    def rug(self, price: float = 0.02) -> tuple[Event, ...]:
        """Let the round end at the next tick: the price first, then the word, as they come."""
        self.wait(250)
        self.number += 1
        return self.take(
            self.event(PriceTicked, round_id=self.round_id, tick=self.number, price=price),
            self.event(RoundRugged, round_id=self.round_id, tick=self.number, price=price),
            self.event(PhaseChanged, round_id=self.round_id, phase=Phase.RUGGED),
        )

    def stated(self, cash: str, **fields: Any) -> tuple[Event, ...]:
        """Let the venue tell what it holds for us; by default nothing but cash."""
        said: dict[str, Any] = {
            "quantity": Decimal(0), "average": Decimal(0), "bets_stated": True, **fields,
        }  # fmt: skip
        return self.happen(AccountStated, cash=Decimal(cash), **said)

    def kill(self, *, on: bool = True) -> tuple[Event, ...]:
        """Press or lift the kill switch."""
        return self.happen(KillSwitched, on=on, reason="asked for", by="button")

    # --- what is asked

    def submit(self, command: Command) -> tuple[Event, ...]:
        """Ask for something; allowed orders leave at once unless the audit is slow."""
        told = self.engine.submit(command, self.moment).events
        self.told += told
        if self.audited:
            self.release_all()
        return told

    def ask(self, kind: type[TradeCommand], **fields: Any) -> tuple[Event, ...]:
        """Ask for something of this account."""
        return self.submit(kind(stream=self.stream, **fields))

    def release_all(self) -> None:
        """Let every allowed order leave, as when the audit has written them."""
        for order in self.trading.book.open:
            advance, approval = self.engine.release(self.stream, order.order_id, self.moment)
            self.told += advance.events
            self.approvals += [] if approval is None else [approval]

    def buy(self, amount: str = "0.1", *, key: str | None = None, **fields: Any) -> Order:
        """Ask for a buy, and return the order."""
        key = key or f"order-{next(self._keys)}"
        self.submit(Buy(stream=self.stream, key=OrderId(key), amount=Decimal(amount), **fields))
        return self.order(key)

    def sell(self, share: int = 100, *, key: str | None = None, **fields: Any) -> Order:
        """Ask for a sale, and return the order."""
        key = key or f"order-{next(self._keys)}"
        self.submit(Sell(stream=self.stream, key=OrderId(key), share=share, **fields))
        return self.order(key)

    def bet(self, amount: str = "0.01", *, key: str | None = None, **fields: Any) -> Order:
        """Ask for a side bet, and return the order."""
        key = key or f"order-{next(self._keys)}"
        self.submit(
            PlaceSideBet(stream=self.stream, key=OrderId(key), amount=Decimal(amount), **fields)
        )
        return self.order(key)


def venue(**fields: Any) -> Floor:
    """Return a floor that trades at the practice venue; `first` is what it holds at first."""
    return Floor(stream=PRACTICE, mode=Mode.PRACTICE, **fields)
