"""Keeps the seat of one stream, and folds into it what happens, in order."""

from typing import Final

from replayer_qt.core.approval import Approval
from replayer_qt.core.events import Event
from replayer_qt.core.order_events import (
    ACCOUNT_EVENTS,
    AccountOpened,
    AccountStated,
    ArmingChanged,
    BranchChanged,
    Deposited,
)
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import TradeCommand
from replayer_qt.core.units import Moment
from replayer_qt.engine.seat import Context, Seat, fold
from replayer_qt.engine.trading import pass_time, react, release, submit

OWN: Final = frozenset(ACCOUNT_EVENTS)

_TOLD_TO_PAPER: Final = frozenset(
    {AccountOpened, AccountStated, ArmingChanged, BranchChanged, Deposited}
)


class SeatKeeper:
    """The account of a stream that is followed as it happens.

    Attributes:
        seat: the account now.
    """

    __slots__ = ("seat",)

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    def concerns(self, event: Event) -> bool:
        """Return whether an own event from outside is about this account.

        While a stream is traded on paper, what its venue says of its own account is not.
        """
        return self.seat.trading.mode is not Mode.PAPER or type(event) in _TOLD_TO_PAPER

    def take(self, event: Event, market: MarketState | None, context: Context) -> tuple[Event, ...]:
        """Take an event that the market has folded already, and return what follows from it."""
        seat = self.seat
        if type(event) in OWN:
            seat = fold(seat, event, market)
        self.seat, told = react(seat, event, market, context)
        return told

    def submit(
        self, command: TradeCommand, market: MarketState | None, context: Context, moment: Moment
    ) -> tuple[Event, ...]:
        """Do what is asked, and return what happened."""
        self.seat, told = submit(self.seat, command, market, context, moment)
        return told

    def release(
        self, order_id: OrderId, market: MarketState | None, context: Context, moment: Moment
    ) -> tuple[tuple[Event, ...], Approval | None]:
        """Let an order leave; return what happened, and the ticket for its venue."""
        self.seat, told, approval = release(self.seat, order_id, market, context, moment)
        return told, approval

    def pass_time(
        self,
        market: MarketState | None,
        context: Context,
        moment: Moment,
        *,
        incident: str = "",
        settings_changed: bool = False,
    ) -> tuple[Event, ...]:
        """Return what time alone brought, an incident, or other settings."""
        self.seat, told = pass_time(
            self.seat,
            market,
            context,
            moment,
            incident=incident,
            settings_changed=settings_changed,
        )
        return told

    def moment_of(self, event: Event) -> Moment:
        """Return when `event` happened on this account's clocks."""
        return Moment(event.at, event.mono)
