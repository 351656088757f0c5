"""Whether orders may leave: SAFE, READY, ARMED for a time, IN_FLIGHT, HALT.

Arming is a person's, for one account, for a time, and never restored. A fault halts; only a person
who has read why can arm again. All decisions are pure: the event to make, or why not.
"""

import math
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.events import Event
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.order_events import AccountOpened, ArmingChanged, ArmState
from replayer_qt.core.orders import Mode, OrderSide, OrderState
from replayer_qt.core.risk import Limits, evaluate, smallest_order
from replayer_qt.core.risk_caps import caps_for
from replayer_qt.core.risk_memory import ARMED_BY_A_PERSON, MINUTE, RiskMemory, rejects_since
from replayer_qt.core.risk_readiness import TRADEABLE
from replayer_qt.core.risk_rule import plain, sol
from replayer_qt.core.settings import RiskSettings
from replayer_qt.core.trade_commands import AcknowledgeHalt, Arm, Disarm
from replayer_qt.core.units import NANOS_PER_SECOND, Moment, Nanos, StreamId
from replayer_qt.core.verdict import Facts

LONGEST_MINUTES: Final = 60.0
"""No setting and no person can arm for longer [min]."""

GREEN_S: Final = 10.0
"""How long all checks must have been green before arming for real money [s]."""

GREEN: Final = "checks-green"
"""The code of the event from which on all checks are green."""

INCIDENTS: Final = {
    "clock-jump": "the clock jumped, or the machine slept",
    "gui-stall": "the window stood still for more than a second",
    "crash": "an error of this program was caught",
}
"""What only the machinery around can notice, by the code that it tells; each halts."""

_ARMED: Final = frozenset({ArmState.ARMED, ArmState.IN_FLIGHT})
_IN_FLIGHT: Final = frozenset({OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.UNKNOWN})
_CHECKED: Final = frozenset(
    {
        "risk_input_missing",
        "audit_unavailable",
        "kill_switch_active",
        "round_gapped",
        "recorder_down",
        "unknown_order_pending",
        "account_drift",
        "daily_loss_limit_exceeded",
        "drawdown_limit_exceeded",
        "circuit_breaker_open",
    }
)


