"""The gate's word on one order: allowed or not, with every reason, number and unlock time."""

from decimal import Decimal

import msgspec

from replayer_qt.core.units import Nanos

RULES_VERSION = 1
"""Raised whenever a rule decides differently on the same inputs."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that refuses.

    Attributes:
        code: the rule's stable name, such as `daily_loss_limit_exceeded`.
        text: why, in plain words, with both numbers.
        value: what was measured, as a number in its unit; None where there is none.
        limit: what it was measured against.
        unlock: when it would be allowed, if that is known [ns on the gate's clock].
    """

    code: str
    text: str
    value: Decimal | None = None
    limit: Decimal | None = None
    unlock: Nanos | None = None


class Headroom(msgspec.Struct, frozen=True, kw_only=True):
    """How far one rule is from refusing.

    Attributes:
        value: what is measured now; None where it cannot be known.
        limit: where it refuses; None when the rule is off.
        unit: `SOL`, `s`, `ms`, `ticks`, `orders`, `%` or empty.
        left: what is left, in the same unit; None where that means nothing.
        ok: whether it would let an order of the smallest size pass.
    """

    code: str
    title: str
    value: Decimal | None
    limit: Decimal | None
    unit: str
    left: Decimal | None
    ok: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate decided.

    Attributes:
        allowed: whether the order may leave.
        reasons: every rule that refuses, the first one first in the rules' order; empty if allowed.
        reserved: the most that it can cost [SOL]; reserved by an approval, at once.
        passed: rules that were looked at and let it pass, by code.
        inputs: all that was decided upon, as text, enough to decide again.
        limits_hash: SHA-256 of the limits that were applied [64 hex digits].
        rules_version: the version of the rules.
    """

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    reserved: Decimal = Decimal(0)
    passed: tuple[str, ...] = ()
    inputs: dict[str, str] = {}  # msgspec copies an empty default
    limits_hash: str = ""
    rules_version: int = RULES_VERSION

    @property
    def code(self) -> str:
        """The first reason's code, or `approved`."""
        return self.reasons[0].code if self.reasons else "approved"
