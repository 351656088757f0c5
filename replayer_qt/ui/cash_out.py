"""The standing order that sells by itself: read from what was entered, told in a line."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.order_events import CashOut
from replayer_qt.core.trading import Trading
from replayer_qt.ui import fmt
from replayer_qt.ui.amount import number

FIELDS: Final = ("target", "stop", "trail", "after", "share")
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
    target = _read(texts, "target", _price, "above 0")
    stop = _read(texts, "stop", _price, "above 0")
    trail = _read(texts, "trail", _percent, "0.1 to 99.9 %")
    after = _read(texts, "after", _whole, "1 to 5,000 ticks")
    share = _read(texts, "share", _share, "1 to 100 %")
    for part in (target, stop, trail, after, share):
        if isinstance(part, EnteredCashOut):
            return part
    made = CashOut(
        target=_decimal(target),
        stop=_decimal(stop),
        trail=_decimal(trail),
        after=None if after is None else int(after),
        share=100 if share is None else int(share),
    )
    if made.target is not None and made.stop is not None and made.stop >= made.target:
        return EnteredCashOut(None, "stop: below the target", "stop")
    if (made.target, made.stop, made.trail, made.after) == (None, None, None, None):
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


def _read(
    texts: dict[str, str], field: str, sound: Callable[[Decimal], bool], bounds: str
) -> Decimal | None | EnteredCashOut:
    text = texts.get(field, "").strip()
    if not text:
        return None
    value = number(text)
    if value is None or not sound(value):
        return EnteredCashOut(None, f"{field}: {bounds}", field)
    return value


def _decimal(part: Decimal | EnteredCashOut | None) -> Decimal | None:
    return part if isinstance(part, Decimal) else None


def _price(value: Decimal) -> bool:
    return 0 < value < _MOST


def _percent(value: Decimal) -> bool:
    return Decimal("0.1") <= value <= Decimal("99.9")


def _whole(value: Decimal) -> bool:
    return value == int(value) and 1 <= value <= 5_000


def _share(value: Decimal) -> bool:
    return value == int(value) and 1 <= value <= 100
