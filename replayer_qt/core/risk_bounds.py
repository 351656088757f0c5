"""The limits of the settings as the rules compare them: decimals, made once; None is off."""

from decimal import Decimal

import msgspec

from replayer_qt.core.money import decimal_of
from replayer_qt.core.settings import RiskSettings, TradingSettings


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules measure against; None where a rule is switched off.

    Attributes:
        min_order, max_order, per_trade, position, exposure, daily_loss, drawdown: [SOL].
        streak: losses in a row; `streak_pause_ms` the pause after them [ms].
        cooldown: ticks to wait after a loss; `bet_cooldown` between two side bets.
        duplicate_ms: [ms].
        collar: [percent].
        tick_age_ms: [ms].
    """

    min_order: Decimal | None
    max_order: Decimal | None
    per_trade: Decimal | None
    position: Decimal | None
    exposure: Decimal | None
    daily_loss: Decimal | None
    drawdown: Decimal | None
    streak: int | None
    streak_pause_ms: float
    cooldown: int
    bet_cooldown: int
    duplicate_ms: int
    per_second: int | None
    per_minute: int | None
    automated: int | None
    collar: Decimal | None
    tick_age_ms: int | None
    refuse_gapped: bool
    check_phase: bool
    block_on_unknown: bool
    check_breaker: bool
    arm_paper: bool


def bounds_of(risk: RiskSettings, trading: TradingSettings) -> Bounds:
    """Return the limits of the settings as the rules compare them."""
    return Bounds(
        min_order=_limit(risk.min_order_sol),
        max_order=_limit(risk.max_order_sol),
        per_trade=_limit(risk.max_loss_per_trade_sol),
        position=_limit(risk.max_position_sol),
        exposure=_limit(risk.max_exposure_sol),
        daily_loss=_limit(risk.max_daily_loss_sol),
        drawdown=_limit(risk.max_drawdown_sol),
        streak=risk.max_losing_streak or None,
        streak_pause_ms=risk.streak_pause_s * 1_000,
        cooldown=risk.cooldown_ticks,
        bet_cooldown=trading.bet_cooldown_ticks,
        duplicate_ms=risk.duplicate_ms,
        per_second=risk.orders_per_second or None,
        per_minute=risk.orders_per_minute or None,
        automated=risk.max_automated or None,
        collar=_limit(risk.collar_percent),
        tick_age_ms=risk.max_tick_age_ms or None,
        refuse_gapped=risk.refuse_gapped,
        check_phase=risk.check_phase,
        block_on_unknown=risk.block_on_unknown,
        check_breaker=risk.check_breaker,
        arm_paper=trading.arm_paper,
    )


def _limit(value: float) -> Decimal | None:
    # NaN is no zero: it stays, and refuses
    return None if value == 0 else decimal_of(value)
