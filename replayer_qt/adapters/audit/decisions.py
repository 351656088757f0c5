"""Takes the gate's recorded decisions again: the same inputs must give the same verdict."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from replayer_qt.adapters.audit.reader import Unknown, record_of
from replayer_qt.core.audit_record import AuditRecord
from replayer_qt.core.declared import Said, build
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.order_events import LimitsStated, OrderGated, OrderRequested
from replayer_qt.core.orders import OrderId, Request
from replayer_qt.core.risk import Limits, evaluate, limits_of
from replayer_qt.core.verdict import Verdict

REQUESTS_KEPT: Final = 4_096
LIMITS_KEPT: Final = 256

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Wanted = OrderRequested | OrderGated | LimitsStated
_DECODER: Final[msgspec.json.Decoder[_Wanted]] = msgspec.json.Decoder(_Wanted, strict=False)
_NAMES: Final = frozenset({"OrderRequested", "OrderGated", "LimitsStated"})


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, as it was recorded and as it is taken now.

    Attributes:
        seq: number of the recorded decision.
        at: when it was taken [RFC 3339].
        was: the recorded verdict; None where it can't be read.
        now: the verdict now; None where it can't be taken again.
        why_not: why it can't be; empty where it can.
    """

    seq: int
    at: str
    order_id: OrderId
    was: Verdict | None
    now: Verdict | None
    why_not: str = ""

    @property
    def is_same(self) -> bool:
        """Whether both agree in all but the limits' digest, which may be meant to differ."""
        if self.now is None or self.was is None:
            return False
        return (self.was.allowed, self.was.reserved, _codes(self.was)) == (
            self.now.allowed,
            self.now.reserved,
            _codes(self.now),
        )

    @property
    def flips(self) -> bool:
        """Whether one allows what the other refuses."""
        if self.now is None or self.was is None:
            return False
        return self.now.allowed is not self.was.allowed


def taken_again(
    lines: Iterable[bytes], overrides: Mapping[str, str] | None = None
) -> Iterator[Again]:
    """Yield every decision of a trail, taken again on the recorded request, facts and limits.

    Args:
        lines: the trail's lines, in order.
        overrides: limits to put in the place of the recorded ones, by name, such as
            `risk.max_order_sol`.

    Raises:
        SettingInvalid: an override is not known or not allowed.
    """
    changed = dict(overrides or {})
    _limits_from(changed)
    requests: dict[OrderId, Request] = {}
    decided: dict[OrderId, None] = {}
    limits: dict[str, Limits | str] = {}
    for line in lines:
        record = record_of(line)
        if isinstance(record, Unknown) or record.event not in _NAMES:
            continue
        try:
            said = _DECODER.decode(record.payload)
        except msgspec.MsgspecError as error:
            if record.event == "OrderGated":
                yield _unreadable(record, str(error))
            continue
        match said:
            case OrderRequested(order_id=order_id, request=request):
                _keep(requests, order_id, request, REQUESTS_KEPT)
            case LimitsStated(digest=digest, limits=named):
                _keep(limits, digest, _restored(digest, named, changed), LIMITS_KEPT)
            case OrderGated(order_id=order_id, verdict=verdict):
                if order_id in decided and not verdict.limits_hash:
                    continue  # an order of an earlier run, brought back: its own line decided it
                _keep(decided, order_id, None, REQUESTS_KEPT)
                request_of = requests.get(order_id)
                yield _again(record, order_id, verdict, request_of, limits.get(verdict.limits_hash))


def _keep(kept: dict[_Key, _Kept], key: _Key, value: _Kept, most: int) -> None:
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]


def _again(
    record: AuditRecord,
    order_id: OrderId,
    was: Verdict,
    request: Request | None,
    limits: Limits | str | None,
) -> Again:
    why_not = ""
    if request is None:
        why_not = "what was asked for is not in these lines"
    elif limits is None:
        why_not = f"the limits {was.limits_hash[:12]} were never stated"
    elif isinstance(limits, str):
        why_not = limits
    now = None
    if request is not None and isinstance(limits, Limits):
        now = evaluate(request, was.facts, limits)
    return Again(seq=record.seq, at=record.at, order_id=order_id, was=was, now=now, why_not=why_not)


def _unreadable(record: AuditRecord, why: str) -> Again:
    name = OrderId(record.correlation_id or "")
    return Again(seq=record.seq, at=record.at, order_id=name, was=None, now=None, why_not=why)


def _restored(digest: str, named: Mapping[str, str], changed: Mapping[str, str]) -> Limits | str:
    try:
        restored = _limits_from(named)
        if restored.digest != digest:
            return f"the limits {digest[:12]} are of another release: their digest differs now"
        return _limits_from({**named, **changed}) if changed else restored
    except SettingInvalid as error:
        return f"the limits {digest[:12]} cannot be restored: {error}"


def _limits_from(named: Mapping[str, str]) -> Limits:
    said = {}
    for dotted, value in named.items():
        section, _, key = dotted.partition(".")
        said[(section, key)] = Said(value=value, where="recorded or given limit", spelt=True)
    settings = build(said)
    return limits_of(settings.risk, settings.trading)


def _codes(verdict: Verdict) -> tuple[str, ...]:
    return tuple(reason.code for reason in verdict.reasons)
