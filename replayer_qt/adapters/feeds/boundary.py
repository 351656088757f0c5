"""What a value from a server must be before it may come in; each refusal has its own name."""

import math
import unicodedata
from decimal import Decimal
from typing import Final

ID_LENGTH: Final = 64
NAME_LENGTH: Final = 32
TEXT_LENGTH: Final = 256
LARGEST_PRICE: Final = 1e9
LARGEST_TICK: Final = 1_000_000
LARGEST_TIMER_MS: Final = 86_400_000
LARGEST_AMOUNT: Final = Decimal(1_000_000_000)
_LONGEST_AMOUNT: Final = 48
_SMALLEST_EXPONENT: Final = -30
_LARGEST_EXPONENT: Final = 9
_STRIPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Refused(ValueError):
    """A value that may not come in.

    Attributes:
        reason: a stable short name; see docs/feeds.md.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def checked_id(value: object) -> str:
    """Return a name that the server gave to a thing; raises `Refused`."""
    if not isinstance(value, str):
        raise Refused("id-missing")
    if not value:
        raise Refused("id-empty")
    if len(value) > ID_LENGTH:
        raise Refused("id-too-long")
    if not value.isprintable():
        raise Refused("id-unprintable")
    return value


def checked_price(value: float) -> float:
    """Return a price [multiplier]; raises `Refused`."""
    if value > 0.0 and value <= LARGEST_PRICE:
        return value
    if not math.isfinite(value):
        raise Refused("price-not-finite")
    raise Refused("price-not-positive" if value <= 0.0 else "price-too-large")


def checked_tick(value: int) -> int:
    """Return a position in a round; raises `Refused`."""
    if 0 <= value <= LARGEST_TICK:
        return value
    raise Refused("tick-negative" if value < 0 else "tick-too-large")


def checked_timer(value: int) -> int:
    """Return a countdown [ms]; raises `Refused`."""
    if 0 <= value <= LARGEST_TIMER_MS:
        return value
    raise Refused("timer-negative" if value < 0 else "timer-too-large")


def checked_amount(value: Decimal | None, *, signed: bool = False) -> Decimal:
    """Return an amount of money [SOL]; raises `Refused`."""
    if value is None:
        raise Refused("amount-missing")
    if not value.is_finite():
        raise Refused("amount-not-finite")
    # abs() and arithmetic signal an overflow for exponents that JSON allows; these do not.
    if value and not _SMALLEST_EXPONENT <= value.adjusted() <= _LARGEST_EXPONENT:
        raise Refused("amount-out-of-range")
    if not (value.copy_abs() <= LARGEST_AMOUNT) or len(str(value)) > _LONGEST_AMOUNT:
        raise Refused("amount-out-of-range")
    if value < 0 and not signed:
        raise Refused("amount-negative")
    return value


def plain_name(name: str | None, identifier: str | None) -> str:
    r"""Return a player's name as plain, short text; without one, the end of the identifier.

    >>> plain_name("Bob\u202e\n<b>", None)
    'Bob<b>'
    >>> plain_name(None, "did:privy:cm0123456789")
    '…456789'
    """
    text = plain_text(name)
    if text:
        return text[:NAME_LENGTH]
    return "…" + plain_name(identifier[-6:], None) if identifier else ""


def plain_text(text: str | None) -> str:
    r"""Return what a server wrote as plain text of one line, cut.

    >>> plain_text("Insufficient\u202e\nbalance")
    'Insufficientbalance'
    """
    return "".join(
        letter
        for letter in (text or "")[:TEXT_LENGTH]
        if unicodedata.category(letter) not in _STRIPPED
    ).strip()
