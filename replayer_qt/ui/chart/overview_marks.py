"""What happened along the overview, each kind with its own shape; nothing of what lies ahead."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.account import EntryKind
from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.landmarks import GOD_CANDLE
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import NANOS_PER_SECOND, RoundId, StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.overview_finds import Finds
from replayer_qt.ui.chart.overview_ground import Ground, Stretch
from replayer_qt.ui.plain import clean

BOOKMARKS_SHOWN: Final = 48
"""On one strip, the first of them; the rest are in the list of bookmarks."""
_NOTE_SHOWN: Final = 60
_LOSSES_KEPT: Final = 64
_STREAMS_KEPT: Final = 4
_ROUNDS_KEPT: Final = 16
_CONNECTED: Final = frozenset({Link.LIVE, Link.CONNECTING})
_FILLS: Final = {
    EntryKind.BUY: ("buy", "bought"),
    EntryKind.SELL: ("sell", "sold"),
    EntryKind.RUG: ("sell", "sold by the rug"),
    EntryKind.SIDE_BET: ("bet", "side bet"),
}


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened.

    Attributes:
        kind: `bookmark`, `rug`, `peak`, `trough`, `buy`, `sell`, `bet`, `god`, `move` or `lost`.
        place: where it lies [ticks from the left end].
        words: what it says where it is pointed at.
    """

    kind: str
    place: float
    words: str


Looked = tuple[Stretch, Finds]


class MarkReader:
    """Reads what is marked from advances; keeps what it found in the rounds of the strip."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._finds: dict[tuple[StreamId, RoundId], Finds] = {}  # bounded: `read`
        self._losses: dict[StreamId, tuple[int, ...]] = {}  # bounded: _STREAMS_KEPT
        self._bookmarks: Sequence[Bookmark] = ()
        self._noted: dict[RoundId, list[Bookmark]] = {}  # bounded: of the bookmarks there are

    def hear(self, advance: Advance) -> None:
        """Keep when connections were lost; the same advance again changes nothing."""
        for event in advance.events:
            if isinstance(event, FeedChanged) and event.link not in _CONNECTED:
                known = self._losses.pop(event.stream, ())
                if event.at not in known:
                    known = (*known, event.at)[-_LOSSES_KEPT:]
                self._losses[event.stream] = known
                while len(self._losses) > _STREAMS_KEPT:
                    del self._losses[next(iter(self._losses))]

    def read(self, state: State, stream: StreamId, ground: Ground) -> tuple[Mark, ...]:
        """Return what happened in the rounds of a strip; of one place the most telling first."""
        rugs = _rugs(state, stream, ground)
        looked = [(stretch, self._look(stream, stretch)) for stretch in ground.stretches]
        # several strips have one reader, and each its rounds
        while len(self._finds) > max(_ROUNDS_KEPT, 2 * len(looked)):
            del self._finds[next(iter(self._finds))]
        return (
            *self._bookmarked(state.bookmarks, ground),
            *_ends(state, stream, ground),
            *_fills(state, stream, ground),
            *_found(looked, rugs),
            *_lost(looked, rugs, self._losses.get(stream, ())),
        )

    def _look(self, stream: StreamId, stretch: Stretch) -> Finds:
        key = (stream, stretch.round_id)
        finds = self._finds.pop(key, None) or Finds()
        self._finds[key] = finds
        finds.update(stretch.series)
        return finds

    def _bookmarked(self, bookmarks: Sequence[Bookmark], ground: Ground) -> list[Mark]:
        if bookmarks is not self._bookmarks:
            self._bookmarks, self._noted = bookmarks, {}
            for one in bookmarks:
                self._noted.setdefault(one.round_id, []).append(one)
        return [
            Mark(kind="bookmark", place=stretch.place(one.tick), words=_note(one))
            for stretch in ground.stretches
            for one in self._noted.get(stretch.round_id, ())
            if stretch.first <= one.tick < stretch.first + stretch.size
        ][:BOOKMARKS_SHOWN]


def _rugs(state: State, stream: StreamId, ground: Ground) -> dict[RoundId, int]:
    """Return the last tick of each round that is over: its rug, as far as is known."""
    market = state.markets.get(stream)
    running = None if market is None else market.round
    known = () if market is None else (market.previous, market.round)
    ends = {
        each.round_id: each.first + each.size - 1
        for each in ground.stretches
        if running is None or each.round_id != running.round_id
    }
    told = (one for one in known if one is not None and one.rug_tick is not None)
    return ends | {one.round_id: one.rug_tick for one in told if one.rug_tick is not None}


def _found(looked: Sequence[Looked], rugs: dict[RoundId, int]) -> Iterator[Mark]:
    for stretch, finds in looked:
        rug = rugs.get(stretch.round_id)
        low = finds.trough(rug)
        if low is not None:
            words = f"trough {fmt.price(low.size)}"
            yield Mark(kind="trough", place=stretch.place(low.tick), words=words)
        for move in finds.moves:
            if rug is not None and move.tick >= rug:
                continue
            is_god = move.size >= GOD_CANDLE
            words = f"god candle, {move.size:.3g}x" if is_god else f"move {move.size - 1:+.0%}"
            yield Mark(
                kind="god" if is_god else "move", place=stretch.place(move.tick), words=words
            )


def _lost(
    looked: Sequence[Looked], rugs: dict[RoundId, int], losses: Sequence[int]
) -> Iterator[Mark]:
    for stretch, finds in looked:
        told = {
            find.tick: f"silent for {find.size / NANOS_PER_SECOND:.3g} s" for find in finds.silences
        }
        ended = stretch.round_id in rugs
        for tick in _ticks_of(stretch, losses, ended=ended):
            told[tick] = "connection lost here"
        for tick, words in told.items():
            yield Mark(kind="lost", place=stretch.place(tick), words=words)


def _ends(state: State, stream: StreamId, ground: Ground) -> Iterator[Mark]:
    market = state.markets.get(stream)
    for known in () if market is None else (market.previous, market.round):
        stretch = None if known is None else ground.named(known.round_id)
        if known is None or stretch is None:
            continue
        if known.peak_tick >= 0:
            words = f"peak {fmt.price(known.peak)}"
            yield Mark(kind="peak", place=stretch.place(known.peak_tick), words=words)
        if known.rug_tick is not None:
            words = f"rug {fmt.price(known.rug_price)}"
            yield Mark(kind="rug", place=stretch.place(known.rug_tick), words=words)


def _fills(state: State, stream: StreamId, ground: Ground) -> Iterator[Mark]:
    trading = state.accounts.get(stream)
    for entry in () if trading is None else trading.account.entries:
        stretch = None if entry.round_id is None else ground.named(entry.round_id)
        if stretch is None or entry.kind not in _FILLS or entry.tick < 0:
            continue
        kind, done = _FILLS[entry.kind]
        yield Mark(kind=kind, place=stretch.place(entry.tick), words=f"{done} here")


def _note(bookmark: Bookmark) -> str:
    note = clean(bookmark.note, _NOTE_SHOWN)
    return f"bookmark: {note}" if note else "bookmark"


def _ticks_of(stretch: Stretch, losses: Sequence[int], *, ended: bool) -> list[int]:
    """Return the last ticks of a round that were heard before the connection was lost."""
    ats = stretch.series.ats
    if not len(ats) or not losses:
        return []
    within = [at for at in losses if at >= ats[0] and (at <= ats[-1] or not ended)]
    places = np.searchsorted(ats, np.array(within, np.int64), side="right") - 1
    return [int(tick) for tick in np.unique(stretch.series.ticks[places])]
