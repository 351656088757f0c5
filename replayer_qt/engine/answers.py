"""Answers to what is asked of an account beside orders: what happens, or why nothing does."""

from decimal import Decimal
from typing import Final

from replayer_qt.core.account import Account
from replayer_qt.core.money import NOTHING, decimal_of, floor9
from replayer_qt.core.order_book import Order
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    CashOut,
    Deposited,
    DriftFound,
    OrderFilled,
    OrderRejected,
)
from replayer_qt.core.orders import Fill, Mode, OrderId, OrderSide, OrderState
from replayer_qt.core.units import RoundId
from replayer_qt.engine.cash_out import invalid
from replayer_qt.engine.reconcile import accepted, differences
from replayer_qt.engine.seat import Parked, Seat, venue_mode
from replayer_qt.engine.turn import Turn

_MOST: Final = Decimal(10**9)
"""More play money than anybody needs [SOL]."""


def cancel(turn: Turn, order_id: OrderId) -> None:
    """Withdraw an order that has not left."""
    order = turn.trading.book.find(order_id)
    if order is not None and order.state is OrderState.GATED:
        turn.withdraw(order, "it was cancelled before it left")
        return
    turn.problem(
        "not-cancellable",
        "The order was not cancelled: it has left, or is over.",
        "Nothing can call an order back; look at what becomes of it.",
    )


def set_cash_out(turn: Turn, wanted: CashOut | None) -> None:
    """Set the standing order that sells by itself, or take it away."""
    why = None if wanted is None else invalid(wanted)
    if why is not None:
        turn.problem(
            "cash-out-invalid", f"The auto-cash-out was not set: {why}.", "Change it and set again."
        )
    elif wanted != turn.trading.cash_out:
        turn.stand(wanted)


def deposit(turn: Turn, amount: Decimal) -> None:
    """Put play money into a paper account, or take some out."""
    trading = turn.trading
    free = trading.account.cash - trading.book.at_stake()
    if trading.mode is not Mode.PAPER:
        why, remedy = "only a paper account takes play money", "Trade on paper first."
    elif not amount.is_finite() or not 0 < abs(amount) < _MOST or floor9(amount) != amount:
        why, remedy = f"{amount} SOL is no amount", "Give one with nine decimals at most."
    elif free + amount < 0:
        why, remedy = f"only {free} SOL are free", "Take out less."
    else:
        turn.tell(
            Deposited(
                at=turn.moment.at,
                mono=turn.moment.mono,
                stream=trading.stream,
                amount=amount,
                reason="asked for",
            )
        )
        return
    turn.problem("deposit-refused", f"The cash was not changed: {why}.", remedy)


def choose_mode(turn: Turn, mode: Mode) -> None:
    """Trade this stream on paper, or at its venue; only with nothing open."""
    seat, trading = turn.seat, turn.trading
    if mode is trading.mode:
        return
    why = remedy = ""
    if not seat.is_flat:
        why, remedy = "something is held, bet or under way", "Sell or wait for the round's end."
    elif mode not in {Mode.PAPER, venue_mode(trading.stream)}:
        why, remedy = f"its venue has no {mode} account", "Connect to another venue."
    elif turn.context.replay:
        why, remedy = "a recording is traded on paper only", "Connect to a venue to trade there."
    elif mode is not Mode.PAPER and trading.stated is None and seat.parked is None:
        why, remedy = "the venue has not told what it holds for us", "Connect, then choose again."
    if why:
        turn.problem("mode-refused", f"Orders go on as {trading.mode} orders: {why}.", remedy)
        return
    _change_mode(turn, mode)


