"""The gate: a pure function of an order, the facts, the limits and the time; it fails closed."""

from decimal import Decimal

import msgspec

from replayer_qt.core.account import Account
from replayer_qt.core.arming import Arming
from replayer_qt.core.events import Link
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.orders import Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk_memory import RiskMemory
from replayer_qt.core.settings import RiskSettings
from replayer_qt.core.units import Nanos, RoundId
from replayer_qt.core.verdict import Headroom, Verdict


class RiskFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the gate may look at; None means that it is not known, which refuses.

    Attributes:
        now: the moment of the decision on the monotonic clock [ns].
        day: the UTC day of the decision [days since the Unix epoch].
        killed: whether the kill switch is on.
        audit_ok: whether decisions can be written down.
        recorder_ok: whether what is received is being written down, where that is wanted.
        link: the feed's word on its connection; a replay's is LIVE.
        tick_age_ms: age of the newest tick, or of the countdown's newest word [ms].
        missing: ticks of this round that are known to be missing and not filled in.
        phase: where the round stands.
        round_id: the running round.
        tick: its newest tick; -1 in the countdown.
        price: its newest price [multiplier]; 1 in the presale.
        breaker_retry_ms: None while no circuit breaker is open, else the time until it is tried
            again [ms].
    """

    now: Nanos
    day: int | None
    killed: bool | None
    audit_ok: bool | None
    recorder_ok: bool | None
    link: Link | None
    tick_age_ms: float | None
    missing: int | None
    phase: Phase | None
    round_id: RoundId | None
    tick: int | None
    price: Decimal | None
    account: Account | None
    book: OrderBook | None
    arming: Arming | None
    memory: RiskMemory | None
    drifting: bool | None
    breaker_open: bool | None = False
    breaker_retry_ms: float | None = None
    replay: bool = False


def evaluate(request: Request, facts: RiskFacts, limits: RiskSettings) -> Verdict:
    """Return whether the order may leave; every rule is looked at, and never raises."""
    raise NotImplementedError


def headrooms(facts: RiskFacts, limits: RiskSettings) -> tuple[Headroom, ...]:
    """Return how far each rule is from refusing the smallest order, in the rules' order."""
    raise NotImplementedError
