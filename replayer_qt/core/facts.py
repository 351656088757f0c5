"""What the gate looks at, gathered from the account, the market and the state of this program."""

from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from replayer_qt.core.account import Account, valued
from replayer_qt.core.events import Link
from replayer_qt.core.money import NOTHING, decimal_of
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.orders import OrderSide, OrderState, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk_memory import MINUTE, Kind, has_acted, kind_of
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import MarketState
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Moment, Nanos
from replayer_qt.core.verdict import Facts

_DAY: Final = 86_400 * NANOS_PER_SECOND
_ONE: Final = Decimal(1)
_PRESALE: Final = Phase.PRESALE
_LIVE: Final = Link.LIVE
_UNKNOWN: Final = OrderState.UNKNOWN
_BUY: Final = OrderSide.BUY
_SELL: Final = OrderSide.SELL


def facts_of(  # noqa: PLR0913 - each is something else that the gate must know
    request: Request | None,
    trading: Trading,
    market: MarketState | None,
    kill: Kill,
    *,
    now: Moment,
    audit_ok: bool | None,
    recorder_ok: bool | None,
    breaker_ms: float | None,
    replay: bool,
) -> Facts:
    """Return what an order is judged by; what can't be known is None.

    Args:
        request: the order; None where there is none, as for a panel.
        trading: the account that it is for.
        market: the account's stream; None while nothing was heard of it.
        kill: the kill switch.
        now: the moment of the decision.
        audit_ok: whether decisions can be written down.
        recorder_ok: whether what is received is written down; true where that is not wanted.
        breaker_ms: None while no circuit breaker is open, else time until it is tried again [ms].
        replay: whether the stream is a replay, whose newest tick is never old.
    """
    account, book, memory = trading.account, trading.book, trading.memory
    running = None if market is None else market.round
    price = _price(running)
    opened, held = account.opened, account.holding
    unrealised, result = NOTHING, account.session_result
    if held.quantity:
        # a holding of a round whose end was not seen has no price here
        of_this = running is not None and account.round_id == running.round_id
        value = valued(account, price if of_this else None)
        unrealised, result = value.unrealised, value.result
    lost_ms, lost_ticks = _loss(account, running, now)
    way = _under_way(book) if book.open else _IDLE
    second, minute, second_frees, minute_frees = _rates(memory.recent, now.mono)
    return Facts(
        now=now.mono,
        killed=kill.on,
        audit_ok=audit_ok,
        recorder_ok=recorder_ok,
        armed=trading.arming.is_armed_at(now.mono),
        link_live=_is_live(market, replay=replay),
        tick_age_ms=_age_ms(running, now.mono, replay=replay),
        missing=None if running is None else running.missing,
        round_id=None if running is None else running.round_id,
        phase=None if running is None else running.phase,
        tick=None if running is None else running.tick,
        price=price,
        cash=account.cash if opened else None,
        quantity=held.quantity if opened else None,
        basis=held.basis if opened else None,
        stake=(NOTHING if account.bet is None else account.bet.stake) if opened else None,
        bet_end=_bet_end(account, running),
        pending=way.pending,
        pending_buys=way.buys,
        pending_bet=way.bet,
        selling=way.selling,
        selling_unknown=way.selling_unknown,
        unknown=way.unknown,
        drifting=bool(trading.drift),
        day_result=_day_result(account, unrealised, now) if opened else None,
        drawdown=_drawdown(account, result) if opened else None,
        losing_streak=-account.tally.streak if account.tally.streak < 0 else 0,
        lost_ms=lost_ms,
        lost_ticks=lost_ticks,
        same_ms=None if request is None else _same_ms(request, memory.newest, now.mono),
        same_tick=request is not None and has_acted(memory, request),
        last_second=second,
        last_minute=minute,
        second_frees_ms=second_frees,
        minute_frees_ms=minute_frees,
        automated=memory.automated_runs,
        breaker_ms=breaker_ms,
        orders=memory.orders,
        turnover=memory.turnover,
        session_result=result,
        in_flight=way.orders,
        last_ms=_ms(now.mono - memory.recent[-1]) if memory.recent else None,
    )


