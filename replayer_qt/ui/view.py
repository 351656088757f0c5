"""What the window shows, as one value: the state and how it is looked at."""

import msgspec

from replayer_qt.core.program_events import Recording
from replayer_qt.core.state import MarketState, State
from replayer_qt.core.units import venue_of
from replayer_qt.ui.arrangement import Arrangement


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How the state is looked at; nothing outside the window depends on it.

    Attributes:
        style: `candles` or `line`.
        ticks_per_candle: ticks in one candle.
        indicators: those that are shown, as text.
        following: whether the chart follows the newest price.
        docks: the names of the docks that are open.
        dry_run: whether it is shown what the trading keys would do.
        arrangement: which charts there are, and how they stand.
        tool: the shape that is drawn next; empty without one.
        hue: its colour.
        snap: whether its prices are drawn to those close by.
        venue_wide: whether it is shown on every round of its venue.
        events: the kinds of events that are stepped to, their names apart by spaces.
        palette: the colours of what rises and what falls.
        letters: how large letters are [%].
        private: whether amounts of money are shown as dots.
        own_marks: whether own fills, bets and cost are marked.
        trade_marks: whether other players' trades are marked.
        trades_from: from which amount on [SOL].
        hud: whether the chart says how the program itself does.
    """

    theme: str = "dark"
    style: str = "candles"
    log_scale: bool = False
    ticks_per_candle: int = 5
    indicators: str = ""
    following: bool = True
    full_screen: bool = False
    docks: frozenset[str] = frozenset()
    dry_run: bool = False
    arrangement: Arrangement = Arrangement()
    tool: str = ""
    hue: str = "orange"
    snap: bool = True
    venue_wide: bool = False
    events: str = "round-start rug peak trough god-candle own-order gap disconnect bookmark"
    palette: str = "teal-orange"
    letters: int = 100
    private: bool = False
    own_marks: bool = True
    trade_marks: bool = True
    trades_from: float = 0.1
    hud: bool = False


class View(msgspec.Struct, frozen=True, kw_only=True):
    """State and look together: all that an action's predicates may ask."""

    state: State
    look: Look = Look()


def replayed(state: State) -> MarketState | None:
    """Return the market of what is replayed: that which is looked at, else the open recording."""
    shown = state.market()
    if shown is not None and (shown.opened is not None or shown.replay is not None):
        return shown
    for market in state.markets.values():
        if market.opened is not None or market.replay is not None:
            return market
    return None


def is_replay_shown(state: State) -> bool:
    """Return whether it is the open recording that is looked at."""
    market = replayed(state)
    return market is not None and market.stream == state.shown


def is_nothing_shown(state: State) -> bool:
    """Return whether there is nothing to look at: no stream, or one that had nothing to tell."""
    if state.shown is None:
        return True
    if state.shown == state.live:
        return False
    market = state.market()
    return market is None or (
        market.round is None and market.opened is None and market.replay is None
    )


def live_venue(state: State) -> str | None:
    """Return the venue that is connected; None when there is none."""
    return None if state.live is None else venue_of(state.live)


def is_recording(state: State) -> bool:
    """Return whether the recorder is wanted on, a fault included."""
    return state.recording is not None and state.recording.state is not Recording.OFF
