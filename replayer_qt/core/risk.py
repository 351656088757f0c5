"""The gate: a pure function of an order, the facts and the limits; it fails closed."""

import msgspec

from replayer_qt.core.orders import Request
from replayer_qt.core.settings import RiskSettings, TradingSettings
from replayer_qt.core.verdict import Facts, Headroom, Verdict


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits that are in force.

    Attributes:
        digest: SHA-256 of all of them [64 hex digits]; computed once, by `limits_of`.
    """

    risk: RiskSettings
    trading: TradingSettings
    digest: str


def limits_of(risk: RiskSettings, trading: TradingSettings) -> Limits:
    """Return the limits with their digest; the same limits have the same one everywhere."""
    raise NotImplementedError


def evaluate(request: Request, facts: Facts, limits: Limits) -> Verdict:
    """Return whether the order may leave; every rule is looked at. Never raises."""
    raise NotImplementedError


def headrooms(facts: Facts, limits: Limits) -> tuple[Headroom, ...]:
    """Return how far each rule is from refusing the smallest order, in the rules' order."""
    raise NotImplementedError
