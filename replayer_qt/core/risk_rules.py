"""All rules of the gate, in the order in which they are looked at and reported."""

from collections.abc import Callable
from typing import Final

from replayer_qt.core import risk_caps as caps
from replayer_qt.core import risk_exposure as exposure
from replayer_qt.core import risk_known as known
from replayer_qt.core import risk_readiness as readiness
from replayer_qt.core.orders import OrderSide, Request
from replayer_qt.core.risk_bounds import Bounds
from replayer_qt.core.risk_rule import BETS, BUYS, EVERYTHING, RISK, SALES, Rule
from replayer_qt.core.verdict import Facts, Reason

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        code="order_invalid",
        title="Order makes sense",
        sentence="amounts not above 0, not finite or finer than 9 places; shares outside 1 to 100; "
        "orders of nobody",
        sides=EVERYTHING,
        judge=readiness.order_invalid,
    ),
    Rule(
        code=known.MISSING,
        title="Everything is known",
        sentence="an order while a fact is not known that it must be judged by, or a rule failed",
        sides=EVERYTHING,
        judge=known.risk_input_missing,
    ),
    Rule(
        code="audit_unavailable",
        title="Audit",
        sentence="everything while decisions cannot be written down",
        sides=EVERYTHING,
        judge=readiness.audit_unavailable,
    ),
    Rule(
        code="kill_switch_active",
        title="Kill switch",
        sentence="everything while the kill switch is on, but what a person sells",
        sides=EVERYTHING,
        judge=readiness.kill_switch_active,
    ),
    Rule(
        code="not_armed",
        title="Armed",
        sentence="risk at a venue while nobody armed the account (on paper if `trading.arm_paper`)",
        sides=RISK,
        judge=readiness.not_armed,
    ),
    Rule(
        code="round_changed",
        title="Same round",
        sentence="an order that was meant for another round",
        sides=EVERYTHING,
        judge=readiness.round_changed,
    ),
    Rule(
        code="phase_not_tradeable",
        title="Phase",
        sentence="buys and bets but in presale and in the running round, sales but in the latter",
        sides=EVERYTHING,
        judge=readiness.phase_not_tradeable,
        switch="risk.check_phase",
    ),
    Rule(
        code="feed_stale",
        title="Fresh prices",
        sentence="risk while the connection is not live or the newest tick is older than the limit",
        sides=RISK,
        judge=readiness.feed_stale,
        switch="risk.max_tick_age_ms",
        unit="ms",
        measure=readiness.measured_age,
    ),
    Rule(
        code="round_gapped",
        title="No missing ticks",
        sentence="risk while ticks of the round are missing",
        sides=RISK,
        judge=readiness.round_gapped,
        switch="risk.refuse_gapped",
        unit="ticks",
        measure=readiness.measured_gaps,
    ),
    Rule(
        code="recorder_down",
        title="Recorder",
        sentence="risk while what is received is not written down, where that is wanted",
        sides=RISK,
        judge=readiness.recorder_down,
    ),
    Rule(
        code="unknown_order_pending",
        title="Unknown orders",
        sentence="risk while nobody knows what became of an order",
        sides=RISK,
        judge=readiness.unknown_order_pending,
        switch="risk.block_on_unknown",
        unit="orders",
        measure=readiness.measured_unknown,
    ),
    Rule(
        code="account_drift",
        title="Ledger agrees",
        sentence="risk while our ledger and the venue's word differ",
        sides=RISK,
        judge=readiness.account_drift,
    ),
    Rule(
        code="no_position",
        title="Something to sell",
        sentence="a sale while nothing is held",
        sides=SALES,
        judge=exposure.no_position,
    ),
    Rule(
        code="sale_under_way",
        title="Sale under way",
        sentence="a sale of more than is left besides the sales under way",
        sides=SALES,
        judge=exposure.sale_under_way,
    ),
    Rule(
        code="side_bet_open",
        title="One side bet",
        sentence="a side bet while another one is open or under way",
        sides=BETS,
        judge=exposure.side_bet_open,
    ),
    Rule(
        code="side_bet_cooldown",
        title="Between side bets",
        sentence="a side bet too few ticks after the end of the last one",
        sides=BETS,
        judge=exposure.side_bet_cooldown,
        switch="trading.bet_cooldown_ticks",
        unit="ticks",
    ),
    Rule(
        code="duplicate_order",
        title="No duplicates",
        sentence="the same order again within the window, or a strategy's second one of a side at "
        "one tick, unless insisted upon; selling 100 % never is one",
        sides=EVERYTHING,
        judge=exposure.duplicate_order,
        switch="risk.duplicate_ms",
        unit="ms",
    ),
    Rule(
        code="price_collar",
        title="Price collar",
        sentence="a buy when the price moved further than the limit since it was asked for",
        sides=BUYS,
        judge=exposure.price_collar,
        switch="risk.collar_percent",
        unit="%",
        measure=exposure.measured_collar,
    ),
    Rule(
        code="order_too_small",
        title="Smallest order",
        sentence="a buy or bet below the smallest order",
        sides=RISK,
        judge=exposure.order_too_small,
        switch="risk.min_order_sol",
        unit="SOL",
        measure=exposure.measured_smallest,
    ),
    Rule(
        code="order_too_large",
        title="Largest order",
        sentence="a buy or bet above the largest order",
        sides=RISK,
        judge=exposure.order_too_large,
        switch="risk.max_order_sol",
        unit="SOL",
        measure=exposure.measured_largest,
    ),
    Rule(
        code="insufficient_balance",
        title="Balance",
        sentence="more than what is free, less what orders under way may cost",
        sides=RISK,
        judge=exposure.insufficient_balance,
        unit="SOL",
        measure=exposure.measured_balance,
    ),
    Rule(
        code="order_rate_second",
        title="Orders per second",
        sentence="more orders than allowed in any second",
        sides=RISK,
        judge=exposure.order_rate_second,
        switch="risk.orders_per_second",
        unit="orders",
        measure=exposure.measured_second,
    ),
    Rule(
        code="order_rate_minute",
        title="Orders per minute",
        sentence="more orders than allowed in any minute",
        sides=RISK,
        judge=exposure.order_rate_minute,
        switch="risk.orders_per_minute",
        unit="orders",
        measure=exposure.measured_minute,
    ),
    Rule(
        code="automated_limit",
        title="Automated orders",
        sentence="automated risk after so many automated orders, until a person arms again",
        sides=RISK,
        judge=exposure.automated_limit,
        switch="risk.max_automated",
        unit="orders",
        measure=exposure.measured_automated,
    ),
    Rule(
        code="live_cap_reached",
        title="Caps on real money",
        sentence="with real money, more than the caps in the program's code",
        sides=RISK,
        judge=caps.live_cap_reached,
    ),
    Rule(
        code="max_position_limit_reached",
        title="Position",
        sentence="a buy that makes the position cost more than the limit, pending buys included",
        sides=BUYS,
        judge=exposure.max_position_limit_reached,
        switch="risk.max_position_sol",
        unit="SOL",
        measure=exposure.measured_position,
    ),
    Rule(
        code="exposure_limit_reached",
        title="Exposure",
        sentence="what puts more at risk than the limit: position, bet, pending and the order",
        sides=RISK,
        judge=exposure.exposure_limit_reached,
        switch="risk.max_exposure_sol",
        unit="SOL",
        measure=exposure.measured_exposure,
    ),
    Rule(
        code="per_trade_loss_limit_exceeded",
        title="Loss per trade",
        sentence="an order that could lose more than the limit if the rug takes it all",
        sides=RISK,
        judge=exposure.per_trade_loss_limit_exceeded,
        switch="risk.max_loss_per_trade_sol",
        unit="SOL",
        measure=exposure.measured_trade,
    ),
    Rule(
        code="daily_loss_limit_exceeded",
        title="Daily loss",
        sentence="risk once the UTC day's loss, unrealised included, has reached the limit",
        sides=RISK,
        judge=exposure.daily_loss_limit_exceeded,
        switch="risk.max_daily_loss_sol",
        unit="SOL",
        measure=exposure.measured_day,
    ),
    Rule(
        code="drawdown_limit_exceeded",
        title="Drawdown",
        sentence="risk once the session fell so much from its peak",
        sides=RISK,
        judge=exposure.drawdown_limit_exceeded,
        switch="risk.max_drawdown_sol",
        unit="SOL",
        measure=exposure.measured_drawdown,
    ),
    Rule(
        code="losing_streak",
        title="Losing streak",
        sentence="risk for a pause (`risk.streak_pause_s`) after so many losses in a row",
        sides=RISK,
        judge=exposure.losing_streak,
        switch="risk.max_losing_streak",
        unit="losses",
        measure=exposure.measured_streak,
    ),
    Rule(
        code="cool_down_active",
        title="Cool-down",
        sentence="risk for some ticks after a loss in the same round",
        sides=RISK,
        judge=exposure.cool_down_active,
        switch="risk.cooldown_ticks",
        unit="ticks",
        measure=exposure.measured_cooldown,
    ),
    Rule(
        code="circuit_breaker_open",
        title="Circuit breaker",
        sentence="risk while a circuit breaker is open",
        sides=RISK,
        judge=readiness.circuit_breaker_open,
        switch="risk.check_breaker",
        unit="ms",
        measure=readiness.measured_breaker,
    ),
)

