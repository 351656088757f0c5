"""The gate's word on one order: allowed or not, with every reason, number and unlock time."""

from decimal import Decimal

import msgspec

from replayer_qt.core.phase import Phase
from replayer_qt.core.units import Nanos, RoundId

RULES_VERSION = 1
"""Raised whenever a rule decides differently on the same inputs."""


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class Headroom(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """All that the gate looks at, as plain numbers; None means not known, which refuses risk.

    Enough to decide again, so that a recorded decision can be checked.

    Attributes:
        now: the moment of the decision on the monotonic clock [ns].
        killed: whether the kill switch is on.
        audit_ok: whether decisions can be written down.
        recorder_ok: whether what is received is written down, where that is wanted.
        armed: whether the account is armed.
        link_live: whether the feed is connected and not stale; a replay's always is.
        tick_age_ms: age of the newest tick, or of the countdown's newest word [ms].
        missing: ticks of this round known to be missing.
        round_id, phase, tick, price: the running round, its phase, newest tick and price
            [multiplier]; the price is 1 in the presale.
        cash: free money [SOL].
        quantity: units held, and `basis` what they cost [SOL].
        stake: of the open side bet [SOL]; 0 when there is none. `bet_end` is its last tick, and
            the newest one's when it is closed; -1 when there was none in this round.
        pending: what buys and stakes under way may still cost [SOL]; `pending_buys` of these the
            buys; unknown orders count as spent.
        pending_bet: whether a side bet is under way.
        selling: percent of the holding that sales under way sell; `selling_unknown` the same of
            sales whose fate is not known.
        unknown: orders whose fate is not known.
        drifting: whether our ledger and the venue differ.
        day_result: result of this UTC day, unrealised included [SOL].
        drawdown: fall of the session's equity from its peak [SOL], positive.
        losing_streak: losses in a row; `lost_ms` how long ago the last one was [ms], and
            `lost_ticks` how many ticks ago in this round; None when there was none.
        same_ms: how long ago the same order (side and size) was allowed last [ms]; None: never.
        same_tick: whether the strategy was allowed an order of this side at this tick before.
        last_second, last_minute: orders allowed in that time; `second_frees_ms` and
            `minute_frees_ms` when the oldest leaves the window [ms].
        automated: automated orders since a person allowed them last.
        breaker_ms: None while no circuit breaker is open, else time until it is tried again [ms].
        orders: orders allowed since the session began; `turnover` what its buys and stakes came
            to [SOL], `session_result` what it brought, unrealised included [SOL]; `in_flight`
            orders under way, and `last_ms` how long ago the last one was allowed [ms].
    """

    now: Nanos = Nanos(0)
    killed: bool | None = None
    audit_ok: bool | None = None
    recorder_ok: bool | None = None
    armed: bool | None = None
    link_live: bool | None = None
    tick_age_ms: float | None = None
    missing: int | None = None
    round_id: RoundId | None = None
    phase: Phase | None = None
    tick: int | None = None
    price: Decimal | None = None
    cash: Decimal | None = None
    quantity: Decimal | None = None
    basis: Decimal | None = None
    stake: Decimal | None = None
    bet_end: int | None = None
    pending: Decimal | None = None
    pending_buys: Decimal | None = None
    pending_bet: bool | None = None
    selling: int | None = None
    selling_unknown: int = 0
    unknown: int | None = None
    drifting: bool | None = None
    day_result: Decimal | None = None
    drawdown: Decimal | None = None
    losing_streak: int | None = None
    lost_ms: float | None = None
    lost_ticks: int | None = None
    same_ms: float | None = None
    same_tick: bool = False
    last_second: int | None = None
    last_minute: int | None = None
    second_frees_ms: float = 0.0
    minute_frees_ms: float = 0.0
    automated: int | None = None
    breaker_ms: float | None = None
    orders: int | None = None
    turnover: Decimal | None = None
    session_result: Decimal | None = None
    in_flight: int | None = None
    last_ms: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the gate decided.

    Attributes:
        allowed: whether the order may leave.
        facts: all that was decided upon; with the request and the limits enough to decide again.
        reasons: every rule that refuses, the first one first in the rules' order; empty if allowed.
        reserved: the most that it can cost [SOL]; reserved by an approval, at once.
        limits_hash: SHA-256 of the limits that were applied [64 hex digits].
        rules_version: the version of the rules.
    """

    allowed: bool
    facts: Facts
    reasons: tuple[Reason, ...] = ()
    reserved: Decimal = Decimal(0)
    limits_hash: str = ""
    rules_version: int = RULES_VERSION

    @property
    def code(self) -> str:
        """The first reason's code, or `approved`."""
        return self.reasons[0].code if self.reasons else "approved"
