"""What may become a record: an event that can be read back as what it was."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, get_args

import msgspec

from replayer_qt.core import codec
from replayer_qt.core.events import (
    Event,
    JournalEvent,
    PriceTicked,
    RoundRugged,
    SeedRevealed,
    SideBetPrinted,
    SideBetSettled,
    TradePrinted,
)

_KINDS: Final = frozenset(get_args(JournalEvent))


def body_of(event: Event) -> bytes | str:
    """Return the event as JSON, or in plain words why it cannot be a record; never raises."""
    kind = type(event)
    if kind is PriceTicked:
        if not math.isfinite(event.price):  # type: ignore[attr-defined]  # the type was looked at
            return "its price is no number"
    elif kind not in _KINDS:
        return "events of this kind are not recorded"
    elif not is_finite(event):
        return "one of its amounts is no number"
    try:
        return codec.encode(event)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        return f"it cannot be written as JSON: {error}"[:200]


def is_finite(event: Event) -> bool:
    """Return whether all prices and amounts of the event are numbers; never raises."""
    try:
        return all(math.isfinite(number) for number in _numbers(event))
    except (TypeError, ValueError, OverflowError):
        return False


def _numbers(event: Event) -> Iterable[float | Decimal]:
    match event:
        case PriceTicked(price=price) | RoundRugged(price=price):
            return (price,)
        case TradePrinted(price=price, amount=amount, quantity=quantity):
            return (price, amount, quantity)
        case SideBetPrinted(amount=amount):
            return (amount,)
        case SideBetSettled(amount=amount, payout=payout, profit=profit):
            return (amount, payout, profit)
        case SeedRevealed(peak=peak, prices=prices):
            return (*(() if peak is None else (peak,)), *(prices or ()))
        case _:
            return ()
