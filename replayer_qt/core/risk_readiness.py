"""The gate's rules on whether this program, the connection and the round are fit for an order.

A judging function looks at facts that are known: who calls it has seen to that, and takes an
exception for a refusal. Comparisons are written so that a NaN refuses.
"""

from decimal import Decimal
from typing import Final

from replayer_qt.core.money import PLACES
from replayer_qt.core.orders import Mode, OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.risk_rule import Measure, counted, plain, seconds, unlocked
from replayer_qt.core.trade_commands import MANUAL
from replayer_qt.core.verdict import Facts, Reason

PERSONS: Final = frozenset({Origin.HAND, Origin.KEY})
"""Who may sell though the kill switch is on."""
TRADEABLE: Final = frozenset({Phase.PRESALE, Phase.ACTIVE})

_CANNOT_SELL: Final = frozenset({Phase.COOLDOWN, Phase.PRESALE, Phase.RUGGED})
_NAMELESS: Final = frozenset({"", "unknown"})
_SELL: Final = OrderSide.SELL
_PAPER: Final = Mode.PAPER


def phase_allows(side: OrderSide, phase: Phase | None) -> bool:
    """Return whether an order of that side may leave in a phase; a sale also in an unknown one."""
    return phase not in _CANNOT_SELL if side is _SELL else phase in TRADEABLE


def fault_of(request: Request) -> str:
    """Return what is wrong with an order in itself; empty when it makes sense."""
    side: object = request.side  # structs take whatever they are given
    mode: object = request.mode
    if not isinstance(side, OrderSide) or not isinstance(mode, Mode):
        return "its side or its mode is not one that exists"
    if request.strategy_id != MANUAL and request.strategy_id.strip().lower() in _NAMELESS:
        return "it does not say who decided it"
    if request.side is _SELL:
        share = request.share
        if type(share) is not int or not 1 <= share <= 100:
            return f"a share of {share} % cannot be sold: it is a whole number from 1 to 100"
        return "" if request.amount is None else "a sale has a share, not an amount"
    return _amount_fault(request.amount, request.share)


def _amount_fault(amount: object, share: int | None) -> str:
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount.adjusted() > PLACES:
        return f"the amount {str(amount)[:40]} is not a number of SOL"
    if share is not None:
        return "a share is for sales alone"
    if not amount > 0:
        return f"the amount {plain(amount)} is not above 0"
    if round(amount, PLACES) != amount:
        return f"the amount {plain(amount)} has more than {PLACES} decimal places"
    return ""


def order_invalid(request: Request, _facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse what makes no sense in itself."""
    fault = fault_of(request)
    return Reason(code="order_invalid", text=f"The order is invalid: {fault}.") if fault else None


def audit_unavailable(_request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse everything while decisions can't be written down."""
    if facts.audit_ok is True:
        return None
    return Reason(code="audit_unavailable", text="The decision cannot be written to the audit.")


def kill_switch_active(request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse everything while the kill switch is on, but what a person sells."""
    if facts.killed is False or (request.side is _SELL and request.origin in PERSONS):
        return None
    text = "The kill switch is on: only a person may sell."
    return Reason(code="kill_switch_active", text=text)


def not_armed(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk at a venue while nobody armed the account."""
    if facts.armed is True or (request.mode is _PAPER and not bounds.arm_paper):
        return None
    text = f"The {request.mode} account is not armed: orders are shown, not sent."
    return Reason(code="not_armed", text=text)


def round_changed(request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse an order that was meant for another round."""
    meant, now = request.round_id, facts.round_id
    if meant == now or (request.side is _SELL and (meant is None or now is None)):
        return None
    text = "The order was meant for another round than the one that runs now."
    return Reason(code="round_changed", text=text)


def phase_not_tradeable(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse what the round's phase does not allow."""
    if not bounds.check_phase:
        return None
    phase = facts.phase
    if phase_allows(request.side, phase):
        return None
    verb = "sold" if request.side is _SELL else "bought or bet"
    named = Phase.UNKNOWN if phase is None else phase
    text = f"Nothing can be {verb} while the round's phase is {named}."
    return Reason(code="phase_not_tradeable", text=text)


def feed_stale(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk while the connection is not live, or the newest tick is old."""
    if facts.link_live is not True:
        return Reason(code="feed_stale", text="The feed is not connected, or sends no new ticks.")
    age, limit = facts.tick_age_ms, bounds.tick_age_ms
    if limit is None or (age is not None and age <= limit):
        return None
    known = Decimal(repr(float(0 if age is None else age)))
    return Reason(
        code="feed_stale",
        text=f"The newest tick is {known:.0f} ms old; more than {limit} ms is stale.",
        value=known,
        limit=Decimal(limit),
    )


def measured_age(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the newest tick's age [ms]."""
    return counted(facts.tick_age_ms, bounds.tick_age_ms)


def round_gapped(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk while ticks of the round are missing."""
    missing = 0 if facts.missing is None else facts.missing
    if not bounds.refuse_gapped or missing == 0:
        return None
    return Reason(
        code="round_gapped",
        text=f"{missing} ticks of this round are missing; none may be.",
        value=Decimal(missing),
        limit=Decimal(0),
    )


def measured_gaps(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the missing ticks."""
    return counted(facts.missing, 0 if bounds.refuse_gapped else None)


def recorder_down(_request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse risk while what is received is not written down."""
    if facts.recorder_ok is True:
        return None
    return Reason(code="recorder_down", text="The recorder does not write what is received.")


def unknown_order_pending(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk while nobody knows what became of an order."""
    unknown = facts.unknown or 0
    if not bounds.block_on_unknown or unknown == 0:
        return None
    return Reason(
        code="unknown_order_pending",
        text=f"What became of {unknown} orders is not known; it must be of every one.",
        value=Decimal(unknown),
        limit=Decimal(0),
    )


def measured_unknown(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the orders whose fate is not known."""
    return counted(facts.unknown, 0 if bounds.block_on_unknown else None)


def account_drift(_request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse risk while our ledger and the venue differ."""
    if facts.drifting is False:
        return None
    return Reason(code="account_drift", text="Our ledger and the venue's word differ.")


def circuit_breaker_open(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk while a circuit breaker is open."""
    wait = facts.breaker_ms
    if not bounds.check_breaker or wait is None:
        return None
    return Reason(
        code="circuit_breaker_open",
        text=f"The circuit breaker is open; it is tried again in {seconds(wait)}.",
        value=Decimal(repr(float(wait))),
        limit=Decimal(0),
        unlock=unlocked(facts, wait),
    )


def measured_breaker(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the time until the breaker is tried again [ms]."""
    return counted(facts.breaker_ms or 0, 0 if bounds.check_breaker else None)
