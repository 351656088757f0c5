"""All accounts, stream by stream: who opens them, what reaches them, how healthy all is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from replayer_qt.core.approval import Approval
from replayer_qt.core.arming import LONGEST_MINUTES
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.money import decimal_of
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    KeysArmed,
)
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.risk import headrooms, limits_of
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import ArmKeys, TradeCommand
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import (
    NANOS_PER_SECOND,
    PRACTICE,
    Moment,
    Nanos,
    StreamId,
    stream_of,
    venue_of,
)
from replayer_qt.core.verdict import Headroom
from replayer_qt.engine.keeper import SeatKeeper
from replayer_qt.engine.reconcile import is_sound
from replayer_qt.engine.seat import Context, Seat, fold, opened, unheard, venue_mode
from replayer_qt.engine.timeline import Timeline
from replayer_qt.engine.turn import Turn

NOWHERE: Final = stream_of("replayer", "keys")
"""The stream named by what concerns no market."""

_MINUTE_NS: Final = 60 * NANOS_PER_SECOND

Markets = Mapping[StreamId, MarketState]
Accounts = Mapping[StreamId, Trading]


class TradingDesk:
    """Seats one account for each stream that can be traded.

    Attributes:
        accounts: who keeps the account of each stream.
    """

    def __init__(self, settings: Settings) -> None:
        self.accounts: dict[StreamId, SeatKeeper | Timeline] = {}
        self._live = Context(settings=settings, limits=limits_of(settings.risk, settings.trading))
        self._replayed = replace(self._live, replay=True)
        self._published: dict[StreamId, Trading] = {}

    # --- what holds for all

    def configure(self, settings: Settings, markets: Markets, moment: Moment) -> tuple[Event, ...]:
        """Let other settings be in force from now on; what was armed is not any more."""
        limits = limits_of(settings.risk, settings.trading)
        self._live = replace(self._live, settings=settings, limits=limits)
        self._replayed = replace(self._live, replay=True)
        return self._pass(markets, moment, settings_changed=True)

    def incident(self, code: str, markets: Markets, moment: Moment) -> tuple[Event, ...]:
        """Halt what is armed."""
        return self._pass(markets, moment, incident=code)

    def set_health(
        self, *, audit_ok: bool | None, recorder_ok: bool | None, breaker_ms: float | None
    ) -> None:
        """Say how this program is."""
        live = self._live
        self._live = replace(
            live,
            audit_ok=live.audit_ok if audit_ok is None else audit_ok,
            recorder_ok=live.recorder_ok if recorder_ok is None else recorder_ok,
            breaker_ms=live.breaker_ms if breaker_ms is None else breaker_ms or None,
        )

    def kill(self, event: Event, kill: Kill, markets: Markets) -> list[Event]:
        """Let the kill switch be what it is now, everywhere; return what follows."""
        self._live = replace(self._live, kill=kill)
        self._replayed = replace(self._replayed, kill=kill)
        told: list[Event] = []
        for stream, keeper in self.accounts.items():
            told += keeper.take(event, markets.get(stream), self._context(stream))
        return told

    # --- what happens

    def take(self, event: Event, market: MarketState) -> tuple[Event, ...]:
        """Take an event of a market that has folded it, and return what follows."""
        if type(event) is ReplayOpened:
            return self._open_replay(event)
        return self.accounts[event.stream].take(event, market, self._context(event.stream))

    def take_own(self, event: Event, market: MarketState | None) -> tuple[Event, ...]:
        """Take an own event from outside; return it and what follows, or nothing if none cares."""
        stream = event.stream
        if isinstance(event, AccountStated) and not is_sound(event):
            return (_senseless(event),)
        keeper = self.accounts.get(stream)
        if keeper is None:
            return self._open(event, market)
        if not keeper.concerns(event):
            return ()
        return (event, *keeper.take(event, market, self._context(stream)))

    def _open(self, event: Event, market: MarketState | None) -> tuple[Event, ...]:
        stream = event.stream
        if isinstance(event, AccountOpened):
            seat = Seat(trading=Trading(stream=stream, mode=event.mode))
            self.accounts[stream] = SeatKeeper(fold(seat, event, market))
            return (event,)
        if not isinstance(event, AccountStated) or event.cash is None:
            return ()
        if stream == PRACTICE and self._live.settings.trading.practice_mode == "paper":
            return ()
        mode = venue_mode(stream)
        first = AccountOpened(
            at=event.at, mono=event.mono, stream=stream, mode=mode, cash=event.cash
        )
        seat = fold(Seat(trading=Trading(stream=stream, mode=mode)), first, market)
        keeper = self.accounts[stream] = SeatKeeper(seat)
        return (first, event, *keeper.take(event, market, self._context(stream)))

    def _open_replay(self, event: Event) -> tuple[Event, ...]:
        """Open the account of a replay; the next file of the same replay goes on with it."""
        before = self.accounts.get(event.stream)
        if isinstance(before, Timeline):
            return before.take(event)
        moment = Moment(event.at, Nanos(event.at))
        first = AccountOpened(
            at=moment.at,
            mono=moment.mono,
            stream=event.stream,
            mode=Mode.PAPER,
            cash=decimal_of(self._live.settings.paper.cash),
        )
        seat = opened(event.stream, first.mode, first.cash, moment=moment)
        # what is over does not wait for a switch or a disk of today
        timeline = self.accounts[event.stream] = Timeline(
            seat, replace(self._replayed, kill=Kill())
        )
        return (first, *timeline.take(event))

    # --- what is asked

    def submit(self, command: Command, markets: Markets, moment: Moment) -> tuple[Event, ...]:
        """Do what is asked of trading, or tell why not."""
        if isinstance(command, ArmKeys):
            return (self._arm_keys(command, moment),)
        if not isinstance(command, TradeCommand):
            return ()
        stream = command.stream
        keeper = self.accounts.get(stream)
        if keeper is None:
            return (_no_account(stream, moment),)
        return keeper.submit(command, markets.get(stream), self._context(stream), moment)

    def release(
        self, stream: StreamId, order_id: OrderId, market: MarketState | None, moment: Moment
    ) -> tuple[tuple[Event, ...], Approval | None]:
        """Let an order leave."""
        keeper = self.accounts.get(stream)
        if keeper is None:
            return (), None
        return keeper.release(order_id, market, self._context(stream), moment)

    def pass_time(
        self, markets: Markets, keys_until: Nanos | None, moment: Moment
    ) -> tuple[Event, ...]:
        """Do what time alone brings."""
        told: list[Event] = []
        if keys_until is not None and moment.mono >= keys_until:
            told.append(_keys(None, "their time is over", moment))
        return (*told, *self._pass(markets, moment))

    def drop(self, stream: StreamId) -> None:
        """Forget the account of a recording; other accounts stay.

        What a venue says next of its own account is taken over: it may be another exchange.
        """
        keeper = self.accounts.get(stream)
        if isinstance(keeper, Timeline):
            del self.accounts[stream]
            self._published.pop(stream, None)
        elif keeper is not None:
            keeper.seat = unheard(keeper.seat)

    def shown_accounts(self, before: Accounts, markets: Markets, latest: Event | None) -> Accounts:
        """Return the accounts for people to see; `before` if nothing has changed.

        Args:
            before: as they were shown last.
            markets: for the distance to the limits.
            latest: the newest event of the stream that is looked at, whose distance to the limits
                is measured anew; None measures nothing.
        """
        after: dict[StreamId, Trading] | None = None
        if len(before) != len(self.accounts):
            after = {stream: old for stream, old in before.items() if stream in self.accounts}
        for stream, keeper in self.accounts.items():
            trading, old = keeper.seat.trading, before.get(stream)
            if latest is not None and stream == latest.stream:
                headroom = self._headroom(keeper, markets.get(stream), latest)
            elif old is None:
                headroom = ()
            elif self._published.get(stream) is trading:
                continue
            else:
                headroom = old.headroom
            after = dict(before) if after is None else after
            self._published[stream] = trading
            after[stream] = replace(trading, headroom=headroom) if headroom else trading
        return before if after is None else MappingProxyType(after)

    def _headroom(
        self, keeper: SeatKeeper | Timeline, market: MarketState | None, latest: Event
    ) -> tuple[Headroom, ...]:
        context = self._context(latest.stream)
        turn = Turn(keeper.seat, market, context, keeper.moment_of(latest))
        return headrooms(turn.facts(None), context.limits, keeper.seat.trading.mode)

    def _pass(
        self,
        markets: Markets,
        moment: Moment,
        *,
        incident: str = "",
        settings_changed: bool = False,
    ) -> tuple[Event, ...]:
        told: list[Event] = []
        for stream, keeper in self.accounts.items():
            told += keeper.pass_time(
                markets.get(stream),
                self._context(stream),
                moment,
                incident=incident,
                settings_changed=settings_changed,
            )
        return tuple(told)

    def _context(self, stream: StreamId) -> Context:
        return self._replayed if venue_of(stream) == "replay" else self._live

    def _arm_keys(self, command: ArmKeys, moment: Moment) -> KeysArmed:
        minutes = command.minutes
        if minutes is None:
            minutes = self._live.settings.trading.key_minutes
        if not minutes > 0:
            return _keys(None, "asked for", moment)
        length = int(min(minutes, LONGEST_MINUTES) * _MINUTE_NS)
        return _keys(Nanos(moment.mono + length), "asked for", moment)


def _keys(until: Nanos | None, reason: str, moment: Moment) -> KeysArmed:
    return KeysArmed(at=moment.at, mono=moment.mono, stream=NOWHERE, until=until, reason=reason)


def _no_account(stream: StreamId, moment: Moment) -> ProblemRaised:
    return ProblemRaised(
        at=moment.at,
        mono=moment.mono,
        stream=stream,
        code="no-account",
        what=f"Nothing was done: there is no account for {stream}.",
        remedy="Connect to a venue or open a recording first.",
        severity=Severity.WARNING,
    )


def _senseless(event: AccountStated) -> ProblemRaised:
    return ProblemRaised(
        at=event.at,
        mono=event.mono,
        stream=event.stream,
        code="statement-senseless",
        what="The venue told of money that can't be; it was not taken over.",
        remedy="Ask the venue again; if it comes back, trade no more there.",
        severity=Severity.WARNING,
    )
