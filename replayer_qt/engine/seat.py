"""All that trading one stream is, as one frozen value, and how its own events change it."""

from decimal import Decimal

import msgspec
from msgspec.structs import replace as _with

from replayer_qt.core.account import Account
from replayer_qt.core.arming import fold_arming
from replayer_qt.core.booking import fold_account
from replayer_qt.core.events import Event
from replayer_qt.core.order_book import fold_leaving as leaving
from replayer_qt.core.order_book import fold_orders
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    ArmingChanged,
    BranchChanged,
    CashOutSet,
    Deposited,
    Difference,
    DriftFound,
    OrderEvent,
    OrderFilled,
    OrderGated,
    OrderRequested,
    OrderSent,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
)
from replayer_qt.core.orders import Mode
from replayer_qt.core.risk import Limits
from replayer_qt.core.risk_memory import fold_memory
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import MarketState
from replayer_qt.core.trading import Branches, Kill, Trading
from replayer_qt.core.units import PRACTICE, Moment, Nanos, StreamId
from replayer_qt.engine.paper import PaperState


class Doubt(msgspec.Struct, frozen=True, gc=False):
    """Our ledger and the venue's word differ, but not for long enough to call it drift.

    Attributes:
        since: when that was first seen [monotonic ns].
    """

    since: Nanos
    differences: tuple[Difference, ...]


class Parked(msgspec.Struct, frozen=True, gc=False):
    """What the account of another mode of the same stream was when it was left.

    Attributes:
        day: the UTC day of `day_result` [days since the Unix epoch].
        day_result: realised in that day [SOL].
    """

    mode: Mode
    cash: Decimal
    day: int
    day_result: Decimal


class Seat(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything about trading one stream; whoever keeps it can come back to it.

    Attributes:
        paper: what is on its way to the paper venue.
        doubt: a difference to the venue that is not drift yet.
        wished: rules that asked for the kill switch, and whose cause still lasts.
        parked: the account of the other mode, while this one is traded.
        known: whether the venue has told what it holds for us since it was listened to.
    """

    trading: Trading
    paper: PaperState = PaperState()
    doubt: Doubt | None = None
    wished: frozenset[str] = frozenset()
    parked: Parked | None = None
    known: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether nothing is held, bet or under way."""
        trading = self.trading
        account = trading.account
        return not (trading.book.open or account.bet is not None or account.holding.quantity)

    @property
    def is_idle(self) -> bool:
        """Whether the market can do nothing to this account: flat, and no standing order."""
        trading = self.trading
        if trading.cash_out is not None or trading.book.open:
            return False
        account = trading.account
        return account.bet is None and not account.holding.quantity


class Context(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a decision depends on, and no event of the stream tells.

    Attributes:
        audit_ok: whether decisions can be written down.
        recorder_ok: whether what is received is written down, where that is wanted.
        breaker_ms: None while no circuit breaker is open, else time until it is tried again [ms].
        replay: whether the stream is a recording: time is the stream's own, orders are released
            at once, and no rule presses the kill switch, which is for what can cost money.
    """

    settings: Settings
    limits: Limits
    kill: Kill = Kill()
    audit_ok: bool = True
    recorder_ok: bool = True
    breaker_ms: float | None = None
    replay: bool = False


def opened(
    stream: StreamId,
    mode: Mode,
    cash: Decimal,
    *,
    moment: Moment,
    day: int = 0,
    day_result: Decimal = Decimal(0),
) -> Seat:
    """Return the seat of a new account.

    Args:
        stream: what it trades.
        mode: whose money it is.
        cash: what it begins with [SOL].
        moment: when it begins.
        day: the UTC day of `day_result` [days since the Unix epoch].
        day_result: realised in that day before [SOL].
    """
    event = AccountOpened(
        at=moment.at,
        mono=moment.mono,
        stream=stream,
        mode=mode,
        cash=cash,
        day=day,
        day_result=day_result,
    )
    return fold(Seat(trading=Trading(stream=stream, mode=mode)), event, None)


def venue_mode(stream: StreamId) -> Mode:
    """Return whose money a stream's venue holds for us."""
    return Mode.PRACTICE if stream == PRACTICE else Mode.LIVE


def fold(seat: Seat, event: Event, market: MarketState | None) -> Seat:
    """Return the seat after an event of its account; other events change nothing.

    Args:
        seat: before.
        event: one of `ACCOUNT_EVENTS`.
        market: as it is now; tells where a standing order was set.
    """
    before = seat.trading
    if isinstance(event, OrderEvent):
        after = _ordered(before, event)
        return seat if after is before else _with(seat, trading=after)
    match event:
        case PositionLiquidated() | SideBetClosed() | Deposited():
            after = _booked(before, event)
        case Rebaselined():
            after = _with(_booked(before, event), drift=())
        case AccountOpened(mode=mode):
            after = _with(
                before,
                account=fold_account(Account(mode=mode), event),
                mode=mode,
                arming=fold_arming(before.arming, event),
                memory=fold_memory(before.memory, event),
                drift=(),
                stated=None,
            )
            return _with(seat, trading=after, known=False, doubt=None)
        case AccountStated():
            after = _with(before, stated=event)
        case DriftFound(differences=differences):
            after = _with(before, drift=differences)
        case CashOutSet():
            after = _standing(before, event, market)
        case ArmingChanged():
            after = _with(
                before,
                arming=fold_arming(before.arming, event),
                memory=fold_memory(before.memory, event),
            )
        case BranchChanged(branch=branch, branches=names, ahead=ahead):
            branches = Branches(current=branch, names=names, ahead=ahead)
            after = _with(before, branches=branches)
        case _:
            return seat
    return with_trading(seat, after)


def fold_leaving(
    seat: Seat, requested: OrderRequested, gated: OrderGated, sent: OrderSent, paper: PaperState
) -> Seat:
    """Return the seat after one order was asked for, allowed, and sent to the paper venue."""
    trading = seat.trading
    memory = fold_memory(fold_memory(trading.memory, requested), gated)
    book = leaving(trading.book, requested, gated, sent)
    return _with(seat, trading=_with(trading, book=book, memory=memory), paper=paper)


def unheard(seat: Seat) -> Seat:
    """Return the seat once its venue can't be heard: what it said before is no truth any more."""
    trading = seat.trading
    if trading.stated is not None:
        trading = _with(trading, stated=None)
    return _with(seat, trading=trading, known=False, doubt=None)


def with_trading(seat: Seat, trading: Trading) -> Seat:
    """Return the seat with another account."""
    return seat if trading is seat.trading else _with(seat, trading=trading)


def _ordered(trading: Trading, event: OrderEvent) -> Trading:
    before = trading.book
    book = fold_orders(before, event)
    if book is before:
        return trading
    if book.refused != before.refused:
        return _with(trading, book=book)
    memory = fold_memory(trading.memory, event)
    if type(event) is OrderFilled:
        account = fold_account(trading.account, event)
        return _with(trading, account=account, book=book, memory=memory)
    return _with(trading, book=book, memory=memory)


def _booked(trading: Trading, event: Event) -> Trading:
    return _with(trading, account=fold_account(trading.account, event))


def _standing(trading: Trading, event: CashOutSet, market: MarketState | None) -> Trading:
    round_ = None if market is None else market.round
    tick = -1 if round_ is None else round_.tick
    holds = bool(trading.account.holding.quantity)
    price = None if round_ is None else round_.price
    return _with(
        trading,
        cash_out=event.cash_out,
        cash_out_tick=-1 if event.cash_out is None else tick,
        cash_out_peak=price if holds and event.cash_out is not None and price else 0.0,
    )
