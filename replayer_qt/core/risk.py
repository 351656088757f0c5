"""The gate: a pure function of an order, the facts and the limits; it fails closed.

Every rule that concerns an order is looked at, in the order of `risk_rules.RULES`; the first that
refuses is the verdict's code, and all of them are its reasons. What can only lessen the risk is
looked at by few rules: see docs/risk.md.
"""

import hashlib
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.money import NOTHING
from replayer_qt.core.orders import Mode, OrderId, OrderSide, Origin, Request
from replayer_qt.core.risk_bounds import Bounds, bounds_of
from replayer_qt.core.risk_known import MISSING
from replayer_qt.core.risk_rules import RULES, judges_of
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.units import StreamId
from replayer_qt.core.verdict import Facts, Headroom, Reason, Verdict

_SMALLEST: Final = Decimal("0.001")
"""What the headroom is told for where no smallest order is set [SOL]."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits that are in force; made by `limits_of`.

    Attributes:
        digest: SHA-256 of all of them [64 hex digits]; computed once, by `limits_of`.
        bounds: the same as the rules compare them.
    """

    risk: RiskSettings
    trading: TradingSettings
    digest: str
    bounds: Bounds


def limits_of(risk: RiskSettings, trading: TradingSettings) -> Limits:
    """Return the limits with their digest; the same limits have the same one everywhere."""
    lines = "\n".join(f"{name}={value}" for name, value in sorted(_named(risk, trading).items()))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return Limits(risk=risk, trading=trading, digest=digest, bounds=bounds_of(risk, trading))


def named_limits(limits: Limits) -> dict[str, str]:
    """Return every limit by its setting's name, as the settings file writes it.

    The digest is the SHA-256 of these, sorted, as lines `name=value` without a last line break.

    >>> named_limits(limits_of(RiskSettings(), TradingSettings()))["risk.max_order_sol"]
    '1.0'
    """
    return _named(limits.risk, limits.trading)


def evaluate(request: Request, facts: Facts, limits: Limits) -> Verdict:
    """Return whether the order may leave; every rule is looked at. Never raises."""
    bounds = limits.bounds
    judges = judges_of(request)
    try:
        reasons = tuple(
            [reason for judge in judges if (reason := judge(request, facts, bounds)) is not None]
        )
    except Exception:  # noqa: BLE001 - whatever a rule stumbles over is a reason to refuse
        reasons = _one_by_one(request, facts, bounds)
    if reasons:
        return Verdict(allowed=False, facts=facts, reasons=reasons, limits_hash=limits.digest)
    reserved = NOTHING if request.amount is None else request.amount
    return Verdict(allowed=True, facts=facts, reserved=reserved, limits_hash=limits.digest)


def headrooms(facts: Facts, limits: Limits, mode: Mode = Mode.PAPER) -> tuple[Headroom, ...]:
    """Return how far each rule is from refusing the smallest order, in the rules' order."""
    refused = {
        reason.code
        for side in OrderSide
        for reason in evaluate(smallest_order(facts, limits, side, mode), facts, limits).reasons
    }
    return tuple(
        Headroom(
            code=rule.code,
            title=rule.title,
            value=measure.value,
            limit=measure.limit,
            unit=rule.unit,
            left=measure.left,
            ok=rule.code not in refused,
        )
        for rule in RULES
        for measure in (rule.measure(facts, limits.bounds),)
    )


def smallest_order(facts: Facts, limits: Limits, side: OrderSide, mode: Mode) -> Request:
    """Return the smallest order that a person could ask for now, to try the rules with."""
    selling = side is OrderSide.SELL
    return Request(
        order_id=OrderId("headroom"),
        stream=StreamId("headroom"),
        mode=mode,
        side=side,
        amount=None if selling else limits.bounds.min_order or _SMALLEST,
        share=1 if selling else None,
        round_id=facts.round_id,
        tick=-1 if facts.tick is None else facts.tick,
        price=facts.price,
        origin=Origin.HAND,
        strategy_id="manual",
        confirmed=True,
    )


def _named(risk: RiskSettings, trading: TradingSettings) -> dict[str, str]:
    found: dict[str, str] = {}
    for section, settings in (("risk", risk), ("trading", trading)):
        for field in msgspec.structs.fields(settings):
            value = getattr(settings, field.name)
            # a whole number may stand where a float is meant, and is the same limit
            value = float(value) if isinstance(field.default, float) else value
            found[f"{section}.{field.name}"] = str(value).lower()
    return found


def _one_by_one(request: Request, facts: Facts, bounds: Bounds) -> tuple[Reason, ...]:
    """Every reason though some rules fail; a rule that fails refuses, and is named."""
    reasons: list[Reason] = []
    failed: list[Reason] = []
    for judge in judges_of(request):
        try:
            reason = judge(request, facts, bounds)
        except Exception as error:  # noqa: BLE001 - as above
            text = f"The rule {judge.__name__} failed ({type(error).__name__}): nothing may leave."
            failed.append(Reason(code=MISSING, text=text))
            continue
        if reason is not None:
            reasons.append(reason)
    # a rule may well stumble over what was found wrong before
    explained = any(reason.code in _EXPLAINS for reason in reasons)
    return tuple(reasons) if explained else (*failed, *reasons)


_EXPLAINS: Final = frozenset({"order_invalid", MISSING})
