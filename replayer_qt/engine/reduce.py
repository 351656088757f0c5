"""The fold: the state after one event."""

from types import MappingProxyType

from msgspec.structs import replace

from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    FeedChanged,
    FeedMeasured,
    PhaseChanged,
    PriceTicked,
    RecordingChanged,
    ReplayMoved,
    ReplayOpened,
    Rewound,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickBlock,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState, fold_round
from replayer_qt.core.state import MarketState, State


def reduce(state: State, event: Event) -> State:
    """Return the state after `event`; never raises, whatever the event says."""
    if isinstance(event, RecordingChanged):
        return replace(state, recording=event)
    market = state.markets.get(event.stream) or MarketState(stream=event.stream)
    after = _fold_market(market, event)
    if after is market and event.stream in state.markets:
        return state
    return replace(state, markets=MappingProxyType({**state.markets, event.stream: after}))


def _fold_market(market: MarketState, event: Event) -> MarketState:
    match event:
        case FeedChanged():
            return replace(market, link=event)
        case FeedMeasured():
            return replace(market, measured=event)
        case ReplayMoved():
            return replace(market, replay=event)
        case ReplayOpened():
            return MarketState(stream=market.stream, link=market.link, opened=event)
        case Rewound(history=history):
            kept = MarketState(
                stream=market.stream,
                link=market.link,
                measured=market.measured,
                replay=market.replay,
                opened=market.opened,
            )
            for past in history:
                kept = _fold_market(kept, past)
            return kept
        case _ if isinstance(event, ROUND_EVENTS):
            return _fold_rounds(market, event)
        case _:
            return market


def _fold_rounds(market: MarketState, event: Event) -> MarketState:
    round_id = event.round_id  # type: ignore[attr-defined]  # every type in ROUND_EVENTS has one
    if market.round is None or (isinstance(event, RoundOpened) and market.named(round_id) is None):
        if not isinstance(event, RoundOpened | PriceTicked | TickBlock | PhaseChanged):
            return market if isinstance(event, SeedRevealed) else _refuse(market)
        opened = fold_round(RoundState(round_id=round_id, opened_at=event.at), event)
        return replace(market, round=opened, previous=market.round)
    if market.round.round_id == round_id:
        after = fold_round(market.round, event)
        ended = isinstance(event, RoundRugged) and market.round.rug_tick is None
        if ended and after.phase is not Phase.RUGGED:
            after = replace(after, phase=Phase.RUGGED)
        return replace(market, round=after, finished=market.finished + ended)
    if market.previous is not None and market.previous.round_id == round_id:
        return replace(market, previous=fold_round(market.previous, event))
    return market if isinstance(event, SeedRevealed) else _refuse(market)


def _refuse(market: MarketState) -> MarketState:
    return replace(market, refused=market.refused + 1)
