"""What the market makes of an account: paper fills, the rug's sale, side bets, standing orders."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from replayer_qt.core.events import Event, PriceTicked, RoundRugged, TickBlock, TickOrigin
from replayer_qt.core.holes import Holes
from replayer_qt.core.order_events import CashOut, OrderFilled, PositionLiquidated, Rebaselined
from replayer_qt.core.orders import Mode, OrderId, OrderSide, Origin
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Severity
from replayer_qt.core.round import RoundState
from replayer_qt.core.soundness import is_sound
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import Sell
from replayer_qt.core.units import Moment, Nanos
from replayer_qt.engine.cash_out import reason_to_sell
from replayer_qt.engine.paper import (
    TOO_LATE,
    Spot,
    bet_closed,
    carried_out,
    liquidated,
    may_be_rug,
    rejected,
    unseen_rug,
)
from replayer_qt.engine.seat import with_trading
from replayer_qt.engine.turn import Turn

STANDING_ID: Final = "cash-out"
"""The strategy's name of an order that the standing order gave."""

_PAPER: Final = Mode.PAPER
_LIVE: Final = TickOrigin.LIVE
_PRESALE: Final = Phase.PRESALE
_RUNS: Final = frozenset({Phase.PRESALE, Phase.ACTIVE, Phase.RUGGED})


def follow_market(turn: Turn, event: Event) -> None:
    """Do what follows from an event of a round, which `turn.market` knows of already."""
    market = turn.market
    if market is None or market.round is None:
        return
    on_paper = turn.seat.trading.mode is _PAPER
    if on_paper:
        _leave_old_rounds(turn, market, market.round)
    match event:
        case PriceTicked():
            if _is_newest(event, market.round):
                is_live = event.origin is _LIVE
                _tick(turn, Spot(event.round_id, event.tick, event.price), is_live=is_live)
        case TickBlock():
            _block(turn, event, market, market.round)
        case RoundRugged():
            _rug(turn, event, market)
        case _ if on_paper and market.round.phase is _PRESALE:
            _arrive(turn, Spot(market.round.round_id, 0, None))
        case _:
            pass
    tidy(turn, turn.told)


def tidy(turn: Turn, told: Iterable[Event]) -> None:
    """Take the standing order away when one of `told` has left nothing to sell."""
    trading = turn.seat.trading
    if trading.cash_out is None or trading.account.holding.quantity:
        return
    if any(_can_empty(event) for event in told):
        turn.stand(None, "nothing is held any more")


def _can_empty(event: Event) -> bool:
    match event:
        case OrderFilled(fill=fill):
            return fill.side is OrderSide.SELL
        case PositionLiquidated() | Rebaselined():
            return True
        case _:
            return False


# --- ticks


def _is_newest(event: PriceTicked, round_: RoundState) -> bool:
    return (
        event.tick == round_.tick
        and event.round_id == round_.round_id
        and event.price == round_.price
        and round_.rug_tick is None
    )


def _tick(turn: Turn, spot: Spot, *, is_live: bool) -> None:
    if turn.seat.trading.mode is _PAPER:
        _lose_bet(turn, spot)
    if spot.price is None or may_be_rug(spot.price) or not is_live:
        return  # what is told afterwards was no price to trade at
    if turn.seat.paper.pending:
        _arrive(turn, spot)
    _stand_guard(turn, spot, spot.price)


def _lose_bet(turn: Turn, spot: Spot) -> None:
    """A bet is lost for certain when a tick after its last one is seen."""
    bet = turn.seat.trading.account.bet
    if bet is None or bet.round_id != spot.round_id or spot.tick <= bet.end:
        return
    closed = bet_closed(turn.trading.account, None, turn.stamp())
    if closed is not None:
        turn.tell(closed)


def _arrive(turn: Turn, spot: Spot) -> None:
    for pending in turn.seat.paper.pending:
        if pending.due > turn.moment.at or pending.request.round_id != spot.round_id:
            continue
        turn.fly(turn.seat.paper.without(pending))
        paper = turn.context.settings.paper
        turn.tell(carried_out(pending, turn.seat.trading.account, spot, paper, turn.stamp()))


def _stand_guard(turn: Turn, spot: Spot, price: float) -> None:
    """Sell, once, if the standing order says so."""
    trading = turn.seat.trading
    account, wanted = trading.account, trading.cash_out
    if wanted is None or not account.holding.quantity or account.round_id != spot.round_id:
        return
    if price > trading.cash_out_peak:
        trading = replace(trading, cash_out_peak=price)
        turn.seat = with_trading(turn.seat, trading)
    if turn.context.kill.on or trading.book.selling():
        return
    reason = reason_to_sell(trading, spot.tick, price)
    if reason is None:
        return
    turn.stand(None, reason)
    turn.order(
        Sell(
            stream=trading.stream,
            key=OrderId(f"cash-out/{spot.round_id}/{spot.tick}/{turn.moment.at}"),
            origin=Origin.STANDING,
            strategy_id=STANDING_ID,
            param_hash=_hash_of(wanted),
            share=wanted.share,
        )
    )


