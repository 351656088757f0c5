"""The standing order that sells by itself: read from what was entered, told in a line."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.order_events import CashOut
from replayer_qt.core.trading import Trading
from replayer_qt.ui import fmt
from replayer_qt.ui.amount import number

_MOST: Final = Decimal(1_000_000)


class EnteredCashOut(msgspec.Struct, frozen=True):
    """What was made of the entered texts.

    Attributes:
        value: None where they can't be used, or say nothing.
        reason: why not, in plain words.
        bad: the field that is at fault; empty for none.
    """

    value: CashOut | None
    reason: str = ""
    bad: str = ""


def read_cash_out(texts: dict[str, str]) -> EnteredCashOut:
    """Return the standing order that the texts of `FIELDS` describe; an empty one does not apply.

    >>> read_cash_out({"target": "2", "share": "50"}).value.share
    50
    >>> read_cash_out({"trail": "150"}).reason
    'trail: 0.1 to 99.9 %'
    """
    values: dict[str, Decimal] = {}
    for field, (is_sound, bounds) in _CHECKS.items():
        text = texts.get(field, "").strip()
        value = number(text)
        if not text:
            continue
        if value is None or not is_sound(value):
            return EnteredCashOut(None, f"{field}: {bounds}", field)
        values[field] = value
    made = CashOut(
        target=values.get("target"),
        stop=values.get("stop"),
        trail=values.get("trail"),
        after=int(values["after"]) if "after" in values else None,
        share=int(values.get("share", 100)),
    )
    if made.target is not None and made.stop is not None and made.stop >= made.target:
        return EnteredCashOut(None, "stop: below the target", "stop")
    if values.keys() <= {"share"}:
        return EnteredCashOut(None, "say when to sell")
    return EnteredCashOut(made)


def told(trading: Trading) -> str:
    """Return the account's standing order in a line; empty where there is none."""
    rule = trading.cash_out
    if rule is None:
        return ""
    parts = []
    if rule.target is not None:
        parts.append(f"≥ {fmt.price(float(rule.target))}")
    if rule.stop is not None:
        parts.append(f"≤ {fmt.price(float(rule.stop))}")
    if rule.trail is not None:
        peak = f" of {fmt.price(trading.cash_out_peak)}" if trading.cash_out_peak else ""
        parts.append(f"-{rule.trail:f} %{peak}")
    if rule.after is not None:
        parts.append(f"at tick {max(trading.cash_out_tick, 0) + rule.after}")
    return f"sells {rule.share} % {' or '.join(parts)}"


def _price(value: Decimal) -> bool:
    return 0 < value < _MOST


def _percent(value: Decimal) -> bool:
    return Decimal("0.1") <= value <= Decimal("99.9")


def _whole(value: Decimal) -> bool:
    return value == int(value) and 1 <= value <= 5_000


def _share(value: Decimal) -> bool:
    return value == int(value) and 1 <= value <= 100


_CHECKS: Final[dict[str, tuple[Callable[[Decimal], bool], str]]] = {
    "target": (_price, "above 0"),
    "stop": (_price, "above 0"),
    "trail": (_percent, "0.1 to 99.9 %"),
    "after": (_whole, "1 to 5,000 ticks"),
    "share": (_share, "1 to 100 %"),
}
FIELDS: Final = tuple(_CHECKS)
"""What can be entered, in the order in which it is looked at."""
