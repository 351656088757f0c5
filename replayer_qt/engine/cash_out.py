"""Standing orders of the desk: whether a position is to be sold by itself at this tick."""

from replayer_qt.core.money import decimal_of
from replayer_qt.core.order_events import CashOut
from replayer_qt.core.trading import Trading


def invalid(wanted: CashOut) -> str | None:
    """Return why a standing order makes no sense; None if it does.

    >>> invalid(CashOut(after=0))
    'it must wait one tick at least'
    >>> invalid(CashOut())
    'it says neither target nor stop nor trail nor ticks'
    """
    levels = [level for level in (wanted.target, wanted.stop, wanted.trail) if level is not None]
    if not levels and wanted.after is None:
        return "it says neither target nor stop nor trail nor ticks"
    if not all(level.is_finite() and level > 0 for level in levels):
        return "its target, stop and trail must be above 0"
    if wanted.trail is not None and wanted.trail >= 100:
        return "its trail must be below 100 %"
    if wanted.after is not None and wanted.after < 1:
        return "it must wait one tick at least"
    if not 1 <= wanted.share <= 100:
        return "its share must be from 1 to 100 %"
    if wanted.target is not None and wanted.stop is not None and wanted.stop >= wanted.target:
        return "its stop must be below its target"
    return None


def reason_to_sell(trading: Trading, tick: int, price: float) -> str | None:
    """Return why the standing order sells at this tick; None if it does not.

    Args:
        trading: holds something; its `cash_out_peak` counts this tick already.
        tick: the newest tick.
        price: its price [multiplier].
    """
    wanted = trading.cash_out
    if wanted is None:
        return None
    exact = decimal_of(price)
    if wanted.target is not None and exact >= wanted.target:
        return f"the target of {wanted.target}x was reached at {exact}x"
    if wanted.stop is not None and exact <= wanted.stop:
        return f"the stop of {wanted.stop}x was reached at {exact}x"
    if wanted.trail is not None and _fell_by(trading.cash_out_peak, price, float(wanted.trail)):
        return f"the price fell {wanted.trail} % from its highest, {trading.cash_out_peak}x"
    if wanted.after is not None and tick >= max(0, trading.cash_out_tick) + wanted.after:
        return f"{wanted.after} ticks are over"
    return None


def _fell_by(peak: float, price: float, percent: float) -> bool:
    return price <= peak * (1.0 - percent / 100.0)
