"""A venue in virtual time that misbehaves as told, and knows what it really did."""

import heapq
import itertools
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from replayer_qt.adapters.brokers.matching import Matching
from replayer_qt.adapters.brokers.words import Answer, BetEnd, OwnBet, OwnTrade, Statement
from replayer_qt.core.events import Event
from replayer_qt.core.money import bought, decimal_of, proceeds
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderEvent,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    StatedBet,
)
from replayer_qt.core.orders import FOLLOWS, Fill, OrderId, OrderSide, OrderState, Request
from replayer_qt.core.units import PRACTICE, Moment, Nanos
from tests.helpers.make import ROUND
from tests.helpers.orders import make_request

MS = 1_000_000
PATIENCE = Nanos(2_000 * MS)
TICK_MS = 250
BEGIN = 10_000 * MS
STEPS = 4_000

STATE_OF = {
    OrderAcknowledged: OrderState.ACKNOWLEDGED,
    OrderFilled: OrderState.FILLED,
    OrderRejected: OrderState.REJECTED,
    OrderUnknown: OrderState.UNKNOWN,
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One order, and how the venue treats it."""

    side: OrderSide = OrderSide.BUY
    size: int = 10
    done: bool = True
    ack: str = "yes"
    """yes, none, late, double."""
    trade: str = "yes"
    """yes, none, late, double."""
    stated: bool = True
    hand: str = "none"
    """none, before, after: a trade of ours that was made elsewhere."""
    lost: str = "none"
    """none, before, after: the connection breaks."""
    patient: bool = True
    """Whether it waits until the order before it is over, or only for UNKNOWN."""


class World:
    """Plays wishes against a real matching; collects what it told and what really happened."""

    def __init__(self, wishes: list[Wish], seed: int) -> None:
        self.rng = random.Random(seed)
        self.matching = Matching(PRACTICE, patience=PATIENCE)
        self.now = BEGIN
        self.told: list[Event] = []
        self.truth: dict[OrderId, Fill] = {}
        self.treated: dict[OrderId, Wish] = {}
        self.cash, self.quantity = Decimal(100), Decimal(0)
        self.bet: StatedBet | None = None
        self.tick, self.price = 0, 1.0
        self._wishes = list(wishes)
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._line = 0
        self._passed = 0
        self._connected = True
        self._last: OrderId | None = None
        self._quiet_since = self.now

    # --- the course of things

    def play(self) -> "World":
        """Run until all wishes are spent and nothing more can come."""
        self._go_to(self.now)
        self._statement(as_of=None)
        for _ in range(STEPS):
            self._client()
            if not self._wishes and not self._timers and self.matching.due_at is None:
                break
            times = [self.now + TICK_MS * MS, *(timer[0] for timer in self._timers[:1])]
            due_at = self.matching.due_at
            times += [due_at] if due_at is not None and due_at > self.now else []
            self._go_to(min(times))
            while self._timers and self._timers[0][0] <= self.now:
                heapq.heappop(self._timers)[2]()
        return self

    def states(self) -> dict[OrderId, list[OrderState]]:
        """Return the states that each order was told to be in, in order."""
        found: dict[OrderId, list[OrderState]] = {name: [] for name in self.treated}
        for one in self.told:
            if isinstance(one, OrderEvent):
                found[one.order_id].append(STATE_OF[type(one)])
        return found

    def check(self) -> None:
        """Raise where an order was told to be what it cannot be, or is not."""
        for name, states in self.states().items():
            path = [OrderState.SENT, *states]
            for before, after in itertools.pairwise(path):
                assert after in FOLLOWS[before], (name, path)
            fills = [
                one.fill
                for one in self.told
                if isinstance(one, OrderFilled) and one.order_id == name
            ]
            done = self.truth.get(name)
            if done is None:
                assert path[-1] in {OrderState.REJECTED, OrderState.UNKNOWN}, (name, path)
                assert not fills
            else:
                assert path[-1] in {OrderState.FILLED, OrderState.UNKNOWN}, (name, path)
                for fill in fills:
                    assert (fill.side, fill.tick, fill.quantity, fill.amount) == (
                        done.side, done.tick, done.quantity, done.amount
                    )  # fmt: skip

    # --- the client's side

    def _client(self) -> None:
        moment = self._moment()
        self._hear(self.matching.due(moment))
        if self._connected and self.matching.wants_statement(moment):
            self._ask()
        free = self._connected and self.matching.knows_account and not self.matching.in_flight
        if self._wishes and free:
            wish = self._wishes[0]
            if wish.patient and self.matching.unresolved and self._waited_less(20):
                return
            self._send(self._wishes.pop(0))

    def _waited_less(self, times: int) -> bool:
        return self.now - self._quiet_since < times * PATIENCE

    def _ask(self) -> None:
        asked = Nanos(self.now)
        self.matching.asked(self._moment())
        self._on_line(self._delay(40), lambda: self._statement(as_of=asked))

    def _hear(self, events: tuple[Event, ...]) -> None:
        self.told += events

    def _send(self, wish: Wish) -> None:
        self._quiet_since = self.now
        name = OrderId(f"order-{len(self.treated)}")
        fields: dict[str, Any] = {"amount": Decimal(wish.size) / 1_000}
        if wish.side is OrderSide.SELL:
            fields = {"share": min(100, max(1, wish.size))}
        request = make_request(name, side=wish.side, **fields)
        self.treated[name] = wish
        self.matching.sent(request, self._moment())
        self._on_line(self._delay(20), lambda: self._execute(request, wish))

    # --- the venue's side

    def _execute(self, request: Request, wish: Wish) -> None:
        if wish.lost == "before":
            self._cut()
            return
        if wish.hand == "before":
            self._by_hand()
        if wish.done and self._possible(request):
            word = self._carry_out(request)
            self._tell(word, request, wish)
        elif wish.ack != "none":
            self._acknowledge(request, Answer(number=0, done=False, reason="no"), wish)
        if wish.hand == "after":
            self._by_hand()
        if wish.lost == "after":
            self._at(self._delay(120), self._cut)

    def _possible(self, request: Request) -> bool:
        if request.side is OrderSide.SELL:
            return self._share(request) > 0
        if request.side is OrderSide.SIDE_BET:
            return self.bet is None
        return True

    def _share(self, request: Request) -> Decimal:
        share = request.share or 0
        if share == 100:
            return self.quantity
        return (self.quantity * share / 100).quantize(Decimal("1e-9"), rounding="ROUND_DOWN")

    def _carry_out(self, request: Request) -> OwnTrade | OwnBet:
        amount, price = request.amount or Decimal(0), decimal_of(self.price)
        quantity = Decimal(0)
        match request.side:
            case OrderSide.BUY:
                quantity = bought(amount, price)
                self.cash, self.quantity = self.cash - amount, self.quantity + quantity
            case OrderSide.SELL:
                quantity = self._share(request)
                amount = proceeds(quantity, price)
                self.cash, self.quantity = self.cash + amount, self.quantity - quantity
            case OrderSide.SIDE_BET:
                self.cash -= amount
                self.bet = StatedBet(start=self.tick, end=self.tick + 40, stake=amount)
        self.truth[request.order_id] = Fill(
            fill_id="true",
            side=request.side,
            round_id=ROUND,
            tick=self.tick,
            price=price,
            quantity=quantity,
            amount=amount,
        )
        if request.side is OrderSide.SIDE_BET:
            return OwnBet(round_id=ROUND, start=self.tick, end=self.tick + 40, stake=amount)
        return self._trade(request.side, price, quantity, amount)

    def _trade(
        self, side: OrderSide, price: Decimal, quantity: Decimal, amount: Decimal
    ) -> OwnTrade:
        return OwnTrade(
            trade_id=f"trade-{next(self._numbers)}",
            side=side,
            round_id=ROUND,
            tick=self.tick,
            price=price,
            quantity=quantity,
            amount=amount,
        )

    def _by_hand(self) -> None:
        """Of an amount that no order has, and at a price of its own: nobody could tell otherwise.

        A purchase and a sale of the same tick leave the cash as if neither had been.
        """
        self._next_tick()
        amount = Decimal("0.0507")
        quantity = bought(amount, decimal_of(self.price))
        self.cash, self.quantity = self.cash - amount, self.quantity + quantity
        word = self._trade(OrderSide.BUY, decimal_of(self.price), quantity, amount)
        self._next_tick()
        self._on_line(self._delay(69), lambda: self._hear_word(word))
        self._on_line(self._delay(198), lambda: self._statement(as_of=None))

    def _tell(self, word: OwnTrade | OwnBet, request: Request, wish: Wish) -> None:
        if wish.trade != "none":
            late = 4_000 if wish.trade == "late" else 69
            for _ in range(2 if wish.trade == "double" else 1):
                self._on_line(self._delay(late), lambda: self._hear_word(word))
        if wish.stated:
            self._on_line(self._delay(198), lambda: self._statement(as_of=None))
        if wish.ack != "none":
            bet = word if isinstance(word, OwnBet) else None
            self._acknowledge(request, Answer(number=0, done=True, bet=bet), wish)
        if isinstance(word, OwnBet) and self.rng.random() < 0.5:
            self._at(self._delay(9_000), lambda: self._end_bet(word))

    def _acknowledge(self, request: Request, answer: Answer, wish: Wish) -> None:
        late = 3_000 if wish.ack == "late" else 219
        for _ in range(2 if wish.ack == "double" else 1):
            self._on_line(
                self._delay(late),
                lambda: self._hear(
                    self.matching.answered(request.order_id, answer, self._moment())
                ),
            )

    def _end_bet(self, bet: OwnBet) -> None:
        if self.bet is None:
            return
        self.bet = None
        won = self.rng.random() < 0.3
        payout = bet.stake * 5 if won else Decimal(0)
        self.cash += payout
        end = BetEnd(
            round_id=ROUND,
            start=bet.start,
            end=bet.end,
            tick=bet.end,
            stake=bet.stake,
            payout=payout,
        )
        if self._connected:
            self._hear(self.matching.closed(end, self._moment()))
            self._statement(as_of=None)

    def _hear_word(self, word: OwnTrade | OwnBet) -> None:
        if isinstance(word, OwnTrade):
            self._hear(self.matching.traded(word, self._moment()))
        else:
            self._hear(self.matching.placed(word, self._moment()))

    def _statement(self, *, as_of: Nanos | None) -> None:
        word = Statement(player="me", cash=self.cash, quantity=self.quantity, bet=self.bet)
        self._hear(self.matching.stated(word, self._moment(), as_of=as_of))

    def _go_to(self, at: int) -> None:
        """Let time pass, and a tick come each 250 ms."""
        self.now = at
        while self._passed < (self.now - BEGIN) // (TICK_MS * MS):
            self._passed += 1
            self._next_tick()

    def _next_tick(self) -> None:
        self.tick += 1
        self.price = max(0.2, self.price * (1 + self.rng.uniform(-0.05, 0.05)))
        self.matching.ticked(ROUND, self.tick, self.price)

    # --- the line between them

    def _cut(self) -> None:
        if not self._connected:
            return
        self._connected = False
        self._line += 1
        self._hear(self.matching.lost(self._moment()))
        self._at(self._delay(1_000), self._reconnect)

    def _reconnect(self) -> None:
        self._connected = True
        self._ask()

    def _on_line(self, after: int, action: Callable[[], None]) -> None:
        """What is on a line that breaks never arrives."""
        line = self._line

        def arrive() -> None:
            if self._connected and line == self._line:
                action()

        self._at(after, arrive)

    def _at(self, after: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.now + after, next(self._numbers), action))

    def _delay(self, about_ms: int) -> int:
        return round(about_ms * MS * self.rng.uniform(0.3, 1.7))

    def _moment(self) -> Moment:
        return Moment(Nanos(self.now), Nanos(self.now))
