"""Ceilings for real money that no setting can raise; unknown orders count as spent."""

from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.orders import Mode, Request
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.risk_rule import seconds, sol, unlocked
from replayer_qt.core.settings import RiskSettings
from replayer_qt.core.verdict import Facts, Reason


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """What one armed session may do.

    Attributes:
        order: largest order [SOL].
        turnover: what buys and stakes may come to [SOL].
        loss: what may be lost [SOL].
        in_flight: orders under way at once.
        spacing_ms: time between two orders [ms].
        per_minute: orders in a minute.
        orders: orders in all.
    """

    order: Decimal
    turnover: Decimal
    loss: Decimal
    in_flight: int
    spacing_ms: int
    per_minute: int
    orders: int


CEILING: Final = Caps(
    order=Decimal("0.01"),
    turnover=Decimal("0.1"),
    loss=Decimal("0.05"),
    in_flight=1,
    spacing_ms=250,
    per_minute=6,
    orders=60,
)


def caps_for(mode: Mode, risk: RiskSettings) -> Caps | None:
    """Return the caps of an account, lowered where the settings are lower; None without caps."""
    if mode is not Mode.LIVE:
        return None
    return Caps(
        order=_lower(CEILING.order, risk.max_order_sol),
        turnover=CEILING.turnover,
        loss=_lower(CEILING.loss, risk.max_daily_loss_sol),
        in_flight=CEILING.in_flight,
        spacing_ms=max(CEILING.spacing_ms, risk.duplicate_ms),
        per_minute=int(_lower(Decimal(CEILING.per_minute), risk.orders_per_minute)),
        orders=CEILING.orders,
    )


def live_cap_reached(request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse real money beyond the caps; what is not known is beyond them."""
    if request.mode is not Mode.LIVE:
        return None
    wait_ms = 0.0 if facts.last_ms is None else max(CEILING.spacing_ms - facts.last_ms, 0.0)
    amount = request.amount
    spent = None if facts.turnover is None or amount is None else facts.turnover + amount
    lost = None if facts.session_result is None else -facts.session_result
    checks: tuple[tuple[str, Decimal | None, Decimal, bool], ...] = (
        ("SOL of one order", amount, CEILING.order, True),
        ("SOL of turnover", spent, CEILING.turnover, True),
        ("SOL of loss", lost, CEILING.loss, False),
        ("orders under way", _count(facts.in_flight), Decimal(CEILING.in_flight), False),
        ("orders in a minute", _count(facts.last_minute), Decimal(CEILING.per_minute), False),
        ("orders since arming", _count(facts.orders), Decimal(CEILING.orders), False),
    )
    for what, value, cap, inclusive in checks:
        if value is not None and (value <= cap if inclusive else value < cap):
            continue
        shown = "an unknown number" if value is None else sol(value).removesuffix(" SOL")
        return Reason(
            code="live_cap_reached",
            text=f"Real money is capped: {shown} {what}, at most {sol(cap)[:-4]}.",
            value=value,
            limit=cap,
        )
    if wait_ms <= 0:
        return None
    return Reason(
        code="live_cap_reached",
        text=f"Real money is capped: one order in {CEILING.spacing_ms} ms; "
        f"the next in {seconds(wait_ms)}.",
        unlock=unlocked(facts, wait_ms),
    )


def _lower(ceiling: Decimal, setting: float) -> Decimal:
    return ceiling if setting == 0 else min(ceiling, Decimal(repr(setting)))


def _count(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
