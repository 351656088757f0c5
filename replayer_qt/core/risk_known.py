"""The gate's rule on what must be known: what is not is a reason to refuse."""

from typing import Final

from replayer_qt.core.orders import OrderSide, Request
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.risk_readiness import TRADEABLE
from replayer_qt.core.verdict import Facts, Reason

MISSING: Final = "risk_input_missing"


def missing_facts(request: Request, facts: Facts, bounds: Bounds) -> tuple[str, ...]:
    """Return which facts an order needs that are not known, by their names in `Facts`."""
    if request.side is OrderSide.SELL:
        return tuple(name for name in _OF_SALES if getattr(facts, name) is None)
    found = [name for name in _OF_RISK if getattr(facts, name) is None]
    if "price" in found and bounds.check_phase and facts.phase not in TRADEABLE:
        found.remove("price")  # there is none yet, and the phase refuses
    return tuple(found)


def risk_input_missing(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse an order while something is not known that it must be judged by."""
    if request.side is not OrderSide.SELL and _is_complete(facts):
        return None
    missing = missing_facts(request, facts, bounds)
    if not missing:
        return None
    named = ", ".join(missing)
    return Reason(code=MISSING, text=f"Not known, and so nothing may be risked: {named}.")


def _is_complete(facts: Facts) -> bool:
    """Whether everything in `_OF_RISK` is known: written out, for each order is asked this."""
    return not (
        facts.killed is None
        or facts.audit_ok is None
        or facts.recorder_ok is None
        or facts.armed is None
        or facts.link_live is None
        or facts.tick_age_ms is None
        or facts.missing is None
        or facts.round_id is None
        or facts.phase is None
        or facts.tick is None
        or facts.price is None
        or facts.cash is None
        or facts.quantity is None
        or facts.basis is None
        or facts.stake is None
        or facts.bet_end is None
        or facts.pending is None
        or facts.pending_buys is None
        or facts.pending_bet is None
        or facts.unknown is None
        or facts.drifting is None
        or facts.day_result is None
        or facts.drawdown is None
        or facts.losing_streak is None
        or facts.last_second is None
        or facts.last_minute is None
        or facts.automated is None
    )


_OF_RISK: Final = (
    "killed",
    "audit_ok",
    "recorder_ok",
    "armed",
    "link_live",
    "tick_age_ms",
    "missing",
    "round_id",
    "phase",
    "tick",
    "price",
    "cash",
    "quantity",
    "basis",
    "stake",
    "bet_end",
    "pending",
    "pending_buys",
    "pending_bet",
    "unknown",
    "drifting",
    "day_result",
    "drawdown",
    "losing_streak",
    "last_second",
    "last_minute",
    "automated",
)
_OF_SALES: Final = ("audit_ok", "quantity", "selling")
