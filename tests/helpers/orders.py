"""Makes requests, facts, verdicts and orders for tests with all that does not matter filled in."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from replayer_qt.core.order_book import Order, OrderBook, fold_orders
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRejected,
    OrderRequested,
    OrderSent,
    OrderUnknown,
)
from replayer_qt.core.orders import (
    Fill,
    Mode,
    OrderId,
    OrderSide,
    OrderState,
    Origin,
    Request,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import Limits, limits_of
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from replayer_qt.core.verdict import Facts, Reason, Verdict
from tests.helpers.make import ROUND, event

MANUAL = "manual"


def make_request(
    name: str = "order-1",
    *,
    side: OrderSide = OrderSide.BUY,
    amount: Decimal | str | None = None,
    share: int | None = None,
    round_id: RoundId | None = ROUND,
    **fields: Any,
) -> Request:
    """Return a request: by default a person's, to buy for 0.01 SOL at tick 10 and 1.5x."""
    selling = side is OrderSide.SELL
    if amount is None and not selling:
        amount = "0.01"
    filled: dict[str, Any] = {
        "stream": PRACTICE,
        "mode": Mode.PAPER,
        "tick": 10,
        "price": Decimal("1.5"),
        "origin": Origin.HAND,
        "strategy_id": MANUAL,
    }
    filled.update(fields)
    return Request(
        order_id=OrderId(name),
        side=side,
        amount=None if amount is None else Decimal(amount),
        share=100 if selling and share is None else share,
        round_id=round_id,
        **filled,
    )


def make_sale(name: str = "sale-1", *, share: int = 100, **fields: Any) -> Request:
    """Return a request to sell a share of what is held."""
    return make_request(name, side=OrderSide.SELL, share=share, **fields)


def make_bet(name: str = "bet-1", **fields: Any) -> Request:
    """Return a request for a side bet."""
    return make_request(name, side=OrderSide.SIDE_BET, **fields)


def make_facts(**fields: Any) -> Facts:
    """Return facts upon which every default rule lets a small order pass."""
    good: dict[str, Any] = {
        "now": Nanos(100_000_000_000),
        "killed": False,
        "audit_ok": True,
        "recorder_ok": True,
        "armed": True,
        "link_live": True,
        "tick_age_ms": 0.0,
        "missing": 0,
        "round_id": ROUND,
        "phase": Phase.ACTIVE,
        "tick": 10,
        "price": Decimal("1.5"),
        "cash": Decimal(10),
        "quantity": Decimal(0),
        "basis": Decimal(0),
        "stake": Decimal(0),
        "bet_end": -1,
        "pending": Decimal(0),
        "pending_buys": Decimal(0),
        "pending_bet": False,
        "selling": 0,
        "unknown": 0,
        "drifting": False,
        "day_result": Decimal(0),
        "drawdown": Decimal(0),
        "losing_streak": 0,
        "last_second": 0,
        "last_minute": 0,
        "automated": 0,
    }
    good.update(fields)
    return Facts(**good)


def make_limits(**risk: Any) -> Limits:
    """Return the default limits, with these risk settings changed."""
    return limits_of(RiskSettings(**risk), TradingSettings())


def make_verdict(*, allowed: bool = True, reserved: Decimal | str = "0.01") -> Verdict:
    """Return a verdict that allows, or one that refuses because of the kill switch."""
    if allowed:
        return Verdict(allowed=True, facts=make_facts(), reserved=Decimal(reserved))
    reason = Reason(code="kill_switch_active", text="The kill switch is on.")
    return Verdict(allowed=False, facts=make_facts(killed=True), reasons=(reason,))


def make_fill(name: str = "fill-1", *, request: Request | None = None, **fields: Any) -> Fill:
    """Return what was done for a request, at its own tick and price."""
    of = make_request() if request is None else request
    price = of.price or Decimal(1)
    amount = of.amount or Decimal("0.01")
    made: dict[str, Any] = {
        "side": of.side,
        "round_id": of.round_id or ROUND,
        "tick": of.tick,
        "price": price,
        "quantity": Decimal(0) if of.side is OrderSide.SIDE_BET else round(amount / price, 9),
        "amount": amount,
    }
    made.update(fields)
    return Fill(fill_id=name, **made)


def story(
    request: Request,
    state: OrderState,
    *,
    at: int = 0,
    verdict: Verdict | None = None,
    fill: Fill | None = None,
) -> list[Any]:
    """Return the events that bring an order to `state` by the usual way, 1 ms apart."""
    if verdict is None:
        reserved = Decimal(0) if request.reduces else request.amount or Decimal(0)
        verdict = make_verdict(allowed=state is not OrderState.REFUSED, reserved=reserved)
    steps: list[tuple[type[Any], dict[str, Any]]] = [
        (OrderRequested, {"request": request}),
        (OrderGated, {"verdict": verdict}),
        (OrderSent, {}),
    ]
    match state:
        case OrderState.REQUESTED:
            steps = steps[:1]
        case OrderState.REFUSED | OrderState.GATED:
            steps = steps[:2]
        case OrderState.SENT:
            pass
        case OrderState.ACKNOWLEDGED:
            steps.append((OrderAcknowledged, {}))
        case OrderState.FILLED:
            done = make_fill(f"{request.order_id}-fill", request=request) if fill is None else fill
            steps += [(OrderAcknowledged, {}), (OrderFilled, {"fill": done})]
        case OrderState.REJECTED:
            steps.append((OrderRejected, {"reason": "the venue said no"}))
        case OrderState.EXPIRED:
            steps = [*steps[:2], (OrderExpired, {"reason": "withdrawn"})]
        case OrderState.UNKNOWN:
            steps.append((OrderUnknown, {"reason": "no answer in 2 s"}))
    return [
        event(
            kind, at + step * 1_000_000, stream=request.stream, order_id=request.order_id, **fields
        )
        for step, (kind, fields) in enumerate(steps)
    ]


def make_book(*stories: tuple[Request, OrderState]) -> OrderBook:
    """Return a book in which these requests stand in these states."""
    book = OrderBook()
    for at, (request, state) in enumerate(stories):
        for one in story(request, state, at=at * 100_000_000):
            book = fold_orders(book, one)
    return book


def make_order(
    request: Request | None = None, state: OrderState = OrderState.FILLED, **fields: Any
) -> Order:
    """Return an order that came to `state` by the usual way."""
    of = make_request() if request is None else request
    found = make_book((of, state)).find(of.order_id)
    assert found is not None
    return replace(found, **fields) if fields else found
