"""One line that says where everything stands, for people without a window."""

from replayer_qt.core.events import Link
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import MarketState, State
from replayer_qt.core.units import venue_of


def status_line(state: State) -> str:
    """Return the venue, the round, the price and the recording in one line of plain text."""
    stream = state.shown if state.live is None else state.live
    market = None if stream is None else state.markets.get(stream)
    parts = ["not connected"] if market is None else [_feed(market), _round(market.round)]
    return " · ".join(part for part in (*parts, _recording(state)) if part)


def _feed(market: MarketState) -> str:
    venue = venue_of(market.stream)
    if market.replay is not None or market.opened is not None:
        return f"{venue} PAST"
    if market.link is None or market.link.link is Link.OFF:
        return f"{venue} off"
    said = f"{venue} {market.link.link.value}"
    if market.link.link is Link.LIVE:
        said = f"{venue} PRACTICE" if venue == "practice" else f"{venue} LIVE"
    return f"{said} ({market.link.reason})" if market.link.reason else said


def _round(known: RoundState | None) -> str:
    if known is None:
        return ""
    name = known.round_id[-8:]
    if known.phase in {Phase.COOLDOWN, Phase.PRESALE} and known.timer_ms is not None:
        return f"round {name} {known.phase.value}, starts in {known.timer_ms / 1000:.1f} s"
    if known.rug_tick is not None:
        return f"round {name} rugged at tick {known.rug_tick}, peak {known.peak:.4f}x"
    if known.price is None:
        return f"round {name} {known.phase.value}"
    return f"round {name} tick {known.tick} at {known.price:.4f}x, peak {known.peak:.4f}x"


def _recording(state: State) -> str:
    told = state.recording
    if told is None or told.state is Recording.OFF:
        return "not recording"
    said = f"recording {told.rounds} rounds, {told.records} records, {told.size / 1e6:.2f} MB"
    if told.lost:
        said += f", {told.lost} LOST"
    return said if told.state is Recording.ON else f"{told.state.value}: {told.reason}"