def _hash_of(wanted: CashOut) -> str:
    return sha256(msgspec.json.encode(wanted, order="sorted")).hexdigest()


# --- many ticks at once


def _block(turn: Turn, block: TickBlock, market: MarketState, round_: RoundState) -> None:
    """Do tick by tick what a block means, with the market as it was at each of them."""
    if block.round_id != round_.round_id or round_.rug_tick is not None or not len(block.ticks):
        return
    whole_market, whole_moment = turn.market, turn.moment
    for tick, price, at, missing in _as_they_came(block, round_):
        if turn.seat.is_idle:
            break
        turn.moment = Moment(Nanos(at), Nanos(at) if turn.context.replay else block.mono)
        if _matters(turn, tick, at):
            seen = replace(round_, tick=tick, price=price, missing=missing, rug_tick=None)
            turn.market = replace(market, round=seen)
            _tick(turn, Spot(block.round_id, tick, price), is_live=True)
            tidy(turn, turn.told)
    turn.market, turn.moment = whole_market, whole_moment


def _matters(turn: Turn, tick: int, at: int) -> bool:
    """Whether anything can come of a tick; most of a long block need no more than this."""
    trading = turn.trading
    if trading.cash_out is not None:
        return True
    bet = trading.account.bet
    if bet is not None and tick > bet.end:
        return True
    return any(pending.due <= at for pending in turn.seat.paper.pending)


def _as_they_came(block: TickBlock, round_: RoundState) -> Iterator[tuple[int, float, int, int]]:
    """Yield tick, price, time, and how many ticks were missing then; late ticks are left out."""
    later = _missing_after(block.ticks, round_.holes)
    newest = -1
    columns = (block.ticks.tolist(), block.prices.tolist(), block.ats.tolist(), later)
    for tick, price, at, missing in zip(*columns, strict=True):
        if tick > newest and is_sound(tick, price):
            newest = tick
            yield tick, price, at, missing


def _missing_after(ticks: NDArray[np.int64], holes: Holes) -> list[int]:
    """For each tick how many of the positions before it are missing."""
    if not holes:
        return [0] * len(ticks)
    firsts = np.array([first for first, _ in holes])
    sizes = np.cumsum([0, *(last - first + 1 for first, last in holes)])
    before: list[int] = sizes[np.searchsorted(firsts, ticks)].tolist()
    return before


# --- the end of a round


def _rug(turn: Turn, event: RoundRugged, market: MarketState) -> None:
    ended = market.named(event.round_id)
    if ended is None or ended.rug_tick != event.tick:
        return
    trading = turn.trading
    if trading.mode is Mode.PAPER:
        _reject_of(turn, ended)
        account = trading.account
        if account.holding.quantity and account.round_id == event.round_id:
            turn.tell(liquidated(account, event.tick, event.price, turn.stamp()))
        if account.bet is not None and account.bet.round_id == event.round_id:
            closed = bet_closed(account, event.tick, turn.stamp())
            if closed is not None:
                turn.tell(closed)
    if turn.trading.cash_out is not None and ended is market.round:
        turn.stand(None, "the round is over")


def _reject_of(turn: Turn, ended: RoundState) -> None:
    for pending in turn.seat.paper.pending:
        if pending.request.round_id == ended.round_id:
            turn.fly(turn.seat.paper.without(pending))
            turn.tell(rejected(pending.request, TOO_LATE, turn.stamp()))


def _leave_old_rounds(turn: Turn, market: MarketState, running: RoundState) -> None:
    """Settle what another round than the running one left open, for its end was not seen.

    While the next round is only announced the end may still be told; trading has begun after.
    """
    name = running.round_id
    for pending in turn.seat.paper.pending:
        if pending.request.round_id != name:
            turn.fly(turn.seat.paper.without(pending))
            turn.tell(rejected(pending.request, TOO_LATE, turn.stamp()))
    account = turn.seat.trading.account
    holds = bool(account.holding.quantity) and account.round_id != name
    bets = account.bet is not None and account.bet.round_id != name
    if not (holds or bets) or (running.phase not in _RUNS and running.price is None):
        return
    ended = None if account.round_id is None else market.named(account.round_id)
    tick, price = unseen_rug(ended)
    seen = ended is not None and ended.rug_tick is not None
    if holds:
        turn.tell(liquidated(account, tick, price, turn.stamp(), seen=seen))
    if bets:
        closed = bet_closed(account, tick if seen else None, turn.stamp())
        if closed is not None:
            turn.tell(closed)
    if not seen:
        turn.problem(
            "round-end-unseen",
            f"The end of round {account.round_id} was not seen: what was held counts as sold at "
            f"{price:.6f}x, an open side bet as lost.",
            "Nothing: paper money only.",
            Severity.WARNING,
        )
    if turn.trading.cash_out is not None and holds:
        turn.stand(None, "the round is over")
