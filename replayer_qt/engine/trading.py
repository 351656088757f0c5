"""Trading one stream: what commands, the market, the venue and time make of an account.

Every function takes a seat and returns another; the events that led there are folded already.
The same seat, events and commands always lead to the same seat.
"""

from msgspec.structs import replace

from replayer_qt.core.approval import Approval
from replayer_qt.core.events import ROUND_EVENTS, Event
from replayer_qt.core.order_events import KillSwitched, KillWanted
from replayer_qt.core.orders import OrderId, OrderState
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    AcknowledgeHalt,
    Arm,
    CancelOrder,
    ChooseMode,
    Deposit,
    Disarm,
    OrderCommand,
    ResolveUnknown,
    SetCashOut,
    TradeCommand,
)
from replayer_qt.core.units import Moment, Nanos
from replayer_qt.engine.answers import (
    accept_venue,
    cancel,
    choose_mode,
    deposit,
    resolve_unknown,
    set_cash_out,
)
from replayer_qt.engine.arming_watch import answer_arming, watch_arming
from replayer_qt.engine.followed_market import follow_market
from replayer_qt.engine.seat import Context, Seat
from replayer_qt.engine.turn import Turn, passes_kill
from replayer_qt.engine.venue_word import hear_venue, outlast
from replayer_qt.engine.wishes import wishes_of

_OF_ROUNDS = frozenset(ROUND_EVENTS)


def submit(
    seat: Seat,
    command: TradeCommand,
    market: MarketState | None,
    context: Context,
    moment: Moment,
) -> tuple[Seat, tuple[Event, ...]]:
    """Do what is asked, or tell why not.

    Args:
        seat: the account.
        command: an order, or anything else that this stream's account can be asked.
        market: the stream's market now.
        context: what the decision depends on beside.
        moment: when it is; in a replay the stream's own time on both clocks.
    """
    turn = Turn(seat, market, context, moment)
    if isinstance(command, OrderCommand):
        turn.order(command)
    else:
        _answer(turn, command)
    return turn.seat, tuple(turn.told)


def release(
    seat: Seat,
    order_id: OrderId,
    market: MarketState | None,
    context: Context,
    moment: Moment,
) -> tuple[Seat, tuple[Event, ...], Approval | None]:
    """Let an allowed order leave, now that its decision is on stable storage.

    What can have changed meanwhile is looked at again: the kill switch, the order's age, its round
    and phase, arming. If that forbids it now it is withdrawn, and never aimed at another round.

    Returns:
        The seat, what happened, and the ticket for the venue; None where no venue is concerned.
    """
    turn = Turn(seat, market, context, moment)
    approval = turn.release(order_id)
    return turn.seat, tuple(turn.told), approval


def react(
    seat: Seat, event: Event, market: MarketState | None, context: Context
) -> tuple[Seat, tuple[Event, ...]]:
    """Return what follows from an event that market and seat have folded already.

    Args:
        seat: the account, after `event`.
        event: of the market, of the account, or the kill switch; others change nothing.
        market: the stream's market, after `event`.
        context: what follows depends on this beside.
    """
    if type(event) in _OF_ROUNDS:
        if seat.is_idle and not seat.wished:
            return seat, ()
        turn = Turn(seat, market, context, _moment_of(event, context))
        follow_market(turn, event)
        return _ended(turn)
    turn = Turn(seat, market, context, _moment_of(event, context))
    if isinstance(event, KillSwitched):
        if event.on:
            _stop(turn)
    else:
        hear_venue(turn, event)
    if turn.trading.arming.is_armed:
        watch_arming(turn)
    return _ended(turn)


def pass_time(
    seat: Seat,
    market: MarketState | None,
    context: Context,
    moment: Moment,
    *,
    incident: str = "",
    settings_changed: bool = False,
) -> tuple[Seat, tuple[Event, ...]]:
    """Return what time alone brings: orders too old to leave, drift that lasts, disarming.

    Args:
        seat: the account.
        market: the stream's market now.
        context: what follows depends on this beside.
        moment: when it is.
        incident: one of `core.arming.INCIDENTS`, if the machinery around noticed one.
        settings_changed: whether other settings are in force than a moment ago.
    """
    turn = Turn(seat, market, context, moment)
    for order in seat.trading.book.open:
        if order.state is OrderState.GATED and turn.too_old(order):
            turn.withdraw(order, f"it could not leave in {context.settings.trading.order_ms} ms")
    outlast(turn)
    watch_arming(turn, incident=incident, settings_changed=settings_changed)
    return _ended(turn)


def _answer(turn: Turn, command: TradeCommand) -> None:
    match command:
        case CancelOrder(order_id=order_id):
            cancel(turn, order_id)
        case SetCashOut(cash_out=cash_out):
            set_cash_out(turn, cash_out)
        case Deposit(amount=amount):
            deposit(turn, amount)
        case ChooseMode(mode=mode):
            choose_mode(turn, mode)
        case AcceptVenue():
            accept_venue(turn)
        case ResolveUnknown(order_id=order_id, happened=happened):
            resolve_unknown(turn, order_id, happened=happened)
        case Arm() | Disarm() | AcknowledgeHalt():
            answer_arming(turn, command)
        case _:
            pass


def _stop(turn: Turn) -> None:
    """The kill switch is on: withdraw what has not left, and what would sell by itself."""
    for order in turn.trading.book.in_state(OrderState.GATED):
        if not passes_kill(order.request):
            turn.withdraw(order, "the kill switch was pressed")
    if turn.trading.cash_out is not None:
        turn.stand(None, "the kill switch was pressed")


def _ended(turn: Turn) -> tuple[Seat, tuple[Event, ...]]:
    if not turn.context.replay:
        _wish(turn)
    return turn.seat, tuple(turn.told)


def _wish(turn: Turn) -> None:
    """Ask for the kill switch where a rule says so, once for as long as its cause lasts."""
    trading, before = turn.trading, turn.seat.wished
    found = list(wishes_of(trading, turn.market, turn.context.limits.risk, turn.moment.at))
    now = frozenset(wish.cause for wish in found)
    if now == before:
        return
    turn.seat = replace(turn.seat, wished=now)
    for wish in found:
        if wish.cause not in before:
            turn.tell(
                KillWanted(
                    at=turn.moment.at,
                    mono=turn.moment.mono,
                    stream=trading.stream,
                    by=wish.by,
                    reason=wish.reason,
                )
            )


def _moment_of(event: Event, context: Context) -> Moment:
    """A recording's own time counts on both clocks: what it was on the other is long over."""
    return Moment(event.at, Nanos(event.at) if context.replay else event.mono)