def cool_down_left(facts: Facts, ticks: int) -> int:
    """Return how many ticks of a cool-down of `ticks` are left; 0 when it is over."""
    return 0 if facts.lost_ticks is None else max(ticks - facts.lost_ticks, 0)


def _price(running: RoundState | None) -> Decimal | None:
    if running is None:
        return None
    if running.price is not None:
        return decimal_of(running.price)
    return _ONE if running.phase is _PRESALE else None


def _is_live(market: MarketState | None, *, replay: bool) -> bool | None:
    if replay:
        return True
    if market is None or market.link is None:
        return None
    return market.link.link is _LIVE


def _age_ms(running: RoundState | None, mono: Nanos, *, replay: bool) -> float | None:
    if running is None:
        return None
    if replay:
        return 0.0
    return _ms(mono - running.told_mono) if running.told_mono else None


def _ms(nanos: int) -> float:
    return nanos / NANOS_PER_MILLISECOND if nanos > 0 else 0.0


def _bet_end(account: Account, running: RoundState | None) -> int:
    if account.bet is not None:
        return account.bet.end
    ended = account.last_bet
    if ended is None or running is None or ended.round_id != running.round_id:
        return -1
    return ended.tick


class _UnderWay(NamedTuple):
    """What orders under way come to, as `Facts` names it."""

    pending: Decimal = NOTHING
    buys: Decimal = NOTHING
    bet: bool = False
    selling: int = 0
    selling_unknown: int = 0
    unknown: int = 0
    orders: int = 0


_IDLE: Final = _UnderWay()


def _under_way(book: OrderBook) -> _UnderWay:
    pending, buys, bet = NOTHING, NOTHING, False
    selling, selling_unknown, unknown, count = 0, 0, 0, 0
    for order in book.open:
        if not order.is_under_way:
            continue
        count += 1
        is_unknown = order.state is _UNKNOWN
        unknown += is_unknown
        if order.request.side is _SELL:
            share = order.request.share or 100
            selling += 0 if is_unknown else share
            selling_unknown += share if is_unknown else 0
            continue
        stake = order.at_stake
        pending += stake
        if order.request.side is _BUY:
            buys += stake
        else:
            bet = True
    return _UnderWay(pending, buys, bet, selling, selling_unknown, unknown, count)


def _day_result(account: Account, unrealised: Decimal, now: Moment) -> Decimal:
    today = account.day_result if account.day == now.at // _DAY else NOTHING
    return today + unrealised if unrealised else today


def _drawdown(account: Account, result: Decimal) -> Decimal:
    opening, peak = account.session_opening, account.tally.peak
    return max(NOTHING, max(opening, peak) - opening - result)


def _loss(
    account: Account, running: RoundState | None, now: Moment
) -> tuple[float | None, int | None]:
    """How long ago the last loss was: in time, and in ticks if it was in this round."""
    lost = account.last_loss
    if lost is None:
        return None, None
    here = running is not None and lost.round_id == running.round_id
    ticks = max(running.tick - lost.tick, 0) if here and running is not None else None
    return _ms(now.at - lost.at), ticks


def _same_ms(request: Request, newest: Mapping[Kind, Nanos], mono: Nanos) -> float | None:
    if not newest:
        return None
    allowed = newest.get(kind_of(request))
    return None if allowed is None else _ms(mono - allowed)


def _rates(recent: tuple[Nanos, ...], mono: Nanos) -> tuple[int, int, float, float]:
    """Orders of the last second and minute, and when the oldest of each leaves it [ms]."""
    if not recent:
        return 0, 0, 0.0, 0.0
    count = len(recent)
    minute = bisect_right(recent, mono - MINUTE)
    second = bisect_right(recent, mono - NANOS_PER_SECOND)
    return (
        count - second,
        count - minute,
        _ms(recent[second] + NANOS_PER_SECOND - mono) if second < count else 0.0,
        _ms(recent[minute] + MINUTE - mono) if minute < count else 0.0,
    )