class Arming(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How far one account is from sending orders.

    Attributes:
        until: when arming ends by itself [monotonic ns].
        reason: why it stands as it does, in plain words.
        code: the reason's stable short name.
        green_since: since when all checks have been green [monotonic ns]; None while one is not.
    """

    state: ArmState = ArmState.SAFE
    until: Nanos | None = None
    reason: str = "every start begins safe"
    code: str = "start"
    green_since: Nanos | None = None

    @property
    def is_armed(self) -> bool:
        """Whether orders may leave."""
        return self.state in _ARMED

    def is_armed_at(self, mono: Nanos) -> bool:
        """Return whether orders may leave at `mono` [monotonic ns]: armed, and not run out."""
        return self.state in _ARMED and self.until is not None and mono < self.until


def fold_arming(arming: Arming, event: Event) -> Arming:
    """Return the arming after `event`."""
    match event:
        case ArmingChanged(state=state, until=until, reason=reason, code=code):
            green = arming.green_since
            if state in {ArmState.SAFE, ArmState.HALT}:
                green = event.mono if code == GREEN else None
            return replace(
                arming, state=state, until=until, reason=reason, code=code, green_since=green
            )
        case AccountOpened() if arming.state is not ArmState.HALT:
            return Arming()
        case _:
            return arming


def shown_state(arming: Arming, book: OrderBook) -> ArmState:
    """Return the state for people: `IN_FLIGHT` while armed and an order is at its venue."""
    if arming.state is ArmState.ARMED and book.in_state(*_IN_FLIGHT):
        return ArmState.IN_FLIGHT
    return arming.state


def checks(facts: Facts, limits: Limits, mode: Mode) -> tuple[str, ...]:
    """Return every check that is not green, in plain words; none when all are."""
    verdict = evaluate(smallest_order(facts, limits, OrderSide.SIDE_BET, mode), facts, limits)
    found = [reason.text for reason in verdict.reasons if reason.code in _CHECKED]
    if _is_stale(facts, limits):
        found.append("The feed is not connected, or its newest tick is old.")
    return tuple(found)


def phrase_for(mode: Mode, risk: RiskSettings) -> str:
    """Return what must be typed to arm; empty where a click is enough.

    >>> phrase_for(Mode.LIVE, RiskSettings())
    'ARM LIVE 0.01 SOL'
    """
    caps = caps_for(mode, risk)
    return "" if caps is None else f"ARM LIVE {sol(caps.order)}"


def arm(
    arming: Arming, command: Arm, facts: Facts, limits: Limits, mode: Mode, now: Moment
) -> ArmingChanged | tuple[str, ...]:
    """Return the event that arms (or arms anew, for longer), or every reason why not."""
    why: list[str] = []
    if arming.state is ArmState.HALT:
        why.append(f"The halt must be acknowledged first: {arming.reason}.")
    why += checks(facts, limits, mode)
    phrase = phrase_for(mode, limits.risk)
    if phrase and command.phrase.strip() != phrase:
        why.append(f"Real money needs the words {phrase!r} typed.")
    if phrase and not arming.is_armed and not _is_green_long(arming, now.mono):
        why.append(f"All checks must have been green for {GREEN_S:.0f} s.")
    asked = limits.trading.arm_minutes if command.minutes is None else command.minutes
    if not (math.isfinite(asked) and asked > 0):
        why.append(f"Nothing can be armed for {asked} minutes: it must be more than 0.")
    if why:
        return tuple(why)
    minutes = min(asked, LONGEST_MINUTES)
    until = Nanos(now.mono + round(minutes * 60 * NANOS_PER_SECOND))
    return _changed(
        command.stream, now, ArmState.ARMED, f"armed for {minutes:g} min",
        code=ARMED_BY_A_PERSON, until=until,
    )  # fmt: skip


def disarm(arming: Arming, command: Disarm, now: Moment) -> ArmingChanged | None:
    """Return the event that disarms because it was asked for; None if there is nothing to do."""
    if not arming.is_armed and arming.state is not ArmState.READY:
        return None
    return _changed(command.stream, now, ArmState.SAFE, "asked for", code="asked")


def acknowledge(arming: Arming, command: AcknowledgeHalt, now: Moment) -> ArmingChanged | None:
    """Return the event by which a person has read why it was halted; None if it is not."""
    if arming.state is not ArmState.HALT:
        return None
    reason = f"a person has read: {arming.reason}"
    return _changed(command.stream, now, ArmState.SAFE, reason, code="acknowledged")


def watch(
    stream: StreamId, arming: Arming, facts: Facts, limits: Limits, mode: Mode, now: Moment
) -> ArmingChanged | None:
    """Return the step between SAFE and READY that is due; None when none is.

    Real money is ready after the checks were green for a while, the rest at once.
    """
    if arming.state not in {ArmState.SAFE, ArmState.READY}:
        return None
    why = checks(facts, limits, mode)
    if why:
        if arming.state is ArmState.SAFE and arming.green_since is None:
            return None
        return _changed(stream, now, ArmState.SAFE, why[0], code="not-green")
    if arming.state is ArmState.READY:
        return None
    if mode is not Mode.LIVE or _is_green_long(arming, now.mono):
        return _changed(stream, now, ArmState.READY, "all checks are green", code="ready")
    if arming.green_since is not None:
        return None
    return _changed(stream, now, ArmState.SAFE, "all checks are green", code=GREEN)


def auto_disarm(  # noqa: PLR0913 - each is something else that may have happened
    stream: StreamId,
    arming: Arming,
    memory: RiskMemory,
    facts: Facts,
    limits: Limits,
    mode: Mode,
    now: Moment,
    *,
    incident: str = "",
    settings_changed: bool = False,
) -> ArmingChanged | None:
    """Return the event that disarms by itself, if a reason to is there; None otherwise.

    Args:
        stream: whose account it is.
        arming: as it stands.
        memory: of the same account.
        facts: as they are now.
        limits: in force.
        mode: of the account.
        now: the moment.
        incident: one of `INCIDENTS`, if the machinery around noticed one.
        settings_changed: whether settings changed while armed.
    """
    if not arming.is_armed:
        return None
    fault = (incident, INCIDENTS.get(incident, incident)) if incident else None
    fault = fault or _fault(memory, facts, limits, mode, now)
    if fault is not None:
        return _changed(stream, now, ArmState.HALT, fault[1], code=fault[0])
    if settings_changed:
        return _changed(stream, now, ArmState.SAFE, "the settings changed", code="settings-changed")
    if not arming.is_armed_at(now.mono):
        return _changed(stream, now, ArmState.SAFE, "the time is over", code="ttl")
    return None


def _fault(
    memory: RiskMemory, facts: Facts, limits: Limits, mode: Mode, now: Moment
) -> tuple[str, str] | None:
    """The first fault that halts: its code and its words."""
    rejects = rejects_since(memory, now.mono - MINUTE)
    most = limits.risk.rejects_per_minute
    found = (
        (facts.killed is not False, "kill-switch", "the kill switch is on"),
        (facts.audit_ok is not True, "audit-error", "decisions cannot be written down"),
        (facts.recorder_ok is not True, "recorder-error", "the recorder does not write"),
        (bool(facts.unknown), "unknown-order", "what became of an order is not known"),
        (facts.drifting is not False, "drift", "our ledger and the venue differ"),
        (
            most > 0 and rejects >= most,
            "rejects",
            f"{rejects} orders were rejected within a minute, of at most {most}",
        ),
        (
            _is_stale(facts, limits),
            "feed-stale",
            "the feed is not connected, or its newest tick is old",
        ),
    )
    for is_so, code, words in found:
        if is_so:
            return code, words
    return _loss_or_cap(facts, limits, mode)


def _loss_or_cap(facts: Facts, limits: Limits, mode: Mode) -> tuple[str, str] | None:
    bounds = limits.bounds
    if facts.day_result is None or facts.drawdown is None:
        return "not-known", "what the account has lost is not known"
    if bounds.daily_loss is not None and -facts.day_result >= bounds.daily_loss:
        return "daily-loss", f"today's loss has reached {sol(bounds.daily_loss)}"
    if bounds.drawdown is not None and facts.drawdown >= bounds.drawdown:
        return "drawdown", f"the session fell {sol(bounds.drawdown)} from its peak"
    caps = caps_for(mode, limits.risk)
    if caps is None:
        return None
    if facts.orders is None or facts.turnover is None or facts.session_result is None:
        return "not-known", "what this session did is not known"
    if facts.orders >= caps.orders:
        return "orders-cap", f"{facts.orders} orders, of at most {caps.orders}"
    if facts.turnover >= caps.turnover:
        return (
            "turnover-cap",
            f"{plain(facts.turnover)} of at most {sol(caps.turnover)} turned over",
        )
    if -facts.session_result >= caps.loss:
        return "loss-cap", f"the session lost {sol(caps.loss)}"
    return None


def _is_stale(facts: Facts, limits: Limits) -> bool:
    if facts.link_live is not True:
        return True
    limit, age = limits.bounds.tick_age_ms, facts.tick_age_ms
    if limit is None or facts.phase not in TRADEABLE:
        return False  # between two rounds nothing is told for a while
    return age is None or not age <= limit


def _is_green_long(arming: Arming, mono: Nanos) -> bool:
    since = arming.green_since
    return since is not None and mono - since >= GREEN_S * NANOS_PER_SECOND


def _changed(
    stream: StreamId,
    now: Moment,
    state: ArmState,
    reason: str,
    *,
    code: str,
    until: Nanos | None = None,
) -> ArmingChanged:
    return ArmingChanged(
        at=now.at, mono=now.mono, stream=stream, state=state, reason=reason, until=until, code=code
    )
