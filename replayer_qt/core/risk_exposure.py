"""The gate's rules on an order's own numbers and on what it adds to what is at stake.

As in `risk_readiness`: facts are known, an exception is a refusal, and a NaN refuses.
"""

from decimal import Decimal
from typing import Final

from replayer_qt.core.money import NOTHING
from replayer_qt.core.orders import OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.risk_readiness import PERSONS, TRADEABLE
from replayer_qt.core.risk_rule import Measure, below, counted, plain, seconds, sol, unlocked
from replayer_qt.core.verdict import Facts, Reason

AUTOMATED: Final = frozenset({Origin.STANDING, Origin.STRATEGY})
"""Orders that no person asked for one by one."""

_WHOLE: Final = 100
_ONE: Final = Decimal(1)
_SELL: Final = OrderSide.SELL


# --- what the venue would refuse -----------------------------------------------------------------


def no_position(_request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse to sell what is not held."""
    held = known(facts.quantity)
    if held > 0:
        return None
    text = "Nothing is held that could be sold: 0 units, more than 0 are needed."
    return Reason(code="no_position", text=text, value=held, limit=NOTHING)


def sale_under_way(request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse to sell more than is left besides the sales under way.

    A sale whose fate is not known never bars a person's exit: a share can't be sold twice. It does
    bar what no person asked for, which would be nothing but the same sale again.
    """
    taken = facts.selling if facts.selling is not None else _WHOLE
    if request.origin not in PERSONS:
        taken += facts.selling_unknown
    share = request.share or 0
    if taken + share <= _WHOLE:
        return None
    left = max(_WHOLE - taken, 0)
    return Reason(
        code="sale_under_way",
        text=f"{taken} % of the holding is being sold already; {share} % is more than {left} %.",
        value=Decimal(share),
        limit=Decimal(left),
    )


def side_bet_open(_request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse a second side bet beside an open one."""
    stake = known(facts.stake)
    if stake == 0 and facts.pending_bet is False:
        return None
    ends = f" until tick {facts.bet_end}" if stake and facts.bet_end is not None else ""
    text = f"A side bet is open{ends}: the venue takes one at a time."
    return Reason(code="side_bet_open", text=text, value=stake, limit=NOTHING)


def side_bet_cooldown(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse a side bet too few ticks after the one before."""
    end, wait = facts.bet_end, bounds.bet_cooldown
    if wait == 0 or end is None or end < 0 or facts.tick is None:
        return None
    passed = facts.tick - end
    if passed >= wait:
        return None
    return Reason(
        code="side_bet_cooldown",
        text=f"The last side bet ended {passed} ticks ago; {wait} ticks must pass.",
        value=Decimal(passed),
        limit=Decimal(wait),
    )


# --- likely mistakes -----------------------------------------------------------------------------


def duplicate_order(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse the same order again at once, unless insisted upon; the whole exit never is one."""
    since, window = facts.same_ms, bounds.duplicate_ms
    exits = request.side is _SELL and request.share == _WHOLE
    if window == 0 or request.confirmed or exits:
        return None
    if facts.same_tick:
        text = f"The strategy {request.strategy_id[:40]} was allowed one at this tick already."
        return Reason(code="duplicate_order", text=text)
    if since is None or since >= window:
        return None
    ago = Decimal(repr(float(since)))
    return Reason(
        code="duplicate_order",
        text=f"The same order was allowed {ago:.0f} ms ago; within {window} ms it is one order.",
        value=ago,
        limit=Decimal(window),
        unlock=unlocked(facts, window - since),
    )


def price_collar(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse to buy far from the price that the asker saw."""
    if bounds.collar is None:
        return None
    if facts.price is None and bounds.check_phase and facts.phase not in TRADEABLE:
        return None  # there is none yet, and the phase refuses
    price = known(facts.price)
    # before the first tick everybody sees 1
    unseen = request.price is None and facts.phase is Phase.PRESALE
    asked = _ONE if unseen else known(request.price)
    if price == asked > 0:
        return None
    if asked > 0 and abs(price - asked) * _WHOLE <= bounds.collar * asked:
        return None
    moved = abs(price - asked) * _WHOLE / asked if asked > 0 else Decimal("Infinity")
    return Reason(
        code="price_collar",
        text=f"The price went from {plain(asked)}x to {plain(price)}x, by {moved:.1f} %; at most "
        f"{plain(bounds.collar)} % are allowed.",
        value=moved,
        limit=bounds.collar,
    )


def measured_collar(_facts: Facts, bounds: Bounds) -> Measure:
    """Tell how far the price may move [percent]."""
    return Measure(limit=bounds.collar)


def order_too_small(request: Request, _facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse less than the smallest order."""
    amount, least = known(request.amount), bounds.min_order
    if least is None or amount >= least:
        return None
    text = f"{sol(amount)} is less than the smallest order of {sol(least)}."
    return Reason(code="order_too_small", text=text, value=amount, limit=least)


def measured_smallest(_facts: Facts, bounds: Bounds) -> Measure:
    """Tell the smallest order [SOL]."""
    return Measure(limit=bounds.min_order)


def order_too_large(request: Request, _facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse more than the largest order."""
    amount, most = known(request.amount), bounds.max_order
    if most is None or amount <= most:
        return None
    text = f"{sol(amount)} is more than the largest order of {sol(most)}."
    return Reason(code="order_too_large", text=text, value=amount, limit=most)


def measured_largest(_facts: Facts, bounds: Bounds) -> Measure:
    """Tell the largest order [SOL]."""
    return Measure(limit=bounds.max_order)


def insufficient_balance(request: Request, facts: Facts, _bounds: Bounds) -> Reason | None:
    """Refuse more than is free, less what orders under way may cost."""
    amount, free = known(request.amount), known(facts.cash) - known(facts.pending)
    if amount <= free:
        return None
    text = f"{sol(amount)} is more than the free {sol(free)}."
    return Reason(code="insufficient_balance", text=text, value=amount, limit=free)


def measured_balance(facts: Facts, _bounds: Bounds) -> Measure:
    """Measure what is free [SOL]."""
    if facts.cash is None or facts.pending is None:
        return Measure()
    return Measure(facts.pending, facts.cash, facts.cash - facts.pending)


# --- too many ------------------------------------------------------------------------------------


def order_rate_second(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse more orders than allowed in a second."""
    return _rate("second", facts.last_second, bounds.per_second, facts.second_frees_ms, facts)


def order_rate_minute(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse more orders than allowed in a minute."""
    return _rate("minute", facts.last_minute, bounds.per_minute, facts.minute_frees_ms, facts)


def _rate(
    span: str, count: int | None, limit: int | None, frees_ms: float, facts: Facts
) -> Reason | None:
    if limit is None or (count is not None and count < limit):
        return None
    return Reason(
        code=f"order_rate_{span}",
        text=f"{count} orders were allowed in the last {span}, of at most {limit}; "
        f"the next in {seconds(frees_ms)}.",
        value=None if count is None else Decimal(count),
        limit=Decimal(limit),
        unlock=unlocked(facts, frees_ms),
    )


def measured_second(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the orders of the last second."""
    return counted(facts.last_second, bounds.per_second)


def measured_minute(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the orders of the last minute."""
    return counted(facts.last_minute, bounds.per_minute)


def automated_limit(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse automated risk after so many automated orders, until a person allows more."""
    runs, limit = facts.automated or 0, bounds.automated
    if limit is None or runs < limit or request.origin not in AUTOMATED:
        return None
    return Reason(
        code="automated_limit",
        text=f"{runs} automated orders were made, of at most {limit}; a person must arm again.",
        value=Decimal(runs),
        limit=Decimal(limit),
    )


def measured_automated(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the automated orders."""
    return counted(facts.automated, bounds.automated)


# --- too much ------------------------------------------------------------------------------------


def max_position_limit_reached(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse a position that would cost more than allowed."""
    if bounds.position is None:
        return None
    would = known(facts.basis) + known(facts.pending_buys) + known(request.amount)
    if would <= bounds.position:
        return None
    text = f"The position would cost {sol(would)}, more than {sol(bounds.position)}."
    code = "max_position_limit_reached"
    return Reason(code=code, text=text, value=would, limit=bounds.position)


def measured_position(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the position at cost, pending buys included [SOL]."""
    if facts.basis is None or facts.pending_buys is None:
        return Measure(limit=bounds.position)
    return below(facts.basis + facts.pending_buys, bounds.position)


def exposure_limit_reached(request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse to put more at risk than allowed: position, bet, pending and this order."""
    if bounds.exposure is None:
        return None
    would = known(facts.basis) + known(facts.stake) + known(facts.pending) + known(request.amount)
    if would <= bounds.exposure:
        return None
    text = f"{sol(would)} would be at risk, more than {sol(bounds.exposure)}."
    return Reason(code="exposure_limit_reached", text=text, value=would, limit=bounds.exposure)


def measured_exposure(facts: Facts, bounds: Bounds) -> Measure:
    """Measure all that is at risk [SOL]."""
    if facts.basis is None or facts.stake is None or facts.pending is None:
        return Measure(limit=bounds.exposure)
    return below(facts.basis + facts.stake + facts.pending, bounds.exposure)


def per_trade_loss_limit_exceeded(request: Request, _facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse an order that could lose more than allowed, if the rug takes it all."""
    amount, most = known(request.amount), bounds.per_trade
    if most is None or amount <= most:
        return None
    text = f"The rug could take {sol(amount)} of this order, more than {sol(most)}."
    return Reason(code="per_trade_loss_limit_exceeded", text=text, value=amount, limit=most)


def measured_trade(_facts: Facts, bounds: Bounds) -> Measure:
    """Tell the most that one order may lose [SOL]."""
    return Measure(limit=bounds.per_trade)


def daily_loss_limit_exceeded(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk once the UTC day's loss, open positions included, has reached the limit."""
    loss, limit = -known(facts.day_result), bounds.daily_loss
    if limit is None or loss < limit:
        return None
    text = f"Today's loss is {sol(loss)}; at {sol(limit)} no more is risked before midnight UTC."
    return Reason(code="daily_loss_limit_exceeded", text=text, value=loss, limit=limit)


def measured_day(facts: Facts, bounds: Bounds) -> Measure:
    """Measure today's loss [SOL]; a profit is a loss of 0, and leaves more."""
    if facts.day_result is None:
        return Measure(limit=bounds.daily_loss)
    left = None if bounds.daily_loss is None else bounds.daily_loss + facts.day_result
    return Measure(max(-facts.day_result, NOTHING), bounds.daily_loss, left)


def drawdown_limit_exceeded(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk once the session has fallen so much from its peak."""
    fall, limit = known(facts.drawdown), bounds.drawdown
    if limit is None or fall < limit:
        return None
    text = f"The session fell {sol(fall)} from its peak; at {sol(limit)} no more is risked."
    return Reason(code="drawdown_limit_exceeded", text=text, value=fall, limit=limit)


def measured_drawdown(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the fall from the session's peak [SOL]."""
    return below(facts.drawdown, bounds.drawdown)


def losing_streak(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk for a while after so many losses in a row."""
    losses, limit = facts.losing_streak or 0, bounds.streak
    ago, pause = facts.lost_ms, bounds.streak_pause_ms
    if limit is None or losses < limit or (ago is not None and ago >= pause):
        return None
    wait = pause - (0 if ago is None else ago)
    return Reason(
        code="losing_streak",
        text=f"{losses} losses in a row, of at most {limit}; on again in {seconds(wait)}.",
        value=Decimal(losses),
        limit=Decimal(limit),
        unlock=unlocked(facts, wait),
    )


def measured_streak(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the losses in a row."""
    return counted(facts.losing_streak, bounds.streak)


def cool_down_active(_request: Request, facts: Facts, bounds: Bounds) -> Reason | None:
    """Refuse risk for some ticks after a loss in the same round."""
    passed, wait = facts.lost_ticks, bounds.cooldown
    if wait == 0 or passed is None or passed >= wait:
        return None
    return Reason(
        code="cool_down_active",
        text=f"The last loss was {passed} ticks ago; {wait} ticks must pass.",
        value=Decimal(passed),
        limit=Decimal(wait),
    )


def measured_cooldown(facts: Facts, bounds: Bounds) -> Measure:
    """Measure the ticks since the last loss."""
    value = None if facts.lost_ticks is None else Decimal(facts.lost_ticks)
    return Measure(value, Decimal(bounds.cooldown) if bounds.cooldown else None)


def known(value: Decimal | None) -> Decimal:
    """Return a fact that must be known.

    Raises:
        TypeError: it is not; the gate takes that for a refusal.
    """
    if value is None:
        raise TypeError("a fact is missing")
    return value