def _change_mode(turn: Turn, mode: Mode) -> None:
    seat, trading = turn.seat, turn.trading
    account, parked, stated = trading.account, seat.parked, trading.stated
    if trading.cash_out is not None:
        turn.stand(None, "another account is traded now")
    known = parked is not None and parked.mode is mode
    cash, day, result = decimal_of(turn.context.settings.paper.cash), 0, NOTHING
    if parked is not None and known:
        cash, day, result = parked.cash, parked.day, parked.day_result
    if mode is not Mode.PAPER and stated is not None and stated.cash is not None:
        cash = stated.cash
    left = Parked(trading.mode, account.cash, account.day, account.day_result)
    turn.seat = Seat(trading=turn.trading, wished=seat.wished, parked=left)
    turn.tell(
        AccountOpened(
            at=turn.moment.at,
            mono=turn.moment.mono,
            stream=trading.stream,
            mode=mode,
            cash=cash,
            day=day,
            day_result=result,
        )
    )


def accept_venue(turn: Turn) -> None:
    """Set our ledger to the venue's last word, with an entry for the difference."""
    trading = turn.trading
    if trading.stated is None or trading.mode is Mode.PAPER:
        _venue_is_silent(turn)
        return
    drifted = bool(trading.drift)
    reason = "a person accepted the venue's word"
    turn.tell(accepted(trading, trading.stated, reason, turn.moment, turn.running_round()))
    if drifted:
        tell_drift_is_over(turn)


def tell_drift_is_over(turn: Turn) -> None:
    """Tell that our ledger and the venue agree again."""
    turn.tell(
        DriftFound(
            at=turn.moment.at, mono=turn.moment.mono, stream=turn.trading.stream, differences=()
        )
    )


def resolve_unknown(turn: Turn, order_id: OrderId, *, happened: bool) -> None:
    """Take a person's word on an unknown order: it was carried out, or it was not."""
    trading = turn.trading
    order = trading.book.find(order_id)
    if order is None or order.state is not OrderState.UNKNOWN:
        turn.problem(
            "order-not-unknown",
            "The order was left as it is: its fate is known.",
            "Look at the list of orders.",
        )
        return
    at, mono, stream = turn.moment.at, turn.moment.mono, trading.stream
    if not happened:
        reason = "a person looked: it was not carried out"
        turn.tell(OrderRejected(at=at, mono=mono, stream=stream, order_id=order_id, reason=reason))
        return
    stated = trading.stated
    if stated is None or stated.cash is None:
        _venue_is_silent(turn)
        return
    fill = _proved(order, trading.account, stated)
    turn.tell(OrderFilled(at=at, mono=mono, stream=stream, order_id=order_id, fill=fill))
    if differences(turn.trading.account, stated):
        reason = "a person says that an unknown order was carried out"
        turn.tell(accepted(turn.trading, stated, reason, turn.moment, turn.running_round()))


def _venue_is_silent(turn: Turn) -> None:
    turn.problem(
        "venue-silent",
        "The ledger was left as it is: the venue has not told what it holds for us.",
        "Ask the venue, then try again.",
    )


def _proved(order: Order, account: Account, stated: AccountStated) -> Fill:
    """The fill that the difference between our ledger and the venue's word shows.

    Where it shows none of this kind, what was asked for counts, and the venue's word is taken over
    after it.
    """
    request = order.request
    cash = NOTHING if stated.cash is None else stated.cash - account.cash
    units = NOTHING if stated.quantity is None else stated.quantity - account.holding.quantity
    asked = request.amount or NOTHING
    price = request.price or Decimal(1)
    match request.side:
        case OrderSide.BUY:
            fits = cash < 0 < units
            amount, quantity = (-cash, units) if fits else (asked, floor9(asked / price))
        case OrderSide.SELL:
            fits = units < 0 < cash
            held = account.holding.quantity
            amount, quantity = (cash, -units) if fits else (floor9(held * price), held)
        case OrderSide.SIDE_BET:
            fits, amount, quantity = False, asked, NOTHING
    return Fill(
        fill_id=f"{request.order_id}/said",
        side=request.side,
        round_id=request.round_id or account.round_id or RoundId(""),
        tick=max(0, request.tick),
        price=amount / quantity if fits else price,
        quantity=quantity,
        amount=amount,
    )
