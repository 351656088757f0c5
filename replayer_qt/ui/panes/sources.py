"""What a pane may show, and the state as that pane sees it; one clock for all of them."""

import operator
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import Advance, MarketState, State
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.arrangement import BEFORE, LIVE, REPLAY, WINDOW, Source
from replayer_qt.ui.chart.era_frame import OVER, Era, era_of
from replayer_qt.ui.chart.subject import NO_MARKET, NO_MARKET_DETAIL
from replayer_qt.ui.plain import clean
from replayer_qt.ui.status import Badge, read_status
from replayer_qt.ui.view import replayed

_ROUNDS_KEPT: Final = 256
_OFFERED: Final = 12

NAMES: Final = {
    WINDOW: "What the window shows",
    LIVE: "The running market",
    REPLAY: "The open recording",
    BEFORE: "The round before",
}
GONE_BY: Final = Badge(word="PAST", shape="square", colour="past", tip="A round gone by.")
NOTHING: Final = Badge(word="NOTHING", shape="ring", colour="muted", tip="There is none now.")

_LACKS: Final = {
    WINDOW: (NO_MARKET, NO_MARKET_DETAIL),
    LIVE: ("No market runs", "Connect, or choose another (F7)"),
    REPLAY: ("No recording is open", "Open one, or choose another (F7)"),
    BEFORE: ("No round before this one yet", "It is here as soon as a round has ended"),
}


class RoundMemory:
    """What was known last of each round, for a state keeps the newest two only."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[StreamId, RoundId], RoundState] = OrderedDict()

    def hear(self, state: State) -> None:
        """Keep what a state knows of its rounds; the oldest are let go."""
        for market in state.markets.values():
            for known in (market.previous, market.round):
                if known is not None:
                    self._known[(market.stream, known.round_id)] = known
        while len(self._known) > _ROUNDS_KEPT:
            self._known.popitem(last=False)

    def of(self, stream: StreamId, round_id: RoundId) -> RoundState | None:
        """Return what is known of a round; None if that was let go."""
        return self._known.get((stream, round_id))


def seen_by(advance: Advance, source: Source, memory: RoundMemory) -> Advance:
    """Return an advance as a pane with this source sees it: the same moment, something else shown.

    A source that is not there now shows nothing.
    """
    state = advance.state
    if source.kind == WINDOW:
        return advance
    if source.kind in {LIVE, REPLAY}:
        return replace(advance, state=replace(state, shown=stream_of(state, source)))
    named = _named(state, source)
    known = None if named is None else memory.of(*named)
    if named is None or known is None or advance.session.series(*named) is None:
        return replace(advance, state=replace(state, shown=None))
    past = MarketState(stream=named[0], round=replace(known, phase=Phase.RUGGED, timer_ms=None))
    markets = {**state.markets, named[0]: past}
    return replace(advance, state=replace(state, shown=named[0], live=None, markets=markets))


class Key(msgspec.Struct, frozen=True, eq=False):
    """All that the picture of an earlier round depends on, however much goes on elsewhere."""

    plain: tuple[object, ...]
    objects: tuple[object, ...]

    def is_same(self, other: "Key | None") -> bool:
        """Return whether the picture is the same; frozen values need not be compared."""
        if other is None or self.plain != other.plain:
            return False
        return all(map(operator.is_, self.objects, other.objects))


def key_of(advance: Advance, source: Source, memory: RoundMemory) -> Key | None:
    """Return the key of what an earlier round looks like; None for what may always move."""
    state = advance.state
    if source.kind not in {BEFORE, ""}:
        return None
    named = _named(state, source)
    if named is None:
        return Key((source,), ())
    series = advance.session.series(*named)
    known, trading = memory.of(*named), state.accounts.get(named[0])
    length = -1 if series is None else len(series)
    account = None if trading is None else trading.account
    plain = (source, *named, length, advance.session.generation)
    return Key(plain, (series, known, account))


def clock_of(advance: Advance, key: Key) -> int | None:
    """Return the tick at which the window's round stands; None for a picture of that round."""
    market = advance.state.market()
    if market is None or market.round is None or market.round.round_id in key.plain:
        return None
    return market.round.tick if market.round.tick >= 0 else None


def era_in(source: Source, seen: Advance) -> Era:
    """Return what the frame of a pane says."""
    if source.kind in {BEFORE, ""}:
        return Era() if seen.state.shown is None else OVER
    return era_of(seen.state)


def lack_of(source: Source) -> tuple[str, str]:
    """Return what a pane says whose source is not there now, and below it what to do."""
    if source.kind in _LACKS:
        return _LACKS[source.kind]
    return (
        f"Round {fmt.round_name(RoundId(source.round_id))} is no longer in memory",
        "Find it in the library (Ctrl+L)",
    )


def badge_of(advance: Advance, source: Source, seen: Advance) -> Badge:
    """Return what kind of market a pane shows."""
    if seen.state.shown is None:
        return read_status(advance.state).badge if source.kind == WINDOW else NOTHING
    if source.kind in {BEFORE, ""}:
        return GONE_BY
    return read_status(seen.state).badge


def title_of(source: Source, seen: Advance) -> str:
    """Return what a pane shows, in words."""
    market = seen.state.market()
    if market is None:
        return NAMES.get(source.kind) or _round_of(StreamId(source.stream), source.round_id)
    where = fmt.stream(market.stream)
    if market.replay is not None:
        where = clean(market.replay.source, 60)
    if market.round is None:
        return where
    return f"{where} · round {fmt.round_name(market.round.round_id)}"


def _round_of(stream: StreamId, round_id: str) -> str:
    return clean(f"{fmt.stream(stream)} · round {fmt.round_name(RoundId(round_id))}", 80)


def offered(advance: Advance, memory: RoundMemory) -> Iterator[tuple[str, Source]]:
    """Yield what a pane may show now: words and source, the newest rounds last."""
    state = advance.state
    yield NAMES[WINDOW], Source()
    for kind in (LIVE, REPLAY):
        if stream_of(state, Source(kind)) is not None:
            yield NAMES[kind], Source(kind)
    home = state.live or state.shown
    if home is None:
        return
    rounds = [each.round_id for each in advance.session.rounds(home)][1:]
    kept = [each for each in rounds if memory.of(home, each) is not None][:_OFFERED]
    if kept:
        yield NAMES[BEFORE], Source(BEFORE)
    for round_id in kept:
        known = memory.of(home, round_id)
        peak = "" if known is None else f", peak {fmt.price(known.peak)}"
        yield f"Round {fmt.round_name(round_id)}{peak}", Source("", home, round_id)


def stream_of(state: State, source: Source) -> StreamId | None:
    """Return the stream that a source means now; None where there is none."""
    if source.kind == LIVE:
        return state.live
    if source.kind == REPLAY:
        market = replayed(state)
        return None if market is None else market.stream
    return state.shown if source.kind == WINDOW else (state.live or state.shown)


def _named(state: State, source: Source) -> tuple[StreamId, RoundId] | None:
    if source.kind == BEFORE:
        stream = stream_of(state, source)
        market = None if stream is None else state.markets.get(stream)
        if market is None or market.previous is None:
            return None
        return market.stream, market.previous.round_id
    return StreamId(source.stream), RoundId(source.round_id)
