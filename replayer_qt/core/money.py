"""Money as the venue counts it: decimals of nine places, cut off, never rounded up."""

from decimal import ROUND_DOWN, ROUND_FLOOR, Context, Decimal, Inexact, InvalidOperation
from typing import Final

import msgspec

PLACES: Final = 9
"""Decimal places of amounts and quantities."""

NOTHING: Final = Decimal(0)

SIDE_BET_WINDOW: Final = 40
"""Ticks after its placing in which a rug wins a side bet, the last one included."""

SIDE_BET_MULTIPLE: Final = 5
"""What a won side bet pays, as a multiple of the stake, gross."""

_UNIT: Final = Decimal(1).scaleb(-PLACES)
_DIGITS: Final = 60
# shared by all threads: each call is judged by its own signals, and nobody reads the kept flags
_EXACTLY: Final = Context(prec=_DIGITS, rounding=ROUND_DOWN)
_TO_THE_SMALLER: Final = Context(prec=_DIGITS, rounding=ROUND_FLOOR)
_LARGEST: Final = Decimal(10) ** 9
_FINEST: Final = Decimal(1).scaleb(-18)
_OR_NOT_AT_ALL: Final = Context(prec=27, traps=[Inexact, InvalidOperation])


class Holding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Units held, and what they count as having cost.

    Attributes:
        quantity: units; 0 when nothing is held.
        basis: what they cost, as the venue counts it [SOL].
        average: the price that the venue shows as the average cost [multiplier]; 0 when nothing
            is held. Not cut off.
    """

    quantity: Decimal = NOTHING
    basis: Decimal = NOTHING
    average: Decimal = NOTHING


def floor9(value: Decimal) -> Decimal:
    """Return `value` cut off after nine places, towards the smaller.

    Raises:
        decimal.InvalidOperation: the value is not finite, or has more than 50 digits before the
            point.

    >>> floor9(Decimal("1.2345678999"))
    Decimal('1.234567899')
    """
    return value.quantize(_UNIT, context=_TO_THE_SMALLER)


def is_money(value: Decimal) -> bool:
    """Return whether `value` is finite, below 10**9, and of 18 decimal places at most.

    Sums of such values are exact: their digits fit those of a plain sum or difference.

    >>> is_money(Decimal("0.1")), is_money(Decimal("NaN"))
    (True, False)
    """
    if not value.is_finite():
        return False
    try:
        value.quantize(_FINEST, context=_OR_NOT_AT_ALL)
    except ArithmeticError:
        return False
    return True


def is_price(value: Decimal) -> bool:
    """Return whether `value` is finite, not negative, and below 10**9."""
    return value.is_finite() and 0 <= value < _LARGEST


def decimal_of(price: float) -> Decimal:
    """Return the decimal that a float64 is written as, which is what the venue sent.

    >>> decimal_of(0.1), decimal_of(1)
    (Decimal('0.1'), Decimal('1.0'))
    """
    return Decimal(repr(float(price)))


def bought(amount: Decimal, price: Decimal) -> Decimal:
    """Return the units that `amount` [SOL] buys; there is no fee.

    Raises:
        decimal.DivisionByZero: the price is zero.

    >>> bought(Decimal("0.1"), decimal_of(1.073446660724414))
    Decimal('0.093157865')
    """
    return floor9(_EXACTLY.divide(amount, price))


def proceeds(quantity: Decimal, price: Decimal) -> Decimal:
    """Return what a sale brings [SOL]; there is no fee.

    Of units bought in several lots the venue may pay some billionths less: it cuts off each lot.

    >>> proceeds(Decimal("0.762"), decimal_of(1.0425081084067145))
    Decimal('0.794391178')
    """
    return floor9(_EXACTLY.multiply(quantity, price))


def with_bought(holding: Holding, amount: Decimal, price: Decimal) -> Holding:
    """Return the holding after buying for `amount` [SOL] more.

    The average is weighted by units, and each part of the basis is cut off before they are added.

    >>> holding = with_bought(Holding(), Decimal("0.002"), Decimal(1))
    >>> holding = with_bought(holding, Decimal("0.002"), Decimal("1.44447697650"))
    >>> holding.quantity, floor9(holding.average)
    (Decimal('0.003384584'), Decimal('1.181828845'))
    """
    return with_lot(holding, bought(amount, price), price)


def with_lot(holding: Holding, quantity: Decimal, price: Decimal) -> Holding:
    """Return the holding after so many units more, bought at `price`; as `with_bought`."""
    basis = holding.basis + proceeds(quantity, price)
    total = holding.quantity + quantity
    average = _EXACTLY.divide(basis, total) if total else NOTHING
    return Holding(quantity=total, basis=basis, average=average)


def with_sold(holding: Holding, quantity: Decimal) -> Holding:
    """Return the holding after selling some of it; its average stays.

    More than is held can't be sold: that sells all.
    """
    left = holding.quantity - quantity
    if left <= 0:
        return Holding()
    # by the basis, not by the average: that is cut off somewhere, and would lose a billionth
    basis = floor9(_EXACTLY.divide(_EXACTLY.multiply(left, holding.basis), holding.quantity))
    return Holding(quantity=left, basis=basis, average=holding.average)


def side_bet_wins(start: int, rug_tick: int) -> bool:
    """Return whether a side bet placed at tick `start` is won by a rug at `rug_tick`.

    >>> side_bet_wins(169, 209), side_bet_wins(169, 210)
    (True, False)
    """
    return start <= rug_tick <= start + SIDE_BET_WINDOW


def side_bet_payout(amount: Decimal, *, won: bool) -> Decimal:
    """Return what a side bet pays out [SOL], the stake included; nothing when lost."""
    return _EXACTLY.multiply(amount, Decimal(SIDE_BET_MULTIPLE)) if won else NOTHING
