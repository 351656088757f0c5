"""Amounts as a hand enters them: text to money or to a reason, and the game's own buttons."""

import re
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.money import NOTHING, PLACES, floor9

STEPS: Final = ("+0.001", "+0.01", "+0.1", "+1")
CLEAR: Final = "X"
HALF: Final = "1/2"
DOUBLE: Final = "X2"
ALL: Final = "MAX"
BUTTONS: Final = (CLEAR, *STEPS, HALF, DOUBLE, ALL)
"""What the game's own page has beside its amount, in its order."""

LETTERS_KEPT: Final = 20
_LARGEST: Final = Decimal(10) ** 9
_SHOWN: Final = 3
_NUMBER: Final = re.compile(r"[0-9]*\.?[0-9]*", re.ASCII)


class Entered(msgspec.Struct, frozen=True):
    """What was made of a text.

    Attributes:
        value: the amount [SOL]; None where it can't be used.
        reason: why not, in plain words; empty where it can.
    """

    value: Decimal | None
    reason: str = ""


def read(text: str, *, least: Decimal = NOTHING, most: Decimal = NOTHING) -> Entered:
    """Return the amount that `text` says, within limits; a limit of 0 is none. Never raises.

    >>> read("0.01").value, read("0,01").reason, read("1", most=Decimal("0.5")).reason
    (Decimal('0.01'), 'digits and one point only', 'at most 0.500 SOL')
    """
    value = number(text)
    if not text.strip():
        return Entered(None, "enter an amount")
    if value is None:
        return Entered(None, "digits and one point only")
    if _decimals(text) > PLACES:
        return Entered(None, f"at most {PLACES} decimals")
    if value <= 0:
        return Entered(None, "must be more than 0")
    if least and value < least:
        return Entered(None, f"at least {written(least)} SOL")
    if value > (most or _LARGEST):
        return Entered(None, f"at most {written(most or _LARGEST)} SOL")
    return Entered(value)


def number(text: str) -> Decimal | None:
    """Return the plain number that `text` is; None for anything else.

    >>> number(" .5 "), number("1e3"), number("."), number("-1")
    (Decimal('0.5'), None, None, None)
    """
    bare = text.strip()
    if len(bare) > LETTERS_KEPT or not _NUMBER.fullmatch(bare) or not any(map(str.isdigit, bare)):
        return None
    return Decimal(bare)


def written(value: Decimal) -> str:
    """Return an amount as it is typed: three decimals, more where there are any, nine at most.

    >>> written(Decimal("0.03")), written(Decimal("0.0012345678")), written(Decimal(2))
    ('0.030', '0.001234567', '2.000')
    """
    whole, _, decimals = f"{floor9(value):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(_SHOWN, '0')}"


def pressed(text: str, button: str, *, cash: Decimal, most: Decimal) -> str:
    """Return the text after one of `BUTTONS` was pressed.

    What is no number counts as nothing. MAX is the smaller of the free money `cash` [SOL] and of
    the largest order `most` [SOL], 0 for any.

    >>> pressed("0.01", "+0.001", cash=Decimal(1), most=Decimal(0))
    '0.011'
    >>> pressed("0.000000001", "1/2", cash=Decimal(1), most=Decimal(0))
    '0.000'
    """
    if button == CLEAR:
        return ""
    value = number(text) or NOTHING
    match button:
        case "1/2":
            value = value / 2
        case "X2":
            value = value * 2
        case "MAX":
            value = min(cash, most) if most else cash
        case _:
            value += Decimal(button)
    return written(min(max(value, NOTHING), _LARGEST))


def _decimals(text: str) -> int:
    return len(text.strip().partition(".")[2])
