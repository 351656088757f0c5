"""One line of the audit trail as a typed record that cannot be made without its evidence."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.orders import Mode
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

SCHEMA: Final = 1
"""Raised whenever a line's members change; readers know all versions up to this one."""

NO_LINE: Final = "0" * 64
"""What the first line of all names as the line before it."""

DESK: Final = "desk"
"""Whose decision it is where neither a person nor a strategy decided: the program's own."""

EARLIER: Final = "earlier-run"
"""Whose decision it is of an order that was asked for in an earlier run; that one's lines say."""

NAMELESS: Final = "nameless"
"""What a line says where an order named no asker, or not itself; the gate refuses such an order."""

_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MAY_BE_MISSING: Final = frozenset({"model_hash", "limits_hash"})
_NOBODY: Final = frozenset({"", "unknown"})


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was decided or happened, with all that tells when, by whom and upon what.

    Attributes:
        schema: the version of this shape.
        seq: from 1, without gaps, over all files and runs.
        event_id: a UUID of version 7, unique for ever, never smaller than the one before.
        at: when [RFC 3339 with offset, to the nanosecond].
        at_ns: the same [ns since the Unix epoch, UTC].
        mono_ns: the same on the monotonic clock [ns].
        clock_offset_ns: how far the wall clock is known to be off [ns]; None: not measured.
        app_version: the release that wrote it.
        revision: the source's revision; empty in a build.
        run_id: the run of the program.
        profile: the profile it ran in.
        account: the stream whose account it concerns; `desk` where it concerns none.
        mode: whose money that is; None where no order and no account is concerned.
        strategy_id: who decided: `manual` for a person, `desk` for the program itself.
        param_hash: SHA-256 of the strategy's parameters [64 hex digits]; a person has none, which
            is the digest of the empty set of parameters.
        model_hash: SHA-256 of the model asked [64 hex digits]; None where there was none.
        limits_hash: SHA-256 of the limits in force [64 hex digits]; None before they were stated.
        correlation_id: the order's name; None where no order is concerned.
        event: the event's kind; the trail's own begin with an underscore.
        payload: the event, as JSON.
        prev: the digest of the line before [64 hex digits].
        digest: SHA-256 of the line without this member [64 hex digits].
    """

    schema: int
    seq: int
    event_id: str
    at: str
    at_ns: Nanos
    mono_ns: Nanos
    clock_offset_ns: int | None
    app_version: str
    revision: str
    run_id: str
    profile: str
    account: str
    mode: Mode | None
    strategy_id: str
    param_hash: str
    model_hash: str | None
    limits_hash: str | None
    correlation_id: str | None
    event: str
    payload: msgspec.Raw
    prev: str
    digest: str = msgspec.field(name="hash")

    def __post_init__(self) -> None:
        """Refuse what proves nothing; a ValueError names the member."""
        if self.schema != SCHEMA or self.seq < 1:
            raise ValueError(f"schema {self.schema} and seq {self.seq} make no record")
        if not _UUID7.fullmatch(self.event_id):
            raise ValueError(f"event_id {self.event_id!r} is no UUID of version 7")
        for name in ("app_version", "run_id", "profile", "account", "event"):
            require_name(name, getattr(self, name))
        require_name("strategy_id", self.strategy_id)
        if self.correlation_id is not None:
            require_name("correlation_id", self.correlation_id)
        for name in ("param_hash", "model_hash", "limits_hash", "prev", "digest"):
            value = getattr(self, name)
            is_missing = value is None and name in _MAY_BE_MISSING
            if not is_missing and not is_digest(value):
                raise ValueError(f"{name} {value!r} is no SHA-256")
        _require_moment(self.at, self.at_ns)


def is_name(value: object) -> bool:
    """Return whether `value` names somebody or something: no blank, no word for "I don't know"."""
    return isinstance(value, str) and value.strip().lower() not in _NOBODY


def is_digest(value: object) -> bool:
    """Return whether `value` is a SHA-256 in small hexadecimal digits."""
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def require_name(member: str, value: str) -> None:
    """Return if `value` names somebody or something.

    Raises:
        ValueError: it does not.
    """
    if not is_name(value):
        raise ValueError(f"{member} {value!r} names nobody")


def _require_moment(at: str, at_ns: int) -> None:
    moment = datetime.fromisoformat(at)  # a ValueError of its own
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"at {at!r} has no offset from UTC")
    if moment.replace(microsecond=0) != datetime.fromtimestamp(at_ns // NANOS_PER_SECOND, UTC):
        raise ValueError(f"at {at!r} is not at_ns {at_ns}")


def canonical(params: Mapping[str, object]) -> bytes:
    """Return parameters as JSON that is the same whatever order they were given in.

    Raises:
        ValueError: a number among them is infinite, or none.
        TypeError: something among them has no JSON.

    >>> canonical({"b": Decimal("1.50"), "a": 1})
    b'{"a":1,"b":"1.50"}'
    """
    return json.dumps(
        params, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_text
    ).encode()


def _as_text(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    raise TypeError(f"{value!r} is no parameter")


def param_hash(params: Mapping[str, object]) -> str:
    """Return the SHA-256 of parameters [64 hex digits]; the same everywhere, in any order.

    >>> param_hash({"a": 1, "b": 2}) == param_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical(params)).hexdigest()


NO_PARAMS: Final = hashlib.sha256(b"{}").hexdigest()
"""The digest of no parameters at all: a person's."""
