"""The fold: the state after one event."""

from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from replayer_qt.core.bookmarks import BookmarksChanged
from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    FairnessChecked,
    FeedChanged,
    FeedMeasured,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    SeedRevealed,
    TickBlock,
    TimerTicked,
)
from replayer_qt.core.order_events import KeysArmed, KillSwitched
from replayer_qt.core.program_events import PartChanged, RecordingChanged
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened, Rewound
from replayer_qt.core.round import RoundState, fold_and_count
from replayer_qt.core.state import MarketState, State
from replayer_qt.core.trading import Kill
from replayer_qt.core.units import RoundId

_OF_ROUNDS: Final = frozenset(ROUND_EVENTS)


def reduce(state: State, event: Event) -> State:
    """Return the state after `event`; never raises, whatever the event says.

    Accounts are not folded here: what becomes of them depends on limits and settings too.
    """
    match event:
        case RecordingChanged():
            return replace(state, recording=event)
        case PartChanged(part=part):
            return replace(state, parts=MappingProxyType({**state.parts, part: event}))
        case KillSwitched(on=on, reason=reason, by=by, at=at):
            return replace(state, kill=Kill(on=on, reason=reason, by=by, at=at))
        case KeysArmed(until=until):
            return replace(state, keys_until=until)
        case BookmarksChanged(bookmarks=bookmarks):
            return replace(state, bookmarks=bookmarks)
        case _:
            pass
    stream = event.stream
    market = state.markets.get(stream)
    after = fold_market(market or MarketState(stream=stream), event)
    if after is market:
        return state
    markets = dict(state.markets)
    markets[stream] = after
    return replace(state, markets=MappingProxyType(markets))


def fold_market(market: MarketState, event: Event) -> MarketState:
    """Return one stream's market after an event of that stream; never raises."""
    if type(event) in _OF_ROUNDS:
        return _fold_rounds(market, event)
    match event:
        case FeedChanged():
            return replace(market, link=event)
        case FeedMeasured():
            return replace(market, measured=event)
        case ReplayMoved():
            return replace(market, replay=event)
        case ReplayOpened():
            return MarketState(stream=market.stream, link=market.link, opened=event)
        case Rewound():
            return _fold_history(market, event)
        case _:
            return market


def _fold_history(market: MarketState, rewound: Rewound) -> MarketState:
    after = replace(market, round=None, previous=None, finished=0, refused=0)
    for past in rewound.history:
        if past.stream == market.stream and not isinstance(past, Rewound | ReplayOpened):
            after = fold_market(after, past)
    return after


def _fold_rounds(market: MarketState, event: Event) -> MarketState:
    round_id: RoundId = event.round_id  # type: ignore[attr-defined]  # each of ROUND_EVENTS has one
    newest, previous = market.round, market.previous
    if newest is not None and newest.round_id == round_id:
        after, refused = fold_and_count(newest, event)
        if after is newest and not refused:
            return market
        ended = newest.rug_tick is None and after.rug_tick is not None
        return replace(
            market,
            round=after,
            finished=market.finished + ended,
            refused=market.refused + refused,
        )
    if previous is not None and previous.round_id == round_id:
        after, refused = fold_and_count(previous, event)
        ended = previous.rug_tick is None and after.rug_tick is not None
        return replace(
            market,
            previous=after,
            finished=market.finished + ended,
            refused=market.refused + refused,
        )
    if isinstance(event, RoundOpened) or (
        newest is None and isinstance(event, PriceTicked | TickBlock | PhaseChanged | TimerTicked)
    ):
        return _open(market, round_id, event)
    if isinstance(event, SeedRevealed | FairnessChecked):
        return market  # of a round before this program listened
    return replace(market, refused=market.refused + _weight(event))


def _open(market: MarketState, round_id: RoundId, event: Event) -> MarketState:
    first = RoundState(round_id=round_id, opened_at=event.at)
    opened, refused = fold_and_count(first, event)
    return replace(market, round=opened, previous=market.round, refused=market.refused + refused)


def _weight(event: Event) -> int:
    """A block counts as its ticks."""
    return len(event.ticks) if isinstance(event, TickBlock) else 1
