"""Takes events in, keeps the state and the columns, trades, and says what came of it."""

from collections.abc import Iterable
from types import MappingProxyType

from msgspec.structs import replace

from replayer_qt.core.approval import Approval
from replayer_qt.core.bookmarks import BookmarksChanged
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, RawReceived
from replayer_qt.core.order_events import KeysArmed, KillSwitched
from replayer_qt.core.orders import OrderId
from replayer_qt.core.program_events import PartChanged, RecordingChanged
from replayer_qt.core.session import Session
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, MarketState, State
from replayer_qt.core.units import Moment, StreamId
from replayer_qt.engine.desk import TradingDesk
from replayer_qt.engine.keeper import OWN
from replayer_qt.engine.reduce import fold_market, reduce

_OF_STATE = frozenset({RecordingChanged, PartChanged, KillSwitched, KeysArmed, BookmarksChanged})


class Engine:
    """The one writer of state: live, replay and tests seat the same engine.

    Not thread-safe; it lives where its owner calls it.
    """

    def __init__(self, session: Session | None = None, *, settings: Settings | None = None) -> None:
        """Begin with nothing.

        Args:
            session: where columns are kept; a new one if None.
            settings: limits, and how paper orders are filled; the defaults if None.
        """
        self._state = State()
        self._session = Session() if session is None else session
        self._desk = TradingDesk(Settings() if settings is None else settings)

    @property
    def state(self) -> State:
        """The state after everything handled so far."""
        return self._state

    def handle(self, events: Iterable[Event]) -> Advance:
        """Fold `events` and return them with the state they lead to.

        What follows from an event for an account stands right after it. Own events of a venue
        that no account here is about are left out.
        """
        told: list[Event] = []
        markets = dict(self._state.markets)
        session, accounts = self._session, self._desk.accounts
        for event in events:
            kind = type(event)
            if kind is RawReceived:
                continue
            if kind in _OF_STATE:
                self._state = reduce(self._state, event)
                told.append(event)
                if kind is KillSwitched:
                    told += self._desk.kill(event, self._state.kill, markets)
                continue
            stream = event.stream
            if kind in OWN:
                told += self._desk.take_own(event, markets.get(stream))
                continue
            market = fold_market(markets.get(stream) or MarketState(stream=stream), event)
            markets[stream] = market
            session.keep(stream, event)
            told.append(event)
            if stream in accounts or market.opened is event:
                told += self._desk.take(event, market)
        self._state = replace(self._state, markets=MappingProxyType(markets))
        return self._advance(tuple(told), look=True)

    def submit(self, command: Command, moment: Moment) -> Advance:
        """Do what is asked of trading, or tell why not; passes over what is not about trading.

        Args:
            command: an order, or anything else that an account can be asked.
            moment: when it is; a replay's account goes by the replay's own time.
        """
        told = self._desk.submit(command, self._state.markets, moment)
        for event in told:
            if type(event) is KeysArmed:
                self._state = replace(reduce(self._state, event), keys_of=self._state.shown)
        return self._advance(told)

    def release(
        self, stream: StreamId, order_id: OrderId, moment: Moment
    ) -> tuple[Advance, Approval | None]:
        """Let an order leave, now that its decision is on stable storage.

        Returns:
            What happened, and the ticket for the venue; None where none is to be sent to.
        """
        market = self._state.markets.get(stream)
        told, approval = self._desk.release(stream, order_id, market, moment)
        return self._advance(told), approval

    def pass_time(self, moment: Moment) -> Advance | None:
        """Do what time alone brings; to be called some ten times a second.

        Returns:
            What happened; None if nothing did.
        """
        told = self._desk.pass_time(self._state.markets, self._state.keys_until, moment)
        for event in told:
            if type(event) is KeysArmed:
                self._state = reduce(self._state, event)
        return self._advance(told, look=True) if told else None

    def set_health(
        self,
        *,
        audit_ok: bool | None = None,
        recorder_ok: bool | None = None,
        breaker_ms: float | None = None,
    ) -> None:
        """Say how this program is; what is None stays as it was.

        Args:
            audit_ok: whether decisions can be written down.
            recorder_ok: whether what is received is written down, where that is wanted.
            breaker_ms: time until an open circuit breaker is tried again [ms]; 0: it is closed.
                That of a stream's own feed is known from its words.
        """
        self._desk.set_health(audit_ok=audit_ok, recorder_ok=recorder_ok, breaker_ms=breaker_ms)

    def configure(self, settings: Settings, moment: Moment) -> Advance:
        """Let other settings be in force from now on; what was armed is not any more."""
        return self._advance(self._desk.configure(settings, self._state.markets, moment))

    def incident(self, code: str, moment: Moment) -> Advance:
        """Halt every armed account, for a reason that only the machinery around can notice.

        Args:
            code: one of `core.arming.INCIDENTS`.
            moment: when it was noticed.
        """
        return self._advance(self._desk.incident(code, self._state.markets, moment))

    def show(self, stream: StreamId | None) -> Advance:
        """Look at another stream."""
        self._state = replace(self._state, shown=stream)
        return self._advance((), look=True)

    def attach(self, stream: StreamId | None) -> Advance:
        """Say which stream is the connected venue's; None after disconnecting."""
        self._state = replace(self._state, live=stream)
        return self._advance(())

    def drop(self, stream: StreamId) -> Advance:
        """Forget a stream: its recording was put away. The account of a live stream stays."""
        markets = {name: kept for name, kept in self._state.markets.items() if name != stream}
        shown = None if self._state.shown == stream else self._state.shown
        self._state = replace(self._state, markets=MappingProxyType(markets), shown=shown)
        self._session.forget(stream)
        self._desk.drop(stream)
        return self._advance(())

    def _advance(self, events: tuple[Event, ...], *, look: bool = False) -> Advance:
        state = self._state
        latest = self._latest(events) if look and state.shown is not None else None
        accounts = self._desk.shown_accounts(state.accounts, state.markets, latest)
        if accounts is not state.accounts:
            self._state = replace(state, accounts=accounts)
        return Advance(events=events, state=self._state, session=self._session)

    def _latest(self, events: tuple[Event, ...]) -> Event | None:
        """The newest event of the account that is looked at."""
        shown = self._state.shown
        if shown not in self._desk.accounts:
            return None
        return next((event for event in reversed(events) if event.stream == shown), None)
