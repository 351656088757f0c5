"""The account of a replay: a round that is gone back in begins as it was when first entered."""

from collections import OrderedDict
from typing import Final

from replayer_qt.core.events import ROUND_EVENTS, Event, RoundOpened
from replayer_qt.core.orders import OrderId
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import TradeCommand
from replayer_qt.core.units import Moment, Nanos, RoundId
from replayer_qt.engine.keeper import SeatKeeper
from replayer_qt.engine.seat import Context, Seat

ROUNDS_KEPT: Final = 500

_OF_ROUNDS: Final = frozenset(ROUND_EVENTS)


class ReplayKeeper(SeatKeeper):
    """The account of a stream that is played from a recording, in the recording's own time."""

    __slots__ = ("_begun", "_now")

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._begun: OrderedDict[RoundId, Seat] = OrderedDict()
        self._now = Nanos(0)

    def take(self, event: Event, market: MarketState | None, context: Context) -> tuple[Event, ...]:
        """Take an event that the market has folded already, and return what follows from it."""
        if isinstance(event, Rewound):
            self._rewind(event)
            return ()
        if type(event) in _OF_ROUNDS:
            self._now = event.at
        if isinstance(event, RoundOpened):
            self._begin(event.round_id)
        return super().take(event, market, context)

    def submit(
        self, command: TradeCommand, market: MarketState | None, context: Context, moment: Moment
    ) -> tuple[Event, ...]:
        """Do what is asked, in the recording's own time."""
        del moment
        return super().submit(command, market, context, Moment(self._now, self._now))

    def release(
        self, order_id: OrderId, market: MarketState | None, context: Context, moment: Moment
    ) -> tuple[tuple[Event, ...], None]:
        """Do nothing: orders of a replay leave at once."""
        del order_id, market, context, moment
        return (), None

    def pass_time(
        self,
        market: MarketState | None,
        context: Context,
        moment: Moment,
        *,
        incident: str = "",
        settings_changed: bool = False,
    ) -> tuple[Event, ...]:
        """Do nothing: a replay's time passes with its events."""
        del market, context, moment, incident, settings_changed
        return ()

    def moment_of(self, event: Event) -> Moment:
        """Return the recording's own time."""
        del event
        return Moment(self._now, self._now)

    def _rewind(self, rewound: Rewound) -> None:
        rounds = [event for event in rewound.history if type(event) in _OF_ROUNDS]
        if not rounds:
            return
        self._now = rounds[-1].at
        if isinstance(rounds[0], RoundOpened):
            self._begin(rounds[0].round_id)

    def _begin(self, round_id: RoundId) -> None:
        self.seat = self._begun.setdefault(round_id, self.seat)
        if len(self._begun) > ROUNDS_KEPT:
            self._begun.popitem(last=False)
