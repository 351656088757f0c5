"""Makes approvals as the engine gives them out, for tests of what carries orders to a venue."""

from typing import Any

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.core.approval import Approval
from replayer_qt.core.order_book import Order
from replayer_qt.core.orders import Hop, OrderState, Request
from replayer_qt.core.units import Nanos
from tests.helpers.orders import make_verdict

_CLOCK = SystemClock()


def approved(request: Request, *, mono: int | None = None, **fields: Any) -> Approval:
    """Return the approval of a request that was released at `mono` [ns], by default now."""
    at = Nanos(_CLOCK.monotonic() if mono is None else mono)
    states = (OrderState.REQUESTED, OrderState.GATED, OrderState.SENT)
    hops = tuple(Hop(state, at, at) for state in states)
    verdict = make_verdict(reserved=request.amount or "0")
    return Approval(order=Order(request=request, hops=hops, verdict=verdict), **fields)
