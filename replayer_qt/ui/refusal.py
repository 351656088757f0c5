"""Why the gate refuses, in the few words that a button has room for."""

from typing import Final

from replayer_qt.core.units import NANOS_PER_MILLISECOND
from replayer_qt.core.verdict import Reason, Verdict
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean

_BRIEF: Final = {
    "risk_input_missing": "something is not known",
    "audit_unavailable": "the audit can't be written",
    "kill_switch_active": "the kill switch is on",
    "not_armed": "not armed",
    "round_changed": "another round has begun",
    "phase_not_tradeable": "not in this phase of a round",
    "feed_stale": "prices are stale",
    "round_gapped": "ticks are missing",
    "recorder_down": "the recorder is at fault",
    "unknown_order_pending": "an order's fate is unknown",
    "account_drift": "ledger and venue differ",
    "no_position": "nothing to sell",
    "sale_under_way": "a sale is under way",
    "side_bet_open": "a side bet is open",
    "side_bet_cooldown": "too soon after a bet",
    "duplicate_order": "the same order went just now",
    "price_collar": "the price has jumped",
    "order_too_small": "too small",
    "order_too_large": "too large",
    "insufficient_balance": "not enough money",
    "order_rate_second": "too many orders a second",
    "order_rate_minute": "too many orders a minute",
    "automated_limit": "limit of automated orders",
    "live_cap_reached": "cap on real money",
    "max_position_limit_reached": "position limit",
    "exposure_limit_reached": "exposure limit",
    "per_trade_loss_limit_exceeded": "loss limit of a trade",
    "daily_loss_limit_exceeded": "daily loss limit",
    "drawdown_limit_exceeded": "drawdown limit",
    "losing_streak": "losing streak",
    "cool_down_active": "cooling down",
    "circuit_breaker_open": "circuit breaker open",
}
_WITHOUT_NUMBERS: Final = frozenset(
    {"no_position", "sale_under_way", "side_bet_open", "unknown_order_pending", "round_gapped"}
)
_AGES: Final = {
    "duplicate_order": "the same order went",
    "feed_stale": "prices are stale: the last came",
}


def brief(reason: Reason, *, replayed: bool = False) -> str:
    """Return one reason in a few words, with its numbers where these say more.

    Args:
        reason: what the gate said.
        replayed: whether the times in it are a recording's.
    """
    words = _BRIEF.get(reason.code)
    if words is None:
        return clean(reason.text)
    if reason.value is None or reason.limit is None or reason.code in _WITHOUT_NUMBERS:
        return words
    if reason.code in _AGES:
        where = " in the recording" if replayed else ""
        return f"{_AGES[reason.code]} {reason.value:.0f} ms ago{where}, limit {reason.limit:.0f} ms"
    if reason.code == "circuit_breaker_open":
        return f"{words} for {fmt.seconds(int(reason.value) * NANOS_PER_MILLISECOND)}"
    return f"{words}: {fmt.exact(reason.value)}, limit {fmt.exact(reason.limit)}"


def refusal(verdict: Verdict, *, replayed: bool = False) -> str:
    """Return the first reason in a few words, and how many there are besides."""
    if not verdict.reasons:
        return "not allowed"
    more = len(verdict.reasons) - 1
    return brief(verdict.reasons[0], replayed=replayed) + (f" (+{more} more)" if more else "")


def every_reason(verdict: Verdict) -> str:
    """Return all reasons as the gate words them, on one line."""
    return " · ".join(clean(reason.text) for reason in verdict.reasons)
