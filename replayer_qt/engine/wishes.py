"""When a rule asks for the kill switch: daily loss, unknown orders, drift."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.account import Account, valued
from replayer_qt.core.money import decimal_of
from replayer_qt.core.orders import OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk_rule import sol
from replayer_qt.core.settings import RiskSettings
from replayer_qt.core.state import MarketState
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos
from replayer_qt.engine.reconcile import cash_drift

_DAY_NS: Final = 86_400 * NANOS_PER_SECOND
_PRESALE_PRICE: Final = Decimal(1)


class Wish(msgspec.Struct, frozen=True):
    """A rule that asks for the kill switch.

    Attributes:
        cause: a name for as long as the cause lasts: it is asked for once in that time.
        by: the rule.
        reason: in plain words, with both numbers.
    """

    cause: str
    by: str
    reason: str


def wishes_of(
    trading: Trading, market: MarketState | None, risk: RiskSettings, now: Nanos
) -> Iterator[Wish]:
    """Yield every rule whose cause is there now.

    Args:
        trading: the account.
        market: its market, for the unrealised result.
        risk: the limits.
        now: the wall time, for the UTC day [ns since the Unix epoch].
    """
    day = now // _DAY_NS
    if risk.kill_on_daily_loss and risk.max_daily_loss_sol:
        limit = decimal_of(risk.max_daily_loss_sol)
        loss = -day_result(trading.account, price_of(market), day)
        if not loss < limit:
            yield Wish(
                f"daily-loss/{day}",
                "rule:daily-loss",
                f"{sol(loss)} were lost today, the limit is {sol(limit)}",
            )
    unknown = len(trading.book.in_state(OrderState.UNKNOWN))
    if risk.kill_on_unknowns and unknown >= risk.kill_on_unknowns:
        yield Wish(
            "unknown-orders",
            "rule:unknown-orders",
            f"the fate of {unknown} orders is unknown, the limit is {risk.kill_on_unknowns}",
        )
    if risk.kill_on_drift_sol and trading.drift:
        limit, drift = decimal_of(risk.kill_on_drift_sol), cash_drift(trading.drift)
        if not drift < limit:
            yield Wish(
                "drift",
                "rule:drift",
                f"our ledger and the venue differ by {sol(drift)}, the limit is {sol(limit)}",
            )


def day_result(account: Account, price: Decimal | None, day: int) -> Decimal:
    """Return the result of a UTC day, what is unrealised included [SOL].

    Args:
        account: whose.
        price: the newest one [multiplier]; None counts a holding at cost.
        day: days since the Unix epoch.
    """
    if not account.holding.quantity:
        return account.day_result if account.day == day else Decimal(0)
    valuation = valued(account, price)
    realised_before = Decimal(0) if account.day == day else account.day_result
    return valuation.day_result - realised_before


def price_of(market: MarketState | None) -> Decimal | None:
    """Return the newest price [multiplier], 1 in the presale; None where there is none."""
    round_ = None if market is None else market.round
    if round_ is None:
        return None
    if round_.phase is Phase.PRESALE:
        return _PRESALE_PRICE
    return None if round_.price is None else decimal_of(round_.price)
