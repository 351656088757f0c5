"""All that the program knows at one moment: frozen, and a function of the events so far."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.events import Event, FeedChanged, FeedMeasured
from replayer_qt.core.program_events import PartChanged, RecordingChanged
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened
from replayer_qt.core.round import RoundState
from replayer_qt.core.session import Session
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import Nanos, RoundId, StreamId

_NONE: Final[Mapping[StreamId, "MarketState"]] = MappingProxyType({})
_NO_PARTS: Final[Mapping[str, PartChanged]] = MappingProxyType({})
_NOT_TRADED: Final[Mapping[StreamId, Trading]] = MappingProxyType({})


class MarketState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stream: its connection, its running round and the one before.

    Attributes:
        round: the newest round heard of.
        previous: the round before it, which may still be told about (its seed, say).
        finished: rounds that were seen to end.
        link: the newest word of the feed on its connection.
        measured: the feed's newest counts.
        replay: where the replay stands; None for a live stream.
        opened: what is replayed; None for a live stream.
        refused: events that made no sense, and were passed over.
    """

    stream: StreamId
    round: RoundState | None = None
    previous: RoundState | None = None
    finished: int = 0
    link: FeedChanged | None = None
    measured: FeedMeasured | None = None
    replay: ReplayMoved | None = None
    opened: ReplayOpened | None = None
    refused: int = 0

    def named(self, round_id: RoundId) -> RoundState | None:
        """Return the newest or the previous round if it has that name."""
        for known in (self.round, self.previous):
            if known is not None and known.round_id == round_id:
                return known
        return None


class State(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything at one moment.

    Attributes:
        markets: each stream that was heard of.
        live: the stream of the connected venue; None when disconnected.
        shown: the stream that is looked at; None when there is none.
        recording: the recorder's newest word; None when it never spoke.
        accounts: the account of each stream that can be traded.
        parts: how each part of this program is, by its name.
        kill: the kill switch.
        keys_until: when the trading keys are switched off by themselves [monotonic ns]; None: off.
        keys_of: the stream whose account they were armed for; they trade on no other.
        bookmarks: what a person marked, in the order of rounds and ticks.
    """

    markets: Mapping[StreamId, MarketState] = _NONE
    live: StreamId | None = None
    shown: StreamId | None = None
    recording: RecordingChanged | None = None
    accounts: Mapping[StreamId, Trading] = _NOT_TRADED
    parts: Mapping[str, PartChanged] = _NO_PARTS
    kill: Kill = Kill()
    keys_until: Nanos | None = None
    keys_of: StreamId | None = None
    bookmarks: tuple[Bookmark, ...] = ()

    def market(self) -> MarketState | None:
        """Return the market that is looked at."""
        return None if self.shown is None else self.markets.get(self.shown)

    def trading(self) -> Trading | None:
        """Return the account of the market that is looked at."""
        return None if self.shown is None else self.accounts.get(self.shown)


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that happened, and where that leaves us.

    Attributes:
        events: what happened, oldest first.
        state: where that leaves us.
        session: the columns of the rounds kept in memory; read only, on the main thread only.
    """

    events: tuple[Event, ...]
    state: State
    session: Session
