"""One turn of a seat: events are told, each is folded at once, and the next decision sees it."""

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from replayer_qt.core.approval import Approval
from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import Event, Link
from replayer_qt.core.facts import facts_of
from replayer_qt.core.order_book import OPEN_MOST, Order
from replayer_qt.core.order_events import (
    CashOut,
    CashOutSet,
    OrderExpired,
    OrderGated,
    OrderRequested,
    OrderSent,
)
from replayer_qt.core.orders import Mode, OrderId, OrderSide, OrderState, Origin, Request
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.risk import evaluate
from replayer_qt.core.risk_readiness import phase_allows
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import Buy, OrderCommand, PlaceSideBet, Sell
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Moment, Nanos, RoundId
from replayer_qt.core.verdict import Facts
from replayer_qt.engine.paper import PaperState, Stamp, sent
from replayer_qt.engine.seat import Context, Seat, fold, fold_leaving
from replayer_qt.engine.wishes import price_of

_GATED: Final = OrderState.GATED
_PAPER: Final = Mode.PAPER
_BLOCKED: Final = Link.BLOCKED
_BY_PERSON = frozenset({Origin.HAND, Origin.KEY})


class Turn:
    """A seat while something happens to it; thrown away afterwards.

    Attributes:
        seat: as it is after everything told so far.
        market: the stream's market now.
        context: what the decisions of this turn depend on.
        moment: when it is.
        told: what happened, oldest first.
    """

    __slots__ = ("context", "market", "moment", "seat", "told")

    def __init__(
        self, seat: Seat, market: MarketState | None, context: Context, moment: Moment
    ) -> None:
        self.seat = seat
        self.market = market
        self.context = context
        self.moment = moment
        self.told: list[Event] = []

    @property
    def trading(self) -> Trading:
        """The account as it is now."""
        return self.seat.trading

    def tell(self, event: Event) -> None:
        """Let something have happened."""
        self.seat = fold(self.seat, event, self.market)
        self.told.append(event)

    def problem(
        self, code: str, what: str, remedy: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Tell a person why something did not happen."""
        self.tell(
            ProblemRaised(
                at=self.moment.at,
                mono=self.moment.mono,
                stream=self.trading.stream,
                code=code,
                what=what,
                remedy=remedy,
                severity=severity,
            )
        )

    def stamp(self) -> Stamp:
        """Return where and when this turn happens."""
        return Stamp(self.trading.stream, self.moment)

    def running_round(self) -> RoundId | None:
        """Return the name of the round that the market is in."""
        return (
            None if self.market is None or self.market.round is None else self.market.round.round_id
        )

    def facts(self, request: Request | None) -> Facts:
        """Return all that the gate looks at."""
        context = self.context
        return facts_of(
            request,
            self.seat.trading,
            self.market,
            context.kill,
            now=self.moment,
            audit_ok=context.audit_ok,
            recorder_ok=context.recorder_ok,
            breaker_ms=self._breaker_ms(),
            replay=context.replay,
        )

    # --- orders

    def order(self, command: OrderCommand) -> None:
        """Ask the gate for an order; the same key again is the same order, and does nothing."""
        trading = self.seat.trading
        book = trading.book
        if book.find(command.key) is not None:
            return
        if len(book.open) >= OPEN_MOST:
            self.problem(
                "too-many-orders",
                f"The order was not placed: {len(book.open)} orders are open.",
                "Wait until some of them are over, or settle those whose fate is unknown.",
            )
            return
        at, mono, stream, order_id = self.moment.at, self.moment.mono, trading.stream, command.key
        request = _request(command, trading, self.market)
        verdict = evaluate(request, self.facts(request), self.context.limits)
        requested = OrderRequested(
            at=at, mono=mono, stream=stream, order_id=order_id, request=request
        )
        gated = OrderGated(at=at, mono=mono, stream=stream, order_id=order_id, verdict=verdict)
        at_once = verdict.allowed and self.context.replay and request.mode is _PAPER
        if at_once and self._why_not(request, mono) is None:
            self._leave(requested, gated)
            return
        self.tell(requested)
        self.tell(gated)
        if verdict.allowed and self.context.replay:
            self.release(order_id)

    def release(self, order_id: OrderId) -> Approval | None:
        """Let an allowed order leave, if nothing has changed that forbids it."""
        order = self.trading.book.find(order_id)
        if order is None or order.hops[-1].state is not _GATED:
            return None
        why_not = self._why_not(order.request, order.hops[0].mono)
        if why_not is not None:
            self.withdraw(order, why_not)
            return None
        moment, trading = self.moment, self.trading
        self.tell(
            OrderSent(at=moment.at, mono=moment.mono, stream=trading.stream, order_id=order_id)
        )
        if order.request.mode is _PAPER:
            paper = sent(self.seat.paper, order.request, moment.at, self.context.settings.paper)
            self.fly(paper)
            return None
        left = self.trading.book.find(order_id)
        if left is None:
            return None
        age_ms = (moment.mono - order.hops[0].mono) // NANOS_PER_MILLISECOND
        return Approval(order=left, expires_in_ms=self.context.settings.trading.order_ms - age_ms)

    def _leave(self, requested: OrderRequested, gated: OrderGated) -> None:
        """Let a replay's order leave in the moment it is allowed, in one step."""
        at, mono, request = requested.at, requested.mono, requested.request
        left = OrderSent(at=at, mono=mono, stream=requested.stream, order_id=requested.order_id)
        paper = sent(self.seat.paper, request, at, self.context.settings.paper)
        self.seat = fold_leaving(self.seat, requested, gated, left, paper)
        self.told += (requested, gated, left)

    def fly(self, paper: PaperState) -> None:
        """Change what is on its way to the paper venue."""
        self.seat = replace(self.seat, paper=paper)

    def withdraw(self, order: Order, reason: str) -> None:
        """Let an order that was not sent never be sent."""
        self.tell(
            OrderExpired(
                at=self.moment.at,
                mono=self.moment.mono,
                stream=self.trading.stream,
                order_id=order.order_id,
                reason=reason,
            )
        )

    def stand(self, cash_out: CashOut | None, reason: str = "") -> None:
        """Set the standing order, or take it away."""
        self.tell(
            CashOutSet(
                at=self.moment.at,
                mono=self.moment.mono,
                stream=self.trading.stream,
                cash_out=cash_out,
                reason=reason,
            )
        )

    def too_old(self, order: Order) -> bool:
        """Return whether an order waited so long that it must not leave any more."""
        return self._is_late(order.hops[0].mono)

    def _is_late(self, asked: Nanos) -> bool:
        age_ns = self.moment.mono - asked
        return age_ns > self.context.settings.trading.order_ms * NANOS_PER_MILLISECOND

    def _why_not(self, request: Request, asked: Nanos) -> str | None:
        """Why an allowed order that was asked for at `asked` [monotonic ns] must not leave now."""
        context = self.context
        round_ = None if self.market is None else self.market.round
        if context.kill.on and not passes_kill(request):
            return "the kill switch was pressed before it left"
        if not context.audit_ok and not context.replay:
            return "decisions can't be written down"
        if not request.reduces and self._disarmed():
            return "it was disarmed before it left"
        if self._is_late(asked):
            return f"it could not leave within {context.settings.trading.order_ms} ms"
        if (None if round_ is None else round_.round_id) != request.round_id:
            return "its round was over before it left"
        if round_ is None:
            return None
        checks = context.limits.risk.check_phase
        if round_.rug_tick is not None or (checks and not phase_allows(request.side, round_.phase)):
            return "its round did not allow it any more when it was to leave"
        return None

    def _breaker_ms(self) -> float | None:
        """How long the open breaker of the feed, or of another part, stays open at least."""
        link = None if self.market is None else self.market.link
        ours = self.context.breaker_ms
        if link is None or link.link is not _BLOCKED:
            return ours
        left = 0 if link.retry_at is None else max(0, link.retry_at - self.moment.mono)
        return max(left / NANOS_PER_MILLISECOND, ours or 0.0)

    def _disarmed(self) -> bool:
        needed = self.trading.mode is not _PAPER or self.context.settings.trading.arm_paper
        return needed and not self.trading.arming.is_armed


def passes_kill(request: Request) -> bool:
    """Return whether a pressed kill switch lets it pass: a person's sale, and nothing else."""
    return request.reduces and request.origin in _BY_PERSON


def _request(command: OrderCommand, trading: Trading, market: MarketState | None) -> Request:
    """What is asked for, aimed at what its asker saw; where that is not told, at what is now."""
    amount: Decimal | None = None
    share: int | None = None
    match command:
        case Buy(amount=spent):
            side, amount = OrderSide.BUY, spent
        case PlaceSideBet(amount=stake):
            side, amount = OrderSide.SIDE_BET, stake
        case Sell(share=percent):
            side, share = OrderSide.SELL, percent
        case _:
            raise ContractBroken(f"{type(command).__name__} names no side")
    round_ = None if market is None else market.round
    return Request(
        order_id=command.key,
        stream=trading.stream,
        mode=trading.mode,
        side=side,
        amount=amount,
        share=share,
        round_id=command.seen_round or (None if round_ is None else round_.round_id),
        tick=_newest_tick(market) if command.seen_tick is None else command.seen_tick,
        price=price_of(market) if command.seen_price is None else command.seen_price,
        origin=command.origin,
        strategy_id=command.strategy_id,
        param_hash=command.param_hash,
        confirmed=command.confirmed,
    )


def _newest_tick(market: MarketState | None) -> int:
    return -1 if market is None or market.round is None else market.round.tick
