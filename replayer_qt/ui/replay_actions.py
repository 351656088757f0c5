"""The rows of the Replay menu beyond playing and seeking: events, the loop, bookmarks, the list."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.core.account import EntryKind
from replayer_qt.core.commands import Command, SeekEnd, Show
from replayer_qt.core.landmarks import Landmark, Place
from replayer_qt.core.replay_commands import (
    ClearLoop,
    SeekLandmark,
    SetLoopEnd,
    SetLoopStart,
    Shuffle,
)
from replayer_qt.core.state import State
from replayer_qt.core.units import StreamId
from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.view import Look, View, is_replay_shown, replayed

_MENU: Final = "&Replay"

KINDS: Final = (
    (Landmark.ROUND_START, "Round &start", "The first tick of a round."),
    (Landmark.RUG, "&Rug", "The end of a round."),
    (Landmark.PEAK, "&Peak", "A high that the price fell from by a tenth, and the round's own."),
    (Landmark.TROUGH, "&Trough", "A low that it rose from by a tenth, and the round's own."),
    (Landmark.BIG_MOVE, "Big &move", "A tick that changes the price by 15 % or more."),
    (Landmark.GOD_CANDLE, "&God candle", "A tick that multiplies the price by ten."),
    (Landmark.OWN_ORDER, "&Own order", "A tick at which something of yours was done."),
    (Landmark.BET_END, "End of a side &bet", "The last tick of a side bet's window."),
    (Landmark.GAP, "G&ap", "The first tick after missing ones."),
    (Landmark.DISCONNECT, "&Disconnect", "The last tick before the connection was lost."),
    (Landmark.BOOKMARK, "Boo&kmark", "A tick that you marked."),
)  # fmt: skip
"""The kinds of events that one steps to: kind, words, and a sentence."""

BACKWARDS: Final = frozenset(
    {"step-back", "leap-back", "start", "activation", "peak", "previous-round"}
)
"""The actions that lead from the running market into its past, by name."""

_NO_ORDER: Final = frozenset({EntryKind.OPENING, EntryKind.DEPOSIT, EntryKind.REBASELINE})


def kinds_of(look: Look) -> frozenset[Landmark]:
    """Return the kinds that were chosen; names of none are passed over."""
    chosen = look.events.split()
    return frozenset(kind for kind in Landmark if kind.value in chosen)


def travels(view: View) -> bool:
    """Return whether there is a past to go to: a recording, or ticks of a running market."""
    if is_replay_shown(view.state):
        return True
    market = view.state.market()
    if market is None or market.stream != view.state.live:
        return False
    return market.previous is not None or (market.round is not None and market.round.tick >= 0)


def end_wish(view: View) -> Command:
    """Return what End asks for: live again from its past, else the end of the round."""
    market = replayed(view.state)
    past_of = None if market is None or market.opened is None else market.opened.past_of
    if past_of is not None and past_of == view.state.live:
        return Show(stream=past_of)
    return SeekEnd()


def _replays(view: View) -> bool:
    return is_replay_shown(view.state)


def own_places(state: State, stream: StreamId) -> tuple[Place, ...]:
    """Return where something of one's own was done in a stream, as far as its account tells."""
    trading = state.accounts.get(stream)
    if trading is None:
        return ()
    found = {
        Place(entry.round_id, entry.tick)
        for entry in trading.account.entries
        if entry.round_id is not None and entry.tick >= 0 and entry.kind not in _NO_ORDER
    }
    return tuple(sorted(found, key=lambda place: (place.round_id, place.tick)))


def _stepping(*, forward: bool) -> Callable[[View], Command | None]:
    def step(view: View) -> Command | None:
        shown = view.state.shown
        kinds = kinds_of(view.look)
        if shown is None or not kinds:
            return None
        return SeekLandmark(
            kinds=kinds,
            forward=forward,
            own=own_places(view.state, shown),
            bookmarks=view.state.bookmarks,
        )

    return step


def _asking(command: Command) -> Callable[[View], Command]:
    return lambda _view: command


def _has_kind(kind: Landmark) -> Callable[[View], bool]:
    return lambda view: kind in kinds_of(view.look)


def _steps(*, forward: bool) -> Callable[[View], bool]:
    def steps(view: View) -> bool:
        return bool(kinds_of(view.look)) and (_replays(view) if forward else travels(view))

    return steps


def _looped(view: View) -> bool:
    market = replayed(view.state)
    at = None if market is None else market.replay
    return _replays(view) and at is not None and not (at.loop_start is at.loop_end is None)


def _listed(view: View) -> bool:
    market = replayed(view.state)
    return _replays(view) and (market is None or market.opened is None or not market.opened.past_of)


def _shuffled(view: View) -> bool:
    market = replayed(view.state)
    return market is not None and market.replay is not None and market.replay.seed is not None


def _can_mark(view: View) -> bool:
    market = view.state.market()
    return market is not None and market.round is not None and market.round.tick >= 0


def _events() -> Iterator[ActionRow]:
    for name, text, key, forward, words in (
        ("next-event", "Ne&xt event", ".", True, "To the next event of the chosen kinds."),
        ("previous-event", "Previo&us event", ",", False, "To the event before, likewise."),
    ):
        yield ActionRow(
            name=name, menu=_MENU, text=text, keys=(key,), tip=words, repeats=True, rule=forward,
            enabled=_steps(forward=forward), ask=_stepping(forward=forward),
        )  # fmt: skip
    for kind, text, sentence in KINDS:
        yield ActionRow(
            name=f"event-{kind.value}", menu=f"{_MENU}/&Events stepped to", text=text,
            tip=sentence, call="toggle_event", argument=kind.value, checked=_has_kind(kind),
        )  # fmt: skip


def _loop() -> Iterator[ActionRow]:
    wishes: tuple[tuple[str, str, str, Command, Callable[[View], bool], str], ...] = (
        ("loop-start", "Begin at this tick (&A)", "Ctrl+[", SetLoopStart(), _replays,
         "Let a loop begin here."),
        ("loop-end", "End at this tick (&B)", "Ctrl+]", SetLoopEnd(), _replays,
         "Let the loop end here; then it is played again and again."),
        ("loop-clear", "&No loop", "Ctrl+\\", ClearLoop(), _looped, "Play on, in no loop."),
    )  # fmt: skip
    for name, text, key, command, enabled, words in wishes:
        yield ActionRow(
            name=name, menu=f"{_MENU}/&Loop", text=text, keys=(key,), tip=words, enabled=enabled,
            ask=_asking(command),
        )  # fmt: skip


def replay_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    yield from _events()
    yield from _loop()
    yield ActionRow(
        name="bookmark", menu=_MENU, text="Boo&kmark this tick…", keys=("Ctrl+B",), rule=True,
        tip="Mark the newest tick that is seen, with a note.", enabled=_can_mark,
        call="ask_bookmark",
    )  # fmt: skip
    yield ActionRow(
        name="bookmarks", menu=_MENU, text="Book&marks…", keys=("Ctrl+Shift+B",),
        tip="All bookmarks: go there, change the note, delete.", call="show_bookmarks",
    )  # fmt: skip
    yield ActionRow(
        name="shuffle", menu=_MENU, text="S&huffle the list…", enabled=_listed, rule=True,
        tip="Play the list in an order that a number names.", call="ask_shuffle",
        checked=_shuffled,
    )  # fmt: skip
    yield ActionRow(
        name="shuffle-off", menu=_MENU, text="The list's own &order", enabled=_shuffled,
        tip="Play the list in its own order again.", ask=lambda _view: Shuffle(seed=None),
    )  # fmt: skip
