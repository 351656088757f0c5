"""One rule of the gate: its stable name, what it means, and the function that judges."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.orders import OrderSide, Request
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos
from replayer_qt.core.verdict import Facts, Reason

EVERYTHING: Final = frozenset(OrderSide)
RISK: Final = frozenset({OrderSide.BUY, OrderSide.SIDE_BET})
"""Whatever can add to what is at stake."""
BUYS: Final = frozenset({OrderSide.BUY})
BETS: Final = frozenset({OrderSide.SIDE_BET})
SALES: Final = frozenset({OrderSide.SELL})

_WIDEST: Final = 30


class Measure(msgspec.Struct, frozen=True):
    """What a rule measures now.

    Attributes:
        value: None where it cannot be known.
        limit: None where the rule is off, or has no number.
        left: how much is left before it refuses.
    """

    value: Decimal | None = None
    limit: Decimal | None = None
    left: Decimal | None = None


def unmeasured(_facts: Facts, _bounds: Bounds) -> Measure:
    """Return that a rule has no number: it only says yes or no."""
    return Measure()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule.

    Attributes:
        code: its stable name; verdicts, audit and docs/risk.md use it.
        title: a few words, for a panel.
        sentence: what it refuses.
        sides: the orders that it looks at; a sale is looked at by few.
        judge: returns why the order is refused; None lets it pass.
        switch: the setting that switches it (0 or false is off); empty: it can't be.
        unit: of its numbers.
        measure: what it measures now, whatever is ordered.
    """

    code: str
    title: str
    sentence: str
    sides: frozenset[OrderSide]
    judge: Callable[[Request, Facts, Bounds], Reason | None]
    switch: str = ""
    unit: str = ""
    measure: Callable[[Facts, Bounds], Measure] = unmeasured


def sol(value: Decimal) -> str:
    """Return an amount as people write it.

    >>> sol(Decimal("1.500")), sol(Decimal("1E+2"))
    ('1.5 SOL', '100 SOL')
    """
    return f"{plain(value)} SOL"


def plain(value: Decimal) -> str:
    """Return a number without exponent or needless zeros; never raises."""
    if not value.is_finite() or abs(value.adjusted()) > _WIDEST:
        return str(value)[:_WIDEST]
    return format(value.normalize(), "f")


def seconds(ms: float) -> str:
    """Return a time to wait as people read it.

    >>> seconds(250), seconds(61_000)
    ('0.25 s', '61 s')
    """
    return f"{ms / 1_000:.3g} s" if ms < 10_000 else f"{ms / 1_000:.0f} s"


def unlocked(facts: Facts, ms: float) -> Nanos:
    """Return the moment that is `ms` from now [ns on the gate's clock]."""
    return Nanos(facts.now + round(ms * NANOS_PER_MILLISECOND))


def below(value: Decimal | None, limit: Decimal | None) -> Measure:
    """Return the measure of something that must stay below a limit."""
    left = None if value is None or limit is None else limit - value
    return Measure(value, limit, left)


def counted(value: float | None, limit: float | None) -> Measure:
    """Return the measure of a count that must stay below a limit."""
    return below(
        None if value is None else Decimal(str(value)),
        None if limit is None else Decimal(str(limit)),
    )