Judge = Callable[[Request, Facts, Bounds], Reason | None]

FOR_BUYS: Final = tuple(rule.judge for rule in RULES if OrderSide.BUY in rule.sides)
FOR_BETS: Final = tuple(rule.judge for rule in RULES if OrderSide.SIDE_BET in rule.sides)
FOR_SALES: Final = tuple(rule.judge for rule in RULES if OrderSide.SELL in rule.sides)

CODES: Final = ("approved", *(rule.code for rule in RULES))
"""Every code that a verdict can have."""


def judges_of(request: Request) -> tuple[Judge, ...]:
    """Return the rules that look at an order; one of no known side is looked at by the most."""
    match request.side:
        case OrderSide.SIDE_BET:
            return FOR_BETS
        case OrderSide.SELL if isinstance(request.side, OrderSide):
            return FOR_SALES
        case _:
            return FOR_BUYS


def markdown_table() -> str:
    """Return all rules as the table of docs/risk.md.

    >>> print(markdown_table().splitlines()[0])
    | code | refuses | also exits | switched by |
    """
    rows = ["| code | refuses | also exits | switched by |", "|---|---|---|---|"]
    for rule in RULES:
        exits = "yes" if OrderSide.SELL in rule.sides else "no"
        switch = f"`{rule.switch}`" if rule.switch else "nothing"
        rows.append(f"| `{rule.code}` | {rule.sentence} | {exits} | {switch} |")
    return "\n".join(rows)
