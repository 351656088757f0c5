"""Limits that contradict each other: found before they are used, with both fields named.

A limit of 0 is off, and contradicts nothing.
"""

from typing import Final

import msgspec

from replayer_qt.core.settings import Settings

Name = tuple[str, str]
"""A section's name and a key's."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two settings that can't both hold.

    Attributes:
        fields: the two, as section and key; either may be changed.
        text: what is wrong, with both values.
        remedy: what would mend it.
    """

    fields: tuple[Name, Name]
    text: str
    remedy: str


class _Must(msgspec.Struct, frozen=True):
    """A relation between two limits."""

    low: Name
    high: Name
    why: str


_RISK: Final = "risk"
_AMOUNT: Final = ("trading", "amount")
_MIN: Final = (_RISK, "min_order_sol")
_MAX: Final = (_RISK, "max_order_sol")
_TRADE: Final = (_RISK, "max_loss_per_trade_sol")
_POSITION: Final = (_RISK, "max_position_sol")
_EXPOSURE: Final = (_RISK, "max_exposure_sol")
_DAY: Final = (_RISK, "max_daily_loss_sol")
_DRAWDOWN: Final = (_RISK, "max_drawdown_sol")
_CASH: Final = ("paper", "cash")
_SECOND: Final = (_RISK, "orders_per_second")
_MINUTE: Final = (_RISK, "orders_per_minute")

_REFUSED: Final = "every such order would be refused"
_NEVER: Final = "the larger one could never be reached"

_RELATIONS: Final[tuple[_Must, ...]] = (
    _Must(_MIN, _AMOUNT, "the ticket's first order would be refused"),
    _Must(_AMOUNT, _MAX, "the ticket's first order would be refused"),
    _Must(_AMOUNT, _TRADE, "the ticket's first order would be refused"),
    _Must(_AMOUNT, _POSITION, "the ticket's first order would be refused"),
    _Must(_AMOUNT, _EXPOSURE, "the ticket's first order would be refused"),
    _Must(_AMOUNT, _CASH, "the ticket's first order would be refused"),
    _Must(_MIN, _MAX, "every order would be refused"),
    _Must(_MIN, _TRADE, "every order would be refused"),
    _Must(_MIN, _POSITION, "every buy would be refused"),
    _Must(_MIN, _EXPOSURE, "every order would be refused"),
    _Must(_MAX, _TRADE, _REFUSED),
    _Must(_MAX, _POSITION, _REFUSED),
    _Must(_MAX, _EXPOSURE, _REFUSED),
    _Must(_POSITION, _EXPOSURE, _NEVER),
    _Must(_TRADE, _DAY, "one order could lose more than the whole day may"),
    _Must(_TRADE, _DRAWDOWN, "one order could lose more than the whole session may"),
    _Must(_SECOND, _MINUTE, "a second could hold more orders than its minute"),
)


def contradictions(settings: Settings) -> tuple[Contradiction, ...]:
    """Return every pair of limits that contradict each other; none when they make sense."""
    return tuple(
        _told(settings, must)
        for must in _RELATIONS
        if not _holds(_value(settings, must.low), _value(settings, must.high))
    )


def _holds(low: float, high: float) -> bool:
    return 0 in {low, high} or low <= high


def _value(settings: Settings, name: Name) -> float:
    value: float = getattr(getattr(settings, name[0]), name[1])
    return value


def _told(settings: Settings, must: _Must) -> Contradiction:
    low, high = ".".join(must.low), ".".join(must.high)
    least, most = _value(settings, must.low), _value(settings, must.high)
    return Contradiction(
        fields=(must.low, must.high),
        text=f"The setting {low} ({least:.12g}) must not exceed {high} ({most:.12g}), "
        f"which is not so: {must.why}.",
        remedy=f"Lower {low} to {most:.12g} or raise {high} to {least:.12g}.",
    )
